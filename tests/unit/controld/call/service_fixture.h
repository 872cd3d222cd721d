// A CallService on a fake worker and a virtual clock, with the replies of every command at hand.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "controld/call/call_service.h"
#include "proto/base/log.h"
#include "tests/unit/controld/call/fake_gateway.h"
#include "tests/unit/controld/call/messages.h"

namespace controld::call {

class ServiceTest : public ::testing::Test {
 protected:
  using Kind = FakeGateway::Kind;
  using Reply = std::shared_ptr<std::optional<ng::Dictionary>>;

  ServiceTest() {
    settings_.controller_name = "c1";
    settings_.instance_id = "0123456789ab";
    base::log::SetSink([](auto, auto, const auto&, std::string_view) {});
    Restart();
  }
  ~ServiceTest() override { base::log::SetSink(nullptr); }

  // A new life of the controller: nothing remembered but the configuration.
  void Restart() {
    service_.reset();
    service_ = std::make_unique<CallService>(settings_, counters_, gateway_, random_);
  }

  // Sends; the reply stands in the result once it came. A second reply fails the test.
  Reply Start(ng::Request request) {
    auto reply = std::make_shared<std::optional<ng::Dictionary>>();
    service_->Handle(std::move(request), *base::Endpoint::Parse("192.0.2.7:40000"), now_,
                     [reply](ng::Dictionary dictionary) {
                       EXPECT_FALSE(reply->has_value()) << "answered twice";
                       *reply = std::move(dictionary);
                     });
    return reply;
  }
  // Sends and lets the worker answer everything.
  ng::Dictionary Do(ng::Request request) {
    const Reply reply = Start(std::move(request));
    gateway_.AnswerAll();
    EXPECT_TRUE(reply->has_value()) << "no reply";
    return reply->value_or(ng::Dictionary());
  }
  std::string ResultOf(ng::Request request) { return Text(Do(std::move(request)), "result"); }
  std::string ErrorOf(ng::Request request) { return Text(Do(std::move(request)), "error-reason"); }
  // The local port in the reply's SDP; -1 without.
  int PortOf(ng::Request request) { return MediaPort(Text(Do(std::move(request)), "sdp")); }

  ng::Request OfferFor(const std::string& call_id, int port = 4000) {
    return Offer(call_id, "A", Sdp("192.0.2.10", port));
  }
  ng::Request AnswerFor(const std::string& call_id, int port = 5000) {
    return Answer(call_id, "A", "B", Sdp("198.51.100.20", port));
  }
  ng::Request DeleteFor(const std::string& call_id, int delay = 0) {
    ng::Request request = Message(ng::Command::kDelete, call_id);
    request.from_tag = "A";
    request.delete_delay = delay;
    return request;
  }
  ng::Request QueryFor(const std::string& call_id) { return Message(ng::Command::kQuery, call_id); }
  // An answered call: ports 30000 and 30002 if it is the first.
  void Establish(const std::string& call_id) {
    ASSERT_EQ(ResultOf(OfferFor(call_id)), "ok");
    ASSERT_EQ(ResultOf(AnswerFor(call_id)), "ok");
  }
  void TickAt(double seconds) {
    now_ = At(seconds);
    service_->Tick(now_);
    gateway_.AnswerAll();
  }

  Settings settings_;
  Counters counters_;
  FakeGateway gateway_;
  CountingRandom random_;
  std::unique_ptr<CallService> service_;
  base::Now now_ = At(0);
};

}  // namespace controld::call
