"""What changes in mid-call: events, hold. Who forwards then, and that nothing is lost or counted twice."""
import struct
import time

import pytest
from counting import (
    assert_all_counted,
    assert_each_once,
    in_user_space,
    packets,
    standing,
    totals,
    wait_for,
)
from lab.checks import dtmf_events
from lab.processes import wait_until
from lab.rtp_party import NgCall, RtpParty

EVENT = 101  # payload type
DIGIT, DIGIT_PACKETS = 5, 12


class Dialling(RtpParty):
    """Presses a digit now and then (RFC 4733): events take the place of audio packets."""

    def __init__(self, *arguments):
        self._at, self.pressed = DIGIT_PACKETS, 0
        super().__init__(*arguments)

    def sdp(self, attribute="sendrecv", telephone_event=EVENT):
        return super().sdp(attribute, telephone_event)

    def press(self):
        self._at = 0
        wait_until(lambda: self._at == DIGIT_PACKETS, what="a digit")

    def seal(self, packet):
        if self._at == DIGIT_PACKETS:
            return packet
        timestamp = int.from_bytes(packet[4:8], "big") - 160 * self._at
        head = struct.pack(">BBHI", 0x80, EVENT | (0 if self._at else 0x80), self.sent, timestamp)
        self._at += 1
        self.pressed += 1
        end = 0x80 if self._at > DIGIT_PACKETS - 3 else 0
        return head + packet[8:12] + struct.pack(">BBH", DIGIT, end | 10, 160 * self._at)


@pytest.fixture
def dialling(node, parties, call_id):
    caller, callee = parties("uac", 4000, 0xA1, Dialling), parties("uas", 5000, 0xB1, Dialling)
    return NgCall(node.ng, caller, callee, call_id).set_up()


def test_digits_stay_in_the_kernel(node, dialling, call_id):
    dialling.talk()
    before = node.await_kernel(call_id)
    dialling.caller.press()
    dialling.caller.press()
    after = node.streams(call_id)
    assert standing(after) == standing(before)
    wait_for(dialling.callee, 0xA1, dialling.caller.sent)
    assert dtmf_events(dialling.callee.packets, EVENT) == [DIGIT, DIGIT]
    assert_all_counted(dialling)


def test_blocked_digits_are_taken_out_in_user_space(node, dialling, call_id):
    """Audio stays in the kernel; only the payload type of events goes up, to the packet."""
    dialling.talk()
    node.await_kernel(call_id)
    node.ng.ok("block DTMF", call_id=call_id, from_tag="a")
    before = node.await_kernel(call_id, entered=2)
    dialling.caller.press()
    time.sleep(1)
    after = node.streams(call_id)
    assert in_user_space(after) - in_user_space(before) == dialling.caller.pressed == DIGIT_PACKETS
    assert [one[1:] for one in standing(after).values()] == [one[1:] for one in standing(before).values()]
    dialling.pause()
    heard = dialling.caller.sent - DIGIT_PACKETS
    wait_for(dialling.callee, 0xA1, heard)
    numbers = dialling.callee.numbers_from(0xA1)
    assert len(numbers) == len(set(numbers)) == heard
    assert not [one for one in dialling.callee.packets if one.payload_type == EVENT]
    assert totals(dialling.delete()) == dialling.caller.sent + dialling.callee.sent


def renegotiate(call, caller, callee):
    """Directions: the caller offers one, the callee answers with the other."""
    offer = {"call_id": call.call_id, "from_tag": "a", "sdp": call.caller.sdp(caller)}
    call.ng.ok("offer", **offer)
    call.ng.ok("answer", to_tag="b", **dict(offer, sdp=call.callee.sdp(callee)))


def test_hold_and_resume(node, call, call_id):
    """On hold the kernel receives, counts and drops what the callee still sends."""
    call.ng = node.ng
    call.talk()
    node.await_kernel(call_id)
    renegotiate(call, "sendonly", "recvonly")
    held = node.await_kernel(call_id, entered=2)
    time.sleep(0.5)  # what is under way arrives
    heard, sent = len(call.caller.received), call.callee.sent
    wait_until(lambda: call.callee.sent >= sent + 100, what="more packets")
    after = node.streams(call_id)
    assert len(call.caller.received) == heard
    assert standing(after) == standing(held)
    for port in held:
        grown = packets(after[port], "offload", "ingress") - packets(held[port], "offload", "ingress")
        assert grown >= 90
    assert packets(after[call.towards_caller[1]], "egress") == packets(held[call.towards_caller[1]], "egress")
    renegotiate(call, "sendrecv", "sendrecv")
    resumed = node.await_kernel(call_id, entered=3)
    assert all(s["offload"]["removed"] == "dialogue signalling event" for s in resumed.values())
    again = call.callee.sent
    wait_until(lambda: call.callee.sent >= again + 50, what="more packets")
    call.pause()
    wait_for(call.callee, 0xA1, call.caller.sent)
    assert_each_once(call.callee, 0xA1, call.caller.sent)
    numbers = call.caller.numbers_from(0xB1)
    assert len(numbers) == len(set(numbers)) and set(range(again, call.callee.sent)) <= set(numbers)
    assert totals(call.delete()) == call.caller.sent + call.callee.sent
