"""Telephones that are not ours: baresip through Kamailio, with RTP, SDES and DTLS on each leg, and
with ICE. Each hums a note, and has to hear that of the other.
"""
import time

import pytest

from lab import kamailio
from lab.phone import Phone, strength
from lab.processes import wait_until

pytestmark = pytest.mark.rebuilt

CALLER_HERTZ, CALLEE_HERTZ = 440, 1000
SAMPLES = 4000  # half a second


def hears(phone, hertz):
    samples = phone.heard()[-SAMPLES:]
    return len(samples) == SAMPLES and strength(samples, hertz) > 0.9


KINDS = ("rtp", "sdes", "dtls")
PAIRS = [(caller, callee) for caller in KINDS for callee in KINDS]
PAIRS += [("webrtc", "rtp"), ("rtp", "webrtc"), ("webrtc", "webrtc"), ("webrtc", "sdes")]


def dial(programs, node, caller, callee):
    kamailio.start(programs, [node.host], "kamailio-phones.cfg")
    called = Phone(programs, "uas", callee, CALLEE_HERTZ).start()
    calling = Phone(programs, "uac", caller, CALLER_HERTZ)
    calling.start("/dial sip:%s@%s" % (callee, programs.network.ipv4("sip")))
    return calling, called


@pytest.mark.parametrize("caller, callee", PAIRS)
def test_they_hear_each_other(programs, node, caller, callee):
    calling, called = dial(programs, node, caller, callee)
    for phone, hertz in ((calling, CALLEE_HERTZ), (called, CALLER_HERTZ)):
        wait_until(lambda: hears(phone, hertz), 10, "%d Hz at %s" % (hertz, phone.address))
        assert phone.is_protected(), phone.program.log()
        # The control: not its own note.
        assert not hears(phone, CALLER_HERTZ + CALLEE_HERTZ - hertz)
    calling.program.stop()
    wait_until(lambda: node.ng.ok("list")["calls"] == [], what="the end of the call")


def test_they_hear_each_other_control(programs, node):
    programs.network.break_relay(node.host)
    phones = dial(programs, node, "rtp", "rtp")
    wait_until(lambda: "Call established" in phones[0].program.log(), what="the call")
    time.sleep(2)
    for phone in phones:
        assert not hears(phone, CALLER_HERTZ) and not hears(phone, CALLEE_HERTZ)
