#include "controld/negotiate/origin.h"

#include "proto/base/text.h"
#include "controld/call/call_model.h"
#include "controld/negotiate/stable_hash.h"
#include "controld/negotiate/write_sdp.h"

namespace controld::negotiate {
namespace {

using ng::Flag;

uint32_t FirstUsablePortSet(const call::CallState& call, const OutgoingSdp& outgoing) {
  for (const OutgoingSection& section : outgoing.sections) {
    const call::Media* media = call::FindMedia(call, section.media_id);
    if (!section.rejected && media != nullptr && media->port_set() != 0) return media->port_set();
  }
  return 0;
}

// Where no party says whose session it is, it is ours: the first address of ours that is shown, or none.
void NameOurAddress(const call::CallState& call, const OutgoingSdp& outgoing, OriginLine* line) {
  line->address_type = "IP4";
  line->address = "0.0.0.0";
  line->address_of_port_set = FirstUsablePortSet(call, outgoing);
}

call::OutputMemory* MemoryOf(call::CallState* call, uint32_t side) {
  while (call->memory_size() <= static_cast<int>(side)) call->add_memory();
  return call->mutable_memory(static_cast<int>(side));
}

uint64_t BodyHash(const call::CallState& call, const OutgoingSdp& outgoing,
                  const ng::Request& request, const call::Settings& settings,
                  const OriginLine& line) {
  WriteOptions draft;
  draft.draft = true;
  return StableHash(WriteSdp(call, outgoing, request, settings, line, draft));
}

OriginLine OriginWith(call::OutputMemory* memory, call::CallState* call,
                      const OutgoingSdp& outgoing, const ng::Request& request,
                      const call::Settings& settings, base::Random& random) {
  const bool full = request.Has(Flag::kReplaceOriginFull);
  OriginLine line;
  line.net_type = "IN";
  uint64_t version = 0;
  if (outgoing.source.origin) {
    const sdp::Origin& origin = *outgoing.source.origin;
    line.username = origin.username;
    line.session_id = origin.session_id;
    version = origin.version;
    line.net_type = origin.net_type;
    line.address_type = origin.address_type;
    line.address = origin.address;
  } else {
    if (!memory->has_random_origin()) {
      memory->set_random_origin(base::StrCat(random.Next() >> 1));
    }
    line.username = "-";
    line.session_id = memory->random_origin();
    NameOurAddress(*call, outgoing, &line);
  }
  if (full || request.Has(Flag::kReplaceUsername)) {
    if (memory->has_username()) line.username = memory->username();
  }
  if (!memory->has_username()) memory->set_username(line.username);
  if (full && memory->has_session_id()) line.session_id = memory->session_id();
  if (!memory->has_session_id() && outgoing.source.origin) {
    memory->set_session_id(outgoing.source.origin->session_id);
  }
  if (full || request.Has(Flag::kReplaceOrigin)) {
    if (memory->origin_port_set() == 0 ||
        call::FindPortSet(*call, memory->origin_port_set()) == nullptr) {
      memory->set_origin_port_set(FirstUsablePortSet(*call, outgoing));
    }
    line.address_of_port_set = memory->origin_port_set();
  }
  line.session_name = outgoing.source.name;
  if (request.Has(Flag::kReplaceSessionName) && memory->has_session_name()) {
    line.session_name = memory->session_name();
  }
  if (!memory->has_session_name()) memory->set_session_name(line.session_name);

  const bool by_content = full || request.Has(Flag::kReplaceSdpVersion);
  if (by_content) {
    const uint64_t hash = BodyHash(*call, outgoing, request, settings, line);
    // Only texts that were printed under this rule are compared.
    const bool differs = memory->has_body_hash() && memory->body_hash() != hash;
    if (memory->has_version()) version = memory->version() + (differs ? 1 : 0);
    memory->set_body_hash(hash);
  }
  if (memory->has_version() && request.Has(Flag::kForceIncrementSdpVersion)) {
    version = memory->version() + 1;
  }
  memory->set_version(version);
  line.version = base::StrCat(version);
  return line;
}

}  // namespace

OriginLine PrepareOrigin(call::CallState* call, const OutgoingSdp& outgoing,
                         const ng::Request& request, const call::Settings& settings,
                         base::Random& random) {
  call::OutputMemory* memory =
      MemoryOf(call, call::FindParty(*call, outgoing.sender)->side());
  return OriginWith(memory, call, outgoing, request, settings, random);
}

OriginLine PrepareSubscriberOrigin(call::CallState* call, const OutgoingSdp& outgoing,
                                   const ng::Request& request, const call::Settings& settings,
                                   base::Random& random) {
  call::OutputMemory* memory = call::FindParty(call, outgoing.receiver)->mutable_own();
  return OriginWith(memory, call, outgoing, request, settings, random);
}

OriginLine PrepareOwnOrigin(call::CallState* call, const OutgoingSdp& outgoing,
                            const ng::Request& request, const call::Settings& settings,
                            base::Random& random) {
  call::OutputMemory* memory = call::FindParty(call, outgoing.receiver)->mutable_own();
  if (!memory->has_random_origin()) memory->set_random_origin(base::StrCat(random.Next() >> 1));
  OriginLine line;
  line.username = "-";
  line.session_id = memory->random_origin();
  line.net_type = "IN";
  NameOurAddress(*call, outgoing, &line);
  line.session_name = settings.software_id;
  const uint64_t hash = BodyHash(*call, outgoing, request, settings, line);
  // A signed 64-bit number with room to count, whoever reads it.
  uint64_t version = memory->has_version() ? memory->version() : random.Next() >> 2;
  if (memory->has_version() && hash != memory->body_hash()) ++version;
  memory->set_version(version);
  memory->set_body_hash(hash);
  line.version = base::StrCat(version);
  return line;
}

}  // namespace controld::negotiate
