#include "mediad/session/loop_guard.h"

#include <algorithm>

namespace mediad::session {
namespace {

constexpr std::chrono::seconds kPeriod{1};

// FNV-1a. Whoever makes packets collide merely spoils the detection of a loop of his own.
size_t Hash(std::span<const uint8_t> octets) {
  uint32_t hash = 0x811c9dc5;
  for (const uint8_t octet : octets) hash = (hash ^ octet) * 0x01000193;
  return hash ^ hash >> 16;
}

}  // namespace

bool LoopGuard::Admit(std::span<const uint8_t> packet, std::chrono::nanoseconds now) {
  const std::span<const uint8_t> leading = packet.first(std::min(packet.size(), kLeading));
  Entry& entry = entries_[Hash(leading) % kEntries];
  const bool recent = entry.count != 0 && now - entry.since < kPeriod;
  const bool same = entry.count != 0 && entry.size == leading.size() &&
                    std::equal(leading.begin(), leading.end(), entry.leading.begin());
  if (recent && same) {
    if (entry.count <= kMost) ++entry.count;
    return entry.count <= kMost;
  }
  // One that has come back already keeps its place for the second; what shares it is not looked at.
  if (recent && entry.count > 1) return true;
  std::copy(leading.begin(), leading.end(), entry.leading.begin());
  entry.size = static_cast<uint8_t>(leading.size());
  entry.count = 1;
  entry.since = now;
  return true;
}

}  // namespace mediad::session
