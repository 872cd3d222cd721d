"""An attacker on a host of his own, who knows the addresses of a call's ports, its SSRCs and what
was sent, but no keys and no signalling: what he gets through, and whether media ever goes to him
(docs/security.md).

The control of all is the plain leg with immediate learning: there the same attacks succeed. Secure
legs whose keys come from DTLS: test_attacks_dtls.py.
"""
import base64
import json
import struct
import subprocess
import time

import pytest

from lab import checks, explain
from lab.peer import rtp, settle
from lab.processes import wait_until
from lab.rtpengine import places_calls
from lab.rtp_party import NgCall, RtpParty, media_target
from lab.sdes_call import SUITE, SdesCall, crypto_line
from lab.srtp_party import SrtpParty
from runner import srtp

pytestmark = pytest.mark.rebuilt

WINDOW_SECONDS = 3


class PlainCall:
    """Of two plain parties; the callee is the one that is impersonated."""

    SSRC = 0xB1

    def __init__(self, node, caller, callee, call_id, **keys):
        self._node, self.call_id, self._keys = node, call_id, keys
        self.caller, self.callee, self._serial = caller, callee, 0

    def set_up(self):
        named = {"call_id": self.call_id, "from_tag": "a", **self._keys}
        offer = self._node.ng.ok("offer", sdp=self.caller.sdp(), **named)
        self.callee_port = media_target(offer["sdp"])
        answer = self._node.ng.ok("answer", to_tag="b", sdp=self.callee.sdp(), **named)
        self.caller_port = media_target(answer["sdp"])
        return self

    def send_as_callee(self, sender):
        """A packet as the callee would send it, whoever does."""
        self._serial += 1
        text = b"%s %d" % (sender.host.encode(), self._serial)
        self._packet = rtp(self.SSRC, self._serial, text)
        sender.send(self.callee_port, self._packet)

    def send_probe(self):
        self._probe = rtp(0xA1, self._serial, b"%s %d" % (self.call_id.encode(), self._serial))
        self.caller.send(self.caller_port, self._probe)

    def outcome(self, attacker):
        """-> whether that packet was let "in" or stayed "out"; who then got the probe"""
        parties = (("callee", self.callee), ("attacker", attacker))
        got = "+".join(name for name, peer in parties if peer.has(self._probe))
        return "in" if self.caller.has(self._packet) else "out", got


def all_at_once(calls, choose_sender, attacker):
    """One packet and one probe in each of the calls. -> the outcomes"""
    for call in calls:
        call.send_as_callee(choose_sender(call))
    settle()
    for call in calls:
        call.send_probe()
    settle()
    return [call.outcome(attacker) for call in calls]


# What a call is set up with, and what then happens to packets of the attacker and the callee.
OURS, HIS = "callee", "attacker"
IN_WINDOW = ("attacker", "callee", "attacker", "callee")
AFTERWARDS = ("callee", "attacker")
MODES = {
    "heuristic": (
        {"endpoint_learning": "heuristic"},
        [("in", HIS), ("in", OURS), ("in", OURS), ("in", OURS), ("in", OURS), ("in", OURS)],
    ),
    "delayed": (
        {"endpoint_learning": "delayed"},
        [("in", HIS), ("in", OURS), ("in", HIS), ("in", OURS), ("in", OURS), ("in", OURS)],
    ),
    "immediate": (
        {"endpoint_learning": "immediate"},
        [("in", HIS), ("in", HIS), ("in", HIS), ("in", HIS), ("in", HIS), ("in", HIS)],
    ),
    "off": (
        {"endpoint_learning": "off"},
        [("in", OURS), ("in", OURS), ("in", OURS), ("in", OURS), ("in", OURS), ("in", OURS)],
    ),
    "heuristic, strict-source": (
        {"endpoint_learning": "heuristic", "flags": ["strict-source"]},
        [("in", HIS), ("in", OURS), ("out", OURS), ("in", OURS), ("in", OURS), ("out", OURS)],
    ),
    "immediate, strict-source": (
        {"endpoint_learning": "immediate", "flags": ["strict-source"]},
        [("in", HIS), ("out", HIS), ("in", HIS), ("out", HIS), ("out", HIS), ("in", HIS)],
    ),
    "off, strict-source": (
        {"endpoint_learning": "off", "flags": ["strict-source"]},
        [("out", OURS), ("in", OURS), ("out", OURS), ("in", OURS), ("in", OURS), ("out", OURS)],
    ),
    "heuristic, media-handover": (
        {"endpoint_learning": "heuristic", "flags": ["media-handover"]},
        [("in", HIS), ("in", OURS), ("in", HIS), ("in", OURS), ("in", OURS), ("in", HIS)],
    ),
}


