// Indices, replays, roll-over counters and SSRCs, as receivers and senders see them.
#include <algorithm>

#include "mediad/srtp/rtp_index.h"
#include "tests/unit/mediad/srtp/fixture.h"

namespace mediad::srtp {
namespace {

const Parameters kKey = KeyFor("AES_CM_128_HMAC_SHA1_80");

Result Receive(Receiver& receiver, uint32_t roc, uint16_t sequence, uint32_t ssrc = 2) {
  return Unprotected(receiver, ProtectedAt(kKey, roc, Rtp(sequence, ssrc))).result;
}

Result ReceiveRtcp(Receiver& receiver, uint32_t index, uint32_t ssrc = 2) {
  return UnprotectedRtcp(receiver, ProtectedRtcpAt(kKey, index, Rtcp(ssrc))).result;
}

// The counter with which `packet` was protected; 99: none of the first.
uint32_t RocOf(const Octets& sent, const Octets& packet) {
  for (uint32_t roc = 0; roc < 5; ++roc) {
    if (sent == ProtectedAt(kKey, roc, packet)) return roc;
  }
  return 99;
}

TEST(EstimateRoc, FollowsAppendixA) {
  EXPECT_EQ(EstimateRoc(RtpIndex(0, 65535), 0), 1u);
  EXPECT_EQ(EstimateRoc(RtpIndex(1, 3), 65530), 0u);
  EXPECT_EQ(EstimateRoc(RtpIndex(0, 3), 65530), 0u) << "there is none before 0";
  EXPECT_EQ(EstimateRoc(RtpIndex(7, 100), 32868), 7u);
  EXPECT_EQ(EstimateRoc(RtpIndex(7, 100), 32869), 6u);
  EXPECT_EQ(EstimateRoc(RtpIndex(7, 40000), 7232), 7u);
  EXPECT_EQ(EstimateRoc(RtpIndex(7, 40000), 7231), 8u);
  EXPECT_EQ(EstimateRoc(RtpIndex(kMaxRoc, 65535), 0), kMaxRoc + 1);
}

TEST(ReplayWindow, TakesEachIndexOnceWithinItsSize) {
  ReplayWindow window;
  EXPECT_TRUE(window.Fresh(1000));
  window.Commit(1000);
  for (uint64_t index = 1000; index > 1000 - ReplayWindow::kSize; --index) {
    EXPECT_EQ(window.Fresh(index), index != 1000);
    if (index != 1000) window.Commit(index);
    EXPECT_FALSE(window.Fresh(index));
  }
  EXPECT_FALSE(window.Fresh(1000 - ReplayWindow::kSize));
  EXPECT_EQ(window.highest(), 1000u);
  window.Commit(1100);
  EXPECT_TRUE(window.Fresh(1099));
  EXPECT_FALSE(window.Fresh(999));
  window.Commit(1100 + 10 * ReplayWindow::kSize);
  EXPECT_TRUE(window.Fresh(1100 + 10 * ReplayWindow::kSize - 100));
  EXPECT_FALSE(window.Fresh(1099));
}

TEST(ReplayWindow, EveryAdvanceForgetsWhatItMust) {
  for (uint64_t step = 1; step < 600; step += 7) {
    ReplayWindow window;
    for (uint64_t index = 0; index < 20 * step; index += step) {
      window.Commit(index);
      for (uint64_t back = 0; back < 300 && back <= index; ++back) {
        ASSERT_EQ(window.Fresh(index - back), back < ReplayWindow::kSize && back % step != 0);
      }
    }
  }
}

TEST(Streams, AReplayIsRefusedAndReorderingIsNot) {
  const auto receiver = New<Receiver>(kKey);
  EXPECT_EQ(Receive(*receiver, 0, 1000), Result::kOk);
  EXPECT_EQ(Receive(*receiver, 0, 1000), Result::kReplay);
  EXPECT_EQ(Receive(*receiver, 0, 1010), Result::kOk);
  for (uint16_t sequence = 1009; sequence > 1000; --sequence) {
    EXPECT_EQ(Receive(*receiver, 0, sequence), Result::kOk);
    EXPECT_EQ(Receive(*receiver, 0, sequence), Result::kReplay);
  }
  EXPECT_EQ(Receive(*receiver, 0, 1010 - 255), Result::kOk);
  EXPECT_EQ(Receive(*receiver, 0, 1010 - 256), Result::kReplay) << "too old to know";
}

TEST(Streams, ReorderingAndLossAcrossARollOver) {
  const auto receiver = New<Receiver>(kKey);
  EXPECT_EQ(Receive(*receiver, 0, 65530), Result::kOk);
  EXPECT_EQ(Receive(*receiver, 1, 2), Result::kOk);
  EXPECT_EQ(Receive(*receiver, 0, 65535), Result::kOk);
  EXPECT_EQ(Receive(*receiver, 1, 1), Result::kOk);
  EXPECT_EQ(Receive(*receiver, 0, 65535), Result::kReplay);
  EXPECT_EQ(Receive(*receiver, 1, 1), Result::kReplay);
  EXPECT_EQ(Receive(*receiver, 1, 30000), Result::kOk);
  EXPECT_EQ(Receive(*receiver, 1, 60000), Result::kOk);
  EXPECT_EQ(Receive(*receiver, 2, 100), Result::kOk) << "all of the roll-over was lost";
}

// The golden cases "sender starts over with ROC 0, or is at another ROC" and "gap in the sequence
// numbers: half way round".
TEST(Streams, ACounterIsRecoveredWithinOneAndFromZero) {
  const auto receiver = New<Receiver>(kKey);
  EXPECT_EQ(Receive(*receiver, 0, 65535), Result::kOk);
  EXPECT_EQ(Receive(*receiver, 1, 3), Result::kOk);
  EXPECT_EQ(Receive(*receiver, 0, 4), Result::kOk);
  EXPECT_EQ(Receive(*receiver, 0, 5), Result::kOk);
  EXPECT_EQ(Receive(*receiver, 2, 6), Result::kAuthentication);
  EXPECT_EQ(Receive(*receiver, 7, 7), Result::kAuthentication);
  EXPECT_EQ(Receive(*receiver, 1, 8), Result::kOk);
  EXPECT_EQ(Receive(*receiver, 1, 9, 3), Result::kOk);
  EXPECT_EQ(Receive(*receiver, 3, 10, 4), Result::kAuthentication);

  const auto other = New<Receiver>(kKey);
  for (const auto& [roc, sequence] : std::vector<std::pair<uint32_t, uint16_t>>{
           {0, 10}, {0, 30000}, {0, 60000}, {1, 100}, {1, 50000}, {0, 50001}}) {
    EXPECT_EQ(Receive(*other, roc, sequence), Result::kOk) << roc << ":" << sequence;
  }
}

TEST(Streams, ASenderThatLostALargeCounterIsUnderstood) {
  const auto receiver = New<Receiver>(kKey);
  StreamState state;
  state.ssrc = 2;
  state.has_rtp = true;
  state.roc = 9;
  state.sequence = 100;
  ASSERT_TRUE(receiver->Import({&state, 1}).ok());
  for (uint16_t sequence = 200; sequence < 300; ++sequence) {
    EXPECT_EQ(Receive(*receiver, 0, sequence), Result::kOk);
  }
  // One that replays it disturbs nobody: the other place is remembered.
  EXPECT_EQ(Receive(*receiver, 9, 101), Result::kOk);
  EXPECT_EQ(Receive(*receiver, 0, 300), Result::kOk);
  EXPECT_EQ(Receive(*receiver, 9, 102), Result::kOk);
}

TEST(Streams, ARecordingPassesOnceAtMost) {
  const auto receiver = New<Receiver>(kKey);
  for (uint32_t index = 40000; index < 3 * 65536; index += 200) {
    ASSERT_EQ(Receive(*receiver, index >> 16, static_cast<uint16_t>(index)), Result::kOk);
  }
  const auto replay = [&] {
    size_t passed = 0;
    for (uint32_t index = 40000; index < 3 * 65536; index += 200) {
      const Result result = Receive(*receiver, index >> 16, static_cast<uint16_t>(index));
      if (result == Result::kOk) ++passed;
    }
    return passed;
  };
  for (uint32_t index = 164000; index < 3 * 65536; index += 200) {
    EXPECT_EQ(Receive(*receiver, 2, static_cast<uint16_t>(index)), Result::kReplay)
        << "no recovery within 32768 packets";
  }
  replay();
  EXPECT_EQ(replay(), 0u);
  EXPECT_EQ(Receive(*receiver, 3, 1), Result::kOk) << "the real sender goes on";
}

TEST(Streams, RtcpReplaysAreRefusedAndReorderingIsNot) {
  const auto receiver = New<Receiver>(kKey);
  EXPECT_EQ(ReceiveRtcp(*receiver, 1), Result::kOk);
  EXPECT_EQ(ReceiveRtcp(*receiver, 4), Result::kOk);
  EXPECT_EQ(ReceiveRtcp(*receiver, 1), Result::kReplay);
  EXPECT_EQ(ReceiveRtcp(*receiver, 0), Result::kOk);
  EXPECT_EQ(ReceiveRtcp(*receiver, 0x7fffffff), Result::kOk);
  EXPECT_EQ(ReceiveRtcp(*receiver, 5), Result::kReplay);
  EXPECT_EQ(ReceiveRtcp(*receiver, 0, 3), Result::kOk) << "another SSRC has its own";
}

TEST(Streams, OnlyAuthenticPacketsEvict) {
  const auto receiver = New<Receiver>(kKey);
  for (uint32_t ssrc = 0; ssrc < kMaxStreams; ++ssrc) {
    ASSERT_EQ(Receive(*receiver, 0, 65535, ssrc), Result::kOk);
    ASSERT_EQ(Receive(*receiver, 1, 0, ssrc), Result::kOk);
  }
  for (uint32_t ssrc = 1000; ssrc < 1200; ++ssrc) {
    Octets forged = ProtectedAt(kKey, 0, Rtp(1, ssrc));
    forged.back() ^= 1;
    EXPECT_EQ(Unprotected(*receiver, forged).result, Result::kAuthentication);
  }
  for (uint32_t ssrc = 0; ssrc < kMaxStreams; ++ssrc) {
    ASSERT_EQ(Receive(*receiver, 1, 1, ssrc), Result::kOk);
  }
  EXPECT_EQ(Receive(*receiver, 0, 1, 1000), Result::kOk);
  const std::vector<StreamState> states = receiver->Export();
  EXPECT_EQ(states.size(), kMaxStreams);
  const auto known = [&](uint32_t ssrc) {
    return std::any_of(states.begin(), states.end(),
                       [&](const StreamState& state) { return state.ssrc == ssrc; });
  };
  EXPECT_FALSE(known(0)) << "unused for the longest time";
  EXPECT_TRUE(known(1));
  EXPECT_TRUE(known(1000));
}

// The golden case "plain sequence jumps back: what ROC goes out".
TEST(Streams, TheSendersCounterFollowsTheSequence) {
  const auto sender = New<Sender>(kKey);
  for (const auto& [sequence, roc] : std::vector<std::pair<uint16_t, uint32_t>>{
           {40000, 0}, {1000, 1}, {39999, 0}, {1001, 1}, {65000, 0}, {1002, 1}}) {
    const Octets packet = Rtp(sequence);
    EXPECT_EQ(RocOf(Protected(*sender, packet), packet), roc) << sequence;
  }
  const Octets other = Rtp(10, 4369);
  EXPECT_EQ(RocOf(Protected(*sender, other), other), 0u) << "a new SSRC begins at 0";
}

TEST(Streams, SrtcpIndicesBeginAtZeroForEachSsrc) {
  const auto sender = New<Sender>(kKey);
  EXPECT_EQ(ProtectedRtcp(*sender, Rtcp(1)), ProtectedRtcpAt(kKey, 0, Rtcp(1)));
  EXPECT_EQ(ProtectedRtcp(*sender, Rtcp(1)), ProtectedRtcpAt(kKey, 1, Rtcp(1)));
  EXPECT_EQ(ProtectedRtcp(*sender, Rtcp(2)), ProtectedRtcpAt(kKey, 0, Rtcp(2)));
  EXPECT_EQ(ProtectedRtcp(*sender, Rtcp(1)), ProtectedRtcpAt(kKey, 2, Rtcp(1)));
}

TEST(Streams, AnEvictedSsrcNeverUsesAnIndexAgain) {
  const auto sender = New<Sender>(kKey);
  for (int i = 0; i < 5; ++i) ProtectedRtcp(*sender, Rtcp(1));
  for (uint32_t ssrc = 100; ssrc < 100 + kMaxStreams; ++ssrc) ProtectedRtcp(*sender, Rtcp(ssrc));
  EXPECT_EQ(ProtectedRtcp(*sender, Rtcp(1)), ProtectedRtcpAt(kKey, 5, Rtcp(1)));
}

TEST(Streams, ASenderNeedsRoom) {
  Parameters parameters = kKey;
  parameters.mki = "mki";
  const auto sender = New<Sender>(parameters);
  Octets packet = Rtp(1);
  const Octets before = packet;
  size_t size = packet.size();
  EXPECT_EQ(sender->ProtectRtp(packet, &size), Result::kNoRoom);
  packet.resize(before.size() + 12);
  EXPECT_EQ(sender->ProtectRtp(packet, &size), Result::kNoRoom);
  EXPECT_EQ(size, before.size());
  EXPECT_TRUE(std::equal(before.begin(), before.end(), packet.begin()));
  packet.resize(before.size() + 13);
  EXPECT_EQ(sender->ProtectRtp(packet, &size), Result::kOk);
  EXPECT_EQ(size, before.size() + 13);
  Octets report = Rtcp();
  size = report.size();
  report.resize(size + 16);
  EXPECT_EQ(sender->ProtectRtcp(report, &size), Result::kNoRoom);
  size = report.size() + 1;
  EXPECT_EQ(sender->ProtectRtcp(report, &size), Result::kMalformed) << "larger than the buffer";
  Protected(*sender, Octets(11, 0x80), Result::kMalformed);
  ProtectedRtcp(*sender, Octets(7, 0x80), Result::kMalformed);
  Protected(*sender, Rtp(1, 1, kMaxPacket - 15), Result::kMalformed);
}

TEST(Streams, IndicesDoNotStartAgain) {
  const auto sender = New<Sender>(kKey);
  StreamState state;
  state.ssrc = 4096;
  state.has_rtp = state.has_rtcp = true;
  state.roc = 0xffffffff;
  state.sequence = 65534;
  state.rtcp_index = 0x7fffffff;
  ASSERT_TRUE(sender->Import({&state, 1}).ok());
  Protected(*sender, Rtp(65535));
  Protected(*sender, Rtp(0), Result::kExhausted);
  ProtectedRtcp(*sender, Rtcp());
  ProtectedRtcp(*sender, Rtcp(), Result::kExhausted);
  const auto receiver = New<Receiver>(kKey);
  ASSERT_TRUE(receiver->Import({&state, 1}).ok());
  EXPECT_EQ(Receive(*receiver, 0xffffffff, 65535, 4096), Result::kOk);
  EXPECT_EQ(Receive(*receiver, 5, 0, 4096), Result::kAuthentication);
}

// What a party that has moved gets: its roll-over counter from 0, no SRTCP index twice.
TEST(Streams, ARestartOfRtpKeepsRtcpIndices) {
  const auto sender = New<Sender>(kKey);
  for (uint32_t index = 65530; index < 65540; ++index) {
    Protected(*sender, Rtp(static_cast<uint16_t>(index)));
  }
  ProtectedRtcp(*sender, Rtcp());
  sender->RestartRtp();
  const StreamState state = sender->Export().at(0);
  EXPECT_FALSE(state.has_rtp);
  EXPECT_EQ(state.roc, 0u);
  EXPECT_EQ(state.rtcp_index, 1u);
}

TEST(Streams, RtcpBeginsWhereItIsTold) {
  const auto sender = New<Sender>(kKey);
  sender->BeginRtcpAt(1000);
  ProtectedRtcp(*sender, Rtcp());
  EXPECT_EQ(sender->Export().at(0).rtcp_index, 1001u);
}

TEST(Streams, ExportAndImportContinue) {
  const auto sender = New<Sender>(kKey);
  const auto receiver = New<Receiver>(kKey);
  Octets last;
  Octets last_report;
  for (uint32_t index = 65530; index < 65540; ++index) {
    last = Protected(*sender, Rtp(static_cast<uint16_t>(index)));
    last_report = ProtectedRtcp(*sender, Rtcp());
    ASSERT_EQ(Unprotected(*receiver, last).result, Result::kOk);
    ASSERT_EQ(UnprotectedRtcp(*receiver, last_report).result, Result::kOk);
  }
  ProtectedRtcp(*sender, Rtcp(7));  // known from RTCP only
  const auto next_sender = New<Sender>(kKey);
  const auto next_receiver = New<Receiver>(kKey);
  ASSERT_TRUE(next_sender->Import(sender->Export()).ok());
  ASSERT_TRUE(next_receiver->Import(receiver->Export()).ok());
  EXPECT_EQ(next_sender->Export(), sender->Export());
  EXPECT_EQ(next_receiver->Export(), receiver->Export());

  EXPECT_EQ(Unprotected(*next_receiver, last).result, Result::kReplay);
  EXPECT_EQ(UnprotectedRtcp(*next_receiver, last_report).result, Result::kReplay);
  const Octets packet = Protected(*next_sender, Rtp(4));
  EXPECT_EQ(packet, ProtectedAt(kKey, 1, Rtp(4)));
  EXPECT_EQ(Unprotected(*next_receiver, packet).result, Result::kOk);
  const Octets report = ProtectedRtcp(*next_sender, Rtcp());
  EXPECT_EQ(report, ProtectedRtcpAt(kKey, 10, Rtcp()));
  EXPECT_EQ(UnprotectedRtcp(*next_receiver, report).result, Result::kOk);
}

// Somebody else goes on with a stream and gives it back: what either has seen is seen.
TEST(ReplayWindow, MergesWithWhatSomebodyElseReceived) {
  ReplayWindow mine, theirs;
  for (uint64_t index : {100, 101, 103}) mine.Commit(index);
  theirs.Merge(mine);
  for (uint64_t index : {102, 400, 402}) theirs.Commit(index);
  mine.Commit(104);
  mine.Merge(theirs);
  EXPECT_EQ(mine.highest(), 402u);
  EXPECT_TRUE(mine.Fresh(401));
  EXPECT_TRUE(mine.Fresh(200));
  for (uint64_t index : {104, 400, 402}) EXPECT_FALSE(mine.Fresh(index)) << index;
  ReplayWindow older;
  older.Commit(399);
  mine.Merge(older);  // does no harm
  EXPECT_EQ(mine.highest(), 402u);
  EXPECT_FALSE(mine.Fresh(399));
  EXPECT_FALSE(mine.Fresh(402));
}

TEST(HandOver, RollOverCountersGoAlong) {
  const auto sender = New<Sender>(kKey);
  const auto here = New<Receiver>(kKey);
  const auto there = New<Receiver>(kKey);
  Octets packet;
  const auto send = [&](uint32_t index) { return packet = Protected(*sender, Rtp(static_cast<uint16_t>(index), 2)); };
  ASSERT_EQ(Unprotected(*here, send(65534)).result, Result::kOk);
  for (const auto& state : here->ExportRtp(8)) there->MergeRtp(state);
  EXPECT_EQ(Unprotected(*there, packet).result, Result::kReplay);
  for (uint32_t index = 65535; index < 65535 + 70000; ++index) {
    ASSERT_EQ(Unprotected(*there, send(index)).result, Result::kOk);
  }
  for (const auto& state : there->ExportRtp(8)) here->MergeRtp(state);
  EXPECT_EQ(Unprotected(*here, packet).result, Result::kReplay);
  EXPECT_EQ(Unprotected(*here, send(65535 + 70000)).result, Result::kOk);
  EXPECT_EQ(here->ExportRtp(8).at(0).history.highest() >> 16, 2u);

  const auto other = New<Sender>(kKey);
  ASSERT_TRUE(sender->ExportRtp(2));
  other->FollowRtp(2, *sender->ExportRtp(2));
  const Octets next = Rtp(static_cast<uint16_t>(65535 + 70001), 2);
  EXPECT_EQ(Protected(*other, next), Protected(*sender, next));
  other->FollowRtp(2, 5);  // an older one does no harm
  EXPECT_EQ(*other->ExportRtp(2), *sender->ExportRtp(2));
}

}  // namespace
}  // namespace mediad::srtp
