// What waits for a TCP server that may be slow or away: sans-IO, one thread.
//
// The shell (proto/runtime/collector) asks Step() what to do, does it and says what came of it. Messages are whole: one
// that was cut by the end of a connection is sent again from its beginning. Memory is bounded; what does not fit is
// refused, so that the oldest goes out first.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>

namespace exporting {

class StreamQueue {
 public:
  using Time = std::chrono::nanoseconds;  // CLOCK_MONOTONIC

  struct Policy {
    size_t max_octets = size_t{4} << 20;
    Time retry = std::chrono::seconds(30);     // from a failure to the next attempt
    Time patience = std::chrono::seconds(10);  // for a connection, and for a server that does not read
  };

  explicit StreamQueue(const Policy& policy) : policy_(policy) {}

  // False: there is no room.
  bool Push(std::string message, Time now);

  enum class Action : uint8_t {
    kWait,     // until next_deadline(), a message or news of the connection
    kConnect,  // then OnConnecting, or OnBroken at once
    kWrite,    // unsent(), then OnWritten
    kGiveUp,   // close the connection, then OnBroken
  };
  Action Step(Time now) const;
  Time next_deadline() const;  // max(): none

  void OnConnecting(Time now);
  void OnConnected(Time now);
  void OnBroken(Time now);

  // The rest of the oldest message. Precondition: Step() said kWrite.
  std::string_view unsent() const { return std::string_view(messages_.front()).substr(written_); }
  // How much of it was taken; 0: the socket is full. Returns how many messages were completed.
  size_t OnWritten(size_t octets, Time now);
  void OnWritable() { blocked_ = false; }  // the socket takes something again

  size_t octets() const { return octets_; }
  bool connected() const { return state_ == State::kConnected; }

 private:
  enum class State : uint8_t { kBroken, kConnecting, kConnected };

  const Policy policy_;
  State state_ = State::kBroken;
  bool blocked_ = false;      // the socket takes nothing
  Time since_{0};             // of the attempt, or the last progress with something unsent
  Time retry_at_{0};
  std::deque<std::string> messages_;
  size_t octets_ = 0;
  size_t written_ = 0;        // of the first
};

}  // namespace exporting
