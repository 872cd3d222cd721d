// Where a JSON object ends, in one piece and octet by octet.
#include "controld/json/scanner.h"

#include <gtest/gtest.h>

#include <string>

namespace controld::json {
namespace {

using Result = Scanner::Result;

TEST(JsonScannerTest, EndsWithTheObject) {
  const std::string objects[] = {
      "{}", R"({"a":"}"})", R"({"a":[{"b":"]}\""}]})", R"({"a":"\\"})", R"({ "a" : { } })",
  };
  for (const std::string& object : objects) {
    Scanner whole;
    EXPECT_EQ(whole.Scan(object + "{next"), Result::kComplete) << object;
    EXPECT_EQ(whole.length(), object.size()) << object;
    Scanner slow;
    for (size_t n = 0; n < object.size(); ++n) {
      EXPECT_EQ(slow.Scan(object.substr(0, n)), Result::kIncomplete) << object << " at " << n;
    }
    EXPECT_EQ(slow.Scan(object), Result::kComplete) << object;
    EXPECT_EQ(slow.length(), object.size()) << object;
  }
}

TEST(JsonScannerTest, OnlyObjects) {
  EXPECT_EQ(Scanner().Scan("[]"), Result::kInvalid);
  EXPECT_EQ(Scanner().Scan("x"), Result::kInvalid);
  EXPECT_EQ(Scanner().Scan(R"({"a":"b\"})"), Result::kIncomplete);
}

}  // namespace
}  // namespace controld::json
