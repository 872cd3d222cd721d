// Our implementation against libsrtp2, packet by packet: same octets sent, same verdict and same
// octets received, over random packets with losses, reordering, duplicates, damage and roll-overs.
// Without F8, which libsrtp2 does not have, and the 192-bit suites, whose keys it derives wrongly
// (libsrtp_session.h).
//
// SRTP_DIFFERENTIAL_PACKETS: how many packets in all, 100000 if not set.
#include <algorithm>
#include <cstdlib>
#include <random>

#include "tests/unit/mediad/srtp/fixture.h"

namespace mediad::srtp {
namespace {

struct Configuration {
  std::string_view suite;
  bool unencrypted_srtp = false;
  bool unencrypted_srtcp = false;
  bool unauthenticated_srtp = false;
};

constexpr Configuration kConfigurations[] = {
    {"AEAD_AES_256_GCM"},
    {"AEAD_AES_128_GCM"},
    {"AEAD_AES_128_GCM", false, true},
    {"AES_256_CM_HMAC_SHA1_80"},
    {"AES_256_CM_HMAC_SHA1_32"},
    {"AES_CM_128_HMAC_SHA1_80"},
    {"AES_CM_128_HMAC_SHA1_32"},
    {"AES_CM_128_HMAC_SHA1_80", true},
    {"AES_CM_128_HMAC_SHA1_32", false, true},
    {"AES_CM_128_HMAC_SHA1_80", false, false, true},
    {"NULL_HMAC_SHA1_80"},
    {"NULL_HMAC_SHA1_32"},
};

size_t PacketsPerConfiguration() {
  const char* wanted = std::getenv("SRTP_DIFFERENTIAL_PACKETS");
  const size_t packets = wanted != nullptr ? std::strtoull(wanted, nullptr, 10) : 100000;
  return packets / std::size(kConfigurations) + 1;
}

class Pair {
 public:
  Pair(const Parameters& parameters, uint64_t seed)
      : parameters_(parameters),
        random_(seed),
        sender_(New<Sender>(parameters)),
        sender_oracle_(New<Sender>(parameters, Backend::kLibsrtp)),
        receiver_(New<Receiver>(parameters)),
        receiver_oracle_(New<Receiver>(parameters, Backend::kLibsrtp)) {
    // libsrtp2 begins with SRTCP index 1, we with 0.
    for (uint32_t ssrc = 0; ssrc < kSsrcs; ++ssrc) {
      StreamState state;
      state.ssrc = ssrc;
      state.has_rtcp = true;
      state.rtcp_index = 1;
      EXPECT_TRUE(sender_->Import({&state, 1}).ok());
      sequence_[ssrc] = static_cast<uint16_t>(Below(65536));
    }
  }

  void Step() {
    const bool rtcp = Chance(10);
    Octets packet = rtcp ? RandomRtcp() : RandomRtp();
    const Octets sent = Send(packet, rtcp);
    if (Chance(5)) return;  // lost
    // Without tags we keep no window, libsrtp2 does.
    if (parameters_.unauthenticated_srtp) return Deliver(sent, rtcp);
    // Some wait and overtake nothing; within every window, but across roll-overs.
    if (Chance(15)) {
      waiting_.push_back({sent, rtcp});
    } else {
      Deliver(sent, rtcp);
      if (Chance(4)) Deliver(sent, rtcp);
    }
    if (waiting_.size() > 4) {
      std::shuffle(waiting_.begin(), waiting_.end(), random_);
      Deliver(waiting_.back().first, waiting_.back().second);
      waiting_.pop_back();
    }
    if (Chance(5)) DeliverDamaged(sent, rtcp);
  }

  size_t accepted() const { return accepted_; }
  size_t refused() const { return refused_; }
  size_t replays() const { return replays_; }

 private:
  static constexpr uint32_t kSsrcs = 3;

  uint64_t Below(uint64_t limit) { return random_() % limit; }
  bool Chance(unsigned percent) { return Below(100) < percent; }

  Octets RandomRtp() {
    const uint32_t ssrc = static_cast<uint32_t>(Below(kSsrcs));
    uint16_t& sequence = sequence_[ssrc];
    uint16_t number = ++sequence;
    if (Chance(2)) sequence = number = static_cast<uint16_t>(number + Below(3000));
    if (Chance(3) && !parameters_.unauthenticated_srtp) {
      number = static_cast<uint16_t>(number - Below(100));  // sent late
    }
    Octets packet = Rtp(number, ssrc, Chance(2) ? Below(3000) : Below(300));
    for (size_t i = kRtpFixedHeader; i < packet.size(); ++i) {
      packet[i] = static_cast<uint8_t>(random_());
    }
    const size_t payload = packet.size() - kRtpFixedHeader;
    size_t csrcs = Chance(10) ? Below(16) : 0;
    if (4 * csrcs > payload) csrcs = 0;
    packet[0] = static_cast<uint8_t>(0x80 | csrcs);
    packet[1] = static_cast<uint8_t>(random_());
    const size_t at = kRtpFixedHeader + 4 * csrcs;
    if (Chance(20) && at + 4 <= packet.size()) {
      packet[0] |= 0x10;
      const size_t words = (packet.size() - at) / 4;
      // With GCM libsrtp2 takes no more than 2048 octets of header.
      Store16(&packet[at + 2], static_cast<uint16_t>(Below(std::min<size_t>(words, 400))));
    }
    return packet;
  }

