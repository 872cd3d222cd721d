// Writes one STUN message into memory of its own (RFC 8489 §5, §14). Attributes come out in the
// order of the calls; AddIntegrity and AddFingerprint cover what was written before them.
//
// Nothing is allocated. What would not fit makes the message unusable (ok() is false), never longer
// than kMaxSize. One thread.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "mediad/stun/message.h"
#include "proto/base/endpoint.h"

namespace mediad::stun {

class MessageWriter {
 public:
  // A check with the longest credentials (RFC 8839 §5.4) and SOFTWARE fits.
  static constexpr size_t kMaxSize = 768;

  MessageWriter() = default;
  MessageWriter(Class message_class, uint16_t method, const TransactionId& transaction);

  void AddText(Attribute type, std::string_view text);
  void AddUint32(Attribute type, uint32_t value);
  void AddUint64(Attribute type, uint64_t value);
  void AddFlag(Attribute type);
  void AddXorMappedAddress(const base::Endpoint& endpoint);
  void AddErrorCode(uint16_t code, std::string_view reason);  // 300 to 699
  void AddUnknownAttributes(std::span<const uint16_t> types);
  void AddIntegrity(std::string_view password);
  void AddFingerprint();

  bool ok() const { return ok_; }
  std::span<const uint8_t> message() const { return {octets_.data(), size_}; }

 private:
  // Room for a value of `size` octets and its padding, its header written; empty if there is none.
  std::span<uint8_t> Append(Attribute type, size_t size);
  void SetLength(size_t size);

  std::array<uint8_t, kMaxSize> octets_;
  size_t size_ = 0;
  bool ok_ = true;
};

}  // namespace mediad::stun
