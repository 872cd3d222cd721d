// The few messages an agent may have waiting for its caller: a ring without allocation. One that
// finds no room is lost, as on the network. One thread.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "mediad/ice/parameters.h"
#include "mediad/stun/message_writer.h"
#include "proto/base/endpoint.h"

namespace mediad::ice {

class Outbox {
 public:
  // One input makes a response, a check and a repeated check at most.
  static constexpr size_t kCapacity = 4;

  void Put(uint16_t socket, const base::Endpoint& destination, const stun::MessageWriter& message) {
    if (count_ == kCapacity || !message.ok()) return;
    slots_[(first_ + count_) % kCapacity] = {socket, destination, message};
    ++count_;
  }

  // The octets stay where they are until as many as kCapacity were put.
  bool Take(Transmit* transmit) {
    if (count_ == 0) return false;
    const Slot& slot = slots_[first_];
    *transmit = {slot.socket, slot.destination, slot.message.message()};
    first_ = (first_ + 1) % kCapacity;
    --count_;
    return true;
  }

 private:
  struct Slot {
    uint16_t socket = 0;
    base::Endpoint destination;
    stun::MessageWriter message;
  };

  std::array<Slot, kCapacity> slots_;
  size_t first_ = 0;
  size_t count_ = 0;
};

}  // namespace mediad::ice
