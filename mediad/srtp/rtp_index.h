// The 48-bit index of SRTP packets: the roll-over counter (ROC) is not sent, it is guessed.
// RFC 3711 §3.3.1 and appendix A. Values only; one thread at a time.
//
// A receiver tries more than the RFC's estimate: ROC + 1, ROC - 1 and 0, because senders lose their
// counter (failover) or have been sending before we listened. A sender that went back is followed
// by a second window, so that both places it may send from are known:
//
//   indices   0 ........ restarted.highest ........ main.highest
//                        ^ window                   ^ window
//
// An index above `main` or in its window is its affair. One below is old and refused, unless
// a recovery found it and either no restart was known, or the restarted window expects it and has
// not seen it. Both windows only ever move up: whoever replays a recording gets each packet through
// once at most, and the first one only if it is 32768 packets old.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "mediad/srtp/replay_window.h"

namespace mediad::srtp {

inline constexpr uint64_t kMaxRoc = 0xffffffff;

// The ROC that brings `sequence` closest to `highest`; kMaxRoc + 1 when all are used up.
uint64_t EstimateRoc(uint64_t highest, uint16_t sequence);

inline uint64_t RtpIndex(uint64_t roc, uint16_t sequence) { return roc << 16 | sequence; }

// What was received of one SSRC.
class RtpHistory {
 public:
  struct Guesses {
    size_t count = 0;
    uint32_t roc[5];      // most likely first, each once, those that would be replays left out
    bool replay = false;  // the most likely one was left out
    std::span<const uint32_t> span() const { return {roc, count}; }
  };

  static RtpHistory Restore(uint32_t roc, uint16_t sequence);
  static RtpHistory From(const ReplayWindow& main, const ReplayWindow& restarted, bool in_restarted) {
    RtpHistory history;
    history.Merge(main, restarted, in_restarted);
    return history;
  }

  bool empty() const { return main_.empty(); }
  // Of the place the last accepted packet was at.
  uint64_t highest() const { return in_restarted_ ? restarted_.highest() : main_.highest(); }

  // All there is to know, for who goes on from here (the kernel), and what it knows when it comes back.
  const ReplayWindow& main() const { return main_; }
  const ReplayWindow& restarted() const { return restarted_; }
  bool in_restarted() const { return in_restarted_; }
  void Merge(const ReplayWindow& main, const ReplayWindow& restarted, bool in_restarted) {
    main_.Merge(main);
    restarted_.Merge(restarted);
    in_restarted_ = in_restarted;
  }

  // Where `sequence` may be.
  Guesses Guess(uint16_t sequence) const;
  // An authentic packet with one of the guesses.
  void Commit(uint32_t roc, uint16_t sequence);

  // Without authentication there is no replay protection and nothing to recover by: the RFC's
  // estimate, and its update.
  uint32_t Estimate(uint16_t sequence) const;
  void Advance(uint32_t roc, uint16_t sequence);

 private:
  bool Acceptable(uint64_t roc, uint16_t sequence) const;
  bool BelongsToMain(uint64_t index) const { return !main_.Below(index); }

  ReplayWindow main_;
  ReplayWindow restarted_;
  bool in_restarted_ = false;
};

}  // namespace mediad::srtp
