"""An NG client as a SIP proxy has it: UDP, bencode, retransmission with the same cookie."""
import random
import socket
import time

from runner import encoding

_TRIES, _SECONDS = 5, 1.0


class NgClient:
    def __init__(self, network, host, server):
        """host: where the client runs; server: (address, port)"""
        self._socket = network.inside(
            host, lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        )
        self._server = server

    def close(self):
        self._socket.close()

    def ask(self, command, tries=_TRIES, **keys):
        """-> the reply; keys are written with underscores for hyphens. None when nobody answers."""
        request = {"command": command}
        request.update({key.replace("_", "-"): value for key, value in keys.items()})
        cookie = b"%08x_%d" % (random.getrandbits(32), random.getrandbits(16))
        for _ in range(tries):
            try:
                self._socket.sendto(cookie + b" " + encoding.encode_bencode(request), self._server)
            except OSError:
                time.sleep(_SECONDS)
                continue
            reply = self._await(cookie)
            if reply is not None:
                return reply
        return None

    def _await(self, cookie):
        deadline = time.monotonic() + _SECONDS
        while time.monotonic() < deadline:
            self._socket.settimeout(max(0.01, deadline - time.monotonic()))
            try:
                head, _, body = self._socket.recv(65536).partition(b" ")
            except OSError:  # nothing, or an ICMP error
                time.sleep(0.02)
                continue
            if head == cookie:
                return encoding.decode(body)
        return None

    def ok(self, command, **keys):
        reply = self.ask(command, **keys)
        assert reply is not None, "no reply to %s" % command
        assert reply.get("result") == "ok", "%s: %r" % (command, reply)
        return reply

    def answers_ping(self):
        return self.ask("ping", tries=1) == {"result": "pong"}
