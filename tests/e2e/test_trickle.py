"""Trickle ICE through Kamailio: rtpengine_info() passes on the fragment in an INFO request."""
import socket

import pytest

pytestmark = pytest.mark.rebuilt

CANDIDATE_PORT = 4444
UFRAG, PASSWORD = "caller", "caller-password-of-24-ch"
INFO = """INFO sip:one@{proxy} SIP/2.0
Via: SIP/2.0/UDP {caller}:5070;branch=z9hG4bK-{branch}
From: <sip:uac@{caller}>;tag=a
To: <sip:one@{proxy}>;tag=b
Call-ID: {call_id}
CSeq: 2 INFO
Max-Forwards: 70
Info-Package: trickle-ice
Content-Type: application/trickle-ice-sdpfrag
Content-Length: {length}

"""


def offer(address):
    return (
        "v=0\r\no=- 1 1 IN IP4 {0}\r\ns=-\r\nc=IN IP4 {0}\r\nt=0 0\r\na=ice-options:trickle\r\n"
        "m=audio 9 RTP/AVP 8\r\na=mid:0\r\na=rtcp-mux\r\na=ice-ufrag:{1}\r\na=ice-pwd:{2}\r\n"
    ).format(address, UFRAG, PASSWORD)


def fragment(address, ufrag):
    return (
        "a=ice-ufrag:{1}\r\na=ice-pwd:{2}\r\nm=audio 9 RTP/AVP 0\r\na=mid:0\r\n"
        "a=candidate:1 1 UDP 2130706431 {0} {3} typ host\r\n"
    ).format(address, ufrag, PASSWORD, CANDIDATE_PORT)


class Caller:
    """Host uac: what it sends to the proxy, and what comes to its candidate."""

    def __init__(self, network, call_id):
        self.network, self.call_id = network, call_id
        self.address, self.proxy = network.ipv4("uac"), network.ipv4("sip")
        self.candidate, self.sip = (
            network.inside("uac", lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
            for _ in range(2)
        )
        self.candidate.bind((self.address, CANDIDATE_PORT))
        self.sip.bind((self.address, 5070))

    def close(self):
        self.candidate.close()
        self.sip.close()

    def info(self, ufrag):
        """-> the status line of the reply"""
        body = fragment(self.address, ufrag)
        head = INFO.format(proxy=self.proxy, caller=self.address, branch=ufrag, call_id=self.call_id,
                           length=len(body))
        self.sip.sendto((head.replace("\n", "\r\n") + body).encode(), (self.proxy, 5060))
        self.sip.settimeout(10)
        return self.sip.recv(4096).split(b"\r\n")[0].decode()

    def is_checked(self, seconds):
        """Whether a STUN binding request (RFC 8489) comes to the candidate."""
        self.candidate.settimeout(seconds)
        try:
            packet = self.candidate.recv(2048)
        except socket.timeout:
            return False
        return packet[:2] == b"\x00\x01" and packet[4:8] == b"\x21\x12\xa4\x42"


@pytest.fixture
def caller(network, call_id):
    one = Caller(network, call_id)
    yield one
    one.close()


def test_a_fragment_makes_a_candidate(node, proxy, network, caller, call_id):
    node.ng.ok("offer", call_id=call_id, from_tag="a", sdp=offer(caller.address))
    node.ng.ok("answer", call_id=call_id, from_tag="a", to_tag="b", sdp=(
        "v=0\r\no=- 1 1 IN IP4 {0}\r\ns=-\r\nc=IN IP4 {0}\r\nt=0 0\r\n"
        "m=audio 5000 RTP/AVP 8\r\na=mid:0\r\n").format(network.ipv4("uas")))
    # Nobody knows the candidate yet, nor does one of other credentials count.
    assert caller.info("stranger") == "SIP/2.0 200 OK"
    assert not caller.is_checked(2)
    assert caller.info(UFRAG) == "SIP/2.0 200 OK"
    assert caller.is_checked(10)
    node.ng.ok("delete", call_id=call_id, from_tag="a")
