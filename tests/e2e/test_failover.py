"""Kamailio with a set of two rtpengine nodes of which one dies, by real calls."""
import pytest

from lab import checks, kamailio
from lab.capture import Capture

PACKETS = 50
CALLS = 4


class CallsOverTheSet:
    """Some calls one after the other; each may be relayed by any node that is up."""

    def __init__(self, programs, sip, relays):
        network = programs.network
        self.relays = [network.ipv4(host) for host in relays]
        caller_audio, self.from_caller = sip.audio(PACKETS)
        callee_audio, self.from_callee = sip.audio(PACKETS)
        at_caller, at_callee = Capture(programs, "uac"), Capture(programs, "uas")
        callee = sip.callee("uas", "callee-basic", calls=CALLS, AUDIO=callee_audio)
        caller = sip.caller(
            "uac", "caller-basic", calls=CALLS, rate=1, AUDIO=caller_audio, TALK_MS=2000
        )
        self.all_succeeded = caller.wait(90) == 0
        if self.all_succeeded:
            callee.succeed()
        self.at_caller, self.at_callee = at_caller.arrived(), at_callee.arrived()

    def check(self):
        assert self.all_succeeded
        checks.audio_arrived(self.at_callee, self.from_caller, PACKETS, self.relays, CALLS)
        checks.audio_arrived(self.at_caller, self.from_callee, PACKETS, self.relays, CALLS)


def test_calls_go_to_the_other_node_when_one_dies(programs, sip, two_nodes):
    kamailio.start(programs, ["m1", "m2"])
    two_nodes[0].controld.kill()
    two_nodes[0].mediad.kill()
    CallsOverTheSet(programs, sip, ["m2"]).check()


def test_failover_control(programs, sip, two_nodes):
    """Without a second node in the set the same check has to fail."""
    kamailio.start(programs, ["m1"])
    two_nodes[0].controld.kill()
    two_nodes[0].mediad.kill()
    with pytest.raises(AssertionError):
        CallsOverTheSet(programs, sip, ["m2"]).check()


def test_calls_come_back_when_the_node_does(programs, sip, build, two_nodes):
    kamailio.start(programs, ["m1", "m2"])
    for node in two_nodes:
        node.controld.kill()
        node.mediad.kill()
    first = two_nodes[0]
    first.start()
    CallsOverTheSet(programs, sip, ["m1"]).check()
