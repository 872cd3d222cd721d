// What a shard does without being asked: once a second for each call. A tenth of the calls each 100 ms, so
// that no batch of packets waits for all of them.
#include <algorithm>

#include "mediad/relay/shard.h"
#include "proto/base/log.h"

namespace mediad::relay {
namespace {

constexpr auto kSliceTime = std::chrono::milliseconds(100);

}  // namespace

void Shard::Tick(const base::Now& now) {
  next_tick_ += kSliceTime;
  // After a stall (a stopped process, a loaded host) slices are skipped rather than caught up with.
  if (next_tick_ <= now.monotonic) next_tick_ = now.monotonic + kSliceTime;
  if (const bool attached = attached_.load(std::memory_order_relaxed); attached != was_attached_) {
    was_attached_ = attached;
    attachment_changed_ = now.monotonic;
  }
  std::vector<Call*>& slice = slices_[next_slice_];
  next_slice_ = (next_slice_ + 1) % kSlices;
  // From the end: an orphan that is erased is replaced by one already seen.
  for (size_t i = slice.size(); i-- > 0;) {
    Call& call = *slice[i];
    Supervise(call, now);
    if (Orphaned(call, now)) Remove(call);
  }
}

void Shard::Supervise(Call& call, const base::Now& now) {
  Call::Supervision& notes = call.supervision();
  const uint64_t mark = call.session().generation() + 1;
  const int64_t deadline = call.session().deadline_unix();
  if (deadline != 0 && now.unix_s() >= deadline) {
    if (notes.deadline_reported == mark) return;
    notes.deadline_reported = mark;
    notes.idle_since = now.monotonic;
    call.StopMedia();
    rtpengine::v1::Event event = EventFor(call);
    event.mutable_deadline();
    Emit(std::move(event));
    return;
  }
  call.session().OnTick([&](const session::Sink& sink) {
    if (call.socket(sink.socket).Send(sink.bytes, sink.destination) != 0) Add(errors_, 1);
  });
  const session::LivenessVerdict verdict = call.session().Examine(now);
  if (!verdict.idle) {
    notes.idle_since = std::chrono::nanoseconds(0);
    return;
  }
  if (notes.idle_since.count() == 0) notes.idle_since = now.monotonic;
  if (notes.idle_reported == mark) return;
  notes.idle_reported = mark;
  rtpengine::v1::Event event = EventFor(call);
  event.mutable_idle()->set_last_liveness(static_cast<rtpengine::v1::Liveness>(verdict.last));
  Emit(std::move(event));
}

// Idle, and nobody cared since: neither a command for it nor a controller that came or went (one that came
// shall have the time to ask for its sessions).
bool Shard::Orphaned(Call& call, const base::Now& now) {
  const Call::Supervision& notes = call.supervision();
  if (notes.idle_since.count() == 0) return false;
  const auto since = std::max({notes.idle_since, notes.touched, attachment_changed_});
  if (now.monotonic - since < std::chrono::seconds(options_.orphan_timeout_s)) return false;
  base::log::Context context;
  context.call_id = call.session().id();
  base::log::Log(base::log::Severity::kNotice, base::log::Subsystem::kCore, context,
                 "Session ended: idle, and no controller asked for it in ",
                 options_.orphan_timeout_s, " s");
  return true;
}

}  // namespace mediad::relay
