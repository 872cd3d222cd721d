// Accessors over the call model (call_state.proto): lookups by id and tag, new parties and media, who is
// associated with whom. Pure; pointers are valid until the repeated field they point into grows.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "controld/call/call_state.pb.h"
#include "proto/base/endpoint.h"

namespace controld::call {

// Conversions between the wire form of endpoints and base::Endpoint.
rtpengine::v1::Endpoint ToProto(const base::Endpoint& endpoint);
base::Endpoint FromProto(const rtpengine::v1::Endpoint& endpoint);
rtpengine::v1::AddressFamily ToProto(base::Family family);
base::Family FromProto(rtpengine::v1::AddressFamily family);

uint32_t NewId(CallState* call);
Media* AddMedia(CallState* call, Party* party);
// The party's media at `position` (0-based); those up to it are made if they are not there.
Media* MediaAt(CallState* call, uint32_t party_id, int position);

Party* FindParty(CallState* call, uint32_t id);
const Party* FindParty(const CallState& call, uint32_t id);
// By tag or alias; removed parties are not found. Null when there is none.
Party* FindPartyByTag(CallState* call, std::string_view tag);
const Party* FindPartyByTag(const CallState& call, std::string_view tag);

Media* FindMedia(CallState* call, uint32_t id);
const Media* FindMedia(const CallState& call, uint32_t id);
const Party* PartyOfMedia(const CallState& call, uint32_t media_id);

const PortSet* FindPortSet(const CallState& call, uint32_t id);
PortSet* FindPortSet(CallState* call, uint32_t id);

Party* AddParty(CallState* call, int64_t now_us, uint32_t side);

// Parties whose media `party` receives from by offer/answer, in order of first subscription, each once.
std::vector<uint32_t> AssociatedParties(const CallState& call, const Party& party);
// Any kind of subscription.
struct PartyLink {
  uint32_t party = 0;
  bool offer_answer = false;
};
std::vector<PartyLink> SubscribedTo(const CallState& call, const Party& party);
std::vector<PartyLink> SubscribersOf(const CallState& call, const Party& party);

// Makes each of `sink` receive from `source` by offer/answer, once.
void Subscribe(Media* sink, uint32_t source_media);
void UnsubscribeOfferAnswer(CallState* call, Party* party, uint32_t from_party);
// Drops all offer/answer links of `party` with others than `keep` (both directions).
void KeepOnlyAssociation(CallState* call, Party* party, uint32_t keep);

}  // namespace controld::call
