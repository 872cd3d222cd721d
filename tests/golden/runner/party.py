"""The parties' UDP sockets: receive with source address, TOS and the kernel's time of arrival."""
import select
import socket
import struct
import time
from collections import namedtuple

from .exchange import join_address, split_address
from .packet import is_ignored

Datagram = namedtuple("Datagram", "data source tos when")

_SO_TIMESTAMPNS = 35
_IP_RECVTOS = getattr(socket, "IP_RECVTOS", 13)


class Party:
    def __init__(self, address):
        host, port = split_address(address)
        six = ":" in host
        self.socket = socket.socket(socket.AF_INET6 if six else socket.AF_INET, socket.SOCK_DGRAM)
        if six:
            self.socket.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_RECVTCLASS, 1)
        else:
            self.socket.setsockopt(socket.IPPROTO_IP, _IP_RECVTOS, 1)
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
        self.socket.setsockopt(socket.SOL_SOCKET, _SO_TIMESTAMPNS, 1)
        self.socket.bind((host, port))
        self.socket.setblocking(False)

    def close(self):
        self.socket.close()

    def send(self, data, address):
        self.socket.sendto(data, split_address(address))

    def _receive(self, seconds):
        if not select.select([self.socket], [], [], max(seconds, 0))[0]:
            return None
        try:
            data, ancillary, _, source = self.socket.recvmsg(65536, 256)
        except OSError:
            return None  # an ICMP error of an earlier send
        tos, when = 0, time.time()
        for level, kind, value in ancillary:
            if (level, kind) in (
                (socket.IPPROTO_IP, socket.IP_TOS),
                (socket.IPPROTO_IPV6, socket.IPV6_TCLASS),
            ):
                tos = value[0]
            elif (level, kind) == (socket.SOL_SOCKET, _SO_TIMESTAMPNS):
                seconds_part, nanoseconds = struct.unpack("qq", value)
                when = seconds_part + nanoseconds / 1e9
        return Datagram(data, join_address(source[0].split("%")[0], source[1]), tos, when)

    def next(self, deadline, ignore=()):
        """The next datagram that is not of an ignored kind, or None at the deadline
        (time.monotonic())."""
        while True:
            datagram = self._receive(deadline - time.monotonic())
            if datagram is None or not is_ignored(datagram.data, ignore):
                return datagram

    def all_until(self, deadline, ignore=()):
        out = []
        while True:
            datagram = self.next(deadline, ignore)
            if datagram is None:
                return out
            out.append(datagram)
