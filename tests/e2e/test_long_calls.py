"""Secure calls of more than 65536 packets each way, over a mediad that is killed: both sides go on with the
keys and roll-over counters that they have. The packets between are skipped: to SRTP they were lost.
"""
import json
import subprocess

import pytest

from lab.dtls_call import DtlsCall
from lab.peer import rtp, settle
from lab.processes import wait_until
from lab.rtpengine import places_calls
from lab.sdes_call import SdesCall
from runner import srtp

pytestmark = pytest.mark.rebuilt

STRIDE = 30000  # packets; a receiver follows up to 32767
FIRST_REPORT = 49152
LATER = 10000  # packets after the last report; a restarted worker finds its way over up to 32767


class LongCall:
    """theirs: SRTP that the callee writes; ours: that it reads."""

    def __init__(self, node, call, call_id, theirs, ours):
        self._node, self._call, self._call_id = node, call, call_id
        self._theirs, self.ours, self.index = theirs, ours, 0

    def generation(self):
        """Of the worker's session: what the worker reports makes a new one."""
        command = [self._node.build.program("rtpctl"), "--target", self._node.socket(), "--json"]
        answer = subprocess.run(
            command + ["calls", "show", self._call_id], check=True, capture_output=True
        )
        return int(json.loads(answer.stdout)["generation"])

    def exchange(self, index):
        """A packet each way. -> what the caller and the callee should get"""
        self.index = index
        roc, seq = divmod(index, 65536)
        packet = rtp(self._call.SSRC, seq, b"callee %d" % index)
        reply = rtp(0xA1, seq, b"caller %d" % index)
        self._call.callee.send(self._call.callee_port, self._theirs.protect(packet, roc))
        self._call.caller.send(self._call.caller_port, reply)
        return packet, self.ours.protect(reply, roc)

    def talks(self, index):
        packet, sealed = self.exchange(index)
        self._call.caller.expect(packet)
        self._call.callee.expect(sealed)

    def is_heard(self):
        packet, sealed = self.exchange(self.index + 1)
        settle()
        return self._call.caller.has(packet) and self._call.callee.has(sealed)

    def talks_over(self, last):
        """As far as that, and until the worker has reported it."""
        before = self.generation()
        while self.index < last:
            self.talks(min(self.index + STRIDE, last))
        wait_until(lambda: self.generation() > before, 30, "a report of the roll-over counters")

    def survives_mediad(self):
        self.talks_over(FIRST_REPORT)
        self.talks_over(330000)  # five times round
        self.talks(self.index + LATER)
        self._node.mediad.kill()
        self._node.start_mediad()
        wait_until(lambda: places_calls(self._node.ng), what="a worker")
        wait_until(self.is_heard, 10, "audio both ways after the restart")
        # The control: with the counters that a new process would begin with it is another stream.
        packet = rtp(0xA1, self.index % 65536, b"caller %d" % self.index)
        assert not self._call.callee.has(self.ours.protect(packet, 0))
        for _ in range(5):
            self.talks(self.index + 1)


def test_with_keys_from_sdp(node, peer, call_id):
    call = SdesCall(node, peer("uac", 4000), peer("uas", 5000), call_id)
    LongCall(node, call, call_id, call.theirs, call.ours).survives_mediad()


def test_with_keys_from_a_handshake(node, peer, identity, handshake, call_id):
    """And no second handshake."""
    bob = identity("bob")
    call = DtlsCall(node, peer("uac", 4000), peer("uas", 5000), call_id, bob.fingerprint).answer()
    client = handshake(call.callee, call.callee_port, bob).await_handshake()
    written_by_client, written_by_us = client.keys()
    sent = list(client.sent)
    theirs, ours = (srtp.context(key, call.SUITE) for key in (written_by_client, written_by_us))
    LongCall(node, call, call_id, theirs, ours).survives_mediad()
    assert client.sent == sent and client.runs()
