// Parsing; see message.h.
//
//  0                   1                   2                   3
//  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
// |0 0|M M M M M|C|M M M|C|M M M M|         Message Length        |
// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
// |                         Magic Cookie                          |
// |                     Transaction ID (96 bits)                  |
// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
// |         Type                  |            Length             |
// |                         Value (variable, padded to 4) ....
#include "mediad/stun/message.h"

#include <openssl/crypto.h>

#include <algorithm>

#include "mediad/stun/octets.h"

namespace mediad::stun {
namespace {

constexpr uint16_t kFirstOptionalType = 0x8000;
constexpr uint8_t kFamilyIpv4 = 1;
constexpr uint8_t kFamilyIpv6 = 2;

std::string_view Text(std::span<const uint8_t> octets) {
  return {reinterpret_cast<const char*>(octets.data()), octets.size()};
}

template <typename T>
void TakeFirst(std::optional<T>* place, T value) {
  if (!place->has_value()) *place = value;
}

}  // namespace

std::optional<MessageView> MessageView::Parse(std::span<const uint8_t> datagram) {
  if (datagram.size() < kHeaderSize || datagram.size() % 4 != 0) return std::nullopt;
  const uint16_t type = ReadUint16(datagram.data());
  if ((type & 0xc000) != 0 || ReadUint32(datagram.data() + 4) != kMagicCookie) return std::nullopt;
  if (ReadUint16(datagram.data() + 2) != datagram.size() - kHeaderSize) return std::nullopt;

  MessageView view;
  view.datagram_ = datagram;
  view.class_ = static_cast<Class>((type >> 7 & 2) | (type >> 4 & 1));
  view.method_ = static_cast<uint16_t>((type >> 2 & 0xf80) | (type >> 1 & 0x70) | (type & 0xf));
  std::copy_n(datagram.begin() + 8, view.transaction_.size(), view.transaction_.begin());

  size_t at = kHeaderSize;
  while (at < datagram.size()) {
    const auto attribute = static_cast<Attribute>(ReadUint16(datagram.data() + at));
    const size_t size = ReadUint16(datagram.data() + at + 2);
    const size_t end = at + kAttributeHeaderSize + Padded(size);
    if (end > datagram.size()) return std::nullopt;
    const auto value = datagram.subspan(at + kAttributeHeaderSize, size);
    if (attribute == Attribute::kFingerprint) {
      // The last attribute, if there is one.
      if (size != kFingerprintSize || end != datagram.size()) return std::nullopt;
      const bool fits = ComputeFingerprint(datagram.first(at)) == ReadUint32(value.data());
      view.fingerprint_ = fits ? Fingerprint::kValid : Fingerprint::kWrong;
    } else if (!view.has_integrity()) {
      if (attribute == Attribute::kMessageIntegrity) {
        if (size != kIntegritySize) return std::nullopt;
        view.integrity_offset_ = at;
      } else if (!view.TakeAttribute(attribute, value)) {
        return std::nullopt;
      }
    }
    at = end;
  }
  return view;
}

bool MessageView::TakeAttribute(Attribute type, std::span<const uint8_t> value) {
  switch (type) {
    case Attribute::kUsername:
      TakeFirst(&username_, Text(value));
      return true;
    case Attribute::kSoftware:
      TakeFirst(&software_, Text(value));
      return true;
    case Attribute::kPriority:
      if (value.size() != 4) return false;
      TakeFirst(&priority_, ReadUint32(value.data()));
      return true;
    case Attribute::kIceControlled:
    case Attribute::kIceControlling:
      if (value.size() != 8) return false;
      TakeFirst(type == Attribute::kIceControlled ? &controlled_ : &controlling_,
                ReadUint64(value.data()));
      return true;
    case Attribute::kUseCandidate:
      use_candidate_ = true;
      return value.empty();
    case Attribute::kErrorCode:
      return TakeErrorCode(value);
    case Attribute::kXorMappedAddress:
      return TakeXorMappedAddress(value);
    case Attribute::kMappedAddress:
    case Attribute::kUnknownAttributes:
    case Attribute::kRealm:
    case Attribute::kNonce:
      return true;  // known, of no use to ICE
    default:
      TakeUnknown(static_cast<uint16_t>(type));
      return true;
  }
}

bool MessageView::TakeErrorCode(std::span<const uint8_t> value) {
  if (value.size() < 4) return false;
  const unsigned hundreds = value[2] & 7u;
  const unsigned number = value[3];
  if (hundreds < 3 || hundreds > 6 || number > 99) return false;
  TakeFirst(&error_code_, static_cast<uint16_t>(hundreds * 100 + number));
  return true;
}

bool MessageView::TakeXorMappedAddress(std::span<const uint8_t> value) {
  if (value.size() < 8) return false;
  const size_t size = value[1] == kFamilyIpv4 ? 4 : value[1] == kFamilyIpv6 ? 16 : 0;
  if (size == 0 || value.size() != 4 + size) return false;
  // The mask is what follows the length in the header: magic cookie and transaction.
  const uint8_t* mask = datagram_.data() + 4;
  std::array<char, 16> octets;
  for (size_t i = 0; i < size; ++i) octets[i] = static_cast<char>(value[4 + i] ^ mask[i]);
  const uint16_t port = ReadUint16(value.data() + 2) ^ static_cast<uint16_t>(kMagicCookie >> 16);
  TakeFirst(&xor_mapped_address_,
            base::Endpoint{*base::IpAddress::FromBytes({octets.data(), size}), port});
  return true;
}

void MessageView::TakeUnknown(uint16_t type) {
  if (type >= kFirstOptionalType || unknown_count_ == kMaxUnknown) return;
  unknown_[unknown_count_++] = type;
}

bool MessageView::VerifyIntegrity(std::string_view password) const {
  if (!has_integrity()) return false;
  const auto before = datagram_.first(integrity_offset_);
  if (before.size() > kMaxAuthenticated) return false;
  const Integrity expected = ComputeIntegrity(before, password);
  const uint8_t* received = datagram_.data() + integrity_offset_ + kAttributeHeaderSize;
  return CRYPTO_memcmp(expected.data(), received, expected.size()) == 0;
}

}  // namespace mediad::stun
