"""An RTP party of the demonstration: sends a tone as G.711 µ-law at 50 packets/s, measures what
arrives.

Loss and jitter as RFC 3550 sections A.3 and A.8 have them. One thread per party; numbers are read
without a lock, they are only shown.
"""
import math
import random
import select
import socket
import struct
import threading
import time

_PACKET_SECONDS = 0.02
_SAMPLES = 160
_RATE = 8000
_BIAS, _CLIP = 0x84, 32635


def _mulaw(sample):
    sign = 0x80 if sample < 0 else 0
    magnitude = min(abs(sample), _CLIP) + _BIAS
    exponent = magnitude.bit_length() - 8
    return ~(sign | (exponent << 4) | ((magnitude >> (exponent + 3)) & 15)) & 0xFF


def tone(hertz):
    """One second, so that any whole frequency continues without a click."""
    return bytes(
        _mulaw(int(8000 * math.sin(2 * math.pi * hertz * n / _RATE))) for n in range(_RATE)
    )


class Measurement:
    """What arrived from one source."""

    def __init__(self):
        self.packets = 0
        self.jitter_ms = 0.0
        self._first = self._highest = None
        self._transit = None

    @property
    def lost(self):
        return 0 if self._first is None else max(0, self._highest - self._first + 1 - self.packets)

    def add(self, seq, timestamp, arrival):
        self.packets += 1
        if self._first is None:
            self._first = self._highest = seq
        # Sequence numbers wrap: the difference to the highest one, as a signed 16-bit number,
        # says how far it is.
        step = (seq - self._highest + 0x8000 & 0xFFFF) - 0x8000
        self._highest = max(self._highest, self._highest + step)
        transit = arrival * _RATE - timestamp
        if self._transit is not None:
            self.jitter_ms += (abs(transit - self._transit) * 1000 / _RATE - self.jitter_ms) / 16
        self._transit = transit


class Party:
    def __init__(self, name, address, hertz):
        self.name, self.address = name, address
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind((address, 0))
        self.port = self._socket.getsockname()[1]
        self._audio = tone(hertz)
        self._ssrc = random.getrandbits(32)
        self._target = None
        self.sent = 0
        self.heard = Measurement()
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def sdp(self):
        return "\r\n".join(
            [
                "v=0",
                "o=%s 1 1 IN IP4 %s" % (self.name, self.address),
                "s=demonstration",
                "c=IN IP4 " + self.address,
                "t=0 0",
                "m=audio %d RTP/AVP 0" % self.port,
                "a=rtpmap:0 PCMU/8000",
                "a=sendrecv",
                "",
            ]
        )

    def talk_to(self, target):
        self._target = target
        self._thread.start()

    def _run(self):
        due = time.monotonic()
        while not self._ending.is_set():
            wait = due - time.monotonic()
            if wait <= 0:
                self._send()
                due += _PACKET_SECONDS
            elif select.select([self._socket], [], [], wait)[0]:
                self._receive()

    def _send(self):
        at = self.sent * _SAMPLES % _RATE
        head = struct.pack(
            ">BBHII", 0x80, 0, self.sent & 0xFFFF, self.sent * _SAMPLES & 0xFFFFFFFF, self._ssrc
        )
        try:
            self._socket.sendto(head + self._audio[at : at + _SAMPLES], self._target)
            self.sent += 1
        except OSError:
            pass  # shows as silence on the other side

    def _receive(self):
        try:
            data = self._socket.recv(2048)
        except OSError:
            return
        if len(data) >= 12 and data[0] >> 6 == 2:
            _, _, seq, timestamp, _ = struct.unpack_from(">BBHII", data)
            self.heard.add(seq, timestamp, time.monotonic())

    def close(self):
        self._ending.set()
        if self._thread.ident:
            self._thread.join()
        self._socket.close()
