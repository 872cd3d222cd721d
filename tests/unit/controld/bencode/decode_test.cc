// Rules of the bencode decoder and encoder (ng-protocol.md §3), and that each undoes the other.
#include "controld/bencode/decode.h"

#include <gtest/gtest.h>

#include <random>
#include <string>

#include "controld/bencode/encode.h"

namespace controld::bencode {
namespace {

using ng::Dictionary;
using ng::List;
using ng::Value;

Dictionary Pairs(std::vector<Dictionary::Entry> entries) {
  Dictionary out;
  for (auto& [key, value] : entries) out.Add(key, value);
  return out;
}

struct Accepted {
  std::string_view text;
  Value value;
  size_t consumed;
};

TEST(BencodeDecodeTest, Accepts) {
  const Accepted kCases[] = {
      {"0:", "", 2},
      {"4:ping", "ping", 6},
      {"3:a\r\nxyz", "a\r\n", 5},  // raw octets; the rest is left alone
      {"i0e", 0, 3},
      {"i-7e", -7, 4},
      {"i9223372036854775807e", std::numeric_limits<int64_t>::max(), 21},
      {"i-9223372036854775808e", std::numeric_limits<int64_t>::min(), 22},
      {"le", List{}, 2},
      {"li1e1:ae", List{1, "a"}, 8},
      {"de", Dictionary(), 2},
      {"d1:bi1e1:ai2e1:bi3ee", Pairs({{"b", 1}, {"a", 2}, {"b", 3}}),
       20},  // neither sorted nor unique
      {"d7:command4:pingexyz", Pairs({{"command", "ping"}}), 17},
      // The end of the text closes what is open between two items.
      {"d7:command4:ping", Pairs({{"command", "ping"}}), 16},
      {"d1:ali1e", Pairs({{"a", List{1}}}), 8},
      {"d", Dictionary(), 1},
  };
  for (const Accepted& test : kCases) {
    const auto decoded = Decode(test.text);
    ASSERT_TRUE(decoded.ok()) << test.text << ": " << decoded.status();
    EXPECT_TRUE(decoded->value == test.value) << test.text;
    EXPECT_EQ(decoded->consumed, test.consumed) << test.text;
  }
}

TEST(BencodeDecodeTest, Refuses) {
  const std::pair<std::string_view, std::string_view> kCases[] = {
      {"", "value expected at offset 0"},
      {"x", "value expected at offset 0"},
      {"e", "value expected at offset 0"},
      {"07:command", "leading zero in a length at offset 0"},
      {"d7:command04:pinge", "leading zero in a length at offset 10"},
      {"d7:command-4:pinge", "value expected at offset 10"},
      {"d7:command+4:pinge", "value expected at offset 10"},
      {"d7:command40:pinge", "string length beyond the end at offset 10"},
      {"99999999999999999999999999:x", "string length beyond the end at offset 0"},
      {"d7:comm", "string length beyond the end at offset 1"},
      {"4", "string length without colon at offset 0"},
      {"di5e4:pinge", "value expected at offset 1"},
      {"d7:commande", "value expected at offset 10"},
      {"d7:command", "value expected at offset 10"},
      {"ie", "integer without digits at offset 0"},
      {"i-e", "integer without digits at offset 0"},
      {"i+1e", "integer without digits at offset 0"},
      {"i05e", "leading zero in an integer at offset 0"},
      {"i-0e", "leading zero in an integer at offset 0"},
      {"i5", "integer without end at offset 0"},
      {"i5xe", "integer without end at offset 0"},
      {"i9223372036854775808e", "integer too large at offset 0"},
      {"i-9223372036854775809e", "integer too large at offset 0"},
  };
  for (const auto& [text, message] : kCases) {
    const auto decoded = Decode(text);
    ASSERT_FALSE(decoded.ok()) << text;
    EXPECT_EQ(std::string(decoded.status().message()), message) << text;
  }
}

TEST(BencodeDecodeTest, LimitsDepthAndElements) {
  EXPECT_TRUE(Decode(std::string(32, 'l')).ok());
  EXPECT_EQ(std::string(Decode(std::string(33, 'l')).status().message()),
            "nested too deeply at offset 32");
  EXPECT_FALSE(Decode(std::string(65'000, 'l')).ok());
  std::string items = "l";
  for (int i = 0; i < 9; ++i) items += "0:";
  EXPECT_TRUE(Decode(items + "e", {.elements = 10}).ok());
  EXPECT_FALSE(Decode(items + "0:e", {.elements = 10}).ok());
}

// A random tree; `random` decides everything.
Value RandomValue(std::mt19937& random, int depth) {
  const auto kind = random() % (depth > 3 ? 2 : 4);
  if (kind == 0)
    return Value(static_cast<int64_t>((static_cast<uint64_t>(random()) << 32) | random()));
  if (kind == 1) {
    std::string text(random() % 12, '\0');
    for (char& c : text) c = static_cast<char>(random());
    return Value(text);
  }
  List list;
  Dictionary dictionary;
  for (auto i = random() % 5; i > 0; --i) {
    Value item = RandomValue(random, depth + 1);
    if (kind == 2) {
      list.push_back(std::move(item));
    } else {
      dictionary.Add(std::to_string(random() % 3), std::move(item));
    }
  }
  return kind == 2 ? Value(std::move(list)) : Value(std::move(dictionary));
}

TEST(BencodeRoundTripTest, DecodeUndoesEncode) {
  std::mt19937 random(1);
  for (int i = 0; i < 2000; ++i) {
    const Value value = RandomValue(random, 0);
    std::string text;
    Encode(value, &text);
    const auto decoded = Decode(text + "tail");
    ASSERT_TRUE(decoded.ok()) << text;
    EXPECT_TRUE(decoded->value == value) << text;
    EXPECT_EQ(decoded->consumed, text.size());
  }
}

TEST(BencodeEncodeTest, KeepsTheOrderOfInsertion) {
  Dictionary reply;
  reply.Add("result", "ok");
  reply.Add("created", -5);
  reply.Add("tags", Dictionary());
  reply.Add("list", List{"a", 1});
  std::string text = "cookie ";
  Encode(reply, &text);
  EXPECT_EQ(text, "cookie d6:result2:ok7:createdi-5e4:tagsde4:listl1:ai1eee");
}

TEST(BencodeEncodeTest, StringsOfAnyLength) {
  for (const size_t size : {0, 9, 10, 60, 61, 62, 63, 64, 65, 1000}) {
    const std::string content(size, 'x');
    std::string text = "c ";
    Encode(Value(content), &text);
    EXPECT_EQ(text, "c " + std::to_string(size) + ":" + content);
  }
}

TEST(BencodeEncodeTest, DictionariesGrow) {
  Dictionary reply;
  std::string expected = "d";
  for (int i = 100; i < 170; ++i) {
    reply.Add(std::to_string(i), i);
    expected += "3:" + std::to_string(i) + "i" + std::to_string(i) + "e";
  }
  std::string text;
  Encode(reply, &text);
  EXPECT_EQ(text, expected + "e");
}

}  // namespace
}  // namespace controld::bencode
