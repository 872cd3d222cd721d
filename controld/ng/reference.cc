#include "controld/ng/reference.h"

#include "controld/ng/bare_words.h"
#include "controld/ng/commands.h"
#include "controld/ng/flag_table.h"
#include "controld/ng/key_table.h"
#include "controld/ng/words.h"
#include "proto/base/text.h"

namespace controld::ng {
namespace {

constexpr std::string_view kHead =
    R"(# NG: commands, keys, flags

<!-- Made by `rtpctl ng reference > docs/ng.md` from the tables of controld/ng; a test compares. Do not edit. -->

How messages travel, are encoded and answered: [operations.md](operations.md#control-transports). Names are compared exactly;
spellings of one row mean the same. `rtpctl ng lint '<flags>'` explains a text of rtpp-flags, item by item.

An example is an item of rtpp-flags (in a dictionary the key has the same name), or a request in JSON where rtpp-flags cannot say
it. In items of lists `--` stands for `=` and `..` for a space. What is marked *no* is understood, has no effect, and is
reported in the log each time, with the reason; so is a value that a key does not take: it is ignored.
)";

// "a|b" → "`a` `b`": a bar would end the cell.
std::string Spellings(std::string_view spellings) {
  std::string out;
  while (true) {
    const size_t bar = spellings.find('|');
    base::StrAppend(&out, out.empty() ? "`" : " `", spellings.substr(0, bar), "`");
    if (bar == spellings.npos) return out;
    spellings.remove_prefix(bar + 1);
  }
}

std::string State(const Status& status) {
  switch (status.effect) {
    case Effect::kFull:
      return "yes";
    case Effect::kAnyway:
      return base::StrCat("so anyway: ", status.why);
    case Effect::kPartly:
      return base::StrCat("*in part*: ", status.why);
    case Effect::kObsolete:
      return base::StrCat("ignored, obsolete: ", status.why);
    case Effect::kNone:
      return base::StrCat("*no*: ", status.why);
  }
  return {};
}

// A space would end an item.
std::string Escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == ' ') {
      out += "..";
    } else {
      out.push_back(c);
    }
  }
  return out;
}

const Status& StateOf(const PrefixRow& row) {
  const KeyRow& key = *FindKey(row.key);
  const std::string_view name = row.member.empty() ? row.sample : row.member;
  const Word* word = key.grammar.words ? FindWord(key.grammar.words(), name) : nullptr;
  return word ? WordStatus(key, *word) : key.status;
}

std::string PrefixMeaning(const PrefixRow& row) {
  if (row.member.empty()) return std::string(row.meaning);
  return base::StrCat(row.meaning, ": ", FindWord(CodecMembers(), row.member)->meaning);
}

void AppendCommands(std::string* out) {
  *out += "\n## Commands\n\n| `command` | Short name | Keys |\n|---|---|---|\n";
  for (const CommandRow& row : CommandRows()) {
    base::StrAppend(out, "| `", row.name, "` | ", row.short_name, " | ");
    if (row.common_parser) {
      *out += "the common ones, rtpp-flags, templates |\n";
      continue;
    }
    std::string keys;
    for (const LiteralKeyRow& literal : LiteralKeyRows()) {
      if (literal.command != row.command) continue;
      base::StrAppend(&keys, keys.empty() ? "" : "; ", "`", literal.key.name(), "` ",
                      literal.key.meaning, ", e.g. `", literal.key.example, "`");
    }
    base::StrAppend(out, keys.empty() ? "none" : keys, " |\n");
  }
}

void AppendKeys(std::string* out) {
  *out += "\n## Keys\n\n| Key | Meaning | Takes | Works | Example |\n|---|---|---|---|---|\n";
  for (const KeyRow& row : KeyRows()) {
    const bool words = row.grammar.words != nullptr;
    base::StrAppend(out, "| ", Spellings(row.spellings), " | ", row.meaning, " | ",
                    words ? "[words](#words-as-values)" : Takes(row.grammar), " | ",
                    State(row.status), " | `", KeyExample(row), "` |\n");
  }
}

