"""Media beyond the two parties of a call: a SIPREC-style recorder, publishers with listeners, calls that
become one. What arrives is counted packet by packet."""
import time

import pytest

from lab import checks
from lab.processes import wait_until
from lab.rtp_party import NgCall, media_target

needs_our_daemons = pytest.mark.rebuilt


class Recorder:
    """Subscribes to both parties of a call, a socket for each, and only listens."""

    def __init__(self, ng, parties, call_id):
        self._ng, self._call_id = ng, call_id
        self.of_caller, self.of_callee = parties("m2", 7000, 0xC1), parties("m2", 7100, 0xC2)

    def request(self):
        return self._ng.ok(
            "subscribe request", call_id=self._call_id, to_tag="rec", flags=["all", "siprec"]
        )

    def answer(self):
        first = self.of_caller.sdp("recvonly")
        second = self.of_callee.sdp("recvonly")
        return self._ng.ok(
            "subscribe answer",
            call_id=self._call_id,
            to_tag="rec",
            sdp=first + second[second.index("m=") :],
        )

    def leave(self):
        return self._ng.ok("unsubscribe", call_id=self._call_id, to_tag="rec")

    def heard(self):
        return len(self.of_caller.received) + len(self.of_callee.received)

    def check(self, call, at_least):
        """Everything that each party sent while the recorder was there, and nothing else."""
        for socket, party in ((self.of_caller, call.caller), (self.of_callee, call.callee)):
            checks.uninterrupted(socket.numbers_from(party.ssrc), at_least)
            assert {ssrc for _, _, ssrc, _ in socket.received} == {party.ssrc}


@pytest.fixture
def recorder(node, parties, call_id):
    return Recorder(node.ng, parties, call_id)


def test_a_recorder_hears_both_parties(call, recorder):
    call.talk()
    offer = recorder.request()
    assert offer["from-tags"] == ["a", "b"]
    assert [entry["tag"] for entry in offer["tag-medias"]] == ["a", "b"]
    assert sorted(offer["media-labels"]) == ["0", "1"]
    time.sleep(1)
    # The control: before its answer it hears nothing, and the check sees that.
    assert recorder.heard() == 0
    with pytest.raises(AssertionError):
        recorder.check(call, 1)
    recorder.answer()
    time.sleep(2)
    recorder.leave()
    time.sleep(0.3)
    heard = recorder.heard()
    recorder.check(call, 80)
    time.sleep(1)
    assert recorder.heard() == heard, "the recorder still hears something after unsubscribe"
    call.pause()
    # The parties noticed nothing.
    checks.uninterrupted(call.callee.numbers_from(call.caller.ssrc), 180)
    checks.uninterrupted(call.caller.numbers_from(call.callee.ssrc), 180)
    assert call.delete()["result"] == "ok"


@needs_our_daemons
def test_a_recording_goes_on_over_a_controld_restart(node, call, recorder):
    call.talk()
    recorder.request()
    recorder.answer()
    time.sleep(1)
    node.controld.kill()
    time.sleep(1)
    node.start_controld()
    wait_until(lambda: (call.query() or {}).get("result") == "ok", what="the call again")
    time.sleep(1)
    assert call.query()["tags"]["rec"]["subscriptions"] == [
        {"tag": "a", "type": "pub/sub"},
        {"tag": "b", "type": "pub/sub"},
    ]
    # The new controller knows the subscription well enough to end it.
    recorder.leave()
    time.sleep(0.3)
    heard = recorder.heard()
    recorder.check(call, 120)
    time.sleep(0.5)
    assert recorder.heard() == heard
    call.pause()
    assert call.delete()["result"] == "ok"
    checks.no_calls(node.ng)


@needs_our_daemons
def test_a_publisher_and_two_listeners(node, parties, call_id):
    publisher = parties("uac", 4000, 0xA1)
    listeners = [parties("uas", 5000, 0xB1), parties("m2", 7000, 0xC1)]
    answer = node.ng.ok("publish", call_id=call_id, from_tag="p", sdp=publisher.sdp("sendonly"))
    assert "a=recvonly" in answer["sdp"]
    for number, listener in enumerate(listeners):
        tag = "l%d" % number
        node.ng.ok("subscribe request", call_id=call_id, from_tag="p", to_tag=tag)
        node.ng.ok(
            "subscribe answer", call_id=call_id, to_tag=tag, sdp=listener.sdp("recvonly")
        )
    publisher.talk_to(media_target(answer["sdp"]))
    time.sleep(1)
    publisher.pause()
    for listener in listeners:
        assert listener.numbers_from(publisher.ssrc) == list(range(publisher.sent))
    assert not publisher.received
    node.ng.ok("delete", call_id=call_id, delete_delay=0)
    checks.no_calls(node.ng)


@needs_our_daemons
def test_two_calls_become_one(node, call, parties, call_id):
    """The callers of both are connected, on the ports they have, and keep their counters."""
    other_id = "x" + call_id
    other = NgCall(
        node.ng, parties("m2", 4000, 0xA2), parties("sip", 5000, 0xB2), other_id, ("c", "d")
    ).set_up()
    for one in (call, other):
        one.talk()
    time.sleep(1)
    # The control: they do not hear each other yet, and a failed merge changes nothing.
    assert not other.caller.numbers_from(call.caller.ssrc)
    refusal = node.ng.ask(
        "connect", call_id=call_id, from_tag="a", to_tag="c", to_call_id="no" + other_id
    )
    assert refusal["error-reason"] == "Unknown call-ID(s)"
    time.sleep(0.5)
    node.ng.ok("connect", call_id=call_id, from_tag="a", to_tag="c", to_call_id=other_id)
    connected = time.monotonic() + 0.1
    time.sleep(1)
    for one in (call, other):
        one.pause()
    checks.uninterrupted(other.caller.numbers_from(call.caller.ssrc), 40)
    checks.uninterrupted(call.caller.numbers_from(other.caller.ssrc), 40)
    assert not call.callee.numbers_from(call.caller.ssrc, connected)
    # By either call-id it is the same call, and nothing that was sent before or after is lost.
    by_one, by_other = call.query(), other.query()
    assert sorted(by_one["tags"]) == sorted(by_other["tags"]) == ["a", "b", "c", "d"]
    sent = {"a": call.caller.sent, "b": call.callee.sent}
    sent.update({"c": other.caller.sent, "d": other.callee.sent})
    checks.exact_statistics(by_one, sent)
    with pytest.raises(AssertionError):
        checks.exact_statistics(by_one, dict(sent, c=sent["c"] + 1))
    for one in (other_id, call_id):
        node.ng.ok("delete", call_id=one, delete_delay=0)
    checks.no_calls(node.ng)
