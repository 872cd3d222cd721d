"""A queue of netfilter (nfnetlink_queue), of which each packet is let go on. No more of it."""
import socket
import struct

from lab import genetlink as nl

_NETLINK_NETFILTER = 12
_SUBSYSTEM = 3
_PACKET, _VERDICT, _CONFIG = 0, 1, 2
_CFG_CMD, _CFG_PARAMS = 1, 2
_BIND, _COPY_META = 1, 1
_PACKET_HDR, _VERDICT_HDR = 1, 2
_NF_ACCEPT = 1


class Queue:
    """In the network namespace of its maker."""

    def __init__(self, number):
        self._number = number
        self._socket = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, _NETLINK_NETFILTER)
        self._socket.bind((0, 0))
        self._socket.settimeout(10)
        self._ask(_CONFIG, nl.attribute(_CFG_CMD, struct.pack("!BBH", _BIND, 0, 0)))
        self._ask(_CONFIG, nl.attribute(_CFG_PARAMS, struct.pack("!IB", 0, _COPY_META)))

    def _ask(self, kind, data, flags=nl.NLM_F_REQUEST | nl.NLM_F_ACK):
        body = struct.pack("!BBH", 0, 0, self._number) + data
        head = struct.pack("=IHHII", 16 + len(body), _SUBSYSTEM << 8 | kind, flags, 0, 0)
        self._socket.send(head + body)
        if flags & nl.NLM_F_ACK:
            answer = self._socket.recv(65536)
            assert answer[4:6] == struct.pack("=H", nl.NLMSG_ERROR) and answer[16:20] == bytes(4), answer

    def accept(self):
        """Waits for a packet and lets it go on: in this process."""
        message = self._socket.recv(65536)
        assert message[4:6] == struct.pack("=H", _SUBSYSTEM << 8 | _PACKET), message
        identity = nl.parse(message[20:])[_PACKET_HDR][:4]
        verdict = struct.pack("!I", _NF_ACCEPT) + identity
        self._ask(_VERDICT, nl.attribute(_VERDICT_HDR, verdict), nl.NLM_F_REQUEST)

    def close(self):
        self._socket.close()
