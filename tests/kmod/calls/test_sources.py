"""A party that goes on with another SSRC: its flow leaves the kernel and comes back, once for each that is new, and each
SSRC has its own figures."""
import collections
import struct
import time

import pytest
from counting import SLOW, packets, totals, wait_for
from lab.processes import wait_until
from lab.rtp_party import NgCall, RtpParty


class Turning(RtpParty):
    """Numbers the packets of each SSRC by themselves."""

    def __init__(self, *arguments):
        self.sent_from = collections.Counter()
        super().__init__(*arguments)

    def seal(self, packet):
        (ssrc,) = struct.unpack_from(">I", packet, 8)
        number = self.sent_from[ssrc]
        self.sent_from[ssrc] += 1
        return packet[:2] + struct.pack(">HI", number & 0xFFFF, number * 160) + packet[8:]


@pytest.fixture
def turning(node, parties, call_id):
    caller, callee = parties("uac", 4000, 0xA1, Turning), parties("uas", 5000, 0xB1, Turning)
    return NgCall(node.ng, caller, callee, call_id).set_up()


def by_ssrc(media, direction):
    """-> [{SSRC: packets}] of the parties"""
    return [{one["ssrc"]: packets(one) for one in each.get(direction, [])} for each in media]


def test_another_ssrc_and_the_first_one_again(node, turning, call_id):
    turning.talk()
    streams = node.await_kernel(call_id)
    port = turning.towards_caller[1]
    begun = {number: stream["offload"]["times"] for number, stream in streams.items()}
    for entered, ssrc in ((1, 0xA2), (1, 0xA1)):
        time.sleep(1.5)  # the kernel tells of SSRCs once a second
        turning.caller.ssrc = ssrc

        def back():
            stream = node.streams(call_id)[port]["offload"]
            return stream.get("in_kernel") and stream["times"] == begun[port] + entered

        wait_until(back, seconds=SLOW, what="the flow for %x in the kernel" % ssrc)
    streams = node.await_kernel(call_id)
    assert streams.pop(port)["offload"]["removed"] == "SSRC changed"
    (other,) = streams.values()
    assert other["offload"]["times"] == begun[other["local_port"]] and not other["offload"].get("removed")
    turning.pause()
    caller, callee = turning.caller, turning.callee
    assert sum(caller.sent_from.values()) == caller.sent and len(caller.sent_from) == 2
    for party, sender in ((callee, caller), (caller, callee)):
        for ssrc, sent in sender.sent_from.items():
            wait_for(party, ssrc, sent)
            assert sorted(party.numbers_from(ssrc)) == list(range(sent))
    media = node.media(call_id)
    sent = [dict(caller.sent_from), dict(callee.sent_from)]
    assert by_ssrc(media, "ingress") == sent
    assert by_ssrc(media, "egress") == sent[::-1]
    for one in media[0]["ingress"]:
        assert int(one.get("lost", 0)) == int(one.get("duplicates", 0)) == 0, one
    assert totals(turning.delete()) == caller.sent + callee.sent
