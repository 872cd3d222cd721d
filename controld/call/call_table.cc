#include "controld/call/call_table.h"

#include "controld/call/call_model.h"
#include "controld/call/directory.h"
#include "controld/call/final_statistics.h"
#include "controld/cdr/call_record.h"

namespace controld::call {
namespace {

void Follow(CallEntry* entry) {
  const bool wanted = entry->state.debug() && !entry->gone;
  if (wanted == static_cast<bool>(entry->following)) return;
  entry->following =
      wanted ? base::log::Following(entry->state.call_id()) : base::log::Following();
}

}  // namespace

CallEntryPtr CallTable::Find(const std::string& call_id) const {
  const auto it = calls.find(call_id);
  return it == calls.end() ? nullptr : it->second;
}

CallEntryPtr CallTable::Insert(CallState state) {
  auto entry = std::make_shared<CallEntry>();
  entry->state = std::move(state);
  Follow(entry.get());
  calls[entry->state.call_id()] = entry;
  counters.calls.fetch_add(1, std::memory_order_relaxed);
  counters.created.fetch_add(1, std::memory_order_relaxed);
  return entry;
}

void CallTable::Remove(const CallEntryPtr& entry, EndReason reason) {
  if (entry->gone) return;
  entry->gone = true;
  calls.erase(entry->state.call_id());
  gateway.Release(entry->state.worker(), entry->state.charged_streams());
  counters.calls.fetch_sub(1, std::memory_order_relaxed);
  counters.finished.fetch_add(1, std::memory_order_relaxed);
  std::atomic<uint64_t>* counter = nullptr;
  switch (reason) {
    case EndReason::kRegular: counter = &counters.terminated; break;
    case EndReason::kForced: counter = &counters.force_terminated; break;
    case EndReason::kTimeout: counter = &counters.timed_out; break;
    case EndReason::kSilentTimeout: counter = &counters.silent_timed_out; break;
    case EndReason::kOfferTimeout: counter = &counters.offer_timed_out; break;
    case EndReason::kFinalTimeout: counter = &counters.final_timed_out; break;
    case EndReason::kWorkerLost: counter = &counters.worker_lost; break;
    case EndReason::kFailed:
    case EndReason::kMerged: break;
  }
  if (reason != EndReason::kMerged && directory != nullptr) {
    for (const std::string& merged : entry->state.merged_call_ids()) directory->Forward(merged, "");
  }
  if (counter != nullptr) counter->fetch_add(1, std::memory_order_relaxed);
}

namespace {

// How many of the call's media received RTP, of those with a port.
void CountDirections(const CallState& call, const rtpengine::v1::SessionStatistics& statistics,
                     Counters* counters) {
  size_t silent = 0, heard = 0;
  for (const rtpengine::v1::MediaStatistics& media : statistics.media()) {
    const Media* model = FindMedia(call, media.media());
    if (model == nullptr || model->port_set() == 0 || media.streams_size() == 0) continue;
    ++(media.streams(0).ingress().packets() == 0 ? silent : heard);
  }
  if (silent == 0) return;
  (heard == 0 ? counters->zero_way : counters->one_way).fetch_add(1, std::memory_order_relaxed);
}

cdr::Ending EndingOf(EndReason reason) {
  switch (reason) {
    case EndReason::kRegular: return {.reason = "REGULAR"};
    case EndReason::kForced: return {.reason = "FORCED", .without_ports = true};
    case EndReason::kTimeout: return {.reason = "TIMEOUT", .without_ports = true};
    case EndReason::kSilentTimeout: return {.reason = "SILENT_TIMEOUT", .without_ports = true};
    case EndReason::kOfferTimeout: return {.reason = "OFFER_TIMEOUT", .without_ports = true};
    case EndReason::kFinalTimeout: return {.reason = "FINAL_TIMEOUT", .without_ports = true};
    case EndReason::kWorkerLost:
    case EndReason::kFailed:
    case EndReason::kMerged: break;
  }
  return {};
}

void CountEnd(const CallState& call, const rtpengine::v1::SessionStatistics& statistics,
              base::Now now, Counters* counters) {
  const double seconds = static_cast<double>(now.unix_us - call.created_us()) / 1e6;
  counters->duration_s.fetch_add(seconds, std::memory_order_relaxed);
  counters->duration2_s.fetch_add(seconds * seconds, std::memory_order_relaxed);
  counters->timed.fetch_add(1, std::memory_order_relaxed);
  CountDirections(call, statistics, counters);
}

}  // namespace

void CallTable::RememberUndeleted(const CallState& call) {
  if (undeleted.size() < kMostUndeleted) {
    undeleted[call.call_id()] = {call.worker(), call.generation()};
  }
}

uint64_t CallTable::TakeUndeleted(const std::string& call_id, const std::string& worker) {
  const auto it = undeleted.find(call_id);
  if (it == undeleted.end() || it->second.worker != worker) return 0;
  const uint64_t generation = it->second.generation;
  undeleted.erase(it);
  return generation;
}

bool CallTable::Acquire(const CallEntryPtr& entry, std::function<void()> retry) {
  if (entry->busy) {
    entry->waiting.push_back(std::move(retry));
    return false;
  }
  entry->busy = true;
  return true;
}

void CallTable::Release(const CallEntryPtr& entry) {
  entry->busy = false;
  Follow(entry.get());
  // A retried command looks the call up anew: it may be gone, or be another one of the same id.
  while (!entry->waiting.empty() && (entry->gone || !entry->busy)) {
    std::function<void()> next = std::move(entry->waiting.front());
    entry->waiting.pop_front();
    next();
  }
}

void CallTable::End(const CallEntryPtr& entry, EndReason reason, base::Now now, EndDone done) {
  const std::string call_id = entry->state.call_id();
  gateway.Delete(
      entry->state.worker(), call_id,
      [this, entry, reason, now, done = std::move(done)](
          const rtpengine::v1::Error* error, const rtpengine::v1::SessionStatistics& statistics) {
        if (error == nullptr || error->code() == rtpengine::v1::Error::UNKNOWN_SESSION) {
          LogFinalStatistics(entry->state, statistics, now);
          if (settings.write_call_record && reason != EndReason::kMerged) {
            settings.write_call_record(cdr::CallRecord(entry->state, statistics, EndingOf(reason), now));
          }
          CountEnd(entry->state, statistics, now, &counters);
        } else {
          RememberUndeleted(entry->state);
        }
        Remove(entry, reason);
        if (done) done(entry->state, statistics);
        Release(entry);
      });
}

}  // namespace controld::call
