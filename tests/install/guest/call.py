#!/usr/bin/python3
"""A call between two phones in the namespace `phones`, through the media proxy of this machine.

    call.py CALL-ID SECONDS [--hold]

Sets it up over NG, talks both ways for SECONDS, then ends it (--hold: leaves it up). The last line
is JSON: for each party what was sent and heard, what was lost, and the longest time without a packet.
"""
import ctypes
import json
import os
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "demo"))
import call as ng  # noqa: E402
import party  # noqa: E402

_PHONES = "/run/netns/phones"
_CLONE_NEWNET = 0x40000000


class Phone(party.Party):
    """Measures the longest silence, too."""

    def __init__(self, *arguments):
        super().__init__(*arguments)
        self.last, self.gap = None, 0.0

    def _receive(self):
        before = self.heard.packets
        super()._receive()
        if self.heard.packets > before:
            now = time.monotonic()
            if self.last is not None:
                self.gap = max(self.gap, now - self.last)
            self.last = now


def enter_phones():
    with open(_PHONES) as namespace:
        if ctypes.CDLL(None, use_errno=True).setns(namespace.fileno(), _CLONE_NEWNET) != 0:
            raise OSError(ctypes.get_errno(), "setns")


def target(sdp):
    lines = sdp.split("\r\n")
    address = next(line.split()[2] for line in lines if line.startswith("c="))
    port = next(int(line.split()[1]) for line in lines if line.startswith("m="))
    return address, port


def ask(client, **request):
    reply = client.ask(tries=30, **request)
    if reply is None or reply["result"] != "ok":
        raise SystemExit("%s: %r" % (request["command"], reply))
    return reply


def main():
    call_id, seconds = sys.argv[1], float(sys.argv[2])
    client = ng.NgClient("127.0.0.1", 2223)  # a socket stays in the namespace that it was made in
    enter_phones()
    caller, callee = Phone("caller", "203.0.113.20", 440), Phone("callee", "203.0.113.21", 660)
    named = {"call_id": call_id, "from_tag": "caller"}
    offer = ask(client, command="offer", sdp=caller.sdp(), **named)
    answer = ask(client, command="answer", sdp=callee.sdp(), to_tag="callee", **named)
    callee.talk_to(target(offer["sdp"]))
    caller.talk_to(target(answer["sdp"]))
    end = time.monotonic() + seconds
    stop = "/run/call-%s.end" % call_id
    while time.monotonic() < end and not os.path.exists(stop):
        time.sleep(0.2)
    caller.close(), callee.close()
    if "--hold" not in sys.argv:
        ask(client, command="delete", **named)
    found = {
        one.name: {
            "sent": one.sent,
            "heard": one.heard.packets,
            "lost": one.heard.lost,
            "gap": round(one.gap, 2),
        }
        for one in (caller, callee)
    }
    print(json.dumps(dict(found, port=target(offer["sdp"])[1])))


if __name__ == "__main__":
    main()
