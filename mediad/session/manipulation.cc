#include "mediad/session/manipulation.h"

namespace mediad::session {
namespace {

using rtp::PayloadKind;

const CodecEntry* Find(const Media& media, uint8_t payload_type) {
  for (const CodecEntry& codec : media.codecs) {
    if (codec.payload_type == payload_type) return &codec;
  }
  return nullptr;
}

bool Is(const Media& media, uint8_t payload_type, PayloadKind kind) {
  const CodecEntry* codec = Find(media, payload_type);
  return codec != nullptr && codec->kind == kind;
}

}  // namespace

bool CarriesEvent(const Media& from, const Media& to, const rtp::HeaderView& packet) {
  const uint8_t payload_type = packet.payload_type();
  const auto is_event = [&](uint8_t type) {
    return Is(from, type, PayloadKind::kTelephoneEvent) ||
           Is(to, type, PayloadKind::kTelephoneEvent);
  };
  if (is_event(payload_type)) return true;
  const bool redundancy = Is(from, payload_type, PayloadKind::kRedundancy) ||
                          Is(to, payload_type, PayloadKind::kRedundancy);
  return redundancy && rtp::AnyRedundantBlock(packet.payload(), is_event);
}

std::optional<EventPayload> EventOf(const Media& from, const Media& to, const rtp::HeaderView& packet) {
  uint8_t type = packet.payload_type();
  std::span<const uint8_t> octets = packet.payload();
  if (Is(from, type, PayloadKind::kRedundancy) || Is(to, type, PayloadKind::kRedundancy)) {
    const std::optional<rtp::PayloadBlock> primary = rtp::PrimaryBlock(octets);
    if (!primary) return std::nullopt;
    type = primary->payload_type;
    octets = primary->octets;
  }
  for (const Media* media : {&from, &to}) {
    if (Is(*media, type, PayloadKind::kTelephoneEvent)) return EventPayload{octets, Find(*media, type)->clock_rate};
  }
  return std::nullopt;
}

bool MayCarryEvent(const Media& from, const Media& to, uint8_t payload_type) {
  for (const PayloadKind kind : {PayloadKind::kTelephoneEvent, PayloadKind::kRedundancy}) {
    if (Is(from, payload_type, kind) || Is(to, payload_type, kind)) return true;
  }
  return false;
}

uint8_t SilenceBetween(const Media& from, const Media& to, uint8_t payload_type) {
  // What a packet is says its sender's description, or RFC 3551. The receiver's may leave it out (what
  // it offered and did not get), but must not say something else.
  const CodecEntry* sent = Find(from, payload_type);
  const CodecEntry* received = Find(to, payload_type);
  const PayloadKind kind = sent != nullptr ? sent->kind : rtp::StaticKindOf(payload_type);
  if (received != nullptr && received->kind != kind) return rtp::kNoSilence;
  return rtp::SilenceOf(kind);
}

bool TooShort(const Media& from, const rtp::HeaderView& packet) {
  const CodecEntry* codec = Find(from, packet.payload_type());
  return codec != nullptr && codec->min_payload > 0 &&
         rtp::PayloadSize(packet) < codec->min_payload;
}

}  // namespace mediad::session