def test_what_each_learning_mode_lets_in(node, peer, attacker, call_id):
    """All modes side by side, because each has to wait for the end of the window."""
    calls = []
    for number, (keys, _) in enumerate(MODES.values()):
        caller, callee = peer("uac", 4000 + 10 * number), peer("uas", 5000 + 10 * number)
        calls.append(PlainCall(node, caller, callee, "%s-%d" % (call_id, number), **keys))
    began = time.monotonic()
    for call in calls:
        call.set_up()
    answered = time.monotonic()
    choose = {"attacker": lambda _: attacker, "callee": lambda call: call.callee}
    rounds = [all_at_once(calls, choose[who], attacker) for who in IN_WINDOW]
    assert time.monotonic() < began + WINDOW_SECONDS, "the machine is too slow for this test"
    time.sleep(answered + WINDOW_SECONDS + 0.2 - time.monotonic())
    rounds += [all_at_once(calls, choose[who], attacker) for who in AFTERWARDS]
    seen = dict(zip(MODES, map(list, zip(*rounds))))
    assert seen == {mode: expected for mode, (_, expected) in MODES.items()}
    strict = calls[list(MODES).index("heuristic, strict-source")]
    count, source = explain.dropped(node, strict.call_id, "b", "from another source")
    assert (count, source) == (2, "%s:%d" % (attacker.address, attacker.port))


def test_before_the_answer_a_plain_leg_hears_anybody_and_learns_nobody(
    node, peer, attacker, call_id
):
    """Early media may come from anywhere. The answer's address counts, not that of early media."""
    caller, callee = peer("uac", 4000), peer("uas", 5000)
    offer = node.ng.ok("offer", call_id=call_id, from_tag="a", sdp=caller.sdp())
    early = rtp(0xE1, 1, b"early")
    attacker.send(media_target(offer["sdp"]), early)
    caller.expect(early)
    answer = node.ng.ok("answer", call_id=call_id, from_tag="a", to_tag="b", sdp=callee.sdp())
    probe = rtp(0xA1, 1, b"probe")
    caller.send(media_target(answer["sdp"]), probe)
    callee.expect(probe)
    assert not attacker.received


def injections(ssrc, seq):
    """Plain packets with the right SSRC that would be next, and the same under a key of his own."""
    plain = [rtp(ssrc, seq + i, b"injected %d" % i) for i in range(10)]
    forger = srtp.context(base64.b64encode(bytes(30)).decode(), SUITE)
    return plain + [forger.protect(packet) for packet in plain]


def test_nothing_foreign_gets_through_srtp(node, peer, attacker, call_id):
    call = SdesCall(node, peer("uac", 4000), peer("uas", 5000), call_id)
    # In the learning window, before the callee has sent anything: the best of all times for him.
    attacker.send(call.callee_port, *injections(call.SSRC, 1))
    settle()
    call.probe(attacker)
    wire = call.talk()
    attacker.send(call.callee_port, *wire, *injections(call.SSRC, 100))
    settle()
    call.probe(attacker)
    call.talk()
    heard = [packet[12:].rstrip(b"\xd5") for packet in call.caller.received]
    assert len(heard) == 10 and all(text.startswith(b"genuine") for text in heard), heard
    his = "%s:%d" % (attacker.address, attacker.port)
    drops = explain.drops(node, call_id, "b")
    replays = {text: value for text, value in drops.items() if text.startswith("SRTP seen before")}
    forgeries = {text: value for text, value in drops.items() if "does not authenticate" in text}
    assert list(replays.values()) == [(len(wire), his)], drops
    assert list(forgeries.values()) == [(40, his)], drops


def test_nothing_foreign_gets_through_srtp_control(node, peer, attacker, call_id):
    """The same packets are heard, and draw the audio to the attacker, where nothing is secure."""
    caller, callee = peer("uac", 4000), peer("uas", 5000)
    call = PlainCall(node, caller, callee, call_id, endpoint_learning="immediate").set_up()
    packets = injections(call.SSRC, 1)
    attacker.send(call.callee_port, *packets)
    for packet in packets:
        caller.expect(packet)
    probe = rtp(0xA1, 1, b"probe")
    caller.send(call.caller_port, probe)
    attacker.expect(probe)
    assert not callee.received


