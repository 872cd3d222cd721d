"""Audio files for SIPp's play_pcap_audio: G.711 µ-law in RTP, 20 ms a packet, each with an SSRC
of its own."""
import struct

from .capture import FIRST_SSRC


def write_audio(path, number, packets):
    """Writes a pcap file; -> its SSRC. Addresses and ports in it are SIPp's business when it
    plays the file."""
    ssrc = FIRST_SSRC + number
    with open(path, "wb") as handle:
        handle.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 1))
        for count in range(packets):
            rtp = (
                struct.pack(">BBHII", 0x80, 0, count + 1, count * 160, ssrc)
                + bytes([number & 0xFF]) * 160
            )
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
