// See message_writer.h.
#include "mediad/stun/message_writer.h"

#include <algorithm>

#include "mediad/stun/octets.h"

namespace mediad::stun {

MessageWriter::MessageWriter(Class message_class, uint16_t method, const TransactionId& transaction)
    : size_(kHeaderSize) {
  const unsigned class_bits = static_cast<unsigned>(message_class);
  const unsigned type = (method & 0xf80u) << 2 | (method & 0x70u) << 1 | (method & 0xfu) |
                        (class_bits & 2u) << 7 | (class_bits & 1u) << 4;
  WriteUint16(static_cast<uint16_t>(type), octets_.data());
  WriteUint32(kMagicCookie, octets_.data() + 4);
  std::copy(transaction.begin(), transaction.end(), octets_.begin() + 8);
  SetLength(size_);
}

void MessageWriter::SetLength(size_t size) {
  WriteUint16(static_cast<uint16_t>(size - kHeaderSize), octets_.data() + 2);
}

std::span<uint8_t> MessageWriter::Append(Attribute type, size_t size) {
  const size_t needed = kAttributeHeaderSize + Padded(size);
  if (needed > kMaxSize - size_) {
    ok_ = false;
    return {};
  }
  uint8_t* at = octets_.data() + size_;
  WriteUint16(static_cast<uint16_t>(type), at);
  WriteUint16(static_cast<uint16_t>(size), at + 2);
  std::fill(at + kAttributeHeaderSize, at + needed, uint8_t{0});
  size_ += needed;
  SetLength(size_);
  return {at + kAttributeHeaderSize, size};
}

void MessageWriter::AddText(Attribute type, std::string_view text) {
  const auto value = Append(type, text.size());
  std::copy_n(text.begin(), value.size(), value.begin());
}

void MessageWriter::AddUint32(Attribute type, uint32_t value) {
  const auto octets = Append(type, 4);
  if (!octets.empty()) WriteUint32(value, octets.data());
}

void MessageWriter::AddUint64(Attribute type, uint64_t value) {
  const auto octets = Append(type, 8);
  if (!octets.empty()) WriteUint64(value, octets.data());
}

void MessageWriter::AddFlag(Attribute type) { Append(type, 0); }

void MessageWriter::AddXorMappedAddress(const base::Endpoint& endpoint) {
  const size_t size = endpoint.address.size();
  const auto value = Append(Attribute::kXorMappedAddress, 4 + size);
  if (value.empty()) return;
  value[1] = size == 16 ? 2 : 1;
  WriteUint16(endpoint.port ^ static_cast<uint16_t>(kMagicCookie >> 16), value.data() + 2);
  const uint8_t* mask = octets_.data() + 4;
  for (size_t i = 0; i < size; ++i) value[4 + i] = endpoint.address.data()[i] ^ mask[i];
}

void MessageWriter::AddErrorCode(uint16_t code, std::string_view reason) {
  const auto value = Append(Attribute::kErrorCode, 4 + reason.size());
  if (value.empty()) return;
  value[2] = static_cast<uint8_t>(code / 100);
  value[3] = static_cast<uint8_t>(code % 100);
  std::copy(reason.begin(), reason.end(), value.begin() + 4);
}

void MessageWriter::AddUnknownAttributes(std::span<const uint16_t> types) {
  const auto value = Append(Attribute::kUnknownAttributes, 2 * types.size());
  for (size_t i = 0; 2 * i < value.size(); ++i) WriteUint16(types[i], value.data() + 2 * i);
}

void MessageWriter::AddIntegrity(std::string_view password) {
  const Integrity integrity = ComputeIntegrity(message(), password);
  const auto value = Append(Attribute::kMessageIntegrity, kIntegritySize);
  std::copy_n(integrity.begin(), value.size(), value.begin());
}

void MessageWriter::AddFingerprint() {
  // The length it covers includes itself.
  const size_t before = size_;
  const auto value = Append(Attribute::kFingerprint, kFingerprintSize);
  if (!value.empty()) WriteUint32(ComputeFingerprint({octets_.data(), before}), value.data());
}

}  // namespace mediad::stun
