"""A call whose callee is a scripted peer that speaks SRTP with keys from SDP, set up over NG."""
import base64

from runner import srtp

from .peer import rtp
from .processes import wait_until
from .rtp_party import media_target

SUITE = "AES_CM_128_HMAC_SHA1_80"


class SdesCall:
    """The caller is plain; the callee has SRTP with keys from SDP."""

    SSRC, KEY = 0xB1, base64.b64encode(bytes(range(30))).decode()

    def __init__(self, node, caller, callee, call_id):
        self.caller, self.callee = caller, callee
        named = {"call_id": call_id, "from_tag": "a"}
        offer = node.ng.ok("offer", sdp=caller.sdp(), transport_protocol="RTP/SAVP", **named)
        self.callee_port = media_target(offer["sdp"])
        self.tag, key = crypto_line(offer["sdp"])
        line = "a=crypto:%s %s inline:%s" % (self.tag, SUITE, self.KEY)
        sdp = callee.sdp(line, protocol="RTP/SAVP")
        answer = node.ng.ok("answer", to_tag="b", sdp=sdp, **named)
        self.caller_port = media_target(answer["sdp"])
        self.theirs, self.ours = srtp.context(self.KEY, SUITE), srtp.context(key, SUITE)
        self._serial = 0

    def talk(self, packets=5):
        """The callee sends, the caller hears it. -> what was on the wire"""
        wire = []
        for _ in range(packets):
            self._serial += 1
            packet = rtp(self.SSRC, self._serial, b"genuine %d" % self._serial)
            wire.append(self.theirs.protect(packet))
            self.callee.send(self.callee_port, wire[-1])
            self.caller.expect(packet)
        return wire

    def probe(self, attacker):
        """The caller's audio reaches the callee, encrypted, and nobody else."""
        self._serial += 1
        probe = rtp(0xA1, self._serial, b"probe")
        self.caller.send(self.caller_port, probe)
        wait_until(lambda: self.ours.protect(probe) in self.callee.received, 5, "encrypted packet")
        assert not attacker.received


def crypto_line(sdp):
    """-> tag and key of the line with our suite"""
    for line in sdp.split("\r\n"):
        if line.startswith("a=crypto:"):
            tag, suite, key = line[len("a=crypto:") :].split(" ")[:3]
            if suite == SUITE:
                return tag, key[len("inline:") :].split("|")[0]
    raise AssertionError("no %s in %r" % (SUITE, sdp))
