// sdp-attr rules (sdp-rewriting.md §5).
#include "controld/negotiate/attribute_writer.h"

#include <gtest/gtest.h>

namespace controld::negotiate {
namespace {

using Pairs = std::vector<std::pair<std::string, std::string>>;

struct Case {
  const char* name;
  std::vector<std::string> remove;
  Pairs substitute;
  const char* printed;  // of a=rtpmap:8 PCMA/8000
};

class Rules : public ::testing::TestWithParam<Case> {};

TEST_P(Rules, Apply) {
  ng::SdpAttrRules rules;
  rules.remove = GetParam().remove;
  rules.substitute = GetParam().substitute;
  std::string out;
  AttributeWriter(&out, &rules).Line({"rtpmap", ":8", " PCMA/8000", ""});
  EXPECT_EQ(out, GetParam().printed);
}

INSTANTIATE_TEST_SUITE_P(
    All, Rules,
    ::testing::Values(
        Case{"none", {}, {}, "a=rtpmap:8 PCMA/8000\r\n"},
        Case{"remove_by_name", {"rtpmap"}, {}, ""}, Case{"remove_by_number", {"rtpmap:8"}, {}, ""},
        Case{"remove_whole", {"rtpmap:8 PCMA/8000"}, {}, ""},
        Case{"remove_ignores_case", {"RtpMap:8 pcma/8000"}, {}, ""},
        Case{"no_prefixes", {"rtp", "rtpmap:", "rtpmap:8 PCMA"}, {}, "a=rtpmap:8 PCMA/8000\r\n"},
        Case{"substitute_replaces_all", {}, {{"RTPMAP", "x-map"}}, "a=x-map\r\n"},
        Case{"substitute_by_number", {}, {{"rtpmap:8", "x:1"}}, "a=x:1\r\n"},
        Case{"first_substitution_counts", {}, {{"rtpmap", "x"}, {"rtpmap", "y"}}, "a=x\r\n"},
        Case{"one_pass", {"x"}, {{"rtpmap", "x"}, {"x", "y"}}, "a=x\r\n"},
        Case{"remove_wins", {"rtpmap"}, {{"rtpmap", "x"}}, ""},
        // The shorter fragment is looked up first, whatever the rule.
        Case{"earlier_fragment_wins", {"rtpmap:8"}, {{"rtpmap", "x"}}, "a=x\r\n"}),
    [](const auto& one) { return std::string(one.param.name); });

TEST(AttributeWriter, AdditionsAsWrittenAndWithoutDuplicateCheck) {
  ng::SdpAttrRules rules;
  rules.add = {"x-one", "a=x-two:2", "x-one"};
  rules.remove = {"x-one"};  // concerns generated and copied lines only
  std::string out;
  AttributeWriter(&out, &rules).Additions();
  EXPECT_EQ(out, "a=x-one\r\na=x-two:2\r\na=x-one\r\n");
}

TEST(AttributeWriter, NoRules) {
  std::string out;
  AttributeWriter writer(&out, nullptr);
  writer.Line({"ptime", ":20"});
  writer.Additions();
  EXPECT_EQ(out, "a=ptime:20\r\n");
}

}  // namespace
}  // namespace controld::negotiate
