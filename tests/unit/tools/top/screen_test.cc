// rtpctl top: golden screens, order, filter, keys, what is painted. With UPDATE_GOLDEN set the
// screens are written instead of compared.
#include "tools/rtpctl/top/screen.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "tests/unit/tools/top/lab.h"
#include "tools/rtpctl/top/lines.h"
#include "tools/rtpctl/top/paint.h"

namespace rtpctl::top {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

std::string GoldenFile(const std::string& name) {
  const std::string source = __FILE__;
  return source.substr(0, source.rfind('/')) + "/screens/" + name + ".txt";
}

void ExpectGolden(const std::string& name, const std::string& screen) {
  if (std::getenv("UPDATE_GOLDEN") != nullptr) {
    std::ofstream(GoldenFile(name)) << screen;
    return;
  }
  std::ifstream file(GoldenFile(name));
  std::stringstream text;
  text << file.rdbuf();
  EXPECT_EQ(screen, text.str()) << name;
}

class ScreenTest : public testing::Test {
 protected:
  ScreenTest() {
    setenv("TZ", "UTC", 1);
    tzset();
  }

  // Two seconds of five calls, one of them bad, one of another worker, one with a hostile name.
  static std::vector<CallFacts> Calls(double at_s) {
    std::vector<CallFacts> calls(5);
    const auto packets = static_cast<uint64_t>(50 * at_s);
    for (size_t i = 0; i < calls.size(); ++i) {
      calls[i].id = "call-" + std::to_string(i) + "@example.com";
      calls[i].packets = 1000 + packets * (i + 1);
      calls[i].age_s = static_cast<int64_t>(100 * i);
      calls[i].jitter_ms = static_cast<uint32_t>(i);
    }
    calls[0].kernel = calls[0].packets - 500;
    calls[1].lost = packets / 10;
    calls[1].errors = 12;
    calls[1].mos = 31;
    calls[2].worker = "media-host-with-a-long-name";
    calls[2].mos = 44;
    calls[3].id = "evil\033[2J\xe2\x80\xae@example.com";
    return calls;
  }
  static Model TwoRounds() {
    Model model;
    model.Add(MakeRound(0, Calls(0)));
    Round round = MakeRound(2, Calls(2));
    AddWorker("m2", 100, 0, &round);
    round.workers.mutable_workers(1)->set_attached(false);
    model.Add(round);
    return model;
  }
  std::string Screen(const Model& model, Size size) {
    Settle(model, BodyRows(model, view_, size), BodyLength(model, view_, size), &view_);
    const Lines lines = Render(model, {view_, size, 1, 102});
    EXPECT_EQ(lines.size(), size.rows);
    for (const Line& line : lines) {
      size_t width = 0;
      for (const Span& span : line) width += span.text.size();
      EXPECT_LE(width, size.columns);
      for (const Span& span : line) {
        for (const char c : span.text) EXPECT_TRUE(c >= ' ' && c <= '~') << span.text;
      }
    }
    return PlainText(lines);
  }
  void Press(const Model& model, const std::string& octets, Size size = {}) {
    KeyReader reader;
    for (const KeyPress& key : reader.Feed(octets)) {
      last_wish_ = Apply(key, model, BodyRows(model, view_, size), &view_);
      Settle(model, BodyRows(model, view_, size), BodyLength(model, view_, size), &view_);
    }
  }
  std::vector<std::string> Order(const Model& model) {
    std::vector<std::string> ids;
    for (const CallRow* row : Sorted(model, view_)) ids.push_back(row->call_id.substr(0, 6));
    return ids;
  }
  static Model WithDetail() {
    Model model;
    auto facts = Calls(0);
    facts[1].mos = 31;
    model.Add(MakeRound(0, facts));
    Round round = MakeRound(2, Calls(2));
    round.explained_id = "call-1@example.com";
    auto& explained = round.explained.emplace();
    *explained.mutable_call() = round.looks[1].call;
    explained.add_verdict(
        "a/1: missing packets from a: none arrived. It was told to send to our address above");
    auto* stream = explained.mutable_call()
                       ->mutable_parties(0)
                       ->mutable_media(0)
                       ->mutable_statistics()
                       ->mutable_streams(0);
    auto* drop = stream->mutable_explain()->add_drops();
    drop->set_reason(rtpengine::v1::DROP_STRICT_SOURCE);
    drop->set_count(17);
    drop->set_last_unix_ms(kStartMs - 3000);
    drop->mutable_last_source()->set_address(std::string("\xCB\x00\x71\x09", 4));
    drop->mutable_last_source()->set_port(666);
    stream = explained.mutable_call()
                 ->mutable_parties(1)
                 ->mutable_media(0)
                 ->mutable_statistics()
                 ->mutable_streams(0);
    stream->mutable_offload()->set_in_kernel(true);
    stream->mutable_offload()->set_since_unix_ms(kStartMs - 30'000);
    model.Add(round);
    return model;
  }

  View view_;
  Wish last_wish_ = Wish::kNone;
};

TEST_F(ScreenTest, Calls) {
  const Model model = TwoRounds();
  ExpectGolden("calls-80x24", Screen(model, {24, 80}));
  ExpectGolden("calls-132x40", Screen(model, {40, 132}));
  ExpectGolden("calls-30x6", Screen(model, {6, 30}));
  EXPECT_THAT(Screen(model, {3, 10}), HasSubstr("too small"));
  EXPECT_EQ(Screen(model, {1, 1}), "t\n");
}

TEST_F(ScreenTest, EverySizeCanBeDrawn) {
  for (const Model& model : {Model(), TwoRounds(), WithDetail()}) {
    for (const Page page : {Page::kCalls, Page::kCall, Page::kWorkers, Page::kHelp}) {
      view_.page = page;
      view_.detail = "call-1@example.com";
      for (size_t rows = 1; rows < 40; rows += 3) {
        for (size_t columns = 1; columns < 140; columns += 7) Screen(model, {rows, columns});
      }
    }
  }
}

TEST_F(ScreenTest, NothingThereYetAndNobodyThere) {
  Model model;
  model.Add(MakeRound(0, {}));
  EXPECT_THAT(Screen(model, {24, 80}), HasSubstr("There are no calls."));
  model.Add(MakeTrouble(1));
  ExpectGolden("trouble-80x24", Screen(model, {24, 80}));
}

TEST_F(ScreenTest, DetailOfACall) {
  const Model model = WithDetail();
  view_.sort = Sort::kMos;
  Press(model, "\r");
  EXPECT_EQ(view_.detail, "call-1@example.com");
  ExpectGolden("call-80x24", Screen(model, {24, 80}));
  ExpectGolden("call-132x40", Screen(model, {40, 132}));
  Press(model, "\033[F", {12, 80});
  EXPECT_THAT(Screen(model, {12, 80}), HasSubstr("kernel since 32s ago"));
  Press(model, "\033[D");
  EXPECT_EQ(view_.page, Page::kCalls);
}

TEST_F(ScreenTest, OtherPages) {
  const Model model = TwoRounds();
  Press(model, "w");
  ExpectGolden("workers-80x24", Screen(model, {24, 80}));
  Press(model, "?");
  ExpectGolden("help-80x24", Screen(model, {24, 80}));
  Press(model, "?");
  EXPECT_EQ(view_.page, Page::kWorkers);
  Press(model, "w");
  EXPECT_EQ(view_.page, Page::kCalls);
}

TEST_F(ScreenTest, Orders) {
  const Model model = TwoRounds();
  EXPECT_THAT(Order(model), ElementsAre("call-4", "evil\033[", "call-2", "call-1", "call-0"));
  Press(model, "r");
  EXPECT_THAT(Order(model), ElementsAre("call-0", "call-1", "call-2", "evil\033[", "call-4"));
  Press(model, "M");  // the worst first, unknown ones last, by name
  EXPECT_THAT(Order(model), ElementsAre("call-1", "call-2", "call-0", "call-4", "evil\033["));
  Press(model, "M");
  EXPECT_THAT(Order(model), ElementsAre("call-2", "call-1", "call-0", "call-4", "evil\033["));
  Press(model, "L");
  EXPECT_EQ(Order(model)[0], "call-1");
  Press(model, "E");
  EXPECT_EQ(Order(model)[0], "call-1");
  Press(model, "K");
  EXPECT_EQ(Order(model)[0], "call-0");
  Press(model, "A");
  EXPECT_EQ(Order(model)[0], "call-4");
  Press(model, "W");
  EXPECT_EQ(Order(model)[4], "call-2");
  Press(model, "s");
  EXPECT_EQ(view_.sort, Sort::kPackets);
  Press(model, "<");
  EXPECT_EQ(view_.sort, Sort::kWorker);
  for (const std::string& name : SortNames()) EXPECT_EQ(SortName(*SortOf(name)), name);
  EXPECT_FALSE(SortOf("nonsense"));
}

TEST_F(ScreenTest, AFilterIsTyped) {
  const Model model = TwoRounds();
  Press(model, "/call-qq\x7f\x7f");
  EXPECT_TRUE(view_.typing);
  EXPECT_THAT(Screen(model, {24, 80}), HasSubstr("Call-ids that contain: call-_"));
  EXPECT_EQ(Order(model).size(), 5u);
  Press(model, "2\r");
  EXPECT_THAT(Order(model), ElementsAre("call-2"));
  Press(model, "/none\r");
  EXPECT_THAT(Screen(model, {24, 80}), HasSubstr("No call matches."));
  KeyReader escape;
  escape.Feed("\033");
  Apply(escape.Flush()[0], model, 10, &view_);
  EXPECT_EQ(Order(model).size(), 5u);
  EXPECT_EQ(last_wish_, Wish::kNone);
}

TEST_F(ScreenTest, TheSelectionFollowsItsCallAndStaysInSight) {
  std::vector<CallFacts> calls(50);
  for (size_t i = 0; i < calls.size(); ++i) calls[i].id = "c" + std::to_string(100 + i);
  Model model;
  model.Add(MakeRound(0, calls));
  view_.sort = Sort::kCall;
  const Size size = {24, 80};
  Press(model, "\033[6~\033[B", size);
  const std::string selected = view_.selected;
  EXPECT_THAT(Screen(model, size), HasSubstr(">" + selected));
  Press(model, "r", size);
  EXPECT_EQ(view_.selected, selected);
  EXPECT_THAT(Screen(model, size), HasSubstr(">" + selected));
  EXPECT_THAT(Screen(model, {8, 80}), HasSubstr(">" + selected));
  Press(model, "G", size);
  EXPECT_THAT(Screen(model, size), HasSubstr(">c100"));
  calls.erase(calls.begin());
  model.Add(MakeRound(1, calls));
  EXPECT_THAT(Screen(model, size), HasSubstr(">c149"));  // its call has ended: the first
}

TEST_F(ScreenTest, KeysThatEndIt) {
  const Model model;
  for (const std::string octets : {"q", "\003", "/x\003"}) {
    view_ = {};
    Press(model, octets);
    EXPECT_EQ(last_wish_, Wish::kQuit);
  }
  view_ = {};
  Press(model, "/q");
  EXPECT_EQ(last_wish_, Wish::kNone);  // a letter of the filter
  Press(model, "\x1a");
  EXPECT_EQ(last_wish_, Wish::kSuspend);
}

TEST_F(ScreenTest, OnlyWhatChangedIsPainted) {
  Painter painter(true);
  const Lines first = {{{"one", Look::kPlain}}, {{"two", Look::kBad}}};
  EXPECT_EQ(painter.Paint(first), "\033[1;1H\033[Kone\033[2;1H\033[K\033[1;31mtwo\033[0m");
  EXPECT_EQ(painter.Paint(first), "");
  EXPECT_EQ(painter.Paint({{{"one", Look::kPlain}}, {{"2", Look::kPlain}}}), "\033[2;1H\033[K2");
  painter.Forget();
  EXPECT_THAT(painter.Paint(first), HasSubstr("one"));
  EXPECT_THAT(Painter(false).Paint({{{"x", Look::kGood}}}), Not(HasSubstr("\033[3")));
}

TEST_F(ScreenTest, BlocksOfLines) {
  const Model model = TwoRounds();
  const std::string text = BlockText(model, view_, {});
  EXPECT_THAT(
      text,
      HasSubstr("2027-01-15 08:00:02 +0000  calls 5, workers 1/2, packets/s 800 (kernel 75%)"));
  EXPECT_THAT(text, HasSubstr("evil\\x1b[2J"));
  EXPECT_EQ(text.substr(text.size() - 2), "\n\n");
  const auto json = nlohmann::json::parse(BlockJson(model, view_));
  EXPECT_EQ(json["kernel_ratio"], 0.75);
  EXPECT_EQ(json["call_list"].size(), 5u);
  EXPECT_EQ(json["call_list"][0]["packets_per_second"], 500);
  EXPECT_TRUE(json["call_list"][0]["mos"].is_null());
  EXPECT_EQ(json["workers"][1]["attached"], false);
  Model away;
  away.Add(MakeTrouble(0));
  EXPECT_THAT(BlockText(away, view_, {}), HasSubstr("cannot reach controld"));
  EXPECT_THAT(BlockJson(away, view_), HasSubstr("\"error\":\"cannot reach controld"));
}

}  // namespace
}  // namespace rtpctl::top
