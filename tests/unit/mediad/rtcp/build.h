// RTCP packets for tests, from values.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <vector>

#include "mediad/rtcp/packet.h"

namespace mediad::rtcp::test {

using Bytes = std::vector<uint8_t>;

inline void AppendWord(Bytes* out, uint32_t word) {
  for (int shift = 24; shift >= 0; shift -= 8) out->push_back(static_cast<uint8_t>(word >> shift));
}

// Octet by octet: GCC 12 takes an insert of a vector at the end of a short one for an overflow.
inline void Append(Bytes* out, const Bytes& octets) {
  for (const uint8_t octet : octets) out->push_back(octet);
}

inline void AppendBlock(Bytes* out, const ReportBlock& block) {
  AppendWord(out, block.ssrc);
  AppendWord(out, uint32_t{block.fraction_lost} << 24 |
                      (static_cast<uint32_t>(block.cumulative_lost) & 0xffffff));
  AppendWord(out, block.highest_sequence);
  AppendWord(out, block.jitter);
  AppendWord(out, block.last_sender_report);
  AppendWord(out, block.delay_since_last_sender_report);
}

// `body` is whole words.
inline Bytes Packet(PacketType type, unsigned count, const Bytes& body) {
  const size_t words = body.size() / 4;
  Bytes out = {static_cast<uint8_t>(0x80 | count), static_cast<uint8_t>(type),
               static_cast<uint8_t>(words >> 8), static_cast<uint8_t>(words)};
  Append(&out, body);
  return out;
}

inline Bytes ReceiverReport(uint32_t author, std::initializer_list<ReportBlock> blocks) {
  Bytes body;
  AppendWord(&body, author);
  for (const ReportBlock& block : blocks) AppendBlock(&body, block);
  return Packet(PacketType::kReceiverReport, static_cast<unsigned>(blocks.size()), body);
}

inline Bytes SenderReport(uint32_t author, uint64_t ntp_time,
                          std::initializer_list<ReportBlock> blocks) {
  Bytes body;
  AppendWord(&body, author);
  AppendWord(&body, static_cast<uint32_t>(ntp_time >> 32));
  AppendWord(&body, static_cast<uint32_t>(ntp_time));
  for (uint32_t word : {160u, 1u, 160u}) AppendWord(&body, word);
  for (const ReportBlock& block : blocks) AppendBlock(&body, block);
  return Packet(PacketType::kSenderReport, static_cast<unsigned>(blocks.size()), body);
}

// SSRC of the sender, SSRC of the media source, then `control` (FCI).
inline Bytes Feedback(PacketType type, unsigned format, const Bytes& control) {
  Bytes body = {0, 0, 0, 1, 0, 0, 0, 2};
  Append(&body, control);
  return Packet(type, format, body);
}

inline Bytes Join(std::initializer_list<Bytes> packets) {
  Bytes out;
  for (const Bytes& packet : packets) Append(&out, packet);
  return out;
}

}  // namespace mediad::rtcp::test
