"""What comes in goes out as it should, at each hook place and for each family."""
import socket
import struct

from lab import net, packets
from lab.bed import FAR, OUT, PORT, TABLE, expect, send_rtp
from lab.rtpengine import output, payload_type
from lab.uapi import U

HOOKS = (U.HOOK_PREROUTING, U.HOOK_INPUT_FIRST, U.HOOK_INPUT_LAST)


def _through(bed, local, source, dest, family_in, family_out):
    caller = bed.udp("a", (net.A4 if family_in == 4 else net.A6, FAR))
    callee = bed.udp("b", dest)
    bed.relay(local=local, source=source, dest=dest)
    send_rtp(caller, local, 5)
    found = expect(callee, 5)
    assert found == [packets.rtp(number) for number in range(1, 6)], "payload changed"
    stats = bed.stats(local)
    assert (stats["packets"], stats["bytes"], stats["errors"]) == (5, 5 * 172, 0), stats
    assert bed.client.flow(TABLE, local)["outputs"][0]["packets"] == 5
    bed.client.remove(TABLE, local)


def test_all_families_at_all_hooks(bed):
    four_in, six_in = (net.RA4, PORT), (net.RA6, PORT)
    four_out, six_out = ((net.RB4, OUT), (net.B4, FAR)), ((net.RB6, OUT), (net.B6, FAR))
    for number, hook in enumerate(HOOKS):
        if number:
            bed.client.set(TABLE, hook=hook)
        else:
            bed.claim(hook=hook)
        _through(bed, four_in, *four_out, 4, 4)
        _through(bed, six_in, *six_out, 6, 6)
        _through(bed, four_in, *six_out, 4, 6)
        _through(bed, six_in, *four_out, 6, 4)
        bed.close_sockets()


def test_checksums_are_made_from_what_was_checked(bed):
    """Packets off a wire, with checksums of their own; never a good one over damaged data."""
    net.without_checksum_offload("r", "rb")
    bed.claim()
    for local, source, dest, far in (
        ((net.RA4, PORT), (net.RB4, OUT), (net.B4, FAR), net.A4),
        ((net.RA6, PORT), (net.RB6, OUT), (net.B6, FAR), net.A6),
    ):
        near, ears = bed.wire(), bed.wire("b", "eth0", "r", "rb")
        bed.relay(local=local, source=source, dest=dest)
        wrap = packets.ipv6 if ":" in far else packets.ipv4
        header = 40 if ":" in far else 20
        datagram = packets.udp((far, FAR), local, packets.rtp(1))
        near.send(wrap(far, local[0], datagram))
        (out,) = [p for p in ears.received(0.3) if p[header : header + 2] == struct.pack("!H", OUT)]
        assert packets.udp_is_right(source[0], dest[0], out[header:]), out.hex()
        if header == 20:
            assert packets.checksum(out[:20]) == 0, "IP header"
        damaged = datagram[:-1] + bytes([datagram[-1] ^ 1])
        near.send(wrap(far, local[0], damaged))
        out = [p for p in ears.received(0.2) if p[header : header + 2] == struct.pack("!H", OUT)]
        assert not any(packets.udp_is_right(source[0], dest[0], p[header:]) for p in out), "made good"
        stats = bed.stats(local)
        assert stats["packets"] == 1, stats


def test_tos_and_ttl_are_set(bed):
    bed.claim()
    bed.relay(out={"tos": 184, "ttl": 33})
    caller = bed.udp("a", (net.A4, FAR))
    ears = bed.wire("b", "eth0", "r", "rb")
    send_rtp(caller, (net.RA4, PORT), 1)
    (out,) = ears.received(0.3)
    assert (out[1], out[8]) == (184, 33), out[:20].hex()


def test_eight_outputs(bed):
    bed.claim()
    callee = [bed.udp("b", (net.B4, FAR + number)) for number in range(8)]
    outputs = [output((net.RB4, OUT), (net.B4, FAR + number)) for number in range(8)]
    bed.client.add(TABLE, (net.RA4, PORT), outputs)
    caller = bed.udp("a", (net.A4, FAR))
    send_rtp(caller, (net.RA4, PORT), 3)
    for one in callee:
        assert expect(one, 3) == [packets.rtp(number) for number in (1, 2, 3)]
    assert [out["packets"] for out in bed.client.flow(TABLE, (net.RA4, PORT))["outputs"]] == [3] * 8


def test_copies_are_left_alone_while_somebody_has_them(bed):
    """More than the module keeps, unread; one is rewritten, and the second half does not fit into those that it keeps."""
    devices = (("a", "eth0"), ("r", "ra"), ("r", "rb"), ("b", "eth0"))
    for namespace, device in devices:
        net.run("ip", "-n", namespace, "link", "set", device, "mtu", "9000")
        bed.later(lambda n=namespace, d=device: net.run("ip", "-n", n, "link", "set", d, "mtu", "1500"))
    bed.claim()
    callee = [bed.udp("b", (net.B4, FAR + number)) for number in range(3)]
    settings = ({}, {"pts": [payload_type(8, to=18)]}, {})
    outputs = [output((net.RB4, OUT), (net.B4, FAR + n), **more) for n, more in enumerate(settings)]
    bed.client.add(TABLE, (net.RA4, PORT), outputs)
    caller = bed.udp("a", (net.A4, FAR))
    for one in callee:
        one.setsockopt(socket.SOL_SOCKET, packets.SO_RCVBUFFORCE, 1 << 23)
    for words in (40, 750):
        texts = [struct.pack("!I", number) * words for number in range(200)]
        for number, text in enumerate(texts):
            caller.sendto(packets.rtp(number, payload=text), (net.RA4, PORT))
        for one, pt in zip(callee, (8, 18, 8)):
            wanted = [packets.rtp(number, payload=text, pt=pt) for number, text in enumerate(texts)]
            assert expect(one, 200) == wanted


