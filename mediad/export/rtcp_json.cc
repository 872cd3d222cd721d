#include "mediad/export/rtcp_json.h"

#include <optional>
#include <string_view>
#include <utility>

#include "mediad/rtcp/packet.h"
#include "mediad/rtcp/source_description.h"
#include "proto/base/text.h"

namespace mediad::exporting {
namespace {

using base::StrAppend;

// What is not printable ASCII is "?".
void AppendText(std::span<const uint8_t> text, std::string* out) {
  for (const uint8_t octet : text) {
    if (octet == '"' || octet == '\\') out->push_back('\\');
    out->push_back(octet < 0x20 || octet > 0x7e ? '?' : static_cast<char>(octet));
  }
}

void AppendBlock(const rtcp::ReportBlock& block, std::string* out) {
  StrAppend(out, out->empty() ? "" : ",", "{\"source_ssrc\":", block.ssrc,
            ",\"highest_seq_no\":", block.highest_sequence, ",\"fraction_lost\":", int{block.fraction_lost},
            ",\"ia_jitter\":", block.jitter, ",\"packets_lost\":", block.cumulative_lost,
            ",\"lsr\":", block.last_sender_report, ",\"dlsr\":", block.delay_since_last_sender_report, "}");
}

// The parts of the object, gathered over the compound.
struct Parts {
  std::optional<rtcp::SenderInfo> sender;
  std::optional<std::pair<uint32_t, uint8_t>> author;  // SSRC and type of the first report
  unsigned blocks = 0;
  std::string block_text;
  std::optional<unsigned> chunks;
  std::string item_text;

  void AddReport(const rtcp::PacketView& packet) {
    if (!author && packet.author()) author = {*packet.author(), packet.type()};
    if (!sender) sender = packet.sender_info();
    for (unsigned i = 0; i < packet.report_count(); ++i) AppendBlock(packet.report(i), &block_text);
    blocks += packet.report_count();
  }

  void AddDescription(const rtcp::PacketView& packet) {
    chunks = chunks.value_or(0) + packet.count();
    rtcp::SourceDescriptionReader items(packet);
    while (items.Next()) {
      StrAppend(&item_text, item_text.empty() ? "" : ",", "{\"sdes_chunk_ssrc\":", items.ssrc(),
                ",\"type\":", int{items.type()}, ",\"text\":\"");
      AppendText(items.text(), &item_text);
      item_text.append("\"}");
    }
  }

  // Blanks stand where they were recorded.
  std::string Object() const {
    std::string out;
    if (sender) {
      StrAppend(&out, "\"sender_information\":{\"ntp_timestamp_sec\":", sender->ntp_time >> 32,
                ",\"ntp_timestamp_usec\":", sender->ntp_time & 0xffffffff, ",\"octets\":", sender->octets,
                ",\"rtp_timestamp\":", sender->rtp_timestamp, ", \"packets\":", sender->packets, "},");
    }
    if (author) {
      StrAppend(&out, "\"ssrc\":", author->first, ",\"type\":", int{author->second}, ",\"report_count\":", blocks,
                ",\"report_blocks\":[", block_text, "]");
    }
    if (chunks) {
      StrAppend(&out, out.empty() ? "" : ",", "\"sdes_report_count\":", *chunks, ",\"sdes_information\": [ ", item_text,
                "]");
    }
    return out.empty() ? out : base::StrCat("{ ", out, " }");
  }
};

}  // namespace

std::string RtcpToJson(std::span<const uint8_t> compound) {
  Parts parts;
  rtcp::CompoundReader reader(compound);
  rtcp::PacketView packet;
  while (reader.Next(&packet)) {
    if (packet.Is(rtcp::PacketType::kSenderReport) || packet.Is(rtcp::PacketType::kReceiverReport)) {
      parts.AddReport(packet);
    } else if (packet.Is(rtcp::PacketType::kSourceDescription)) {
      parts.AddDescription(packet);
    }
  }
  return parts.Object();
}

}  // namespace mediad::exporting
