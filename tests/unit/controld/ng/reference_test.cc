// docs/ng.md is what the tables say, and each of its examples is what the parser takes.
#include "controld/ng/reference.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

#include "controld/json/decode.h"
#include "controld/ng/bare_words.h"
#include "controld/ng/flag_table.h"
#include "controld/ng/lint.h"
#include "controld/ng/parse_request.h"

namespace controld::ng {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

const Templates& SomeTemplates() {
  static const Templates templates = {{"webrtc", "WebRTC"}};
  return templates;
}

// What an example of an entry in this state has to come to.
Verdict Expected(const Status& status) {
  switch (status.effect) {
    case Effect::kFull:
    case Effect::kAnyway:
      return Verdict::kGood;
    case Effect::kPartly:
      return Verdict::kPartly;
    case Effect::kObsolete:
      return Verdict::kDeprecated;
    case Effect::kNone:
      return Verdict::kNotSupported;
  }
  return Verdict::kUnknown;
}

// An example, through the lint and through the parser as a client's request.
void Check(const std::string& example, const Status& status) {
  SCOPED_TRACE(example);
  const ParseOptions options{.encoding = Encoding::kJson, .templates = &SomeTemplates()};
  if (status.effect != Effect::kFull) {
    EXPECT_FALSE(status.why.empty());
  }
  const bool silent = status.effect == Effect::kFull || status.effect == Effect::kAnyway;
  Dictionary dictionary;
  if (example.starts_with('{')) {
    auto decoded = json::Decode(example);
    ASSERT_TRUE(decoded.ok()) << decoded.status();
    dictionary.Add("command", "offer");
    for (const auto& [key, value] : decoded->entries()) {
      if (key != "command") dictionary.Add(key, value);
    }
  } else {
    dictionary.Add("command", "offer");
    dictionary.Add("rtpp-flags", example);
    const auto entries = LintFlags(example, Command::kOffer, options);
    ASSERT_EQ(entries.size(), 1u) << "one item";
    EXPECT_EQ(VerdictName(entries[0].verdict), VerdictName(Expected(status)));
    EXPECT_FALSE(entries[0].meaning.empty());
    if (status.effect == Effect::kAnyway) {
      EXPECT_THAT(entries[0].meaning, HasSubstr(std::string(status.why)));
    }
  }
  const Request request = ParseRequest(dictionary, options);
  EXPECT_EQ(request.error, "");
  if (silent) {
    EXPECT_THAT(request.warnings, IsEmpty());
  } else {
    ASSERT_EQ(request.warnings.size(), 1u);
    EXPECT_THAT(request.warnings[0], Not(HasSubstr("Unknown")));
    if (status.effect != Effect::kObsolete) {
      EXPECT_THAT(request.warnings[0], HasSubstr(std::string(status.why)));
    }
  }
}

TEST(ReferenceTest, TheDocumentIsUpToDate) {
  // This file's place in the source tree.
  const auto root = std::filesystem::path(__FILE__).parent_path() / "../../../..";
  std::ifstream file(root / "docs/ng.md");
  std::ostringstream text;
  text << file.rdbuf();
  EXPECT_TRUE(text.str() == ReferenceText())
      << "docs/ng.md does not say what the tables say: run rtpctl ng reference > docs/ng.md";
}

TEST(ReferenceTest, NoSectionNumbersOfATextThatReadersDoNotHave) {
  EXPECT_THAT(ReferenceText(), Not(HasSubstr("§")));
}

TEST(ReferenceTest, ExamplesOfKeys) {
  for (const KeyRow& row : KeyRows()) {
    // What a word of the example has to say, it says.
    const Word* word = row.grammar.words && row.grammar.kind != Grammar::Kind::kMembers
                           ? FindWord(row.grammar.words(), row.example)
                           : nullptr;
    if (row.name() == "T.38") word = &T38Words()[0];
    Check(KeyExample(row), word ? WordStatus(row, *word) : row.status);
  }
}

TEST(ReferenceTest, ExamplesOfFlags) {
  for (const FlagRow& row : FlagRows()) Check(std::string(row.name()), row.status);
}

TEST(ReferenceTest, ExamplesOfFlagsWithAValue) {
  for (const PrefixRow& row : PrefixRows()) {
    const KeyRow* key = FindKey(row.key);
    ASSERT_NE(key, nullptr) << row.prefix;
    const std::string_view name = row.member.empty() ? row.sample : row.member;
    const Word* word = key->grammar.words ? FindWord(key->grammar.words(), name) : nullptr;
    ASSERT_TRUE(row.member.empty() || word != nullptr) << row.prefix;
    Check(std::string(row.prefix) + std::string(row.sample),
          word ? WordStatus(*key, *word) : key->status);
  }
}

TEST(ReferenceTest, ExamplesOfWords) {
  for (const KeyRow& row : KeyRows()) {
    if (row.grammar.words == nullptr) continue;
    for (const Word& word : row.grammar.words()) {
      EXPECT_FALSE(word.meaning.empty()) << row.name() << " " << word.spellings;
      // The one member that has a request refused has no example of its own.
      if (row.name() == "media" && word.canonical == "destination") continue;
      Check(WordExample(row, word), WordStatus(row, word));
    }
  }
}

TEST(ReferenceTest, ExamplesOfAttributeCommands) {
  for (const Word& word : SdpAttrCommands()) Check(SdpAttrExample(word), kYes);
}

TEST(ReferenceTest, ExamplesOfBareWords) {
  for (const TransportWord& word : TransportCompositionWords()) Check(std::string(word.text), kYes);
  for (const DirectionWord& word : DirectionWords()) Check(std::string(word.text), kYes);
}

TEST(ReferenceTest, ExamplesOfLiteralKeys) {
  for (const LiteralKeyRow& row : LiteralKeyRows()) {
    Dictionary dictionary;
    dictionary.Add("command", CommandName(row.command));
    dictionary.Add(row.key.name(), row.key.example);
    EXPECT_THAT(ParseRequest(dictionary).warnings, IsEmpty()) << row.key.name();
  }
  EXPECT_THAT(ReferenceText(), HasSubstr("| `list` | List | `limit` how many calls at most"));
}

TEST(ReferenceTest, EverythingIsInIt) {
  const std::string text = ReferenceText();
  for (const FlagRow& row : FlagRows())
    EXPECT_THAT(text, HasSubstr("| `" + std::string(row.name()) + "`"));
  for (const KeyRow& row : KeyRows())
    EXPECT_THAT(text, HasSubstr("| `" + std::string(row.name()) + "`"));
  for (const KeyRow& row : KeyRows()) {
    if (row.grammar.words == nullptr) continue;
    for (const Word& word : row.grammar.words())
      EXPECT_THAT(text, HasSubstr(std::string(word.meaning)));
  }
}

}  // namespace
}  // namespace controld::ng