  Octets RandomRtcp() {
    Octets packet = Rtcp(static_cast<uint32_t>(Below(kSsrcs)), static_cast<uint8_t>(Below(32)));
    for (size_t i = kRtcpHeader; i < packet.size(); ++i) {
      packet[i] = static_cast<uint8_t>(random_());
    }
    return packet;
  }

  Octets Send(const Octets& packet, bool rtcp) {
    const auto send = [&](Sender& sender, Result* result) {
      Octets buffer = packet;
      size_t size = buffer.size();
      buffer.resize(size + kMaxOverhead);
      *result = rtcp ? sender.ProtectRtcp(buffer, &size) : sender.ProtectRtp(buffer, &size);
      buffer.resize(size);
      return buffer;
    };
    Result result;
    Result expected;
    const Octets ours = send(*sender_, &result);
    const Octets theirs = send(*sender_oracle_, &expected);
    EXPECT_EQ(result, expected);
    EXPECT_EQ(ours, theirs);
    return theirs;
  }

  void Deliver(const Octets& packet, bool rtcp) {
    const auto receive = rtcp ? UnprotectedRtcp : Unprotected;
    const Received ours = receive(*receiver_, packet);
    const Received theirs = receive(*receiver_oracle_, packet);
    EXPECT_EQ(ours.result, theirs.result);
    EXPECT_EQ(ours.packet, theirs.packet);
    ours.result == Result::kOk ? ++accepted_ : ++refused_;
    if (ours.result == Result::kReplay) ++replays_;
  }

  // Anywhere but where the size of the header is told, or an E-bit, which libsrtp2 wants to know
  // before.
  void DeliverDamaged(Octets packet, bool rtcp) {
    if (!rtcp && (packet[0] & 0x10) != 0) return;
    const size_t at = 1 + Below(packet.size() - 1);
    const bool aead = parameters_.suite->cipher == media::SrtpCipher::kAesGcm;
    if (rtcp && at == packet.size() - (aead ? 4 : 14)) return;
    packet[at] ^= static_cast<uint8_t>(1 << Below(8));
    Deliver(packet, rtcp);
  }

  const Parameters parameters_;
  std::mt19937_64 random_;
  std::unique_ptr<Sender> sender_, sender_oracle_;
  std::unique_ptr<Receiver> receiver_, receiver_oracle_;
  uint16_t sequence_[kSsrcs];
  std::vector<std::pair<Octets, bool>> waiting_;
  size_t accepted_ = 0;
  size_t refused_ = 0;
  size_t replays_ = 0;
};

class Differential : public ::testing::TestWithParam<Configuration> {};

TEST_P(Differential, AgreesWithLibsrtp) {
  const Configuration& configuration = GetParam();
  Parameters parameters = KeyFor(configuration.suite);
  parameters.unencrypted_srtp = configuration.unencrypted_srtp;
  parameters.unencrypted_srtcp = configuration.unencrypted_srtcp;
  parameters.unauthenticated_srtp = configuration.unauthenticated_srtp;
  const size_t packets = PacketsPerConfiguration();
  Pair pair(parameters, 3711);
  for (size_t i = 0; i < packets && !HasFailure(); ++i) pair.Step();
  EXPECT_GT(pair.accepted(), packets / 2);
  if (configuration.unauthenticated_srtp) return;
  EXPECT_GT(pair.refused(), packets / 100);
  EXPECT_GT(pair.replays(), packets / 100);
}

std::string Name(const ::testing::TestParamInfo<Configuration>& info) {
  std::string name(info.param.suite);
  if (info.param.unencrypted_srtp) name += "_unencrypted";
  if (info.param.unencrypted_srtcp) name += "_unencrypted_srtcp";
  if (info.param.unauthenticated_srtp) name += "_unauthenticated";
  return name;
}

INSTANTIATE_TEST_SUITE_P(EverySharedSuite, Differential, ::testing::ValuesIn(kConfigurations),
                         Name);

}  // namespace
}  // namespace mediad::srtp
