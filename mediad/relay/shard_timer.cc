// What a shard does without being asked: once a second for each call. A tenth of the calls each 100 ms, so
// that no batch of packets waits for all of them. Reports of our own are looked for each 100 ms.
#include <algorithm>

#include "mediad/relay/shard.h"
#include "proto/base/log.h"

namespace mediad::relay {
namespace {

constexpr auto kSliceTime = std::chrono::milliseconds(100);
constexpr auto kNever = std::chrono::nanoseconds::max();
constexpr auto kActive = std::chrono::seconds(2);  // since the last packet
constexpr std::chrono::milliseconds kReportSpread(1000);  // media.md §7.1

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
    // By a command: its flows have to leave the kernel first.
    if (Orphaned(call, now)) {
      DeleteCommand end;
      end.request.set_owner(call.owner());
      end.request.set_id(call.session().id());
      end.done = [](rtpengine::v1::CommandResult) {};
      Run(std::move(end));
    }
  }
  SendReports(now);
}

void Shard::SendReports(const base::Now& now) {
  for (Call* call : reporting_) {
    if (call->supervision().deadline_reported == call->session().generation() + 1) continue;
    const std::chrono::milliseconds chance(random_.Next() % static_cast<uint64_t>(kReportSpread.count()));
    call->session().Report(chance, now, buffer_, [&](const session::Sink& sink) {
      sinks_.Clear();
      sinks_.Add(sink);
      Send(*call, now);
    });
  }
}

void Shard::NoteReporting(Call& call, bool reporting) {
  uint32_t& noted = call.supervision().reporting;
  if (reporting == (noted != 0)) return;
  if (reporting) {
    reporting_.push_back(&call);
    noted = static_cast<uint32_t>(reporting_.size());
    return;
  }
  Call* const last = reporting_.back();
  reporting_[noted - 1] = last;
  last->supervision().reporting = noted;
  reporting_.pop_back();
  noted = 0;
}

void Shard::Schedule(Call& call) {
  std::chrono::nanoseconds& scheduled = call.supervision().scheduled;
  const std::chrono::nanoseconds deadline = call.session().next_deadline();
  if (scheduled == deadline) return;
  if (scheduled != kNever) deadlines_.erase({scheduled, &call});
  scheduled = deadline;
  if (scheduled != kNever) deadlines_.insert({scheduled, &call});
}

void Shard::Unschedule(Call& call) {
  std::chrono::nanoseconds& scheduled = call.supervision().scheduled;
  if (scheduled != kNever) deadlines_.erase({scheduled, &call});
  scheduled = kNever;
}

void Shard::RunDeadlines(const base::Now& now) {
  // A session that wants the clock at once again gets it after the packets that wait.
  for (size_t left = deadlines_.size(); left > 0 && deadlines_.begin()->first <= now.monotonic;
       --left) {
    Call& call = *deadlines_.begin()->second;
    call.session().OnTimer(now, &sinks_);
    Send(call, now);
    if (const auto peer = call.session().TakeEvent()) EmitPeer(call, *peer);
    if (call.session().has_secure_events()) EmitSecure(call);
    Unschedule(call);
    Schedule(call);
  }
}

void Shard::EmitSecure(Call& call) {
  namespace v1 = rtpengine::v1;
  for (session::SecureEvent& one : call.session().TakeSecureEvents()) {
    v1::Event event = EventFor(call);
    switch (one.kind) {
      case session::SecureEvent::Kind::kIceCompleted: {
        v1::IceCompleted* completed = event.mutable_ice_completed();
        completed->set_media(one.media);
        completed->set_rtcp(one.rtcp);
        completed->set_port_set(one.port_set);
        completed->mutable_remote()->set_address(one.remote.address.ToBytes());
        completed->mutable_remote()->set_port(one.remote.port);
        break;
      }
      case session::SecureEvent::Kind::kDtlsEstablished:
        event.mutable_dtls_established()->set_media(one.media);
        *event.mutable_dtls_established()->mutable_keys() = std::move(one.keys);
        break;
      case session::SecureEvent::Kind::kSrtpProgress: {
        v1::SrtpProgress* progress = event.mutable_srtp_progress();
        progress->set_media(one.media);
        progress->set_rtcp(one.rtcp);
        *progress->mutable_receive() = std::move(*one.keys.mutable_receive());
        *progress->mutable_send() = std::move(*one.keys.mutable_send());
        break;
      }
      case session::SecureEvent::Kind::kDtlsFailed:
        event.mutable_dtls_failed()->set_media(one.media);
        event.mutable_dtls_failed()->set_rtcp(one.rtcp);
        event.mutable_dtls_failed()->set_reason(one.reason);
        break;
    }
    Emit(std::move(event));
  }
}

void Shard::Pierce(Call& call) {
  call.session().OnTick([&](const session::Sink& sink) {
    if (call.socket(sink.socket).Send(sink.bytes, sink.destination) != 0) Add(errors_, 1);
  });
}

void Shard::CountSequence(Call& call) {
  call.session().TakeSequenceTotals(
      [&](session::SocketIndex socket, const rtp::SequenceTotals& totals) {
        traffic_[call.interface_of(socket)].CountSequence(totals);
      });
}

void Shard::Supervise(Call& call, const base::Now& now) {
  Call::Supervision& notes = call.supervision();
  NoteActivity(call, static_cast<uint32_t>(call.session().ActiveMedia(now.monotonic - kActive)));
  call.session().NoteProgress(now);
  CountSequence(call);
  if (call.session().has_secure_events()) EmitSecure(call);
  if (desk_ != nullptr) {
    desk_->Supervise(call);
    NoteKernelActivity(call, ActivityOf(call.session(), (now.unix_us / 1000) - kActive / std::chrono::milliseconds(1)));
  }
  const uint64_t mark = call.session().generation() + 1;
  const int64_t deadline = call.session().deadline_unix();
  if (deadline != 0 && now.unix_s() >= deadline) {
    if (notes.deadline_reported == mark) return;
    notes.deadline_reported = mark;
    notes.idle_since = now.monotonic;
    if (desk_ != nullptr) desk_->Leave(call, "final timeout");
    call.StopMedia();
    rtpengine::v1::Event event = EventFor(call);
    event.mutable_deadline();
    Emit(std::move(event));
    return;
  }
  Pierce(call);
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

void Shard::NoteActivity(Call& call, uint32_t active_media) {
  uint32_t& noted = call.supervision().active_media;
  if (noted == active_media) return;
  Add(active_media_, uint64_t{active_media} - noted);  // wraps around where it has to
  noted = active_media;
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
