#include "controld/call/call_service.h"

#include "controld/call/call_model.h"
#include "controld/call/commands.h"
#include "controld/call/explain.h"
#include "controld/call/recovery.h"
#include "controld/call/session_text.h"
#include "proto/base/log.h"

namespace controld::call {

namespace v1 = rtpengine::v1;

CallService::CallService(const Settings& settings, Counters& counters, WorkerGateway& gateway,
                         base::Random& random)
    : table_(std::make_unique<CallTable>(settings, counters, gateway, random)) {}

CallService::~CallService() = default;

void CallService::Handle(ng::Request request, const base::Endpoint& origin, base::Now now,
                         Respond respond) {
  switch (request.command) {
    case ng::Command::kOffer:
    case ng::Command::kAnswer:
      return HandleOfferAnswer(*table_, std::move(request), origin, now, std::move(respond));
    case ng::Command::kDelete:
      return HandleDelete(*table_, std::move(request), now, std::move(respond));
    case ng::Command::kQuery:
      return HandleQuery(*table_, std::move(request), now, std::move(respond));
    case ng::Command::kSubscribeRequest:
      return HandleSubscribeRequest(*table_, std::move(request), now, std::move(respond));
    case ng::Command::kSubscribeAnswer:
      return HandleSubscribeAnswer(*table_, std::move(request), now, std::move(respond));
    case ng::Command::kUnsubscribe:
      return HandleUnsubscribe(*table_, std::move(request), std::move(respond));
    default: return respond(Failure("No command handler"));
  }
}

void CallService::List(size_t limit, std::vector<std::string>* out) const {
  for (const auto& [call_id, entry] : table_->calls) {
    if (limit-- == 0) return;
    out->push_back(call_id);
  }
}

size_t CallService::size() const { return table_->calls.size(); }

void CallService::Tick(base::Now now) {
  last_tick_ = now;
  ExpireDeletions(*table_, now);
}

void CallService::OnEvent(const std::string& worker, const v1::Event& event, base::Now now) {
  HandleEvent(*table_, worker, event, now);
}

void CallService::Reconcile(const std::string& worker, const v1::SessionRecord& record,
                            base::Now now) {
  ReconcileSession(*table_, worker, record, now);
}

void CallService::ReconcileDone(const std::string& worker, base::Now) {
  ReconcileComplete(*table_, worker);
}

void CallService::OnWorkerGone(const std::string& worker, base::Now) {
  EndCallsOfWorker(*table_, worker);
}

namespace {

bool MentionsAddress(const CallState& call, const std::string& address) {
  for (const Party& party : call.parties()) {
    for (const Media& media : party.media()) {
      if (FromProto(media.rtp()).address.ToString() == address) return true;
    }
  }
  return false;
}

}  // namespace

void CallService::ListCalls(const v1::ListCallsRequest& filter, v1::ListCallsResponse* out) const {
  const uint32_t limit = filter.limit() == 0 ? 100 : filter.limit();
  const int64_t now_us = last_tick_.unix_us;
  out->set_total(out->total() + table_->calls.size());
  for (const auto& [call_id, entry] : table_->calls) {
    if (static_cast<uint32_t>(out->calls_size()) >= limit) return;
    const CallState& call = entry->state;
    if (!filter.contains().empty() && call_id.find(filter.contains()) == std::string::npos) continue;
    if (!filter.worker().empty() && call.worker() != filter.worker()) continue;
    if (now_us - call.created_us() < filter.older_than_s() * 1'000'000) continue;
    if (!filter.address().empty() && !MentionsAddress(call, filter.address())) continue;
    *out->add_calls() = DescribeCall(call, nullptr);
  }
}

void CallService::Describe(const std::string& call_id, bool explain, base::Now, DescribeDone done) {
  const CallEntryPtr entry = table_->Find(call_id);
  if (entry == nullptr) return done(false, {});
  table_->gateway.Query(entry->state.worker(), call_id, explain,
                        [entry, done = std::move(done)](const v1::Error*,
                                                        const v1::SessionStatistics& statistics) {
                          done(true, DescribeCall(entry->state, &statistics));
                        });
}

void CallService::Explain(const std::string& call_id, base::Now now, ExplainDone done) {
  const CallEntryPtr entry = table_->Find(call_id);
  if (entry == nullptr) return done(false, {});
  table_->gateway.Query(
      entry->state.worker(), call_id, true,
      [entry, now, done = std::move(done)](const v1::Error* error,
                                           const v1::SessionStatistics& statistics) {
        v1::ExplainCallResponse response =
            ExplainCall(entry->state, statistics, now.unix_us / 1000);
        if (error != nullptr) {
          response.clear_verdict();
          response.add_verdict(base::StrCat("worker '", entry->state.worker(),
                                            "' does not answer: ", error->text()));
        }
        done(true, std::move(response));
      });
}

SessionCounts CallService::CountSessions() const {
  SessionCounts counts;
  for (const auto& [call_id, entry] : table_->calls) {
    ++counts.calls;
    bool ipv4 = false, ipv6 = false;
    for (const Party& party : entry->state.parties()) {
      for (const Media& media : party.media()) {
        const base::Family family = FromProto(media.rtp()).address.family();
        ipv4 = ipv4 || family == base::Family::kIpv4;
        ipv6 = ipv6 || family == base::Family::kIpv6;
      }
    }
    if (ipv4 && ipv6) {
      ++counts.mixed;
    } else if (ipv4 || ipv6) {
      ++(ipv4 ? counts.ipv4 : counts.ipv6);
    }
  }
  return counts;
}

std::vector<std::pair<int64_t, std::string>> CallService::SessionLines() const {
  std::vector<std::pair<int64_t, std::string>> out;
  out.reserve(table_->calls.size());
  for (const auto& [call_id, entry] : table_->calls) {
    out.emplace_back(entry->state.created_us(), SessionLine(entry->state));
  }
  return out;
}

void CallService::PrintSession(const std::string& call_id, base::Now now, PrintDone done) {
  const CallEntryPtr entry = table_->Find(call_id);
  if (entry == nullptr) return done(false, {});
  table_->gateway.Query(entry->state.worker(), call_id, false,
                        [entry, now, done = std::move(done)](
                            const v1::Error*, const v1::SessionStatistics& statistics) {
                          done(true, SessionText(entry->state, statistics, now));
                        });
}

void CallService::ForceDelete(const std::string& call_id, base::Now now, DeleteDone done) {
  const CallEntryPtr entry = table_->Find(call_id);
  if (entry == nullptr) return done(false, {});
  if (!table_->Acquire(entry, [this, call_id, now, done] { ForceDelete(call_id, now, done); })) {
    return;
  }
  base::log::Log(base::log::Severity::kNotice, base::log::Subsystem::kCore,
                 LogContext(entry->state), "Call terminated by operator");
  table_->End(entry, EndReason::kForced, now,
              [done](const CallState&, const v1::SessionStatistics& statistics) {
                done(true, statistics);
              });
}

}  // namespace controld::call
