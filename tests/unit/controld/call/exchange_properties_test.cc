// Properties of exchanges between clients that keep to the rules, whatever the flags turn their
// media into: an answer fits its offer (RFC 3264 §6), and what we print does not change by being
// read and printed.
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "controld/ng/parse_request.h"
#include "controld/sdp/parse.h"
#include "tests/unit/controld/call/service_fixture.h"
#include "tests/unit/controld/call/well_behaved.h"

namespace controld::call {
namespace {

#ifdef __SANITIZE_ADDRESS__
constexpr int kRounds = 1'000;
#else
constexpr int kRounds = 5'000;
#endif

class ExchangeProperties : public ServiceTest {
 protected:
  ExchangeProperties() { gateway_.HaveCertificate(); }

  ng::Dictionary Send(const std::string& command, const std::string& call_id,
                      const std::string& flags, const std::string& body, bool from_callee = false) {
    ng::Dictionary keys;
    keys.Add("command", command);
    keys.Add("call-id", call_id);
    keys.Add("from-tag", from_callee ? "B" : "A");
    if (command == "answer" || from_callee) keys.Add("to-tag", from_callee ? "A" : "B");
    keys.Add("rtpp-flags", flags);
    keys.Add("sdp", body);
    return Do(ng::ParseRequest(keys));
  }

  // Without what is drawn anew in each call: ports, addresses and numbers of the session, keys.
  static std::string Comparable(const std::string& text) {
    static const char* const kDrawn[] = {
        "a=ice-ufrag:", "a=ice-pwd:", "a=candidate:", "a=fingerprint:", "a=tls-id:", "a=rtcp:"};
    std::string out;
    for (std::string line : Lines(text)) {
      const bool drawn = std::any_of(std::begin(kDrawn), std::end(kDrawn),
                                     [&](const char* begin) { return line.starts_with(begin); });
      if (drawn) line.resize(line.find(':'));
      if (line.starts_with("a=crypto:")) line.resize(line.find("inline:"));
      if (line.starts_with("m=")) {
        const size_t begin = line.find(' ') + 1;
        if (line[begin] != '0') line.replace(begin, line.find(' ', begin) - begin, "P");
      }
      base::StrAppend(&out, line, "\n");
    }
    return out;
  }

