"""Kamailio's rtpengine functions one by one, as scripts use them beside rtpengine_manage: sets,
SDP from and to variables, statistics, media commands."""
import re

import pytest

from lab import checks, kamailio
from lab.capture import Capture

PACKETS = 100
TALK_MS = 3400


class Call:
    """One call of `user`, and what Kamailio's script logged about it. reports: parties send RTCP."""

    def __init__(self, programs, sip, user, reports=False):
        self.proxy = kamailio.start(programs, ["m1", "m2"], "kamailio-functions.cfg")
        caller_audio, self.from_caller = sip.audio(PACKETS, heard=2 if reports else None)
        callee_audio, self.from_callee = sip.audio(PACKETS, heard=1 if reports else None)
        at_caller, at_callee = Capture(programs, "uac"), Capture(programs, "uas")
        callee = sip.callee("uas", "callee-basic", AUDIO=callee_audio, TALK_MS=TALK_MS)
        caller = sip.caller("uac", "caller-basic", user=user, AUDIO=caller_audio, TALK_MS=TALK_MS)
        caller.succeed()
        callee.succeed()
        self.at_caller, self.at_callee = at_caller.arrived(), at_callee.arrived()
        self.log = self.proxy.log()

    def result(self, name):
        found = re.search(r"result: %s (.*)" % name, self.log)
        assert found, "nothing logged about %s:\n%s" % (name, self.log[-3000:])
        return found.group(1).strip()

    def check_audio(self, relay):
        checks.audio_arrived(self.at_callee, self.from_caller, PACKETS, [relay])
        checks.audio_arrived(self.at_caller, self.from_callee, PACKETS, [relay])

    def relayed(self):
        """RTP packets by $rtpstat, "RTP: 344 bytes, 2 packets, 0 errors; RTCP: …"."""
        found = re.match(r"RTP: (\d+) bytes, (\d+) packets, (\d+) errors", self.result("rtpstat"))
        assert found, self.result("rtpstat")
        return int(found.group(2))


def test_offer_answer_query_delete(programs, sip, two_nodes):
    call = Call(programs, sip, "first")
    call.check_audio(two_nodes[0].address)
    assert call.result("answer") == "1"
    assert "sdp missing" not in call.log
    assert call.relayed() >= 2 * PACKETS * 0.9
    assert call.result("query") == "1"
    checks.no_calls(two_nodes[0].ng)


def test_a_call_uses_the_set_that_the_script_chose(programs, sip, two_nodes):
    call = Call(programs, sip, "second")
    call.check_audio(two_nodes[1].address)
    checks.no_calls(two_nodes[1].ng)


def test_statistics_control(programs, sip, two_nodes):
    """No audio, no packets in the script's statistics."""
    programs.network.break_relay(two_nodes[0].host)
    assert Call(programs, sip, "first").relayed() == 0


# What is done, and what is refused and in which words: nothing records, forwards or plays.
DONE = ("block_media", "unblock_media", "silence_media", "unsilence_media", "block_dtmf",
        "unblock_dtmf", "stop_recording", "stop_forwarding")
REFUSED = {
    "start_recording": "Recording is not supported",
    "start_forwarding": "Forwarding is not supported",
    "play_media": "unsupported",
    "stop_media": "unsupported",
    "play_dtmf": "unsupported",
}


@pytest.mark.rebuilt
def test_media_commands(programs, sip, two_nodes):
    call = Call(programs, sip, "first")
    assert {name: call.result(name) for name in DONE} == dict.fromkeys(DONE, "1")
    assert {name: call.result(name) for name in REFUSED} == dict.fromkeys(REFUSED, "-1")
    told = re.findall(r"proxy replied with error: (.*)", call.log)
    assert [reason.strip() for reason in told] == list(REFUSED.values())


@pytest.mark.rebuilt
def test_quality_of_a_call(programs, sip, two_nodes):
    """The mos_ variables after a delete: parties that heard everything, each half a second away."""
    call = Call(programs, sip, "first", reports=True)
    names = ("min", "average", "max", "average_A")
    mos = {name: float(call.result("mos_" + name)) for name in names}
    assert 1 <= mos["min"] <= mos["average"] <= mos["max"] <= 5
    assert 1 <= mos["average_A"] <= 5
    assert int(call.result("mos_average_samples")) >= 1
    assert int(call.result("mos_average_packetloss")) == 0
    assert int(call.result("mos_average_jitter")) == 2
    # µs of both ways; the reports are that late, and later on a busy machine.
    assert 700_000 <= int(call.result("mos_average_roundtrip")) <= 1_800_000


@pytest.mark.rebuilt
def test_quality_of_a_call_control(programs, sip, two_nodes):
    """Nobody reports: nothing is known."""
    call = Call(programs, sip, "first")
    assert call.result("mos_average") == call.result("mos_average_A") == "<null>"
