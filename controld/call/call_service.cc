#include "controld/call/call_service.h"

#include "controld/call/call_model.h"
#include "controld/call/commands.h"
#include "controld/call/directory.h"
#include "controld/call/explain.h"
#include "controld/call/recovery.h"
#include "proto/base/log.h"

namespace controld::call {

namespace v1 = rtpengine::v1;

CallService::CallService(const Settings& settings, Counters& counters, WorkerGateway& gateway,
                         base::Random& random)
    : table_(std::make_unique<CallTable>(settings, counters, gateway, random)) {}

CallService::~CallService() = default;

void CallService::SetDirectory(CallDirectory* directory) { table_->directory = directory; }

void CallService::Lend(const std::string& call_id, std::function<void(Loan)> done) {
  Loan loan;
  if (const auto forward = table_->forwards.find(call_id); forward != table_->forwards.end()) {
    loan.elsewhere = forward->second;
    return done(std::move(loan));
  }
  const CallEntryPtr entry = table_->Find(call_id);
  if (entry == nullptr) return done(std::move(loan));
  if (!table_->Acquire(entry, [this, call_id, done] { Lend(call_id, done); })) return;
  loan.found = true;
  loan.state = entry->state;
  done(std::move(loan));
}

void CallService::TakeBack(const std::string& call_id, const std::string& merged_into) {
  const CallEntryPtr entry = table_->Find(call_id);
  if (entry == nullptr) return;
  if (!merged_into.empty()) {
    table_->Remove(entry, EndReason::kMerged);
    table_->forwards[call_id] = merged_into;
  }
  table_->Release(entry);
}

void CallService::Forward(const std::string& call_id, const std::string& target) {
  if (target.empty()) {
    table_->forwards.erase(call_id);
  } else {
    table_->forwards[call_id] = target;
  }
}

void CallService::Handle(ng::Request request, const base::Endpoint& origin, base::Now now,
                         Respond respond) {
  if (request.call_id && !table_->forwards.empty() && table_->directory != nullptr) {
    if (const auto forward = table_->forwards.find(*request.call_id);
        forward != table_->forwards.end()) {
      if (!request.merged_call_id) request.merged_call_id = *request.call_id;
      request.call_id = forward->second;
      return table_->directory->Redirect(std::move(request), origin, std::move(respond));
    }
  }
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
    case ng::Command::kPublish:
      return HandlePublish(*table_, std::move(request), origin, now, std::move(respond));
    case ng::Command::kCreate:
      return HandleCreate(*table_, std::move(request), origin, now, std::move(respond));
    case ng::Command::kCreateAnswer:
      return HandleCreateAnswer(*table_, std::move(request), now, std::move(respond));
    case ng::Command::kTransform:
      return HandleTransform(*table_, std::move(request), std::move(respond));
    case ng::Command::kConnect:
      return HandleConnect(*table_, std::move(request), now, std::move(respond));
    case ng::Command::kMesh:
      return HandleMesh(*table_, std::move(request), now, std::move(respond));
    case ng::Command::kInjectStart:
    case ng::Command::kInjectStop:
      return HandleInject(*table_, std::move(request), now, std::move(respond));
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
