// m= lines and the attributes of sections. sdp-rewriting.md §1, §1.1, §6, §8.
#include <string>

#include "controld/sdp/parse.h"
#include "controld/sdp/parse_attributes.h"
#include "controld/sdp/parse_lines.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/unit/controld/sdp/bodies.h"

namespace controld::sdp {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::string Describe(const Codec& codec) {
  std::string text = std::to_string(codec.payload_type) + " " + codec.name + "/" +
                     std::to_string(codec.clock_rate) + "/" + std::to_string(codec.channels);
  if (codec.fmtp) text += " fmtp=" + *codec.fmtp;
  for (const std::string& feedback : codec.rtcp_fb) text += " fb=" + feedback;
  return text;
}

std::vector<std::string> Describe(const std::vector<Codec>& codecs) {
  std::vector<std::string> lines;
  for (const Codec& codec : codecs) lines.push_back(Describe(codec));
  return lines;
}

// As the writer prints them: an empty value loses its colon.
std::vector<std::string> Describe(const std::vector<Attribute>& attributes) {
  std::vector<std::string> lines;
  for (const Attribute& attribute : attributes) {
    lines.push_back(attribute.name + (attribute.value.empty() ? "" : ":" + attribute.value));
  }
  return lines;
}

// `lines` are separated by '|'. A broken body fails the test and gives an empty section.
MediaSection Section(std::string_view lines) {
  std::string body = "v=0\r\nc=IN IP4 198.51.100.10\r\n";
  for (const char c : lines) body += c == '|' ? std::string("\r\n") : std::string(1, c);
  const absl::StatusOr<SessionDescription> parsed = Parse(body + "\r\n");
  EXPECT_TRUE(parsed.ok()) << parsed.status();
  return parsed.ok() && !parsed->media.empty() ? parsed->media.back() : MediaSection();
}

TEST(ParseMedia, ReadsTheLine) {
  const MediaSection media = Section("m=hologram 4000/3 XYZ/1 x  y z  ");
  EXPECT_EQ(media.type, MediaType::kOther);
  EXPECT_EQ(media.type_text, "hologram");
  EXPECT_EQ(media.port, 4000u);
  EXPECT_EQ(media.port_count, 3u);
  EXPECT_EQ(media.protocol, "XYZ/1");
  EXPECT_EQ(media.formats, "x  y z");
  EXPECT_THAT(media.codecs, IsEmpty());
  EXPECT_EQ(Section("m=image 0 UDPTL t38").type, MediaType::kImage);
  EXPECT_EQ(Section("m=audio 65535 rtp/avp 8").codecs.size(), 1u);
}

TEST(ParseMedia, TwoBlanksAfterTheType) {
  const MediaSection media = Section("m=audio  4000 RTP/AVP 8");
  EXPECT_EQ(media.port, 4000u);
  EXPECT_EQ(media.protocol, "4000");
  EXPECT_EQ(media.formats, "RTP/AVP 8");
}

TEST(ParseMedia, PayloadTypes) {
  EXPECT_FALSE(Section("m=audio 1 RTP/AVP 8 127").bad_payload_type);
  EXPECT_TRUE(Section("m=audio 1 RTP/AVP 8 128").bad_payload_type);
  EXPECT_TRUE(Section("m=audio 1 RTP/AVP 8 abc").bad_payload_type);
  EXPECT_TRUE(Section("m=audio 1 RTP/AVP -1").bad_payload_type);
  EXPECT_FALSE(Section("m=audio 1 RTP/XAVP abc").bad_payload_type);
  EXPECT_EQ(Section("m=audio 1 RTP/AVP").formats, "");
  EXPECT_EQ(Section("m=audio 1 RTP/AVP 8  0").codecs.size(), 2u);
}

TEST(ParseMedia, RefusesOneTypeListedTooOften) {
  std::string body = "v=0\r\nm=audio 1 RTP/AVP";
  for (int i = 0; i < kMaxPayloadTypeRepeats; ++i) body += " 8";
  EXPECT_TRUE(Parse(body).ok());
  EXPECT_FALSE(Parse(body + " 8").ok());
}

TEST(ParseMedia, Codecs) {
  struct Case {
    std::string_view lines;
    std::vector<std::string> codecs;
  };
  const Case cases[] = {
      {"m=audio 1 RTP/AVP 8 0 11", {"8 PCMA/8000/1", "0 PCMU/8000/1", "11 L16/44100/2"}},
      {"m=audio 1 RTP/AVP 34 31", {"34 H263/90000/1", "31 H261/90000/1"}},
      {"m=audio 1 RTP/AVP 96 1 35", {"96 /0/1", "1 /0/1", "35 /0/1"}},
      {"m=audio 1 RTP/AVP 96|a=rtpmap:96 OPUS/48000/2", {"96 OPUS/48000/2"}},
      {"m=audio 1 RTP/AVP 8|a=rtpmap:8 pcma/8000/1", {"8 pcma/8000/1"}},
      {"m=audio 1 RTP/AVP 11|a=rtpmap:11 FOO/16000", {"11 FOO/16000/1"}},
      {"m=audio 1 RTP/AVP 96|a=rtpmap:96 AMR/8000|a=rtpmap:96 opus/48000/2", {"96 opus/48000/2"}},
      {"m=audio 1 RTP/AVP 96|a=rtpmap:96 AMR/8000|a=rtpmap:96 opus", {"96 AMR/8000/1"}},
      {"m=audio 1 RTP/AVP 96|a=rtpmap:96  opus/48000/2", {"96 /0/1"}},
      {"m=audio 1 RTP/AVP 96|a=rtpmap: 96 opus/48000/2", {"96 /0/1"}},
      {"m=audio 1 RTP/AVP 96|a=rtpmap:96 /8000", {"96 /0/1"}},
      {"m=audio 1 RTP/AVP 96|a=rtpmap:96 x/0", {"96 /0/1"}},
      {"m=audio 1 RTP/AVP 96|a=rtpmap:96 x/99999999999999999999", {"96 /0/1"}},
      {"m=audio 1 RTP/AVP 96|a=rtpmap:96 x/8000/y", {"96 x/8000/1"}},
      {"m=audio 1 RTP/AVP 8|a=rtpmap:99 G726-32/8000|a=fmtp:99 x=1", {"8 PCMA/8000/1"}},
      {"m=audio 1 RTP/AVP 96|a=fmtp:96 a=1|a=fmtp:96 b=2;c|a=rtpmap:96 AMR/8000",
       {"96 AMR/8000/1 fmtp=b=2;c"}},
      {"m=audio 1 RTP/AVP 18|a=fmtp:18 annexb=no", {"18 G729/8000/1 fmtp=annexb=no"}},
      {"m=audio 1 RTP/AVP 18|a=fmtp:18|a=fmtp:18 ", {"18 G729/8000/1"}},
      {"m=video 1 RTP/AVPF 96 97|a=rtcp-fb:96 nack|a=rtcp-fb:96 nack pli|a=rtcp-fb:98 x",
       {"96 /0/1 fb=nack fb=nack pli", "97 /0/1"}},
      {"m=audio 1 RTP/AVP 8 0 8|a=fmtp:8 x",
       {"8 PCMA/8000/1 fmtp=x", "0 PCMU/8000/1", "8 PCMA/8000/1 fmtp=x"}},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.lines);
    EXPECT_EQ(Describe(Section(c.lines).codecs), c.codecs);
  }
}

