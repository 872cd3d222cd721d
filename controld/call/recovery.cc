#include "controld/call/recovery.h"

#include <algorithm>
#include <vector>

#include "controld/call/call_model.h"
#include "controld/call/commands.h"
#include "controld/call/directory.h"
#include "controld/call/dtmf_report.h"
#include "controld/call/media_event.h"
#include "controld/negotiate/session_graph.h"
#include "proto/base/log.h"
#include "proto/base/text.h"

namespace controld::call {
namespace {

namespace v1 = rtpengine::v1;
using base::log::Log;
using base::log::Severity;
using base::log::Subsystem;

void TakeAllocations(const v1::SessionRecord& record, CallState* call) {
  for (const v1::PortSetAllocation& allocation : record.allocations()) {
    if (PortSet* port_set = FindPortSet(call, allocation.id())) {
      *port_set->mutable_allocation() = allocation;
    }
  }
}

// What the worker runs is not what this controller wants: say it again.
void Replay(CallTable& table, const CallEntryPtr& entry, bool pinned) {
  CallState& call = entry->state;
  if (!table.Acquire(entry, [&table, entry, pinned] {
        if (!entry->gone) Replay(table, entry, pinned);
      })) {
    return;
  }
  call.set_generation(call.generation() + 1);
  table.gateway.Apply(
      call.worker(), negotiate::BuildSession(call, table.settings, pinned),
      [&table, entry](const v1::Error* error, const v1::ApplySessionResult& result) {
        if (error == nullptr) {
          table.counters.replayed.fetch_add(1, std::memory_order_relaxed);
          for (const v1::PortSetAllocation& allocation : result.allocations()) {
            if (PortSet* port_set = FindPortSet(&entry->state, allocation.id())) {
              *port_set->mutable_allocation() = allocation;
            }
          }
        } else {
          table.counters.replay_failed.fetch_add(1, std::memory_order_relaxed);
          Log(Severity::kError, Subsystem::kCore, LogContext(entry->state),
              "Failed to restore call on worker '", entry->state.worker(), "': ", error->text(),
              ", closing call");
          table.Remove(entry, EndReason::kWorkerLost);
        }
        table.Release(entry);
      });
}

EndReason ReasonOf(v1::Liveness liveness) {
  if (liveness == v1::SILENT) return EndReason::kSilentTimeout;
  if (liveness == v1::UNANSWERED) return EndReason::kOfferTimeout;
  return EndReason::kTimeout;
}

void CloseFor(CallTable& table, const CallEntryPtr& entry, EndReason reason, base::Now now,
              std::string_view text) {
  if (!table.Acquire(entry, [&table, entry, reason, now, text = std::string(text)] {
        if (!entry->gone) CloseFor(table, entry, reason, now, text);
      })) {
    return;
  }
  Log(Severity::kInfo, Subsystem::kCore, LogContext(entry->state), text);
  table.End(entry, reason, now, nullptr);
}

void CloseIdle(CallTable& table, const CallEntryPtr& entry, v1::Liveness liveness, base::Now now) {
  // While a deletion is pending no media timeout fires (config.md §4.1).
  if (entry->state.delete_at_us() != 0) return;
  for (const Party& party : entry->state.parties()) {
    if (!party.removed() && party.delete_at_us() != 0) return;
  }
  CloseFor(table, entry, ReasonOf(liveness), now, "Closing call due to timeout");
}

}  // namespace

void ReconcileSession(CallTable& table, const std::string& worker, const v1::SessionRecord& record,
                      base::Now now) {
  CallEntryPtr entry = table.Find(record.id());
  if (entry != nullptr && entry->state.worker() == worker) {
    entry->seen_in_inventory = true;
    if (record.generation() != entry->state.generation() && !entry->busy) {
      // The last change was lost with the stream, or given up here because its result was lost.
      entry->state.set_generation(std::max(entry->state.generation(), record.generation()));
      Replay(table, entry, false);
    } else if (record.idle()) {
      CloseIdle(table, entry, v1::CHECKED, now);
    }
    return;
  }
  const bool ended_here = table.TakeUndeleted(record.id(), worker) != 0;
  CallState state;
  if (ended_here || entry != nullptr || !state.ParseFromString(record.record()) ||
      state.call_id() != record.id()) {
    // Known elsewhere, or a record nobody can read: its ports must not stay open.
    base::log::Context context;
    context.call_id = record.id();
    Log(Severity::kWarning, Subsystem::kCore, context, "Dropping session of worker '", worker,
        "': ",
        ended_here         ? "its call has ended"
        : entry != nullptr ? "its call runs on another worker"
                           : "its record is unreadable");
    return table.gateway.Delete(worker, record.id(),
                                [](const v1::Error*, const v1::SessionStatistics&) {});
  }
  state.set_worker(worker);
  state.set_generation(record.generation());
  TakeAllocations(record, &state);
  table.gateway.Charge(worker, state.charged_streams());
  entry = table.Insert(std::move(state));
  entry->seen_in_inventory = true;
  table.counters.adopted.fetch_add(1, std::memory_order_relaxed);
  WatchDeadlines(table, entry->state);
  if (table.directory != nullptr) {
    for (const std::string& merged : entry->state.merged_call_ids()) {
      table.directory->Forward(merged, record.id());
    }
  }
  Log(Severity::kNotice, Subsystem::kCore, LogContext(entry->state), "Restored call from worker '",
      worker, "'");
  if (record.idle()) CloseIdle(table, entry, v1::CHECKED, now);
}

void ReconcileComplete(CallTable& table, const std::string& worker) {
  std::vector<CallEntryPtr> missing;
  for (const auto& [call_id, entry] : table.calls) {
    if (entry->state.worker() != worker) continue;
    if (!entry->seen_in_inventory && entry->state.generation() > 0) missing.push_back(entry);
    entry->seen_in_inventory = false;
  }
  if (missing.empty()) return;
  Log(Severity::kNotice, Subsystem::kCore, {}, "Replaying ", missing.size(), " calls on worker '",
      worker, "'");
  for (const CallEntryPtr& entry : missing) Replay(table, entry, true);
}

void EndCallsOfWorker(CallTable& table, const std::string& worker) {
  std::vector<CallEntryPtr> lost;
  for (const auto& [call_id, entry] : table.calls) {
    if (entry->state.worker() == worker) lost.push_back(entry);
  }
  for (const CallEntryPtr& entry : lost) {
    Log(Severity::kWarning, Subsystem::kCore, LogContext(entry->state), "Closing call: worker '",
        worker, "' is gone");
    table.RememberUndeleted(entry->state);
    table.Remove(entry, EndReason::kWorkerLost);
    if (!entry->busy) table.Release(entry);
  }
}

void HandleEvent(CallTable& table, const std::string& worker, const v1::Event& event,
                 base::Now now) {
  const CallEntryPtr entry = table.Find(event.session());
  if (entry == nullptr || entry->state.worker() != worker) return;
  switch (event.event_case()) {
    case v1::Event::kIdle:
      // Signalling that came meanwhile has started a new period. The worker is ahead if the result
      // of a change was lost.
      if (event.generation() >= entry->state.generation() && !entry->busy) {
        CloseIdle(table, entry, event.idle().last_liveness(), now);
      }
      return;
    case v1::Event::kDeadline:
      return CloseFor(table, entry, EndReason::kFinalTimeout, now,
                      "Closing call due to final timeout");
    case v1::Event::kFailed:
      return CloseFor(table, entry, EndReason::kFailed, now,
                      base::StrCat("Closing call: ", event.failed().reason()));
    case v1::Event::kIceCompleted:
    case v1::Event::kDtlsEstablished:
    case v1::Event::kDtlsFailed:
    case v1::Event::kSrtpProgress:
      return HandleMediaEvent(table, event);
    case v1::Event::kDtmf:
      if (!table.settings.tell_dtmf) return;
      if (const auto report = ReportDtmf(entry->state, event.dtmf(), now)) table.settings.tell_dtmf(*report);
      return;
    case v1::Event::kConfirmed:
    case v1::Event::EVENT_NOT_SET:
      return;
  }
}

}  // namespace controld::call
