"""SIPp as a telephone that hums a note, in RTP or in SRTP with keys from SDP; what it hears is read from a
capture. SIPp itself knows nothing of SRTP: it plays packets that were encrypted beforehand, with the key
that its SDP names, and what arrives is decrypted with the one that it was sent.
"""
import base64
import re
import struct

from runner import srtp

from .audio import from_mu_law, note
from .capture import Capture
from .sdes_call import SUITE
from .sipp import MEDIA_PORT

PACKETS = 200  # four seconds
_TALK_MS = 20 * PACKETS + 500
_READ = (
    '<action><ereg regexp="[0-9]+ %s" search_in="msg" assign_to="line" check_it="true" /></action>'
    % SUITE
)


class SippPhone:
    def __init__(self, programs, sip, host, protection, hertz):
        self._sip, self._host, self._secure = sip, host, protection == "sdes"
        self.address = programs.network.ipv4(host)
        self._key = base64.b64encode(bytes((hertz + i) & 0xFF for i in range(30))).decode()
        self._capture, self._samples = Capture(programs, host), None
        more = {"samples": note(hertz, PACKETS)}
        if self._secure:
            more["seal"] = srtp.context(self._key, SUITE).protect
        self._words = {"AUDIO": sip.audio(PACKETS, **more)[0], "TALK_MS": _TALK_MS}
        if self._secure:
            self._words["PROTOCOL"] = "RTP/SAVP"

    def _keys(self, line):
        return "\na=crypto:%s inline:%s" % (line, self._key) if self._secure else ""

    def answer(self):
        read = {"READ": _READ} if self._secure else {}
        words = dict(self._words, KEYS=self._keys("[$line]"), **read)
        self.program = self._sip.callee(self._host, "callee-basic", **words)
        return self

    def dial(self, user):
        words = dict(self._words, KEYS=self._keys("1 " + SUITE))
        self.program = self._sip.caller(self._host, "caller-basic", user=user, **words)
        return self

    def _open(self):
        """-> what turns a packet on the wire into RTP"""
        if not self._secure:
            return lambda packet: packet
        with open(self._sip.messages(self._host), errors="replace") as handle:
            keys = re.findall("a=crypto:[0-9]+ %s inline:([^|\\s]+)" % SUITE, handle.read())
        (theirs,) = set(keys) - {self._key}
        context = srtp.context(theirs, SUITE)
        return lambda packet: context.unprotect(packet)[0]

    def heard(self):
        """When the call is over: -> samples of what arrived."""
        if self._samples is None:
            unseal, packets = self._open(), {}
            for _, port, packet in self._capture.packets():
                if port == MEDIA_PORT and packet[1] & 0x7F == 0:
                    packets[struct.unpack_from(">H", packet, 2)[0]] = unseal(packet)[12:]
            self._samples = [
                sample for seq in sorted(packets) for sample in from_mu_law(packets[seq])
            ]
        return self._samples
