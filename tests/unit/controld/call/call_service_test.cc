// Commands through CallService: the ordinary course of calls, deletion and its delay, limits, and
// that commands on one call wait for each other (ng-protocol.md §6).
#include "controld/call/call_service.h"

#include <gmock/gmock.h>

#include "tests/unit/controld/call/service_fixture.h"

namespace controld::call {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class CallServiceTest : public ServiceTest {};

TEST_F(CallServiceTest, OfferAnswerQueryDelete) {
  const ng::Dictionary offered = Do(OfferFor("c"));
  EXPECT_EQ(Text(offered, "result"), "ok");
  EXPECT_EQ(MediaPort(Text(offered, "sdp")), 30000);
  EXPECT_EQ(service_->size(), 1u);
  EXPECT_EQ(counters_.calls.load(), 1);
  EXPECT_EQ(gateway_.charges["w1"], 2);
  EXPECT_EQ(MediaPort(Text(Do(AnswerFor("c")), "sdp")), 30002);

  const ng::Dictionary queried = Do(QueryFor("c"));
  EXPECT_EQ(Text(queried, "result"), "ok");
  EXPECT_THAT(Keys(queried, "tags"), ElementsAre("A", "B"));
  std::vector<std::string> ids;
  service_->List(10, &ids);
  EXPECT_THAT(ids, ElementsAre("c"));

  EXPECT_EQ(Text(Do(DeleteFor("c")), "result"), "ok");
  EXPECT_EQ(service_->size(), 0u);
  EXPECT_TRUE(gateway_.held.empty());
  EXPECT_EQ(counters_.calls.load(), 0);
  EXPECT_EQ(counters_.terminated.load(), 1u);
  EXPECT_EQ(gateway_.charges["w1"], 0);
  EXPECT_EQ(ErrorOf(QueryFor("c")), "Unknown call-id");
}

TEST_F(CallServiceTest, WhatIsMissingIsToldInOrder) {
  const auto message = [](ng::Command command, bool sdp, bool call_id, bool from) {
    ng::Request request;
    request.command = command;
    if (sdp) request.sdp = Sdp("192.0.2.10", 4000);
    if (call_id) request.call_id = "c";
    if (from) request.from_tag = "A";
    return request;
  };
  constexpr auto kOffer = ng::Command::kOffer, kAnswer = ng::Command::kAnswer;
  const struct {
    ng::Request request;
    const char* error;
  } cases[] = {
      {message(kOffer, false, false, false), "No SDP body in message"},
      {message(kOffer, true, false, false), "No call-id in message"},
      {message(kOffer, true, true, false), "No from-tag in message"},
      {message(kAnswer, true, true, true), "No to-tag in message"},
      {AnswerFor("nobody"), "Unknown call-id"},
      {Offer("c", "A", "rubbish"), "Failed to parse SDP"},
      {Offer("c", "A", "v=0\r\ns=-\r\nt=0 0\r\nm=audio 4000 RTP/AVP 8\r\n"),
       "Incomplete SDP specification"},
      {Message(ng::Command::kDelete, ""), "No call-id in message"},
      {Message(ng::Command::kQuery, ""), "No call-id in message"},
  };
  for (const auto& test : cases) EXPECT_EQ(ErrorOf(test.request), test.error);
  EXPECT_EQ(service_->size(), 0u);
  EXPECT_THAT(gateway_.sent, IsEmpty());
}

TEST_F(CallServiceTest, WithoutAUsableSectionTheCallStays) {
  Establish("c");
  const ng::Dictionary reply = Do(OfferFor("c", 0));
  EXPECT_EQ(Text(reply, "error-reason"), "Error rewriting SDP");
  EXPECT_NE(reply.Find("sdp"), nullptr);
  EXPECT_EQ(PortOf(OfferFor("c")), 30000);
}

TEST_F(CallServiceTest, OurOwnLoopComesBackUnchanged) {
  ng::Request request = Offer("c", "A", Sdp("192.0.2.10", 4000, ""));
  request.sdp->insert(request.sdp->find("m="), "a=rtpengine:0123456789ab\r\n");
  request.Set(ng::Flag::kLoopProtect);
  const std::string body = *request.sdp;
  EXPECT_EQ(Text(Do(request), "sdp"), body);
  EXPECT_EQ(service_->size(), 0u);
}

// ---- delete

TEST_F(CallServiceTest, UnknownDeletionsAreFine) {
  Establish("c");
  ng::Request other = DeleteFor("c");
  other.from_tag = "Z";
  for (ng::Request request : {DeleteFor("nobody"), other}) {
    const ng::Dictionary reply = Do(request);
    EXPECT_EQ(Text(reply, "result"), "ok");
    EXPECT_EQ(Text(reply, "warning"), "Call-ID not found or tags didn't match");
    request.Set(ng::Flag::kFatal);
    EXPECT_EQ(ErrorOf(request), "Call-ID not found or tags didn't match");
  }
  EXPECT_EQ(service_->size(), 1u);
}

TEST_F(CallServiceTest, DelayedDeletion) {
  Establish("c");
  EXPECT_EQ(ResultOf(DeleteFor("c", 30)), "ok");
  TickAt(29.9);
  EXPECT_EQ(service_->size(), 1u);
  EXPECT_EQ(ResultOf(QueryFor("c")), "ok");
  TickAt(30.1);
  EXPECT_EQ(service_->size(), 0u);
  EXPECT_TRUE(gateway_.held.empty());
  EXPECT_EQ(counters_.terminated.load(), 1u);
}

TEST_F(CallServiceTest, TheConfiguredDelayIsTheDefault) {
  settings_.delete_delay_s = 5;
  service_->SetSettings(settings_);
  Establish("c");
  ng::Request request = DeleteFor("c");
  request.delete_delay.reset();
  EXPECT_EQ(ResultOf(request), "ok");
  TickAt(4);
  EXPECT_EQ(service_->size(), 1u);
  TickAt(6);
  EXPECT_EQ(service_->size(), 0u);
}

TEST_F(CallServiceTest, AReofferCancelsTheDeletion) {
  Establish("c");
  Do(DeleteFor("c", 30));
  now_ = At(10);
  EXPECT_EQ(PortOf(OfferFor("c")), 30000);
  TickAt(60);
  EXPECT_EQ(service_->size(), 1u);
  // A later deletion has its own time.
  Do(DeleteFor("c", 30));
  TickAt(89);
  EXPECT_EQ(service_->size(), 1u);
  TickAt(91);
  EXPECT_EQ(service_->size(), 0u);
}

TEST_F(CallServiceTest, DeletingABranchLeavesTheOther) {
  for (const char* branch : {"b1", "b2"}) {
    ng::Request request = OfferFor("c");
    request.via_branch = branch;
    ASSERT_EQ(ResultOf(request), "ok");
  }
  ng::Request request = DeleteFor("c");
  request.via_branch = "b2";
  const size_t before = gateway_.last_session().media_size();
  EXPECT_EQ(ResultOf(request), "ok");
  EXPECT_EQ(service_->size(), 1u);
  EXPECT_EQ(before, 3u);
  EXPECT_EQ(gateway_.last_session().media_size(), 2);
  EXPECT_EQ(gateway_.last_session().port_sets_size(), 2);
  ng::Request answer = AnswerFor("c");
  answer.via_branch = "b1";
  EXPECT_EQ(ResultOf(answer), "ok");
}

TEST_F(CallServiceTest, FastDeletionHasNoStatistics) {
  Establish("c");
  const ng::Dictionary reply = Do(With(DeleteFor("c"), {ng::Flag::kFast}));
  EXPECT_EQ(reply.size(), 1u);
  EXPECT_EQ(Text(reply, "result"), "ok");
}

// ---- limits

struct LimitCase {
  const char* why;
  int64_t max_sessions;
  PlacementRefusal refusal;
  const char* message;
};

TEST_F(CallServiceTest, Limits) {
  Establish("old");
  const LimitCase cases[] = {
      {"sessions", 1, PlacementRefusal::kNone, "Parallel session limit reached"},
      {"sessions first", 1, PlacementRefusal::kCpu, "Parallel session limit reached"},
      {"load", -1, PlacementRefusal::kLoad, "Load limit exceeded"},
      {"cpu", -1, PlacementRefusal::kCpu, "CPU usage limit exceeded"},
      {"bandwidth", 2, PlacementRefusal::kBandwidth, "Bandwidth limit exceeded"},
      {"no worker", -1, PlacementRefusal::kNoWorker, "Load limit exceeded"},
  };
  for (const LimitCase& test : cases) {
    SCOPED_TRACE(test.why);
    settings_.max_sessions = test.max_sessions;
    service_->SetSettings(settings_);
    gateway_.refuse = test.refusal;
    const ng::Dictionary told = Do(With(OfferFor("new"), {ng::Flag::kSupportsLoadLimit}));
    EXPECT_EQ(told.size(), 2u);
    EXPECT_EQ(Text(told, "result"), "load limit");
    EXPECT_EQ(Text(told, "message"), test.message);
    // Who did not announce it gets the one text, whichever limit it was.
    const ng::Dictionary untold = Do(OfferFor("new"));
    EXPECT_EQ(untold.size(), 2u);
    EXPECT_EQ(Text(untold, "result"), "error");
    EXPECT_EQ(Text(untold, "error-reason"), "Parallel session limit reached");
    // Calls that are there are not concerned.
    EXPECT_EQ(ResultOf(OfferFor("old")), "ok");
  }
  EXPECT_EQ(counters_.rejected.load(), 4u);
  EXPECT_EQ(service_->size(), 1u);
}

// ---- one command per call at a time

TEST_F(CallServiceTest, CommandsOnOneCallWaitOthersGoOn) {
  const Reply offer = Start(OfferFor("c"));
  const Reply answer = Start(AnswerFor("c"));
  const Reply deletion = Start(DeleteFor("c"));
  const Reply other = Start(OfferFor("d"));
  EXPECT_EQ(gateway_.sent.size(), 2u);  // one for c, one for d

  ASSERT_TRUE(gateway_.AnswerOne("d"));
  EXPECT_TRUE(other->has_value());
  EXPECT_FALSE(offer->has_value());
  ASSERT_TRUE(gateway_.AnswerOne("c"));
  EXPECT_TRUE(offer->has_value());
  EXPECT_FALSE(answer->has_value());
  ASSERT_TRUE(gateway_.AnswerOne("c"));
  EXPECT_TRUE(answer->has_value());
  EXPECT_FALSE(deletion->has_value());
  ASSERT_TRUE(gateway_.AnswerOne("c"));
  ASSERT_TRUE(deletion->has_value());
  EXPECT_EQ(Text(**answer, "result"), "ok");
  EXPECT_EQ(Text(**deletion, "result"), "ok");
  EXPECT_EQ(service_->size(), 1u);
}

TEST_F(CallServiceTest, ACommandBehindADeletionFindsNoCall) {
  Establish("c");
  const Reply deletion = Start(DeleteFor("c"));
  const Reply answer = Start(AnswerFor("c"));
  const Reply offer = Start(OfferFor("c"));
  gateway_.AnswerAll();
  ASSERT_TRUE(answer->has_value());
  EXPECT_EQ(Text(**answer, "error-reason"), "Unknown call-id");
  ASSERT_TRUE(offer->has_value());  // a new call of the same name
  EXPECT_EQ(Text(**offer, "result"), "ok");
  EXPECT_EQ(counters_.created.load(), 2u);
  EXPECT_EQ(service_->size(), 1u);
}

TEST_F(CallServiceTest, ADueDeletionWaitsForTheCommandAtWork) {
  Establish("c");
  Do(DeleteFor("c", 30));
  now_ = At(29);
  const Reply offer = Start(OfferFor("c"));
  service_->Tick(At(31));
  gateway_.AnswerAll();
  ASSERT_TRUE(offer->has_value());
  EXPECT_EQ(Text(**offer, "result"), "ok");
  // The offer came before the deletion was due and cancelled it.
  EXPECT_EQ(service_->size(), 1u);
}

TEST_F(CallServiceTest, CallsAreCountedByFamilyOnceTheyAreAnswered) {
  ASSERT_EQ(ResultOf(OfferFor("c1")), "ok");
  EXPECT_EQ(service_->CountSessions().calls, 1);
  EXPECT_EQ(service_->CountSessions().ipv4, 0);
  ASSERT_EQ(ResultOf(AnswerFor("c1")), "ok");
  EXPECT_EQ(service_->CountSessions().ipv4, 1);
  EXPECT_EQ(service_->CountSessions().mixed, 0);
}

// m=audio 4000/2: two pairs of ports, as recorded; a=rtcp has no meaning there.
TEST_F(CallServiceTest, SeveralPortsOfASectionAreAllShown) {
  const std::string section = "m=audio 4000/2 RTP/AVP 8\r\na=rtcp:4009\r\n";
  ASSERT_EQ(ResultOf(Offer("c", "A", "v=0\r\no=x 1 1 IN IP4 192.0.2.9\r\ns=-\r\n"
                                     "c=IN IP4 192.0.2.9\r\nt=0 0\r\n" + section)), "ok");
  rtpengine::v1::MediaStatistics* media = gateway_.statistics.add_media();
  media->set_media(gateway_.held.at("c").session.media(0).id());
  for (int i = 0; i < 4; ++i) {
    media->add_streams()->set_rtcp(i % 2 == 1);
    media->mutable_streams(i)->mutable_ingress()->set_packets(static_cast<uint64_t>(i) + 10);
  }
  const ng::Dictionary reply = Do(QueryFor("c"));
  const ng::Dictionary& party = *reply.Find("tags")->dictionary()->Find("A")->dictionary();
  const ng::Dictionary& section_reply = *(*party.Find("medias")->list())[0].dictionary();
  const ng::List& streams = *section_reply.Find("streams")->list();
  ASSERT_EQ(streams.size(), 4u);
  const int64_t first = *streams[0].dictionary()->Find("local port")->integer();
  for (int64_t i = 0; i < 4; ++i) {
    const ng::Dictionary& stream = *streams[static_cast<size_t>(i)].dictionary();
    EXPECT_EQ(*stream.Find("local port")->integer(), first + i);
    EXPECT_EQ(*stream.Find("endpoint")->dictionary()->Find("port")->integer(), 4000 + i);
    EXPECT_EQ(*stream.Find("stats")->dictionary()->Find("packets")->integer(), 10 + i);
  }
}

// One side's first packet stands for both, but only where it was asked for.
TEST_F(CallServiceTest, UnidirectionalConfirmsTheOtherSideToo) {
  for (const bool asked : {true, false}) {
    const std::string id = asked ? "c1" : "c2";
    ng::Request offer = OfferFor(id);
    if (asked) offer.Set(ng::Flag::kUnidirectional);
    ASSERT_EQ(ResultOf(offer), "ok");
    ASSERT_EQ(ResultOf(AnswerFor(id)), "ok");
    gateway_.statistics.Clear();
    for (const rtpengine::v1::Media& media : gateway_.held.at(id).session.media()) {
      rtpengine::v1::MediaStatistics* statistics = gateway_.statistics.add_media();
      statistics->set_media(media.id());
      statistics->add_streams()->set_confirmed(gateway_.statistics.media_size() == 1);
    }
    const ng::Dictionary reply = Do(QueryFor(id));
    const auto flags = [&](const char* tag) {
      const ng::Dictionary& party = *reply.Find("tags")->dictionary()->Find(tag)->dictionary();
      const ng::Dictionary& media = *(*party.Find("medias")->list())[0].dictionary();
      const ng::Dictionary& rtp = *(*media.Find("streams")->list())[0].dictionary();
      std::vector<std::string> out;
      for (const ng::Value& flag : *rtp.Find("flags")->list()) out.push_back(*flag.string());
      return out;
    };
    EXPECT_THAT(flags("A"), ElementsAre("RTP", "filled", "confirmed", "kernelized",
                                        "no kernel support"));
    if (asked) {
      EXPECT_THAT(flags("B"), ElementsAre("RTP", "filled", "confirmed"));
    } else {
      EXPECT_THAT(flags("B"), ElementsAre("RTP", "filled"));
    }
  }
}

TEST_F(CallServiceTest, OnePartyIsPrintedAlone) {
  Establish("c1");
  std::string text;
  const auto print = [&](const std::string& call_id, const std::string& tag) {
    bool there = false;
    service_->PrintParty(call_id, tag, now_, [&](bool found, const std::string& out) {
      there = found;
      text = out;
    });
    gateway_.AnswerAll();
    return there;
  };
  service_->PrintSession("c1", now_, [&](bool, const std::string& out) { text = out; });
  gateway_.AnswerAll();
  EXPECT_NE(text.find("\ntos: 0\n"), text.npos) << "as configured: " << text;
  EXPECT_TRUE(print("c1", "B"));
  EXPECT_EQ(text.rfind("--- Tag 'B', type: TO_TAG, label ''", 0), 0u) << text;
  EXPECT_EQ(text.find("Tag 'A', type"), text.npos);
  EXPECT_TRUE(print("c1", "nobody"));
  EXPECT_EQ(text, "");
  EXPECT_FALSE(print("c2", "A"));
  EXPECT_TRUE(service_->Has("c1"));
  EXPECT_FALSE(service_->Has("c2"));
}

TEST_F(CallServiceTest, NewLimitsHoldFromTheNextCallOn) {
  Establish("c1");
  Settings changed = settings_;
  changed.max_sessions = 1;
  changed.delete_delay_s = 7;
  service_->SetSettings(changed);
  EXPECT_NE(ErrorOf(OfferFor("c2")), "");
  EXPECT_EQ(ResultOf(AnswerFor("c1")), "ok");
  service_->SetSettings(settings_);
  EXPECT_EQ(ResultOf(OfferFor("c2")), "ok");
}

// Calls that are up too: their workers watch the clock.
TEST_F(CallServiceTest, NewTimeoutsReachTheCallsThereAre) {
  for (int i = 0; i < 250; ++i) Establish(base::StrCat("c", i));
  EXPECT_EQ(gateway_.held.at("c0").session.media(0).idle_limit_s(), 60u);
  Settings changed = settings_;
  changed.timeout_s = 90;
  service_->SetSettings(changed);
  const auto told = [&] {
    size_t count = 0;
    for (const auto& [id, held] : gateway_.held) {
      count += held.session.media(0).idle_limit_s() == 90 ? 1 : 0;
    }
    return count;
  };
  TickAt(1);
  EXPECT_EQ(told(), 100u) << "bit by bit";
  TickAt(1.1);
  TickAt(1.2);
  EXPECT_EQ(told(), 250u);
  EXPECT_EQ(ResultOf(AnswerFor("c0")), "ok");
}

}  // namespace
}  // namespace controld::call