def test_payload_types_are_rewritten_silenced_dropped(bed):
    bed.claim()
    pts = [
        payload_type(8),
        payload_type(0, U.ACTION_SILENCE, pattern=b"\xff"),
        payload_type(3, U.ACTION_DROP),
        payload_type(101, U.ACTION_UP),
    ]
    bed.relay(pts=pts, out={"pts": [payload_type(8, to=18)]})
    up = bed.udp("r", (net.RA4, PORT))
    caller, callee = bed.parties()
    for pt in (8, 0, 3, 101, 99):
        caller.sendto(packets.rtp(pt, pt=pt), (net.RA4, PORT))
    changed, silent = expect(callee, 2)
    assert changed == packets.rtp(8, pt=18)
    assert silent == packets.rtp(0, pt=0, payload=b"\xff" * 160)
    assert [p[1] for p in expect(up, 2)] == [101, 99]
    flow = bed.client.flow(TABLE, (net.RA4, PORT))
    assert {pt: flow["pts"][pt] for pt in (8, 0, 3)} == {8: 1, 0: 1, 3: 1}, flow["pts"]
    assert (flow["stats"]["packets"], flow["stats"]["up"]) == (3, 2), flow["stats"]


def test_unsure_means_up(bed):
    bed.claim()
    local = bed.relay(source=(net.RB4, OUT))
    up = bed.udp("r", local)
    caller, callee = bed.parties()
    for packet in (packets.STUN, packets.DTLS, b"", b"\x80", b"x" * 100, packets.rtcp_sr()):
        caller.sendto(packet, local)
    got = expect(up, 6)
    assert got[0] == packets.STUN and got[1] == packets.DTLS
    assert expect(callee, 0) == []
    assert bed.stats(local)["packets"] == 0
    assert bed.client.table(TABLE)["reasons"].get(U.REASON_UP_STUN) == 1


def test_source_is_checked(bed):
    bed.claim()
    for policy, wanted in (
        (U.ACTION_UP, (0, 1)),
        (U.ACTION_DROP, (0, 0)),
        (U.ACTION_FORWARD, (1, 0)),
    ):
        local = (net.RA4, PORT + policy)
        up = bed.udp("r", local)
        callee = bed.udp("b", (net.B4, FAR + policy))
        out = output((net.RB4, OUT), (net.B4, FAR + policy))
        bed.client.add(TABLE, local, [out], source=(net.A4, FAR), mismatch=policy)
        stranger = bed.udp("a", (net.A4, FAR + 7 + policy))
        stranger.sendto(packets.rtp(1), local)
        assert (len(net.received(callee)), len(net.received(up))) == wanted, policy
        caller = bed.udp("a", (net.A4, FAR))
        caller.sendto(packets.rtp(2), local)
        expect(callee, 1)
        bed.close(caller)


def test_rtcp_goes_its_own_way(bed):
    bed.claim()
    local = (net.RA4, PORT)
    outs = [
        output((net.RB4, OUT), (net.B4, FAR), U.OUT_F_RTP),
        output((net.RB4, OUT + 1), (net.B4, FAR + 1), U.OUT_F_RTCP),
    ]
    bed.client.add(TABLE, local, outs, flags=U.FLOW_F_RTP | U.FLOW_F_RTCP)
    caller, callee = bed.parties()
    control = bed.udp("b", (net.B4, FAR + 1))
    send_rtp(caller, local, 2)
    caller.sendto(packets.rtcp_sr(), local)
    expect(callee, 2)
    assert expect(control, 1) == [packets.rtcp_sr()]
    stats = bed.stats(local)
    assert (stats["packets"], stats["rtcp"]) == (3, 1), stats


def test_sequence_statistics(bed):
    bed.claim()
    local = bed.relay()
    caller, callee = bed.parties()
    for number in (65533, 65534, 1, 0, 0, 2):  # wraps; one lost, one late, one twice
        caller.sendto(packets.rtp(number), local)
    expect(callee, 6)
    (ssrc,) = bed.client.flow(TABLE, local)["ssrcs"].values()
    assert ssrc["packets"] == 6 and ssrc["ext_seq"] == 65538, ssrc
    assert ssrc["lost"] == 0, ssrc  # six numbers expected, six packets came, one of them twice


def test_rules_see_media_at_input_last_only(bed):
    bed.rules(
        """table inet filter {
        chain input {
            type filter hook input priority 0; policy drop;
            udp dport %d counter accept
            meta l4proto ipv6-icmp accept
        }
    }
    """
        % PORT
    )
    caller, callee = bed.parties()
    bed.claim(hook=U.HOOK_INPUT_FIRST)
    local = bed.relay()

    def counted():
        listing = net.run("ip", "netns", "exec", "r", "nft", "list", "ruleset")
        return int(listing.split("counter packets ")[1].split()[0])

    send_rtp(caller, local, 3)
    expect(callee, 3)
    assert counted() == 0
    bed.client.set(TABLE, hook=U.HOOK_INPUT_LAST)
    send_rtp(caller, local, 4, first=4)
    expect(callee, 4)
    assert counted() == 4
