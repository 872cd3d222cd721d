// Representative bodies: what SIP phones, gateways, browsers, conference bridges and broken clients
// send, made up for these tests. Shared by the tests of this directory. `valid` is for the tolerant
// parser; `sections` is counted only where valid.
#pragma once

#include <cstddef>
#include <string_view>

namespace controld::sdp::testing {

struct Body {
  std::string_view name;
  bool valid;
  size_t sections;
  std::string_view text;
};

inline constexpr std::string_view kPhoneOffer =
    "v=0\r\no=- 20518 0 IN IP4 198.51.100.10\r\ns=-\r\nc=IN IP4 198.51.100.10\r\nt=0 0\r\n"
    "m=audio 54400 RTP/AVP 9 0 8 101\r\na=rtpmap:9 G722/8000\r\na=rtpmap:0 PCMU/8000\r\n"
    "a=rtpmap:8 PCMA/8000\r\na=rtpmap:101 telephone-event/8000\r\na=fmtp:101 0-15\r\n"
    "a=ptime:20\r\na=maxptime:60\r\na=sendrecv\r\na=rtcp:54401\r\n";

inline constexpr std::string_view kBrowserOffer =
    "v=0\r\no=- 46117317 2 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\na=group:BUNDLE 0 1\r\n"
    "a=extmap-allow-mixed\r\na=msid-semantic: WMS stream\r\n"
    "m=audio 9 UDP/TLS/RTP/SAVPF 111 63 0\r\nc=IN IP4 0.0.0.0\r\n"
    "a=rtcp:9 IN IP4 0.0.0.0\r\na=ice-ufrag:F7gI\r\na=ice-pwd:x9cml/YzichV2+XlhiMu8g\r\n"
    "a=ice-options:trickle\r\n"
    "a=fingerprint:sha-256 D2:FA:0E:C3:22:59:5E:14:95:69:92:3D:13:B4:84:24:2C:C2:A2:C0:3E:FD:34:"
    "8E:5E:EA:6F:AF:52:CE:E6:0F\r\n"
    "a=setup:actpass\r\na=mid:0\r\na=extmap:1 urn:ietf:params:rtp-hdrext:ssrc-audio-level\r\n"
    "a=extmap:4/recvonly urn:ietf:params:rtp-hdrext:sdes:mid p=1\r\na=sendrecv\r\na=rtcp-mux\r\n"
    "a=rtpmap:111 opus/48000/2\r\na=rtcp-fb:111 transport-cc\r\n"
    "a=fmtp:111 minptime=10;useinbandfec=1\r\na=rtpmap:63 red/48000/2\r\na=fmtp:63 111/111\r\n"
    "a=ssrc:3570614608 cname:4TOk42mSjXCkVIa6\r\n"
    "a=candidate:1 1 udp 2130706431 198.51.100.10 50000 typ host generation 0\r\n"
    "a=end-of-candidates\r\n"
    "m=video 9 UDP/TLS/RTP/SAVPF 96 97\r\nc=IN IP4 0.0.0.0\r\na=mid:1\r\na=sendonly\r\n"
    "a=rtpmap:96 VP8/90000\r\na=rtcp-fb:96 nack\r\na=rtcp-fb:96 nack pli\r\n"
    "a=rtpmap:97 rtx/90000\r\na=fmtp:97 apt=96\r\na=rtcp-fb:* ccm tmmbr\r\n";

#define SDP_HEAD \
  "v=0\r\no=alice 1 1 IN IP4 198.51.100.10\r\ns=-\r\nc=IN IP4 198.51.100.10\r\nt=0 0\r\n"

inline constexpr Body kBodies[] = {
    {"phone offer", true, 1, kPhoneOffer},
    {"browser offer", true, 2, kBrowserOffer},
    {"no section", true, 0, SDP_HEAD},
    {"empty", true, 0, ""},
    {"one blank", true, 0, " "},
    {"only CR", true, 0, "\r"},
    {"leading empty line", true, 0, "\r\n" SDP_HEAD},
    {"static types", true, 1, SDP_HEAD "m=audio 4000 RTP/AVP 0 3 4 8 9 18\r\n"},
    {"SDES offer", true, 1,
     SDP_HEAD "m=audio 4000 RTP/SAVP 0\r\na=crypto:1 AES_CM_128_HMAC_SHA1_80 "
              "inline:d0RmdmcmVCspeEc3QGZiNWpVLFJhQX1cfHAwJSoj|2^20|1:4\r\n"},
    {"AVPF video", true, 1,
     SDP_HEAD "m=video 4002 RTP/AVPF 96\r\na=rtpmap:96 H264/90000\r\n"
              "a=fmtp:96 profile-level-id=42e01f;packetization-mode=1\r\na=rtcp-fb:96 ccm fir\r\n"},
    {"T.38", true, 1, SDP_HEAD "m=image 4000 udptl t38\r\na=T38FaxVersion:0\r\na=sendrecv\r\n"},
    {"BFCP", true, 1, SDP_HEAD "m=application 4010 TCP/BFCP *\r\na=setup:actpass\r\n"},
    {"MSRP", true, 1, SDP_HEAD "m=message 4010 TCP/MSRP *\r\na=path:msrp://x:1/a;tcp\r\n"},
    {"data channel", true, 1,
     SDP_HEAD
     "m=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\na=mid:d\r\na=sctp-port:5000\r\n"},
    {"IPv6", true, 1,
     "v=0\r\no=- 1 1 IN IP6 2001:db8::1\r\ns=-\r\nc=IN IP6 2001:0db8:0::0001\r\nt=0 0\r\n"
     "m=audio 4000 RTP/AVP 0\r\na=rtcp:4001 IN IP6 2001:db8::2\r\n"},
    {"section addresses", true, 2,
     "v=0\r\no=- 1 1 IN IP4 198.51.100.1\r\ns=-\r\nt=0 0\r\nm=audio 4000 RTP/AVP 0\r\n"
     "c=IN IP4 198.51.100.2\r\nm=video 4002 RTP/AVP 31\r\nc=IN IP4 198.51.100.3\r\n"},
    {"LF line ends", true, 1,
     "v=0\no=- 1 1 IN IP4 198.51.100.1\ns=-\nt=0 0\nm=audio 1 RTP/AVP 0\n"},
    {"no last line end", true, 1, SDP_HEAD "m=audio 4000 RTP/AVP 0\r\na=x:1"},
    {"CR at the end", true, 1, SDP_HEAD "m=audio 4000 RTP/AVP 0\r\na=x:1\r"},
    {"all session lines", true, 1,
     "v=0\r\no=- 1 1 IN IP4 198.51.100.1\r\ns=a b\r\ni=info\r\nu=http://x\r\ne=a@b\r\np=+1\r\n"
     "c=IN IP4 198.51.100.1\r\nb=AS:1\r\nt=1 2\r\nr=7d 1h 0\r\nz=0 0\r\nk=clear:x\r\na=tool:y\r\n"
     "m=audio 4000 RTP/AVP 0\r\ni=voice\r\nb=TIAS:2\r\nk=prompt\r\n"},
    {"two sessions", true, 2,
     SDP_HEAD "m=audio 1 RTP/AVP 0\r\n" SDP_HEAD "m=audio 2 RTP/AVP 0\r\n"},
    {"port count", true, 1, SDP_HEAD "m=audio 4000/10 RTP/AVP 0\r\n"},
    {"rejected section", true, 1, SDP_HEAD "m=video 0 RTP/AVP abc\r\n"},
    {"two blanks in m=", true, 1, SDP_HEAD "m=audio  4000 RTP/AVP 8\r\n"},
    {"no format", true, 1, SDP_HEAD "m=audio 4000 RTP/AVP\r\n"},
    {"hold", true, 1, SDP_HEAD "m=audio 4000 RTP/AVP 0\r\nc=IN IP4 0.0.0.0\r\na=inactive\r\n"},
    {"empty attributes", true, 1, SDP_HEAD "m=audio 4000 RTP/AVP 0\r\na=\r\na=:5\r\na=x:\r\n"},
    {"no o=, s=, t=", true, 1, "v=0\r\nc=IN IP4 198.51.100.1\r\nm=audio 1 RTP/AVP 0\r\n"},
    {"malformed attributes", true, 1,
     SDP_HEAD "m=audio 4000 RTP/AVP 8\r\na=rtcp:abc\r\na=crypto:x\r\na=candidate:1\r\n"
              "a=fingerprint:foo\r\na=setup:sideways\r\na=extmap:x\r\na=rtcp-fb:x\r\na=rtpmap:x\r\n"
              "a=fmtp:x\r\n"},
    {"no v=", false, 0, "o=- 1 1 IN IP4 198.51.100.1\r\n"},
    {"text before v=", false, 0, "hello\r\n" SDP_HEAD},
    {"version 1", false, 0, "v=1\r\n"},
    {"version missing", false, 0, "v=\r\n"},
    {"short o=", false, 0, "v=0\r\no=alice 1 1 IN IP4\r\n"},
    {"o= twice", false, 0, SDP_HEAD "o=alice 1 1 IN IP4 198.51.100.10\r\n"},
    {"c= twice", false, 0, SDP_HEAD "c=IN IP4 198.51.100.10\r\n"},
    {"c= twice in a section", false, 0,
     SDP_HEAD "m=audio 1 RTP/AVP 0\r\nc=IN IP4 1.2.3.4\r\nc=IN IP4 1.2.3.4\r\n"},
    {"host name in c=", false, 0, "v=0\r\nc=IN IP4 alice.example.org\r\n"},
    {"ttl in c=", false, 0, "v=0\r\nc=IN IP4 198.51.100.1/127\r\n"},
    {"family mismatch in c=", false, 0, "v=0\r\nc=IN IP4 2001:db8::1\r\n"},
    {"short c=", false, 0, "v=0\r\nc=IN IP4\r\n"},
    {"s= in a section", false, 0, SDP_HEAD "m=audio 1 RTP/AVP 0\r\ns=x\r\n"},
    {"o= in a section", false, 0, SDP_HEAD "m=audio 1 RTP/AVP 0\r\no=a 1 1 IN IP4 1.2.3.4\r\n"},
    {"t= in a section", false, 0, SDP_HEAD "m=audio 1 RTP/AVP 0\r\nt=0 0\r\n"},
    {"u= in a section", false, 0, SDP_HEAD "m=audio 1 RTP/AVP 0\r\nu=x\r\n"},
    {"e= in a section", false, 0, SDP_HEAD "m=audio 1 RTP/AVP 0\r\ne=x\r\n"},
    {"p= in a section", false, 0, SDP_HEAD "m=audio 1 RTP/AVP 0\r\np=x\r\n"},
    {"unknown letter", false, 0, SDP_HEAD "x=0\r\n"},
    {"upper case letter", false, 0, SDP_HEAD "A=x\r\n"},
    {"no equals sign", false, 0, SDP_HEAD "t 0 0\r\n"},
    {"one letter", false, 0, SDP_HEAD "t\r\nm=audio 1 RTP/AVP 0\r\n"},
    {"negative port", false, 0, SDP_HEAD "m=audio -1 RTP/AVP 0\r\n"},
    {"port 65536", false, 0, SDP_HEAD "m=audio 65536 RTP/AVP 0\r\n"},
    {"letters as port", false, 0, SDP_HEAD "m=audio x RTP/AVP 0\r\n"},
    {"port count 0", false, 0, SDP_HEAD "m=audio 4000/0 RTP/AVP 0\r\n"},
    {"port count 11", false, 0, SDP_HEAD "m=audio 4000/11 RTP/AVP 0\r\n"},
    {"short m=", false, 0, SDP_HEAD "m=audio 4000\r\n"},
    {"empty m=", false, 0, SDP_HEAD "m=\r\n"},
};

#undef SDP_HEAD

}  // namespace controld::sdp::testing
