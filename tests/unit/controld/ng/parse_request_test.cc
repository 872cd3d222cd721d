// Keys and flags of the dictionary form: spellings, coercions, tolerance (ng-protocol.md §3, §8).
#include "controld/ng/parse_request.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/controld/ng/parse_testing.h"

namespace controld::ng {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(ParseRequestTest, AKamailioOffer) {
  const Request request = ParseOffer({
      {"supports", List{"load limit"}},
      {"sdp", "v=0\r\n"},
      {"transport-protocol", "RTP/AVP"},
      {"ICE", "remove"},
      {"rtcp-mux", List{"demux"}},
      {"flags", List{"trust-address", "generate-mid"}},
      {"replace", List{"origin"}},
      {"direction", List{"in", "out"}},
      {"call-id", "c1"},
      {"via-branch", "z9hG4bK-1"},
      {"received-from", List{"IP4", "198.51.100.10"}},
      {"from-tag", "a"},
      {"TOS", 184},
      {"sip-message-type", "sip_request"},
  });
  EXPECT_EQ(request.command, Command::kOffer);
  EXPECT_EQ(request.command_text, "offer");
  EXPECT_EQ(request.call_id, "c1");
  EXPECT_EQ(request.from_tag, "a");
  EXPECT_FALSE(request.to_tag.has_value());
  EXPECT_EQ(request.via_branch, "z9hG4bK-1");
  EXPECT_EQ(request.sdp, "v=0\r\n");
  EXPECT_EQ(request.transport_protocol, "RTP/AVP");
  EXPECT_THAT(request.ice, ElementsAre("remove"));
  EXPECT_EQ(request.from_interface, "in");
  EXPECT_EQ(request.to_interface, "out");
  EXPECT_EQ(request.received_from->ToString(), "198.51.100.10");
  EXPECT_EQ(request.tos, 184);
  EXPECT_EQ(request.sip_message_type, SipMessageType::kRequest);
  for (const Flag flag : {Flag::kSupportsLoadLimit, Flag::kRtcpMuxDemux, Flag::kTrustAddress,
                          Flag::kGenerateMid, Flag::kReplaceOrigin}) {
    EXPECT_TRUE(request.Has(flag));
  }
  EXPECT_EQ(request.flags.count(), 5u);
  EXPECT_THAT(request.warnings, IsEmpty());
  EXPECT_EQ(request.error, "");
}

TEST(ParseRequestTest, SpellingsOfKeys) {
  for (const char* key : {"call-id", "call-ID", "call id", "call ID"}) {
    EXPECT_EQ(ParseOffer({{key, "x"}}).call_id, "x") << key;
  }
  for (const char* key : {"to-tag", "to_tag", "to tag"})
    EXPECT_EQ(ParseOffer({{key, "x"}}).to_tag, "x") << key;
  for (const char* key : {"delete-delay", "delete delay", "delete_delay"}) {
    EXPECT_EQ(ParseAs("delete", {{key, "7"}}).delete_delay, 7) << key;
  }
  for (const char* key : {"ptime-reverse", "ptime reverse", "reverse ptime", "reverse-ptime"}) {
    EXPECT_EQ(ParseOffer({{key, 60}}).ptime_reverse, 60) << key;
  }
  EXPECT_EQ(ParseOffer({{"SDP", "x"}}).sdp, "x");
  EXPECT_EQ(ParseOffer({{"address family", "IP6"}}).address_family, base::Family::kIpv6);
  EXPECT_TRUE(ParseOffer({{"RTCP mux", List{"accept"}}}).Has(Flag::kRtcpMuxAccept));
  EXPECT_EQ(ParseOffer({{"media address", "192.0.2.5"}}).media_address->ToString(), "192.0.2.5");
  EXPECT_EQ(ParseOffer({{"sip_code", "200"}}).sip_code, 200);
  EXPECT_EQ(ParseOffer({{"SIP-message-type", "SIP reply"}}).sip_message_type,
            SipMessageType::kReply);
  // Spellings are exact.
  EXPECT_THAT(ParseOffer({{"Call-ID", "x"}}).warnings,
              ElementsAre("Unknown dictionary key encountered: 'Call-ID'"));
}

TEST(ParseRequestTest, WrongTypesReadAsAbsent) {
  const Request request = ParseOffer({
      {"call-id", 5},
      {"from-tag", List{"a"}},
      {"label", Dict({{"a", "b"}})},
      {"flags", 5},
      {"replace", Dict({{"origin", "x"}})},
      {"rtcp-mux", 7},
      {"codec", List{"strip-PCMU"}},
      {"rtpp-flags", List{"replace-origin"}},
      {"direction", "a,b"},
      {"received-from", 4},
      {"ptime", List{40}},
      {"interface", List{"a"}},
  });
  EXPECT_FALSE(request.call_id.has_value());
  EXPECT_FALSE(request.from_tag.has_value());
  EXPECT_EQ(request.label, "");
  EXPECT_TRUE(request.flags.none());
  EXPECT_THAT(request.codec.strip, IsEmpty());
  EXPECT_EQ(request.from_interface, "");
  EXPECT_FALSE(request.received_from.has_value());
  EXPECT_EQ(request.ptime, 0);
  EXPECT_EQ(request.interface, "");
  EXPECT_EQ(request.error, "");
  ASSERT_EQ(request.warnings.size(), 12u) << "one for each";
  EXPECT_EQ(request.warnings[0], "Value of 'call-id' ignored: '5'; it takes a text");
  EXPECT_EQ(request.warnings[1], "Value of 'from-tag' ignored: a list; it takes a text");
  EXPECT_EQ(request.warnings[8], "Value of 'direction' ignored: 'a,b'; it takes a list of two interfaces");
}

TEST(ParseRequestTest, Numbers) {
  EXPECT_EQ(ParseOffer({{"ptime", "40"}}).ptime, 40);
  EXPECT_EQ(ParseOffer({{"ptime", "040"}}).ptime, 40);
  for (const char* text : {"0x28", "40ms", " 40", "", "-", "--5", "99999999999999999999"}) {
    EXPECT_EQ(ParseOffer({{"ptime", text}}).ptime, 0) << text;
  }
  const ParseOptions json{.encoding = Encoding::kJson};
  EXPECT_EQ(ParseOffer({{"ptime", "0x28"}}, json).ptime, 40);
  EXPECT_EQ(ParseOffer({{"ptime", "050"}}, json).ptime, 40);
  EXPECT_EQ(ParseOffer({{"ptime", "0"}}, json).ptime, 0);
  EXPECT_EQ(ParseOffer({{"rtpp-flags", "ptime=040"}}, json).ptime, 40) << "rtpp-flags are decimal";
  EXPECT_EQ(ParseOffer({{"ptime", -3}}).ptime, 0);
  EXPECT_EQ(ParseAs("answer", {{"ptime", 40}}).ptime, 0) << "offers only";
  EXPECT_EQ(ParseOffer({{"TOS", 999}}).tos, 256);
  EXPECT_EQ(ParseOffer({{"TOS", -1}}).tos, 256);
  EXPECT_EQ(ParseOffer({{"tos", "0"}}).tos, 0);
  EXPECT_FALSE(ParseAs("delete", {{"delete-delay", -5}}).delete_delay.has_value());
  EXPECT_EQ(ParseAs("delete", {{"delete-delay", 0}}).delete_delay, 0);
  EXPECT_EQ(ParseOffer({{"sip-code", int64_t{1} << 40}}).sip_code, 0);
}

TEST(ParseRequestTest, ListsMayBeOneTextWithCommas) {
  const Request text = ParseOffer(
      {{"flags", "replace-origin,trust-address,,loop protect"}, {"replace", "username"}});
  EXPECT_TRUE(text.Has(Flag::kReplaceOrigin));
  EXPECT_TRUE(text.Has(Flag::kTrustAddress));
  EXPECT_TRUE(text.Has(Flag::kLoopProtect));
  EXPECT_TRUE(text.Has(Flag::kReplaceUsername));
  EXPECT_EQ(text.flags.count(), 4u);
  const Request mixed =
      ParseOffer({{"flags", List{5, List{"x"}, Dict({{"a", "b"}}), "replace-origin"}}});
  EXPECT_TRUE(mixed.Has(Flag::kReplaceOrigin));
  EXPECT_THAT(mixed.warnings, IsEmpty());
}

TEST(ParseRequestTest, LaterScalarsOverrideListsAccumulate) {
  const Request request = ParseOffer({{"label", "one"},
                                      {"codec", Dict({{"strip", List{"opus"}}})},
                                      {"label", "two"},
                                      {"codec", Dict({{"strip", List{"G722"}}})},
                                      {"ICE", "force"},
                                      {"ICE", "trickle"}});
  EXPECT_EQ(request.label, "two");
  EXPECT_THAT(request.codec.strip, ElementsAre("opus", "G722"));
  EXPECT_THAT(request.ice, ElementsAre("force", "trickle"));
  EXPECT_TRUE(request.Has(Flag::kTrickleIce));
}

TEST(ParseRequestTest, UnknownThingsOnlyWarn) {
  const Request request = ParseOffer({
      {"foo", Dict({{"x", List{1, 2}}})},
      {"repacketize", 30},
      {"flags", List{"Symmetric", "replace-foo", "replace origin", "SDES-", "codec-strip-", "--",
                     "delete-delay-0"}},
      {"replace", List{"session-connection", "session connection", "nonsense"}},
      {"ICE", "perhaps"},
      {"supports", List{"other"}},
      {"codec", Dict({{"strip", List{"PCMU"}}, {"foo", List{"x"}}})},
  });
  EXPECT_THAT(
      request.warnings,
      ElementsAre("Unknown dictionary key encountered: 'foo'",
                  "Unknown dictionary key encountered: 'repacketize'",
                  "Unknown flag encountered: 'Symmetric'",
                  "Unknown flag encountered: 'replace-foo'",
                  "Unknown flag encountered: 'replace origin'", "Unknown flag encountered: 'SDES-'",
                  "Unknown flag encountered: 'codec-strip-'", "Unknown flag encountered: '--'",
                  "Unknown flag encountered: 'delete-delay-0'",
                  "Obsolete replace ignored: 'session-connection'",
                  "Obsolete replace ignored: 'session connection'",
                  "Unknown 'replace' item encountered: 'nonsense'",
                  "Unknown 'ICE' item encountered: 'perhaps'",
                  "Unknown 'supports' item encountered: 'other'",
                  "Unknown 'codec' item encountered: 'foo'"));
  EXPECT_TRUE(request.flags.none());
  EXPECT_THAT(request.codec.strip, ElementsAre("PCMU"));
  EXPECT_EQ(request.error, "");
}

TEST(ParseRequestTest, WarningsAreBounded) {
  std::vector<Dictionary::Entry> entries(5000, {std::string(500, 'x'), 1});
  const Request request = ParseOffer(std::move(entries));
  ASSERT_EQ(request.warnings.size(), Request::kMaxWarnings);
  EXPECT_EQ(request.warnings[0],
            "Unknown dictionary key encountered: '" + std::string(64, 'x') + "'");
  EXPECT_EQ(request.warnings.back(), "Further warnings about this request are left out");
}

TEST(ParseRequestTest, ObsoleteAndUnsupportedFlagsAreReported) {
  const Request request =
      ParseOffer({{"flags", List{"symmetric", "reorder-codecs", "detect-DTMF"}}, {"moh", 1}});
  EXPECT_THAT(
      request.warnings,
      ElementsAre("Obsolete flag ignored: 'symmetric'", "Obsolete flag ignored: 'reorder-codecs'",
                  testing::StartsWith("Flag 'detect-DTMF' has no effect: audio is not decoded"),
                  testing::StartsWith("Value of 'moh' ignored: '1'; it takes a dictionary")));
  EXPECT_TRUE(request.Has(Flag::kDetectDtmf)) << "the consumer decides";
}

TEST(ParseRequestTest, WordsThatNothingActsOnAreReported) {
  const Request without =
      ParseOffer({{"ICE", "remove"}, {"DTLS", "off"}, {"SDES", "off"}, {"bundle", "reject"}});
  EXPECT_THAT(without.warnings, IsEmpty()) << "in force where none of these exists";
  const Request with = ParseOffer(
      {{"ICE", "optional"}, {"DTLS", "passive"}, {"flags", "SDES-no-X"}, {"bundle", "offer"}});
  EXPECT_THAT(with.warnings, ElementsAre("Unknown SRTP suite encountered: 'X'"));
}

// A value that is ignored leaves what an earlier one has set.
TEST(ParseRequestTest, IgnoredValuesChangeNothing) {
  const Request request = ParseOffer({{"TOS", 184},
                                      {"TOS", 900},
                                      {"address-family", "IP6"},
                                      {"address-family", "inet"},
                                      {"drop-traffic", "start"},
                                      {"drop-traffic", "foo"},
                                      {"record-call", "yes"},
                                      {"record-call", "maybe"},
                                      {"transport-protocol", "RTP/SAVP"},
                                      {"transport-protocol", "FOO/BAR"},
                                      {"DTLS-fingerprint", "SHA-1"},
                                      {"DTLS-fingerprint", "md5"},
                                      {"dtmf-log-dest", "192.0.2.9:7777"},
                                      {"dtmf-log-dest", "nowhere"}});
  EXPECT_EQ(request.tos, 184);
  EXPECT_EQ(request.address_family, base::Family::kIpv6);
  EXPECT_TRUE(request.Has(Flag::kDropTrafficStart));
  EXPECT_EQ(request.recording.record_call, "yes");
  EXPECT_EQ(request.transport_protocol, "RTP/SAVP");
  EXPECT_EQ(request.dtls_fingerprint, "SHA-1");
  EXPECT_EQ(request.dtmf_log_destination, "192.0.2.9:7777");
  EXPECT_EQ(request.warnings.size(), 8u) << "seven values, and no recording";
}

TEST(ParseRequestTest, TheLoadLimitMayBeEscaped) {
  EXPECT_TRUE(ParseOffer({{"rtpp-flags", "supports=[load..limit]"}}).Has(Flag::kSupportsLoadLimit));
}

TEST(ParseRequestTest, Addresses) {
  EXPECT_EQ(ParseOffer({{"received-from", "198.51.100.98"}}).received_from->ToString(),
            "198.51.100.98");
  EXPECT_EQ(ParseOffer({{"received from", List{"IP6", "2001:db8::a"}}}).received_from->ToString(),
            "2001:db8::a");
  for (const Value& value : {Value(List{"IP5", "1.2.3.4"}), Value(List{"IP6", "1.2.3.4"}),
                             Value(List{"IP4"}), Value(List{"IP4", 5}), Value("host.example")}) {
    EXPECT_FALSE(ParseOffer({{"received-from", value}}).received_from.has_value());
  }
  EXPECT_FALSE(ParseOffer({{"media-address", "host.example"}}).media_address.has_value());
  EXPECT_FALSE(ParseOffer({{"address-family", "IP7"}}).address_family.has_value());
  EXPECT_FALSE(ParseOffer({{"address-family", "ip4"}}).address_family.has_value());
}

TEST(ParseRequestTest, TransportProtocols) {
  EXPECT_EQ(ParseOffer({{"transport-protocol", "rtp/savpf"}}).transport_protocol, "RTP/SAVPF");
  EXPECT_EQ(ParseOffer({{"transport protocol", "UDPTL"}}).transport_protocol, "udptl");
  EXPECT_EQ(ParseAs("answer", {{"transport-protocol", "accept"}}).transport_protocol, "accept");
  EXPECT_EQ(ParseOffer({{"transport-protocol", "TCP/RTP/AVP"}}).transport_protocol, "");
}

TEST(ParseRequestTest, WordsAreCanonical) {
  const Request request = ParseOffer({
      {"ICE", List{"force relay", "lite", "no-lite", "ICE2"}},
      {"ice lite", "bkw"},
      {"DTLS-reverse", List{"disabled"}},
      {"sdes", List{"priority", "UNENCRYPTED_SRTP", "no-F8_128_HMAC_SHA1_80", "order:A;B",
                    "offerer_pref:C", "pad"}},
      {"OSRTP", List{"offer-RFC", "accept-rfc"}},
      {"BUNDLE", "require"},
      {"all", "non-offer-answer"},
      {"endpoint learning", "delayed"},
  });
  EXPECT_THAT(request.ice,
              ElementsAre("force-relay", "lite-forward", "no-lite", "ice2", "lite-backward"));
  EXPECT_THAT(request.dtls, ElementsAre("off"));
  EXPECT_THAT(request.sdes, ElementsAre("prefer", "unencrypted_srtp", "no-F8_128_HMAC_SHA1_80",
                                        "order:A;B", "offerer_pref:C", "pad"));
  EXPECT_THAT(request.osrtp, ElementsAre("offer", "accept-rfc"));
  EXPECT_THAT(request.bundle, ElementsAre("require"));
  EXPECT_TRUE(request.Has(Flag::kGenerateMid)) << "bundling needs it";
  EXPECT_TRUE(request.Has(Flag::kPadCrypto));
  EXPECT_EQ(request.all, "except-offer-answer");
  EXPECT_FALSE(request.Has(Flag::kAll));
  EXPECT_TRUE(ParseAs("block media", {{"all", "all"}}).Has(Flag::kAll));
  EXPECT_EQ(request.endpoint_learning, "delayed");
}

TEST(ParseRequestTest, SwitchesOfKeys) {
  const Request off =
      ParseAs("answer", {{"flags", List{"generate RTCP"}}, {"generate-RTCP", "off"}});
  EXPECT_FALSE(off.Has(Flag::kGenerateRtcp));
  EXPECT_TRUE(off.Has(Flag::kNoGenerateRtcp));
  EXPECT_TRUE(ParseOffer({{"drop-traffic", "start"}}).Has(Flag::kDropTrafficStart));
  EXPECT_TRUE(ParseOffer({{"drop traffic", "stop"}}).Has(Flag::kDropTrafficStop));
  EXPECT_EQ(ParseOffer({{"record-call", "on"}}).recording.record_call, "yes");
  EXPECT_EQ(ParseOffer({{"flags", "record call"}}).recording.record_call, "yes");
  EXPECT_TRUE(ParseAs("stop recording", {{"pause", "true"}}).Has(Flag::kPause));
  EXPECT_EQ(ParseAs("play DTMF", {{"pause", "200"}, {"code", 5}}).dtmf.pause_ms, 200);
}

TEST(ParseRequestTest, CodecsAndEscapes) {
  const Request request = ParseOffer({
      {"codec", Dict({{"strip", "PCMU,telephone-event"},
                      {"offer", List{"opus/48000/2////useinbandfec--1"}}})},
      {"flags",
       List{"codec-strip-PCMU,PCMA", "codec-except-a..b", "transcode-GSM", "codec-mask-X"}},
      {"from-tags", List{"x--1"}},
  });
  EXPECT_THAT(request.codec.strip, ElementsAre("PCMU", "telephone-event", "PCMU,PCMA"))
      << "one flag, one item";
  EXPECT_THAT(request.codec.offer, ElementsAre("opus/48000/2////useinbandfec=1"));
  EXPECT_THAT(request.codec.except, ElementsAre("a b"));
  EXPECT_THAT(request.codec.transcode, ElementsAre("GSM"));
  EXPECT_THAT(request.codec.mask, ElementsAre("X"));
  EXPECT_THAT(request.from_tags, ElementsAre("x=1"));
  // In answers the transcoding lists mean nothing.
  const Request answer =
      ParseAs("answer", {{"codec", Dict({{"strip", List{"PCMA"}}, {"transcode", List{"GSM"}}})}});
  EXPECT_THAT(answer.codec.strip, ElementsAre("PCMA"));
  EXPECT_THAT(answer.codec.transcode, IsEmpty());
}

TEST(ParseRequestTest, WebRtcIsASetOfKeys) {
  for (const char* flag : {"WebRTC", "webrtc", "webRTC", "WebRtc"}) {
    const Request request = ParseOffer({{"flags", List{flag}}});
    EXPECT_EQ(request.transport_protocol, "UDP/TLS/RTP/SAVPF");
    EXPECT_THAT(request.ice, ElementsAre("force"));
    EXPECT_THAT(request.sdes, ElementsAre("off"));
    EXPECT_THAT(request.bundle, ElementsAre("require"));
    for (const Flag set : {Flag::kTrickleIce, Flag::kRtcpMuxOffer, Flag::kRtcpMuxRequire,
                           Flag::kNoRtcpAttribute, Flag::kGenerateMid}) {
      EXPECT_TRUE(request.Has(set));
    }
  }
}

TEST(ParseRequestTest, CommandsWithoutTheCommonParser) {
  const Request query =
      ParseAs("query", {{"call ID", "x"}, {"call-id", "c"}, {"to-tag", "b"}, {"flags", "foo"}});
  EXPECT_EQ(query.call_id, "c");
  EXPECT_EQ(query.to_tag, "b");
  EXPECT_FALSE(query.from_tag.has_value());
  EXPECT_FALSE(ParseAs("query", {{"call ID", "x"}}).call_id.has_value());
  EXPECT_THAT(query.warnings, IsEmpty());
  EXPECT_EQ(ParseAs("list", {{"limit", "-1"}}).limit, -1);
  EXPECT_FALSE(ParseAs("list", {{"limit", "text"}}).limit.has_value());
  EXPECT_EQ(ParseAs("CLI", {{"body", "list sessions"}}).body, "list sessions");
  EXPECT_EQ(ParseAs("CLI", {}).command, Command::kCli);
  EXPECT_THAT(ParseAs("ping", {{"foo", 1}}).warnings, IsEmpty());
}

TEST(ParseRequestTest, WithoutACommand) {
  EXPECT_EQ(ParseRequest(Dict({})).error, "Dictionary contains no key \"command\"");
  EXPECT_EQ(ParseAs("hellu", {}).error, "Unrecognized command");
  EXPECT_EQ(ParseAs("hellu", {}).command_text, "hellu");
}

}  // namespace
}  // namespace controld::ng
