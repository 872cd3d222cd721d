// Trickle ICE and what workers report of ICE, through the whole of a call's machinery.
#include "controld/call/media_event.h"

#include "controld/call/call_model.h"
#include "proto/base/text.h"
#include "tests/unit/controld/call/service_fixture.h"

namespace controld::call {
namespace {

namespace v1 = rtpengine::v1;

std::string IceLines(const std::string& ufrag, const std::string& more = "") {
  return base::StrCat("a=ice-ufrag:", ufrag, "\r\na=ice-pwd:", ufrag,
                      "0123456789012345678901\r\na=ice-options:trickle\r\n", more);
}

class SecureEventsTest : public ServiceTest {
 protected:
  void EstablishIce() {
    ASSERT_EQ(ResultOf(Offer("c", "A", Sdp("192.0.2.10", 4000, IceLines("aaaa")))), "ok");
    ASSERT_EQ(ResultOf(Answer("c", "A", "B", Sdp("198.51.100.20", 5000, IceLines("bbbb")))), "ok");
  }
  v1::Media MediaOf(const std::string& label) {
    for (const v1::Media& media : gateway_.last_session().media()) {
      if (media.label() == label) return media;
    }
    ADD_FAILURE() << "no media " << label;
    return {};
  }
  v1::Event Completed() {
    const v1::Media media = MediaOf("B/1");
    v1::Event event;
    event.set_session("c");
    event.set_owner("c1");
    event.set_generation(gateway_.last_session().generation());
    event.mutable_ice_completed()->set_media(media.id());
    event.mutable_ice_completed()->set_port_set(media.port_set());
    *event.mutable_ice_completed()->mutable_remote() =
        ToProto(*base::Endpoint::Parse("198.51.100.20:5000"));
    return event;
  }
  std::string ReofferOfA() {
    return Text(Do(Reoffer("c", "A", "B", Sdp("192.0.2.10", 4000, IceLines("aaaa")))), "sdp");
  }
  ng::Request FragmentOf(const std::string& tag, const std::string& ufrag) {
    ng::Request request = Message(ng::Command::kOffer, "c");
    request.from_tag = tag;
    request.sdp = base::StrCat("a=ice-ufrag:", ufrag,
                               "\r\nm=audio 9 RTP/AVP 0\r\n"
                               "a=candidate:1 1 UDP 1 198.51.100.77 7000 typ host\r\n");
    request.Set(ng::Flag::kFragment);
    return request;
  }
};

TEST_F(SecureEventsTest, ASelectedPairOutlivesTheController) {
  EstablishIce();
  EXPECT_EQ(ReofferOfA().find("a=remote-candidates"), std::string::npos);
  const v1::Event event = Completed();
  const uint64_t generation = gateway_.last_session().generation();
  service_->OnEvent("w1", event, now_);
  gateway_.AnswerAll();
  EXPECT_EQ(gateway_.last_session().generation(), generation + 1);
  EXPECT_TRUE(gateway_.last_session().record_only());
  service_->OnEvent("w1", event, now_);
  EXPECT_EQ(gateway_.last_session().generation(), generation + 1);

  Restart();
  for (const v1::SessionRecord& record : gateway_.Inventory()) service_->Reconcile("w1", record, now_);
  service_->ReconcileDone("w1", now_);
  gateway_.AnswerAll();
  EXPECT_NE(ReofferOfA().find("a=remote-candidates:1 198.51.100.20 5000\r\n"), std::string::npos);
}

TEST_F(SecureEventsTest, AReportWaitsForTheCommandThatIsAtWork) {
  EstablishIce();
  const v1::Event event = Completed();
  const Reply reply = Start(Reoffer("c", "A", "B", Sdp("192.0.2.10", 4000, IceLines("aaaa"))));
  service_->OnEvent("w1", event, now_);
  gateway_.AnswerAll();
  EXPECT_TRUE(reply->has_value());
  EXPECT_NE(ReofferOfA().find("a=remote-candidates:"), std::string::npos);
}

TEST_F(SecureEventsTest, OtherWorkersReportNothing) {
  EstablishIce();
  const size_t sent = gateway_.sent.size();
  service_->OnEvent("w2", Completed(), now_);
  EXPECT_EQ(gateway_.sent.size(), sent);
}

TEST_F(SecureEventsTest, AFragmentIsToldToTheWorkerAndAnsweredWithoutSdp) {
  EstablishIce();
  const ng::Dictionary reply = Do(FragmentOf("A", "aaaa"));
  EXPECT_EQ(Text(reply, "result"), "ok");
  EXPECT_EQ(reply.Find("sdp"), nullptr);
  EXPECT_EQ(MediaOf("A/1").ice().remote_candidates_size(), 1);
}

TEST_F(SecureEventsTest, AFragmentBeforeItsAuthorIsKept) {
  ASSERT_EQ(ResultOf(Offer("c", "A", Sdp("192.0.2.10", 4000, IceLines("aaaa")))), "ok");
  EXPECT_EQ(ResultOf(FragmentOf("B", "bbbb")), "ok");
  ASSERT_EQ(ResultOf(Answer("c", "A", "B", Sdp("198.51.100.20", 5000, IceLines("bbbb")))), "ok");
  EXPECT_EQ(MediaOf("B/1").ice().remote_candidates_size(), 1);
}

TEST_F(SecureEventsTest, AFragmentForNobodyMakesNoCall) {
  EXPECT_EQ(ResultOf(FragmentOf("A", "aaaa")), "ok");
  EXPECT_EQ(service_->size(), 0u);
  ng::Request answer = FragmentOf("A", "aaaa");
  answer.command = ng::Command::kAnswer;
  answer.to_tag = "B";
  EXPECT_EQ(ErrorOf(answer), "Error rewriting SDP");
}

// Commands beside the offer take fragments, too: of a publisher, a subscriber and a created party.
TEST_F(SecureEventsTest, FragmentsOfOthersThanOfferers) {
  const auto fragment = [&](ng::Command command, const std::string& tag) {
    ng::Request request = FragmentOf(tag, "aaaa");
    request.command = command;
    if (command == ng::Command::kSubscribeAnswer) request.to_tag = tag;
    const ng::Dictionary reply = Do(std::move(request));
    EXPECT_EQ(Text(reply, "result"), "ok") << tag;
    EXPECT_EQ(reply.Find("sdp"), nullptr) << tag;
  };
  const auto message = [](ng::Command command, const std::string& tag, int port) {
    ng::Request request = Message(command, "c");
    request.from_tag = tag;
    if (port != 0) request.sdp = Sdp("192.0.2.10", port, IceLines("aaaa"));
    return request;
  };
  ASSERT_EQ(ResultOf(message(ng::Command::kPublish, "pub", 4000)), "ok");
  fragment(ng::Command::kPublish, "pub");
  EXPECT_EQ(MediaOf("pub/1").ice().remote_candidates_size(), 1);

  // Before the answer it waits.
  ng::Request create = message(ng::Command::kCreate, "made", 0);
  create.ice = {"force"};
  ASSERT_EQ(ResultOf(std::move(create)), "ok");
  fragment(ng::Command::kCreateAnswer, "made");
  EXPECT_EQ(MediaOf("made/1").ice().remote_candidates_size(), 0);
  ASSERT_EQ(ResultOf(message(ng::Command::kCreateAnswer, "made", 4100)), "ok");
  EXPECT_EQ(MediaOf("made/1").ice().remote_candidates_size(), 1);

  ng::Request subscribe = message(ng::Command::kSubscribeRequest, "pub", 0);
  subscribe.to_tag = "sub";
  subscribe.ice = {"force"};
  ASSERT_EQ(ResultOf(std::move(subscribe)), "ok");
  ng::Request answer = message(ng::Command::kSubscribeAnswer, "", 4200);
  answer.to_tag = "sub";
  ASSERT_EQ(ResultOf(std::move(answer)), "ok");
  fragment(ng::Command::kSubscribeAnswer, "sub");
  EXPECT_EQ(MediaOf("sub/1").ice().remote_candidates_size(), 1);
}

}  // namespace
}  // namespace controld::call
