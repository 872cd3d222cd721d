// Which party a directional command means (ng-protocol.md §6.8).
#include "controld/negotiate/select_party.h"

#include "tests/unit/controld/negotiate/exchange.h"

namespace controld::negotiate {
namespace {

class SelectPartyTest : public Exchange {
 protected:
  SelectPartyTest() {
    ng::Request offer = OfferFromA();
    offer.label = "left";
    Send(offer);
    Send(AnswerFromB());
    request_.command = ng::Command::kBlockMedia;
  }
  PartySelection Select(FromTagRule rule = FromTagRule::kAlways) {
    return SelectParty(call_, request_, rule);
  }

  ng::Request request_;
};

TEST_F(SelectPartyTest, NothingGivenSelectsNothing) {
  const PartySelection selection = Select();
  EXPECT_FALSE(selection.whole_call);
  EXPECT_EQ(selection.party, 0u);
  EXPECT_EQ(selection.error, "");
}

TEST_F(SelectPartyTest, AllGoesBeforeEverythingElse) {
  request_.Set(ng::Flag::kAll);
  request_.label = "nolabel";
  const PartySelection selection = Select();
  EXPECT_TRUE(selection.whole_call);
  EXPECT_EQ(selection.error, "");
}

TEST_F(SelectPartyTest, ALabelGoesBeforeAddressAndTag) {
  request_.label = "left";
  request_.address = "198.51.100.20";
  request_.from_tag = "B";
  EXPECT_EQ(Select().party, PartyOf("A").id());
  request_.label = "nolabel";
  EXPECT_EQ(Select().error, "No monologue matching the given label");
  EXPECT_EQ(Select().party, 0u);
}

TEST_F(SelectPartyTest, AnAddressIsTheSignalledOne) {
  request_.address = "198.51.100.20";
  request_.from_tag = "A";
  EXPECT_EQ(Select().party, PartyOf("B").id());
  request_.address = "198.51.100.222";
  EXPECT_EQ(Select().error, "Failed to match address to any tag");
  request_.address = "no address";
  EXPECT_EQ(Select().error, "Failed to parse network address");
}

TEST_F(SelectPartyTest, SomeCommandsWantDirectionalBesidesTheTag) {
  request_.from_tag = "B";
  EXPECT_EQ(Select(FromTagRule::kWithDirectional).party, 0u);
  EXPECT_EQ(Select(FromTagRule::kAlways).party, PartyOf("B").id());
  request_.Set(ng::Flag::kDirectional);
  EXPECT_EQ(Select(FromTagRule::kWithDirectional).party, PartyOf("B").id());
  request_.from_tag = "nobody";
  EXPECT_EQ(Select(FromTagRule::kWithDirectional).error,
            "From-tag given, but no such tag exists");
}

TEST_F(SelectPartyTest, RemovedPartiesAreNotFound) {
  call::FindPartyByTag(&call_, "A")->set_removed(true);
  request_.label = "left";
  EXPECT_EQ(Select().error, "No monologue matching the given label");
  request_.label.clear();
  request_.address = "192.0.2.10";
  EXPECT_EQ(Select().error, "Failed to match address to any tag");
}

TEST_F(SelectPartyTest, SetLabelNamesTheSelectedParty) {
  request_.from_tag = "B";
  request_.set_label = "right";
  EXPECT_TRUE(RelabelSelected(&call_, Select(), request_));
  EXPECT_EQ(PartyOf("B").label(), "right");
  request_.from_tag.reset();
  EXPECT_FALSE(RelabelSelected(&call_, Select(), request_));
}

}  // namespace
}  // namespace controld::negotiate
