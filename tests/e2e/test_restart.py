"""Daemons killed in the middle of calls: what goes on, what comes back, and that the numbers are
right to the packet."""
import signal
import time

import pytest

from lab import checks
from lab.processes import wait_until
from lab.rtp_party import NgCall

needs_our_daemons = pytest.mark.rebuilt


def sent_by(call):
    return {"a": call.caller.sent, "b": call.callee.sent}


def check_uninterrupted(call, at_least):
    checks.uninterrupted(call.callee.numbers_from(call.caller.ssrc), at_least)
    checks.uninterrupted(call.caller.numbers_from(call.callee.ssrc), at_least)


def test_statistics_are_exact(call):
    """The base line: without any accident; the control is one packet more than was sent."""
    call.talk()
    time.sleep(2)
    call.pause()
    check_uninterrupted(call, 80)
    sent = sent_by(call)
    checks.exact_statistics(call.query(), sent)
    with pytest.raises(AssertionError):
        checks.exact_statistics(call.query(), dict(sent, a=sent["a"] + 1))
    checks.exact_statistics(call.delete(), sent)


@needs_our_daemons
def test_controld_killed_in_mid_call(node, call):
    call.talk()
    time.sleep(1)
    node.controld.kill()
    time.sleep(2)
    assert node.ng.ask("ping", tries=1) is None  # it really is gone
    before = len(call.callee.received)
    time.sleep(1)
    assert len(call.callee.received) > before
    node.start_controld()
    wait_until(
        lambda: (call.query() or {}).get("result") == "ok", what="the call after the restart"
    )
    time.sleep(1)
    call.pause()
    check_uninterrupted(call, 200)
    checks.exact_statistics(call.delete(), sent_by(call))
    checks.no_calls(node.ng)


@needs_our_daemons
def test_controld_killed_in_mid_call_control(node, call):
    """The worker stands still while controld is away: the check for uninterrupted audio has to
    fail."""
    call.talk()
    time.sleep(1)
    node.controld.kill()
    node.mediad.send_signal(signal.SIGSTOP)
    time.sleep(2)
    call.pause()
    with pytest.raises(AssertionError):
        check_uninterrupted(call, 100)
    node.mediad.send_signal(signal.SIGCONT)
    node.start_controld()
    node.await_ready()


@needs_our_daemons
def test_calls_before_and_after_a_controld_restart_do_not_mix(node, call, parties):
    """New calls after the restart get ports of their own."""
    node.controld.kill()
    node.start_controld()
    node.await_ready()
    other = NgCall(
        node.ng, parties("uac", 4002, 0xA2), parties("uas", 5002, 0xB2), "another"
    ).set_up()
    ports = [port for one in (call, other) for _, port in (one.towards_caller, one.towards_callee)]
    assert len(set(ports)) == 4, ports
    for one in (call, other):
        one.talk()
    time.sleep(1)
    for one in (call, other):
        one.pause()
        check_uninterrupted(one, 40)
        assert {ssrc for _, _, ssrc, _ in one.callee.received} == {one.caller.ssrc}
        checks.exact_statistics(one.delete(), sent_by(one))


@needs_our_daemons
def test_mediad_killed_alone_comes_back_with_the_same_ports(node, call):
    call.talk()
    time.sleep(1)
    node.mediad.kill()
    time.sleep(1)
    gap_starts = time.monotonic()
    node.start_mediad()

    def audio_is_back():
        return len(call.callee.numbers_from(call.caller.ssrc, gap_starts)) > 50

    wait_until(audio_is_back, what="audio after the restart, to and from the same ports")
    call.pause()
    with pytest.raises(AssertionError):  # the control: there was a gap, and the check sees it
        check_uninterrupted(call, 50)
    assert {source for when, source, _, _ in call.callee.received if when > gap_starts} == {
        call.towards_callee
    }
    assert {source for when, source, _, _ in call.caller.received if when > gap_starts} == {
        call.towards_caller
    }
    assert call.delete()["result"] == "ok"
    checks.no_calls(node.ng)


@needs_our_daemons
@pytest.mark.parametrize("restarted", ["controld", "mediad"])
def test_a_block_stays_over_a_restart(node, call, restarted):
    """One party is blocked; after the restart it still is, the other one is heard, and the block can be
    taken back."""
    call.talk()
    flow = {"call_id": call.call_id, "from_tag": "a", "flags": ["directional"]}
    node.ng.ok("block media", **flow)
    getattr(node, restarted).kill()
    getattr(node, "start_" + restarted)()
    node.await_ready()
    wait_until(lambda: (call.query() or {}).get("result") == "ok", what="the call after it")
    since = time.monotonic()
    wait_until(
        lambda: len(call.caller.numbers_from(call.callee.ssrc, since)) > 50,
        what="audio of the party that is not blocked",
    )
    assert call.callee.numbers_from(call.caller.ssrc, since) == []
    node.ng.ok("unblock media", **flow)
    wait_until(
        lambda: len(call.callee.numbers_from(call.caller.ssrc, since)) > 50,
        what="audio of the other one",
    )
    call.pause()
    assert call.delete()["result"] == "ok"


@needs_our_daemons
def test_both_end_at_once_when_asked(node, call):
    """SIGTERM, exit status 0 within two seconds (generously: five)."""
    started = time.monotonic()
    assert node.mediad.stop() == 0
    assert node.controld.stop() == 0
    assert time.monotonic() - started < 10
    node.start_controld()
    node.start_mediad()
    node.await_ready()
