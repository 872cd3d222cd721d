#include "mediad/rtp/payload.h"

#include <algorithm>

#include "proto/base/text.h"

namespace mediad::rtp {
namespace {

// Where the padding begins (RFC 3550 §5.1). A count that cannot be is no padding.
size_t PaddingOffset(const HeaderView& packet) {
  const std::span<const uint8_t> payload = packet.payload();
  if (!packet.padding() || payload.empty()) return packet.size();
  const size_t padding = payload.back();
  return padding > payload.size() ? packet.size() : packet.size() - padding;
}

}  // namespace

PayloadKind KindOf(std::string_view name) {
  if (base::EqualsIgnoreCase(name, "PCMU")) return PayloadKind::kPcmu;
  if (base::EqualsIgnoreCase(name, "PCMA")) return PayloadKind::kPcma;
  if (base::EqualsIgnoreCase(name, "G722")) return PayloadKind::kG722;
  if (base::EqualsIgnoreCase(name, "telephone-event")) return PayloadKind::kTelephoneEvent;
  if (base::EqualsIgnoreCase(name, "red")) return PayloadKind::kRedundancy;
  return PayloadKind::kOther;
}

PayloadKind StaticKindOf(uint8_t payload_type) {
  switch (payload_type) {
    case 0: return PayloadKind::kPcmu;
    case 8: return PayloadKind::kPcma;
    case 9: return PayloadKind::kG722;
    default: return PayloadKind::kOther;
  }
}

uint8_t SilenceOf(PayloadKind kind) {
  switch (kind) {
    case PayloadKind::kPcmu: return 0xff;
    case PayloadKind::kPcma: return 0xd5;
    case PayloadKind::kG722: return 0xfa;
    default: return kNoSilence;
  }
}

void OverwritePayload(uint8_t octet, std::span<uint8_t> packet) {
  const std::optional<HeaderView> view = HeaderView::Parse(packet);
  if (!view) return;
  std::fill(packet.begin() + static_cast<std::ptrdiff_t>(view->header_size()),
            packet.begin() + static_cast<std::ptrdiff_t>(PaddingOffset(*view)), octet);
}

std::optional<PayloadBlock> PrimaryBlock(std::span<const uint8_t> payload) {
  size_t at = 0, redundant = 0;
  while (at + 4 <= payload.size() && (payload[at] & 0x80) != 0) {
    redundant += static_cast<size_t>(payload[at + 2] & 0x03) << 8 | payload[at + 3];
    at += 4;
  }
  if (at >= payload.size() || (payload[at] & 0x80) != 0) return std::nullopt;
  const size_t begin = at + 1 + redundant;
  if (begin > payload.size()) return std::nullopt;
  return PayloadBlock{static_cast<uint8_t>(payload[at] & 0x7f), payload.subspan(begin)};
}

size_t PayloadSize(const HeaderView& packet) {
  return PaddingOffset(packet) - packet.header_size();
}

}  // namespace mediad::rtp
