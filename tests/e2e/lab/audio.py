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


def write_audio(path, number, packets, samples=None, seal=lambda packet: packet):
    """Writes a pcap file; -> its SSRC. Addresses and ports in it are SIPp's business when it
    plays the file. samples: µ-law, instead of a constant; seal: what becomes of each packet."""
    samples = samples or bytes([number & 0xFF]) * (160 * packets)
    ssrc = FIRST_SSRC + number
    with open(path, "wb") as handle:
        handle.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 1))
        for count in range(packets):
            head = struct.pack(">BBHII", 0x80, 0, count + 1, count * 160, ssrc)
            rtp = seal(head + samples[160 * count : 160 * (count + 1)])
            udp = struct.pack(">HHHH", 6000, 6000, 8 + len(rtp), 0) + rtp
            ip = (
                struct.pack(
                    ">BBHHHBBH4s4s", 0x45, 0, 20 + len(udp), count, 0, 64, 17, 0, bytes(4), bytes(4)
                )
                + udp
            )
            frame = bytes(12) + b"\x08\x00" + ip
            microseconds = count * 20000
            handle.write(
                struct.pack(
                    "<IIII", microseconds // 1000000, microseconds % 1000000, len(frame), len(frame)
                )
            )
            handle.write(frame)
    return ssrc
