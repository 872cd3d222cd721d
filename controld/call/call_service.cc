#include "controld/call/call_service.h"

#include <tuple>
#include <utility>

#include "controld/call/call_model.h"
#include "controld/call/change.h"
#include "controld/call/commands.h"
#include "controld/call/directory.h"
#include "controld/call/explain.h"
#include "controld/call/recovery.h"
#include "controld/call/session_text.h"
#include "proto/base/log.h"

namespace controld::call {

namespace v1 = rtpengine::v1;

namespace {

// Per shard; ten times a second.
constexpr size_t kRefreshedPerTick = 100;

}  // namespace

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

void CallService::Handle(ng::Request&& request, const base::Endpoint& origin, base::Now now,
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
    case ng::Command::kBlockMedia:
    case ng::Command::kUnblockMedia:
    case ng::Command::kSilenceMedia:
    case ng::Command::kUnsilenceMedia:
    case ng::Command::kBlockDtmf:
    case ng::Command::kUnblockDtmf:
      return HandleManipulation(*table_, std::move(request), std::move(respond));
    case ng::Command::kStartRecording:
    case ng::Command::kStopRecording:
    case ng::Command::kPauseRecording:
      return HandleRecording(*table_, std::move(request), std::move(respond));
    case ng::Command::kStartForwarding:
    case ng::Command::kStopForwarding:
      return HandleForwarding(*table_, std::move(request), std::move(respond));
    case ng::Command::kPlayMedia:
    case ng::Command::kStopMedia:
    case ng::Command::kPlayDtmf:
      return HandlePlayer(respond);
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
  RefreshSome();
}

void CallService::SetSettings(const Settings& settings) {
  const auto timeouts = [](const Settings& of) {
    return std::tuple(of.timeout_s, of.silent_timeout_s, of.final_timeout_s, of.offer_timeout_s);
  };
  const bool outdated = timeouts(settings) != timeouts(table_->settings);
  table_->settings = settings;
  if (!outdated) return;
  outdated_.clear();
  List(size(), &outdated_);
}

void CallService::RefreshSome() {
  for (size_t i = 0; i < kRefreshedPerTick && !outdated_.empty(); ++i) {
    const std::string call_id = std::move(outdated_.back());
    outdated_.pop_back();
    Change unchanged;  // the session is built anew, and with it the limits
    unchanged.work = [](CallState*, const WorkerView&) { return std::string(); };
    ChangeCall(*table_, call_id, {}, std::move(unchanged), [](const ng::Dictionary&) {});
  }
}

void CallService::Debug(const std::string& call_id, bool on, std::function<void(bool found)> done) {
  if (!Has(call_id)) return done(false);
  Change change;
  change.work = [on](CallState* draft, const WorkerView&) {
    draft->set_debug(on);
    return std::string();
  };
  ChangeCall(*table_, call_id, {}, std::move(change),
             [done = std::move(done)](const ng::Dictionary&) { done(true); });
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
    int known = 0;
    for (const Party& party : entry->state.parties()) {
      bool here = false;
      for (const Media& media : party.media()) {
        const base::Family family = FromProto(media.rtp()).address.family();
        ipv4 = ipv4 || family == base::Family::kIpv4;
        ipv6 = ipv6 || family == base::Family::kIpv6;
        here = here || family != base::Family::kNone;
      }
      known += here ? 1 : 0;
    }
    if (known < 2) continue;  // not answered: what it will be is not known
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
                        [entry, now, tos = table_->settings.tos, done = std::move(done)](
                            const v1::Error*, const v1::SessionStatistics& statistics) {
                          done(true, SessionText(entry->state, statistics, now, tos));
                        });
}

void CallService::PrintParty(const std::string& call_id, const std::string& tag, base::Now now,
                             PrintDone done) {
  const CallEntryPtr entry = table_->Find(call_id);
  if (entry == nullptr) return done(false, {});
  table_->gateway.Query(entry->state.worker(), call_id, false,
                        [entry, tag, now, done = std::move(done)](
                            const v1::Error*, const v1::SessionStatistics& statistics) {
                          std::string text;
                          for (const Party& party : entry->state.parties()) {
                            if (party.tag() != tag) continue;
                            text += PartyText(entry->state, party, statistics, now);
                          }
                          done(true, text);
                        });
}

bool CallService::Has(const std::string& call_id) const { return table_->Find(call_id) != nullptr; }

void CallService::ForceDelete(const std::string& call_id, base::Now now, DeleteDone done) {
  const CallEntryPtr entry = table_->Find(call_id);
  if (entry == nullptr) return done(false, {});
  if (!table_->Acquire(entry, [this, call_id, now, done] { ForceDelete(call_id, now, done); })) {
    return;
  }
  base::log::Log(base::log::Severity::kNotice, base::log::Subsystem::kCore,
                 LogContext(entry->state), "Call terminated by operator");
  table_->End(entry, EndReason::kForced, now,
              [done](const CallState& call, const v1::SessionStatistics& statistics) {
                done(true, DescribeCall(call, &statistics));
              });
}

}  // namespace controld::call
