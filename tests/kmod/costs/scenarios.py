"""What is measured: each function takes a measure.Guest and gives {name: cost}."""
import os
import struct
import subprocess

from lab import bulk, module, net, packets
from lab.rtpengine import Client, output, srtp
from lab.uapi import U

TABLE, PORT, OUT, FAR = 5, 30000, 31000, 40000
# Guest time runs ahead while the guest waits for its files: on a busy host minutes may pass until a program has started.
_LINGER = U.MAX_LINGER
_PINHOLE = """table inet rtpengine {
    set media4 {
        type ipv4_addr . inet_service
        counter
        elements = { %s . %d comment "call" }
    }
    chain input {
        type filter hook input priority filter; policy accept;
        ip daddr . udp dport @media4 accept comment "rtpengine"
    }
}
""" % (net.RA4, PORT)


class Relay:
    """The module with one table, for one measurement."""

    def __init__(self, hook):
        self._hook = hook

    def __enter__(self):
        if not module.loaded():
            module.load()
        with net.inside("r"):
            self.client = Client(120)
        self.client.claim(TABLE, hook=self._hook, linger=_LINGER)
        return self

    def __exit__(self, *_):
        self.client.delete(TABLE)
        self.client.close()
        net.run("ip", "netns", "exec", "r", "nft", "flush", "ruleset")

    def add(self, port=PORT, outputs=1, **settings):
        out = settings.pop("out", {})
        self.client.add(
            TABLE,
            (net.RA4, port),
            [output((net.RB4, OUT), (net.B4, FAR + n), **out) for n in range(outputs)],
            **settings,
        )


def plain_forwarding(guest):
    net.write("r", "/proc/sys/net/ipv4/ip_forward", "1")
    cost = guest.through(FAR, address=net.B4)
    net.write("r", "/proc/sys/net/ipv4/ip_forward", "0")
    return {"plain IP forwarding": cost}


def _hook(name, hook, rules=None):
    def measure(guest):
        with Relay(hook) as relay:
            if rules:
                net.run("ip", "netns", "exec", "r", "nft", "-f", "-", text=rules)
            relay.add()
            return {name: guest.through(PORT)}

    return measure


def outputs(guest):
    """With the receiving half of the callee's device and its sink in each; and, as a host that sends
    to a wire has neither, what one more costs that leaves by a device that drops."""
    found = {}
    with Relay(U.HOOK_PREROUTING) as relay:
        for count in (1, 2, 3, 8):
            relay.add(PORT + count, count)
            found["%d outputs, prerouting" % count] = guest.through(PORT + count, outputs=count)
        net.run("modprobe", "dummy", "numdummies=0")
        net.run("ip", "-n", "r", "link", "add", "end", "type", "dummy")
        net.run("ip", "-n", "r", "addr", "add", "10.7.0.1/24", "dev", "end")
        net.run("ip", "-n", "r", "link", "set", "end", "up")
        mac = "02:00:00:00:00:01"
        net.run(*"ip -n r neigh add 10.7.0.2 dev end nud permanent lladdr".split(), mac)
        both = [output((net.RB4, OUT), (net.B4, FAR)), output((net.RB4, OUT), ("10.7.0.2", FAR))]
        relay.client.add(TABLE, (net.RA4, PORT), both)
        cost = guest.through(PORT)
        found["one output more"] = cost - found["1 outputs, prerouting"]
        net.run("ip", "-n", "r", "link", "del", "end")
    return found


def lookup(guest):
    found = {}
    for count in (10, 100, 1000, 10000):
        with Relay(U.HOOK_PREROUTING) as relay:
            install(guest, relay, count)
            # always the same ten flows, spread over all: only the table's size changes
            found["1 of %d flows" % count] = guest.through(10000, ports=10)
    return found


def install(guest, relay, count):
    """Adds flows by one program, as mediad would; -> nanoseconds."""
    path = "/tmp/flows"
    bulk.write(path, TABLE, net.RA4, 10000, count, (net.RB4, OUT), (net.B4, FAR))
    relay.client.close()  # the table lingers, and the program adopts it
    took = bulk.install(os.path.join(guest.programs, "fuzz-send"), path, TABLE, count)
    with net.inside("r"):
        relay.client = Client(120)
    relay.client.claim(TABLE)
    return took


