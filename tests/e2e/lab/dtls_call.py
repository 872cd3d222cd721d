"""A call whose callee is s_client (dtls_client.py) behind a scripted peer, set up over NG; its part of ICE.

Not here: what an attacker does beside it (test_attacks_dtls.py).
"""
import os

from runner import srtp, stun

from . import explain
from .dtls_client import SUITE
from .peer import rtp
from .processes import wait_until
from .rtp_party import media_target

UFRAG, PASSWORD = "bbbb", "bobbobbobbobbobbobbob22"
PRIORITY = 0x6E0001FF  # of a peer-reflexive host candidate


def attribute(sdp, name):
    return next(
        line.split(":", 1)[1] for line in sdp.split("\r\n") if line.startswith("a=%s:" % name)
    )


class DtlsCall:
    """The caller is plain; the callee is the DTLS client, with ICE if `ice`."""

    SSRC, SUITE = 0xB1, SUITE

    def __init__(self, node, caller, callee, call_id, fingerprint, ice=False):
        self._node, self.caller, self.callee, self.call_id = node, caller, callee, call_id
        self._fingerprint, self._ice, self._serial = fingerprint, ice, 0
        self._named = {"call_id": call_id, "from_tag": "a"}
        keys = {"transport_protocol": "UDP/TLS/RTP/SAVPF", "ICE": "force" if ice else "remove"}
        keys["rtcp_mux"] = ["require"]
        self.offer = node.ng.ok("offer", sdp=caller.sdp(), **keys, **self._named)["sdp"]
        self.callee_port = media_target(self.offer)

    def answer(self):
        lines = ["a=rtcp-mux", "a=setup:active", "a=fingerprint:sha-256 " + self._fingerprint]
        if self._ice:
            lines += ["a=ice-ufrag:" + UFRAG, "a=ice-pwd:" + PASSWORD]
            at = (self.callee.address, self.callee.port)
            lines += ["a=candidate:1 1 UDP 2130706431 %s %d typ host" % at]
        sdp = self.callee.sdp(*lines, protocol="UDP/TLS/RTP/SAVPF")
        answer = self._node.ng.ok("answer", to_tag="b", sdp=sdp, **self._named)
        self.caller_port = media_target(answer["sdp"])
        return self

    def drops(self):
        return explain.drops(self._node, self.call_id, "b")

    def await_mismatch(self):
        wait_until(
            lambda: "fingerprint mismatch" in explain.missing(self._node, self.call_id, "b"),
            10,
            "a handshake that fails",
        )

    def talks(self, client):
        """A packet each way, under the keys that s_client has exported."""
        written_by_client, written_by_us = client.keys()
        self._serial += 1
        packet = rtp(self.SSRC, self._serial, b"genuine %d" % self._serial)
        self.callee.send(self.callee_port, srtp.context(written_by_client, SUITE).protect(packet))
        self.caller.expect(packet)
        reply = rtp(0xA1, self._serial, b"reply %d" % self._serial)
        self.caller.send(self.caller_port, reply)
        self.callee.expect(srtp.context(written_by_us, SUITE).protect(reply))
        assert srtp.context(written_by_us, SUITE).unprotect(self.callee.received[-1])[0] == reply

    # The callee's part of ICE, and what an attacker has instead of it.

    def check(self, sender, password=None, integrity="valid"):
        """A connectivity check as the callee would make it. -> its transaction"""
        theirs = attribute(self.offer, "ice-ufrag")
        message = {
            "class": "request",
            "txid": os.urandom(12).hex(),
            "key": password or attribute(self.offer, "ice-pwd"),
            "attrs": [
                ["USERNAME", "%s:%s" % (theirs, UFRAG)],
                ["ICE-CONTROLLED", "00" * 8],
                ["PRIORITY", PRIORITY],
                ["MESSAGE-INTEGRITY", integrity],
                ["FINGERPRINT", "valid"],
            ],
        }
        sender.send(self.callee_port, stun.build(message))
        return message["txid"]

    def answer_checks(self):
        """From now on the callee answers our checks."""

        def respond(data, source):
            response = {
                "class": "success",
                "txid": stun.parse(data)["txid"],
                "key": PASSWORD,
                "attrs": [
                    ["XOR-MAPPED-ADDRESS", "%s:%d" % source],
                    ["MESSAGE-INTEGRITY", "valid"],
                    ["FINGERPRINT", "valid"],
                ],
            }
            self.callee.send(source, stun.build(response))

        self.callee.on_stun = respond