void AppendFlags(std::string* out) {
  *out +=
      "\n## Flags\n\nAs items of `flags`, or as bare words of rtpp-flags.\n\n"
      "| Flag | Meaning | Works | Example |\n|---|---|---|---|\n";
  for (const FlagRow& row : FlagRows()) {
    base::StrAppend(out, "| ", Spellings(row.spellings), " | ", row.meaning, " | ",
                    State(row.status), " | `", row.name(), "` |\n");
  }
  *out +=
      "\n## Flags with a value\n\nThe prefix, and what follows it: a word of the key below, or a "
      "value of it.\n\n"
      "| Prefix | Meaning | Key | Works | Example |\n|---|---|---|---|---|\n";
  for (const PrefixRow& row : PrefixRows()) {
    base::StrAppend(out, "| `", row.prefix, "` | ", PrefixMeaning(row), " | `", row.key, "` | ",
                    State(StateOf(row)), " | `", row.prefix, row.sample, "` |\n");
  }
}

void AppendBareWords(std::string* out) {
  *out +=
      "\n## Words of rtpp-flags alone\n\nThey compose one `transport-protocol`, applied at the end "
      "of the text; "
      "`internal` and `external` name interfaces.\n\n"
      "| Word | Meaning | Example |\n|---|---|---|\n";
  for (const TransportWord& word : TransportCompositionWords()) {
    base::StrAppend(out, "| `", word.text, "` | ", word.meaning, " | `", word.text, "` |\n");
  }
  for (const DirectionWord& word : DirectionWords()) {
    base::StrAppend(out, "| `", word.text, "` | ", word.meaning, " | `", word.text, "` |\n");
  }
}

void AppendWords(const KeyRow& key, std::string* out) {
  base::StrAppend(out, "\n### `", key.name(), "`\n\n| ",
                  key.grammar.kind == Grammar::Kind::kMembers ? "Member" : "Word",
                  " | Meaning | Works | Example |\n|---|---|---|---|\n");
  for (const Word& word : key.grammar.words()) {
    base::StrAppend(out, "| ", Spellings(word.spellings), " | ", word.meaning, " | ",
                    State(WordStatus(key, word)), " | `", WordExample(key, word), "` |\n");
  }
}

void AppendSdpAttrCommands(std::string* out) {
  *out += "\n#### In each section of `sdp-attr`\n\n| Member | Meaning | Example |\n|---|---|---|\n";
  for (const Word& word : SdpAttrCommands()) {
    base::StrAppend(out, "| `", word.canonical, "` | ", word.meaning, " | `", SdpAttrExample(word),
                    "` |\n");
  }
}

}  // namespace

std::string SdpAttrExample(const Word& command) {
  return base::StrCat("sdp-attr=[audio=[", command.canonical, "=", command.sample, "]]");
}

std::string KeyExample(const KeyRow& key) {
  if (key.example.starts_with('{')) return std::string(key.example);
  return base::StrCat(key.name(), "=", key.example);
}

std::string WordExample(const KeyRow& key, const Word& word) {
  const std::string_view name = word.spellings.substr(0, word.spellings.find('|'));
  switch (key.grammar.kind) {
    case Grammar::Kind::kMembers:
      // A list of dictionaries has no form as text.
      if (key.example.starts_with('{')) return std::string(key.example);
      return base::StrCat(key.name(), "=[", name, "=", word.sample, "]");
    case Grammar::Kind::kWords:
      return base::StrCat(key.name(), "=[", Escaped(name), word.form() ? word.sample : "", "]");
    default:
      return base::StrCat(key.name(), "=", name);
  }
}

const Status& WordStatus(const KeyRow& key, const Word& word) {
  return key.status.effect == Effect::kFull ? word.status : key.status;
}

std::string ReferenceText() {
  std::string out(kHead);
  AppendCommands(&out);
  AppendKeys(&out);
  AppendFlags(&out);
  AppendBareWords(&out);
  out += "\n## Words as values\n\nWords of a list may be given one by one, too: `ICE=remove`.\n";
  for (const KeyRow& row : KeyRows()) {
    if (row.grammar.words != nullptr) AppendWords(row, &out);
    if (row.grammar.words == AttributeSectionWords) AppendSdpAttrCommands(&out);
  }
  return out;
}

}  // namespace controld::ng
