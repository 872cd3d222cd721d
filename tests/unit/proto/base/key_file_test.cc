// The dialect of the configuration file, rule by rule (config.md §1).
#include "proto/base/key_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "proto/base/text.h"

namespace base {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

std::string ErrorOf(const absl::Status& status) { return std::string(Message(status)); }

// The raw value of [a] k, or the error.
std::string ValueOfK(std::string_view text) {
  const auto file = KeyFile::Parse(text);
  if (!file.ok()) return "error " + ErrorOf(file.status());
  const KeyFile::Section* section = file->Find("a");
  if (section == nullptr) return "no section";
  const KeyFile::Entry* entry = section->Find("k");
  return entry == nullptr ? "no key" : entry->value;
}

TEST(KeyFileTest, KeysAndValues) {
  EXPECT_EQ(ValueOfK("[a]\nk = 61\n"), "61");
  EXPECT_EQ(ValueOfK("[a]\nk=62\n"), "62");
  EXPECT_EQ(ValueOfK("[a]\nk \t =  \t 63\n"), "63");
  EXPECT_EQ(ValueOfK("[a]\nk = 70"), "70");
  EXPECT_EQ(ValueOfK("[a]\nk ="), "");
  EXPECT_EQ(ValueOfK("[a]\r\nk = 69\r\n"), "69");
  EXPECT_EQ(ValueOfK("[a]\nk = a=b\n"), "a=b");
  EXPECT_EQ(ValueOfK("[a]\nk = \"abc\"\n"), "\"abc\"");
  EXPECT_EQ(ValueOfK("[a]\nk = abc # comment\n"), "abc # comment");
  EXPECT_EQ(ValueOfK("  [a]  \n  k = 1  \n"), "1");
}

TEST(KeyFileTest, LastDuplicateWinsAndSectionsMerge) {
  EXPECT_EQ(ValueOfK("[a]\nk = 64\nk = 65\n"), "65");
  EXPECT_EQ(ValueOfK("[a]\nk = 66\n[b]\nk = 1\n[a]\nj = 2\n"), "66");
  const auto file = KeyFile::Parse("[a]\nk = 1\n\n[b]\n[a]\nk = 2\n");
  ASSERT_TRUE(file.ok());
  ASSERT_EQ(file->sections().size(), 2u);
  EXPECT_EQ(file->Find("a")->line, 1);
  EXPECT_EQ(file->Find("a")->entries.size(), 1u);
  EXPECT_EQ(file->Find("a")->Find("k")->line, 6);
  EXPECT_THAT(file->Find("b")->entries, IsEmpty());
}

TEST(KeyFileTest, CommentsAreWholeLines) {
  EXPECT_EQ(ValueOfK("# first\n\n   # timeout = 5\n[a]\nk = 1\n#k = 2\n"), "1");
  EXPECT_EQ(ValueOfK("[a]\n; k = 5\nk = 1\n"), "1");  // a key named "; k"
  EXPECT_EQ(ValueOfK("[a]\n# m\xfcller\nk = 1\n"), "1");
}

TEST(KeyFileTest, KeysAreTakenLiterally) {
  EXPECT_EQ(ValueOfK("[a]\nK = 1\n"), "no key");
  EXPECT_EQ(ValueOfK("[a]\nk[de] = 1\n"), "no key");
  EXPECT_EQ(ValueOfK("[a]\ntime out = 1\n"), "no key");
  EXPECT_EQ(ValueOfK("[ a ]\nk = 1\n"), "no section");
  EXPECT_EQ(ValueOfK("[A]\nk = 1\n"), "no section");
  EXPECT_EQ(ValueOfK(""), "no section");
}

TEST(KeyFileTest, WhatIsNotTheDialectNamesItsLine) {
  EXPECT_THAT(ValueOfK("[a]\nk: 63\n"), HasSubstr("error line 2: “k: 63” is not a key-value pair"));
  EXPECT_THAT(ValueOfK("[a]\nk = abc\\\ndef\n"), HasSubstr("line 3: “def”"));
  EXPECT_THAT(ValueOfK("\xef\xbb\xbf[a]\nk = 1\n"), HasSubstr("error line 1:"));
  EXPECT_THAT(ValueOfK("\nk = 1\n[a]\n"), HasSubstr("line 2: a key before the first [section]"));
  EXPECT_THAT(ValueOfK("[a\nk = 1\n"), HasSubstr("line 1"));
  EXPECT_THAT(ValueOfK("[a] x\nk = 1\n"), HasSubstr("line 1"));
  EXPECT_THAT(ValueOfK("[]\n"), HasSubstr("invalid section name"));
  EXPECT_THAT(ValueOfK("[a]\n= 1\n"), HasSubstr("line 2"));
  EXPECT_THAT(ValueOfK("[a]\nk[ = 1\n"), HasSubstr("invalid key"));
  EXPECT_THAT(ValueOfK("[a]\n; junk\n"), HasSubstr("line 2"));
  EXPECT_THAT(ValueOfK(std::string("[a]\nk = 1\0\n", 11)), HasSubstr("NUL"));
}

TEST(DecodeTest, Strings) {
  EXPECT_EQ(*DecodeString("a\\sb\\tc\\\\\\n\\r"), "a b\tc\\\n\r");
  EXPECT_EQ(*DecodeString("müller"), "müller");
  EXPECT_EQ(*DecodeString("a;b"), "a;b");
  EXPECT_THAT(ErrorOf(DecodeString("a\\qb").status()), HasSubstr("unknown escape \\q"));
  EXPECT_THAT(ErrorOf(DecodeString("abc\\").status()), HasSubstr("at the end"));
  for (const char* bad : {"m\xfcller", "\xc0\x80", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xe2\x82",
                          "\xe0\x80\x80", "\xf0\x80\x80\x80", "\x80"}) {
    EXPECT_THAT(ErrorOf(DecodeString(bad).status()), HasSubstr("UTF-8"));
  }
}

TEST(DecodeTest, Lists) {
  EXPECT_THAT(*DecodeList("a/1;b/2"), ElementsAre("a/1", "b/2"));
  EXPECT_THAT(*DecodeList("a ; b"), ElementsAre("a", "b"));
  EXPECT_THAT(*DecodeList("a;"), ElementsAre("a"));
  EXPECT_THAT(*DecodeList("a;;b"), ElementsAre("a", "", "b"));
  EXPECT_THAT(*DecodeList("a,b"), ElementsAre("a,b"));
  EXPECT_THAT(*DecodeList(""), IsEmpty());
  EXPECT_THAT(*DecodeList("a\\;b;c"), ElementsAre("a;b", "c"));
  EXPECT_FALSE(DecodeList("a;\\q").ok());
}

TEST(DecodeTest, Integers) {
  EXPECT_EQ(*DecodeInteger("67 # comment"), 67);
  EXPECT_EQ(*DecodeInteger("67\tx"), 67);
  EXPECT_EQ(*DecodeInteger("-7"), -7);
  EXPECT_EQ(*DecodeInteger("+7"), 7);
  EXPECT_EQ(*DecodeInteger("0270"), 270);  // decimal only
  for (const char* bad : {"", "0xb8", "abc", "30000x", "1.5", "\"68\"", "--1", "99999999999999999999"}) {
    EXPECT_FALSE(DecodeInteger(bad).ok()) << bad;
  }
}

TEST(DecodeTest, DoublesAndBooleans) {
  EXPECT_DOUBLE_EQ(*DecodeDouble("1.5"), 1.5);
  EXPECT_DOUBLE_EQ(*DecodeDouble("-2"), -2);
  for (const char* bad : {"", "x", "1.5 # c", "nan", "inf", "1e999"}) {
    EXPECT_FALSE(DecodeDouble(bad).ok()) << bad;
  }
  EXPECT_TRUE(*DecodeBool("true"));
  EXPECT_TRUE(*DecodeBool("1"));
  EXPECT_FALSE(*DecodeBool("false"));
  EXPECT_FALSE(*DecodeBool("0"));
  for (const char* bad : {"", "yes", "True", "on", "2"}) EXPECT_FALSE(DecodeBool(bad).ok()) << bad;
}

}  // namespace
}  // namespace base
