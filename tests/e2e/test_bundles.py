"""Audio and video that share a port, told apart and marked in user space (the kernel does the same: tests/kmod/calls)."""
import pytest
from lab.bundle_call import BundleCall
from lab.processes import wait_until


@pytest.mark.parametrize("secure", [False, True])
def test_audio_and_video_of_one_port(node, peer, call_id, secure):
    call = BundleCall(node, peer("uac", 4000), peer("uas", 5000), peer("uas", 5002), call_id, secure)
    call.talk(20)
    call.check_arrived(lambda condition, what: wait_until(condition, seconds=5, what=what))
    reply = node.ng.ok("delete", call_id=call_id, from_tag="a", to_tag="b")
    assert reply["totals"]["RTP"]["packets"] == 4 * call.sent
