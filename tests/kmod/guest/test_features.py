"""What a flow can do to packets, feature by feature."""
import struct
import time

from lab import genetlink as nl
from lab import net, packets
from lab.bed import FAR, OUT, PORT, TABLE, expect, send_rtp
from lab.rtpengine import output, payload_type
from lab.uapi import U

_LOCAL = (net.RA4, PORT)
_BOTH = U.FLOW_F_RTP | U.FLOW_F_RTCP
_OUT_BOTH = U.OUT_F_RTP | U.OUT_F_RTCP
_PLI = struct.pack("!BBHII", 0x81, 206, 2, 0x11223344, 1)


def _output(flags=None, **settings):
    return output((net.RB4, OUT), (net.B4, FAR), flags, **settings)


def test_header_extension_is_stripped(bed):
    bed.claim()
    bed.client.add(TABLE, _LOCAL, [_output(U.OUT_F_RTP | U.OUT_F_STRIP_EXT)])
    caller, callee = bed.parties()
    plain = packets.rtp(7)
    extended = bytes([plain[0] | 0x10]) + plain[1:12] + struct.pack("!HHII", 0xBEDE, 2, 1, 2) + plain[12:]
    for packet in (extended, plain):
        caller.sendto(packet, _LOCAL)
    assert expect(callee, 2) == [plain, plain]


