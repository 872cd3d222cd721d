"""Hosts as network namespaces on one switch: 10.77.0.0/24 and fd77::/64, nothing of it visible
outside.

Not here: what runs on the hosts (processes.py).
"""
import ctypes
import os
import subprocess
import threading

_CLONE_NEWNET = 0x40000000
_libc = ctypes.CDLL(None, use_errno=True)

# sip: the proxy; m1, m2: media hosts; uac, uas, uas2: the parties; web, web6, web46: browsers; mallory: of no call.
HOSTS = {
    "sip": 1,
    "uac": 11,
    "uas": 12,
    "uas2": 13,
    "web": 14,
    "web6": 15,
    "web46": 16,
    "m1": 21,
    "m2": 22,
    "mallory": 66,
}


def _ip(*arguments):
    subprocess.run(["ip", *arguments], check=True, stdout=subprocess.DEVNULL)


class Network:
    def __init__(self, prefix):
        self._prefix = prefix
        self._namespaces = []

    def namespace(self, host):
        return "%s-%s" % (self._prefix, host)

    @staticmethod
    def ipv4(host):
        return "10.77.0.%d" % HOSTS[host]

    @staticmethod
    def ipv6(host):
        return "fd77::%d" % HOSTS[host]

    def _add_namespace(self, name):
        _ip("netns", "add", name)
        self._namespaces.append(name)
        _ip("-n", name, "link", "set", "lo", "up")
        # Clients' own ports stay clear of the relay's (30000-39999), which break_relay() shuts.
        _ip("netns", "exec", name, "sysctl", "-qw", "net.ipv4.ip_local_port_range=40000 60999")

    def create(self):
        switch = self.namespace("switch")
        self._add_namespace(switch)
        _ip("-n", switch, "link", "add", "br0", "type", "bridge")
        _ip("-n", switch, "link", "set", "br0", "up")
        for host in HOSTS:
            name = self.namespace(host)
            self._add_namespace(name)
            _ip(
                "-n",
                switch,
                "link",
                "add",
                host,
                "type",
                "veth",
                "peer",
                "name",
                "eth0",
                "netns",
                name,
            )
            _ip("-n", switch, "link", "set", host, "master", "br0", "up")
            _ip("-n", name, "addr", "add", self.ipv4(host) + "/24", "dev", "eth0")
            _ip("-n", name, "addr", "add", self.ipv6(host) + "/64", "dev", "eth0", "nodad")
            _ip("-n", name, "link", "set", "eth0", "up")

    def remove(self):
        for name in reversed(self._namespaces):
            subprocess.run(["ip", "netns", "del", name], check=False)
        self._namespaces = []

    def command(self, host, command):
        """The command line that runs a command on a host; `ip` execs it, so the process id is the
        command's."""
        return ["ip", "netns", "exec", self.namespace(host), *command]

    def run(self, host, *command, **options):
        return subprocess.run(self.command(host, list(command)), check=True, **options)

    def inside(self, host, function):
        """Calls a function in a thread that has entered the host's namespace; sockets made there
        stay there."""
        outcome = {}

        def enter():
            handle = os.open("/run/netns/" + self.namespace(host), os.O_RDONLY)
            try:
                if _libc.setns(handle, _CLONE_NEWNET) != 0:
                    raise OSError(ctypes.get_errno(), "setns")
                outcome["value"] = function()
            except BaseException as error:  # noqa: B902 - handed to the caller's thread
                outcome["error"] = error
            finally:
                os.close(handle)

        thread = threading.Thread(target=enter)
        thread.start()
        thread.join()
        if "error" in outcome:
            raise outcome["error"]
        return outcome["value"]

    def confine(self, host, to, families=("ipv4",)):
        """From now on the host reaches no other than one, and has addresses of these families only."""
        name = self.namespace(host)
        subnets = {
            "ipv4": ("-4", self.ipv4(to) + "/32", self.ipv4("sip").rpartition(".")[0] + ".0/24"),
            "ipv6": ("-6", self.ipv6(to) + "/128", self.ipv6("sip").rpartition("::")[0] + "::/64"),
        }
        for family, (option, target, subnet) in subnets.items():
            if family in families:
                _ip("-n", name, option, "route", "replace", target, "dev", "eth0")
                _ip("-n", name, option, "route", "del", subnet, "dev", "eth0")
            else:
                _ip("-n", name, option, "addr", "flush", "dev", "eth0")

    def break_relay(self, host):
        """Drops the media arriving at a host: a check that proves relaying has to fail from now
        on."""
        self.run(
            host,
            "nft",
            "add table inet broken; add chain inet broken in "
            "{ type filter hook input priority -300; }; add rule inet broken in udp dport 30000-39999 drop",
        )

    def mend_relay(self, host):
        subprocess.run(
            self.command(host, ["nft", "delete", "table", "inet", "broken"]),
            check=False,
            stderr=subprocess.DEVNULL,
        )
