// STUN messages as views: RFC 8489 §5, §14 with the attributes of ICE (RFC 8445 §16.1).
//
// A datagram is taken apart in place. What comes after MESSAGE-INTEGRITY is protected by nothing
// and does not count (RFC 8489 §14.5), FINGERPRINT excepted; of an attribute that is there twice
// the first counts. Not here: which attributes a request has to have, and what is answered
// (../ice). Any thread.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "proto/base/endpoint.h"

namespace mediad::stun {

inline constexpr size_t kHeaderSize = 20;
inline constexpr uint32_t kMagicCookie = 0x2112a442;
inline constexpr uint16_t kBinding = 1;  // the only method of ICE

enum class Class : uint8_t { kRequest = 0, kIndication = 1, kSuccess = 2, kError = 3 };

enum class Attribute : uint16_t {
  kMappedAddress = 0x0001,
  kUsername = 0x0006,
  kMessageIntegrity = 0x0008,
  kErrorCode = 0x0009,
  kUnknownAttributes = 0x000a,
  kRealm = 0x0014,
  kNonce = 0x0015,
  kXorMappedAddress = 0x0020,
  kPriority = 0x0024,
  kUseCandidate = 0x0025,
  kSoftware = 0x8022,
  kFingerprint = 0x8028,
  kIceControlled = 0x8029,
  kIceControlling = 0x802a,
};

using TransactionId = std::array<uint8_t, 12>;

enum class Fingerprint : uint8_t { kAbsent, kWrong, kValid };

// Views borrow the datagram.
class MessageView {
 public:
  // Nothing unless the whole datagram is one well-formed STUN message with the magic cookie.
  static std::optional<MessageView> Parse(std::span<const uint8_t> datagram);

  Class message_class() const { return class_; }
  uint16_t method() const { return method_; }
  const TransactionId& transaction() const { return transaction_; }

  Fingerprint fingerprint() const { return fingerprint_; }
  bool has_integrity() const { return integrity_offset_ != 0; }
  // Whether MESSAGE-INTEGRITY is there and fits the password (short-term credentials, RFC 8489
  // §9.1).
  bool VerifyIntegrity(std::string_view password) const;

  const std::optional<std::string_view>& username() const { return username_; }
  const std::optional<std::string_view>& software() const { return software_; }
  const std::optional<uint32_t>& priority() const { return priority_; }
  const std::optional<uint64_t>& controlling() const { return controlling_; }  // tie-breaker
  const std::optional<uint64_t>& controlled() const { return controlled_; }    // tie-breaker
  bool use_candidate() const { return use_candidate_; }
  // 300 to 699.
  const std::optional<uint16_t>& error_code() const { return error_code_; }
  const std::optional<base::Endpoint>& xor_mapped_address() const { return xor_mapped_address_; }
  // Comprehension-required attributes that are none of the above; the first kMaxUnknown of them.
  std::span<const uint16_t> unknown() const { return {unknown_.data(), unknown_count_}; }

  static constexpr size_t kMaxUnknown = 8;

 private:
  // False: the value's form is wrong, and with it the message.
  bool TakeAttribute(Attribute type, std::span<const uint8_t> value);
  bool TakeErrorCode(std::span<const uint8_t> value);
  bool TakeXorMappedAddress(std::span<const uint8_t> value);
  void TakeUnknown(uint16_t type);

  std::span<const uint8_t> datagram_;
  TransactionId transaction_{};
  size_t integrity_offset_ = 0;  // of the attribute's header; 0: none
  uint16_t method_ = 0;
  Class class_ = Class::kRequest;
  Fingerprint fingerprint_ = Fingerprint::kAbsent;
  bool use_candidate_ = false;
  std::optional<std::string_view> username_;
  std::optional<std::string_view> software_;
  std::optional<uint32_t> priority_;
  std::optional<uint64_t> controlling_;
  std::optional<uint64_t> controlled_;
  std::optional<uint16_t> error_code_;
  std::optional<base::Endpoint> xor_mapped_address_;
  std::array<uint16_t, kMaxUnknown> unknown_{};
  size_t unknown_count_ = 0;
};

}  // namespace mediad::stun