TEST(ParseMedia, FeedbackLinesAreBounded) {
  std::string lines = "m=video 1 RTP/AVPF 96";
  for (size_t i = 0; i < kMaxRtcpFeedbackPerCodec + 5; ++i) lines += "|a=rtcp-fb:96 nack";
  EXPECT_EQ(Section(lines).codecs.at(0).rtcp_fb.size(), kMaxRtcpFeedbackPerCodec);
}

TEST(ParseMedia, WhatPassesThrough) {
  struct Case {
    std::string_view lines;
    std::vector<std::string> attributes;
  };
  const Case cases[] = {
      {"m=audio 1 RTP/AVP 8|a=x-1:1|a=x-2|a=x-3:|a=ptime:20|a= lead|a=|a=:5|a=y:\tz |a=MID:1",
       {"x-1:1", "x-2", "x-3", " lead", "", ":5", "y:\tz ", "MID:1"}},
      {"m=video 1 RTP/AVP 96|a=rtcp-fb:* trr-int 5|a=rtcp-fb:96 nack|a=rtcp-rsize|a=ssrc:1 cname:a",
       {"rtcp-fb:* trr-int 5", "rtcp-rsize", "ssrc:1 cname:a"}},
      {"m=audio 1 RTP/AVP 8|a=rtcp:abc|a=crypto:x|a=candidate:1|a=fingerprint:foo|a=setup:sideways|"
       "a=extmap:x|a=rtcp-fb:x|a=rtpmap:x|a=fmtp:x|a=group:x|a=ice-lite|a=ice-mismatch|a=ok:1",
       {"ok:1"}},
      {"m=image 1 udptl t38|a=T38FaxVersion:0|a=extmap:3 urn:x|a=mid:1|a=sendonly|a=rtpmap:9 x/1",
       {"T38FaxVersion:0", "extmap:3 urn:x", "sendonly", "rtpmap:9 x/1"}},
      {"m=application 1 TCP/BFCP *|a=setup:actpass|a=connection:new|a=rtcp-mux",
       {"setup:actpass", "connection:new", "rtcp-mux"}},
      {"m=message 1 RTP/AVP 98|a=rtpmap:98 t140/1000|a=label:4", {"rtpmap:98 t140/1000"}},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.lines);
    EXPECT_EQ(Describe(Section(c.lines).attributes), c.attributes);
  }
}

