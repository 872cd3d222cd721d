// The most recently used SSRCs of one direction of one media, newest first, with what is known of each.
//
// `Entry` is default-constructible and has `uint32_t ssrc`. Bounded: one more than kMost replaces the one unused for
// the longest time. No allocation unless the SSRC is new. One thread.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "proto/base/prefetch.h"

namespace mediad::rtp {

template <typename Entry, size_t kMost>
class RecentSources {
 public:
  // The entry of this SSRC, made if need be, and now the first one.
  Entry& Use(uint32_t ssrc) {
    if (!entries_.empty() && entries_.front().ssrc == ssrc) return entries_.front();
    auto found = std::find_if(entries_.begin(), entries_.end(),
                              [ssrc](const Entry& entry) { return entry.ssrc == ssrc; });
    if (found == entries_.end()) {
      Entry fresh;
      fresh.ssrc = ssrc;
      if (entries_.size() == kMost) {
        ++evicted_;
        entries_.back() = fresh;
      } else {
        entries_.push_back(fresh);
      }
      found = entries_.end() - 1;
    }
    std::rotate(entries_.begin(), found, found + 1);
    return entries_.front();
  }

  std::span<const Entry> entries() const { return entries_; }
  void Prefetch() const { base::Prefetch(entries_.data(), sizeof(Entry)); }
  Entry* newest() { return entries_.empty() ? nullptr : &entries_.front(); }
  uint64_t evicted() const { return evicted_; }

 private:
  std::vector<Entry> entries_;
  uint64_t evicted_ = 0;
};

}  // namespace mediad::rtp