def install_time(guest):
    with Relay(U.HOOK_PREROUTING) as relay:
        return {"10,000 flows installed, ms": install(guest, relay, 10000) / 1e6}


# name of the suite, length of key and salt
_SUITES = (
    ("AES_CM_128_HMAC_SHA1_80", 16, 14),
    ("AES_256_CM_HMAC_SHA1_80", 32, 14),
    ("AEAD_AES_128_GCM", 16, 12),
    ("AEAD_AES_256_GCM", 32, 12),
)
_RECORDED = 1000


def _record(guest, port):
    """What a flow sends, written to a file for traffic to send again."""
    net.run("ip", "netns", "exec", "b", "nft", "flush", "ruleset")  # the sink is before any ears
    ears = packets.Wire("b", "eth0", "r", "rb")
    guest.send(net.RA4, port, packets=_RECORDED, rounds=1)
    sent = [packet[28:] for packet in ears.received(1)]
    ears.close()
    guest.make_sink("b")
    assert len(sent) == _RECORDED, "%d recorded" % len(sent)
    path = "/tmp/recorded"
    with open(path, "wb") as handle:
        for packet in sent:
            handle.write(struct.pack("=H", len(packet)) + packet)
    return path


def secure(guest):
    """What the ciphers cost without anything around them: ../srtp/run.py --bench."""
    found = {}
    with Relay(U.HOOK_PREROUTING) as relay:
        relay.add()
        plain = guest.through(PORT)
        for number, (suite, key_length, salt_length) in enumerate(_SUITES, 1):
            key = getattr(U, "SRTP_" + suite), bytes(range(key_length)), bytes(range(salt_length))
            sealing, recorded, opening = PORT + number, PORT + 10 + number, PORT + 20 + number
            for port in (sealing, recorded):
                relay.add(port, out={"secure": srtp(U.OUT_A_SRTP, *key)})
            costs = {"RTP to SRTP": guest.through(sealing)}
            path, took = _record(guest, recorded), []
            for turn in range(3):  # each packet once a flow: the second time it is a replay
                relay.add(opening + 100 * turn, secure=srtp(U.FLOW_A_SRTP, *key))
                took.append(
                    guest.through(opening + 100 * turn, packets=_RECORDED, path=path, rounds=1)
                )
            costs["SRTP to RTP"] = sorted(took)[1]
            for direction, cost in costs.items():
                name = "%s %s" % (direction, suite)
                found[name] = cost
                found[name + ", added"] = cost - plain
    return found


def incumbent(guest):
    """The distribution's module by its rule of iptables; ../bench --incumbent builds it."""
    directory = os.path.join(guest.directory, "incumbent")
    module.unload_if_loaded()
    for needed in ("ip_tables", "iptable_filter", "ip6_tables"):
        net.run("modprobe", needed)
    net.run("insmod", os.path.join(directory, "xt_RTPENGINE.ko"))
    system = net.run("pkg-config", "--variable=xtlibdir", "xtables").strip()
    libraries = "XTABLES_LIBDIR=%s:%s" % (os.path.join(guest.programs, "xt"), system)
    rule = "iptables-legacy -I INPUT -p udp -j RTPENGINE --id 0"
    net.run("ip", "netns", "exec", "r", "env", libraries, *rule.split())
    ends = (net.RA4, PORT, net.RB4, OUT, net.B4, FAR)
    owner = subprocess.Popen(
        [os.path.join(directory, "incumbent"), *map(str, ends)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert owner.stdout.readline() == b"ready\n"
    return {"the incumbent's module, RTP to RTP": guest.through(PORT)}


ALL = (
    ("plain", plain_forwarding),
    ("prerouting", _hook("RTP to RTP, prerouting", U.HOOK_PREROUTING)),
    ("input-first", _hook("RTP to RTP, input-first", U.HOOK_INPUT_FIRST)),
    ("input-last", _hook("RTP to RTP, input-last, pinhole", U.HOOK_INPUT_LAST, _PINHOLE)),
    ("outputs", outputs),
    ("lookup", lookup),
    ("install", install_time),
    ("secure", secure),
)
# Only with its module: it takes the place of ours, so it comes last.
INCUMBENT = ("incumbent", incumbent)
