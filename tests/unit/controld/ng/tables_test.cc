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
      const bool silent =
          row.status.effect == Effect::kFull || row.status.effect == Effect::kAnyway;
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
  for (const PrefixRow& row : PrefixRows()) {
    const std::string flag = std::string(row.prefix) + std::string(row.sample);
    EXPECT_EQ(FindPrefix(flag), &row) << flag;
    EXPECT_EQ(FindFlag(flag), nullptr) << flag;
    EXPECT_NE(FindKey(row.key), nullptr) << flag;
    EXPECT_FALSE(SaysUnknown(ParseOffer({{"flags", List{flag}}}))) << flag;
    EXPECT_EQ(FindPrefix(row.prefix), nullptr) << "wants something behind it";
  }
}

TEST(TablesTest, NoWordIsAmbiguous) {
  for (const KeyRow& row : KeyRows()) {
    if (row.grammar.words == nullptr) continue;
    const Words words = row.grammar.words();
    std::set<std::string> seen;
    for (const Word& word : words) {
      EXPECT_FALSE(word.meaning.empty()) << word.spellings;
      if (word.form()) {
        EXPECT_EQ(FindForm(words, std::string(word.spellings) + std::string(word.sample)), &word);
        EXPECT_EQ(FindForm(words, word.spellings), nullptr) << "wants something behind it";
        EXPECT_EQ(FindWord(words, word.spellings), nullptr);
        continue;
      }
      for (const std::string& spelling : Split(word.spellings)) {
        EXPECT_TRUE(seen.insert(spelling).second) << row.name() << " " << spelling;
        EXPECT_EQ(Canonical(words, spelling), word.canonical);
      }
    }
    EXPECT_EQ(Canonical(words, "perhaps"), "") << row.name();
  }
}

TEST(TablesTest, ReplaceWords) {
  for (const Word& word : ReplaceWords()) {
    if (word.flag == Flag::kCount) continue;  // obsolete
    for (const std::string& spelling : Split(word.spellings)) {
      EXPECT_TRUE(ParseOffer({{"replace", List{spelling}}}).Has(word.flag)) << spelling;
      EXPECT_TRUE(ParseOffer({{"flags", List{"replace-" + spelling}}}).Has(word.flag)) << spelling;
    }
  }
}

}  // namespace
}  // namespace controld::ng
