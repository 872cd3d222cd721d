"""Audio files for SIPp's play_pcap_audio: G.711 µ-law in RTP, 20 ms a packet, each with an SSRC
of its own."""
import bisect
import math
import struct

from .capture import FIRST_SSRC


def _linear(code):
    """ITU-T G.711"""
    code = ~code & 0xFF
    size = ((((code & 0x0F) << 3) + 0x84) << (code >> 4 & 7)) - 0x84
    return -size if code & 0x80 else size


_LINEAR = [_linear(code) for code in range(256)]
_SORTED = sorted((value, code) for code, value in enumerate(_LINEAR))


def from_mu_law(octets):
    return [_LINEAR[code] for code in octets]


def note(hertz, packets):
    """-> µ-law samples"""
    turn = 2 * math.pi * hertz / 8000
    wanted = (8000 * math.sin(turn * i) for i in range(160 * packets))
    return bytes(_SORTED[min(bisect.bisect(_SORTED, (one, 0)), 255)][1] for one in wanted)


def _frame(port, number, payload):
    udp = struct.pack(">HHHH", port, port, 8 + len(payload), 0) + payload
    ip = struct.pack(
        ">BBHHHBBH4s4s", 0x45, 0, 20 + len(udp), number, 0, 64, 17, 0, bytes(4), bytes(4)
    )
    return bytes(12) + b"\x08\x00" + ip + udp


def _write_pcap(path, frames):
    """frames: [(microseconds, frame)]"""
    with open(path, "wb") as handle:
        handle.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 1))
        for microseconds, frame in frames:
            seconds = divmod(microseconds, 1000000)
            handle.write(struct.pack("<IIII", *seconds, len(frame), len(frame)) + frame)


def write_audio(path, number, packets, samples=None, seal=lambda packet: packet, heard=None):
    """Writes a pcap file; -> its SSRC. Addresses and ports in it are SIPp's business when it
    plays the file. samples: µ-law, instead of a constant; seal: what becomes of each packet; heard:
    the number of the other party's audio, which RTCP then reports on."""
    samples = samples or bytes([number & 0xFF]) * (160 * packets)
    ssrc = FIRST_SSRC + number
    frames = []
    for count in range(packets):
        head = struct.pack(">BBHII", 0x80, 0, count + 1, count * 160, ssrc)
        rtp = seal(head + samples[160 * count : 160 * (count + 1)])
        frames.append((count * 20000, _frame(6000, count, rtp)))
    if heard is not None:
        for at_ms, report in _reports(ssrc, FIRST_SSRC + heard):
            frames.append((at_ms * 1000, _frame(6001, at_ms, report)))
    _write_pcap(path, sorted(frames))
    return ssrc


def _reports(own, other):
    """RTCP (RFC 3550 §6.4) at these ms: sender reports, the later ones with what was heard of the other
    party: no loss, a jitter of 2 ms; its report was half a second on the way here and back. Only by the second of
    these both are scored, whoever spoke first: a score takes the way to both parties."""
    for at_ms, heard_ms in ((300, None), (1300, 300), (2500, 1300)):
        with_block = heard_ms is not None
        # All parties' clocks show the same.
        clock = 3_900_000_000
        report = struct.pack(">IIIII", own, clock, at_ms << 16, at_ms * 8, at_ms // 20)
        report += struct.pack(">I", at_ms * 8)
        if with_block:
            last = (clock & 0xFFFF) << 16 | heard_ms
            waited = ((at_ms - heard_ms - 500) << 16) // 1000
            report += struct.pack(">IIIIII", other, 0, at_ms // 20, 16, last, waited)
        yield at_ms, struct.pack(">BBH", 0x80 | with_block, 200, len(report) // 4) + report
