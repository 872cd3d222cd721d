#include "mediad/session/liveness.h"

#include <algorithm>

namespace mediad::session {
namespace {

struct Limit {
  Liveness kind;
  std::chrono::seconds idle;
};

// The unanswered side lives by the offer's limit until it sends something; then by the media's.
Limit LimitOf(const Media& media, const Stream& stream) {
  if (media.liveness == Liveness::kUnanswered && stream.last_activity.count() != 0 &&
      media.idle_limit_active_s != 0) {
    return {Liveness::kUnanswered, std::chrono::seconds(media.idle_limit_active_s)};
  }
  return {media.liveness, std::chrono::seconds(media.idle_limit_s)};
}

}  // namespace

LivenessVerdict ExamineLiveness(std::span<const Media> media, std::chrono::nanoseconds signalled_at,
                                std::chrono::nanoseconds now) {
  bool any = false;
  bool any_checked = false;
  bool expected_alive = false;
  bool silent_alive = false;
  LivenessVerdict verdict;
  for (const Media& one : media) {
    if (one.liveness == Liveness::kNone) continue;
    for (size_t i = 0; i < one.streams.size(); ++i) {
      if (one.rtcp_mux && i % 2 == 1) continue;
      const Stream& stream = one.streams[i];
      if (stream.socket == kNoSocket) continue;
      const Limit limit = LimitOf(one, stream);
      const bool within = now - std::max(stream.last_activity, signalled_at) < limit.idle;
      any = true;
      verdict.last = limit.kind;
      any_checked |= limit.kind == Liveness::kChecked;
      (limit.kind == Liveness::kSilent ? silent_alive : expected_alive) |= within;
    }
  }
  verdict.idle = any && !expected_alive && (any_checked || !silent_alive);
  return verdict;
}

}  // namespace mediad::session
