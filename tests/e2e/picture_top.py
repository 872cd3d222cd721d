"""Draws docs/images/rtpctl-top.svg from a real screen: python3 -m pytest tests/e2e/picture_top.py"""
import os
import random

from lab.processes import wait_until
from lab.rtp_party import NgCall, RtpParty
from lab.svg import picture
from lab.tmux import Tmux

IMAGE = os.path.join(os.path.dirname(__file__), "..", "..", "docs", "images", "rtpctl-top.svg")
COLUMNS, ROWS = 100, 18


class LossyParty(RtpParty):
    """Some of its packets never leave."""

    share = 0.04

    def seal(self, packet):
        return b"" if random.random() < self.share else packet


def test_picture(node, parties, tmp_path):
    domains = ("example.com", "example.net", "example.org")
    for number in range(8):
        caller = parties("uac", 4000 + 2 * number, 0xA0 + number, LossyParty if number == 5 else RtpParty)
        callee = parties("uas", 5000 + 2 * number, 0xB0 + number)
        call_id = "%08x@%s" % (0x5F3759DF * (number + 3) & 0xFFFFFFFF, domains[number % 3])
        call = NgCall(node.ng, caller, callee, call_id).set_up()
        if number != 2:
            call.callee.talk_to(call.towards_callee)
        call.caller.talk_to(call.towards_caller)
    terminal = Tmux(tmp_path, COLUMNS, ROWS)
    try:
        terminal.run("%s --target %s top --sort loss" % (node.build.program("rtpctl"), node.socket()))
        terminal.await_text("calls 8")
        wait_until(lambda: len(terminal.rows("100     0%")) > 4, what="figures")
        terminal.type("Down")
        wait_until(lambda: not terminal.rows("loss 0%"), what="some loss")
        drawn = picture(terminal.screen(attributes=True), COLUMNS, "rtpctl top: eight calls on one worker")
    finally:
        terminal.close()
    os.makedirs(os.path.dirname(IMAGE), exist_ok=True)
    with open(IMAGE, "w") as handle:
        handle.write(drawn)
