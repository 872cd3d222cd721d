// JSON as NG messages use it (ng-protocol.md §3): what becomes of each kind of value, and what is
// written.
#include <gtest/gtest.h>

#include <limits>
#include <string>

#include "controld/json/decode.h"
#include "controld/json/encode.h"

namespace controld::json {
namespace {

using ng::Dictionary;
using ng::List;
using ng::Value;

std::string Text(const Value& value) {
  std::string out;
  Encode(value, &out);
  return out;
}

TEST(JsonDecodeTest, Values) {
  const auto decoded = Decode(
      R"( {"s":"F\u00fc\u2603\"\\\r\n","i":-5,"f":2.9,"t":true,"n":null,"l":[1,null,"a",false],"d":{"x":{}}} )"
      "\r\n");
  ASSERT_TRUE(decoded.ok()) << decoded.status();
  Dictionary x;
  x.Add("x", Dictionary());
  Dictionary expected;
  expected.Add("s", "F\xc3\xbc\xe2\x98\x83\"\\\r\n");
  expected.Add("i", -5);
  expected.Add("f", 2);
  expected.Add("t", 1);
  expected.Add("l", List{1, "a", 0});
  expected.Add("d", x);
  EXPECT_TRUE(*decoded == expected) << Text(*decoded);
}

TEST(JsonDecodeTest, NumbersBeyondTheRangeStopAtItsEnds) {
  const auto decoded =
      Decode(R"({"a":18446744073709551615,"b":1e300,"c":-1e300,"d":9223372036854775807})");
  ASSERT_TRUE(decoded.ok());
  constexpr int64_t kMax = std::numeric_limits<int64_t>::max();
  EXPECT_EQ(*decoded->Find("a")->integer(), kMax);
  EXPECT_EQ(*decoded->Find("b")->integer(), kMax);
  EXPECT_EQ(*decoded->Find("c")->integer(), std::numeric_limits<int64_t>::min());
  EXPECT_EQ(*decoded->Find("d")->integer(), kMax);
}

TEST(JsonDecodeTest, RepeatedKeyKeepsItsPlaceAndTakesTheLastValue) {
  EXPECT_EQ(Text(*Decode(R"({"command":"query","x":1,"command":"ping"})")),
            R"({"command":"ping","x":1})");
  // The same beyond the size at which members are hashed.
  std::string text = "{";
  for (int i = 0; i < 100; ++i)
    text += "\"k" + std::to_string(i % 40) + "\":" + std::to_string(i) + ",";
  text.back() = '}';
  const auto decoded = Decode(text);
  ASSERT_TRUE(decoded.ok());
  ASSERT_EQ(decoded->size(), 40u);
  EXPECT_EQ(decoded->entries()[0].first, "k0");
  EXPECT_EQ(*decoded->Find("k0")->integer(), 80);
  EXPECT_EQ(*decoded->Find("k39")->integer(), 79);
}

TEST(JsonDecodeTest, Refuses) {
  for (const std::string_view text :
       {"", "{", R"({"command")", R"({"command":"ping")", R"({"a":"\x"})", "{]", "{}}",
        R"({"a":1}{"b":2})", "{'a':1}", "{\"a\":\"\xff\"}", "nul"}) {
    EXPECT_EQ(Decode(text).status().code(), absl::StatusCode::kInvalidArgument) << text;
  }
  EXPECT_EQ(Decode("[1]").status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(Decode("5").status().code(), absl::StatusCode::kFailedPrecondition);
}

TEST(JsonDecodeTest, LimitsDepthAndElements) {
  const auto nested = [](int depth) {
    return "{\"a\":" + std::string(static_cast<size_t>(depth), '[') +
           std::string(static_cast<size_t>(depth), ']') + "}";
  };
  EXPECT_TRUE(Decode(nested(31)).ok());
  EXPECT_EQ(Decode(nested(32)).status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_FALSE(Decode("{\"a\":" + std::string(60'000, '[')).ok());
  EXPECT_TRUE(Decode(R"({"a":[1,2,3]})", {.elements = 5}).ok());
  EXPECT_FALSE(Decode(R"({"a":[1,2,3,4]})", {.elements = 5}).ok());
}

TEST(JsonEncodeTest, Strings) {
  EXPECT_EQ(Text("a\"b\\c\r\n\t\x01\x7f"), R"("a\"b\\c\r\n\t\u0001\u007f")");
  EXPECT_EQ(Text("F\xc3\xbc\xe2\x98\x83\xf0\x9f\x98\x80"),
            "\"F\xc3\xbc\xe2\x98\x83\xf0\x9f\x98\x80\"");
  // What is not UTF-8 is read as ISO 8859-1: single octets, overlong forms, surrogates, cut-off
  // sequences.
  EXPECT_EQ(Text("F\xfc"), R"("F\u00fc")");
  EXPECT_EQ(Text("\xc0\x80"), R"("\u00c0\u0080")");
  EXPECT_EQ(Text("\xed\xa0\x80"), R"("\u00ed\u00a0\u0080")");
  EXPECT_EQ(Text("\xe2\x98"), R"("\u00e2\u0098")");
  EXPECT_EQ(Text("\xf4\x90\x80\x80"), R"("\u00f4\u0090\u0080\u0080")");
}

TEST(JsonEncodeTest, EveryOctetStringBecomesValidJson) {
  for (int high = 0; high < 256; ++high) {
    for (int low = 0; low < 256; ++low) {
      Dictionary reply;
      reply.Add(std::string(1, static_cast<char>(low)),
                std::string{static_cast<char>(high), static_cast<char>(low)});
      std::string text;
      Encode(reply, &text);
      ASSERT_TRUE(Decode(text).ok()) << text;
    }
  }
}

TEST(JsonRoundTripTest, DecodeUndoesEncode) {
  Dictionary inner;
  inner.Add("average MOS", 43);
  Dictionary reply;
  reply.Add("created", int64_t{1} << 60);
  reply.Add("sdp", "v=0\r\ns=F\xc3\xbc\r\n");
  reply.Add("list", List{inner, List{}, "x", -1});
  reply.Add("result", "ok");
  std::string text;
  Encode(reply, &text);
  const auto decoded = Decode(text);
  ASSERT_TRUE(decoded.ok());
  EXPECT_TRUE(*decoded == reply) << text;
}

}  // namespace
}  // namespace controld::json
