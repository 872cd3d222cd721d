"""What a test is given: the standard network, a client in the relay, and helpers that say what is meant.

Everything is put back after each test: flows, tables, sockets, rules.
"""

import socket
import time

from lab import module, net, packets
from lab.rtpengine import Client, output
from lab.uapi import U

TABLE = 5
PORT = 30000  # of the relay, towards the caller
OUT = 31000  # of the relay, towards the callee
FAR = 40000  # of the parties


class Bed:
    def __init__(self):
        self._open = []
        self._undo = []
        self.client = None

    def start(self):
        self.client = self.new_client()

    def finish(self):
        for action in reversed(self._undo):
            action()
        for one in self._open:
            one.close()
        self._open, self._undo, self.client = [], [], None
        if not module.loaded():
            return
        # Tables of clients that are gone die without linger; wait, so that no test sees another's.
        with net.inside("r"):
            watcher = Client()
        for table in watcher.tables():
            if not table["owner"]:
                watcher.delete(table["id"])
        net.wait_for(lambda: not watcher.tables(), what="tables are gone")
        watcher.close()

    def keep(self, one):
        """Closes it at the end of the test."""
        self._open.append(one)
        return one

    def later(self, action):
        self._undo.append(action)

    def new_client(self, namespace="r", timeout=20):
        with net.inside(namespace):
            return self.keep(Client(timeout))

    def udp(self, namespace, address):
        return self.keep(net.udp(namespace, address))

    def close_sockets(self):
        """Those of udp() and parties(), so that their addresses can be bound anew."""
        for one in [one for one in self._open if isinstance(one, socket.socket)]:
            self._open.remove(one)
            one.close()

    def close(self, one):
        self._open.remove(one)
        one.close()

    def wire(self, *where):
        return self.keep(packets.Wire(*where))

    def claim(self, table=TABLE, hook=None, **settings):
        return self.client.claim(table, hook=U.HOOK_INPUT_FIRST if hook is None else hook, **settings)

    def relay(self, local=None, source=None, dest=None, table=TABLE, **settings):
        """A flow from the caller to the callee; -> its local address."""
        local = local or (net.RA4, PORT)
        out = output(source or (net.RB4, OUT), dest or (net.B4, FAR), **settings.pop("out", {}))
        self.client.add(table, local, [out], **settings)
        return local

    def parties(self, family=4):
        """-> the caller's and the callee's socket."""
        one, other = (net.A4, net.B4) if family == 4 else (net.A6, net.B6)
        return self.udp("a", (one, FAR)), self.udp("b", (other, FAR))

    def stats(self, local=None, table=TABLE):
        return self.client.flow(table, local or (net.RA4, PORT))["stats"]

    def rules(self, text):
        """nftables rules in the relay, for this test."""
        net.run("ip", "netns", "exec", "r", "nft", "-f", "-", text=text)
        self.later(lambda: net.run("ip", "netns", "exec", "r", "nft", "flush", "ruleset"))


def send_rtp(sock, to, count=10, first=1, **fields):
    for number in range(first, first + count):
        sock.sendto(packets.rtp(number, **fields), to)


def expect(sock, count, seconds=3):
    """-> exactly so many packets; fails with fewer or more."""
    found, end = [], time.monotonic() + seconds
    while len(found) < count and time.monotonic() < end:
        found += net.received(sock, 0.05)
    found += net.received(sock, 0.02)
    assert len(found) == count, "%d packets instead of %d" % (len(found), count)
    return found
