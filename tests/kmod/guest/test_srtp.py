"""SRTP in flows: both directions, every suite, indices that go from one flow to the next."""
import struct

from lab import genetlink as nl
from lab import net, packets
from lab.bed import FAR, OUT, PORT, TABLE, expect, send_rtp
from lab.rtpengine import output, payload_type, sockaddr, srtp, table_nest
from lab.uapi import U

_BETWEEN = 30100  # where the second flow takes what the first one encrypted
_SUITES = (
    (U.SRTP_AES_CM_128_HMAC_SHA1_80, 16, 14, 10),
    (U.SRTP_AES_CM_128_HMAC_SHA1_32, 16, 14, 4),
    (U.SRTP_AES_192_CM_HMAC_SHA1_80, 24, 14, 10),
    (U.SRTP_AES_256_CM_HMAC_SHA1_80, 32, 14, 10),
    (U.SRTP_AES_256_CM_HMAC_SHA1_32, 32, 14, 4),
    (U.SRTP_AEAD_AES_128_GCM, 16, 12, 16),
    (U.SRTP_AEAD_AES_256_GCM, 32, 12, 16),
)
_SSRC = 0x11223344
_BOTH = U.FLOW_F_RTP | U.FLOW_F_RTCP
_OUT_BOTH = U.OUT_F_RTP | U.OUT_F_RTCP


def _keys(kind, suite, key_length, salt_length, states=(), first=1):
    key = bytes(range(first, first + key_length))
    return srtp(kind, suite, key, bytes(range(100, 100 + salt_length)), states=states)


def _state(index, ssrc=_SSRC):
    nest = [nl.u32(U.STATE_A_SSRC, ssrc), nl.u64(U.STATE_A_INDEX, index)]
    return nl.attribute(1, nest)


def _indices(secure):
    """What an SRTP nest tells: {ssrc: index of RTP}"""
    found = {}
    for _, nest in nl.parse_list(nl.parse(secure).get(U.SRTP_A_STATES, b"")):
        state = nl.parse(nest)
        found[nl.number(state[U.STATE_A_SSRC])] = nl.number(state[U.STATE_A_INDEX])
    return found


def _sent(flow, number=0):
    outputs = nl.parse_list(flow["raw"][U.FLOW_A_OUTPUTS])
    return _indices(nl.parse(outputs[number][1])[U.OUT_A_SRTP])


def _received(flow):
    return _indices(flow["raw"][U.FLOW_A_SRTP])


def _encrypting(bed, suite, states=()):
    """Plain in; one SRTP output to the second flow, one to the callee's second port."""
    secure = _keys(U.OUT_A_SRTP, *suite[:3], states=states)
    outputs = [
        output((net.RA4, OUT), (net.RB4, _BETWEEN), _OUT_BOTH, secure=secure),
        output((net.RB4, OUT), (net.B4, FAR + 1), _OUT_BOTH, secure=secure),
    ]
    bed.client.add(TABLE, (net.RA4, PORT), outputs, flags=_BOTH)


def _decrypting(bed, suite, states=(), first=1):
    secure = _keys(U.FLOW_A_SRTP, *suite[:3], states=states, first=first)
    plain = [output((net.RB4, OUT), (net.B4, FAR), _OUT_BOTH)]
    bed.client.add(TABLE, (net.RB4, _BETWEEN), plain, flags=_BOTH, secure=secure)


def _remove(bed):
    return [bed.client.remove(TABLE, local) for local in ((net.RA4, PORT), (net.RB4, _BETWEEN))]


def test_every_suite_there_and_back(bed):
    bed.claim()
    caller, callee = bed.parties()
    ciphered = bed.udp("b", (net.B4, FAR + 1))
    for suite in _SUITES:
        _encrypting(bed, suite)
        _decrypting(bed, suite)
        send_rtp(caller, (net.RA4, PORT), 4)
        assert expect(callee, 4) == [packets.rtp(number) for number in range(1, 5)], suite
        for packet in expect(ciphered, 4):
            assert len(packet) == 172 + suite[3], suite
            assert packet[12:172] != b"\xd5" * 160, suite
        caller.sendto(packets.rtcp_sr(), (net.RA4, PORT))
        assert expect(callee, 1) == [packets.rtcp_sr()], suite
        (secret,) = expect(ciphered, 1)
        assert secret[:8] == packets.rtcp_sr()[:8] and secret[8:28] != packets.rtcp_sr()[8:28]
        one, other = _remove(bed)
        assert (one["stats"]["packets"], other["stats"]["packets"]) == (5, 5), (one, other)
        assert other["stats"]["bytes"] == 4 * (172 + suite[3]) + len(secret)
        assert _sent(one) == _received(other) == {_SSRC: 4}


def test_roll_over_counter_goes_along(bed):
    """Two flows end with a ROC of 1; two others go on from there."""
    bed.claim()
    caller, callee = bed.parties()
    suite = _SUITES[0]
    _encrypting(bed, suite)
    _decrypting(bed, suite)
    send_rtp(caller, (net.RA4, PORT), 6, first=65533)
    expect(callee, 6)
    one, other = _remove(bed)
    assert _sent(one) == _received(other) == {_SSRC: 65536 + 2}
    _encrypting(bed, suite, [_state(65536 + 2)])
    _decrypting(bed, suite)
    send_rtp(caller, (net.RA4, PORT), 1, first=3)
    refused = bed.client.flow(TABLE, (net.RB4, _BETWEEN))
    # with SSRC unknown, the receiver tries ROC 0 and 1 (RFC 3711 wants it told): either is fine
    bed.client.remove(TABLE, (net.RB4, _BETWEEN))
    net.received(callee)
    _decrypting(bed, suite, [_state(65536 + 3)])
    send_rtp(caller, (net.RA4, PORT), 4, first=3)
    assert [packets.sequence_of(p) for p in expect(callee, 3)] == [4, 5, 6], refused
    assert bed.client.table(TABLE)["reasons"].get(U.REASON_DROP_REPLAY) == 1


