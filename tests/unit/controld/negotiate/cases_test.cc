// Plays the tables in cases/*.txt: requests as a proxy sends them in rtpp-flags mode, and lines of the
// SDP that has to come out. The format is described in cases/README.md.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <string>
#include <vector>

#include "controld/ng/parse_request.h"
#include "controld/ng/value.h"
#include "tests/unit/controld/negotiate/exchange.h"

namespace controld::negotiate {
namespace {

std::vector<std::string> Split(std::string_view text, std::string_view separator) {
  std::vector<std::string> parts;
  while (true) {
    const size_t at = text.find(separator);
    parts.emplace_back(text.substr(0, at));
    if (at == std::string_view::npos) return parts;
    text.remove_prefix(at + separator.size());
  }
}

std::string Trimmed(std::string_view text) {
  const size_t begin = text.find_first_not_of(' ');
  if (begin == std::string_view::npos) return "";
  return std::string(text.substr(begin, text.find_last_not_of(' ') - begin + 1));
}

struct Step {
  int line = 0;
  std::string command, from, to, flags, body, expected;
};

struct Case {
  std::string name;
  std::vector<Step> steps;
};

Step ReadStep(const std::string& text, int line) {
  Step step;
  step.line = line;
  const std::vector<std::string> halves = Split(text, " => ");
  EXPECT_EQ(halves.size(), 2u) << line << ": " << text;
  step.expected = halves.back();
  const std::string request = halves[0] + " ";
  const size_t colon = request.find(" : ");
  EXPECT_NE(colon, std::string::npos) << line << ": " << text;
  const std::string head = request.substr(0, colon);
  step.body = request.substr(colon + 3);
  const size_t blank = head.find(' ');
  step.command = head.substr(0, blank);
  const std::string rest = head.substr(blank + 1);
  const size_t flags = rest.find(' ');
  const std::string parties = rest.substr(0, flags);
  if (flags != std::string::npos) step.flags = Trimmed(rest.substr(flags + 1));
  const size_t arrow = parties.find('>');
  step.from = parties.substr(0, arrow);
  if (arrow != std::string::npos) step.to = parties.substr(arrow + 1);
  return step;
}

std::vector<Case> ReadCases(const std::filesystem::path& file) {
  std::vector<Case> cases;
  std::ifstream in(file);
  std::string text;
  for (int line = 1; std::getline(in, text); ++line) {
    if (text.empty() || text[0] == '#') continue;
    if (text.starts_with("= ")) {
      cases.push_back({text.substr(2), {}});
    } else if (cases.empty()) {
      ADD_FAILURE() << file << ":" << line << ": a step before the first case";
    } else {
      cases.back().steps.push_back(ReadStep(text, line));
    }
  }
  return cases;
}

// What the dynamic payload types of the tables are.
const std::map<std::string, std::string>& Dynamic() {
  static const std::map<std::string, std::string> kTypes = {
      {"96", "a=rtpmap:96 opus/48000/2\r\na=fmtp:96 useinbandfec=1\r\n"},
      {"97", "a=rtpmap:97 AMR/8000\r\n"},
      {"98", "a=rtpmap:98 VP8/90000\r\n"},
      {"101", "a=rtpmap:101 telephone-event/8000\r\na=fmtp:101 0-15\r\n"},
      {"110", "a=rtpmap:110 telephone-event/48000\r\na=fmtp:110 0-15\r\n"}};
  return kTypes;
}

std::string BodyOf(const std::string& party, const std::string& text) {
  const int number = std::max(1, party.empty() ? 9 : party[0] - 'a' + 1);
  int port = 3000 + 1000 * number;
  std::string session, media;
  bool connection = true;
  for (const std::string& raw : Split(text, " / ")) {
    const std::string item = Trimmed(raw);
    if (item.empty()) continue;
    if (item[0] == '@') {
      media += base::StrCat("m=audio ", port, " RTP/AVP ", item.substr(1), "\r\n");
      for (const std::string& format : Split(item.substr(1), " ")) {
        const auto known = Dynamic().find(format);
        if (known != Dynamic().end()) media += known->second;
      }
      port += 10;
    } else if (media.empty() && !item.starts_with("m=")) {
      if (item.starts_with("c=")) connection = false;
      session += item + "\r\n";
    } else {
      media += item + "\r\n";
    }
  }
  std::string head = base::StrCat("v=0\r\no=", party, " 7 1 IN IP4 198.51.100.", number, "\r\ns=-\r\n");
  if (session.find("o=") == 0) head = "v=0\r\n";
  if (connection) head += base::StrCat("c=IN IP4 198.51.100.", number, "\r\n");
  return head + "t=0 0\r\n" + session + media;
}

ng::Request RequestOf(const Step& step) {
  ng::Dictionary keys;
  keys.Add("command", step.command);
  keys.Add("call-id", "c");
  // In an answer the first party is still the offerer, and the second one speaks.
  keys.Add("from-tag", step.from);
  if (!step.to.empty()) keys.Add("to-tag", step.to);
  if (!step.flags.empty()) keys.Add("rtpp-flags", step.flags);
  keys.Add("sdp", BodyOf(step.command == "answer" ? step.to : step.from, step.body));
  return ng::ParseRequest(keys);
}

class Cases : public Exchange {
 public:
  void TestBody() override {}

