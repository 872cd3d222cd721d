// See octets.h.
#include "mediad/stun/octets.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <algorithm>

#include "mediad/stun/message.h"

namespace mediad::stun {
namespace {

constexpr uint32_t kFingerprintXor = 0x5354554e;

// ITU V.42, reflected.
constexpr std::array<uint32_t, 256> MakeCrcTable() {
  std::array<uint32_t, 256> table{};
  for (uint32_t i = 0; i < 256; ++i) {
    uint32_t value = i;
    for (int bit = 0; bit < 8; ++bit) value = value >> 1 ^ ((value & 1) != 0 ? 0xedb88320u : 0u);
    table[i] = value;
  }
  return table;
}
constexpr std::array<uint32_t, 256> kCrcTable = MakeCrcTable();

}  // namespace

Integrity ComputeIntegrity(std::span<const uint8_t> before, std::string_view password) {
  // A copy, because the length in the header is another one.
  std::array<uint8_t, kMaxAuthenticated> covered;
  Integrity integrity{};
  if (before.size() < kHeaderSize || before.size() > covered.size()) return integrity;
  std::copy(before.begin(), before.end(), covered.begin());
  const size_t length = before.size() - kHeaderSize + kAttributeHeaderSize + kIntegritySize;
  WriteUint16(static_cast<uint16_t>(length), covered.data() + 2);
  HMAC(EVP_sha1(), password.data(), static_cast<int>(password.size()), covered.data(),
       before.size(), integrity.data(), nullptr);
  return integrity;
}

uint32_t ComputeFingerprint(std::span<const uint8_t> before) {
  uint32_t crc = 0xffffffff;
  for (const uint8_t octet : before) crc = crc >> 8 ^ kCrcTable[(crc ^ octet) & 0xff];
  return ~crc ^ kFingerprintXor;
}

}  // namespace mediad::stun
