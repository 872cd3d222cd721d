#include "mediad/srtp/rtp_index.h"

#include <algorithm>

namespace mediad::srtp {

uint64_t EstimateRoc(uint64_t highest, uint16_t sequence) {
  constexpr uint64_t kHalf = 0x8000;
  const uint64_t roc = highest >> 16;
  const uint64_t last = highest & 0xffff;
  if (last < kHalf) return sequence > last + kHalf && roc > 0 ? roc - 1 : roc;
  return last - kHalf > sequence ? roc + 1 : roc;
}

RtpHistory RtpHistory::Restore(uint32_t roc, uint16_t sequence) {
  RtpHistory history;
  history.main_ = ReplayWindow::UpTo(RtpIndex(roc, sequence));
  return history;
}

bool RtpHistory::Acceptable(uint64_t roc, uint16_t sequence) const {
  const uint64_t index = RtpIndex(roc, sequence);
  if (BelongsToMain(index)) return main_.Fresh(index);
  if (restarted_.empty()) return roc != EstimateRoc(main_.highest(), sequence);
  return roc == EstimateRoc(restarted_.highest(), sequence) && restarted_.Fresh(index);
}

RtpHistory::Guesses RtpHistory::Guess(uint16_t sequence) const {
  const uint64_t here = empty() ? 0 : EstimateRoc(highest(), sequence);
  const uint64_t there =
      restarted_.empty()
          ? here
          : EstimateRoc(in_restarted_ ? main_.highest() : restarted_.highest(), sequence);
  const uint64_t likely[] = {here, there, here + 1, here == 0 ? 0 : here - 1, 0};
  Guesses guesses;
  guesses.replay = !Acceptable(here, sequence);
  for (const uint64_t roc : likely) {
    uint32_t* end = guesses.roc + guesses.count;
    if (roc > kMaxRoc || std::find(guesses.roc, end, static_cast<uint32_t>(roc)) != end) continue;
    if (Acceptable(roc, sequence)) guesses.roc[guesses.count++] = static_cast<uint32_t>(roc);
  }
  return guesses;
}

void RtpHistory::Commit(uint32_t roc, uint16_t sequence) {
  const uint64_t index = RtpIndex(roc, sequence);
  in_restarted_ = !BelongsToMain(index);
  (in_restarted_ ? restarted_ : main_).Commit(index);
}

uint32_t RtpHistory::Estimate(uint16_t sequence) const {
  const uint64_t roc = empty() ? 0 : EstimateRoc(main_.highest(), sequence);
  return static_cast<uint32_t>(std::min(roc, kMaxRoc));
}

void RtpHistory::Advance(uint32_t roc, uint16_t sequence) {
  const uint64_t index = RtpIndex(roc, sequence);
  if (empty() || index > main_.highest()) main_ = ReplayWindow::UpTo(index);
}

}  // namespace mediad::srtp
