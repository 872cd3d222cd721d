"""A call by real SIP programs whose media the kernel carries: Kamailio's rtpengine module and SIPp, as in tests/e2e."""
import time

from counting import SLOW, packets, standing
from lab import checks
from lab.capture import Capture
from lab.processes import wait_until

PACKETS = 350  # seven seconds of audio
TALK_MS = 20000  # the guest is slow; all of it is looked at before the caller hangs up


def test_kamailio_and_sipp(programs, sip, node, proxy):
    caller_audio, from_caller = sip.audio(PACKETS)
    callee_audio, from_callee = sip.audio(PACKETS)
    at_caller, at_callee = Capture(programs, "uac"), Capture(programs, "uas")
    callee = sip.callee("uas", "callee-basic", AUDIO=callee_audio, TALK_MS=TALK_MS)
    caller = sip.caller("uac", "caller-basic", AUDIO=caller_audio, TALK_MS=TALK_MS)
    (call_id,) = wait_until(lambda: node.ng.ok("list")["calls"], seconds=SLOW, what="the call")
    before = node.await_kernel(call_id)
    time.sleep(2)
    after = node.await_kernel(call_id)
    assert standing(after) == standing(before)
    for port, stream in after.items():
        assert packets(stream, "offload", "ingress") > packets(before[port], "offload", "ingress") + 30

    def counted():
        streams = node.streams(call_id)
        assert streams, "the call ended too soon"
        sums = [(packets(one, "ingress"), packets(one, "egress")) for one in streams.values()]
        return streams if sums == [(PACKETS, PACKETS)] * 2 else None

    over = wait_until(counted, seconds=SLOW, what="all packets in the counters")
    assert standing(over) == standing(before)
    caller.succeed()
    callee.succeed()
    relay = [node.address]
    checks.audio_arrived(at_callee.arrived(), from_caller, PACKETS, relay)
    checks.audio_arrived(at_caller.arrived(), from_callee, PACKETS, relay)
    checks.no_calls(node.ng)
