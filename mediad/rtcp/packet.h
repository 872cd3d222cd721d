// RTCP packets as views (RFC 3550 §6, RFC 4585, RFC 3611): a compound is walked packet by packet,
// in place.
//
// Lenient where the relay is (media.md §3): a compound is valid with version 2, 8 octets and room
// for the report blocks its first packet announces. A wrong length field, an incomplete later
// packet or trailing octets only end the walk. The views borrow the datagram. Any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

namespace mediad::rtcp {

enum class PacketType : uint8_t {
  kSenderReport = 200,
  kReceiverReport = 201,
  kSourceDescription = 202,
  kBye = 203,
  kApplication = 204,
  kTransportFeedback = 205,        // RTPFB
  kPayloadSpecificFeedback = 206,  // PSFB
  kExtendedReport = 207,           // XR
};

inline constexpr size_t kHeaderSize = 4;
inline constexpr size_t kMinimumSize = 8;
inline constexpr size_t kReportBlockSize = 24;

// Whether the relay takes this datagram for RTCP.
bool IsValid(std::span<const uint8_t> datagram);

struct ReportBlock {
  uint32_t ssrc = 0;            // the source reported about
  uint8_t fraction_lost = 0;    // of 256
  int32_t cumulative_lost = 0;  // 24 bits, signed
  uint32_t highest_sequence = 0;
  uint32_t jitter = 0;                          // timestamp units
  uint32_t last_sender_report = 0;              // LSR
  uint32_t delay_since_last_sender_report = 0;  // DLSR, 1/65536 s
};

// SR without its report blocks.
struct SenderInfo {
  uint64_t ntp_time = 0;
  uint32_t rtp_timestamp = 0;
  uint32_t packets = 0;
  uint32_t octets = 0;
};

// The part of an NTP time that LSR and LRR carry.
constexpr uint32_t NtpMiddle(uint64_t ntp_time) { return static_cast<uint32_t>(ntp_time >> 16); }

// Sub-block of an XR DLRR block (RFC 3611 §4.5).
struct DelaySinceLastReceiverReport {
  uint32_t ssrc = 0;
  uint32_t last_receiver_report = 0;  // LRR
  uint32_t delay = 0;                 // DLRR, 1/65536 s
};

// One packet of a compound. `octets` begins with the header.
class PacketView {
 public:
  PacketView() = default;
  explicit PacketView(std::span<const uint8_t> octets) : octets_(octets) {}

  uint8_t type() const { return octets_[1]; }
  bool Is(PacketType type) const { return octets_[1] == static_cast<uint8_t>(type); }
  unsigned count() const { return octets_[0] & 0x1fu; }  // RC, SC, subtype or FMT
  std::span<const uint8_t> octets() const { return octets_; }
  // The author: SSRC of the sender (SR, RR, APP, feedback, XR), first chunk or source (SDES, BYE).
  std::optional<uint32_t> author() const;

  std::optional<SenderInfo> sender_info() const;  // SR only
  // SR and RR: as many of the announced blocks as there is room for.
  unsigned report_count() const;
  ReportBlock report(unsigned index) const;  // index < report_count()

 private:
  size_t ReportsOffset() const;

  std::span<const uint8_t> octets_;
};

// Walks a compound.
class CompoundReader {
 public:
  explicit CompoundReader(std::span<const uint8_t> datagram) : rest_(datagram) {}
  // False at the end, and at the first thing that is no complete version 2 packet.
  bool Next(PacketView* packet);
  std::span<const uint8_t> rest() const { return rest_; }

 private:
  std::span<const uint8_t> rest_;
};

// Report blocks of an XR packet (RFC 3611 §3).
class ExtendedReportReader {
 public:
  static constexpr uint8_t kReceiverReferenceTime = 4;
  static constexpr uint8_t kDelaySinceLastReceiverReport = 5;

  explicit ExtendedReportReader(const PacketView& packet);
  bool Next();
  uint8_t block_type() const { return block_[0]; }
  std::span<const uint8_t> block() const { return block_; }  // with its header
  std::optional<uint64_t> reference_time() const;            // RRTR
  unsigned delay_count() const;                              // DLRR sub-blocks
  DelaySinceLastReceiverReport delay(unsigned index) const;  // index < delay_count()

 private:
  std::span<const uint8_t> rest_;
  std::span<const uint8_t> block_;
};

}  // namespace mediad::rtcp
