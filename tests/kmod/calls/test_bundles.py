"""Audio and video that share a port: the kernel tells them apart, says to the bundling party whose each packet is, and
takes what the other one must not see out of the header extension."""
import pytest
from counting import SLOW, packets, standing, totals
from lab.bundle_call import BundleCall
from lab.processes import wait_until


@pytest.fixture
def bundle_call(node, peer, call_id):
    return lambda secure: BundleCall(node, peer("uac", 4000), peer("uas", 5000), peer("uas", 5002), call_id, secure)


def arrived_in_time(condition, what):
    wait_until(condition, seconds=SLOW, what=what)


@pytest.mark.parametrize("secure", [False, True])
def test_audio_and_video_of_one_port(node, bundle_call, call_id, secure):
    call = bundle_call(secure)
    call.talk(5)
    # One flow for the bundle's port, one for each of the other party's: four media are in the kernel.
    before = wait_until(lambda: (call.talk(1), inside(node, call_id))[1], seconds=SLOW, what="all four in the kernel")
    call.talk(50)
    after = inside(node, call_id)
    assert [standing({1: one}) for one in after] == [standing({1: one}) for one in before]
    call.check_arrived(arrived_in_time)
    media = node.media(call_id)
    assert [sum(packets(stream, "ingress") for stream in one["streams"]) for one in media] == [call.sent] * 4
    assert [sum(packets(stream, "egress") for stream in one["streams"]) for one in media] == [call.sent] * 4
    reply = node.ng.ok("delete", call_id=call_id, from_tag="a", to_tag="b")
    assert totals(reply) == 4 * call.sent


def inside(node, call_id):
    """-> the RTP streams of all four media, once all are in the kernel"""
    streams = [one for media in node.media(call_id) for one in media.get("streams", []) if not one.get("rtcp")]
    there = [one for one in streams if one.get("offload", {}).get("in_kernel")]
    return there if len(there) == 4 else None


def test_a_killed_worker_and_a_bundle(node, bundle_call, call_id):
    """Another worker finds the flows, knows whose packets they have counted, and puts its own in their place."""
    call = bundle_call(secure=True)
    call.talk(5)
    wait_until(lambda: (call.talk(1), inside(node, call_id))[1], seconds=SLOW, what="all four in the kernel")
    call.talk(10)
    node.mediad.kill()
    call.talk(20)
    node.start_mediad()
    wait_until(lambda: (call.talk(1), inside(node, call_id))[1], seconds=SLOW, what="all four in the kernel again")
    call.talk(10)
    call.check_arrived(arrived_in_time)
    media = node.media(call_id)
    for way in ("ingress", "egress"):
        assert [sum(packets(stream, way) for stream in one["streams"]) for one in media] == [call.sent] * 4, way
