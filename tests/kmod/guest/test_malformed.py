"""Packets that no proper sender makes: each is left to the stack or dropped, and the next good one goes on."""
import random
import struct

from lab import net, packets
from lab.bed import FAR, OUT, PORT, TABLE
from lab.uapi import U

_MUTATIONS = 1500


def _good_still_passes(bed, wire, local, far, callee):
    net.received(callee, 0.02)
    datagram = packets.udp((far, FAR), local, packets.rtp(7, ssrc=0x11223344))
    wrap = packets.ipv6 if ":" in far else packets.ipv4
    wire.send(wrap(far, local[0], datagram))
    assert packets.rtp(7, ssrc=0x11223344) in net.received(callee, 0.2)


def _flows(bed):
    bed.claim()
    bed.relay(ssrc_policy=U.SSRC_IGNORE, flags=U.FLOW_F_RTP | U.FLOW_F_RTCP)
    bed.relay(
        local=(net.RA6, PORT),
        source=(net.RB6, OUT),
        dest=(net.B6, FAR),
        ssrc_policy=U.SSRC_IGNORE,
        flags=U.FLOW_F_RTP | U.FLOW_F_RTCP,
    )


def test_lengths_that_lie(bed):
    _flows(bed)
    wire, (_, callee) = bed.wire(), bed.parties()
    local, far = (net.RA4, PORT), (net.A4, FAR)
    body = packets.rtp(1)
    for length in (0, 1, 7, 8, 9, 20, 179, 181, 500, 65535):
        wire.send(packets.ipv4(net.A4, net.RA4, packets.udp(far, local, body, length=length)))
    good = packets.udp(far, local, body)
    for cut in range(len(good)):
        wire.send(packets.ipv4(net.A4, net.RA4, good[:cut]))
    for length in (0, 19, 20, 27, 28, 29, 207, 209, 65535):
        wire.send(packets.ipv4(net.A4, net.RA4, good, length=length))
    assert all(len(packet) <= len(body) for packet in net.received(callee, 0.2))
    _good_still_passes(bed, wire, local, net.A4, callee)


def test_headers_of_rtp_that_lie(bed):
    """CSRC counts, extensions and padding that reach beyond the packet, versions, lengths from 0 on."""
    _flows(bed)
    wire, (_, callee) = bed.wire(), bed.parties()
    local, far = (net.RA4, PORT), (net.A4, FAR)
    bodies = [packets.rtp(1)[:cut] for cut in range(0, 24)]
    for first in range(256):
        bodies.append(bytes([first]) + packets.rtp(1)[1:30])
    for words in (0, 1, 5, 0x1000, 0xFFFF):
        bodies.append(b"\x90" + packets.rtp(1)[1:12] + struct.pack("!HH", 0xBEDE, words) + bytes(20))
    for padding in (0, 1, 160, 161, 172, 255):
        bodies.append(b"\xa0" + packets.rtp(1)[1:-1] + bytes([padding]))
    for kind in range(192, 224):
        for words in (0, 1, 6, 0xFFFF):
            bodies.append(struct.pack("!BBHI", 0x81, kind, words, 1) + bytes(20))
    for body in bodies:
        wire.send(packets.ipv4(net.A4, net.RA4, packets.udp(far, local, body)))
    _good_still_passes(bed, wire, local, net.A4, callee)


def test_mutated_packets(bed):
    """Bits turned anywhere, ends cut off, at all hooks and for both families; always the same ones."""
    _flows(bed)
    wire = bed.wire()
    _, callee = bed.parties()
    dice = random.Random(1)
    seeds = []
    for far, local in ((net.A4, net.RA4), (net.A6, net.RA6)):
        wrap = packets.ipv6 if ":" in far else packets.ipv4
        for body in (packets.rtp(1), packets.rtcp_sr(), packets.STUN, packets.DTLS):
            seeds.append(wrap(far, local, packets.udp((far, FAR), (local, PORT), body)))
    for hook in (U.HOOK_INPUT_FIRST, U.HOOK_PREROUTING):
        bed.client.set(TABLE, hook=hook)
        for _ in range(_MUTATIONS):
            packet = bytearray(dice.choice(seeds))
            for _ in range(dice.randint(1, 4)):
                packet[dice.randrange(1, len(packet))] = dice.randrange(256)
            if dice.random() < 0.3:
                del packet[dice.randrange(4, len(packet)) :]
            wire.send(bytes(packet))
        net.received(callee, 0.05)
        _good_still_passes(bed, wire, (net.RA4, PORT), net.A4, callee)


def test_fragments_that_lie(bed):
    """Overlapping, missing, endless and empty ones."""
    _flows(bed)
    wire, (_, callee) = bed.wire(), bed.parties()
    dice = random.Random(2)
    datagram = packets.udp((net.A4, FAR), (net.RA4, PORT), packets.rtp(1, payload=bytes(1000)))
    for number in range(400):
        at = dice.randrange(0, 1000) & ~7
        body = datagram[at : at + dice.choice((0, 1, 8, 100, 500))]
        wire.send(
            packets.ipv4(
                net.A4, net.RA4, body, ident=number // 8, offset=dice.choice((at, 65528)),
                more=dice.random() < 0.6,
            )
        )
    _good_still_passes(bed, wire, (net.RA4, PORT), net.A4, callee)


def test_addresses_that_no_flow_has(bed):
    """Multicast, broadcast and other hosts' packets to a flow's port."""
    _flows(bed)
    wire, (_, callee) = bed.wire(), bed.parties()
    for to in ("224.0.0.1", "255.255.255.255", "10.1.0.255", "10.1.0.77", "127.0.0.1"):
        wire.send(packets.ipv4(net.A4, to, packets.udp((net.A4, FAR), (to, PORT), packets.rtp(1))))
    for to in ("ff02::1", "fd01::77", "::1", "::"):
        wire.send(packets.ipv6(net.A6, to, packets.udp((net.A6, FAR), (to, PORT), packets.rtp(1))))
    assert net.received(callee, 0.2) == []
    _good_still_passes(bed, wire, (net.RA4, PORT), net.A4, callee)
