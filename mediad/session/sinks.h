// Where one received packet goes, or what a timer has to say: what a Session hands to the shell.
//
// Fixed size, no allocation. What is changed on the way (feedback or header extensions taken out, silence, encryption)
// and what the session says itself (STUN, DTLS, reports) lies in the list's own memory until Clear().
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>

#include "mediad/session/state.h"
#include "proto/base/endpoint.h"

namespace mediad::session {

struct Sink {
  SocketIndex socket = kNoSocket;
  base::Endpoint destination;
  std::span<const uint8_t> bytes;
  bool media = true;  // RTP, RTCP or opaque; not STUN or DTLS, which count nowhere
};

// A telephone event that a packet ended.
struct DtmfNote {
  uint32_t media = 0;
  rtp::FinishedEvent event;
};

class SinkList {
 public:
  static constexpr size_t kPacket = 8192;           // octets of a datagram
  static constexpr size_t kRoom = 256;              // behind a copy, for what encryption adds
  static constexpr size_t kMaxSinks = kMaxRoutesFrom;

  void Clear() {
    size_ = 0;
    used_ = 0;
    changed_ = {};
    stripped_ = {};
    rtcp_ = {};
    dtmf_.reset();
    suppressed_ = 0;
  }
  // What the packet was, for those who are told of it: RTCP in the clear, the end of a DTMF event.
  void NoteRtcp(std::span<const uint8_t> compound) { rtcp_ = compound; }
  void NoteDtmf(const DtmfNote& note) { dtmf_ = note; }
  void NoteSuppressed(uint64_t events) { suppressed_ = events; }  // that came too fast
  std::span<const uint8_t> rtcp() const { return rtcp_; }
  const std::optional<DtmfNote>& dtmf() const { return dtmf_; }
  uint64_t suppressed() const { return suppressed_; }
  bool has_notes() const { return !rtcp_.empty() || dtmf_.has_value() || suppressed_ != 0; }
  // Precondition: not full(). A packet has at most kMaxRoutesFrom sinks; validation sees to it.
  void Add(const Sink& sink) { sinks_[size_++] = sink; }
  // STUN or DTLS. Precondition: not full().
  void AddControl(SocketIndex socket, const base::Endpoint& destination,
                  std::span<const uint8_t> bytes) {
    Add({socket, destination, Copy(bytes).first(std::min(bytes.size(), kPacket)), false});
  }
  bool full() const { return size_ == kMaxSinks; }
  size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  const Sink* begin() const { return sinks_.data(); }
  const Sink* end() const { return sinks_.data() + size_; }
  const Sink& operator[](size_t index) const { return sinks_[index]; }

  // A copy of at most kPacket octets, with kRoom behind it: the whole is returned. At most one for each sink and
  // two more, which ChangedOnce and StrippedOnce take.
  std::span<uint8_t> Copy(std::span<const uint8_t> bytes) {
    const size_t size = std::min(bytes.size(), kPacket);
    const std::span<uint8_t> copy(memory_.data() + used_, size + kRoom);
    std::memcpy(copy.data(), bytes.data(), size);
    used_ += copy.size();
    return copy;
  }

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
  template <typename Change>
  std::span<const uint8_t> CopyOnce(std::span<const uint8_t> packet, Change change,
                                    std::span<const uint8_t>* once) {
    if (once->data() == nullptr) {
      const std::span<uint8_t> copy = Copy(packet).first(std::min(packet.size(), kPacket));
      *once = std::span<const uint8_t>(copy.data(), change(copy));
    }
    return *once;
  }

  std::array<Sink, kMaxSinks> sinks_;
  size_t size_ = 0;
  size_t used_ = 0;  // octets of memory_
  std::span<const uint8_t> changed_;
  std::span<const uint8_t> stripped_;
  std::span<const uint8_t> rtcp_;
  std::optional<DtmfNote> dtmf_;
  uint64_t suppressed_ = 0;
  std::array<uint8_t, (kMaxSinks + 2) * (kPacket + kRoom)> memory_;
};

}  // namespace mediad::session
