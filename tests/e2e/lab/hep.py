"""HEPv3 packets taken apart (what Homer does with them), by the description of the format: wireshark of
Debian 12 does not know it."""
import collections
import ipaddress
import struct

Packet = collections.namedtuple(
    "Packet", "source destination time protocol capture_id correlation payload ip_protocol order"
)


def split(stream):
    """The complete packets of a TCP stream."""
    packets = []
    while len(stream) >= 6:
        assert stream[:4] == b"HEP3", stream[:20]
        (length,) = struct.unpack_from(">H", stream, 4)
        if len(stream) < length:
            break
        packets.append(stream[:length])
        stream = stream[length:]
    return packets


def parse(packet):
    assert packet[:4] == b"HEP3" and struct.unpack_from(">H", packet, 4)[0] == len(packet)
    chunks, at = {}, 6
    while at < len(packet):
        vendor, kind, length = struct.unpack_from(">HHH", packet, at)
        assert vendor == 0 and length >= 6 and at + length <= len(packet) and kind not in chunks
        chunks[kind] = packet[at + 6 : at + length]
        at += length

    def number(kind):
        return int.from_bytes(chunks[kind], "big")

    family, (source, destination) = number(1), ((3, 4) if number(1) == 2 else (5, 6))
    size = 4 if family == 2 else 16
    assert family in (2, 10) and len(chunks[source]) == len(chunks[destination]) == size
    assert [len(chunks[kind]) for kind in (1, 2, 7, 8, 9, 10, 11, 12)] == [1, 1, 2, 2, 4, 4, 1, 4]
    assert list(chunks) == [1, 2, 7, 8, 9, 10, 11, 12, source, destination, 0x11, 0x0F]
    assert number(10) < 1_000_000
    return Packet(
        source=(str(ipaddress.ip_address(chunks[source])), number(7)),
        destination=(str(ipaddress.ip_address(chunks[destination])), number(8)),
        time=number(9) + number(10) / 1e6,
        protocol=number(11),
        capture_id=number(12),
        correlation=chunks[0x11].decode(),
        payload=chunks[0x0F].decode(),
        ip_protocol=number(2),
        order=list(chunks),
    )
