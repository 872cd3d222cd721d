#include "controld/negotiate/link.h"

#include <algorithm>
#include <vector>

#include "controld/call/call_model.h"
#include "controld/negotiate/select_party.h"
#include "controld/negotiate/subscribe.h"
#include "proto/base/text.h"

namespace controld::negotiate {
namespace {

using call::CallState;
using call::Media;
using call::Party;
using ng::Flag;

constexpr char kNoMixing[] = "Mixing is not supported by this build";

// How many media of the same type come before this one at its party.
int PlaceAmongType(const Party& party, const Media& media) {
  int place = 0;
  for (const Media& other : party.media()) {
    if (other.id() == media.id()) break;
    if (other.type_text() == media.type_text()) ++place;
  }
  return place;
}

Media* FindByType(Party* party, const std::string& type, int place) {
  for (Media& media : *party->mutable_media()) {
    if (media.type_text() == type && place-- == 0) return &media;
  }
  return nullptr;
}

// The media of `party_id` that goes with `media`: of the same type, in the same place among those.
Media* Counterpart(CallState* call, uint32_t party_id, uint32_t media_id) {
  const Media* media = call::FindMedia(*call, media_id);
  const Party* owner = call::PartyOfMedia(*call, media_id);
  return FindByType(call::FindParty(call, party_id), media->type_text(),
                    PlaceAmongType(*owner, *media));
}

// For a party that has not said yet what it has: the same, without ports.
Media* Mirror(CallState* call, uint32_t party_id, uint32_t media_id) {
  const uint32_t id = call::NewId(call);
  Party* party = call::FindParty(call, party_id);
  Media* mirror = party->add_media();
  const Media* media = call::FindMedia(*call, media_id);
  mirror->set_id(id);
  mirror->set_index(static_cast<uint32_t>(party->media_size()));
  mirror->set_type_text(media->type_text());
  mirror->set_protocol(media->protocol());
  mirror->set_sends(media->receives());
  mirror->set_receives(media->sends());
  return mirror;
}

std::vector<uint32_t> MediaIds(const Party& party) {
  std::vector<uint32_t> ids;
  for (const Media& media : party.media()) ids.push_back(media.id());
  return ids;
}

void ForgetAssociation(Party* party, uint32_t other) {
  auto* list = party->mutable_associated();
  list->erase(std::remove(list->begin(), list->end(), other), list->end());
}

void Associate(CallState* call, uint32_t a, uint32_t b) {
  for (const auto& [one, other] : {std::pair(a, b), std::pair(b, a)}) {
    Party* party = call::FindParty(call, one);
    ForgetAssociation(party, other);
    party->add_associated(other);
  }
}

// Ends every dialogue the party is in.
void Dissolve(CallState* call, uint32_t party_id) {
  call::KeepOnlyAssociation(call, call::FindParty(call, party_id), 0);
  call::FindParty(call, party_id)->clear_associated();
  for (Party& other : *call->mutable_parties()) ForgetAssociation(&other, party_id);
}

// Nothing in common: what one sends the other has not said to understand.
bool Understand(const Media& a, const Media& b) {
  if (a.codecs().empty() || b.codecs().empty()) return true;
  for (const call::SdpCodec& one : a.codecs()) {
    for (const call::SdpCodec& other : b.codecs()) {
      if (one.payload_type() == other.payload_type() &&
          base::EqualsIgnoreCase(one.name(), other.name())) {
        return true;
      }
    }
  }
  return false;
}

std::string NotConverted(const Party& a, const Party& b) {
  return base::StrCat("No codec in common between '", a.tag(), "' and '", b.tag(),
                      "': media is passed on as it is");
}

// `to` hears `from`, section by section. `like`: what kind of link. False: it has nothing to hear it with.
bool Hear(CallState* call, uint32_t from, uint32_t to, const call::Subscription& like) {
  bool any = false;
  for (const uint32_t id : MediaIds(*call::FindParty(call, from))) {
    Media* sink = Counterpart(call, to, id);
    if (sink == nullptr) continue;
    any = true;
    const bool known = std::any_of(
        sink->subscriptions().begin(), sink->subscriptions().end(),
        [id](const call::Subscription& one) { return one.media() == id; });
    if (known) continue;
    call::Subscription* link = sink->add_subscriptions();
    *link = like;
    link->set_media(id);
  }
  return any;
}

// The party hears nobody any more; with `heard`, nobody hears it either.
void DropLinks(CallState* call, uint32_t party_id, bool heard) {
  const std::vector<uint32_t> own = MediaIds(*call::FindParty(call, party_id));
  for (Party& party : *call->mutable_parties()) {
    for (Media& media : *party.mutable_media()) {
      if (party.id() == party_id) {
        media.clear_subscriptions();
      } else if (heard) {
        auto* links = media.mutable_subscriptions();
        for (int i = links->size() - 1; i >= 0; --i) {
          if (std::count(own.begin(), own.end(), links->Get(i).media()) > 0) {
            links->DeleteSubrange(i, 1);
          }
        }
      }
    }
  }
  // Who is no longer linked does not go with the other on delete.
  Party* self = call::FindParty(call, party_id);
  for (Party& party : *call->mutable_parties()) {
    const auto linked = [&](const std::vector<call::PartyLink>& links) {
      return std::any_of(links.begin(), links.end(),
                         [&](const call::PartyLink& link) { return link.party == party.id(); });
    };
    if (party.id() == party_id || linked(call::SubscribedTo(*call, *self)) ||
        linked(call::SubscribersOf(*call, *self))) {
      continue;
    }
    ForgetAssociation(self, party.id());
    ForgetAssociation(&party, party_id);
  }
}

struct Injection {
  uint32_t source = 0, to = 0;
  std::string error;
};

Injection FindInjection(const CallState& call, const ng::Request& request) {
  Injection injection;
  const Party* to = call::FindPartyByTag(call, *request.to_tag);
  const Party* source = call::FindPartyByTag(call, request.source_tag);
  if (to == nullptr) injection.error = "To-tag not found";
  else if (source == nullptr) injection.error = "Source-tag not found";
  else if (source == to) injection.error = "Trying to inject to self";
  else injection = {source->id(), to->id(), ""};
  return injection;
}

}  // namespace

LinkOutcome Connect(CallState* call, const ng::Request& request, base::Now now) {
  LinkOutcome outcome;
  const SourceSelection sources = SelectSources(*call, request);
  outcome.error = sources.error;
  if (outcome.error.empty() && (!request.to_tag || request.to_tag->empty())) {
    outcome.error = "No to-tag in message";
  }
  if (!outcome.error.empty()) return outcome;
  RelabelSelected(call, SelectParty(*call, request, FromTagRule::kAlways), request);
  Party* party = call::FindPartyByTag(call, *request.to_tag);
  if (party == nullptr) {
    const uint32_t side = call::PartyOfMedia(*call, sources.media.front())->side();
    party = call::AddParty(call, now.unix_us, side == 0 ? 1 : 0);
    party->set_tag(*request.to_tag);
  }
  const uint32_t to = party->id();
  std::vector<uint32_t> from;  // parties
  for (const uint32_t id : sources.media) {
    const uint32_t source = call::PartyOfMedia(*call, id)->id();
    if (source != to && std::count(from.begin(), from.end(), source) == 0) from.push_back(source);
  }
  if (from.empty()) return outcome;  // to itself
  Dissolve(call, to);
  for (const uint32_t source : from) Dissolve(call, source);
  for (const uint32_t id : sources.media) {
    const uint32_t source = call::PartyOfMedia(*call, id)->id();
    if (source == to) continue;
    Media* theirs = Counterpart(call, to, id);
    if (theirs == nullptr) theirs = Mirror(call, to, id);
    Media* mine = call::FindMedia(call, id);
    call::Subscribe(theirs, id);
    call::Subscribe(mine, theirs->id());
    if (outcome.warning.empty() && !Understand(*mine, *theirs)) {
      outcome.warning =
          NotConverted(*call::FindParty(call, source), *call::FindParty(call, to));
    }
  }
  for (const uint32_t source : from) Associate(call, source, to);
  return outcome;
}

LinkOutcome Mesh(CallState* call, const ng::Request& request) {
  LinkOutcome outcome;
  if (request.Has(Flag::kMix)) {
    outcome.error = kNoMixing;
    return outcome;
  }
  const bool both = request.Has(Flag::kBidirectional);
  call::Subscription like;
  like.set_egress(request.Has(Flag::kEgress));
  for (const ng::MeshTag& tag : request.tags) {
    if (tag.from.empty()) return {"Empty/missing from-tag", ""};
    const Party* from = call::FindPartyByTag(*call, tag.from);
    if (from == nullptr) return {"Given from-tag not found", ""};
    const uint32_t from_id = from->id();
    if (request.Has(Flag::kUnsubscribe)) DropLinks(call, from_id, both);
    call::FindParty(call, from_id)->set_standalone(true);
    for (const std::string& name : tag.to) {
      Party* to = call::FindPartyByTag(call, name);
      if (to == nullptr) return {"Given to-tag not found", ""};
      to->set_standalone(true);
      if (to->id() == from_id) continue;
      const uint32_t to_id = to->id();
      Hear(call, from_id, to_id, like);
      if (both) Hear(call, to_id, from_id, like);
    }
  }
  return outcome;
}

LinkOutcome InjectStart(CallState* call, const ng::Request& request) {
  const Injection injection = FindInjection(*call, request);
  if (!injection.error.empty()) return {injection.error, ""};
  if (request.Has(Flag::kMix)) return {kNoMixing, ""};
  call::Subscription like;
  like.set_injected(true);
  like.set_egress(request.Has(Flag::kEgress));
  if (!Hear(call, injection.source, injection.to, like)) return {"Failed to start inject", ""};
  return {};
}

LinkOutcome InjectStop(CallState* call, const ng::Request& request) {
  const Injection injection = FindInjection(*call, request);
  if (!injection.error.empty()) return {injection.error, ""};
  bool any = false;
  const std::vector<uint32_t> sources = MediaIds(*call::FindParty(call, injection.source));
  for (Media& media : *call::FindParty(call, injection.to)->mutable_media()) {
    auto* links = media.mutable_subscriptions();
    for (int i = links->size() - 1; i >= 0; --i) {
      const bool theirs = std::count(sources.begin(), sources.end(), links->Get(i).media()) > 0;
      if (!links->Get(i).injected() || !theirs) continue;
      links->DeleteSubrange(i, 1);
      any = true;
    }
  }
  if (!any) return {"Failed to stop inject", ""};
  return {};
}

}  // namespace controld::negotiate
