// docs/ng.md is what the tables say, and the lint says what the parser does.
#include "controld/ng/reference.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

#include "controld/ng/flag_table.h"
#include "controld/ng/key_table.h"
#include "controld/ng/lint.h"

namespace controld::ng {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

TEST(ReferenceTest, TheDocumentIsUpToDate) {
  // This file's place in the source tree.
  const auto root = std::filesystem::path(__FILE__).parent_path() / "../../../..";
  std::ifstream file(root / "docs/ng.md");
  std::ostringstream text;
  text << file.rdbuf();
  EXPECT_TRUE(text.str() == ReferenceText())
      << "docs/ng.md does not say what the tables say: run rtpctl ng reference > docs/ng.md";
}

TEST(ReferenceTest, EveryKeyHasAnExampleThatNamesIt) {
  for (const KeyRow& row : KeyRows()) {
    const std::string_view name = row.spellings.substr(0, row.spellings.find('|'));
    EXPECT_TRUE(KeyExample(name).starts_with(std::string(name) + "=")) << name;
  }
}

TEST(ReferenceTest, EveryFlagIsInIt) {
  const std::string text = ReferenceText();
  for (const FlagRow& row : FlagRows()) {
    EXPECT_THAT(text, HasSubstr("| `" + std::string(row.spellings.substr(0, row.spellings.find('|')))));
  }
}

TEST(LintTest, KnownThings) {
  const auto entries = LintFlags(
      "trust-address  replace-origin codec=[strip=[PCMA PCMU]] RTP/SAVP external SRTP "
      "codec-strip-G722 to-tag=x");
  ASSERT_EQ(entries.size(), 8u);
  for (const LintEntry& entry : entries) {
    EXPECT_EQ(entry.verdict, LintVerdict::kGood) << entry.item;
    EXPECT_FALSE(entry.meaning.empty()) << entry.item;
    EXPECT_THAT(entry.warnings, IsEmpty()) << entry.item;
  }
  EXPECT_EQ(entries[0].meaning, "use the address in the SDP");
  EXPECT_EQ(entries[2].item, "codec=[strip=[PCMA PCMU]]");
}

TEST(LintTest, WhatIsWrong) {
  const auto verdict = [](std::string_view text) {
    const auto entries = LintFlags(text);
    return entries.size() == 1 ? std::string(LintVerdictName(entries[0].verdict)) : "?";
  };
  EXPECT_EQ(verdict("frobnicate"), "unknown");
  EXPECT_EQ(verdict("frobnicate=[a b]"), "unknown");
  EXPECT_EQ(verdict("replace=[origin nonsense]"), "unknown");
  EXPECT_EQ(verdict("symmetric"), "deprecated");
  EXPECT_EQ(verdict("reorder-codecs"), "deprecated");
  for (const FlagRow& row : FlagRows()) {
    if (row.implemented) continue;
    EXPECT_EQ(verdict(row.spellings.substr(0, row.spellings.find_first_of("| "))), "not supported yet")
        << row.spellings;
  }
  for (const KeyRow& row : KeyRows()) {
    if (row.implemented || row.spellings == "blob") continue;  // octets have no form as text
    EXPECT_EQ(verdict(KeyExample(row.spellings.substr(0, row.spellings.find('|')))),
              "not supported yet")
        << row.spellings;
  }
  EXPECT_EQ(verdict("mix"), "not supported yet") << "a command with it is refused";
  EXPECT_THAT(LintFlags("frobnicate")[0].warnings,
              ElementsAre("Unknown flag encountered: 'frobnicate'"));
  EXPECT_THAT(LintFlags("   "), IsEmpty());
}

}  // namespace
}  // namespace controld::ng
