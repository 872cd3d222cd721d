#include "mediad/export/rtcp_line.h"

#include <algorithm>

#include "mediad/rtcp/packet.h"
#include "proto/base/text.h"

namespace mediad::exporting {
namespace {

constexpr uint8_t kVoipMetrics = 7;
constexpr size_t kVoipMetricsSize = 36;

struct MetricsField {
  std::string_view name;
  uint8_t offset;  // in the block
  uint8_t octets;
};
constexpr MetricsField kVoipMetricsFields[] = {
    {"ssrc", 4, 4},         {"loss_rate", 8, 1},      {"discard_rate", 9, 1}, {"burst_den", 10, 1},
    {"gap_den", 11, 1},     {"burst_dur", 12, 2},     {"gap_dur", 14, 2},     {"rnd_trip_delay", 16, 2},
    {"end_sys_delay", 18, 2}, {"signal_lvl", 20, 1},  {"noise_lvl", 21, 1},   {"rerl", 22, 1},
    {"gmin", 23, 1},        {"r_factor", 24, 1},      {"ext_r_factor", 25, 1}, {"mos_lq", 26, 1},
    {"mos_cq", 27, 1},      {"rx_config", 28, 1},     {"jb_nom", 30, 2},      {"jb_max", 32, 2},
    {"jb_abs_max", 34, 2},
};

uint32_t NumberAt(std::span<const uint8_t> octets, size_t offset, size_t size) {
  uint32_t number = 0;
  for (size_t i = 0; i < size; ++i) number = number << 8 | octets[offset + i];
  return number;
}

class Line {
 public:
  explicit Line(std::string begin) : text_(std::move(begin)) {}

  template <typename Number>
  void Field(std::string_view name, Number value) {
    base::StrAppend(&text_, first_ ? "" : ", ", name, "=", value);
    first_ = false;
  }

  void Packet(const rtcp::PacketView& packet) {
    const std::span<const uint8_t> octets = packet.octets();
    Field("version", int{octets[0]} >> 6);
    Field("padding", int{octets[0]} >> 5 & 1);
    Field("count", packet.count());
    Field("payloadtype", int{packet.type()});
    Field("length", NumberAt(octets, 2, 2));
    if (packet.Is(rtcp::PacketType::kSenderReport) || packet.Is(rtcp::PacketType::kReceiverReport)) {
      Report(packet);
    } else if (packet.Is(rtcp::PacketType::kExtendedReport)) {
      Extended(packet);
    }
  }

  std::string Take() { return std::move(text_); }

 private:
  void Report(const rtcp::PacketView& packet) {
    if (const auto author = packet.author()) Field("ssrc", *author);
    if (const auto sender = packet.sender_info()) {
      Field("ntp_sec", sender->ntp_time >> 32);
      Field("ntp_fractions", sender->ntp_time & 0xffffffff);
      Field("rtp_ts", sender->rtp_timestamp);
      Field("sender_packets", sender->packets);
      Field("sender_bytes", sender->octets);
    }
    for (unsigned i = 0; i < packet.report_count(); ++i) {
      const rtcp::ReportBlock block = packet.report(i);
      Field("ssrc", block.ssrc);
      Field("fraction_lost", int{block.fraction_lost});
      Field("packet_loss", block.cumulative_lost);
      Field("last_seq", block.highest_sequence);
      Field("jitter", block.jitter);
      Field("last_sr", block.last_sender_report);
      Field("delay_since_last_sr", block.delay_since_last_sender_report);
    }
  }

  void Extended(const rtcp::PacketView& packet) {
    if (const auto author = packet.author()) Field("ssrc", *author);
    rtcp::ExtendedReportReader blocks(packet);
    while (blocks.Next()) {
      const std::span<const uint8_t> block = blocks.block();
      if (blocks.block_type() != kVoipMetrics || block.size() < kVoipMetricsSize) continue;
      Field("rb_header_blocktype", int{block[0]});
      Field("rb_header_blockspecdata", int{block[1]});
      Field("rb_header_blocklength", NumberAt(block, 2, 2));
      for (const MetricsField& field : kVoipMetricsFields) {
        Field(base::StrCat("rb_voip_mtc_", field.name), NumberAt(block, field.offset, field.octets));
      }
    }
  }

  std::string text_;
  bool first_ = true;
};

}  // namespace

std::string RtcpToLine(std::string_view call_id, std::span<const uint8_t> compound) {
  std::string begin = base::StrCat("[", call_id, "] ");
  std::replace_if(
      begin.begin(), begin.end(), [](char c) { return static_cast<unsigned char>(c) < ' ' || c == '\x7f'; }, '?');
  Line line(std::move(begin));
  rtcp::CompoundReader reader(compound);
  rtcp::PacketView packet;
  while (reader.Next(&packet)) line.Packet(packet);
  return line.Take();
}

}  // namespace mediad::exporting
