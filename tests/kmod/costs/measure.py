#!/usr/bin/env python3
"""Measures costs inside a guest of one CPU under -icount: measure.py DIRECTORY OUTPUT [FILTER...]

DIRECTORY has the modules and the programs bench-traffic and fuzz-send. Each result is a line of JSON,
in instructions a packet unless its name says otherwise. ../bench starts the guest and makes the table.

Generator and sink are measured by sending from the caller straight to a namespace that drops, over one
pair of devices; what the relay adds, with the second pair of devices, is the result.
"""
import json
import os
import statistics
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.dirname(HERE))
sys.dont_write_bytecode = True
from costs import scenarios  # noqa: E402
from lab import module, net  # noqa: E402

_PACKETS = 1500
_ROUNDS = 5
_SINK = """table netdev sink {
chain everything { type filter hook ingress device %s priority 0; policy drop; }
}
"""


class Guest:
    def __init__(self, directory):
        self.directory = directory
        self.base = {}
        self.programs = os.path.dirname(directory)

    def prepare(self):
        net.make_standard()
        net.batch(["netns add d", "link add da netns a type veth peer name eth0 netns d"])
        for namespace, device, address in (("a", "da", "10.8.0.2/24"), ("d", "eth0", "10.8.0.1/24")):
            net.run("ip", "-n", namespace, "addr", "add", address, "dev", device)
            net.run("ip", "-n", namespace, "link", "set", device, "up")
        for namespace, device, far in (("r", "rb", "b"), ("a", "da", "d"), ("a", "eth0", "r")):
            # neighbours that never have to be asked again
            peer = {"rb": "eth0", "da": "eth0", "eth0": "ra"}[device]
            address = {"rb": net.B4, "da": "10.8.0.1", "eth0": net.RA4}[device]
            mac = net.mac(far, peer).hex(":")
            net.run(
                "ip", "-n", namespace, "neigh", "replace", address, "lladdr", mac, "dev", device,
                "nud", "permanent",
            )
        for namespace in ("b", "d"):
            self.make_sink(namespace)
        self.base[1] = self.send("10.8.0.1", 9000)

    @staticmethod
    def make_sink(namespace):
        net.run("ip", "netns", "exec", namespace, "nft", "-f", "-", text=_SINK % "eth0")

    def arrived(self, namespace):
        with net.inside(namespace):
            text = net.run("ip", "-n", namespace, "-j", "-s", "link", "show", "eth0")
        return json.loads(text)[0]["stats64"]["rx"]["packets"]

    def send(self, address, port, ports=1, packets=_PACKETS, path=None, rounds=_ROUNDS):
        """-> instructions a packet, the median of some rounds; the first one only warms caches up."""
        command = [os.path.join(self.programs, "bench-traffic"), str(packets), str(ports), address]
        command += [str(port)] + ([path] if path else [])
        took = []
        for _ in range(rounds + (1 if rounds > 1 else 0)):
            text = net.run("ip", "netns", "exec", "a", *command)
            took.append(int(text) / packets)
        return statistics.median(took[1:] if rounds > 1 else took)

    def through(self, port, ports=1, outputs=1, **settings):
        """-> what the relay adds for a packet; fails when a packet does not arrive."""
        if ports not in self.base:
            self.base[ports] = self.send("10.8.0.1", 9000, ports)
        before = self.arrived("b")
        packets, rounds = settings.get("packets", _PACKETS), settings.get("rounds", _ROUNDS)
        cost = self.send(settings.pop("address", net.RA4), port, ports, **settings)
        sent = packets * (rounds + (1 if rounds > 1 else 0)) * outputs
        came = self.arrived("b") - before
        assert abs(came - sent) <= 5, "%d packets came instead of %d" % (came, sent)
        return cost - self.base[ports]


def main():
    module.set_directory(sys.argv[1])
    guest = Guest(sys.argv[1])
    guest.prepare()
    with open(sys.argv[2], "w") as handle:
        chosen = list(scenarios.ALL)
        if os.path.exists(os.path.join(guest.directory, "incumbent", "xt_RTPENGINE.ko")):
            chosen.append(scenarios.INCUMBENT)
        for name, function in chosen:
            if sys.argv[3:] and not any(part in name for part in sys.argv[3:]):
                continue
            try:
                found = function(guest)
            except (AssertionError, OSError, subprocess.CalledProcessError) as error:
                found = {name: "failed: %s" % error}
            for label, value in found.items():
                print(label, value, flush=True)
                handle.write(json.dumps([label, value]) + "\n")
                handle.flush()


if __name__ == "__main__":
    main()
