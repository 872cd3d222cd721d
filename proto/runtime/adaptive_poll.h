// For how long a thread looks for work before it sleeps: as long as that has been worth it.
//
// To sleep and be woken costs tens of microseconds on a virtual machine, whose idle processor goes back to the host. A
// thread whose sleeps are short looks again instead, giving way each time to whoever can run; one whose sleeps are long
// goes to sleep at once. The span grows and shrinks with what is seen, as that of the kernel's haltpoll does. Pure; the
// looking is the caller's. For one thread, and not for the relay's: its packets come evenly, some tens of microseconds
// apart, and it would never sleep.
#pragma once

#include <algorithm>
#include <chrono>

namespace runtime {

class AdaptivePoll {
 public:
  using Span = std::chrono::nanoseconds;

  // The longest that a thread looks in vain.
  static constexpr Span kLongest = std::chrono::microseconds(50);
  static constexpr Span kShortest = std::chrono::microseconds(5);

  // How long to look before sleeping; 0: not at all.
  Span span() const { return span_; }

  // Work came `waited` after there had been none, slept or not.
  void OnWork(Span waited) {
    if (waited <= kLongest) {
      span_ = std::clamp(span_ * 2, kShortest, kLongest);
    } else {
      span_ = span_ / 2 < kShortest ? Span(0) : span_ / 2;
    }
  }

 private:
  Span span_{0};
};

}  // namespace runtime