  Dice dice_{20'26};
  WellBehaved clients_{dice_};
};

// "1 AES_CM_128_HMAC_SHA1_80" of an a=crypto value.
std::string TagAndSuite(const std::string& line) { return line.substr(0, line.find(" inline")); }

void ExpectKeysFit(const sdp::SessionDescription& answer, const sdp::MediaSection& answered,
                   const sdp::SessionDescription& offer, const sdp::MediaSection& offered) {
  ASSERT_LE(answered.crypto.size(), 1u);
  if (!answered.crypto.empty()) {
    std::set<std::string> lines;
    for (const std::string& line : offered.crypto) lines.insert(TagAndSuite(line));
    EXPECT_EQ(lines.count(TagAndSuite(answered.crypto[0])), 1u) << answered.crypto[0];
  }
  const bool dtls = !answered.fingerprint.empty() || !answer.fingerprint.empty();
  if (dtls) {
    EXPECT_FALSE(offered.fingerprint.empty() && offer.fingerprint.empty());
    EXPECT_TRUE(answered.setup == "active" || answered.setup == "passive") << answered.setup;
  }
  // With RTP/AVP they are opportunistic (RFC 8643).
  if (answered.protocol.find("SAVP") != std::string::npos) {
    EXPECT_TRUE(dtls || !answered.crypto.empty());
  }
}

void ExpectSectionFits(const sdp::SessionDescription& answer, const sdp::MediaSection& answered,
                       const sdp::SessionDescription& offer, const sdp::MediaSection& offered) {
  EXPECT_EQ(answered.type_text, offered.type_text);
  if (offered.port == 0) {
    EXPECT_EQ(answered.port, 0u);
  }
  if (!answered.mid.empty()) {
    EXPECT_EQ(answered.mid, offered.mid);
  }
  if (answered.port == 0) return;
  EXPECT_EQ(answered.mid, offered.mid);
  EXPECT_EQ(answered.protocol, offered.protocol);
  for (const sdp::Codec& codec : answered.codecs) {
    EXPECT_TRUE(std::any_of(
        offered.codecs.begin(), offered.codecs.end(),
        [&](const sdp::Codec& other) { return other.payload_type == codec.payload_type; }))
        << codec.payload_type;
  }
  const auto told = sdp::EffectiveDirection(offer, offered);
  const auto got = sdp::EffectiveDirection(answer, answered);
  if (told == sdp::Direction::kSendonly || told == sdp::Direction::kInactive) {
    EXPECT_TRUE(got == sdp::Direction::kRecvonly || got == sdp::Direction::kInactive);
  }
  if (told == sdp::Direction::kRecvonly || told == sdp::Direction::kInactive) {
    EXPECT_TRUE(got == sdp::Direction::kSendonly || got == sdp::Direction::kInactive);
  }
  EXPECT_LE(answered.rtcp_mux, offered.rtcp_mux);
  EXPECT_LE(!answered.ice_ufrag.empty() || !answered.candidates.empty(),
            !offered.ice_ufrag.empty());
  EXPECT_LE(WellBehaved::InGroup(answer, answered.mid), WellBehaved::InGroup(offer, offered.mid));
  ExpectKeysFit(answer, answered, offer, offered);
}

void ExpectFits(const std::string& answer_text, const std::string& offer_text) {
  const auto answer = sdp::Parse(answer_text), offer = sdp::Parse(offer_text);
  ASSERT_TRUE(answer.ok() && offer.ok());
  ASSERT_EQ(answer->media.size(), offer->media.size());
  for (size_t i = 0; i < offer->media.size(); ++i) {
    ExpectSectionFits(*answer, answer->media[i], *offer, offer->media[i]);
  }
}

// Not DTLS=off or SDES-off: they take the keys from those who have no others.
const char* const kOfferFlags[] = {"",
                                   "",
                                   "",
                                   "",
                                   "codec-strip-PCMA",
                                   "generate-mid",
                                   "transport-protocol=RTP/AVP",
                                   "transport-protocol=RTP/AVPF",
                                   "transport-protocol=RTP/SAVP",
                                   "transport-protocol=RTP/SAVPF",
                                   "transport-protocol=UDP/TLS/RTP/SAVPF",
                                   "ICE=force",
                                   "ICE=remove",
                                   "ICE=optional",
                                   "rtcp-mux-offer",
                                   "rtcp-mux-demux",
                                   "rtcp-mux-accept",
                                   "rtcp-mux-reject",
                                   "bundle=[offer]",
                                   "bundle=[accept]",
                                   "bundle=[reject]",
                                   "DTLS=passive",
                                   "SDES-prefer",
                                   "SDES-nonew",
                                   "OSRTP-offer",
                                   "OSRTP-accept",
                                   "trickle-ICE",
                                   "replace-origin-full replace-SDP-version",
                                   "recrypt"};
const char* const kAnswerFlags[] = {"",
                                    "",
                                    "single-codec",
                                    "reuse-codecs",
                                    "ptime=30",
                                    "DTLS=passive",
                                    "replace-origin",
                                    "generate-mid",
                                    "static-codecs"};

TEST_F(ExchangeProperties, AnAnswerFitsItsOffer) {
  int complete = 0;
  for (int round = 0; round < kRounds && !HasFailure(); ++round) {
    const std::string call_id = base::StrCat("r", round);
    const std::string offer_flags =
        base::StrCat(dice_.Pick(kOfferFlags), " ", dice_.Pick(kOfferFlags));
    const std::string answer_flags = dice_.Pick(kAnswerFlags);
    std::string said_by_caller = clients_.Offer(0), said_by_callee;
    // A second exchange is in the dialogue, from either side.
    for (size_t turn = 0, turns = 1 + dice_.Draw(2); turn < turns; ++turn) {
      const bool from_callee = turn > 0 && dice_.Chance(2);
      std::string& offer = from_callee ? said_by_callee : said_by_caller;
      if (turn > 0) offer = clients_.Again(offer, turn + 1);
      const ng::Dictionary shown = Send("offer", call_id, offer_flags, offer, from_callee);
      if (Text(shown, "result") != "ok") break;
      const auto theirs = sdp::Parse(Text(shown, "sdp"));
      ASSERT_TRUE(theirs.ok()) << Text(shown, "sdp");
      const std::string answer = clients_.Answer(*theirs);
      (from_callee ? said_by_caller : said_by_callee) = answer;
      ng::Dictionary keys = Send("answer", call_id, answer_flags, answer, from_callee);
      if (Text(keys, "result") != "ok") break;
      ++complete;
      ExpectFits(Text(keys, "sdp"), offer);
      if (HasFailure()) {
        FAIL() << "round " << round << ", turn " << turn << (from_callee ? " of the callee" : "")
               << "\n--- offered, with '" << offer_flags << "':\n"
               << offer << "--- shown as\n"
               << Text(shown, "sdp") << "--- answered, with '" << answer_flags << "':\n"
               << answer << "--- shown as\n"
               << Text(keys, "sdp");
      }
    }
    ASSERT_EQ(ResultOf(DeleteFor(call_id)), "ok");
  }
  EXPECT_GT(complete, kRounds);
}

TEST_F(ExchangeProperties, WhatWePrintIsReadTheSameWay) {
  for (int round = 0; round < kRounds / 5 && !HasFailure(); ++round) {
    const std::string offer = clients_.Offer(1);
    std::string call_id = base::StrCat("s", round), flags = dice_.Pick(kOfferFlags);
    const std::string once = Text(Send("offer", call_id, flags, offer), "sdp");
    // The same again is the same text: keys, ports and numbers stay.
    EXPECT_EQ(Text(Send("offer", call_id, flags, offer), "sdp"), once) << flags << "\n" << offer;
    EXPECT_EQ(ResultOf(DeleteFor(call_id)), "ok");
    // Ours in, ours out: nothing is lost or added on a second way through.
    const std::string twice = Text(Send("offer", "two", "", once), "sdp");
    const std::string thrice = Text(Send("offer", "three", "", twice), "sdp");
    EXPECT_EQ(Comparable(thrice), Comparable(twice)) << once;
    Do(DeleteFor("two"));
    Do(DeleteFor("three"));
  }
  EXPECT_TRUE(gateway_.held.empty());
}

}  // namespace
}  // namespace controld::call