TEST(ParseMedia, OpaqueSectionsAreReadForTheTransportOnly) {
  const MediaSection media = Section(
      "m=application 9 UDP/DTLS/SCTP webrtc-datachannel|a=mid:d|a=setup:actpass|a=ice-ufrag:u|"
      "a=ice-pwd:p|a=sendonly|a=extmap:1 urn:x|a=rtcp:5|a=rtcp-mux|a=ptime:20");
  EXPECT_EQ(media.mid, "d");
  EXPECT_EQ(media.setup, "actpass");
  EXPECT_EQ(media.ice_ufrag, "u");
  EXPECT_EQ(media.ice_pwd, "p");
  EXPECT_TRUE(media.has_sendonly);
  EXPECT_THAT(media.extmap, IsEmpty());
  EXPECT_FALSE(media.rtcp.has_value());
  EXPECT_FALSE(media.rtcp_mux);
  EXPECT_EQ(media.ptime, 0);
}

TEST(ParseMedia, RtcpAttribute) {
  struct Case {
    std::string_view value;
    uint32_t port;  // 0: dropped
    std::string_view address;
  };
  const Case cases[] = {
      {"4009", 4009, ""},
      {"4009 ", 4009, ""},
      {"4009 IN IP4 192.0.2.1", 4009, "192.0.2.1"},
      {"4009 IN IP6 2001:db8::1", 4009, "2001:db8::1"},
      {"9 IN IP4 0.0.0.0", 9, ""},
      {"0", 0, ""},
      {"65536", 0, ""},
      {"abc", 0, ""},
      {"", 0, ""},
      {"4009 IN", 0, ""},
      {"4009 IN IP4 host.example", 0, ""},
      {"4009 ATM IP4 192.0.2.1", 0, ""},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.value);
    const MediaSection media = Section("m=audio 1 RTP/AVP 8|a=rtcp:" + std::string(c.value));
    ASSERT_EQ(media.rtcp.has_value(), c.port != 0);
    if (c.port == 0) continue;
    EXPECT_EQ(media.rtcp->port, c.port);
    EXPECT_EQ(media.rtcp->address.valid(), !c.address.empty());
    if (!c.address.empty()) {
      EXPECT_EQ(media.rtcp->address.ToString(), c.address);
    }
  }
}

