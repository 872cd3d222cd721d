// rtpp-flags texts (ng-protocol.md §9), templates (§5) and sdp-attr (§10).
#include "controld/ng/rtpp_flags.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "controld/ng/parse_request.h"
#include "tests/unit/controld/ng/parse_testing.h"

namespace controld::ng {
namespace {

using ::testing::ElementsAre;
using ::testing::Pair;
using ::testing::StartsWith;

Request ParseText(std::string_view text, const ParseOptions& options = {}) {
  return ParseOffer({{"rtpp-flags", text}}, options);
}

TEST(RtppFlagsReaderTest, Items) {
  RtppFlagsReader reader(
      "  word k=v  list=[a b  c=d] d=[x=1 y=[p q] z=[r=[s]]] pairs=[[a b] [c d]] open=[a [b");
  const auto expect = [&](std::string_view name, std::optional<Value> value) {
    const auto item = reader.Next();
    ASSERT_TRUE(item.has_value()) << name;
    EXPECT_EQ(item->name, name);
    EXPECT_TRUE(item->value == value) << name;
  };
  expect("word", std::nullopt);
  expect("k", Value("v"));
  expect("list", Value(List{"a", "b", "c=d"}));
  expect("d", Value(Dict({{"x", "1"}, {"y", List{"p", "q"}}, {"z", Dict({{"r", List{"s"}}})}})));
  expect("pairs", Value(List{List{"a", "b"}, List{"c", "d"}}));
  expect("open", Value(List{"a", List{"b"}}));
  EXPECT_FALSE(reader.Next().has_value());
}

TEST(RtppFlagsReaderTest, OddTextsEnd) {
  for (const std::string_view text :
       {"", " ", "=", "==", "]", "a=]", "[", "a=[=[=", "a=[[[[[[[[[[[[[[[[[[[[", "a=[ ] ]"}) {
    RtppFlagsReader reader(text);
    int items = 0;
    while (reader.Next()) ASSERT_LT(++items, 10) << text;
  }
}

TEST(RtppFlagsTest, AnOffersText) {
  const Request request = ParseText(
      "replace-origin trust-address ICE=remove RTP/AVP rtcp-mux=[demux] codec=[strip=[PCMU] "
      "offer=[PCMA]] "
      "direction=a direction=b label=caller ptime=40 media-address=192.0.2.50 address-family=IP6 "
      "flags=[no-rtcp-attribute loop-protect] received-from=[IP4 198.51.100.99]");
  EXPECT_THAT(request.warnings, ElementsAre(StartsWith("Key 'ptime' has part of its effect")));
  EXPECT_THAT(request.ice, ElementsAre("remove"));
  EXPECT_EQ(request.transport_protocol, "RTP/AVP");
  EXPECT_THAT(request.codec.strip, ElementsAre("PCMU"));
  EXPECT_THAT(request.codec.offer, ElementsAre("PCMA"));
  EXPECT_EQ(request.from_interface, "a");
  EXPECT_EQ(request.to_interface, "b");
  EXPECT_EQ(request.label, "caller");
  EXPECT_EQ(request.ptime, 40);
  EXPECT_EQ(request.media_address->ToString(), "192.0.2.50");
  EXPECT_EQ(request.address_family, base::Family::kIpv6);
  EXPECT_EQ(request.received_from->ToString(), "198.51.100.99");
  for (const Flag flag : {Flag::kReplaceOrigin, Flag::kTrustAddress, Flag::kRtcpMuxDemux,
                          Flag::kNoRtcpAttribute, Flag::kLoopProtect}) {
    EXPECT_TRUE(request.Has(flag));
  }
}

TEST(RtppFlagsTest, TransportWordsCompose) {
  const std::pair<const char*, const char*> kCases[] = {
      {"RTP/AVPF", "RTP/AVPF"},
      {"RTP", "RTP/AVP"},
      {"SRTP", "RTP/SAVP"},
      {"AVPF", "RTP/AVPF"},
      {"AVP", "RTP/AVP"},
      {"RTP AVPF", "RTP/AVPF"},
      {"SRTP AVPF", "RTP/SAVPF"},
      {"SRTP AVP RTP", "RTP/AVP"},
      {"RTP/SAVP RTP/AVP", "RTP/AVP"},
      {"RTP/SAVPF AVP", "RTP/SAVP"},
      {"RTP/SAVP RTP/AVP AVPF", "RTP/AVPF"},
      {"DTLS", "UDP/TLS/RTP/SAVP"},
      {"DTLS AVPF", "UDP/TLS/RTP/SAVPF"},
      {"UDP/TLS/RTP/SAVPF", "UDP/TLS/RTP/SAVPF"},
      {"DTLS SRTP", ""},
      {"transport-protocol=RTP/SAVP AVPF", "RTP/AVPF"},  // the words apply at the end
      {"transport-protocol=RTP/SAVP DTLS=off", "RTP/SAVP"},
      {"rtp/avp", ""},
  };
  for (const auto& [text, protocol] : kCases)
    EXPECT_EQ(ParseText(text).transport_protocol, protocol) << text;
  // Against keys, order of appearance decides.
  EXPECT_EQ(ParseOffer({{"transport-protocol", "RTP/AVPF"}, {"rtpp-flags", "RTP/AVP"}})
                .transport_protocol,
            "RTP/AVP");
  EXPECT_EQ(ParseOffer({{"rtpp-flags", "RTP/AVP"}, {"transport-protocol", "RTP/AVPF"}})
                .transport_protocol,
            "RTP/AVPF");
  const Request off = ParseText("RTP/AVPF", {.transport_words = false});
  EXPECT_EQ(off.transport_protocol, "");
  EXPECT_THAT(off.warnings, ElementsAre("Unknown flag encountered: 'RTP/AVPF'"));
}

TEST(RtppFlagsTest, Directions) {
  const Request words = ParseText("internal external");
  EXPECT_EQ(words.from_interface, "internal");
  EXPECT_EQ(words.to_interface, "external");
  const Request list = ParseText("direction=[outer inner]");
  EXPECT_EQ(list.from_interface, "outer");
  EXPECT_EQ(list.to_interface, "inner");
  const Request three = ParseText("direction=a direction=b external");
  EXPECT_EQ(three.to_interface, "b");
  EXPECT_THAT(three.warnings, ElementsAre("Too many directions: 'external'"));
  EXPECT_THAT(ParseOffer({{"flags", "internal"}}).warnings,
              ElementsAre("Unknown flag encountered: 'internal'"))
      << "not a flag of the list form";
}

TEST(RtppFlagsTest, TagsImplyTheirFlags) {
  const Request request =
      ParseAs("delete", {{"rtpp-flags", "call-id=c from-tag=a to-tag=b delete-delay=0"}});
  EXPECT_EQ(request.call_id, "c");
  EXPECT_EQ(request.from_tag, "a");
  EXPECT_EQ(request.to_tag, "b");
  EXPECT_EQ(request.delete_delay, 0);
  EXPECT_TRUE(request.Has(Flag::kToTag));
  EXPECT_TRUE(request.Has(Flag::kDirectional));
  EXPECT_TRUE(ParseAs("delete", {{"from-tag", "a"}, {"to-tag", "b"}}).flags.none());
}

TEST(RtppFlagsTest, SubscribersTagHasToBeMeant) {
  EXPECT_EQ(ParseAs("subscribe request", {{"to-tag", "b"}}).to_tag, "b");
  EXPECT_FALSE(
      ParseAs("subscribe request", {{"to-tag", "b"}, {"rtpp-flags", "all"}}).to_tag.has_value());
  EXPECT_EQ(ParseAs("subscribe request", {{"rtpp-flags", "to-tag=c"}}).to_tag, "c");
}

TEST(RtppFlagsTest, CodecShortcuts) {
  const Request request = ParseText(
      "codec-strip=all codec-offer=[PCMA PCMU] codec-except=telephone-event codec-offer-opus "
      "transcode=GSM "
      "codec-transcode=[G722] codec-mask-X codec-set=PCMA/8000 codec-accept=Y codec-consume-Z "
      "codec-ignore-W");
  EXPECT_THAT(request.codec.strip, ElementsAre("all"));
  EXPECT_THAT(request.codec.offer, ElementsAre("PCMA", "PCMU", "opus"));
  EXPECT_THAT(request.codec.except, ElementsAre("telephone-event"));
  EXPECT_THAT(request.codec.transcode, ElementsAre("GSM", "G722"));
  EXPECT_THAT(request.codec.mask, ElementsAre("X"));
  EXPECT_THAT(request.codec.set, ElementsAre("PCMA/8000"));
  EXPECT_THAT(request.codec.accept, ElementsAre("Y"));
  EXPECT_THAT(request.codec.consume, ElementsAre("Z"));
  EXPECT_THAT(request.codec.ignore, ElementsAre("W"));
}

TEST(RtppFlagsTest, UnbalancedAndUnknown) {
  const Request open = ParseText("replace-origin codec=[strip=[opus");
  EXPECT_TRUE(open.Has(Flag::kReplaceOrigin));
  EXPECT_THAT(open.codec.strip, ElementsAre("opus"));
  const Request swallowed = ParseText("x=[a b replace-origin");
  EXPECT_FALSE(swallowed.Has(Flag::kReplaceOrigin));
  const Request unknown = ParseText("  foo  bar=baz  replace-origin   ");
  EXPECT_TRUE(unknown.Has(Flag::kReplaceOrigin));
  EXPECT_THAT(unknown.warnings, ElementsAre("Unknown flag encountered: 'foo'",
                                            "Unknown dictionary key encountered: 'bar'"));
}

TEST(TemplatesTest, DefaultThenCommandThenRequest) {
  const Templates templates = {{"default", "replace-origin label=default"},
                               {"offer", "label=offer direction=inner direction=outer"},
                               {"avpf", "transport-protocol=RTP/AVPF generate-mid"},
                               {"loop", "replace-username template=loop"}};
  const ParseOptions options{.templates = &templates};
  const Request offer = ParseOffer({{"direction", List{"x", "y"}}, {"template", "AVPF"}}, options);
  EXPECT_EQ(offer.label, "offer");
  EXPECT_EQ(offer.from_interface, "x");
  EXPECT_EQ(offer.transport_protocol, "RTP/AVPF");
  EXPECT_TRUE(offer.Has(Flag::kReplaceOrigin));
  EXPECT_EQ(ParseAs("answer", {}, options).label, "default");
  EXPECT_EQ(ParseOffer({{"template", "avpf"}, {"transport-protocol", "RTP/AVP"}}, options)
                .transport_protocol,
            "RTP/AVP");
  EXPECT_THAT(ParseOffer({{"template", "nothing"}}, options).warnings,
              ElementsAre("Templates for signalling flags 'nothing' not found"));
  EXPECT_THAT(ParseOffer({{"template", "loop"}}, options).warnings,
              ElementsAre("Too many templates: 'loop'"));
  EXPECT_THAT(ParseOffer({{"template", "x"}}).warnings, ElementsAre("Templates for signalling flags 'x' not found"));
}

TEST(SdpAttrTest, Rules) {
  const Request request = ParseOffer({
      {"SDP attr",
       Dict({{"none", Dict({{"add", List{"g:1", 5}}, {"remove", "s-one:1,s-two"}})},
             {"audio", Dict({{"substitute", List{"a:1>b..2", List{"c", "d--"}, "no-arrow",
                                                 List{"1", "2", "3"}}}})}})},
      {"flags", List{"sdp-attr-add-audio-x:1", "sdp-attr-remove-global-y",
                     "sdp-attr-substitute-audio-x-one:1>z", "sdp-attr-add-sound-x",
                     "sdp-attr-add-audio", "sdp-attr-add-audio-"}},
  });
  EXPECT_EQ(request.error, "");
  ASSERT_EQ(request.sdp_attr.size(), 2u);
  EXPECT_EQ(request.sdp_attr[0].first, "global");
  EXPECT_THAT(request.sdp_attr[0].second.add, ElementsAre("g:1"));
  EXPECT_THAT(request.sdp_attr[0].second.remove, ElementsAre("s-one:1", "s-two", "y"));
  EXPECT_EQ(request.sdp_attr[1].first, "audio");
  EXPECT_THAT(request.sdp_attr[1].second.add, ElementsAre("x:1"));
  EXPECT_THAT(request.sdp_attr[1].second.substitute,
              ElementsAre(Pair("a:1", "b 2"), Pair("c", "d="), Pair("x-one:1", "z")));
  EXPECT_THAT(request.warnings, ElementsAre("Unknown 'sdp-attr' item encountered: 'no-arrow'",
                                            "Unknown flag encountered: 'sdp-attr-add-sound-x'",
                                            "Unknown flag encountered: 'sdp-attr-add-audio'",
                                            "Unknown flag encountered: 'sdp-attr-add-audio-'"));
}

TEST(SdpAttrTest, Errors) {
  EXPECT_EQ(ParseOffer({{"sdp-attr", List{"x"}}}).error, "wrong type used");
  EXPECT_EQ(ParseOffer({{"sdp-attr", "x"}}).error, "wrong type used");
  EXPECT_EQ(ParseOffer({{"sdp-attr", Dict({{"audio", List{"x"}}})}}).error, "wrong content given");
  EXPECT_EQ(ParseOffer({{"sdp-attr", Dict({{"sound", Dict({})}})}}).error,
            "unsupported sdp section");
  EXPECT_EQ(ParseOffer({{"sdp-attr", Dict({{"other", Dict({})}})}}).error,
            "unsupported sdp section");
  EXPECT_EQ(ParseOffer({{"sdp-attr", Dict({{"audio", Dict({{"insert", List{"x"}}})}})}}).error,
            "unknown manipulation command");
  EXPECT_EQ(ParseOffer({{"sdp-attr", Dict({})}}).error, "");
  EXPECT_EQ(ParseOffer({{"sdp-media-remove", "audio"}}).error, "wrong type used");
  EXPECT_EQ(ParseOffer({{"sdp-media-remove", Dict({{"a", "b"}})}}).error, "wrong type used");
  EXPECT_EQ(ParseOffer({{"sdp-media-remove", List{"foo"}}}).error, "unsupported sdp section");
  const Request request = ParseOffer({{"sdp media remove", List{"video", "other"}}});
  EXPECT_EQ(request.error, "");
  EXPECT_THAT(request.sdp_media_remove, ElementsAre("video", "other"));
}

TEST(SdpAttrTest, InRtppFlags) {
  const Request request =
      ParseText("sdp-attr=[audio=[add=[x:1..2] remove=[ptime:20]] none=[add=[g--1]]]");
  ASSERT_EQ(request.sdp_attr.size(), 2u);
  EXPECT_THAT(request.sdp_attr[0].second.add, ElementsAre("x:1 2"));
  EXPECT_THAT(request.sdp_attr[0].second.remove, ElementsAre("ptime:20"));
  EXPECT_THAT(request.sdp_attr[1].second.add, ElementsAre("g=1"));
  EXPECT_EQ(ParseText("sdp-attr=[sound=[add=[x]]]").error, "unsupported sdp section");
}

}  // namespace
}  // namespace controld::ng
