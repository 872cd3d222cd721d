"""Quality of calls that the kernel carries: loss as the sequence numbers say; jitter, loss, round-trip
time and MOS as the parties' reports say, which go through user space."""
import json
import struct
import time

import pytest
from counting import SLOW, standing
from lab.processes import wait_until
from lab.rtp_party import NgCall, RtpParty
from runner import rtcp

ROUNDS = 4
EVERY, MISSING = 40, 3  # packets sent, and numbers left out behind them
FRACTION, JITTER = 12, 40  # of 256; of 8000 a second: 5 ms


class Losing(RtpParty):
    def seal(self, packet):
        number = self.sent + self.sent // EVERY * MISSING
        return packet[:2] + struct.pack(">H", number & 0xFFFF) + packet[4:]


@pytest.fixture
def losing(node, parties, call_id):
    caller, callee = parties("uac", 4000, 0xA1, Losing), parties("uas", 5000, 0xB1)
    return NgCall(node.ng, caller, callee, call_id).set_up()


def sender_report(author, about, second, heard):
    """heard: the NTP time of the last report from the other, and when that came"""
    last, delay = (0, 0)
    if heard is not None:
        last, delay = heard[0], int((time.monotonic() - heard[1]) * 65536)
    block = dict(ssrc=about, fraction=FRACTION, lost=3, highest=1, jitter=JITTER, lsr=last)
    block["dlsr"] = delay
    report = dict(type="sr", ssrc=author, ntp=(second, 0), ts=0, packets=1, octets=160)
    return rtcp.build([dict(report, reports=[block])])


def middle(octets):
    """Of the NTP time of a sender report: what a receiver quotes (RFC 3550 section 6.4.1)."""
    return struct.unpack_from(">I", octets, 10)[0]


def statistics(node):
    status, text = node.rtpctl("--json", "stats")
    assert status == 0, text
    values = json.loads(text)["values"]
    return {one["name"]: float(one.get("value", 0)) for one in values if not one.get("labels")}


def test_quality_is_told_of_the_kernels_streams(node, losing, peer, call_id):
    ends = {
        "a": (peer("uac", 4001), losing.towards_caller, 0xA1, 0xB1),
        "b": (peer("uas", 5001), losing.towards_callee, 0xB1, 0xA1),
    }
    losing.talk()
    before = node.await_kernel(call_id)
    heard = {"a": None, "b": None}
    for number in range(ROUNDS):
        for party, other in ("ab", "ba"):
            socket, (address, port), author, about = ends[party]
            listener = ends[other][0]
            known = len(listener.received)
            report = sender_report(author, about, 1000 + number, heard[party])
            socket.send((address, port + 1), report)
            wait_until(lambda: len(listener.received) > known, SLOW, "a report at %s" % other)
            heard[other] = middle(listener.received[-1]), time.monotonic()
        time.sleep(1)
    assert standing(node.await_kernel(call_id)) == standing(before)
    losing.pause()
    missing = (losing.caller.sent - 1) // EVERY * MISSING
    assert missing > 10
    wait_until(lambda: statistics(node)["packets_lost"] >= missing, SLOW, "%d lost" % missing)
    told = statistics(node)
    assert told["packets_lost"] == missing
    assert told["rtp_duplicates"] == told["rtp_reordered"] == 0

    def mean(name):
        assert told[name + "_samples_total"] >= 2, (name, told)
        return told[name + "_total"] / told[name + "_samples_total"]

    assert mean("jitter") == JITTER / 8
    assert 4 <= mean("packetloss") <= 5  # 12 of 256
    assert 0 < mean("rtt_e2e") < 5e6 and 0 < mean("rtt_dsct") < 5e6
    assert 1 <= mean("mos") < 4.3
    # The call's own figures, as log and query have them.
    sources = losing.query()["SSRC"]
    for author in (0xA1, 0xB1):
        average = sources[str(author)]["average MOS"]
        assert 10 <= int(average["MOS"]) < 43 and int(average["jitter"]) == JITTER // 8