TEST(ParseMedia, PacketTimes) {
  const auto ptime = [](std::string_view value) {
    return Section("m=audio 1 RTP/AVP 8|a=ptime:" + std::string(value)).ptime;
  };
  EXPECT_EQ(ptime("20"), 20);
  EXPECT_EQ(ptime("20.5"), 20);
  EXPECT_EQ(ptime("0"), 0);
  EXPECT_EQ(ptime("x"), 0);
  EXPECT_EQ(ptime("-20"), 0);
  EXPECT_EQ(ptime("99999999999999999999"), 0);
  EXPECT_EQ(Section("m=audio 1 RTP/AVP 8|a=maxptime:60").maxptime, 60);
}

TEST(ParseMedia, Extmaps) {
  const MediaSection media = Section(
      "m=audio 1 RTP/AVP 8|a=extmap:0 urn:a|a=extmap:15 urn:b|a=extmap:16/sendonly urn:c p=1|"
      "a=extmap:255 urn:d|a=extmap:256 urn:e|a=extmap:16 urn:f|a=extmap:3 urn:c|a=extmap:4|"
      "a=extmap-allow-mixed");
  std::vector<std::string> lines;
  for (const Extmap& extmap : media.extmap) {
    lines.push_back(std::to_string(extmap.id) + " " + extmap.uri);
  }
  EXPECT_THAT(lines, ElementsAre("16 urn:c", "255 urn:d", "3 urn:c"));
  EXPECT_TRUE(media.extmap_allow_mixed);
}

TEST(ParseMedia, SecureValuesAreKeptWhenWellFormed) {
  const std::string sha1 = "B2:9F:77:EF:F2:30:4A:89:3F:28:75:AA:DD:E5:87:A5:82:8B:EB:C8";
  const MediaSection media = Section(
      "m=audio 1 RTP/SAVP 8|a=fingerprint:SHA-1 " + sha1 + "|a=fingerprint:sha-256 " + sha1 +
      "|a=fingerprint:md5 00:11|a=fingerprint:sha-1 " + sha1.substr(0, 58) +
      "G|a=setup:ACTIVE|a=setup:sideways|a=tls-id:abc|a=crypto:1 X inline:y|a=crypto:1 X|"
      "a=candidate:1 1 UDP 1 192.0.2.1 4000 typ host|a=candidate:1 1 UDP 1 192.0.2.1 4000 typ|"
      "a=ice-options:trickle ice2|a=remote-candidates:1 192.0.2.1 4000");
  EXPECT_THAT(media.fingerprint, ElementsAre("SHA-1 " + sha1));
  EXPECT_EQ(media.setup, "active");
  EXPECT_EQ(media.tls_id, "abc");
  EXPECT_THAT(media.crypto, ElementsAre("1 X inline:y"));
  EXPECT_THAT(media.candidates, ElementsAre("1 1 UDP 1 192.0.2.1 4000 typ host"));
  EXPECT_EQ(media.ice_options, "trickle ice2");
  EXPECT_THAT(media.remote_candidates, ElementsAre("1 192.0.2.1 4000"));
}

TEST(ParseMedia, BrowserOffer) {
  const absl::StatusOr<SessionDescription> parsed = Parse(testing::kBrowserOffer);
  ASSERT_TRUE(parsed.ok()) << parsed.status();
  EXPECT_THAT(parsed->groups, ElementsAre("BUNDLE 0 1"));
  EXPECT_TRUE(parsed->extmap_allow_mixed);
  EXPECT_THAT(Describe(parsed->attributes), ElementsAre("msid-semantic: WMS stream"));
  ASSERT_EQ(parsed->media.size(), 2u);
  const MediaSection& audio = parsed->media[0];
  EXPECT_THAT(Describe(audio.codecs),
              ElementsAre("111 opus/48000/2 fmtp=minptime=10;useinbandfec=1 fb=transport-cc",
                          "63 red/48000/2 fmtp=111/111", "0 PCMU/8000/1"));
  EXPECT_THAT(Describe(audio.attributes), ElementsAre("ssrc:3570614608 cname:4TOk42mSjXCkVIa6"));
  EXPECT_TRUE(audio.rtcp_mux && audio.end_of_candidates);
  EXPECT_EQ(audio.fingerprint.size(), 1u);
  EXPECT_EQ(audio.candidates.size(), 1u);
  EXPECT_TRUE(audio.connection->unspecified());
  EXPECT_THAT(Describe(parsed->media[1].attributes), ElementsAre("rtcp-fb:* ccm tmmbr"));
}

