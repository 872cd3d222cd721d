// Cookies, encodings and the error texts of messages that cannot be decoded (ng-protocol.md §2–§5).
#include "controld/ng/framing.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

namespace controld::ng {
namespace {

TEST(SplitCookieTest, FirstSpaceDivides) {
  for (const std::string_view text :
       {"", " ", "cookie", "cookied7:command4:pinge", " d7:command4:pinge"}) {
    EXPECT_FALSE(SplitCookie(text).has_value()) << text;
  }
  const auto message = SplitCookie("5_a/b:c?= d4:spac1: e");
  ASSERT_TRUE(message.has_value());
  EXPECT_EQ(message->cookie, "5_a/b:c?=");
  EXPECT_EQ(message->payload, "d4:spac1: e");
  EXPECT_EQ(SplitCookie("c  de")->payload, " de");
  EXPECT_EQ(SplitCookie("c ")->payload, "");
}

struct Case {
  std::string_view payload;
  Encoding encoding;
  Command command;
  std::string_view error;
};

TEST(DecodePayloadTest, CommandsAndErrors) {
  constexpr std::string_view kNoCommand = "Dictionary contains no key \"command\"";
  const Case kCases[] = {
      {"d7:command4:pinge", Encoding::kBencode, Command::kPing, ""},
      {"d7:command4:ping", Encoding::kBencode, Command::kPing, ""},
      {"d7:command4:pinged7:command4:liste", Encoding::kBencode, Command::kPing, ""},
      {"d1:ai1e7:command4:pinge", Encoding::kBencode, Command::kPing, ""},
      {"d7:command5:query7:command4:pinge", Encoding::kBencode, Command::kQuery, ""},
      {"d7:command3:clie", Encoding::kBencode, Command::kCli, ""},
      {"d7:command3:CLIe", Encoding::kBencode, Command::kCli, ""},
      {"{\"command\":\"ping\"}", Encoding::kJson, Command::kPing, ""},
      {"{ \"command\" : \"ping\" }\r\n", Encoding::kJson, Command::kPing, ""},
      {"{\"command\":\"query\",\"command\":\"ping\"}", Encoding::kJson, Command::kPing, ""},
      {"", Encoding::kBencode, Command::kUnknown, "Invalid data (no payload)"},
      {"hello", Encoding::kBencode, Command::kUnknown, "Invalid NG data format"},
      {"l4:pinge", Encoding::kBencode, Command::kUnknown, "Invalid NG data format"},
      {" d7:command4:pinge", Encoding::kBencode, Command::kUnknown, "Invalid NG data format"},
      {"\n{\"command\":\"ping\"}", Encoding::kBencode, Command::kUnknown, "Invalid NG data format"},
      {"[1]", Encoding::kBencode, Command::kUnknown, "Invalid NG data format"},
      {"d7:comm", Encoding::kBencode, Command::kUnknown, "Could not decode bencode dictionary"},
      {"di5e4:pinge", Encoding::kBencode, Command::kUnknown, "Could not decode bencode dictionary"},
      {"de", Encoding::kBencode, Command::kUnknown, kNoCommand},
      {"d7:commandi4ee", Encoding::kBencode, Command::kUnknown, kNoCommand},
      {"d7:commandl4:pingee", Encoding::kBencode, Command::kUnknown, kNoCommand},
      {"d7:command0:e", Encoding::kBencode, Command::kUnknown, "Unrecognized command"},
      {"d7:command4:PINGe", Encoding::kBencode, Command::kUnknown, "Unrecognized command"},
      {"d7:command5:ping e", Encoding::kBencode, Command::kUnknown, "Unrecognized command"},
      {"{\"command\":\"pi", Encoding::kJson, Command::kUnknown, "Failed to parse JSON document"},
      {"{}", Encoding::kJson, Command::kUnknown, kNoCommand},
      {"{\"command\":4}", Encoding::kJson, Command::kUnknown, kNoCommand},
      {"{\"command\":\"hellu\"}", Encoding::kJson, Command::kUnknown, "Unrecognized command"},
  };
  for (const Case& test : kCases) {
    const DecodedPayload decoded = DecodePayload(test.payload);
    EXPECT_EQ(decoded.encoding, test.encoding) << test.payload;
    EXPECT_EQ(decoded.command, test.command) << test.payload;
    EXPECT_EQ(decoded.error, test.error) << test.payload;
    EXPECT_EQ(decoded.ok(), test.error.empty()) << test.payload;
  }
}

TEST(DecodePayloadTest, TooDeepJsonIsNotADictionary) {
  const std::string deep = "{\"a\":" + std::string(40, '[') + std::string(40, ']') + "}";
  EXPECT_EQ(DecodePayload(deep).error, "Could not decode JSON dictionary");
}

TEST(EncodeReplyTest, CookieAndEncodingOfTheRequest) {
  const Dictionary reply = ErrorReply("Unrecognized command");
  EXPECT_EQ(EncodeReply("1_2_3", Encoding::kBencode, reply),
            "1_2_3 d6:result5:error12:error-reason20:Unrecognized commande");
  EXPECT_EQ(EncodeReply("1_2_3", Encoding::kJson, reply),
            "1_2_3 {\"result\":\"error\",\"error-reason\":\"Unrecognized command\"}");
  EXPECT_EQ(EncodePayload(Encoding::kBencode, Dictionary()), "de");
}

TEST(CommandsTest, NamesAreUniqueAndLeadBack) {
  std::set<std::string_view> names, short_names;
  for (const CommandRow& row : CommandRows()) {
    EXPECT_EQ(CommandByName(row.name), row.command);
    EXPECT_EQ(CommandName(row.command), row.name);
    EXPECT_EQ(CommandShortName(row.command), row.short_name);
    EXPECT_TRUE(names.insert(row.name).second) << row.name;
    EXPECT_TRUE(short_names.insert(row.short_name).second) << row.short_name;
  }
  EXPECT_EQ(names.size(), static_cast<size_t>(Command::kCli));
  EXPECT_EQ(CommandName(Command::kUnknown), "unknown");
  EXPECT_EQ(CommandShortName(Command::kBlockDtmf), "BlkDTMF");
  for (const Command literal :
       {Command::kPing, Command::kQuery, Command::kList, Command::kStatistics, Command::kCli}) {
    EXPECT_FALSE(RunsCommonParser(literal)) << CommandName(literal);
  }
  EXPECT_TRUE(RunsCommonParser(Command::kDelete));
}

}  // namespace
}  // namespace controld::ng
