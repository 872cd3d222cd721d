// Walking RTCP compounds; see packet.h.
#include "mediad/rtcp/packet.h"

#include <algorithm>

namespace mediad::rtcp {
namespace {

constexpr size_t kSenderReportSize = 28;   // header, SSRC, sender information
constexpr size_t kReceiverReportSize = 8;  // header, SSRC
constexpr size_t kDlrrSubBlockSize = 12;

uint32_t Word(std::span<const uint8_t> octets, size_t offset) {
  return uint32_t{octets[offset]} << 24 | uint32_t{octets[offset + 1]} << 16 |
         uint32_t{octets[offset + 2]} << 8 | uint32_t{octets[offset + 3]};
}

// Length field: 32-bit words without the first.
size_t AnnouncedSize(std::span<const uint8_t> octets) {
  return 4 * (size_t{octets[2]} << 8 | octets[3]) + 4;
}

}  // namespace

bool IsValid(std::span<const uint8_t> datagram) {
  if (datagram.size() < kMinimumSize || datagram[0] >> 6 != 2) return false;
  const size_t blocks = datagram[0] & 0x1fu;
  // Only announced report blocks have to fit: a report cut short behind them passes, as recorded.
  if (blocks == 0) return true;
  switch (static_cast<PacketType>(datagram[1])) {
    case PacketType::kSenderReport:
      return datagram.size() >= kSenderReportSize + blocks * kReportBlockSize;
    case PacketType::kReceiverReport:
      return datagram.size() >= kReceiverReportSize + blocks * kReportBlockSize;
    default:
      return true;
  }
}

std::optional<uint32_t> PacketView::author() const {
  if (octets_.size() < kMinimumSize) return std::nullopt;
  const bool list = Is(PacketType::kSourceDescription) || Is(PacketType::kBye);
  if (list && count() == 0) return std::nullopt;
  return Word(octets_, kHeaderSize);
}

std::optional<SenderInfo> PacketView::sender_info() const {
  if (!Is(PacketType::kSenderReport) || octets_.size() < kSenderReportSize) return std::nullopt;
  SenderInfo info;
  info.ntp_time = uint64_t{Word(octets_, 8)} << 32 | Word(octets_, 12);
  info.rtp_timestamp = Word(octets_, 16);
  info.packets = Word(octets_, 20);
  info.octets = Word(octets_, 24);
  return info;
}

size_t PacketView::ReportsOffset() const {
  if (Is(PacketType::kSenderReport)) return kSenderReportSize;
  if (Is(PacketType::kReceiverReport)) return kReceiverReportSize;
  return octets_.size();
}

unsigned PacketView::report_count() const {
  const size_t offset = ReportsOffset();
  if (octets_.size() <= offset) return 0;
  return static_cast<unsigned>(
      std::min<size_t>(count(), (octets_.size() - offset) / kReportBlockSize));
}

ReportBlock PacketView::report(unsigned index) const {
  const auto block = octets_.subspan(ReportsOffset() + index * kReportBlockSize, kReportBlockSize);
  ReportBlock report;
  report.ssrc = Word(block, 0);
  report.fraction_lost = block[4];
  // 24 bits, signed: into the upper bits, then down with the sign.
  report.cumulative_lost = static_cast<int32_t>(Word(block, 4) << 8) / 256;
  report.highest_sequence = Word(block, 8);
  report.jitter = Word(block, 12);
  report.last_sender_report = Word(block, 16);
  report.delay_since_last_sender_report = Word(block, 20);
  return report;
}

bool CompoundReader::Next(PacketView* packet) {
  if (rest_.size() < kHeaderSize || rest_[0] >> 6 != 2) return false;
  const size_t size = AnnouncedSize(rest_);
  if (size > rest_.size()) return false;
  *packet = PacketView(rest_.first(size));
  rest_ = rest_.subspan(size);
  return true;
}

ExtendedReportReader::ExtendedReportReader(const PacketView& packet) {
  if (packet.Is(PacketType::kExtendedReport) && packet.octets().size() >= kMinimumSize) {
    rest_ = packet.octets().subspan(kMinimumSize);
  }
}

bool ExtendedReportReader::Next() {
  if (rest_.size() < kHeaderSize) return false;
  const size_t size = AnnouncedSize(rest_);
  if (size > rest_.size()) return false;
  block_ = rest_.first(size);
  rest_ = rest_.subspan(size);
  return true;
}

std::optional<uint64_t> ExtendedReportReader::reference_time() const {
  if (block_type() != kReceiverReferenceTime || block_.size() < 12) return std::nullopt;
  return uint64_t{Word(block_, 4)} << 32 | Word(block_, 8);
}

unsigned ExtendedReportReader::delay_count() const {
  if (block_type() != kDelaySinceLastReceiverReport) return 0;
  return static_cast<unsigned>((block_.size() - kHeaderSize) / kDlrrSubBlockSize);
}

DelaySinceLastReceiverReport ExtendedReportReader::delay(unsigned index) const {
  const auto block = block_.subspan(kHeaderSize + index * kDlrrSubBlockSize, kDlrrSubBlockSize);
  return {Word(block, 0), Word(block, 4), Word(block, 8)};
}

}  // namespace mediad::rtcp
