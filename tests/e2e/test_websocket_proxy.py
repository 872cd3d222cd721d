"""Kamailio that speaks NG over WebSocket (its lwsc module) instead of UDP."""
import pytest

from lab import checks, kamailio
from lab.capture import Capture

pytestmark = pytest.mark.rebuilt

HTTP = 2226
PACKETS = 100


@pytest.fixture
def websocket_node(make_node, network):
    return make_node(controld=["--listen-http=%s:%d" % (network.ipv4("m1"), HTTP)])


def call(programs, sip, node):
    """-> (what arrived at the caller, at the callee, SSRC of the caller's audio, of the callee's)"""
    kamailio.start(programs, [node.host], socket="ws://%%s:%d" % HTTP)
    caller_audio, from_caller = sip.audio(PACKETS)
    callee_audio, from_callee = sip.audio(PACKETS)
    at_caller, at_callee = Capture(programs, "uac"), Capture(programs, "uas")
    callee = sip.callee("uas", "callee-basic", AUDIO=callee_audio, TALK_MS=2600)
    caller = sip.caller("uac", "caller-basic", AUDIO=caller_audio, TALK_MS=2600)
    caller.succeed()
    callee.succeed()
    return at_caller.arrived(), at_callee.arrived(), from_caller, from_callee


def test_a_call(programs, sip, websocket_node):
    node = websocket_node
    at_caller, at_callee, from_caller, from_callee = call(programs, sip, node)
    checks.audio_arrived(at_callee, from_caller, PACKETS, [node.address])
    checks.audio_arrived(at_caller, from_callee, PACKETS, [node.address])
    checks.no_calls(node.ng)


def test_a_call_control(programs, sip, websocket_node):
    programs.network.break_relay(websocket_node.host)
    _, at_callee, from_caller, _ = call(programs, sip, websocket_node)
    with pytest.raises(AssertionError):
        checks.audio_arrived(at_callee, from_caller, PACKETS, [websocket_node.address])
