#include "controld/negotiate/merge.h"

#include <algorithm>

#include "controld/call/call_model.h"

namespace controld::negotiate {
namespace {

using call::CallState;
using call::Media;
using call::Party;

bool TagsCollide(const CallState& into, const CallState& from) {
  for (const Party& party : from.parties()) {
    if (party.removed()) continue;
    if (party.has_tag() && call::FindPartyByTag(into, party.tag()) != nullptr) return true;
    for (const std::string& alias : party.aliases()) {
      if (call::FindPartyByTag(into, alias) != nullptr) return true;
    }
  }
  return false;
}

void Raise(uint32_t offset, uint32_t id, void (Media::*set)(uint32_t), Media* media) {
  if (id != 0) (media->*set)(id + offset);
}

void RaiseMedia(uint32_t offset, Media* media) {
  media->set_id(media->id() + offset);
  Raise(offset, media->port_set(), &Media::set_port_set, media);
  for (call::EndpointMap& map : *media->mutable_maps()) {
    map.set_port_set(map.port_set() + offset);
    for (uint32_t& further : *map.mutable_further_port_sets()) further += offset;
  }
  if (media->has_ice()) {
    call::IceLeg* ice = media->mutable_ice();
    if (ice->port_set() != 0) ice->set_port_set(ice->port_set() + offset);
    for (call::IcePair& pair : *ice->mutable_selected()) pair.set_port_set(pair.port_set() + offset);
    ice->clear_generation();  // sessions are counted anew
  }
  for (call::Subscription& link : *media->mutable_subscriptions()) {
    link.set_media(link.media() + offset);
  }
  media->clear_label();  // numbers are unique within a call: the next recording session gets new ones
}

void RaiseParty(uint32_t offset, Party* party) {
  party->set_id(party->id() + offset);
  for (uint32_t& id : *party->mutable_associated()) id += offset;
  for (Media& media : *party->mutable_media()) RaiseMedia(offset, &media);
  if (party->has_own() && party->own().origin_port_set() != 0) {
    party->mutable_own()->set_origin_port_set(party->own().origin_port_set() + offset);
  }
}

}  // namespace

bool MergeCalls(CallState* into, const CallState& from, uint32_t* offset) {
  if (TagsCollide(*into, from)) return false;
  *offset = into->next_id();
  for (const Party& party : from.parties()) {
    Party* moved = into->add_parties();
    *moved = party;
    RaiseParty(*offset, moved);
    if (moved->merged_from().empty()) moved->set_merged_from(from.call_id());
  }
  for (const call::PortSet& port_set : from.port_sets()) {
    call::PortSet* moved = into->add_port_sets();
    *moved = port_set;
    moved->mutable_wanted()->set_id(port_set.wanted().id() + *offset);
    if (moved->has_allocation()) {
      moved->mutable_allocation()->set_id(port_set.wanted().id() + *offset);
    }
  }
  into->set_next_id(into->next_id() + from.next_id());
  into->add_merged_call_ids(from.call_id());
  into->mutable_merged_call_ids()->MergeFrom(from.merged_call_ids());
  into->set_created_us(std::min(into->created_us(), from.created_us()));
  into->set_charged_streams(into->charged_streams() + from.charged_streams());
  if (into->tie_breaker() == 0) into->set_tie_breaker(from.tie_breaker());
  if (into->certificate().empty()) into->set_certificate(from.certificate());
  into->set_next_label(std::max(into->next_label(), from.next_label()));
  return true;
}

}  // namespace controld::negotiate
