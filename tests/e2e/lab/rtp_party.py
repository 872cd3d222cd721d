"""A party with an RTP socket on a host: sends G.711 at 50 packets/s to its target and records
what arrives."""
import collections
import select
import socket
import struct
import threading
import time

PACKET_SECONDS = 0.02

# time: monotonic; payload: with any padding and authentication tag
Packet = collections.namedtuple("Packet", "time payload_type marker seq timestamp ssrc payload")


class RtpParty:
    def __init__(self, network, host, port, ssrc):
        self.address, self.port, self.ssrc = network.ipv4(host), port, ssrc
        self._socket = network.inside(
            host, lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        )
        self._socket.bind((self.address, port))
        self._target = None
        self.sent = 0
        self.received = []  # (monotonic time, source, SSRC, sequence number)
        self.packets = []  # the same as Packet
        self._sending = threading.Event()
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self):
        next_send = time.monotonic()
        while not self._end.is_set():
            wait = max(0.0, next_send - time.monotonic())
            if select.select([self._socket], [], [], wait)[0]:
                self._receive()
            if time.monotonic() >= next_send:
                next_send = max(next_send + PACKET_SECONDS, time.monotonic() - PACKET_SECONDS)
                if self._sending.is_set():
                    self._send()

    def _receive(self):
        try:
            data, source = self._socket.recvfrom(2048)
        except OSError:
            return
        data = self.open(data)
        if len(data) >= 12 and data[0] >> 6 == 2:
            first, second, seq, timestamp, ssrc = struct.unpack_from(">BBHII", data)
            now = time.monotonic()
            self.received.append((now, source, ssrc, seq))
            begin = 12 + 4 * (first & 0x0F)
            if first & 0x10:
                begin += 4 + 4 * int.from_bytes(data[begin + 2 : begin + 4], "big")
            self.packets.append(
                Packet(now, second & 0x7F, second >> 7, seq, timestamp, ssrc, data[begin:])
            )

    def _send(self):
        head = struct.pack(
            ">BBHII", 0x80, 0, self.sent & 0xFFFF, self.sent * 160 & 0xFFFFFFFF, self.ssrc
        )
        try:
            self._socket.sendto(self.seal(head + b"\xd5" * 160), self._target)
            self.sent += 1
        except OSError:
            pass

    def seal(self, packet):
        """What goes on the wire."""
        return packet

    def open(self, data):
        """The packet in what came; empty: it counts as not received."""
        return data

    def answer_to(self, offer):
        """-> the SDP"""
        return self.sdp()

    def talk_to(self, target):
        self._target = target
        self._sending.set()

    def pause(self):
        """Stops sending and lets what is under way arrive."""
        self._sending.clear()
        time.sleep(0.3)

    def numbers_from(self, ssrc, since=0.0):
        return [seq for when, _, source, seq in self.received if source == ssrc and when >= since]

    def close(self):
        self._end.set()
        self._thread.join()
        self._socket.close()

    def sdp(self, attribute="sendrecv", telephone_event=None):
        """telephone_event: its payload type, if it is to be there"""
        events = [] if telephone_event is None else [telephone_event]
        return "\r\n".join(
            [
                "v=0",
                "o=- %d 1 IN IP4 %s" % (self.ssrc, self.address),
                "s=-",
                "c=IN IP4 " + self.address,
                "t=0 0",
                "m=audio %d RTP/AVP %s" % (self.port, " ".join(map(str, [0, *events]))),
                "a=rtpmap:0 PCMU/8000",
                *("a=rtpmap:%d telephone-event/8000" % number for number in events),
                "a=" + attribute,
                "",
            ]
        )


def media_target(sdp):
    """-> (address, port) of the first section of an answer in IPv4."""
    address = port = None
    for line in sdp.split("\r\n"):
        if line.startswith("c=IN IP4 ") and address is None:
            address = line.split(" ")[2]
        if line.startswith("m=") and port is None:
            port = int(line.split(" ")[1])
    assert address and port, "no media address in %r" % sdp
    return address, port


class NgCall:
    """A call between two parties, set up over NG as a proxy would do it."""

    def __init__(self, ng, caller, callee, call_id, tags=("a", "b")):
        self._ng, self.caller, self.callee, self.call_id = ng, caller, callee, call_id
        self._tags = dict(zip(("from_tag", "to_tag"), tags))

    def set_up(self, **keys):
        """keys: more of the offer's"""
        from_tag = self._tags["from_tag"]
        named = {"call_id": self.call_id, "from_tag": from_tag, **keys}
        offer = self._ng.ok("offer", sdp=self.caller.sdp(), **named)
        sdp = self.callee.answer_to(offer["sdp"])
        answer = self._ng.ok("answer", call_id=self.call_id, sdp=sdp, **self._tags)
        self.towards_callee, self.towards_caller = media_target(offer["sdp"]), media_target(
            answer["sdp"]
        )
        return self

    def talk(self):
        self.callee.talk_to(self.towards_callee)
        self.caller.talk_to(self.towards_caller)

    def pause(self):
        self.caller.pause()
        self.callee.pause()

    def query(self):
        return self._ng.ask("query", call_id=self.call_id)

    def delete(self):
        return self._ng.ok("delete", call_id=self.call_id, **self._tags)
