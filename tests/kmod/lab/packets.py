"""Packets as bytes: RTP, UDP over IPv4 and IPv6 with right or wrong checksums, and a wire to put them on."""
import ipaddress
import socket
import struct

from lab import net

ETH_IP, ETH_IPV6 = 0x0800, 0x86DD
_SOL_PACKET, _PACKET_IGNORE_OUTGOING = 263, 23
SO_RCVBUFFORCE = 33


def rtp(sequence, timestamp=None, ssrc=0x11223344, pt=8, payload=b"\xd5" * 160, marker=False):
    timestamp = sequence * 160 if timestamp is None else timestamp
    first = struct.pack(
        "!BBHII",
        0x80,
        pt | (0x80 if marker else 0),
        sequence & 0xFFFF,
        timestamp & 0xFFFFFFFF,
        ssrc,
    )
    return first + payload


def sequence_of(packet):
    return struct.unpack_from("!H", packet, 2)[0]


def rtcp_sr(ssrc=0x11223344):
    return struct.pack("!BBHIQIII", 0x80, 200, 6, ssrc, 0, 0, 1, 160)


STUN = struct.pack("!HHI12s", 0x0001, 0, 0x2112A442, b"0123456789ab")
DTLS = bytes([22, 254, 253]) + bytes(10)


def checksum(data):
    if len(data) % 2:
        data += b"\0"
    total = sum(struct.unpack("!%dH" % (len(data) // 2), data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def _pseudo(source, dest, length):
    one, other = ipaddress.ip_address(source).packed, ipaddress.ip_address(dest).packed
    return one + other + struct.pack("!II", length, 17)


def udp(source, dest, payload, length=None, check=None):
    """A UDP datagram between two (address, port); `length` and `check` override what is right."""
    real = 8 + len(payload)
    header = struct.pack("!HHHH", source[1], dest[1], real if length is None else length, 0)
    if check is None:
        check = checksum(_pseudo(source[0], dest[0], real) + header + payload) or 0xFFFF
    return header[:6] + struct.pack("!H", check) + payload


def udp_is_right(source, dest, datagram):
    """Whether the UDP checksum of what was captured is right (0 = none, allowed for IPv4)."""
    if ":" not in source and datagram[6:8] == b"\0\0":
        return True
    return checksum(_pseudo(source, dest, len(datagram)) + datagram) == 0


def ipv4(source, dest, body, tos=0, ttl=64, ident=1, offset=0, more=False, options=b"", length=None):
    """`offset` in bytes; `length` overrides the total length."""
    words = 5 + len(options) // 4
    total = words * 4 + len(body) if length is None else length
    fragment = (0x2000 if more else 0) | offset // 8
    addresses = socket.inet_aton(source) + socket.inet_aton(dest)
    head = struct.pack("!BBHHHBBH", 0x40 | words, tos, total, ident, fragment, ttl, 17, 0)
    check = checksum(head + addresses + options)
    return head[:10] + struct.pack("!H", check) + addresses + options + body


def ipv6(source, dest, body, next_header=17, traffic_class=0, hops=64, length=None):
    head = struct.pack(
        "!IHBB", 6 << 28 | traffic_class << 20, len(body) if length is None else length, next_header, hops
    )
    return head + ipaddress.ip_address(source).packed + ipaddress.ip_address(dest).packed + body


class Wire:
    """Puts whole packets on a device of a namespace, and sees what arrives there."""

    def __init__(self, namespace="a", device="eth0", peer_namespace="r", peer_device="ra"):
        self._to = net.mac(peer_namespace, peer_device)
        with net.inside(namespace):
            self._socket = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
            self._ears = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(3))
            self._ears.setsockopt(_SOL_PACKET, _PACKET_IGNORE_OUTGOING, 1)
            self._socket.bind((device, 0))
            self._ears.bind((device, 3))
            self._ears.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, 1 << 24)
        self._from = self._socket.getsockname()[4]

    def send(self, packet):
        kind = ETH_IP if packet[0] >> 4 == 4 else ETH_IPV6
        self._socket.send(self._to + self._from + struct.pack("!H", kind) + packet)

    def send_frame(self, kind, packet):
        self._socket.send(self._to + self._from + struct.pack("!H", kind) + packet)

    def received(self, seconds=0.05):
        """-> IP packets with UDP that arrived."""
        found = []
        for packet in net.received(self._ears, seconds):
            if (packet[0] >> 4 == 4 and packet[9] == 17) or (packet[0] >> 4 == 6 and packet[6] == 17):
                found.append(packet)
        return found

    def close(self):
        self._socket.close()
        self._ears.close()
