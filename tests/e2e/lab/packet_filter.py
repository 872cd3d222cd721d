"""The packet filter of a host, by the system's own nft. Whatever nft prints on stderr fails the
test: it has to understand all rules at any time."""
import json
import re
import subprocess

_COUNTS = re.compile(r"packets \d+ bytes \d+")

# The section "Configuración de nftables" of the installation guide, line by line.
GUIDE = r"""
nft flush ruleset
nft add table inet filter
nft add chain inet filter input { type filter hook input priority 0 \; policy accept \; }
nft add rule inet filter input iif lo accept
nft add rule inet filter input ct state established,related accept
nft add rule inet filter input ip protocol icmp accept
nft add rule inet filter input ip6 nexthdr ipv6-icmp accept
nft add rule inet filter input tcp dport 22 accept
nft add rule inet filter input udp dport 5060 accept
nft add rule inet filter input udp dport 10000-20000 accept
nft add rule inet filter input counter drop
nft add chain inet filter forward { type filter hook forward priority 0 \; policy drop \; }
nft add chain inet filter output { type filter hook output priority 0 \; policy accept \; }
"""

# Nothing but the loopback, neighbours and ping comes in.
CLOSED = """
table inet filter {
  chain input {
    type filter hook input priority filter; policy drop;
    iif "lo" accept comment "Allow loopback"
    ip protocol icmp accept
    ip6 nexthdr ipv6-icmp accept
    counter drop comment "Drop all other traffic"
  }
}
"""


class PacketFilter:
    def __init__(self, network, host):
        self._network, self.host = network, host

    def nft(self, *arguments, text=None):
        done = subprocess.run(
            self._network.command(self.host, ["nft", *arguments]),
            input=text,
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0 and not done.stderr, "nft %s: %s" % (arguments, done.stderr)
        return done.stdout

    def load(self, text):
        self.nft("-f", "-", text=text)

    def shell(self, lines):
        self._network.run(self.host, "sh", "-ec", lines)

    def flush(self):
        self.nft("flush", "ruleset")

    def rules(self):
        """Everything, as it would be saved."""
        return self.nft("list", "ruleset")

    def shape(self):
        """The same without counts."""
        return _COUNTS.sub("packets N bytes N", self.rules())

    def objects(self, kind):
        listing = json.loads(self.nft("-j", "list", "ruleset"))["nftables"]
        return [entry[kind] for entry in listing if kind in entry]

    def open_ports(self):
        """-> {(address, port): (packets, comment)} of all sets."""
        found = {}
        for one in self.objects("set"):
            for element in one.get("elem", []):
                inner = element["elem"]
                address, port = inner["val"]["concat"]
                found[address, port] = (inner["counter"]["packets"], inner.get("comment"))
        return found

    def packets(self, chain):
        """Counted by the rules of a chain, in order."""
        return [
            expression["counter"]["packets"]
            for rule in self.objects("rule")
            if rule["chain"] == chain
            for expression in rule["expr"]
            if "counter" in expression
        ]
