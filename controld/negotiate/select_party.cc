#include "controld/negotiate/select_party.h"

#include "controld/call/call_model.h"

namespace controld::negotiate {
namespace {

using call::CallState;
using call::Party;

const Party* ByLabel(const CallState& call, const std::string& label) {
  for (const Party& party : call.parties()) {
    if (!party.removed() && party.label() == label) return &party;
  }
  return nullptr;
}

// What its SDP said, not where its packets come from.
const Party* BySignalledAddress(const CallState& call, const base::IpAddress& address) {
  for (const Party& party : call.parties()) {
    if (party.removed() || party.media().empty()) continue;
    if (call::FromProto(party.media(0).rtp()).address == address) return &party;
  }
  return nullptr;
}

PartySelection Found(const Party* party, const char* otherwise) {
  PartySelection selection;
  if (party == nullptr) selection.error = otherwise;
  else selection.party = party->id();
  return selection;
}

}  // namespace

PartySelection SelectParty(const CallState& call, const ng::Request& request,
                           FromTagRule from_tag_rule) {
  PartySelection selection;
  if (request.Has(ng::Flag::kAll)) {
    selection.whole_call = true;
    return selection;
  }
  if (!request.label.empty()) {
    return Found(ByLabel(call, request.label), "No monologue matching the given label");
  }
  if (request.address) {
    const auto address = base::IpAddress::Parse(*request.address);
    if (!address) {
      selection.error = "Failed to parse network address";
      return selection;
    }
    return Found(BySignalledAddress(call, *address), "Failed to match address to any tag");
  }
  const bool honoured =
      from_tag_rule == FromTagRule::kAlways || request.Has(ng::Flag::kDirectional);
  if (honoured && request.from_tag && !request.from_tag->empty()) {
    return Found(call::FindPartyByTag(call, *request.from_tag),
                 "From-tag given, but no such tag exists");
  }
  return selection;
}

bool RelabelSelected(CallState* call, const PartySelection& selection,
                     const ng::Request& request) {
  if (selection.party == 0 || request.set_label.empty()) return false;
  call::FindParty(call, selection.party)->set_label(request.set_label);
  return true;
}

}  // namespace controld::negotiate
