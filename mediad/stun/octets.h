// Big-endian integers, CRC-32 and HMAC-SHA1 as STUN uses them. Pure; any thread.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace mediad::stun {

inline constexpr size_t kAttributeHeaderSize = 4;
inline constexpr size_t kIntegritySize = 20;
inline constexpr size_t kFingerprintSize = 4;
// Longest part of a message that an integrity is computed of: nothing ICE sends comes near it.
inline constexpr size_t kMaxAuthenticated = 2048;

constexpr size_t Padded(size_t size) { return (size + 3) & ~size_t{3}; }

constexpr uint16_t ReadUint16(const uint8_t* at) {
  return static_cast<uint16_t>(at[0] << 8 | at[1]);
}
constexpr uint32_t ReadUint32(const uint8_t* at) {
  return uint32_t{ReadUint16(at)} << 16 | ReadUint16(at + 2);
}
constexpr uint64_t ReadUint64(const uint8_t* at) {
  return uint64_t{ReadUint32(at)} << 32 | ReadUint32(at + 4);
}
constexpr void WriteUint16(uint16_t value, uint8_t* at) {
  at[0] = static_cast<uint8_t>(value >> 8);
  at[1] = static_cast<uint8_t>(value);
}
constexpr void WriteUint32(uint32_t value, uint8_t* at) {
  WriteUint16(static_cast<uint16_t>(value >> 16), at);
  WriteUint16(static_cast<uint16_t>(value), at + 2);
}
constexpr void WriteUint64(uint64_t value, uint8_t* at) {
  WriteUint32(static_cast<uint32_t>(value >> 32), at);
  WriteUint32(static_cast<uint32_t>(value), at + 4);
}

using Integrity = std::array<uint8_t, kIntegritySize>;

// MESSAGE-INTEGRITY of a message whose octets before the attribute are `before`, header first: the
// length in the header counts as if the message ended with the attribute (RFC 8489 §14.5).
Integrity ComputeIntegrity(std::span<const uint8_t> before, std::string_view password);
// FINGERPRINT of the octets before the attribute, with the length as it is (§14.7).
uint32_t ComputeFingerprint(std::span<const uint8_t> before);

}  // namespace mediad::stun
