#include "mediad/rtp/ingress_tracker.h"

#include <gtest/gtest.h>

#include <array>

namespace mediad::rtp {
namespace {

using std::chrono::milliseconds;

class Stream {
 public:
  void Send(uint32_t ssrc, uint16_t sequence, uint32_t timestamp = 0, uint32_t clock_rate = 8000,
            milliseconds at = milliseconds(0), uint8_t payload_type = 0) {
    std::array<uint8_t, 172> packet{};
    packet[0] = 0x80;
    packet[1] = payload_type;
    packet[2] = static_cast<uint8_t>(sequence >> 8);
    packet[3] = static_cast<uint8_t>(sequence);
    for (unsigned i = 0; i < 4; ++i) {
      packet[4 + i] = static_cast<uint8_t>(timestamp >> (24 - 8 * i));
      packet[8 + i] = static_cast<uint8_t>(ssrc >> (24 - 8 * i));
    }
    tracker.OnPacket(*HeaderView::Parse(packet), packet.size(), clock_rate, at);
  }
  const Source& of(uint32_t ssrc) const { return *tracker.Find(ssrc); }

  IngressTracker tracker;
};

// The recorded case "two SSRCs of one sender, duplicates and reordering".
TEST(IngressTracker, DuplicatesAndReordering) {
  Stream stream;
  stream.Send(1, 10, 1600);
  stream.Send(1, 11, 1760);
  stream.Send(1, 11, 1760);
  stream.Send(1, 13, 2080);
  EXPECT_EQ(stream.of(1).lost, 1u);
  stream.Send(1, 12, 1920);
  stream.Send(2, 500, 80000);
  stream.Send(2, 501, 80160);
  stream.Send(1, 14, 2240);

  ASSERT_EQ(stream.tracker.sources().size(), 2u);
  EXPECT_EQ(stream.tracker.sources()[0].ssrc, 1u);  // last used first
  rtpengine::v1::SsrcStatistics one;
  Fill(stream.of(1), &one);
  EXPECT_EQ(one.packets(), 6u);
  EXPECT_EQ(one.bytes(), 1032u);
  EXPECT_EQ(one.last_timestamp(), 2240u);
  EXPECT_EQ(one.last_sequence(), 14u);
  EXPECT_EQ(one.duplicates(), 1u);
  EXPECT_EQ(one.reordered(), 1u);
  EXPECT_EQ(one.lost(), 0u);
  EXPECT_EQ(stream.of(2).packets, 2u);
  EXPECT_EQ(stream.of(2).highest_sequence, 501u);
}

TEST(IngressTracker, SequenceIsExtendedOverTheWrap) {
  Stream stream;
  stream.Send(8192, 65535);
  stream.Send(8192, 0);
  EXPECT_EQ(stream.of(8192).highest_sequence, 65536u);
  stream.Send(8192, 65534);  // late, from before the wrap
  EXPECT_EQ(stream.of(8192).highest_sequence, 65536u);
  EXPECT_EQ(stream.of(8192).reordered, 1u);
}

TEST(IngressTracker, LossAndLateArrivals) {
  Stream stream;
  stream.Send(1, 100);
  stream.Send(1, 105);
  EXPECT_EQ(stream.of(1).lost, 4u);
  stream.Send(1, 102);
  stream.Send(1, 102);
  EXPECT_EQ(stream.of(1).lost, 3u);
  EXPECT_EQ(stream.of(1).duplicates, 1u);
  stream.Send(1, 105 + 64);  // a step as wide as the window leaves nothing of it
  stream.Send(1, 106);
  EXPECT_EQ(stream.of(1).reordered, 2u);
}

TEST(IngressTracker, TotalsAreToldOnceAndLossNeverTakenBack) {
  Stream stream;
  stream.Send(1, 10);
  stream.Send(1, 14);  // three are missing
  stream.Send(1, 14);
  stream.Send(2, 7);
  stream.Send(2, 9);
  stream.Send(2, 30000);  // begins anew
  SequenceTotals totals = stream.tracker.TakeSequenceTotals();
  EXPECT_EQ(totals.lost, 4);
  EXPECT_EQ(totals.skips, 2u);
  EXPECT_EQ(totals.duplicates, 1u);
  EXPECT_EQ(totals.resets, 1u);
  EXPECT_EQ(totals.reordered, 0u);

  stream.Send(1, 12);  // told as lost already
  totals = stream.tracker.TakeSequenceTotals();
  EXPECT_EQ(totals.lost, 0);
  EXPECT_EQ(totals.reordered, 1u);
  EXPECT_EQ(totals.skips, 0u);
  stream.Send(1, 17);  // two more: one of them made up for the late one
  EXPECT_EQ(stream.tracker.TakeSequenceTotals().lost, 1);
  EXPECT_EQ(stream.tracker.TakeSequenceTotals().lost, 0);
}

TEST(IngressTracker, ResetIsNoLoss) {
  Stream stream;
  stream.Send(1, 100);
  stream.Send(1, 100 + 3000);
  EXPECT_EQ(stream.of(1).lost, 0u);
  EXPECT_EQ(stream.of(1).sequence_resets, 1u);
  EXPECT_EQ(stream.of(1).highest_sequence, 3100u);
  stream.Send(1, 3100 - 64);
  EXPECT_EQ(stream.of(1).sequence_resets, 2u);
  stream.Send(1, 3036 + 2999);
  EXPECT_EQ(stream.of(1).lost, 2998u);
}

TEST(IngressTracker, JitterOfASteadyStreamIsZero) {
  Stream stream;
  for (uint16_t i = 0; i < 100; ++i) {
    stream.Send(1, i, i * 160u, 8000, milliseconds(20 * i));
  }
  EXPECT_EQ(stream.of(1).jitter_ms(), 0u);
}

// Alternating 10 ms early and late: the differences of transit are 20 ms, and so is the estimate's
// limit.
TEST(IngressTracker, JitterFollowsRfc3550) {
  Stream stream;
  for (uint16_t i = 0; i < 400; ++i) {
    const int offset = i % 2 == 0 ? 10 : -10;
    stream.Send(1, i, i * 160u, 8000, milliseconds(1000 + 20 * i + offset));
  }
  EXPECT_GE(stream.of(1).jitter_ms(), 19u);
  EXPECT_LE(stream.of(1).jitter_ms(), 20u);
}

TEST(IngressTracker, TimestampJumpIsNoJitter) {
  Stream stream;
  stream.Send(1, 1, 0, 8000, milliseconds(0));
  stream.Send(1, 2, 0x70000000, 8000, milliseconds(20));
  EXPECT_EQ(stream.of(1).jitter_ms(), 0u);
  stream.Send(1, 3, 0x70000000 + 160, 8000, milliseconds(40));
  EXPECT_EQ(stream.of(1).jitter_ms(), 0u);
}

TEST(IngressTracker, UnknownClockRateMeasuresNoJitter) {
  Stream stream;
  stream.Send(1, 1, 0, 0, milliseconds(0));
  stream.Send(1, 2, 5000, 0, milliseconds(20));
  EXPECT_EQ(stream.of(1).jitter_ms(), 0u);
}

TEST(IngressTracker, PayloadTypes) {
  Stream stream;
  EXPECT_EQ(stream.tracker.last_payload_type(), kNoPayloadType);
  stream.tracker.OnRtcpAuthor(7);
  EXPECT_EQ(stream.of(7).last_payload_type, kNoPayloadType);
  EXPECT_EQ(stream.of(7).packets, 0u);
  stream.Send(1, 1, 0, 8000, milliseconds(0), 101);
  EXPECT_EQ(stream.tracker.last_payload_type(), 101);
  EXPECT_EQ(stream.of(1).last_payload_type, 101);
  EXPECT_EQ(stream.tracker.Find(99), nullptr);
}

// An SSRC named by RTCP first, then sending: its sequence starts with its first packet.
TEST(IngressTracker, RtcpBeforeRtp) {
  Stream stream;
  stream.tracker.OnRtcpAuthor(7);
  stream.Send(7, 40000);
  EXPECT_EQ(stream.of(7).highest_sequence, 40000u);
  EXPECT_EQ(stream.of(7).lost, 0u);
  EXPECT_EQ(stream.of(7).sequence_resets, 0u);
}

TEST(IngressTracker, TheLeastRecentlyUsedIsEvicted) {
  Stream stream;
  for (uint32_t ssrc = 0; ssrc < IngressTracker::kMaxSources; ++ssrc) stream.Send(ssrc, 1);
  stream.Send(0, 2);
  EXPECT_EQ(stream.tracker.evicted(), 0u);
  stream.Send(1000, 1);
  EXPECT_EQ(stream.tracker.evicted(), 1u);
  EXPECT_EQ(stream.tracker.sources().size(), IngressTracker::kMaxSources);
  EXPECT_EQ(stream.tracker.Find(1), nullptr);
  EXPECT_EQ(stream.of(0).packets, 2u);
  EXPECT_EQ(stream.tracker.sources()[0].ssrc, 1000u);
  EXPECT_EQ(stream.tracker.sources()[1].ssrc, 0u);
}

TEST(IngressTracker, WhatWasReceivedElsewhereIsInBetween) {
  Stream stream;
  stream.Send(1, 65530);
  Elsewhere received;
  received.ssrc = 1;
  received.packets = 20;
  received.bytes = 20 * 172;
  received.lost = 1;
  received.first_sequence = 65533;  // two are missing
  received.highest_sequence = 17;   // goes round: 21 numbers
  stream.tracker.Add(received);
  EXPECT_EQ(stream.of(1).packets, 21u);
  EXPECT_EQ(stream.of(1).lost, 3u);
  EXPECT_EQ(stream.of(1).highest_sequence, 65536u + 17);
  received.first_sequence.reset();
  received.packets = 1;
  received.bytes = 172;
  received.lost = -1;  // it came after all
  stream.tracker.Add(received);
  EXPECT_EQ(stream.of(1).lost, 2u);
  stream.Send(1, 19);
  EXPECT_EQ(stream.of(1).lost, 3u);
  EXPECT_EQ(stream.of(1).packets, 23u);
  EXPECT_EQ(stream.of(1).sequence_resets, 0u);
  received.packets = 0;
  stream.tracker.Add(received);
  EXPECT_EQ(stream.of(1).packets, 23u);
}

}  // namespace
}  // namespace mediad::rtp
