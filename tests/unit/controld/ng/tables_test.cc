// The key and flag tables as a whole: every spelling is found, and nothing known is reported
// unknown.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <string>
#include <vector>

#include "controld/ng/flag_table.h"
#include "controld/ng/key_table.h"
#include "controld/ng/words.h"
#include "tests/unit/controld/ng/parse_testing.h"

namespace controld::ng {
namespace {

std::vector<std::string> Split(std::string_view spellings) {
  std::vector<std::string> out(1);
  for (const char c : spellings) {
    if (c == '|') {
      out.emplace_back();
    } else {
      out.back().push_back(c);
    }
  }
  return out;
}

bool SaysUnknown(const Request& request) {
  for (const std::string& warning : request.warnings) {
    if (warning.find("Unknown") != std::string::npos) return true;
  }
  return false;
}

TEST(TablesTest, EveryFlagIsFoundInEverySpelling) {
  for (const FlagRow& row : FlagRows()) {
    EXPECT_TRUE(row.tier >= 1 && row.tier <= 4 && !row.meaning.empty()) << row.spellings;
    for (const std::string& spelling : Split(row.spellings)) {
      EXPECT_EQ(FindFlag(spelling), &row) << spelling;
      const Request request = ParseOffer({{"flags", List{spelling}}});
      EXPECT_FALSE(SaysUnknown(request)) << spelling;
      EXPECT_TRUE(row.flag == Flag::kCount || request.Has(row.flag)) << spelling;
      const bool silent = row.implemented && row.action != FlagAction::kObsolete;
      EXPECT_EQ(request.warnings.empty(), silent) << spelling;
    }
  }
}

TEST(TablesTest, EveryKeyIsFoundInEverySpelling) {
  for (const KeyRow& row : KeyRows()) {
    EXPECT_TRUE(row.tier >= 1 && row.tier <= 4 && !row.meaning.empty()) << row.spellings;
    for (const std::string& spelling : Split(row.spellings)) {
      EXPECT_EQ(FindKey(spelling), &row) << spelling;
      EXPECT_FALSE(SaysUnknown(ParseOffer({{spelling, List{}}}))) << spelling;
    }
  }
  EXPECT_EQ(FindKey(""), nullptr);
  EXPECT_EQ(FindKey("zzz"), nullptr);
}

TEST(TablesTest, EveryPrefixTakesAValue) {
  const auto value = [](PrefixAction action) -> std::string {
    switch (action) {
      case PrefixAction::kReplace:
        return "origin";
      case PrefixAction::kRtcpMux:
        return "offer";
      case PrefixAction::kBundle:
        return "reject";
      case PrefixAction::kSdes:
        return "off";
      case PrefixAction::kOsrtp:
        return "accept-RFC";
      case PrefixAction::kEndpointLearning:
        return "heuristic";
      case PrefixAction::kT38:
        return "decode";
      case PrefixAction::kSdpAttrSubstitute:
        return "audio-a>b";
      case PrefixAction::kSdpAttrAdd:
      case PrefixAction::kSdpAttrRemove:
        return "none-a:1";
      default:
        return "PCMU/8000";
    }
  };
  for (const PrefixRow& row : PrefixRows()) {
    const std::string flag = std::string(row.prefix) + value(row.action);
    EXPECT_EQ(FindPrefix(flag), &row) << flag;
    EXPECT_EQ(FindFlag(flag), nullptr) << flag;
    const Request request = ParseOffer({{"flags", List{flag}}});
    EXPECT_FALSE(SaysUnknown(request)) << flag;
    if (row.action == PrefixAction::kOsrtp) continue;  // said by the word
    EXPECT_EQ(request.warnings.empty(), row.implemented) << flag;
    EXPECT_EQ(FindPrefix(row.prefix), nullptr) << "wants something behind it";
  }
}

TEST(TablesTest, NoWordIsAmbiguous) {
  for (const auto& words :
       {IceWords(), IceLiteWords(), DtlsWords(), SdesWords(), OsrtpWords(), BundleWords(),
        EndpointLearningWords(), MediaEchoWords(), AllWords(), RecordCallWords(), AliasKeyWords(),
        SipMessageTypeWords(), SectionWords(), SwitchWords(), DtmfSecurityWords()}) {
    std::set<std::string> seen;
    for (const Word& word : words) {
      for (const std::string& spelling : Split(word.spellings)) {
        EXPECT_TRUE(seen.insert(spelling).second) << spelling;
        EXPECT_EQ(Canonical(words, spelling), word.canonical);
      }
    }
    EXPECT_EQ(Canonical(words, "perhaps"), "");
  }
}

TEST(TablesTest, ReplaceWords) {
  for (const FlagWord& word : ReplaceWords()) {
    for (const std::string& spelling : Split(word.spellings)) {
      EXPECT_TRUE(ParseOffer({{"replace", List{spelling}}}).Has(word.flag)) << spelling;
      EXPECT_TRUE(ParseOffer({{"flags", List{"replace-" + spelling}}}).Has(word.flag)) << spelling;
    }
  }
}

}  // namespace
}  // namespace controld::ng
