#include "mediad/rtcp/report_generator.h"

#include <algorithm>
#include <cstring>

#include "mediad/rtcp/packet.h"

namespace mediad::rtcp {
namespace {

constexpr uint64_t kNtpOfUnixEpoch = 2'208'988'800;  // s
constexpr size_t kSenderReportSize = 28;
constexpr size_t kReceiverReportSize = 8;
constexpr int32_t kMaxCumulativeLost = 0x7fffff;
constexpr uint8_t kCnameItem = 1;
constexpr uint8_t kMidItem = 15;

void PutWord(uint32_t word, uint8_t* out) {
  for (int i = 3; i >= 0; --i, word >>= 8) out[i] = static_cast<uint8_t>(word);
}

// `size` octets, header included: whole words.
void PutHeader(PacketType type, size_t count, size_t size, uint8_t* out) {
  const size_t words = size / 4 - 1;
  out[0] = static_cast<uint8_t>(0x80 | count);
  out[1] = static_cast<uint8_t>(type);
  out[2] = static_cast<uint8_t>(words >> 8);
  out[3] = static_cast<uint8_t>(words);
}

// In the units of a clock; seconds and the rest apart, so that nothing overflows.
uint32_t Units(std::chrono::nanoseconds time, uint32_t clock_rate) {
  const auto ns = static_cast<uint64_t>(time.count());
  return static_cast<uint32_t>(ns / 1'000'000'000 * clock_rate +
                               ns % 1'000'000'000 * clock_rate / 1'000'000'000);
}

// What the stream's time stamp is at this moment; where its clock is not known, the last one seen.
uint32_t TimestampNow(const rtp::SentSource& sent, const rtp::Source* origin, const base::Now& now) {
  if (origin == nullptr || origin->clock_rate == 0) return sent.last_timestamp;
  return Units(now.monotonic, origin->clock_rate) - origin->transit;
}

void PutSenderReport(const rtp::SentSource& sent, uint32_t timestamp, const base::Now& now, size_t blocks,
                     uint8_t* out) {
  const uint64_t ntp = NtpTime(now.unix_us);
  PutHeader(PacketType::kSenderReport, blocks, kSenderReportSize + blocks * kReportBlockSize, out);
  PutWord(sent.ssrc, out + 4);
  PutWord(static_cast<uint32_t>(ntp >> 32), out + 8);
  PutWord(static_cast<uint32_t>(ntp), out + 12);
  PutWord(timestamp, out + 16);
  PutWord(static_cast<uint32_t>(sent.packets), out + 20);
  PutWord(static_cast<uint32_t>(sent.bytes), out + 24);
}

size_t ItemSize(const std::string& text) { return 2 + text.size(); }

// SSRC, items, at least one octet 0, whole words.
size_t ChunkSize(const ReportOptions& options) {
  const size_t items = ItemSize(options.cname) + (options.mid.empty() ? 0 : ItemSize(options.mid));
  return 4 + (items + 4) / 4 * 4;
}

uint8_t* PutItem(uint8_t type, const std::string& text, uint8_t* out) {
  out[0] = type;
  out[1] = static_cast<uint8_t>(text.size());
  std::memcpy(out + 2, text.data(), text.size());
  return out + ItemSize(text);
}

void PutChunk(uint32_t ssrc, const ReportOptions& options, uint8_t* out) {
  std::memset(out, 0, ChunkSize(options));
  PutWord(ssrc, out);
  uint8_t* item = PutItem(kCnameItem, options.cname, out + 4);
  if (!options.mid.empty()) PutItem(kMidItem, options.mid, item);
}

}  // namespace

uint64_t NtpTime(int64_t unix_us) {
  const auto us = static_cast<uint64_t>(unix_us);
  return (us / 1'000'000 + kNtpOfUnixEpoch) << 32 | (us % 1'000'000 << 32) / 1'000'000;
}

ReportGenerator::Heard& ReportGenerator::HeardOf(uint32_t ssrc) {
  for (Heard& heard : heard_) {
    if (heard.ssrc == ssrc) return heard;
  }
  // The oldest entry goes: its source has been quiet, or will merely be reported as if it were new.
  if (heard_.size() == rtp::IngressTracker::kMaxSources) heard_.erase(heard_.begin());
  heard_.push_back({});
  heard_.back().ssrc = ssrc;
  return heard_.back();
}

void ReportGenerator::OnCompound(std::span<const uint8_t> datagram, const base::Now& now) {
  CompoundReader reader(datagram);
  PacketView packet;
  while (reader.Next(&packet)) {
    const auto author = packet.author();
    const auto info = packet.sender_info();
    if (!author || !info) continue;
    Heard& heard = HeardOf(*author);
    heard.last_sender_report = NtpMiddle(info->ntp_time);
    heard.sender_report_at = now.monotonic;
  }
}

bool ReportGenerator::Due(std::span<const rtp::SentSource> sent, std::chrono::milliseconds chance,
                          const base::Now& now) {
  if (due_.count() == 0) {
    const bool any = std::any_of(sent.begin(), sent.end(),
                                 [](const rtp::SentSource& source) { return source.packets > 0; });
    if (any) due_ = now.monotonic + options_.interval + chance;
    return false;
  }
  if (now.monotonic < due_) return false;
  due_ = now.monotonic + options_.interval + chance;
  return true;
}

// Streams of which something was sent since the last report, last used first.
std::vector<const rtp::SentSource*> ReportGenerator::Speaking(std::span<const rtp::SentSource> sent) const {
  std::vector<const rtp::SentSource*> speaking;
  for (const rtp::SentSource& source : sent) {
    const auto before = std::find_if(spoken_.begin(), spoken_.end(),
                                     [&](const Spoken& spoken) { return spoken.ssrc == source.ssrc; });
    const uint64_t packets = before == spoken_.end() ? 0 : before->packets;
    if (source.packets != packets && source.packets != 0) speaking.push_back(&source);
  }
  return speaking;
}

void ReportGenerator::Remember(std::span<const rtp::SentSource> sent) {
  spoken_.clear();
  for (const rtp::SentSource& source : sent) spoken_.push_back({source.ssrc, source.packets});
}

// About every source heard since the last report (RFC 3550 §6.4, appendix A.3). Returns how many blocks.
size_t ReportGenerator::WriteBlocks(std::span<const rtp::Source> received, size_t room, const base::Now& now,
                                    uint8_t* out) {
  size_t blocks = 0;
  for (const rtp::Source& source : received) {
    if (source.packets == 0 || blocks == room) continue;
    Heard& before = HeardOf(source.ssrc);
    if (before.packets == source.packets) continue;
    uint64_t fraction = 0;
    // A new source's packets before its first one, and what a new sequence left behind, are not missing.
    if (before.packets != 0 && before.sequence_resets == source.sequence_resets) {
      const uint64_t expected = source.highest_sequence - before.highest_sequence;
      const uint64_t lost = source.lost > before.lost ? source.lost - before.lost : 0;
      if (expected != 0) fraction = std::min<uint64_t>((lost << 8) / expected, 255);
    } else if (before.packets == 0) {
      fraction = (uint64_t{source.lost} << 8) / (source.packets + source.lost);
    }
    PutWord(source.ssrc, out);
    PutWord(static_cast<uint32_t>(fraction) << 24 | std::min<uint32_t>(source.lost, kMaxCumulativeLost),
            out + 4);
    PutWord(source.highest_sequence, out + 8);
    PutWord(source.jitter_16 >> 4, out + 12);
    PutWord(before.last_sender_report, out + 16);
    const auto delay = now.monotonic - before.sender_report_at;
    PutWord(before.last_sender_report == 0 ? 0 : Units(delay, 65536), out + 20);
    before.packets = source.packets;
    before.highest_sequence = source.highest_sequence;
    before.lost = source.lost;
    before.sequence_resets = source.sequence_resets;
    out += kReportBlockSize;
    ++blocks;
  }
  return blocks;
}

size_t ReportGenerator::Write(std::span<const rtp::SentSource> sent, std::span<const rtp::Source> received,
                              Origins origins, const base::Now& now, std::span<uint8_t> out) {
  std::vector<const rtp::SentSource*> speaking = Speaking(sent);
  // Not a word since the last report: who was the last to speak reports as a receiver.
  const bool silent = speaking.empty();
  if (silent) {
    const auto last = std::find_if(sent.begin(), sent.end(),
                                   [](const rtp::SentSource& source) { return source.packets > 0; });
    if (last == sent.end()) return 0;
    speaking.push_back(&*last);
  }
  Remember(sent);

  const size_t chunk = ChunkSize(options_);
  const size_t limit = std::min(out.size(), kMaxGeneratedSize);
  const size_t fixed = silent ? kReceiverReportSize : kSenderReportSize;
  size_t needed = kHeaderSize + fixed + chunk;
  if (needed > limit) return 0;
  size_t count = 1;
  while (count < speaking.size() && needed + kSenderReportSize + chunk <= limit) {
    needed += kSenderReportSize + chunk;
    ++count;
  }
  speaking.resize(count);

  uint8_t* at = out.data();
  const size_t room = std::min(kMaxReportBlocks, (limit - needed) / kReportBlockSize);
  const size_t blocks = WriteBlocks(received, room, now, at + fixed);
  for (size_t i = 0; i < speaking.size(); ++i) {
    const size_t own_blocks = i == 0 ? blocks : 0;
    if (silent) {
      PutHeader(PacketType::kReceiverReport, own_blocks, fixed + own_blocks * kReportBlockSize, at);
      PutWord(speaking[i]->ssrc, at + 4);
    } else {
      const uint32_t timestamp = TimestampNow(*speaking[i], origins(speaking[i]->ssrc), now);
      PutSenderReport(*speaking[i], timestamp, now, own_blocks, at);
    }
    at += fixed + own_blocks * kReportBlockSize;
  }
  PutHeader(PacketType::kSourceDescription, speaking.size(), kHeaderSize + speaking.size() * chunk, at);
  at += kHeaderSize;
  for (const rtp::SentSource* source : speaking) {
    PutChunk(source->ssrc, options_, at);
    at += chunk;
  }
  return static_cast<size_t>(at - out.data());
}

}  // namespace mediad::rtcp
