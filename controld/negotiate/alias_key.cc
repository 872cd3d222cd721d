#include "controld/negotiate/alias_key.h"

#include "controld/call/call_model.h"
#include "controld/negotiate/stable_hash.h"

namespace controld::negotiate {
namespace {

using call::Party;

// Of the first section; invalid without one, or without an address.
base::Endpoint FirstEndpoint(const sdp::SessionDescription& sdp) {
  if (sdp.media.empty()) return {};
  const sdp::MediaSection& first = sdp.media.front();
  const base::IpAddress address = first.connection.value_or(sdp.connection.value_or(base::IpAddress()));
  return {address, static_cast<uint16_t>(first.port)};
}

bool Matches(const Party& party, const ng::Request& request, const sdp::SessionDescription& sdp) {
  if (request.alias_key == "sdp") {
    return party.has_alias_sdp_hash() && party.alias_sdp_hash() == StableHash(*request.sdp);
  }
  const base::Endpoint endpoint = FirstEndpoint(sdp);
  return endpoint.valid() && party.has_alias_endpoint() &&
         call::FromProto(party.alias_endpoint()) == endpoint;
}

bool UsesAliasKey(const ng::Request& request) {
  return request.alias_key == "sdp" || request.alias_key == "address";
}

}  // namespace

void AdoptByAliasKey(call::CallState* call, const ng::Request& request,
                     const sdp::SessionDescription& sdp) {
  if (!UsesAliasKey(request)) return;
  const std::string& tag =
      request.command == ng::Command::kOffer ? *request.from_tag : *request.to_tag;
  if (call::FindPartyByTag(*call, tag) != nullptr) return;
  for (Party& party : *call->mutable_parties()) {
    if (party.removed() || !Matches(party, request, sdp)) continue;
    if (party.has_tag()) party.add_aliases(party.tag());
    party.set_tag(tag);
    return;
  }
}

void RememberAliasKey(const ng::Request& request, const sdp::SessionDescription& sdp,
                      Party* author) {
  if (!UsesAliasKey(request)) return;
  if (request.alias_key == "sdp") {
    author->set_alias_sdp_hash(StableHash(*request.sdp));
  } else if (const base::Endpoint endpoint = FirstEndpoint(sdp); endpoint.valid()) {
    *author->mutable_alias_endpoint() = call::ToProto(endpoint);
  }
}

}  // namespace controld::negotiate
