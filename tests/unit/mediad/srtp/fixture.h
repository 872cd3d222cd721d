// Keys, packets and a lossless way from one party to another, for the tests of SRTP.
#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mediad/srtp/layout.h"
#include "mediad/srtp/receiver.h"
#include "mediad/srtp/sender.h"

namespace mediad::srtp {

using Octets = std::vector<uint8_t>;

inline Parameters KeyFor(std::string_view suite, char seed = 1) {
  Parameters parameters;
  parameters.suite = media::FindSuite(suite);
  for (size_t i = 0; i < parameters.suite->key_size; ++i) {
    parameters.key.push_back(static_cast<char>(seed + 3 * static_cast<int>(i)));
  }
  for (size_t i = 0; i < parameters.suite->salt_size; ++i) {
    parameters.salt.push_back(static_cast<char>(7 * seed + static_cast<int>(i)));
  }
  return parameters;
}

inline Octets Rtp(uint16_t sequence, uint32_t ssrc = 4096, size_t payload = 20) {
  Octets packet(kRtpFixedHeader + payload, 0x55);
  packet[0] = 0x80;
  packet[1] = 0;
  Store16(&packet[2], sequence);
  Store32(&packet[4], uint32_t{sequence} * 160);
  Store32(&packet[8], ssrc);
  return packet;
}

// A receiver report with `blocks` report blocks.
inline Octets Rtcp(uint32_t ssrc = 4096, uint8_t blocks = 0) {
  Octets packet(kRtcpHeader + 24 * size_t{blocks}, 0x33);
  packet[0] = static_cast<uint8_t>(0x80 | blocks);
  packet[1] = 201;
  Store16(&packet[2], static_cast<uint16_t>(packet.size() / 4 - 1));
  Store32(&packet[4], ssrc);
  return packet;
}

template <typename Direction>
std::unique_ptr<Direction> New(const Parameters& parameters, Backend backend = Backend::kAuto) {
  auto result = Direction::Create(parameters, backend);
  EXPECT_TRUE(result.ok()) << result.status();
  return result.ok() ? *std::move(result) : nullptr;
}

// What is sent for `packet`; nothing if it cannot be protected.
inline Octets Protected(Sender& sender, Octets packet, Result expected = Result::kOk) {
  size_t size = packet.size();
  packet.resize(size + kMaxOverhead);
  EXPECT_EQ(sender.ProtectRtp(packet, &size), expected);
  packet.resize(expected == Result::kOk ? size : 0);
  return packet;
}

inline Octets ProtectedRtcp(Sender& sender, Octets packet, Result expected = Result::kOk) {
  size_t size = packet.size();
  packet.resize(size + kMaxOverhead);
  EXPECT_EQ(sender.ProtectRtcp(packet, &size), expected);
  packet.resize(expected == Result::kOk ? size : 0);
  return packet;
}

struct Received {
  Result result;
  Octets packet;  // as it is afterwards, cut to size if kOk
};

inline Received Unprotected(Receiver& receiver, Octets packet) {
  size_t size = 0;
  const Result result = receiver.UnprotectRtp(packet, &size);
  if (result == Result::kOk) packet.resize(size);
  return {result, packet};
}

inline Received UnprotectedRtcp(Receiver& receiver, Octets packet) {
  size_t size = 0;
  const Result result = receiver.UnprotectRtcp(packet, &size);
  if (result == Result::kOk) packet.resize(size);
  return {result, packet};
}

// A packet of a sender whose roll-over counter is `roc`, however it came there.
inline Octets ProtectedAt(const Parameters& parameters, uint32_t roc, const Octets& packet) {
  const std::unique_ptr<Sender> sender = New<Sender>(parameters);
  StreamState state;
  state.ssrc = Load32(&packet[8]);
  state.has_rtp = true;
  state.roc = roc;
  state.sequence = Load16(&packet[2]);
  EXPECT_TRUE(sender->Import({&state, 1}).ok());
  return Protected(*sender, packet);
}

// An SRTCP packet with that index.
inline Octets ProtectedRtcpAt(const Parameters& parameters, uint32_t index, const Octets& packet) {
  const std::unique_ptr<Sender> sender = New<Sender>(parameters);
  StreamState state;
  state.ssrc = Load32(&packet[4]);
  state.has_rtcp = true;
  state.rtcp_index = index;
  EXPECT_TRUE(sender->Import({&state, 1}).ok());
  return ProtectedRtcp(*sender, packet);
}

}  // namespace mediad::srtp
