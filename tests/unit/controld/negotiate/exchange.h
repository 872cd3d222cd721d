// One call's offers and answers without a service: parse, negotiate, allocate, print. For the tests
// of negotiation.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "controld/call/call_model.h"
#include "controld/negotiate/negotiate.h"
#include "controld/negotiate/origin.h"
#include "controld/negotiate/session_graph.h"
#include "controld/negotiate/write_sdp.h"
#include "controld/sdp/parse.h"
#include "tests/unit/controld/call/fake_gateway.h"
#include "tests/unit/controld/call/messages.h"

namespace controld::negotiate {

class Exchange : public ::testing::Test {
 protected:
  Exchange() {
    settings_.controller_name = "c1";
    settings_.instance_id = "0123456789ab";
    call_.set_call_id("c");
    call_.set_worker("w1");
    call_.set_tos(256);
    call_.set_created_us(call::At(0).unix_us);
  }

  // The rewritten SDP; "" with the reason in error_ if there is none.
  std::string Send(const ng::Request& request, double at = 0) {
    auto sdp = sdp::Parse(*request.sdp);
    EXPECT_TRUE(sdp.ok()) << sdp.status();
    error_ = CheckSdp(request, *sdp, settings_);
    if (!error_.empty()) return "";
    Outcome outcome = Negotiate(&call_, request, std::move(*sdp), worker_, settings_, random_, call::At(at));
    error_ = outcome.error;
    warnings_ = outcome.warnings;
    if (!error_.empty()) return "";
    const OriginLine origin = PrepareOrigin(&call_, outcome.outgoing, request, settings_, random_);
    for (call::PortSet& port_set : *call_.mutable_port_sets()) {
      if (port_set.has_allocation()) continue;
      *port_set.mutable_allocation() = ports_.Allocate(port_set.wanted(), worker_);
    }
    sender_ = outcome.outgoing.sender;
    receiver_ = outcome.outgoing.receiver;
    return WriteSdp(call_, outcome.outgoing, request, settings_, origin);
  }

  // From A (192.0.2.10:4000) and B (198.51.100.20:5000), the usual two.
  ng::Request OfferFromA(std::string_view lines = "", int port = 4000) {
    return call::Offer("c", "A", call::Sdp("192.0.2.10", port, lines));
  }
  ng::Request ReofferFromA(std::string_view lines = "", int port = 4000) {
    return call::Reoffer("c", "A", "B", call::Sdp("192.0.2.10", port, lines));
  }
  ng::Request AnswerFromB(std::string_view lines = "", int port = 5000) {
    return call::Answer("c", "A", "B", call::Sdp("198.51.100.20", port, lines));
  }
  ng::Request ReofferFromB(std::string_view lines = "", int port = 5000) {
    return call::Reoffer("c", "B", "A", call::Sdp("198.51.100.20", port, lines));
  }

  const call::Party& PartyOf(std::string_view tag) {
    const call::Party* party = call::FindPartyByTag(call_, tag);
    EXPECT_NE(party, nullptr) << tag;
    return party != nullptr ? *party : call::Party::default_instance();
  }
  // The party's only or first section in what the worker is told.
  rtpengine::v1::Media SessionMedia(std::string_view tag) {
    const rtpengine::v1::Session session = BuildSession(call_, settings_, false);
    const uint32_t id = PartyOf(tag).media(0).id();
    for (const rtpengine::v1::Media& media : session.media()) {
      if (media.id() == id) return media;
    }
    ADD_FAILURE() << "no media of " << tag;
    return {};
  }
  std::vector<std::string> PeersOf(const call::Party& party) {
    std::vector<std::string> tags;
    for (const uint32_t id : call::AssociatedParties(call_, party)) {
      const call::Party* peer = call::FindParty(call_, id);
      tags.push_back(peer->has_tag() ? peer->tag() : "<untagged>");
    }
    return tags;
  }

  call::CallState call_;
  call::Settings settings_;
  call::WorkerView worker_ = call::FakeView();
  call::FakePorts ports_;
  call::CountingRandom random_;
  std::string error_;
  std::vector<std::string> warnings_;
  uint32_t sender_ = 0, receiver_ = 0;  // party ids of the last message
};

}  // namespace controld::negotiate
