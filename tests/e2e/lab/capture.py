"""tcpdump on a party's host, and what RTP the captured packets show arriving there."""
import collections
import struct
import time

from runner.file_steps import parse_pcap

from .processes import wait_until

# SIPp's audio has SSRCs from here on (audio.py): other packets that look like RTP do not count.
FIRST_SSRC = 0x5A000000


class Capture:
    def __init__(self, programs, host):
        self._path = programs.path("capture-%s.pcap" % host)
        self._addresses = {programs.network.ipv4(host), programs.network.ipv6(host)}
        self._program = programs.start(
            host,
            "tcpdump-" + host,
            [
                "tcpdump",
                "-n",
                "-i",
                "eth0",
                "--immediate-mode",
                "-U",
                "-B",
                "16384",
                "-s",
                "300",
                "-Z",
                "root",
                "-w",
                self._path,
                "udp and not port 5060 and not port 2223",
            ],
        )
        wait_until(lambda: "listening on" in self._program.log(), what="tcpdump on " + host)

    def frames(self):
        """Ends the capture; -> [("address:port" of the source, of the target, payload)] of all UDP."""
        time.sleep(0.3)
        self._program.stop()
        with open(self._path, "rb") as handle:
            return parse_pcap(handle.read())[1]

    def packets(self):
        """Ends the capture; -> (source, own port, packet) of the RTP and RTCP that came to this host."""
        for source, target, payload in self.frames():
            host, _, port = target.rpartition(":")
            if host.strip("[]") in self._addresses and len(payload) >= 12 and payload[0] >> 6 == 2:
                yield source.rpartition(":")[0].strip("[]"), int(port), payload

    def arrived(self):
        """Ends the capture; -> {(SSRC, own port): [(source, sequence number), …]} of the RTP that
        came to this host."""
        streams = collections.defaultdict(list)
        for source, port, packet in self.packets():
            _, _, seq, _, ssrc = struct.unpack_from(">BBHII", packet)
            if ssrc >= FIRST_SSRC:
                streams[ssrc, port].append((source, seq))
        return dict(streams)
