// Any datagrams through the RTCP views, the feedback filter, the quality collector, and into words.
//
// The input is cut into datagrams: one octet of length, one of time passed (16 ms each), then the
// octets.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "mediad/export/rtcp_json.h"
#include "mediad/export/rtcp_line.h"
#include "mediad/rtcp/feedback_filter.h"
#include "mediad/rtcp/packet.h"
#include "mediad/rtcp/quality.h"

namespace {

using namespace mediad::rtcp;

void Require(bool condition) {
  if (!condition) std::abort();
}

bool HasFeedback(std::span<const uint8_t> datagram) {
  CompoundReader reader(datagram);
  PacketView packet;
  while (reader.Next(&packet)) {
    if (packet.Is(PacketType::kTransportFeedback) ||
        packet.Is(PacketType::kPayloadSpecificFeedback))
      return true;
  }
  return false;
}

void Filter(std::span<const uint8_t> datagram) {
  std::vector<uint8_t> copy(datagram.begin(), datagram.end());
  const bool before = HasFeedback(copy);
  const size_t left = RemoveFeedback(copy);
  Require(left <= copy.size());
  Require(before == (left < copy.size()) || copy.empty());
  copy.resize(left);
  Require(!HasFeedback(copy));
  Require(RemoveFeedback(copy) == left);
}

// What others read stays text, whatever parties send.
void Tell(std::span<const uint8_t> datagram) {
  for (const std::string& text : {mediad::exporting::RtcpToJson(datagram), mediad::exporting::RtcpToLine("c", datagram)}) {
    for (const char c : text) Require(c >= 0x20 && c < 0x7f);
  }
}

void Score(const QualityCollector& collector, uint32_t ssrc) {
  rtpengine::v1::SsrcStatistics statistics;
  collector.Fill(ssrc, &statistics);
  Require(statistics.progression_size() <= 20);
  if (statistics.samples() == 0) return;
  Require(statistics.lowest().mos() >= 10 && statistics.highest().mos() <= 45);
  Require(statistics.lowest().mos() <= statistics.average().mos());
  Require(statistics.average().mos() <= statistics.highest().mos());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  std::span<const uint8_t> input(data, size);
  QualityCollector listening({true, MosFormula::kG107});
  QualityCollector full_band({false, MosFormula::kG1072});
  base::Now now{std::chrono::hours(1), 1'700'000'000'000'000};
  const auto clock_rates = [](uint32_t ssrc) -> std::optional<uint32_t> {
    if (ssrc % 4 == 0) return std::nullopt;
    return ssrc % 4 == 1 ? 48000 : ssrc % 4 == 2 ? 0 : 1;
  };
  while (input.size() >= 2) {
    const size_t length = std::min<size_t>(input[0], input.size() - 2);
    now.monotonic += std::chrono::milliseconds(16 * input[1]);
    now.unix_us += 16'000 * input[1];
    const auto datagram = input.subspan(2, length);
    IsValid(datagram);
    Filter(datagram);
    Tell(datagram);
    listening.OnCompound(datagram, clock_rates, now);
    full_band.OnCompound(datagram, clock_rates, now);
    for (size_t i = 0; i + 4 <= datagram.size(); i += 4) {
      const uint32_t ssrc = uint32_t{datagram[i]} << 24 | uint32_t{datagram[i + 1]} << 16 |
                            uint32_t{datagram[i + 2]} << 8 | datagram[i + 3];
      Score(listening, ssrc);
      Score(full_band, ssrc);
    }
    input = input.subspan(2 + length);
  }
  return 0;
}
