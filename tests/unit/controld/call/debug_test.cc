// Flag debug, and what requests are warned of.
#include <gmock/gmock.h>

#include "tests/unit/controld/call/service_fixture.h"

namespace controld::call {
namespace {

using ng::Flag;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class DebugTest : public ServiceTest {
 protected:
  DebugTest() {
    base::log::SetSink([this](base::log::Severity severity, auto, const auto&, std::string_view text) {
      if (severity == base::log::Severity::kWarning) warnings_.emplace_back(text);
    });
  }
  bool Debugs(const std::string& call_id) { return gateway_.held.at(call_id).session.debug(); }

  std::vector<std::string> warnings_;
};

TEST_F(DebugTest, TheFlagHoldsUntilTheCallEnds) {
  EXPECT_EQ(ResultOf(With(OfferFor("c"), {Flag::kDebug})), "ok");
  EXPECT_TRUE(base::log::Followed("c"));
  EXPECT_TRUE(Debugs("c"));
  EXPECT_EQ(ResultOf(AnswerFor("c")), "ok");
  EXPECT_TRUE(base::log::Followed("c"));
  EXPECT_FALSE(base::log::Followed("d"));
  EXPECT_EQ(ResultOf(DeleteFor("c")), "ok");
  EXPECT_FALSE(base::log::Followed("c"));
}

TEST_F(DebugTest, ItOutlivesTheController) {
  EXPECT_EQ(ResultOf(With(OfferFor("c"), {Flag::kDebug})), "ok");
  Restart();
  EXPECT_FALSE(base::log::Followed("c"));
  for (const auto& record : gateway_.Inventory()) service_->Reconcile("w1", record, now_);
  EXPECT_TRUE(base::log::Followed("c"));
}

TEST_F(DebugTest, ACommandThatFailsFollowsNothing) {
  EXPECT_NE(ErrorOf(With(AnswerFor("c"), {Flag::kDebug})), "");
  EXPECT_FALSE(base::log::Followed("c"));
}

TEST_F(DebugTest, AnyCommandMayAskForIt) {
  Establish("c");
  EXPECT_FALSE(Debugs("c"));
  ng::Request block = Message(ng::Command::kBlockMedia, "c");
  EXPECT_EQ(ResultOf(With(std::move(block), {Flag::kDebug, Flag::kAll})), "ok");
  EXPECT_TRUE(Debugs("c"));
}

TEST_F(DebugTest, TheOperatorSwitchesItOnAndOff) {
  Establish("c");
  int found = -1;
  service_->Debug("c", true, [&](bool there) { found = there; });
  gateway_.AnswerAll();
  EXPECT_EQ(found, 1);
  EXPECT_TRUE(base::log::Followed("c"));
  EXPECT_TRUE(Debugs("c"));
  service_->Debug("c", false, [](bool) {});
  gateway_.AnswerAll();
  EXPECT_FALSE(base::log::Followed("c"));
  EXPECT_FALSE(Debugs("c"));
  service_->Debug("nobody", true, [&](bool there) { found = there; });
  EXPECT_EQ(found, 0);
  EXPECT_FALSE(base::log::Followed("nobody"));
}

TEST_F(DebugTest, StrippingAllCodecsIsWarnedOf) {
  ng::Request offer = OfferFor("c");
  offer.codec.strip = {"PCMA", "PCMU"};
  const std::string sdp = Text(Do(offer), "sdp");
  EXPECT_THAT(sdp, HasSubstr("RTP/AVP 8 0\r\n"));
  EXPECT_THAT(warnings_, Contains(HasSubstr("All codecs of a section were stripped")));
  warnings_.clear();
  offer.call_id = "d";
  offer.codec.strip = {"PCMA"};
  EXPECT_THAT(Text(Do(offer), "sdp"), HasSubstr("RTP/AVP 0\r\n"));
  EXPECT_THAT(warnings_, IsEmpty());
}

TEST_F(DebugTest, ContradictionsAreWarnedOf) {
  Do(With(OfferFor("c"), {Flag::kStrictSource}));
  EXPECT_THAT(warnings_, IsEmpty());
  Do(With(OfferFor("d"), {Flag::kStrictSource, Flag::kMediaHandover}));
  EXPECT_THAT(warnings_, Contains(HasSubstr("contradict")));
}

TEST_F(DebugTest, ARoleInAnAnswerIsWarnedOf) {
  ng::Request offer = OfferFor("c");
  offer.dtls = {"passive"};
  Do(offer);
  EXPECT_THAT(warnings_, IsEmpty());
  ng::Request answer = AnswerFor("c");
  answer.dtls = {"passive"};
  EXPECT_EQ(ResultOf(answer), "ok");
  EXPECT_THAT(warnings_, Contains(HasSubstr("DTLS=passive is ignored in an answer")));
}

}  // namespace
}  // namespace controld::call
