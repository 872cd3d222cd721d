// What rtpctl prints: harmless text, aligned tables, stable JSON.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "rtpengine/v1/admin.pb.h"
#include "tools/rtpctl/output/json.h"
#include "tools/rtpctl/output/table.h"
#include "tools/rtpctl/output/text.h"

namespace rtpctl {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(Printable, KeepsTextAndShowsTheRest) {
  const struct {
    std::string octets, text;
  } cases[] = {
      {"abc@host", "abc@host"},
      {"Ärger €😀", "Ärger €😀"},
      {"a\033[2Jb", "a\\x1b[2Jb"},
      {std::string("a\0b", 3), "a\\x00b"},
      {"a\r\nb\tc\x7f", "a\\x0d\\x0ab\\x09c\\x7f"},
      {"\xc2\x9b"
       "31m",
       "\\xc2\\x9b31m"},  // C1 control: CSI
      {"\xff\xfe", "\\xff\\xfe"},
      {"\xc0\xaf", "\\xc0\\xaf"},                    // overlong
      {"\xed\xa0\x80", "\\xed\\xa0\\x80"},           // surrogate
      {"\xf4\x90\x80\x80", "\\xf4\\x90\\x80\\x80"},  // above U+10FFFF
      {"\xe2\x82", "\\xe2\\x82"},                    // cut off
  };
  for (const auto& c : cases) EXPECT_EQ(Printable(c.octets), c.text);
}

TEST(Shorten, CountsCharactersNotOctets) {
  EXPECT_EQ(DisplayWidth("äöü"), 3u);
  EXPECT_EQ(Shorten("äöü", 3), "äöü");
  EXPECT_EQ(Shorten("äöüß", 3), "äö…");
  EXPECT_EQ(Shorten("abc", 1), "…");
  EXPECT_EQ(Shorten("", 0), "");
}

TEST(Format, AgesAndSizes) {
  EXPECT_EQ(FormatAge(-1), "-");
  EXPECT_EQ(FormatAge(59), "59s");
  EXPECT_EQ(FormatAge(200), "3m20s");
  EXPECT_EQ(FormatAge(7500), "2h05m");
  EXPECT_EQ(FormatAge(4 * 86400 + 3 * 3600), "4d03h");
  EXPECT_EQ(FormatOctets(0), "0 B");
  EXPECT_EQ(FormatOctets(1023), "1023 B");
  EXPECT_EQ(FormatOctets(1536), "1.5 KiB");
  EXPECT_EQ(FormatOctets(5ull << 30), "5.0 GiB");
  EXPECT_EQ(FormatOctets(~0ull), "16.0 EiB");
}

TEST(Format, Addresses) {
  EXPECT_EQ(FormatAddress(std::string("\xc6\x33\x64\x01", 4)), "198.51.100.1");
  EXPECT_EQ(FormatAddress("abc"), "-");
  rtpengine::v1::Endpoint endpoint;
  EXPECT_EQ(FormatEndpoint(endpoint), "-");
  endpoint.set_address(std::string("\xc6\x33\x64\x01", 4));
  endpoint.set_port(4000);
  EXPECT_EQ(FormatEndpoint(endpoint), "198.51.100.1:4000");
}

TEST(Table, AlignsColumnsAndTrimsLines) {
  Table table({{"NAME"}, {"COUNT", true}, {"NOTE"}});
  table.Add({"a", "1", "first"});
  table.Add({"longer", "1000", ""});
  EXPECT_EQ(table.Render({}),
            "NAME    COUNT  NOTE\n"
            "a           1  first\n"
            "longer   1000\n");
}

TEST(Table, MissingCellsAreEmpty) {
  Table table({{"A"}, {"B"}});
  table.Add({"x"});
  EXPECT_EQ(table.Render({}), "A  B\nx\n");
}

TEST(Table, ShortensOneColumnToTheTerminal) {
  Table table({{"ID", false, true}, {"STATE"}});
  table.Add({std::string(60, 'x'), "active"});
  const std::string narrow = table.Render({.width = 30});
  for (size_t at = 0; at < narrow.size();) {
    const size_t end = narrow.find('\n', at);
    EXPECT_LE(DisplayWidth(narrow.substr(at, end - at)), 30u);
    at = end + 1;
  }
  EXPECT_THAT(narrow, HasSubstr("…  active"));
  EXPECT_THAT(table.Render({}), HasSubstr(std::string(60, 'x')));  // no terminal: nothing is cut
}

TEST(Table, ANarrowTerminalLeavesSomethingOfTheColumn) {
  Table table({{"ID", false, true}, {"STATE"}});
  table.Add({std::string(60, 'x'), std::string(40, 'y')});
  EXPECT_THAT(table.Render({.width = 10}), HasSubstr("xxxxxxx…"));
}

TEST(Table, ColoursOnlyWhenAskedFor) {
  Table table({{"STATE"}, {"X"}});
  table.Add({{"bad", Color::kBad}, "1"});
  EXPECT_THAT(table.Render({}), Not(HasSubstr("\033")));
  const std::string colored = table.Render({.color = true});
  EXPECT_THAT(colored, HasSubstr("\033[31mbad\033[0m    1"));  // padding counts the text alone
}

TEST(Fields, AlignsValues) {
  Fields fields;
  fields.Add("a", "1");
  fields.Add("longer", "2");
  EXPECT_EQ(fields.Render({}), "a:      1\nlonger: 2\n");
}

TEST(Json, CallIdsAreTextAndAddressesReadable) {
  rtpengine::v1::ListCallsResponse calls;
  auto* call = calls.add_calls();
  call->set_call_id("abc\n@host\xff");
  auto* stream = call->add_parties()->add_media()->mutable_statistics()->add_streams();
  stream->set_local_address(std::string("\x00\x01", 2));
  stream->mutable_endpoint()->set_address(std::string("\xc0\x00\x02\x01", 4));
  const auto json = nlohmann::json::parse(ToJson(calls));
  EXPECT_EQ(json["calls"][0]["call_id"], "abc\\x0a@host\\xff");
  EXPECT_EQ(
      json["calls"][0]["parties"][0]["media"][0]["statistics"]["streams"][0]["endpoint"]["address"],
      "192.0.2.1");
}

TEST(Json, FieldsAreAlwaysThereAndNamedAsInTheProto) {
  const auto json = nlohmann::json::parse(ToJson(rtpengine::v1::WorkerInfo()));
  EXPECT_EQ(json["name"], "");
  EXPECT_EQ(json["state"], "WORKER_STATE_UNSPECIFIED");
  EXPECT_EQ(json["last_seen_unix_ms"], 0);
  EXPECT_EQ(json["interfaces"], nlohmann::json::array());
  EXPECT_FALSE(json.contains("load"));  // a message that is absent
}

TEST(Json, LargeNumbersStayNumbers) {
  rtpengine::v1::LoadReport load;
  load.set_packets(~0ull);
  load.set_cpu_percent(12.5);
  const auto json = nlohmann::json::parse(ToJson(load));
  EXPECT_EQ(json["packets"].get<uint64_t>(), ~0ull);
  EXPECT_EQ(json["cpu_percent"], 12.5);
}

TEST(Json, InfinitiesAreNull) {
  rtpengine::v1::Statistics statistics;
  statistics.add_values()->set_value(std::numeric_limits<double>::infinity());
  EXPECT_TRUE(nlohmann::json::parse(ToJson(statistics))["values"][0]["value"].is_null());
}

TEST(Json, MapsAreObjectsInOrder) {
  rtpengine::v1::LogLevels levels;
  (*levels.mutable_levels())["core"] = 6;
  (*levels.mutable_levels())["control"] = 7;
  EXPECT_EQ(ToJson(levels, JsonLayout::kOneLine), "{\"levels\":{\"control\":7,\"core\":6}}\n");
}

}  // namespace
}  // namespace rtpctl
