// What is said about a text of rtpp-flags: what each item does, what is unknown, ignored, obsolete,
// and what would be allowed.
#include "controld/ng/lint.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "controld/ng/flag_table.h"
#include "controld/ng/key_table.h"

namespace controld::ng {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

LintEntry One(std::string_view text, Command command = Command::kOffer,
              const ParseOptions& options = {}) {
  const auto entries = LintFlags(text, command, options);
  EXPECT_EQ(entries.size(), 1u) << text;
  return entries.empty() ? LintEntry() : entries[0];
}

std::string VerdictOf(std::string_view text) { return std::string(VerdictName(One(text).verdict)); }

TEST(LintTest, KnownThings) {
  const auto entries = LintFlags(
      "trust-address  replace-origin codec=[strip=[PCMA PCMU]] RTP/SAVP external SRTP "
      "codec-strip-G722 to-tag=x replace=[origin session-name]");
  ASSERT_EQ(entries.size(), 9u);
  for (const LintEntry& entry : entries) {
    EXPECT_EQ(entry.verdict, Verdict::kGood) << entry.item;
    EXPECT_FALSE(entry.meaning.empty()) << entry.item;
    EXPECT_THAT(entry.warnings, IsEmpty()) << entry.item;
  }
  EXPECT_EQ(entries[0].meaning, "use the address in the SDP");
  EXPECT_EQ(entries[1].meaning, "replaces in the SDP; the address in o= is ours");
  EXPECT_EQ(entries[2].item, "codec=[strip=[PCMA PCMU]]");
  EXPECT_EQ(entries[8].meaning,
            "what to replace in the SDP; the address in o= is ours; s= stays as it was first");
  EXPECT_THAT(LintFlags("   "), IsEmpty());
}

TEST(LintTest, UnknownThings) {
  for (const char* text :
       {"frobnicate", "frobnicate=[a b]", "replace=[origin nonsense]", "replace-nonsense",
        "SDES-sometimes", "endpoint-learning-never", "codec=[stripe=[PCMA]]", "extmap=[drop=[all]]",
        "moh=[tune=x]", "T38-shout", "T.38=[shout]", "SDES-no-ROT13", "sdp-attr-add-sound-x:1",
        "rtcp-mux=[perhaps]", "supports=[everything]"}) {
    EXPECT_EQ(VerdictOf(text), "unknown") << text;
  }
  EXPECT_THAT(One("frobnicate").warnings, ElementsAre("Unknown flag encountered: 'frobnicate'"));
  EXPECT_THAT(One("rtcp-mux=[perhaps]").meaning,
              HasSubstr("takes a list of: offer, require, demux, accept, reject"));
}

TEST(LintTest, ValuesThatAreIgnored) {
  const std::pair<const char*, const char*> kCases[] = {
      {"address-family=inet", "one of: IP4, IP6"},
      {"TOS=900", "a number from 0 to 256"},
      {"TOS=-1", "a number from 0 to 256"},
      {"media-address=foo", "an IP address"},
      {"transport-protocol=FOO/BAR", "one of: RTP/AVP, "},
      {"ptime=abc", "a number from 1 to 1000"},
      {"ptime=5000", "a number from 1 to 1000"},
      {"ptime-reverse=0", "a number from 1 to 1000"},
      {"DTLS-fingerprint=md5", "one of: sha-1, sha-224, sha-256, sha-384, sha-512"},
      {"sip-code=abc", "a number from 100 to 699"},
      {"delete-delay=abc", "a number, at least 0"},
      {"delete-delay=-5", "a number, at least 0"},
      {"drop-traffic=foo", "one of: start, stop"},
      {"received-from=[IP5 198.51.100.7]", "IP address"},
      {"direction=[]", "a list of two interfaces"},
      {"sip-message-type=letter", "one of: request, reply"},
      {"alias-key=foo", "one of: none, sdp, address"},
      {"endpoint-learning=sometimes", "one of: off, immediate, delayed, heuristic"},
      {"media-echo=loud", "one of: blackhole, forward, backward, both"},
      {"record-call=maybe", "one of: yes, no, discard"},
      {"all=some", "one of: all, none, offer-answer"},
      {"generate-RTCP=perhaps", "one of: on, off"},
      {"audio-player=louder", "one of: default, on, off, force"},
      {"passthrough=perhaps", "one of: on, off"},
      {"DTMF-security=shout", "one of: drop, silence"},
      {"dtmf-log-dest=198.51.100.5", "address:port"},
      {"delay-buffer=long", "a number, at least -1"},
      {"codec=PCMA", "a dictionary with: strip, offer"},
      {"codec=[strip=[PCMA] offer=[x=[y]]]", "a list of texts"},
      {"extmap=all", "a dictionary with: strip, mask"},
      {"moh=/usr/share/moh.wav", "a dictionary with: file"},
      {"label=[a b]", "a text"},
      {"peer=host.example", "an IP address"},
      {"code=E", "0123456789*#ABCD"},
      {"frequency=[400 loud]", "numbers from 1 to 48000"},
      {"pause=abc", "a number"},
      {"db-id=x", "a number"},
      {"T.38-version=x", "a number from 0 to 3"},
      {"tags=x", "a list of dictionaries with: from, to"},
      {"media=x", "a list of dictionaries with: type"},
  };
  for (const auto& [text, allowed] : kCases) {
    const LintEntry entry = One(text);
    EXPECT_EQ(VerdictName(entry.verdict), "bad value") << text;
    ASSERT_FALSE(entry.warnings.empty()) << text;
    EXPECT_THAT(entry.warnings[0], AllOf(HasSubstr("' ignored"), HasSubstr(allowed))) << text;
  }
  EXPECT_THAT(One("TOS=900").warnings,
              ElementsAre("Value of 'TOS' ignored: '900'; it takes a number from 0 to 256"));
}

TEST(LintTest, ObsoleteThings) {
  for (const char* text : {"symmetric", "reorder-codecs", "replace-session-connection",
                           "replace=[session-connection]"}) {
    EXPECT_EQ(VerdictOf(text), "deprecated") << text;
  }
  EXPECT_THAT(One("replace-session-connection").meaning, HasSubstr("c= is always replaced"));
}

TEST(LintTest, WhatIsSoAnywayIsGood) {
  for (const char* text :
       {"record-call=no", "no-audio-player", "audio-player=off", "no-redis-update",
        "exclude-recording", "discard-recording", "no-passthrough", "no-jitter-buffer"}) {
    EXPECT_EQ(VerdictOf(text), "ok") << text;
    EXPECT_THAT(One(text).warnings, IsEmpty()) << text;
  }
  EXPECT_EQ(One("record-call=no").meaning,
            "start or stop recording; don't record; this build does not record");
}

TEST(LintTest, WhatHasNoEffectSaysWhy) {
  EXPECT_THAT(One("record-call=yes").warnings,
              ElementsAre(HasSubstr("this build does not record")));
  EXPECT_THAT(One("transcode-PCMA").warnings,
              ElementsAre("Codec list 'transcode' has no effect: codecs are not converted in this "
                          "build; the parties' own codecs are passed on"));
  EXPECT_THAT(One("transcode-PCMA", Command::kAnswer).warnings, testing::SizeIs(1));
  for (const char* text : {"trigger-end-time=5000", "frequency=400", "DTMF-delay=200",
                           "delay-buffer=100", "record-call", "moh=[file=/x.wav]"}) {
    EXPECT_EQ(VerdictOf(text), "not supported") << text;
  }
  EXPECT_EQ(VerdictOf("ptime=40"), "in part");
  EXPECT_EQ(VerdictOf("DTMF-security=tone"), "in part");
  EXPECT_EQ(One("ptime=40", Command::kAnswer).verdict, Verdict::kNotSupported);
  EXPECT_THAT(One("ptime=40", Command::kAnswer).warnings,
              ElementsAre("Key 'ptime' has no effect here: offers only"));
}

TEST(LintTest, ItemsAreJudgedTogether) {
  const auto three = LintFlags("direction=a direction=b external");
  ASSERT_EQ(three.size(), 3u);
  EXPECT_EQ(three[1].verdict, Verdict::kGood);
  EXPECT_THAT(three[2].warnings, ElementsAre("Too many directions: 'external'"));
  EXPECT_EQ(LintFlags("SRTP AVPF DTLS").back().verdict, Verdict::kBadValue);
  EXPECT_EQ(LintFlags("AVPF DTLS").back().verdict, Verdict::kGood);
}

TEST(LintTest, TemplatesDependOnTheConfiguration) {
  EXPECT_EQ(One("template=webrtc").verdict, Verdict::kDepends);
  EXPECT_THAT(One("template=webrtc").warnings, IsEmpty()) << "nobody knows";
  const Templates templates = {{"webrtc", "WebRTC frobnicate"}, {"plain", "ICE=remove"}};
  const ParseOptions options{.templates = &templates};
  EXPECT_EQ(One("template=plain", Command::kOffer, options).verdict, Verdict::kGood);
  EXPECT_EQ(One("template=other", Command::kOffer, options).verdict, Verdict::kUnknown);
  EXPECT_THAT(One("template=webrtc", Command::kOffer, options).warnings,
              ElementsAre("Unknown flag encountered: 'frobnicate'"));
}

TEST(LintTest, WhatFailsTheCommandIsSaid) {
  EXPECT_EQ(VerdictOf("sdp-attr=x"), "bad value");
  EXPECT_THAT(One("sdp-attr=[sound=[add=[x]]]").warnings,
              ElementsAre("The command fails: unsupported sdp section"));
}

TEST(LintTest, ReasonsAreThoseOfTheTables) {
  for (const FlagRow& row : FlagRows()) {
    if (row.status.effect != Effect::kNone) continue;
    EXPECT_THAT(One(row.name()).warnings, ElementsAre(HasSubstr(std::string(row.status.why))));
  }
}

}  // namespace
}  // namespace controld::ng
