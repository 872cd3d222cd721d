// Where messages end in a stream, however it is cut into pieces.
#include "controld/bencode/scanner.h"

#include <gtest/gtest.h>

#include <string>

namespace controld::bencode {
namespace {

using Result = Scanner::Result;

TEST(BencodeScannerTest, FindsTheEndWhateverThePieces) {
  const std::string_view kValues[] = {"de",
                                      "le",
                                      "i-5e",
                                      "0:",
                                      "4:ping",
                                      "d7:command4:pinge",
                                      "d3:fool1:ad1:bi-7eee7:command4:pinge",
                                      "d1:e1:ee"};
  for (const std::string_view value : kValues) {
    const std::string stream = std::string(value) + "cookie de";
    Scanner whole;
    ASSERT_EQ(whole.Scan(stream), Result::kComplete) << value;
    EXPECT_EQ(whole.length(), value.size());
    Scanner pieces;
    for (size_t length = 0; length < value.size(); ++length) {
      ASSERT_EQ(pieces.Scan(stream.substr(0, length)), Result::kIncomplete)
          << value << " to " << length;
    }
    ASSERT_EQ(pieces.Scan(value), Result::kComplete) << value;
    EXPECT_EQ(pieces.length(), value.size());
    pieces.Reset();
    EXPECT_EQ(pieces.Scan("de"), Result::kComplete);
  }
}

TEST(BencodeScannerTest, RefusesWhatCannotBecomeAValue) {
  for (const std::string_view text :
       {"{", "e", "x", "-1:a", "d-1:a", "i5xe", ":", "99999999999999:", "i000000000000000000000000",
        "00000000000000000000000000"}) {
    Scanner scanner;
    EXPECT_EQ(scanner.Scan(text), Result::kInvalid) << text;
    EXPECT_EQ(scanner.Scan("de"), Result::kInvalid) << "final";
  }
}

}  // namespace
}  // namespace controld::bencode
