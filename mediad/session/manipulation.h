// What commands hold back or change (NG block DTMF, silence media, block-short): questions about one packet
// between two media. Nothing is let through by doubt: what may be an event is one, what may not be silenced for
// certain is not.
//
// Not here: which routes are concerned (the specification says it), the order of the steps (session.cc). Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "mediad/rtp/header.h"
#include "mediad/session/state.h"

namespace mediad::session {

// Whether the packet carries a telephone event in the eyes of its sender's or its receiver's description.
bool CarriesEvent(const Media& from, const Media& to, const rtp::HeaderView& packet);

// The event payload of such a packet and its clock rate; nullopt: it is none, or one inside redundancy that is not new.
struct EventPayload {
  std::span<const uint8_t> octets;
  uint32_t clock_rate = 0;
};
std::optional<EventPayload> EventOf(const Media& from, const Media& to, const rtp::HeaderView& packet);

// Whether a packet of this payload type may, whatever is in it.
bool MayCarryEvent(const Media& from, const Media& to, uint8_t payload_type);

// The octet to write over the payload; rtp::kNoSilence: none, or the two sides mean different codecs.
uint8_t SilenceBetween(const Media& from, const Media& to, uint8_t payload_type);

// Whether the payload is shorter than the sender's codec has to have it.
bool TooShort(const Media& from, const rtp::HeaderView& packet);

}  // namespace mediad::session