def _extended(elements, profile=0xBEDE, number=7):
    """An RTP packet with these octets in its header extension."""
    plain = packets.rtp(number)
    padded = elements + bytes(-len(elements) % 4)
    header = struct.pack("!HH", profile, len(padded) // 4)
    return bytes([plain[0] | 0x10]) + plain[1:12] + header + padded + plain[12:]


def _mid(text, id=4):
    return bytes([id << 4 | (len(text) - 1)]) + text


_LEVEL = b"\x10\x2a"  # id 1, one octet


def test_elements_of_the_header_extension_are_removed(bed):
    bed.claim()
    bed.client.add(TABLE, _LOCAL, [_output(ext_remove=[4, 200])])
    caller, callee = bed.parties()
    two_byte = b"\xc8\x01x" + b"\x01\x01\x2a"
    sent = [
        (_extended(_mid(b"audio") + _LEVEL), _extended(_LEVEL)),
        (_extended(_LEVEL + _mid(b"audio")), _extended(_LEVEL)),
        (_extended(_mid(b"audio")), packets.rtp(7)),
        (_extended(_LEVEL), _extended(_LEVEL)),
        (_extended(two_byte, 0x1000), _extended(two_byte[3:], 0x1000)),
        (_extended(_mid(b"x"), 0x4321), _extended(_mid(b"x"), 0x4321)),
        (packets.rtp(7), packets.rtp(7)),
    ]
    for packet, _ in sent:
        caller.sendto(packet, _LOCAL)
    assert expect(callee, len(sent)) == [wanted for _, wanted in sent]


def test_an_element_is_put_into_the_header_extension(bed):
    """Each output has its own, and gets the rest as it came; also where somebody else looks at the packet."""
    bed.claim()
    bed.client.add(
        TABLE,
        _LOCAL,
        [_output(ext_remove=[1], ext_id=4, ext_value=b"video"), _output(), _output(ext_id=20, ext_value=b"v")],
    )
    caller, callee = bed.parties()
    plain, level = packets.rtp(7), _extended(_LEVEL)
    there = _extended(_mid(b"mine"))
    for packet in (plain, level, there):
        caller.sendto(packet, _LOCAL)
    padded = _mid(b"video") + bytes(2)
    assert expect(callee, 9) == [
        _extended(padded), plain, _extended(b"\x14\x01v", 0x1000),
        _extended(padded), level, level,
        there, there, there,
    ]
    assert bed.client.flow(TABLE, _LOCAL)["outputs"][0]["errors"] == 0
    settings = nl.parse(nl.parse_list(bed.client.flow(TABLE, _LOCAL)["raw"][U.FLOW_A_OUTPUTS])[0][1])
    assert settings[U.OUT_A_EXT_REMOVE] == b"\x02" + bytes(31)
    assert (settings[U.OUT_A_EXT_ID], settings[U.OUT_A_EXT_VALUE]) == (b"\x04", b"video")
    with net.inside("r"), open("/proc/rtpengine/%d/list" % TABLE) as shown:
        assert " extensions -1 +4=video\n" in shown.read()


def test_an_extension_longer_than_the_packet_is_none(bed):
    """Its length, in octets, does not fit 16 bits."""
    bed.claim()
    bed.client.add(TABLE, _LOCAL, [_output(ext_remove=[1])])
    up = bed.udp("r", _LOCAL)
    caller, _ = bed.parties()
    plain = packets.rtp(7)
    packet = bytes([plain[0] | 0x10]) + plain[1:12] + struct.pack("!HH", 0xBEDE, 0x4000) + plain[12:]
    caller.sendto(packet, _LOCAL)
    assert expect(up, 1) == [packet]


def test_media_of_a_bundle_go_their_ways(bed):
    """By payload type; each output counts its own."""
    bed.claim()
    pts = [payload_type(pt) for pt in (0, 8, 96)]
    outputs = [_output(takes=[0, 8], ext_id=4, ext_value=b"a"), _output(takes=[96]), _output()]
    bed.client.add(TABLE, _LOCAL, outputs, pts=pts)
    up = bed.udp("r", _LOCAL)
    caller, callee = bed.parties()
    for pt in (0, 96, 8, 97):
        caller.sendto(packets.rtp(7, pt=pt), _LOCAL)
    assert [p[1] & 0x7F for p in expect(callee, 6)] == [0, 0, 96, 96, 8, 8]
    assert [p[1] for p in expect(up, 1)] == [97]
    flow = bed.client.flow(TABLE, _LOCAL)
    assert [one["packets"] for one in flow["outputs"]] == [2, 1, 3]
    assert flow["pts"] == {0: 1, 8: 1, 96: 1}


def test_feedback_is_filtered(bed):
    bed.claim()
    bed.client.add(
        TABLE, _LOCAL, [_output(U.OUT_F_RTCP | U.OUT_F_NO_FEEDBACK)], flags=U.FLOW_F_RTCP
    )
    caller, callee = bed.parties()
    report = packets.rtcp_sr()
    for packet in (report + _PLI, _PLI + report + _PLI, _PLI, report + b"\x80\xca\0\xff"):
        caller.sendto(packet, _LOCAL)
    assert expect(callee, 3) == [report] * 3
    assert bed.client.table(TABLE)["reasons"] == {U.REASON_OUT_FILTERED: 1}
    flow = bed.client.flow(TABLE, _LOCAL)
    assert (flow["stats"]["packets"], flow["stats"]["rtcp"]) == (4, 4), flow["stats"]
    assert flow["outputs"][0]["errors"] == 0


def test_ssrc_is_mapped(bed):
    bed.claim()
    bed.client.add(TABLE, _LOCAL, [_output(ssrc_map=[(0x11223344, 0x55667788)])])
    caller, callee = bed.parties()
    caller.sendto(packets.rtp(9), _LOCAL)
    caller.sendto(packets.rtp(9, ssrc=5), _LOCAL)
    assert expect(callee, 2) == [packets.rtp(9, ssrc=0x55667788), packets.rtp(9, ssrc=5)]


def test_rtcp_forwarded_and_copied_up(bed):
    bed.claim()
    bed.client.add(TABLE, _LOCAL, [_output(_OUT_BOTH)], flags=_BOTH, rtcp=U.ACTION_COPY)
    up = bed.udp("r", _LOCAL)
    caller, callee = bed.parties()
    caller.sendto(packets.rtcp_sr(), _LOCAL)
    caller.sendto(packets.rtp(1), _LOCAL)
    assert expect(callee, 2) == [packets.rtcp_sr(), packets.rtp(1)]
    assert expect(up, 1) == [packets.rtcp_sr()]
    stats = bed.stats()
    assert (stats["packets"], stats["rtcp"], stats["up"]) == (2, 1, 0), stats


def test_sinks_count_and_drop(bed):
    bed.claim()
    up = bed.udp("r", _LOCAL)
    caller, callee = bed.parties()
    for flags, outputs, with_stun in (
        (U.FLOW_F_RTP | U.FLOW_F_DROP, [_output()], 1),
        (U.FLOW_F_RTP, [], 1),
        (U.FLOW_F_RTP | U.FLOW_F_DROP_ALL, [_output()], 0),
    ):
        bed.client.add(TABLE, _LOCAL, outputs, flags=flags)
        send_rtp(caller, _LOCAL, 3)
        caller.sendto(packets.STUN, _LOCAL)
        assert len(expect(up, with_stun)) == with_stun
        assert expect(callee, 0) == []
        stats = bed.client.remove(TABLE, _LOCAL)["stats"]
        assert (stats["packets"], stats["errors"]) == (4 - with_stun, 0), (flags, stats)


def test_what_is_not_rtp_is_verbatim(bed):
    """udptl: any first byte, but STUN and DTLS are known by more than that."""
    bed.claim()
    bed.client.add(TABLE, _LOCAL, [_output()], flags=0)
    up = bed.udp("r", _LOCAL)
    caller, callee = bed.parties()
    through = [b"\0\1\2\3" + b"i" * 40, bytes([22]) + b"\1" * 30, b"\x80", b"", packets.rtp(1)]
    for packet in through + [packets.STUN, packets.DTLS]:
        caller.sendto(packet, _LOCAL)
    assert expect(callee, 5) == through
    assert expect(up, 2) == [packets.STUN, packets.DTLS]


def test_ssrcs_are_learned_up_to_eight(bed):
    bed.claim()
    bed.relay()
    up = bed.udp("r", _LOCAL)
    caller, callee = bed.parties()
    for ssrc in (*range(1, 10), 2):
        caller.sendto(packets.rtp(1, ssrc=ssrc), _LOCAL)
    assert len(expect(callee, 9)) == 9
    assert [p[8:12] for p in expect(up, 1)] == [b"\0\0\0\x09"]
    flow = bed.client.flow(TABLE, _LOCAL)
    assert {s: flow["ssrcs"][s]["packets"] for s in flow["ssrcs"]} == {
        **dict.fromkeys(range(1, 9), 1), 2: 2
    }


def test_only_known_ssrcs(bed):
    bed.claim()
    bed.client.add(TABLE, _LOCAL, [_output()], ssrc_policy=U.SSRC_UP, ssrcs=[7])
    up = bed.udp("r", _LOCAL)
    caller, callee = bed.parties()
    for ssrc in (7, 8):
        caller.sendto(packets.rtp(1, ssrc=ssrc), _LOCAL)
    assert expect(callee, 1) == [packets.rtp(1, ssrc=7)]
    assert expect(up, 1) == [packets.rtp(1, ssrc=8)]


def _comes_to_rest(bed, local):
    def at_rest():
        before = bed.stats(local)["packets"]
        time.sleep(0.5)
        return before == bed.stats(local)["packets"]

    net.wait_for(at_rest, 60, "the loop ends")


def test_loops_end(bed):
    """Two flows that send to each other, one of them twice: it has to die down."""
    bed.claim()
    one, other = (net.RB4, PORT), (net.RB4, PORT + 1)
    bed.client.add(TABLE, one, [output(one, other), output(one, other)])
    bed.client.add(TABLE, other, [output(other, one)])
    bed.client.add(TABLE, _LOCAL, [output((net.RB4, OUT), one)])
    caller = bed.udp("a", (net.A4, FAR))
    caller.sendto(packets.rtp(1), _LOCAL)
    _comes_to_rest(bed, one)
    assert bed.client.table(TABLE)["reasons"].get(U.REASON_UP_TTL, 0) > 0


def test_loops_between_containers_end(bed):
    """Over a veth; each has a network namespace, and no user namespace, of its own."""
    bed.claim()
    there = bed.new_client("a")
    far = (net.A4, PORT)
    for client in (bed.client, there):
        client.claim(TABLE, hook=U.HOOK_INPUT_FIRST)
    bed.client.add(TABLE, _LOCAL, [output(_LOCAL, far), output(_LOCAL, far)])
    there.add(TABLE, far, [output(far, _LOCAL)])
    caller = bed.udp("a", (net.A4, FAR))
    caller.sendto(packets.rtp(1), _LOCAL)
    try:
        _comes_to_rest(bed, _LOCAL)
    finally:
        bed.client.remove(TABLE, _LOCAL)
    reasons = [client.table(TABLE)["reasons"].get(U.REASON_UP_TTL, 0) for client in (bed.client, there)]
    assert sum(reasons) > 0, reasons


def test_replaced_flow_tells_its_end(bed):
    bed.claim()
    bed.relay()
    caller, callee = bed.parties()
    send_rtp(caller, _LOCAL, 3)
    expect(callee, 3)
    bed.client.add(TABLE, _LOCAL, [_output()], replace=True)
    late = bed.client.socket.late

    def gone():
        bed.client.table(TABLE)
        return [m for m in late if m.command == U.CMD_FLOW_GONE]

    net.wait_for(gone, 5, "the final state")
    assert bed.stats()["packets"] == 0
    found = nl.parse(nl.parse(gone()[0].attributes)[U.A_FLOW])
    stats = nl.parse(found[U.FLOW_A_STATS])
    assert nl.number(stats[U.STATS_A_PACKETS]) == 3
