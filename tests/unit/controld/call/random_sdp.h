// Session descriptions for the property test of commands: what clients send, and what nobody
// should: plain and secure media, ICE, bundles, other protocols, contradictions, duplicates, broken
// lines.
//
// Not here: descriptions that keep to the rules of an exchange (well_behaved.h).
#pragma once

#include <string>

#include "proto/base/text.h"
#include "tests/unit/controld/call/dice.h"

namespace controld::call {

class RandomSdp {
 public:
  explicit RandomSdp(Dice& dice) : dice_(dice) {}

  std::string Body() {
    if (dice_.Chance(25)) return Broken();
    std::string body =
        base::StrCat("v=0\r\no=u ", dice_.Draw(3), " ", dice_.Draw(5), " IN IP4 h\r\ns=-\r\n");
    if (!dice_.Chance(30)) {
      base::StrAppend(&body, "c=IN IP4 198.51.100.", 1 + dice_.Draw(3), "\r\n");
    }
    body += "t=0 0\r\n";
    static const char* const kSession[] = {
        "",
        "",
        "",
        "",
        "a=group:BUNDLE a b\r\n",
        "a=group:BUNDLE a\r\n",
        "a=group:BUNDLE\r\n",
        "a=ice-lite\r\n",
        "a=ice-ufrag:sess\r\na=ice-pwd:abcdefghijklmnopqrstuvwx\r\n",
        "a=setup:actpass\r\n",
        "a=sendonly\r\n",
        "a=extmap-allow-mixed\r\n",
        "a=fingerprint:sha-1 00:01:02:03:04:05:06:07:08:09:0A:0B:0C:0D:0E:0F:10:11:12:13\r\n"};
    body += dice_.Pick(kSession);
    for (size_t i = 0, sections = dice_.Draw(4); i <= sections; ++i) body += Section(i);
    return body;
  }

  // RFC 8840: it begins with any line.
  std::string Fragment() {
    static const char* const kLines[] = {
        "a=ice-ufrag:abcd\r\n",
        "a=ice-pwd:abcdefghijklmnopqrstuvwx\r\n",
        "m=audio 9 RTP/AVP 0\r\n",
        "a=mid:a\r\n",
        "a=candidate:1 1 UDP 2130706431 198.51.100.7 4000 typ host\r\n",
        "a=candidate:1 1 UDP x y z\r\n",
        "a=end-of-candidates\r\n",
        "nonsense\r\n"};
    std::string text;
    for (size_t i = 0, lines = dice_.Draw(5); i <= lines; ++i) text += dice_.Pick(kLines);
    return text;
  }

 private:
  std::string Broken() {
    switch (dice_.Draw(6)) {
      case 0:
        return "v=1\r\nnonsense";
      case 1:
        return "";
      case 2:
        return "v=0\r\no=u 1\r\n";
      case 3:
        return "v=0\r\no=u 1 1 IN IP4 h\r\ns=-\r\nt=0 0\r\n";
      case 4:
        return Fragment();
      default:
        break;
    }
    std::string cut =
        "v=0\r\no=u 1 1 IN IP4 h\r\ns=-\r\nc=IN IP4 198.51.100.1\r\nt=0 0\r\n" + Section(0);
    cut.resize(dice_.Draw(cut.size()));
    return cut;
  }

  std::string Section(size_t index) {
    static const char* const kSections[] = {
        "m=audio % RTP/AVP 8 0\r\n",
        "m=audio % RTP/AVP 0 8 101\r\na=rtpmap:101 telephone-event/8000\r\n",
        "m=audio % RTP/AVPF 96\r\na=rtpmap:96 opus/48000/2\r\na=rtcp-mux\r\n",
        "m=audio % RTP/AVP 8 8 8\r\n",
        "m=video % RTP/AVP 98\r\na=rtpmap:98 VP8/90000\r\na=sendonly\r\n",
        "m=video %/2 RTP/AVP 98\r\n",
        "m=audio % RTP/SAVP 8\r\na=crypto:1 AES_CM_128_HMAC_SHA1_80 "
        "inline:b0CjsI18358RTSnGu/SiX5v7g88acEHzdBMvJ8qF\r\n",
        "m=audio % RTP/AVP 8\r\na=crypto:7 AES_CM_128_HMAC_SHA1_32 "
        "inline:RYbQ6hb49vXnYQm+eWltIZcePZAmlB1TpWGhbgG7|2^20|1:4\r\n",
        "m=audio % RTP/SAVP 0\r\na=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:short\r\n",
        "m=audio % UDP/TLS/RTP/SAVPF 96 0\r\na=rtpmap:96 opus/48000/2\r\na=setup:actpass\r\n"
        "a=fingerprint:sha-1 00:01:02:03:04:05:06:07:08:09:0A:0B:0C:0D:0E:0F:10:11:12:13\r\n",
        "m=audio % RTP/SAVPF 0\r\na=setup:active\r\na=fingerprint:md9 zz\r\n",
        "m=image % udptl t38\r\n",
        "m=message % TCP/MSRP *\r\n",
        "m=application % FOO x\r\n",
        "m=audio % RTP/AVP x\r\n",
        "m=audio % RTP/AVP\r\n",
    };
    static const char* const kExtra[] = {
        "",
        "",
        "",
        "a=mid:a\r\n",
        "a=mid:b\r\n",
        "a=inactive\r\n",
        "a=recvonly\r\n",
        "c=IN IP4 0.0.0.0\r\n",
        "c=IN IP6 2001:db8::9\r\n",
        "c=IN IP4 198.51.100.9\r\n",
        "a=rtcp-mux\r\n",
        "a=rtcp:4999\r\n",
        "a=extmap:1 urn:x\r\n",
        "a=ptime:20\r\n",
        "a=setup:passive\r\n",
        "a=setup:holdconn\r\n",
        "a=tls-id:one\r\n",
        "a=bundle-only\r\n",
        "a=rtcp-fb:* nack\r\n",
        "a=label:1\r\n",
        "a=end-of-candidates\r\n",
        "a=ice-ufrag:abcd\r\na=ice-pwd:abcdefghijklmnopqrstuvwx\r\n"
        "a=candidate:1 1 UDP 2130706431 198.51.100.7 4000 typ host\r\n"
        "a=candidate:1 2 UDP 2130706430 198.51.100.7 4001 typ host\r\n",
        "a=ice-ufrag:wxyz\r\na=ice-pwd:short\r\na=ice-options:trickle\r\n",
        "a=candidate:1 1 TCP 1 host.local 9 typ host tcptype active\r\n",
        "a=remote-candidates:1 198.51.100.7 4000\r\n"};
    std::string text = dice_.Pick(kSections);
    static const char* const kPorts[] = {"0", "9", "65535", "65536", "-1"};
    const std::string port = dice_.Chance(6)
                                 ? dice_.Pick(kPorts)
                                 : base::StrCat(4000 + 10 * dice_.Draw(4) + 100 * index);
    text.replace(text.find('%'), 1, port);
    for (size_t i = 0, extras = dice_.Draw(3); i < extras; ++i) text += dice_.Pick(kExtra);
    return text;
  }

  Dice& dice_;
};

}  // namespace controld::call