def test_a_forged_source_deceives_strict_source_but_not_srtp(node, peer, attacker, call_id):
    """The party's own address in the attacker's packets: where nothing is secure that is enough."""
    keys = {"endpoint_learning": "off", "flags": ["strict-source"]}
    plain = PlainCall(node, peer("uac", 4000), peer("uas", 5000), call_id, **keys).set_up()
    secure = SdesCall(node, peer("uac", 4100), peer("uas", 5100), "s" + call_id)
    packets = injections(SdesCall.SSRC, 100)
    attacker.send(plain.callee_port, *packets)
    attacker.send_as((plain.callee.address, 5000), plain.callee_port, rtp(1, 1, b"forged source"))
    plain.caller.expect(rtp(1, 1, b"forged source"))
    assert len(plain.caller.received) == 1
    wire = secure.talk()
    attacker.send_as((secure.callee.address, 5100), secure.callee_port, *packets, *wire)
    settle()
    secure.talk()
    secure.probe(attacker)
    assert len(secure.caller.received) == 10
    counts = [count for count, _ in explain.drops(node, "s" + call_id, "b").values()]
    assert sorted(counts) == [len(wire), len(packets)]


@pytest.mark.parametrize("towards", ["RTP/AVP", "RTP/SAVP"])
def test_before_the_answer_nothing_reaches_a_secure_offerer(node, peer, attacker, call_id, towards):
    caller, callee = peer("uac", 4000), peer("uas", 5000)
    key = base64.b64encode(bytes(range(30, 60))).decode()
    sdp = caller.sdp("a=crypto:1 %s inline:%s" % (SUITE, key), protocol="RTP/SAVP")
    named = {"call_id": call_id, "from_tag": "a"}
    offer = node.ng.ok("offer", sdp=sdp, transport_protocol=towards, **named)
    port = media_target(offer["sdp"])
    attacker.send(port, *injections(0xB1, 1))
    settle()
    assert not caller.received
    # The control: with the answer the callee is heard on the same port.
    lines, protect = [], lambda packet: packet
    if towards == "RTP/SAVP":
        tag, _ = crypto_line(offer["sdp"])
        lines = ["a=crypto:%s %s inline:%s" % (tag, SUITE, SdesCall.KEY)]
        protect = srtp.context(SdesCall.KEY, SUITE).protect
    answer = node.ng.ok("answer", to_tag="b", sdp=callee.sdp(*lines, protocol=towards), **named)
    packet = rtp(0xB1, 50, b"genuine")
    callee.send(port, protect(packet))
    _, ours = crypto_line(answer["sdp"])
    caller.expect(srtp.context(ours, SUITE).protect(packet))
    assert len(caller.received) == 1


def move(node, call, call_id, peer):
    """The callee goes elsewhere, with the keys it has."""
    line = "a=crypto:%s %s inline:%s" % (call.tag, SUITE, call.KEY)
    sdp = peer("uas", 5200).sdp(line, protocol="RTP/SAVP")
    named = {"call_id": call_id, "from_tag": "b", "to_tag": "a"}
    node.ng.ok("offer", sdp=sdp, transport_protocol="RTP/AVP", **named)
    node.ng.ok("answer", sdp=call.caller.sdp(), **named)
    return peer("uas", 5201)


def restart_mediad(node, *_):
    node.mediad.kill()
    node.start_mediad()
    wait_until(lambda: places_calls(node.ng), what="a worker")


@pytest.mark.parametrize("event", [move, restart_mediad])
def test_no_srtcp_index_is_used_twice(node, peer, call_id, event):
    """Two reports under one index have the same keystream; with GCM that gives away more."""
    call = SdesCall(node, peer("uac", 4000), peer("uas", 5000), call_id)
    reporter, at_first = peer("uac", 4001), peer("uas", 5001)
    report = struct.pack(">BBHI", 0x80, 201, 1, 0xA1)  # an empty receiver report
    target = (call.caller_port[0], call.caller_port[1] + 1)

    def indices(listener):
        reporter.send(target, report)
        settle()
        opened = [call.ours.unprotect_rtcp(packet) for packet in listener.received]
        assert all(packet == report for packet, _, _, _ in opened)
        listener.received.clear()
        return [index for _, index, _, _ in opened]

    used = wait_until(lambda: indices(at_first), 5, "SRTCP")
    listener = event(node, call, call_id, peer) or at_first
    used += wait_until(lambda: indices(listener), 5, "SRTCP")
    assert len(used) == len(set(used)), used


FLOOD_RATE, FLOOD_SECONDS = 100000, 5


