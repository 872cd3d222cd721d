#include "controld/negotiate/dialogue.h"

#include <algorithm>

#include "controld/call/call_model.h"

namespace controld::negotiate {
namespace {

using call::CallState;
using call::Party;

// The first live counterpart of `party`; with `branch` not empty, the one with that via-branch.
Party* Counterpart(CallState* call, const Party& party, std::string_view branch) {
  for (uint32_t id : call::AssociatedParties(*call, party)) {
    Party* other = call::FindParty(call, id);
    if (other == nullptr || other->removed()) continue;
    if (branch.empty() || other->via_branch() == branch) return other;
  }
  return nullptr;
}

Party* PartyByBranch(CallState* call, std::string_view branch, uint32_t not_this) {
  if (branch.empty()) return nullptr;
  for (Party& party : *call->mutable_parties()) {
    if (!party.removed() && party.id() != not_this && party.via_branch() == branch) return &party;
  }
  return nullptr;
}

// A new counterpart for `sender_id`; its output memory is the other side's.
Party* NewReceiver(CallState* call, uint32_t sender_id, const ng::Request& request,
                   int64_t now_us) {
  const uint32_t side = call::FindParty(*call, sender_id)->side() == 0 ? 1 : 0;
  Party* receiver = call::AddParty(call, now_us, side);
  receiver->set_via_branch(request.via_branch);
  return receiver;
}

Dialogue ResolveOffer(CallState* call, const ng::Request& request, int64_t now_us) {
  const std::string& from_tag = *request.from_tag;
  const bool has_to_tag = request.to_tag.has_value() && !request.to_tag->empty();
  Party* sender = call::FindPartyByTag(call, from_tag);
  Party* receiver = has_to_tag ? call::FindPartyByTag(call, *request.to_tag) : nullptr;
  if (receiver != nullptr && receiver == sender) receiver = nullptr;

  if (sender == nullptr) {
    sender = call::AddParty(call, now_us, receiver != nullptr ? 1 - receiver->side() : 0);
    sender->set_tag(from_tag);
  }
  const uint32_t sender_id = sender->id();
  if (receiver != nullptr) return {sender_id, receiver->id(), ""};

  // Without a to-tag the existing counterpart is meant (of the named branch); a to-tag or branch never
  // heard of is a fork.
  const bool same_tag = has_to_tag && *request.to_tag == from_tag;
  Party* existing =
      !has_to_tag || same_tag ? Counterpart(call, *sender, request.via_branch) : nullptr;
  if (existing != nullptr) return {sender_id, existing->id(), ""};
  Party* fresh = NewReceiver(call, sender_id, request, now_us);
  if (has_to_tag && !same_tag) fresh->set_tag(*request.to_tag);
  return {sender_id, fresh->id(), ""};
}

// The answerer's tag is new: it names the branch, becomes an alias, or a party of its own.
uint32_t TakeTag(CallState* call, uint32_t offerer_id, Party* party, const ng::Request& request,
                 int64_t now_us) {
  const std::string& tag = *request.to_tag;
  if (party != nullptr && !party->has_tag()) {
    party->set_tag(tag);
    return party->id();
  }
  const bool fork = request.Has(ng::Flag::kNewBranch) ||
                    (party != nullptr && party->final_answer() &&
                     !request.Has(ng::Flag::kProvisional));
  if (party != nullptr && !fork) {
    party->add_aliases(party->tag());
    party->set_tag(tag);
    return party->id();
  }
  const uint32_t side = call::FindParty(*call, offerer_id)->side() == 0 ? 1 : 0;
  Party* fresh = call::AddParty(call, now_us, side);
  fresh->set_tag(tag);
  return fresh->id();
}

// An answer to somebody never heard of: both get a party, and the offerer stays untagged, as recorded.
Dialogue ResolveStrayAnswer(CallState* call, const ng::Request& request, int64_t now_us) {
  const Party* known = call::FindPartyByTag(*call, *request.to_tag);
  uint32_t answerer_id = known == nullptr ? 0 : known->id();
  if (known == nullptr) {
    Party* fresh = call::AddParty(call, now_us, 1);
    fresh->set_tag(*request.to_tag);
    answerer_id = fresh->id();
  }
  return {answerer_id, call::AddParty(call, now_us, 0)->id(), ""};
}

Dialogue ResolveAnswer(CallState* call, const ng::Request& request, int64_t now_us) {
  if (*request.from_tag == *request.to_tag) return {0, 0, "Invalid dialogue association"};
  Party* offerer = call::FindPartyByTag(call, *request.from_tag);
  if (offerer == nullptr) return ResolveStrayAnswer(call, request, now_us);
  const uint32_t offerer_id = offerer->id();
  uint32_t answerer_id = 0;
  if (const Party* known = call::FindPartyByTag(*call, *request.to_tag)) {
    answerer_id = known->id();
  } else {
    Party* party = PartyByBranch(call, request.via_branch, offerer_id);
    if (party == nullptr) party = Counterpart(call, *offerer, "");
    answerer_id = TakeTag(call, offerer_id, party, request, now_us);
  }
  if (answerer_id == offerer_id) return {0, 0, "Invalid dialogue association"};
  Party* answerer = call::FindParty(call, answerer_id);
  if (request.sip_message_type == ng::SipMessageType::kReply && request.sip_code >= 200) {
    answerer->set_final_answer(true);
  }
  return {answerer_id, offerer_id, ""};
}

void RememberAssociation(Party* party, uint32_t other) {
  for (const uint32_t id : party->associated()) {
    if (id == other) return;
  }
  party->add_associated(other);
}

bool Unanswered(const Party& party) { return !party.has_tag(); }

}  // namespace

Dialogue ResolveDialogue(CallState* call, const ng::Request& request, int64_t now_us) {
  return request.command == ng::Command::kOffer ? ResolveOffer(call, request, now_us)
                                                : ResolveAnswer(call, request, now_us);
}

void Associate(CallState* call, const Dialogue& dialogue, bool is_offer) {
  Party* sender = call::FindParty(call, dialogue.sender);
  Party* receiver = call::FindParty(call, dialogue.receiver);
  RememberAssociation(sender, receiver->id());
  RememberAssociation(receiver, sender->id());
  // Branches that nobody answered yet stay beside each other; an answer (or an offer to a party that has
  // answered) makes the pair exclusive.
  if (is_offer && Unanswered(*receiver)) {
    for (uint32_t id : call::AssociatedParties(*call, *sender)) {
      const Party* other = call::FindParty(*call, id);
      if (other != nullptr && !Unanswered(*other)) {
        call::UnsubscribeOfferAnswer(call, sender, id);
        call::UnsubscribeOfferAnswer(call, call::FindParty(call, id), sender->id());
      }
    }
    return;
  }
  call::KeepOnlyAssociation(call, sender, receiver->id());
  call::KeepOnlyAssociation(call, receiver, sender->id());
}

}  // namespace controld::negotiate
