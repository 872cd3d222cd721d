"""A scripted party or attacker: one UDP socket on a host, packets sent one by one, and everything
that arrives kept.

STUN and DTLS are handed to whoever is set as `on_stun` and `on_dtls`. Not here: a party that talks
by itself (rtp_party.py), the protocols (stun and srtp of the golden runner, dtls_client.py).
"""
import socket
import struct
import threading
import time

from runner import stun

from .processes import wait_until


def rtp(ssrc, seq, text=b""):
    """A PCMU packet whose payload says what it is."""
    head = struct.pack(">BBHII", 0x80, 0, seq & 0xFFFF, seq * 160 & 0xFFFFFFFF, ssrc)
    return head + text.ljust(160, b"\xd5")


class Peer:
    def __init__(self, network, host, port=0):
        self.network, self.host, self.address = network, host, network.ipv4(host)
        self._socket = network.inside(
            host, lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        )
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
        self._socket.bind((self.address, port))
        self._socket.settimeout(0.1)
        self.port = self._socket.getsockname()[1]
        self.received = []  # media, as it came
        self.stun = []  # responses, parsed
        self.on_stun = self.on_dtls = None  # (datagram, source)
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self):
        while not self._end.is_set():
            try:
                data, source = self._socket.recvfrom(4096)
            except OSError:  # nothing, or an ICMP error
                continue
            if stun.is_stun(data):
                if stun.message_class(data) != "request":
                    self.stun.append(stun.parse(data))
                elif self.on_stun:
                    self.on_stun(data, source)
            elif data and 20 <= data[0] <= 63:
                if self.on_dtls:
                    self.on_dtls(data, source)
            else:
                self.received.append(data)

    def send(self, target, *packets):
        for packet in packets:
            self._socket.sendto(packet, target)

    def send_as(self, source, target, *packets):
        """From a forged (address, port). The kernel fills in the rest of the IP header."""
        raw = self.network.inside(
            self.host, lambda: socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW)
        )
        addresses = socket.inet_aton(source[0]) + socket.inet_aton(target[0])
        with raw:
            for packet in packets:
                udp = struct.pack(">HHHH", source[1], target[1], 8 + len(packet), 0) + packet
                ip = struct.pack(">BBHHHBBH", 0x45, 0, 0, 0, 0, 64, socket.IPPROTO_UDP, 0)
                raw.sendto(ip + addresses + udp, (target[0], 0))

    def has(self, packet):
        return packet in self.received

    def expect(self, packet):
        wait_until(lambda: self.has(packet), seconds=5, what="packet %s" % packet[:40])

    def close(self):
        self._end.set()
        self._thread.join()
        self._socket.close()

    def sdp(self, *lines, protocol="RTP/AVP"):
        return "\r\n".join(
            [
                "v=0",
                "o=- %d 1 IN IP4 %s" % (self.port, self.address),
                "s=-",
                "c=IN IP4 " + self.address,
                "t=0 0",
                "m=audio %d %s 0" % (self.port, protocol),
                *lines,
                "",
            ]
        )


def settle():
    """Lets what is under way arrive, before it is said that something did not."""
    time.sleep(0.15)