class FloodedCall:
    """Talks while its callee's port is flooded, and others on the same thread of mediad do, too."""

    def __init__(self, node, parties, call_id, callee_kind, protocol):
        node.mediad.stop()
        node.mediad_arguments = ["--num-threads=1"]
        node.start_mediad()
        node.await_ready()
        self._node = node
        caller = parties("uac", 4000, 0xA1)
        callee = parties("uas", 5000, 0xB1, callee_kind)
        self.call = NgCall(node.ng, caller, callee, call_id)
        self.call.set_up(transport_protocol=protocol)
        self.others = [
            NgCall(
                node.ng,
                parties("uac", 4010 + 10 * i, 0xA2 + i),
                parties("uas2", 5010 + 10 * i, 0xB2 + i),
                "%s-%d" % (call_id, i),
            ).set_up()
            for i in range(3)
        ]
        self.every = [self.call, *self.others]

    def talk(self):
        for call in self.every:
            call.talk()
        time.sleep(0.5)

    def pause(self):
        time.sleep(0.5)
        for call in self.every:
            call.pause()

    def overflows(self):
        """Datagrams that found the receive buffer of a socket full, on the whole host."""
        command = self._node.network.command(self._node.host, ["cat", "/proc/net/snmp"])
        names, values = [
            line.split()
            for line in subprocess.check_output(command, text=True).splitlines()
            if line.startswith("Udp:")
        ]
        return int(values[names.index("RcvbufErrors")])


def flood(network, build, target, **options):
    """By the attacker. -> how many datagrams he has sent"""
    command = [build.program("flood"), "--target", "%s:%d" % target]
    for name, value in options.items():
        command += ["--" + name, str(value)]
    answer = network.run("mallory", *command, stdout=subprocess.PIPE)
    return json.loads(answer.stdout)["sent"]


@pytest.mark.parametrize(
    "callee_kind, protocol", [(RtpParty, "RTP/AVP"), (SrtpParty, "RTP/SAVP")], ids=["plain", "sdes"]
)
def test_a_flood_teaches_nothing_and_stops_nothing(
    node, parties, attacker, network, build, call_id, callee_kind, protocol
):
    """100000 packets a second of rubbish, if the host can send as many."""
    flooded = FloodedCall(node, parties, call_id, callee_kind, protocol)
    call, before = flooded.call, flooded.overflows()
    flooded.talk()
    first = call.callee.sent
    sent = flood(network, build, call.towards_callee, rate=FLOOD_RATE, seconds=FLOOD_SECONDS)
    last = call.callee.sent
    flooded.pause()
    overflows = flooded.overflows() - before
    # Each datagram that was read is counted, by reason.
    drops = {
        text: count
        for text, (count, source) in explain.drops(node, call.call_id, "b").items()
        if source.startswith(network.ipv4("mallory") + ":")
    }
    assert sorted(text.split(" ")[0] for text in drops) == FLOOD_REASONS[protocol], drops
    came_in = sum(drops.values())
    # The other direction and the other calls have sockets, and buffers, of their own.
    checks.uninterrupted(call.callee.numbers_from(call.caller.ssrc), 50)
    for other in flooded.others:
        checks.uninterrupted(other.callee.numbers_from(other.caller.ssrc), 50)
        checks.uninterrupted(other.caller.numbers_from(other.callee.ssrc), 50)
    # The flooded port loses something only if its buffer was full, and only during the flood.
    heard = call.caller.numbers_from(call.callee.ssrc)
    lost = set(range(call.callee.sent)) - set(heard)
    assert len(heard) == len(set(heard)) and len(heard) >= 50
    assert all(first <= number <= last for number in lost), (first, last, lost)
    assert len(lost) <= overflows, (lost, overflows)
    # What the attacker has sent was read, or lost in the same way: nothing went anywhere else.
    assert 0 < came_in <= sent + len(lost) - overflows, (came_in, sent, lost, overflows)
    # Nothing was learned, and nothing goes to the attacker.
    assert not attacker.received
    status = call.query()["tags"]["b"]["medias"][0]["streams"][0]["endpoint"]
    assert (status["address"], status["port"]) == (call.callee.address, call.callee.port)


# Of noise, STUN, DTLS and RTCP of no known type. All of it is refused before SRTP is looked at.
FLOOD_REASONS = {
    "RTP/AVP": ["DTLS", "STUN", "not", "unknown"],
    "RTP/SAVP": ["DTLS", "STUN", "not", "unknown"],
}
