// Where one received packet goes: what Session::OnPacket hands to the shell.
//
// Fixed size, no allocation. Rewritten packets (feedback taken out, header extensions) lie in the list's own buffers.
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
    changed_.bytes = {};
    stripped_.bytes = {};
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
    return CopyOnce(packet, change, &changed_);
  }
  // Likewise, for what comes before any other change and concerns every sink: header extensions taken out.
  template <typename Change>
  std::span<const uint8_t> StrippedOnce(std::span<const uint8_t> packet, Change change) {
    return CopyOnce(packet, change, &stripped_);
  }

 private:
  struct Copy {
    std::span<const uint8_t> bytes;
    std::array<uint8_t, kScratch> scratch;
  };

  template <typename Change>
  static std::span<const uint8_t> CopyOnce(std::span<const uint8_t> packet, Change change, Copy* copy) {
    if (copy->bytes.data() == nullptr) {
      const size_t size = packet.size() < kScratch ? packet.size() : kScratch;
      const std::span<uint8_t> octets(copy->scratch.data(), size);
      std::memcpy(octets.data(), packet.data(), size);
      copy->bytes = octets.first(change(octets));
    }
    return copy->bytes;
  }

  std::array<Sink, kMaxRoutesFrom> sinks_;
  size_t size_ = 0;
  Copy changed_;
  Copy stripped_;
};

}  // namespace mediad::session