TEST(ParseSessionAttributes, SectionAttributesAreDroppedThere) {
  const absl::StatusOr<SessionDescription> parsed = Parse(
      "v=0\r\na=ptime:30\r\na=mid:5\r\na=label:4\r\na=rtcp:4444\r\na=rtcp-mux\r\n"
      "a=rtpmap:96 foo/8000\r\na=fmtp:96 x\r\na=crypto:1 a b\r\na=rtcp-fb:96 nack\r\n"
      "a=rtcp-fb:* nack\r\na=ice-lite\r\na=rtpengine:0123456789ab\r\na=tool:my tool\r\n"
      "a=foo:bar:baz\r\n");
  ASSERT_TRUE(parsed.ok()) << parsed.status();
  EXPECT_THAT(Describe(parsed->attributes),
              ElementsAre("rtcp-fb:* nack", "tool:my tool", "foo:bar:baz"));
  EXPECT_TRUE(parsed->ice_lite);
  EXPECT_EQ(parsed->rtpengine_id, "0123456789ab");
}

TEST(Directions, OneKeywordAfterTheOther) {
  struct Case {
    std::string_view session, media;
    Direction direction;
  };
  const Case cases[] = {
      {"", "", Direction::kSendrecv},
      {"", "a=sendonly\r\n", Direction::kSendonly},
      {"a=inactive\r\n", "", Direction::kInactive},
      {"a=recvonly\r\n", "a=sendonly\r\n", Direction::kRecvonly},
      {"a=recvonly\r\n", "a=inactive\r\n", Direction::kRecvonly},
      {"a=recvonly\r\n", "a=sendrecv\r\n", Direction::kRecvonly},
      {"a=sendonly\r\n", "a=recvonly\r\n", Direction::kRecvonly},
      {"a=sendonly\r\n", "a=inactive\r\n", Direction::kSendonly},
      {"a=inactive\r\n", "a=sendonly\r\n", Direction::kSendonly},
      {"a=inactive\r\n", "a=sendrecv\r\n", Direction::kInactive},
      {"", "a=sendonly\r\na=recvonly\r\n", Direction::kRecvonly},
      {"", "a=inactive\r\na=sendonly\r\n", Direction::kSendonly},
      {"", "a=sendrecv\r\na=inactive\r\n", Direction::kInactive},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(std::string(c.session) + "/" + std::string(c.media));
    const absl::StatusOr<SessionDescription> parsed = Parse(
        "v=0\r\n" + std::string(c.session) + "m=audio 1 RTP/AVP 0\r\n" + std::string(c.media));
    ASSERT_TRUE(parsed.ok()) << parsed.status();
    EXPECT_EQ(EffectiveDirection(*parsed, parsed->media.at(0)), c.direction);
    EXPECT_EQ(parsed->direction_text.has_value(), !c.session.empty());
    EXPECT_EQ(parsed->media[0].direction_text.has_value(), !c.media.empty());
  }
}

TEST(Protocols, KnownOnesInAnyCase) {
  EXPECT_EQ(CanonicalProtocol("rtp/avp"), "RTP/AVP");
  EXPECT_EQ(CanonicalProtocol("Udp/Tls/Rtp/Savpf"), "UDP/TLS/RTP/SAVPF");
  EXPECT_EQ(CanonicalProtocol("UDPTL"), "udptl");
  EXPECT_EQ(CanonicalProtocol("TCP/RTP/AVP"), "");
  EXPECT_EQ(CanonicalProtocol(""), "");
  EXPECT_TRUE(IsRtp("RTP/SAVP"));
  EXPECT_FALSE(IsRtp("udptl"));
  EXPECT_FALSE(IsRtp(""));
}

}  // namespace
}  // namespace controld::sdp
