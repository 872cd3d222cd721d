"""What operators do on the host during a call that the kernel carries: tcpdump, nft."""
import time

import pytest
from counting import SLOW, assert_all_counted, packets, standing, totals
from lab import packet_filter
from lab.capture import Capture
from lab.packet_filter import PacketFilter
from lab.processes import wait_until
from lab.rtp_party import NgCall


def numbers(frames, source, target):
    """Sequence numbers of what went from one address to another."""
    ends = "%s:%d" % source, "%s:%d" % target
    return [int.from_bytes(data[2:4], "big") for one, other, data in frames if (one, other) == ends]


def test_tcpdump_sees_both_ways_of_both_parties(programs, node, call, call_id):
    call.talk()
    before = node.await_kernel(call_id)
    capture = Capture(programs, node.host)
    time.sleep(2)
    frames = capture.frames()
    assert standing(node.streams(call_id)) == standing(before)
    call.pause()
    for sender, receiver, entry, exit in (
        (call.caller, call.callee, call.towards_caller, call.towards_callee),
        (call.callee, call.caller, call.towards_callee, call.towards_caller),
    ):
        came = numbers(frames, (sender.address, sender.port), entry)
        went = numbers(frames, exit, (receiver.address, receiver.port))
        assert len(came) >= 50 and sorted(came) == list(range(min(came), max(came) + 1))
        # It may have begun and ended between the two.
        assert sorted(went) == list(range(min(went), max(went) + 1))
        assert abs(min(went) - min(came)) <= 1 and abs(max(went) - max(came)) <= 1
    assert_all_counted(call)


@pytest.fixture
def firewall(network):
    """A host that lets nothing in, but for the rules of mediad."""
    one = PacketFilter(network, "m1")
    one.flush()
    one.load(packet_filter.CLOSED)
    yield one
    one.flush()


@pytest.fixture
def guarded(firewall, start, parties, call_id):
    """A call through those rules and then the kernel module."""
    node = start("--nftables-base-chain=input")
    caller, callee = parties("uac", 4000, 0xA1), parties("uas", 5000, 0xB1)
    call = NgCall(node.ng, caller, callee, call_id).set_up()
    call.talk()
    assert node.await_kernel(call_id)
    return node, call


def admitted(firewall, call):
    """Packets let in by the rules of mediad at the call's two ports."""
    ports = firewall.open_ports()
    return ports[call.towards_caller][0], ports[call.towards_callee][0]


def await_admitted(firewall, call):
    """More packets pass the rules at both ports."""
    first = admitted(firewall, call)
    wait_until(
        lambda: all(now >= before + 20 for now, before in zip(admitted(firewall, call), first)),
        seconds=SLOW,
        what="packets in the rules' counters",
    )


def test_the_rule_set_is_saved_flushed_and_loaded(firewall, guarded, call_id):
    """What is flushed no longer keeps anything out, so nothing is lost and the flows stay."""
    node, call = guarded
    await_admitted(firewall, call)
    before, shape = node.streams(call_id), firewall.shape()
    saved = firewall.nft("-s", "list", "ruleset")
    firewall.flush()
    heard = packets(node.streams(call_id)[call.towards_caller[1]], "offload", "ingress")
    wait_until(
        lambda: packets(node.streams(call_id)[call.towards_caller[1]], "offload", "ingress") > heard + 50,
        seconds=SLOW,
        what="packets without rules",
    )
    firewall.load(saved)
    await_admitted(firewall, call)
    assert firewall.shape() == shape
    assert standing(node.streams(call_id)) == standing(before)
    assert_all_counted(call)
    wait_until(lambda: not firewall.open_ports(), seconds=SLOW, what="closed ports")


def test_a_flushed_set_shuts_the_ports_until_it_is_put_back(firewall, guarded, call_id):
    """Lost is what the administrator's own rule counted, and nothing after the repair."""
    node, call = guarded
    before = node.streams(call_id)
    dropped = firewall.packets("input")[-1]
    (name,) = [one["name"] for one in firewall.objects("set") if one["name"].endswith("4")]
    firewall.nft("flush", "set", "inet", "filter", name)
    wait_until(lambda: len(firewall.open_ports()) == 4, seconds=SLOW, what="the repair")
    # One may be on its way from before.
    ways = [(one, other, one.sent + 1) for one, other in ((call.caller, call.callee), (call.callee, call.caller))]
    await_admitted(firewall, call)
    assert standing(node.streams(call_id)) == standing(before)
    call.pause()
    missing = 0
    for sender, receiver, repaired in ways:
        wait_until(lambda: sender.sent - 1 in receiver.numbers_from(sender.ssrc), what="the last packet")
        heard = receiver.numbers_from(sender.ssrc)
        assert len(heard) == len(set(heard)) and set(range(repaired, sender.sent)) <= set(heard)
        missing += sender.sent - len(heard)
    assert missing <= firewall.packets("input")[-1] - dropped
    assert totals(call.delete()) == call.caller.sent + call.callee.sent - missing

