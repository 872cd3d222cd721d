#include "controld/call/call_model.h"

#include <algorithm>

namespace controld::call {

rtpengine::v1::Endpoint ToProto(const base::Endpoint& endpoint) {
  rtpengine::v1::Endpoint out;
  if (endpoint.address.valid()) out.set_address(endpoint.address.ToBytes());
  out.set_port(endpoint.port);
  return out;
}

base::Endpoint FromProto(const rtpengine::v1::Endpoint& endpoint) {
  base::Endpoint out;
  if (auto address = base::IpAddress::FromBytes(endpoint.address())) out.address = *address;
  out.port = static_cast<uint16_t>(endpoint.port());
  return out;
}

rtpengine::v1::AddressFamily ToProto(base::Family family) {
  switch (family) {
    case base::Family::kIpv4: return rtpengine::v1::IPV4;
    case base::Family::kIpv6: return rtpengine::v1::IPV6;
    case base::Family::kNone: break;
  }
  return rtpengine::v1::ADDRESS_FAMILY_UNSPECIFIED;
}

base::Family FromProto(rtpengine::v1::AddressFamily family) {
  if (family == rtpengine::v1::IPV4) return base::Family::kIpv4;
  if (family == rtpengine::v1::IPV6) return base::Family::kIpv6;
  return base::Family::kNone;
}

uint32_t NewId(CallState* call) {
  call->set_next_id(call->next_id() + 1);
  return call->next_id();
}

Media* AddMedia(CallState* call, Party* party) {
  Media* media = party->add_media();
  media->set_id(NewId(call));
  media->set_index(static_cast<uint32_t>(party->media_size()));
  return media;
}

Media* MediaAt(CallState* call, uint32_t party_id, int position) {
  Party* party = FindParty(call, party_id);
  while (party->media_size() <= position) AddMedia(call, party);
  return party->mutable_media(position);
}

const Party* FindParty(const CallState& call, uint32_t id) {
  for (const Party& party : call.parties()) {
    if (party.id() == id) return &party;
  }
  return nullptr;
}

Party* FindParty(CallState* call, uint32_t id) {
  return const_cast<Party*>(FindParty(std::as_const(*call), id));
}

const Party* FindPartyByTag(const CallState& call, std::string_view tag) {
  for (const Party& party : call.parties()) {
    if (!party.removed() && party.has_tag() && party.tag() == tag) return &party;
  }
  for (const Party& party : call.parties()) {
    if (party.removed()) continue;
    for (const std::string& alias : party.aliases()) {
      if (alias == tag) return &party;
    }
  }
  return nullptr;
}

Party* FindPartyByTag(CallState* call, std::string_view tag) {
  return const_cast<Party*>(FindPartyByTag(std::as_const(*call), tag));
}

const Media* FindMedia(const CallState& call, uint32_t id) {
  for (const Party& party : call.parties()) {
    for (const Media& media : party.media()) {
      if (media.id() == id) return &media;
    }
  }
  return nullptr;
}

Media* FindMedia(CallState* call, uint32_t id) {
  return const_cast<Media*>(FindMedia(std::as_const(*call), id));
}

const Party* PartyOfMedia(const CallState& call, uint32_t media_id) {
  for (const Party& party : call.parties()) {
    for (const Media& media : party.media()) {
      if (media.id() == media_id) return &party;
    }
  }
  return nullptr;
}

const PortSet* FindPortSet(const CallState& call, uint32_t id) {
  for (const PortSet& port_set : call.port_sets()) {
    if (port_set.wanted().id() == id) return &port_set;
  }
  return nullptr;
}

PortSet* FindPortSet(CallState* call, uint32_t id) {
  return const_cast<PortSet*>(FindPortSet(std::as_const(*call), id));
}

Party* AddParty(CallState* call, int64_t now_us, uint32_t side) {
  Party* party = call->add_parties();
  party->set_id(NewId(call));
  party->set_created_us(now_us);
  party->set_side(side);
  return party;
}

namespace {

void AddLink(std::vector<PartyLink>* links, uint32_t party, bool offer_answer) {
  for (const PartyLink& link : *links) {
    if (link.party == party && link.offer_answer == offer_answer) return;
  }
  links->push_back({party, offer_answer});
}

}  // namespace

std::vector<PartyLink> SubscribedTo(const CallState& call, const Party& party) {
  std::vector<PartyLink> links;
  for (const Media& media : party.media()) {
    for (const Subscription& subscription : media.subscriptions()) {
      const Party* source = PartyOfMedia(call, subscription.media());
      if (source != nullptr) AddLink(&links, source->id(), subscription.offer_answer());
    }
  }
  return links;
}

std::vector<PartyLink> SubscribersOf(const CallState& call, const Party& party) {
  std::vector<PartyLink> links;
  for (const Party& other : call.parties()) {
    for (const Media& media : other.media()) {
      for (const Subscription& subscription : media.subscriptions()) {
        const Party* source = PartyOfMedia(call, subscription.media());
        if (source == &party) AddLink(&links, other.id(), subscription.offer_answer());
      }
    }
  }
  return links;
}

std::vector<uint32_t> AssociatedParties(const CallState& call, const Party& party) {
  std::vector<uint32_t> ids;
  for (const PartyLink& link : SubscribedTo(call, party)) {
    if (link.offer_answer) ids.push_back(link.party);
  }
  return ids;
}

void Subscribe(Media* sink, uint32_t source_media) {
  for (const Subscription& subscription : sink->subscriptions()) {
    if (subscription.media() == source_media) return;
  }
  Subscription* subscription = sink->add_subscriptions();
  subscription->set_media(source_media);
  subscription->set_offer_answer(true);
}

void UnsubscribeOfferAnswer(CallState* call, Party* party, uint32_t from_party) {
  for (Media& media : *party->mutable_media()) {
    auto* list = media.mutable_subscriptions();
    for (int i = list->size() - 1; i >= 0; --i) {
      const Party* source = PartyOfMedia(*call, list->Get(i).media());
      if (list->Get(i).offer_answer() && (source == nullptr || source->id() == from_party)) {
        list->DeleteSubrange(i, 1);
      }
    }
  }
}

void KeepOnlyAssociation(CallState* call, Party* party, uint32_t keep) {
  for (Party& other : *call->mutable_parties()) {
    if (other.id() == party->id() || other.id() == keep) continue;
    UnsubscribeOfferAnswer(call, party, other.id());
    UnsubscribeOfferAnswer(call, &other, party->id());
  }
}

}  // namespace controld::call
