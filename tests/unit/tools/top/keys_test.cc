// What is typed in rtpctl top: keys, escape sequences whole and cut, and what is none.
#include "tools/rtpctl/top/keys.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace rtpctl::top {

void PrintTo(const KeyPress& key, std::ostream* out) {
  *out << static_cast<int>(key.key) << "/" << static_cast<int>(key.character);
}

namespace {

using testing::ElementsAre;
using testing::IsEmpty;

KeyPress Of(Key key) { return {key, 0}; }
KeyPress Of(char character) { return {Key::kCharacter, character}; }

TEST(KeyReader, KeysOfDifferentTerminals) {
  const struct {
    std::string octets;
    Key key;
  } cases[] = {
      {"\033[A", Key::kUp},        {"\033OA", Key::kUp},          {"\033[1;5B", Key::kDown},
      {"\033[C", Key::kRight},     {"\033[D", Key::kLeft},        {"\033[5~", Key::kPageUp},
      {"\033[6~", Key::kPageDown}, {"\033[6;2~", Key::kPageDown}, {"\033[H", Key::kHome},
      {"\033OH", Key::kHome},      {"\033[1~", Key::kHome},       {"\033[7~", Key::kHome},
      {"\033[F", Key::kEnd},       {"\033[4~", Key::kEnd},        {"\033OM", Key::kEnter},
      {"\r", Key::kEnter},         {"\n", Key::kEnter},           {"\x7f", Key::kBackspace},
      {"\b", Key::kBackspace},     {"\x03", Key::kInterrupt},     {"\x1c", Key::kInterrupt},
      {"\x1a", Key::kSuspend},     {"\x0c", Key::kRedraw},
  };
  for (const auto& c : cases) {
    KeyReader reader;
    EXPECT_THAT(reader.Feed(c.octets), ElementsAre(Of(c.key))) << testing::PrintToString(c.octets);
    EXPECT_FALSE(reader.pending());
  }
}

TEST(KeyReader, ASequenceMayComeInPieces) {
  KeyReader reader;
  EXPECT_THAT(reader.Feed("\033"), IsEmpty());
  EXPECT_TRUE(reader.pending());
  EXPECT_THAT(reader.Feed("[1"), IsEmpty());
  EXPECT_THAT(reader.Feed(";5Aq"), ElementsAre(Of(Key::kUp), Of('q')));
}

TEST(KeyReader, ALoneEscapeIsAKeyWhenNothingFollows) {
  KeyReader reader;
  EXPECT_THAT(reader.Feed("\033"), IsEmpty());
  EXPECT_THAT(reader.Flush(), ElementsAre(Of(Key::kEscape)));
  EXPECT_THAT(reader.Flush(), IsEmpty());
  EXPECT_THAT(reader.Feed("\033q"), ElementsAre(Of(Key::kEscape), Of('q')));
  EXPECT_THAT(reader.Feed("\033\033[A"), ElementsAre(Of(Key::kEscape), Of(Key::kUp)));
  EXPECT_THAT(reader.Feed("\033[1"), IsEmpty());
  EXPECT_THAT(reader.Flush(), IsEmpty());  // half a sequence is no key
  EXPECT_THAT(reader.Feed("2"), ElementsAre(Of('2')));
}

TEST(KeyReader, WhatMeansNothingIsSwallowedWhole) {
  for (const std::string octets :
       {"\033[?1;2c", "\033[200~", "\033[<0;10;10M", "\033[M !q", "\033]11;rgb:qqqq\007",
        "\033]0;q\033\\", "\033P1$rq\033\\", "\033[[A", "\033Ox", "\xc3\xa4", "\x01", "\t"}) {
    KeyReader reader;
    EXPECT_THAT(reader.Feed(octets), IsEmpty()) << testing::PrintToString(octets);
    EXPECT_THAT(reader.Feed("q"), ElementsAre(Of('q'))) << testing::PrintToString(octets);
  }
}

TEST(KeyReader, InterruptWorksInTheMiddleOfGarbage) {
  KeyReader reader;
  EXPECT_THAT(reader.Feed("\033[12\003"), ElementsAre(Of(Key::kInterrupt)));
}

TEST(KeyReader, EndlessSequencesEnd) {
  KeyReader reader;
  reader.Feed("\033[" + std::string(200, ';'));
  reader.Feed("\033]" + std::string(5000, 'x'));
  EXPECT_FALSE(reader.pending());
  EXPECT_THAT(reader.Feed("q"), ElementsAre(Of('q')));
}

}  // namespace
}  // namespace rtpctl::top
