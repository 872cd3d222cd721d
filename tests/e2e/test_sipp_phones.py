"""Kamailio between SIPp as a telephone with RTP or SDES, and baresip with DTLS, on either side. Each hums a
note, and has to hear that of the other. baresip on both sides: test_phones.py.
"""
import pytest

from lab import kamailio
from lab.phone import Phone, strength
from lab.processes import wait_until
from lab.sipp_phone import SippPhone

pytestmark = pytest.mark.rebuilt

CALLER_HERTZ, CALLEE_HERTZ = 440, 1000
KINDS = ("rtp", "sdes", "dtls")
SAMPLES = 4000  # half a second


def hears(phone, hertz):
    samples = phone.heard()[-SAMPLES:]
    return len(samples) == SAMPLES and strength(samples, hertz) > 0.9


class Call:
    def __init__(self, programs, sip, node, caller, callee):
        kamailio.start(programs, [node.host], "kamailio-phones.cfg")
        self._node = node
        if callee == "dtls":
            self.callee = Phone(programs, "uas", callee, CALLEE_HERTZ).start()
        else:
            self.callee = SippPhone(programs, sip, "uas", callee, CALLEE_HERTZ).answer()
        if caller == "dtls":
            self.caller = Phone(programs, "uac", caller, CALLER_HERTZ)
            self.caller.start("/dial sip:%s@%s" % (callee, programs.network.ipv4("sip")))
        else:
            self.caller = SippPhone(programs, sip, "uac", caller, CALLER_HERTZ).dial(callee)

    def finish(self):
        """baresip is listened to while it talks; SIPp when all is over."""
        for phone, hertz in ((self.caller, CALLEE_HERTZ), (self.callee, CALLER_HERTZ)):
            if isinstance(phone, Phone):
                wait_until(lambda: hears(phone, hertz), 10, "%d Hz at %s" % (hertz, phone.address))
                assert phone.is_protected(), phone.program.log()
        if isinstance(self.caller, Phone):
            self.caller.program.stop()
        else:
            self.caller.program.succeed()
        if not isinstance(self.callee, Phone):
            self.callee.program.succeed()
        wait_until(lambda: self._node.ng.ok("list")["calls"] == [], what="the end of the call")
        return self

    def check_audio(self):
        for phone, hertz in ((self.caller, CALLEE_HERTZ), (self.callee, CALLER_HERTZ)):
            assert hears(phone, hertz), "no %d Hz at %s" % (hertz, phone.address)
            # The control: not its own note.
            assert not hears(phone, CALLER_HERTZ + CALLEE_HERTZ - hertz)


PAIRS = [(caller, callee) for caller in KINDS for callee in KINDS if (caller, callee) != ("dtls",) * 2]


@pytest.mark.parametrize("caller, callee", PAIRS)
def test_they_hear_each_other(programs, sip, node, caller, callee):
    Call(programs, sip, node, caller, callee).finish().check_audio()


@pytest.mark.parametrize("kind", ["rtp", "sdes"])
def test_they_hear_each_other_control(programs, sip, node, kind):
    programs.network.break_relay(node.host)
    call = Call(programs, sip, node, kind, kind).finish()
    with pytest.raises(AssertionError):
        call.check_audio()
