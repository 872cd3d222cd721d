"""What a flow can do to packets, feature by feature."""
import struct

from lab import genetlink as nl
from lab import net, packets
from lab.bed import FAR, OUT, PORT, TABLE, expect, send_rtp
from lab.rtpengine import flow_nest, output, table_nest
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


def test_ssrcs_are_learned_up_to_four(bed):
    bed.claim()
    bed.relay()
    up = bed.udp("r", _LOCAL)
    caller, callee = bed.parties()
    for ssrc in (1, 2, 3, 4, 5, 2):
        caller.sendto(packets.rtp(1, ssrc=ssrc), _LOCAL)
    assert len(expect(callee, 5)) == 5
    assert [p[8:12] for p in expect(up, 1)] == [b"\0\0\0\5"]
    flow = bed.client.flow(TABLE, _LOCAL)
    assert {s: flow["ssrcs"][s]["packets"] for s in flow["ssrcs"]} == {1: 1, 2: 2, 3: 1, 4: 1}


def test_only_known_ssrcs(bed):
    bed.claim()
    known = nl.attribute(U.FLOW_A_SSRCS, [nl.attribute(1, [nl.u32(U.SSRC_A_SSRC, 7)])])
    nest = flow_nest(_LOCAL, [_output()], ssrc_policy=U.SSRC_UP, secure=known)
    bed.client.request(U.CMD_FLOW_NEW, table_nest(TABLE), nest)
    up = bed.udp("r", _LOCAL)
    caller, callee = bed.parties()
    for ssrc in (7, 8):
        caller.sendto(packets.rtp(1, ssrc=ssrc), _LOCAL)
    assert expect(callee, 1) == [packets.rtp(1, ssrc=7)]
    assert expect(up, 1) == [packets.rtp(1, ssrc=8)]


def test_loops_end(bed):
    """Two flows that send to each other, one of them twice: it has to die down."""
    bed.claim()
    one, other = (net.RB4, PORT), (net.RB4, PORT + 1)
    bed.client.add(TABLE, one, [output(one, other), output(one, other)])
    bed.client.add(TABLE, other, [output(other, one)])
    bed.client.add(TABLE, _LOCAL, [output((net.RB4, OUT), one)])
    caller = bed.udp("a", (net.A4, FAR))
    caller.sendto(packets.rtp(1), _LOCAL)

    def at_rest():
        before = bed.stats(one)["packets"]
        net.received(caller, 0.5)
        return before == bed.stats(one)["packets"]

    net.wait_for(at_rest, 60, "the loop ends")
    assert bed.client.table(TABLE)["reasons"].get(U.REASON_UP_TTL, 0) > 0


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
