// Any datagrams through the classifier, the RTP header view, the ingress tracker and the reader of telephone events.
//
// The input is cut into datagrams: one octet of length, one of time passed (ms), then the octets.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>

#include "mediad/rtp/classify.h"
#include "mediad/rtp/header.h"
#include "mediad/rtp/ingress_tracker.h"
#include "mediad/rtp/payload.h"
#include "mediad/rtp/telephone_event.h"

namespace {

void Require(bool condition) {
  if (!condition) std::abort();
}

void OneEvent(const mediad::rtp::HeaderView& view, mediad::rtp::TelephoneEventReader& events,
              std::chrono::nanoseconds now) {
  std::span<const uint8_t> payload = view.payload();
  if (const auto primary = mediad::rtp::PrimaryBlock(payload)) {
    Require(primary->octets.size() < payload.size() && primary->payload_type < 128);
    payload = primary->octets;
  }
  const auto event = events.OnPacket(view.ssrc(), view.timestamp(), payload, view.payload_type(), now);
  if (event) Require(event->event <= mediad::rtp::kMaxDtmfEvent && event->volume < 64 && payload.size() >= 4);
}

void OneDatagram(std::span<const uint8_t> datagram, mediad::rtp::IngressTracker& tracker,
                 mediad::rtp::TelephoneEventReader& events, std::chrono::nanoseconds now) {
  using mediad::rtp::HeaderView;
  using mediad::rtp::PacketKind;
  const PacketKind kind = mediad::rtp::Classify(datagram);
  const auto view = HeaderView::Parse(datagram);
  if (!view) return;
  Require(kind == PacketKind::kRtp || kind == PacketKind::kRtcp ||
          kind == PacketKind::kRtcpUnknown);
  Require(view->header_size() <= datagram.size());
  Require(view->header_size() + view->payload().size() == datagram.size());
  Require(view->header_size() >= mediad::rtp::kFixedHeaderSize + 4 * view->csrc_count());
  OneEvent(*view, events, now);
  const uint32_t clock_rate = view->payload_type() == 0 ? 8000 : view->timestamp();
  tracker.OnPacket(*view, datagram.size(), clock_rate, now);
  const mediad::rtp::Source* source = tracker.Find(view->ssrc());
  Require(source != nullptr && source == tracker.sources().data());
  Require(source->packets > 0 && source->bytes >= source->packets * mediad::rtp::kFixedHeaderSize);
  Require(source->duplicates + uint64_t{source->reordered} + source->sequence_resets <
          source->packets);
  rtpengine::v1::SsrcStatistics statistics;
  Fill(*source, &statistics);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  std::span<const uint8_t> input(data, size);
  mediad::rtp::IngressTracker tracker;
  mediad::rtp::TelephoneEventReader events;
  std::chrono::nanoseconds now{0};
  while (input.size() >= 2) {
    const size_t length = std::min<size_t>(input[0], input.size() - 2);
    now += std::chrono::milliseconds(input[1]);
    OneDatagram(input.subspan(2, length), tracker, events, now);
    input = input.subspan(2 + length);
  }
  Require(tracker.sources().size() <= mediad::rtp::IngressTracker::kMaxSources);
  return 0;
}
