// Where one received packet goes: what Session::OnPacket hands to the shell.
//
// Fixed size, no allocation. Rewritten packets (feedback taken out) lie in the list's own scratch buffer.
#pragma once

#include <array>
#include <cstdint>
#include <cstring>
#include <span>

#include "mediad/session/state.h"
#include "proto/base/endpoint.h"

namespace mediad::session {

struct Sink {
  SocketIndex socket = kNoSocket;
  base::Endpoint destination;
  std::span<const uint8_t> bytes;
};

class SinkList {
 public:
  static constexpr size_t kScratch = 8192;

  void Clear() {
    size_ = 0;
    filtered_ = {};
  }
  // Precondition: at most kMaxRoutesFrom since Clear(). Validation of the specification sees to it.
  void Add(const Sink& sink) { sinks_[size_++] = sink; }
  size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  const Sink* begin() const { return sinks_.data(); }
  const Sink* end() const { return sinks_.data() + size_; }
  const Sink& operator[](size_t index) const { return sinks_[index]; }

  // A changed copy of the packet, made by `change(span) -> size` once per packet, however many sinks use it.
  template <typename Change>
  std::span<const uint8_t> ChangedOnce(std::span<const uint8_t> packet, Change change) {
    if (filtered_.data() == nullptr) {
      const size_t size = packet.size() < kScratch ? packet.size() : kScratch;
      std::memcpy(scratch_.data(), packet.data(), size);
      filtered_ = std::span<const uint8_t>(scratch_.data(), change(std::span<uint8_t>(scratch_.data(), size)));
    }
    return filtered_;
  }

 private:
  std::array<Sink, kMaxRoutesFrom> sinks_;
  size_t size_ = 0;
  std::span<const uint8_t> filtered_;
  std::array<uint8_t, kScratch> scratch_;
};

}  // namespace mediad::session
