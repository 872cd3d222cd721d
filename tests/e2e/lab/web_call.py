"""Calls with a browser, set up over NG: each request with the keys that a proxy between WebRTC and
SIP sends."""
import re

from .rtp_party import media_target

# Towards a SIP phone: plain RTP, RTCP on its own port.
TO_PLAIN = {
    "ICE": "remove",
    "DTLS": "off",
    "SDES": ["off"],
    "transport_protocol": "RTP/AVP",
    "rtcp_mux": ["demux"],
    "replace": ["origin"],
}
# Towards a browser.
TO_WEB = {
    "ICE": "force",
    "SDES": ["off"],
    "transport_protocol": "UDP/TLS/RTP/SAVPF",
    "rtcp_mux": ["offer", "require"],
    "replace": ["origin"],
    "flags": ["generate-mid"],
}


def lines(sdp, name):
    """Values of that attribute, in all sections."""
    return re.findall("^a=%s:([^\r\n]*)" % re.escape(name), sdp, re.MULTILINE)


def without(sdp, name):
    return re.sub("a=%s[:\r][^\n]*\n" % re.escape(name), "", sdp)


class WebCall:
    """Offers and answers through rtpengine."""

    def __init__(self, ng, call_id):
        self._ng, self.call_id = ng, call_id

    def offer(self, sdp, keys, **more):
        """-> the SDP for the other party; more: keys besides those."""
        given = dict(keys, call_id=self.call_id, from_tag="a", sdp=sdp, **more)
        return self._ng.ok("offer", **given)["sdp"]

    def answer(self, sdp, keys, **more):
        given = dict(keys, call_id=self.call_id, from_tag="a", to_tag="b", sdp=sdp, **more)
        return self._ng.ok("answer", **given)["sdp"]

    def reoffer(self, sdp, keys, **more):
        return self.offer(sdp, keys, to_tag="b", **more)

    def callee_reoffers(self, sdp, keys):
        given = dict(keys, call_id=self.call_id, from_tag="b", to_tag="a", sdp=sdp)
        return self._ng.ok("offer", **given)["sdp"]

    def caller_answers(self, sdp, keys):
        given = dict(keys, call_id=self.call_id, from_tag="b", to_tag="a", sdp=sdp)
        return self._ng.ok("answer", **given)["sdp"]

    def fragment(self, tag, offered, candidates):
        """Trickles candidates (RTCIceCandidateInit) of the section that `offered` begins with
        (RFC 8840 §4.4)."""
        body = ["a=ice-ufrag:" + lines(offered, "ice-ufrag")[0]]
        body += ["a=ice-pwd:" + lines(offered, "ice-pwd")[0]]
        body += re.findall("^m=[^\r\n]*", offered, re.MULTILINE)[:1]
        body += ["a=mid:" + lines(offered, "mid")[0]]
        body += ["a=" + one["candidate"] for one in candidates if one and one["candidate"]]
        body += ["a=end-of-candidates", ""]
        reply = self._ng.ok(
            "offer", call_id=self.call_id, from_tag=tag, sdp="\r\n".join(body), flags=["fragment"]
        )
        assert "sdp" not in reply, "taken for an offer: %r" % reply

    def delete(self):
        self._ng.ok("delete", call_id=self.call_id, from_tag="a", to_tag="b")

    def web_to_plain(self, web, plain, telephone_event=None, change=lambda sdp: sdp, **more):
        """The browser offers. change: what becomes of the SDP for it on its way; more: keys of
        the offer."""
        offer = self.offer(web.create_offer(), dict(TO_PLAIN, **more))
        self.towards_plain = offer
        answer = self.answer(plain.sdp(telephone_event=telephone_event), TO_WEB)
        web.set_remote("answer", change(answer))
        plain.talk_to(media_target(offer))

    def plain_to_web(self, plain, web, keys=TO_WEB):
        web.set_remote("offer", self.offer(plain.sdp(), keys))
        answer = self.answer(web.create_answer(), TO_PLAIN)
        plain.talk_to(media_target(answer))

    def web_to_web(self, caller, callee, **more):
        """more: keys of both requests."""
        callee.set_remote("offer", self.offer(caller.create_offer(), TO_WEB, **more))
        caller.set_remote("answer", self.answer(callee.create_answer(), TO_WEB, **more))
