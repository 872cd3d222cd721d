#include "controld/negotiate/manipulate.h"

#include <vector>

#include "controld/call/call_model.h"
#include "controld/negotiate/select_party.h"
#include "proto/base/text.h"

namespace controld::negotiate {
namespace {

using call::CallState;
using call::Flow;
using call::Manipulation;
using call::Party;
using call::PartyLink;
using ng::Command;

// One of the three flags, on or off.
struct Change {
  void (Manipulation::*set)(bool);
  bool on;
  FromTagRule rule;
};

Change ChangeOf(Command command) {
  switch (command) {
    case Command::kBlockMedia:
    case Command::kUnblockMedia:
      return {&Manipulation::set_block_media, command == Command::kBlockMedia,
              FromTagRule::kWithDirectional};
    case Command::kSilenceMedia:
    case Command::kUnsilenceMedia:
      return {&Manipulation::set_silence_media, command == Command::kSilenceMedia,
              FromTagRule::kAlways};
    default:
      return {&Manipulation::set_block_dtmf, command == Command::kBlockDtmf,
              FromTagRule::kWithDirectional};
  }
}

void Apply(const Change& change, Manipulation* manipulation) {
  (manipulation->*change.set)(change.on);
}

// Flags of flows that say nothing, or whose receiver is gone, are dropped with every change.
void Tidy(const CallState& call, Party* party) {
  auto* flows = party->mutable_flows();
  for (int i = flows->size() - 1; i >= 0; --i) {
    const Manipulation& what = flows->Get(i).manipulation();
    const Party* to = call::FindParty(call, flows->Get(i).to());
    const bool any = what.block_media() || what.silence_media() || what.block_dtmf();
    if (!any || to == nullptr || to->removed()) flows->DeleteSubrange(i, 1);
  }
}

void ChangeFlow(const Change& change, const PartyLink& link, Party* party) {
  for (Flow& flow : *party->mutable_flows()) {
    if (flow.to() == link.party && flow.offer_answer() == link.offer_answer) {
      return Apply(change, flow.mutable_manipulation());
    }
  }
  Flow* flow = party->add_flows();
  flow->set_to(link.party);
  flow->set_offer_answer(link.offer_answer);
  Apply(change, flow->mutable_manipulation());
}

std::string ChangeFlowsTo(CallState* call, const Change& change, const Party* to,
                          std::string_view missing, Party* party) {
  if (to == nullptr) return base::StrCat("Media flow not found (", missing, " not found)");
  bool found = false;
  for (const PartyLink& link : call::SubscribersOf(*call, *party)) {
    if (link.party != to->id()) continue;
    ChangeFlow(change, link, party);
    found = true;
  }
  return found ? "" : "Media flow not found (to-tag not subscribed)";
}

std::string ChangeFlowsOfKind(CallState* call, const Change& change, const std::string& kind,
                              Party* party) {
  bool found = false;
  for (const PartyLink& link : call::SubscribersOf(*call, *party)) {
    if (kind == "offer-answer" && !link.offer_answer) continue;
    if (kind == "except-offer-answer" && link.offer_answer) continue;
    ChangeFlow(change, link, party);
    found = true;
  }
  return found ? "" : "No eligible media subscriptions found";
}

const Party* ByLabel(const CallState& call, const std::string& label) {
  for (const Party& party : call.parties()) {
    if (!party.removed() && party.label() == label) return &party;
  }
  return nullptr;
}

// Media commands may name the receiver; DTMF is always that of a party.
std::string ChangeParty(CallState* call, const ng::Request& request, const Change& change,
                        Party* party) {
  const bool dtmf =
      request.command == Command::kBlockDtmf || request.command == Command::kUnblockDtmf;
  if (!dtmf && !request.to_label.empty()) {
    return ChangeFlowsTo(call, change, ByLabel(*call, request.to_label), "to-label", party);
  }
  if (!dtmf && request.to_tag && !request.to_tag->empty()) {
    return ChangeFlowsTo(call, change, call::FindPartyByTag(*call, *request.to_tag), "to-tag",
                         party);
  }
  const bool flows = request.all == "offer-answer" || request.all == "except-offer-answer" ||
                     request.all == "flows";
  if (!dtmf && flows) return ChangeFlowsOfKind(call, change, request.all, party);
  Apply(change, party->mutable_manipulation());
  return "";
}

void ChangeWholeCall(CallState* call, const Change& change, bool everywhere) {
  Apply(change, call->mutable_manipulation());
  if (change.on || !everywhere) return;
  for (Party& party : *call->mutable_parties()) {
    Apply(change, party.mutable_manipulation());
    for (Flow& flow : *party.mutable_flows()) Apply(change, flow.mutable_manipulation());
    Tidy(*call, &party);
  }
}

void Add(const Manipulation& what, rtpengine::v1::Route* route) {
  if (what.block_media()) route->set_block_rtp(true);
  if (what.silence_media()) route->set_silence_rtp(true);
  if (what.block_dtmf()) route->set_block_dtmf(true);
}

}  // namespace

std::string Manipulate(CallState* call, const ng::Request& request) {
  const Change change = ChangeOf(request.command);
  const PartySelection selection = SelectParty(*call, request, change.rule);
  if (!selection.error.empty()) return selection.error;
  if (selection.party == 0) {
    ChangeWholeCall(call, change, selection.whole_call);
    return "";
  }
  RelabelSelected(call, selection, request);
  Party* party = call::FindParty(call, selection.party);
  std::string error = ChangeParty(call, request, change, party);
  Tidy(*call, party);
  return error;
}

void TakeManipulationFlags(CallState* call, const ng::Request& request, Party* sender) {
  if (request.Has(ng::Flag::kBlockDtmf)) sender->mutable_manipulation()->set_block_dtmf(true);
  if (request.Has(ng::Flag::kDropTrafficStart)) call->set_drop_traffic(true);
  if (request.Has(ng::Flag::kDropTrafficStop)) call->set_drop_traffic(false);
}

void TakeMediaFlags(const ng::Request& request, call::Media* sender, call::Media* receiver) {
  if (request.Has(ng::Flag::kBlockShort)) sender->set_block_short(true);
  for (call::Media* media : {sender, receiver}) {
    if (request.Has(ng::Flag::kGenerateRtcp)) media->set_generate_rtcp(true);
    if (request.Has(ng::Flag::kNoGenerateRtcp)) media->set_generate_rtcp(false);
    media->set_mirror_rtcp(request.Has(ng::Flag::kMirrorRtcp));
  }
  const std::string& echo = request.media_echo;
  if (echo.empty()) return;
  sender->set_echo(echo == "backward" || echo == "both" ? call::ECHO : call::BLACKHOLE);
  receiver->set_echo(echo == "forward" || echo == "both" ? call::ECHO : call::BLACKHOLE);
}

void FillManipulation(const CallState& call, const Party& from, const Party& to, bool offer_answer,
                      rtpengine::v1::Route* route) {
  Add(call.manipulation(), route);
  Add(from.manipulation(), route);
  for (const Flow& flow : from.flows()) {
    if (flow.to() == to.id() && flow.offer_answer() == offer_answer) Add(flow.manipulation(), route);
  }
}

uint32_t LeastPayload(const call::SdpCodec& codec, int ptime_ms) {
  constexpr int kDefaultPtime = 20;  // RFC 3551 §4.2
  const auto ms = static_cast<uint32_t>(ptime_ms > 0 ? ptime_ms : kDefaultPtime);
  const uint32_t channels = codec.channels() == 0 ? 1 : codec.channels();
  const auto is = [&](std::string_view name) { return base::EqualsIgnoreCase(codec.name(), name); };
  if (is("PCMU") || is("PCMA") || is("G722")) return ms * 8 * channels;
  if (is("L16")) return ms * (codec.clock_rate() / 1000) * 2 * channels;
  return 0;
}

}  // namespace controld::negotiate
