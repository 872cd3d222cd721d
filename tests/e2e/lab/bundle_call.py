"""A call whose caller bundles audio and video on one port, with MIDs (RFC 9143), and whose callee has a port for each.

The caller is a Peer and sends packets one by one; with `secure` it speaks SRTP. What the callee gets has no header
extension. Not here: who carries the media, and who checks what is counted.
"""
import base64
import struct
import time

from runner import srtp

from .rtp_party import media_target

KEY = base64.b64encode(bytes(range(30))).decode()
SUITE = "AES_CM_128_HMAC_SHA1_80"
AUDIO, VIDEO = 0xA1, 0xA2
MID = 4  # id of its header extension
MID_URI = "urn:ietf:params:rtp-hdrext:sdes:mid"
LEVEL_URI = "urn:ietf:params:rtp-hdrext:ssrc-audio-level"


def section(kind, port, transport, payload, codec, *more):
    lines = ["m=%s %d %s %d" % (kind, port, transport, payload), "a=rtpmap:%d %s" % (payload, codec), *more]
    return "".join(line + "\r\n" for line in lines)


def bundle_sdp(party, secure):
    transport = "RTP/SAVP" if secure else "RTP/AVP"
    common = ["a=rtcp-mux", "a=extmap:%d %s" % (MID, MID_URI), "a=extmap:1 " + LEVEL_URI]
    if secure:
        common.append("a=crypto:1 %s inline:%s" % (SUITE, KEY))
    return (
        "v=0\r\no=- 1 1 IN IP4 %s\r\ns=-\r\nc=IN IP4 %s\r\nt=0 0\r\na=group:BUNDLE a v\r\n" % (party.address, party.address)
        + section("audio", party.port, transport, 0, "PCMU/8000", "a=mid:a", *common)
        + section("video", party.port, transport, 96, "VP8/90000", "a=mid:v", *common)
    )


def plain_sdp(audio, video):
    return "v=0\r\no=- 2 1 IN IP4 %s\r\ns=-\r\nc=IN IP4 %s\r\nt=0 0\r\n" % (audio.address, audio.address) + section(
        "audio", audio.port, "RTP/AVP", 0, "PCMU/8000"
    ) + section("video", video.port, "RTP/AVP", 96, "VP8/90000")


def packet(payload, ssrc, number, mid=None):
    """With an audio level in the header extension where there is a MID."""
    elements = b"" if mid is None else bytes([MID << 4]) + mid + b"\x10\x2a"
    extension = struct.pack(">HH", 0xBEDE, (len(elements) + 3) // 4) + elements + bytes(-len(elements) % 4)
    first = 0x80 if mid is None else 0x90
    head = struct.pack(">BBHII", first, payload, number & 0xFFFF, number * 160, ssrc)
    return head + (b"" if mid is None else extension) + b"\xd5" * 160


def elements_of(data):
    """-> {id: value}, of the one-byte form"""
    found = {}
    if not data[0] & 0x10:
        return found
    (words,) = struct.unpack_from(">H", data, 14)
    at, end = 16, 16 + 4 * words
    while at < end:
        if data[at]:
            length = (data[at] & 0x0F) + 1
            found[data[at] >> 4] = data[at + 1 : at + 1 + length]
            at += length
        at += 1
    return found


def number_of(data):
    return struct.unpack_from(">H", data, 2)[0]


def sections(sdp):
    return ["m=" + part for part in sdp.split("m=")[1:]]


class BundleCall:
    def __init__(self, node, bundling, audio, video, call_id, secure):
        self.bundling, self.audio, self.video = bundling, audio, video
        self.sent = 0
        self._phone = srtp.context(KEY, SUITE) if secure else None
        named = {"call_id": call_id, "from_tag": "a"}
        offer = node.ng.ok(
            "offer",
            sdp=bundle_sdp(bundling, secure),
            transport_protocol="RTP/AVP",
            bundle=["accept"],
            flags=["strip-extmap"],
            rtcp_mux=["demux"],
            **named,
        )
        answer = node.ng.ok("answer", to_tag="b", sdp=plain_sdp(audio, video), **named)
        assert "a=group:BUNDLE a v" in answer["sdp"], answer["sdp"]
        self.ours = answer["sdp"].split("inline:")[1].split()[0].split("|")[0] if secure else None
        self.from_bundle = media_target(answer["sdp"])
        self.towards = [media_target("c=IN IP4 " + self.from_bundle[0] + "\r\n" + part) for part in sections(offer["sdp"])]

    def talk(self, count):
        for _ in range(count):
            both = [packet(0, AUDIO, self.sent, b"a"), packet(96, VIDEO, self.sent, b"v")]
            if self._phone:
                both = [self._phone.protect(one, roc=0) for one in both]
            self.bundling.send(self.from_bundle, *both)
            self.audio.send(self.towards[0], packet(0, 0xB1, self.sent))
            self.video.send(self.towards[1], packet(96, 0xB2, self.sent))
            self.sent += 1
            time.sleep(0.02)

    def arrived(self):
        """-> packets that the bundling party got, readable"""
        if self.ours is None:
            return list(self.bundling.received)
        reader = srtp.context(self.ours, SUITE)
        return [reader.unprotect(data)[0] for data in self.bundling.received]

    def check_arrived(self, wait):
        """Everything sent arrived once, and whose it is can be told. `wait(condition, what)`."""
        for party, payload in ((self.audio, 0), (self.video, 96)):
            wait(lambda: len(party.received) >= self.sent, "what the bundle sent")
            assert sorted(number_of(one) for one in party.received) == list(range(self.sent))
            assert {(one[0], one[1]) for one in party.received} == {(0x80, payload)}, "no extension is left"
        wait(lambda: len(self.bundling.received) >= 2 * self.sent, "what the bundle gets")
        for payload, mid in ((0, b"a"), (96, b"v")):
            got = [one for one in self.arrived() if one[1] == payload]
            assert sorted(number_of(one) for one in got) == list(range(self.sent))
            assert {elements_of(one)[MID] for one in got} == {mid}
