// The SSRCs of one direction, at most kMaxStreams. Values only; one thread at a time.
//
// Looking up changes nothing, so that a packet which turns out not to be authentic leaves no trace;
// Use() is for those that are. Allocates only when an SSRC is new.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "mediad/srtp/parameters.h"

namespace mediad::srtp {

// `Stream` has a member ssrc.
template <typename Stream>
class StreamTable {
 public:
  // nullptr: not known. Valid until the next Use().
  const Stream* Find(uint32_t ssrc) const {
    const size_t at = Position(ssrc);
    return at < entries_.size() ? &entries_[at].stream : nullptr;
  }

  // The stream of `ssrc`, from now on the last used one; new ones are value-initialised. `evicted`
  // receives a copy of what had to go. Valid until the next Use().
  Stream& Use(uint32_t ssrc, Stream* evicted = nullptr) {
    size_t at = Position(ssrc);
    if (at == entries_.size()) at = Add(ssrc, evicted);
    last_ = at;
    entries_[at].used = ++clock_;
    return entries_[at].stream;
  }

  size_t size() const { return entries_.size(); }

  // Last used first. Not on the packet path.
  std::vector<const Stream*> Recent() const {
    std::vector<const Entry*> order;
    for (const Entry& entry : entries_) order.push_back(&entry);
    std::sort(order.begin(), order.end(),
              [](const Entry* a, const Entry* b) { return a->used > b->used; });
    std::vector<const Stream*> streams;
    for (const Entry* entry : order) streams.push_back(&entry->stream);
    return streams;
  }

  template <typename Function>
  void ForEach(const Function& function) {
    for (Entry& entry : entries_) function(entry.stream);
  }
  template <typename Function>
  void ForEach(const Function& function) const {
    for (const Entry& entry : entries_) function(entry.stream);
  }

 private:
  struct Entry {
    uint64_t used = 0;
    Stream stream;
  };

  size_t Position(uint32_t ssrc) const {
    if (last_ < entries_.size() && entries_[last_].stream.ssrc == ssrc) return last_;
    size_t at = 0;
    while (at < entries_.size() && entries_[at].stream.ssrc != ssrc) ++at;
    return at;
  }

  size_t Add(uint32_t ssrc, Stream* evicted) {
    size_t at = entries_.size();
    if (at < kMaxStreams) {
      entries_.emplace_back();
    } else {
      at = static_cast<size_t>(
          std::min_element(entries_.begin(), entries_.end(),
                           [](const Entry& a, const Entry& b) { return a.used < b.used; }) -
          entries_.begin());
      if (evicted != nullptr) *evicted = entries_[at].stream;
      entries_[at] = {};
    }
    entries_[at].stream.ssrc = ssrc;
    return at;
  }

  std::vector<Entry> entries_;
  size_t last_ = 0;
  uint64_t clock_ = 0;
};

}  // namespace mediad::srtp