def test_wrong_key_is_dropped_counted_told(bed):
    bed.claim()
    bed.client.socket.join(bed.client.groups[U.MCGRP_EVENTS])
    caller, callee = bed.parties()
    up = bed.udp("r", (net.RB4, _BETWEEN))
    _encrypting(bed, _SUITES[0])
    _decrypting(bed, _SUITES[0], first=2)
    send_rtp(caller, (net.RA4, PORT), 3)
    assert expect(callee, 0) == [] and expect(up, 0) == []
    stats = bed.stats((net.RB4, _BETWEEN))
    assert (stats["packets"], stats["errors"]) == (0, 3), stats
    assert bed.client.table(TABLE)["reasons"][U.REASON_DROP_AUTH] == 3
    told = [m for m in bed.client.socket.late if m.command == U.CMD_EVENT]
    kinds = [
        nl.number(nl.parse(nl.parse(m.attributes)[U.A_EVENT])[U.EVENT_A_TYPE]) for m in told
    ]
    assert kinds.count(U.EVENT_AUTH) == 1, kinds


def _events(bed):
    """-> kinds told of the decrypting flow since the last call"""
    bed.client.tables()  # what was told before the answer has come then
    late = bed.client.socket.late
    told = [nl.parse(nl.parse(m.attributes)[U.A_EVENT]) for m in late if m.command == U.CMD_EVENT]
    late.clear()
    local = sockaddr((net.RB4, _BETWEEN))
    return [nl.number(one[U.EVENT_A_TYPE]) for one in told if one[U.EVENT_A_LOCAL] == local]


def test_forged_packets_are_not_told_of(bed):
    """What goes up for its payload type or SSRC: only who has the key makes the owner act."""
    bed.claim()
    bed.client.socket.join(bed.client.groups[U.MCGRP_EVENTS])
    caller, _ = bed.parties()
    local = (net.RB4, _BETWEEN)
    up = bed.udp("r", local)
    plain = [output((net.RB4, OUT), (net.B4, FAR))]
    for suite in (_SUITES[0], _SUITES[5]):
        secure = _keys(U.FLOW_A_SRTP, *suite[:3])
        for kind, settings in (
            (U.EVENT_PT, {"secure": secure, "pts": [payload_type(0)]}),
            (U.EVENT_SSRC, {"secure": secure, "ssrcs": [7], "ssrc_policy": U.SSRC_UP}),
        ):
            _encrypting(bed, suite)
            bed.client.add(TABLE, local, plain, **settings)
            _events(bed)
            for number in range(1, 4):
                caller.sendto(packets.rtp(number), local)
            caller.sendto(packets.rtp(1)[:12], local)
            expect(up, 4)
            assert kind not in _events(bed), "a forged packet is told of"
            send_rtp(caller, (net.RA4, PORT), 3)
            expect(up, 3)
            assert _events(bed).count(kind) == 1, kind
            _, other = _remove(bed)
            assert _received(other) == {}, "and the packet that went up counts as received"


def test_states_are_merged_into_a_flow(bed):
    """FLOW_SYNC: an older state does no harm, a newer one is taken; keys stay."""
    bed.claim()
    caller, callee = bed.parties()
    suite = _SUITES[0]
    _encrypting(bed, suite)
    _decrypting(bed, suite)
    send_rtp(caller, (net.RA4, PORT), 5)
    expect(callee, 5)

    def sync(index):
        states = nl.attribute(U.SRTP_A_STATES, [_state(index)])
        nest = [
            nl.attribute(U.FLOW_A_LOCAL, sockaddr((net.RB4, _BETWEEN))),
            nl.attribute(U.FLOW_A_SRTP, [states]),
        ]
        bed.client.request(U.CMD_FLOW_SYNC, table_nest(TABLE), nl.attribute(U.A_FLOW, nest))
        return _received(bed.client.flow(TABLE, (net.RB4, _BETWEEN)))

    assert sync(3) == {_SSRC: 5}
    assert sync(8) == {_SSRC: 8}
    send_rtp(caller, (net.RA4, PORT), 4, first=6)
    # 8 counts as received; the others do not
    assert [packets.sequence_of(p) for p in expect(callee, 3)] == [6, 7, 9]


def test_from_srtp_to_srtp(bed):
    """Transcryption: what comes out is what the other key makes of it."""
    bed.claim()
    caller, callee = bed.parties()
    _encrypting(bed, _SUITES[0])
    out = output(
        (net.RB4, OUT), (net.RB4, _BETWEEN + 1), _OUT_BOTH,
        secure=_keys(U.OUT_A_SRTP, *_SUITES[5][:3], first=7),
    )
    bed.client.add(
        TABLE, (net.RB4, _BETWEEN), [out], flags=_BOTH,
        secure=_keys(U.FLOW_A_SRTP, *_SUITES[0][:3]),
    )
    bed.client.add(
        TABLE, (net.RB4, _BETWEEN + 1), [output((net.RB4, OUT), (net.B4, FAR))],
        secure=_keys(U.FLOW_A_SRTP, *_SUITES[5][:3], first=7),
    )
    header = struct.pack("!HHI", 0xBEDE, 1, 0x10AA0000)
    packet = bytearray(packets.rtp(1, payload=header + b"x" * 50))
    packet[0] |= 0x10
    caller.sendto(bytes(packet), (net.RA4, PORT))
    assert expect(callee, 1) == [bytes(packet)]
