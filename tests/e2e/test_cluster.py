"""Two workers on two hosts under one controld, over TCP with mutual TLS: placement, and a worker
that is killed."""
import time

import pytest

from lab import checks
from lab.processes import wait_until
from lab.rtp_party import NgCall, RtpParty

pytestmark = pytest.mark.rebuilt


@pytest.fixture
def calls(cluster, network, call_id):
    """Makes calls between fresh parties; a call's worker is seen from the address in its answer."""
    made = []

    def make():
        number = len(made)
        caller = RtpParty(network, "uac", 4000 + 2 * number, 0xA000 + number)
        callee = RtpParty(network, "uas", 5000 + 2 * number, 0xB000 + number)
        made.append(NgCall(cluster.ng, caller, callee, "%s-%d" % (call_id, number)))
        return made[-1].set_up()

    yield make
    for call in made:
        call.caller.close()
        call.callee.close()


def worker_of(call):
    assert (
        call.towards_callee[0] == call.towards_caller[0]
    ), "the sides of a call are on two workers"
    return call.towards_callee[0]


def calls_on_both(calls, network):
    """Calls until there is one on each worker; -> {address: call}"""
    found = {}

    def both():
        call = calls()
        found.setdefault(worker_of(call), call)
        return len(found) == 2

    wait_until(both, what="a call on each worker")
    assert set(found) == {network.ipv4("m1"), network.ipv4("m2")}
    return found


def check_audio(call, since, at_least):
    for receiver, sender in ((call.callee, call.caller), (call.caller, call.callee)):
        numbers = receiver.numbers_from(sender.ssrc, since)
        checks.uninterrupted(numbers, at_least)


def test_calls_on_both_hosts_have_audio(calls, network):
    found = calls_on_both(calls, network)
    for call in found.values():
        call.talk()
    time.sleep(2)
    for call in found.values():
        call.pause()
        check_audio(call, 0, 80)
        checks.exact_statistics(call.delete(), {"a": call.caller.sent, "b": call.callee.sent})


def test_calls_on_both_hosts_control(calls, network):
    """With relaying broken on one host, its call fails the check and the other's does not."""
    found = calls_on_both(calls, network)
    network.break_relay("m1")
    for call in found.values():
        call.talk()
    time.sleep(2)
    for call in found.values():
        call.pause()
    with pytest.raises(AssertionError):
        check_audio(found[network.ipv4("m1")], 0, 80)
    check_audio(found[network.ipv4("m2")], 0, 80)


def test_a_killed_worker_gets_its_calls_back(calls, cluster, network):
    """Its calls are replayed onto it with the same ports; new calls go to the other one
    meanwhile."""
    victim = calls_on_both(calls, network)[network.ipv4("m1")]
    ports = victim.towards_callee, victim.towards_caller
    victim.talk()
    time.sleep(1)
    cluster.workers["m1"].kill()
    wait_until(
        lambda: cluster.placed_on() == network.ipv4("m2"), what="new calls on the other worker"
    )
    for _ in range(6):
        assert worker_of(calls()) == network.ipv4("m2")
    dead_since = time.monotonic()
    time.sleep(1)
    with pytest.raises(
        AssertionError
    ):  # the control: a dead worker relays nothing, and the check sees it
        check_audio(victim, dead_since, 1)
    cluster.start_worker("m1")
    back = time.monotonic()
    wait_until(
        lambda: len(victim.callee.numbers_from(victim.caller.ssrc, back)) > 60,
        what="audio after the restart",
    )
    victim.pause()
    for party, port in ((victim.callee, ports[0]), (victim.caller, ports[1])):
        assert {source for when, source, _, _ in party.received if when > back} == {port}
    assert victim.delete()["result"] == "ok"
    # All other calls are on m2: the worker that is back has the least load.
    wait_until(
        lambda: cluster.placed_on() == network.ipv4("m1"),
        what="new calls on the worker that is back",
    )


def test_a_worker_without_our_certificate_stays_out(programs, build, certificates, network):
    from lab.rtpengine import Cluster

    cluster = Cluster(programs, build, certificates)
    cluster.start_controld()
    wait_until(cluster.ng.answers_ping, what="answer to ping")
    cluster.start_worker("m1", identity="stranger")
    deadline = time.monotonic() + 4
    while time.monotonic() < deadline:
        assert cluster.placed_on() is None
        time.sleep(0.3)
    cluster.start_worker("m2")  # the control: with its own certificate a worker gets calls
    wait_until(
        lambda: cluster.placed_on() == network.ipv4("m2"),
        what="calls on the worker with a certificate",
    )
    cluster.close()