  void Play(const Case& one) {
    worker_.interfaces = {call::FakeInterface("default", "203.0.113.5"),
                          call::FakeInterface("default", "2001:db8::5"),
                          call::FakeInterface("int", "10.0.0.5"),
                          call::FakeInterface("ext", "203.0.113.6", "192.0.2.66")};
    call_.set_tos(256);
    for (const Step& step : one.steps) {
      const ng::Request request = RequestOf(step);
      const call::CallState before = call_;
      const std::string sdp = request.error.empty() ? Send(request) : "";
      if (!request.error.empty()) error_ = request.error;
      if (!error_.empty()) call_ = before;  // as the service drops its draft
      warnings_.insert(warnings_.end(), request.warnings.begin(), request.warnings.end());
      SCOPED_TRACE(base::StrCat("line ", step.line, ": ", one.name));
      Check(step, sdp);
    }
  }

 private:
  void Check(const Step& step, const std::string& sdp) {
    const std::vector<std::string> lines = call::Lines(sdp);
    size_t at = 0;
    bool error_expected = false;
    for (const std::string& raw : Split(step.expected, " / ")) {
      std::string item = Trimmed(raw);
      if (item.empty()) continue;
      if (item.starts_with("error ")) {
        error_expected = true;
        EXPECT_EQ(error_, item.substr(6));
      } else if (item.starts_with("warn ")) {
        const bool said = std::any_of(warnings_.begin(), warnings_.end(), [&](const auto& text) {
          return text.find(item.substr(5)) != std::string::npos;
        });
        EXPECT_TRUE(said) << item << ", but: " << (warnings_.empty() ? "nothing" : warnings_[0]);
      } else if (item.starts_with("sections ")) {
        EXPECT_EQ(call::LinesOf(sdp, "m=").size(), static_cast<size_t>(std::stoi(item.substr(9)))) << sdp;
      } else if (item[0] == '!') {
        EXPECT_TRUE(call::LinesOf(sdp, item.substr(1)).empty()) << item << " in\n" << sdp;
      } else {
        if (item[0] == '@') item = base::StrCat("m=audio $ RTP/AVP ", item.substr(1));
        while (at < lines.size() && !Matches(item, lines[at])) ++at;
        EXPECT_LT(at, lines.size()) << "no \"" << item << "\" (in this order) in\n" << sdp;
        ++at;
      }
    }
    if (!error_expected) {
      EXPECT_EQ(error_, "");
    }
  }

  // "$" stands for a port that is not 0, "$x" for one port throughout the case, "$x+1" for the next.
  bool Matches(std::string_view pattern, std::string_view line) {
    const size_t dollar = pattern.find('$');
    if (dollar == std::string_view::npos) return pattern == line;
    if (line.substr(0, dollar) != pattern.substr(0, dollar)) return false;
    line.remove_prefix(dollar);
    pattern.remove_prefix(dollar + 1);
    std::string name;
    if (!pattern.empty() && pattern[0] != ' ') {
      name = pattern[0];
      pattern.remove_prefix(1);
    }
    int offset = 0;
    if (pattern.starts_with("+1")) {
      offset = 1;
      pattern.remove_prefix(2);
    }
    size_t digits = 0;
    while (digits < line.size() && line[digits] >= '0' && line[digits] <= '9') ++digits;
    if (digits == 0 || line.substr(digits) != pattern) return false;
    const int port = std::stoi(std::string(line.substr(0, digits))) - offset;
    if (port <= 0) return false;
    if (name.empty()) return true;
    return ports_by_name_.emplace(name, port).first->second == port;
  }

  std::map<std::string, int> ports_by_name_;
};

class CaseFile : public ::testing::TestWithParam<std::string> {};

TEST_P(CaseFile, Plays) {
  const auto directory = std::filesystem::path(__FILE__).parent_path() / "cases";
  const std::vector<Case> cases = ReadCases(directory / (GetParam() + ".txt"));
  EXPECT_GE(cases.size(), 10u);
  for (const Case& one : cases) {
    Cases player;
    player.Play(one);
  }
}

INSTANTIATE_TEST_SUITE_P(All, CaseFile,
                         ::testing::Values("codecs", "rtcp", "directions", "attributes", "sections",
                                           "addresses", "origin", "dialogue", "transport"),
                         [](const auto& one) { return one.param; });

}  // namespace
}  // namespace controld::negotiate
