"""A party that talks as rtp_party.py's does, in SRTP with keys from SDP; what does not authenticate it has
not received. Up to 65536 packets."""
import base64

from runner import srtp

from .rtp_party import RtpParty
from .sdes_call import SUITE, crypto_line

_ADDED = 10  # octets of the tag


class SrtpParty(RtpParty):
    """The callee of a call: its SDP takes a line of the offer."""

    def __init__(self, network, host, port, ssrc):
        self._key = base64.b64encode(bytes((ssrc + i) & 0xFF for i in range(30))).decode()
        self._own, self._theirs = srtp.context(self._key, SUITE), None
        super().__init__(network, host, port, ssrc)

    def answer_to(self, offer):
        """-> the SDP"""
        tag, key = crypto_line(offer)
        self._theirs = srtp.context(key, SUITE)
        sdp = self.sdp().replace("RTP/AVP", "RTP/SAVP")
        return sdp + "a=crypto:%s %s inline:%s\r\n" % (tag, SUITE, self._key)

    def seal(self, packet):
        return self._own.protect(packet)

    def open(self, data):
        if self._theirs is None or len(data) < 12 + _ADDED:
            return b""
        try:
            return self._theirs.unprotect(data)[0]
        except ValueError:
            return b""
