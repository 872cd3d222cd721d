// Requests of the session commands (subscribe, publish, create, connect, mesh, inject) and readers of the
// routes they make, for their tests.
#pragma once

#include <set>
#include <string>
#include <utility>
#include <vector>

#include "controld/call/call_model.h"
#include "tests/unit/controld/call/service_fixture.h"

namespace controld::call {

class SessionCommandTest : public ServiceTest {
 protected:
  ng::Request SubscribeFor(const std::string& to_tag,
                           std::initializer_list<ng::Flag> flags = {ng::Flag::kAll}) {
    ng::Request request = Message(ng::Command::kSubscribeRequest, "c");
    request.to_tag = to_tag;
    return With(std::move(request), flags);
  }
  // `ports`: one section each, at 198.51.100.30.
  ng::Request SubscriberAnswer(const std::string& to_tag, std::vector<int> ports,
                               std::string_view lines = "a=recvonly\r\n",
                               std::string_view formats = "8 0") {
    std::string body = Sdp("198.51.100.30", ports.front(), lines, "RTP/AVP", formats);
    for (size_t i = 1; i < ports.size(); ++i) {
      base::StrAppend(&body, "m=audio ", ports[i], " RTP/AVP ", formats, "\r\n", lines);
    }
    ng::Request request = Message(ng::Command::kSubscribeAnswer, "c");
    request.to_tag = to_tag;
    request.sdp = body;
    return request;
  }
  ng::Request UnsubscribeFor(const std::string& to_tag) {
    ng::Request request = Message(ng::Command::kUnsubscribe, "c");
    request.to_tag = to_tag;
    return request;
  }

  static std::vector<std::string> Texts(const ng::Dictionary& reply, std::string_view key) {
    std::vector<std::string> texts;
    const ng::Value* value = reply.Find(key);
    if (value == nullptr || value->list() == nullptr) return texts;
    for (const ng::Value& item : *value->list()) {
      texts.push_back(item.string() == nullptr ? "?" : *item.string());
    }
    return texts;
  }

  // The call as its worker keeps it.
  CallState Record(const std::string& call_id = "c") {
    CallState call;
    EXPECT_TRUE(call.ParseFromString(gateway_.held[call_id].session.record()));
    return call;
  }
  // What is sent where, by tag: {"A", "B"} = B gets what A sends.
  std::multiset<std::pair<std::string, std::string>> Routes(const std::string& call_id = "c") {
    const CallState call = Record(call_id);
    std::multiset<std::pair<std::string, std::string>> routes;
    for (const rtpengine::v1::Route& route : gateway_.held[call_id].session.routes()) {
      routes.emplace(PartyOfMedia(call, route.from())->tag(), PartyOfMedia(call, route.to())->tag());
    }
    return routes;
  }
  // The first media of a party in what the worker runs.
  rtpengine::v1::Media Running(const std::string& tag, const std::string& call_id = "c") {
    const CallState call = Record(call_id);
    const Party* party = FindPartyByTag(call, tag);
    if (party == nullptr || party->media().empty()) return {};
    for (const rtpengine::v1::Media& media : gateway_.held[call_id].session.media()) {
      if (media.id() == party->media(0).id()) return media;
    }
    return {};
  }
};

}  // namespace controld::call
