// `offer` and `answer` (ng-protocol.md §6.1, §6.2): checks, limits, placement, negotiation, the worker's
// ports, the reply.
#include <memory>
#include <utility>

#include "controld/call/call_model.h"
#include "controld/call/change.h"
#include "controld/call/commands.h"
#include "controld/call/fragment_command.h"
#include "controld/call/reply_room.h"
#include "controld/negotiate/fragment.h"
#include "controld/negotiate/negotiate.h"
#include "controld/negotiate/origin.h"
#include "controld/negotiate/session_graph.h"
#include "controld/negotiate/write_sdp.h"
#include "controld/ng/framing.h"
#include "controld/sdp/parse.h"
#include "proto/base/log.h"
#include "proto/base/text.h"

namespace controld::call {
namespace {

namespace v1 = rtpengine::v1;
using base::log::Log;
using base::log::Severity;
using base::log::Subsystem;

std::string MissingKey(const ng::Request& request) {
  if (!request.sdp) return "No SDP body in message";
  if (!request.call_id) return "No call-id in message";
  if (!request.from_tag) return "No from-tag in message";
  if (request.command == ng::Command::kAnswer && !request.to_tag) return "No to-tag in message";
  return "";
}

// Load shedding (§4, §6.1): clients that announced it get their own result.
ng::Dictionary Refuse(const ng::Request& request, std::string_view text) {
  if (!request.Has(ng::Flag::kSupportsLoadLimit)) return Failure("Parallel session limit reached");
  ng::Dictionary reply;
  reply.Add("result", "load limit");
  reply.Add("message", std::string(text));
  return reply;
}

// As recorded: there is nothing to show, but the key is there.
ng::Dictionary NegotiationFailure(const std::string& error) {
  if (error != "Error rewriting SDP") return Failure(error);
  ng::Dictionary reply;
  reply.Add("sdp", "");
  reply.Add("result", "error");
  reply.Add("error-reason", error);
  return reply;
}

std::string_view RefusalText(PlacementRefusal refusal) {
  switch (refusal) {
    case PlacementRefusal::kCpu: return "CPU usage limit exceeded";
    case PlacementRefusal::kBandwidth: return "Bandwidth limit exceeded";
    case PlacementRefusal::kNone:
    case PlacementRefusal::kNoWorker:
    case PlacementRefusal::kLoad: break;
  }
  return "Load limit exceeded";
}

PlacementNeeds NeedsOf(const ng::Request& request, const sdp::SessionDescription& sdp) {
  PlacementNeeds needs;
  needs.from_interface = request.from_interface;
  needs.to_interface = request.to_interface;
  const auto wants = [&needs](base::Family family) {
    if (family == base::Family::kIpv4) needs.needs_ipv4 = true;
    if (family == base::Family::kIpv6) needs.needs_ipv6 = true;
  };
  for (const sdp::MediaSection& media : sdp.media) {
    if (media.port == 0) continue;
    if (media.connection) wants(media.connection->family());
    else if (sdp.connection) wants(sdp.connection->family());
  }
  if (request.address_family) wants(*request.address_family);
  needs.streams = static_cast<unsigned>(std::max<size_t>(1, sdp.media.size())) * 2;
  return needs;
}

// One offer or answer on its way; kept alive by the worker's callback.
class OfferAnswer : public std::enable_shared_from_this<OfferAnswer> {
 public:
  OfferAnswer(CallTable& table, ng::Request&& request, sdp::SessionDescription&& sdp,
              base::Endpoint origin, base::Now now, Respond respond)
      : table_(table), request_(std::move(request)), sdp_(std::move(sdp)),
        origin_(std::move(origin)), now_(now), respond_(std::move(respond)) {}

  void Run();

 private:
  // A new call: limits and placement. Null after having replied.
  CallEntryPtr Create();
  void Negotiate(CallEntryPtr entry);
  void Applied(const CallEntryPtr& entry, const v1::Error* error,
               const v1::ApplySessionResult& result);
  void WorkerRefused(const CallEntryPtr& entry, const v1::Error& error);
  ng::Dictionary Reply(const CallState& call) const;
  void AbandonIfNew(const CallEntryPtr& entry);
  void DeleteUnanswered();

  CallTable& table_;
  ng::Request request_;
  sdp::SessionDescription sdp_;
  base::Endpoint origin_;
  base::Now now_;
  Respond respond_;
  bool created_ = false;
  CallState draft_;
  negotiate::Outcome outcome_;
  negotiate::OriginLine origin_line_;
};

CallEntryPtr OfferAnswer::Create() {
  const Settings& settings = table_.settings;
  const base::log::Context context{.call_id = *request_.call_id};
  if (settings.max_sessions >= 0 &&
      table_.counters.calls.load(std::memory_order_relaxed) >= settings.max_sessions) {
    table_.counters.rejected.fetch_add(1, std::memory_order_relaxed);
    Log(Severity::kError, Subsystem::kCore, context, "Parallel session limit reached (",
        settings.max_sessions, ")");
    respond_(Refuse(request_, "Parallel session limit reached"));
    return nullptr;
  }
  const PlacementNeeds needs = NeedsOf(request_, sdp_);
  Placement placement;
  CallEntryPtr entry =
      PlaceNewCall(table_, *request_.call_id, needs, origin_, now_, &placement);
  if (entry == nullptr) {
    Log(Severity::kError, Subsystem::kCore, context, RefusalText(placement.refusal), " (",
        placement.explanation, ")");
    respond_(Refuse(request_, RefusalText(placement.refusal)));
    return nullptr;
  }
  created_ = true;
  return entry;
}

void OfferAnswer::Run() {
  CallEntryPtr entry = table_.Find(*request_.call_id);
  if (entry == nullptr) {
    if (request_.command == ng::Command::kAnswer) return respond_(Failure("Unknown call-id"));
    entry = Create();
    if (entry == nullptr) return;
  }
  if (!table_.Acquire(entry, [self = shared_from_this()] { self->Run(); })) return;
  Negotiate(std::move(entry));
}

void OfferAnswer::AbandonIfNew(const CallEntryPtr& entry) {
  if (created_) table_.Remove(entry, EndReason::kFailed);
}

// Perhaps only the worker's answer was lost: nobody would ever end the session of a call that is
// not there.
void OfferAnswer::DeleteUnanswered() {
  table_.gateway.Delete(
      draft_.worker(), draft_.call_id(),
      [&table = table_, call = draft_](const v1::Error* error, const v1::SessionStatistics&) {
        if (error != nullptr && error->code() != v1::Error::UNKNOWN_SESSION) {
          table.RememberUndeleted(call);
        }
      });
}

void OfferAnswer::Negotiate(CallEntryPtr entry) {
  const std::shared_ptr<const WorkerView> worker = table_.gateway.View(entry->state.worker());
  if (worker == nullptr || worker->interfaces.empty()) {
    AbandonIfNew(entry);
    respond_(Refuse(request_, "Load limit exceeded"));
    return table_.Release(entry);
  }
  draft_ = entry->state;
  if (request_.Has(ng::Flag::kDebug)) draft_.set_debug(true);
  outcome_ = negotiate::Negotiate(&draft_, request_, std::move(sdp_), *worker, table_.settings,
                                  table_.random, now_);
  for (const std::string& warning : outcome_.warnings) {
    Log(Severity::kWarning, Subsystem::kCore, LogContext(draft_), warning);
  }
  if (!outcome_.error.empty()) {
    // The call is what it was: the draft is dropped.
    AbandonIfNew(entry);
    respond_(NegotiationFailure(outcome_.error));
    return table_.Release(entry);
  }
  negotiate::ApplyQueuedFragments(now_.unix_us, &draft_,
                                  FindParty(&draft_, outcome_.outgoing.sender));
  origin_line_ = negotiate::PrepareOrigin(&draft_, outcome_.outgoing, request_, table_.settings,
                                          table_.random);
  if (!SurelyFits(request_, outcome_.outgoing) &&
      !ReplyFits(request_.room, draft_, [this](const CallState& call) { return Reply(call); })) {
    AbandonIfNew(entry);
    respond_(Failure(ng::kReplyDoesNotFit));
    return table_.Release(entry);
  }
  draft_.set_generation(draft_.generation() + 1);
  table_.gateway.Apply(entry->state.worker(),
                       negotiate::BuildSession(draft_, table_.settings, false),
                       [self = shared_from_this(), entry](const v1::Error* error,
                                                          const v1::ApplySessionResult& result) {
                         self->Applied(entry, error, result);
                         self->table_.Release(entry);
                       });
}

void OfferAnswer::WorkerRefused(const CallEntryPtr& entry, const v1::Error& error) {
  const base::log::Context context = LogContext(draft_);
  Log(Severity::kError, Subsystem::kCore, context, error.text());
  switch (error.code()) {
    case v1::Error::PORTS_EXHAUSTED:
    case v1::Error::BIND_FAILED: {
      // The whole call goes, on a re-offer too (§6.1.6).
      Log(Severity::kError, Subsystem::kCore, context, "Destroying call");
      ng::Dictionary reply = Failure("Ran out of ports");
      // Proxies fail over on the text above; what really happened is told besides.
      if (error.code() == v1::Error::BIND_FAILED) reply.Add("message", error.text());
      if (created_) {
        table_.Remove(entry, EndReason::kFailed);
      } else {
        table_.gateway.Delete(entry->state.worker(), entry->state.call_id(),
                              [](const v1::Error*, const v1::SessionStatistics&) {});
        table_.Remove(entry, EndReason::kFailed);
      }
      return respond_(std::move(reply));
    }
    case v1::Error::LIMIT:
    case v1::Error::DRAINING_REFUSED:
    case v1::Error::SHUTTING_DOWN:
    case v1::Error::UNSPECIFIED:  // lost or silent: another node can take a new call
      if (created_) {
        if (error.code() == v1::Error::UNSPECIFIED) DeleteUnanswered();
        AbandonIfNew(entry);
        return respond_(Refuse(request_, "Load limit exceeded"));
      }
      break;
    default: break;
  }
  AbandonIfNew(entry);
  ng::Dictionary reply = Failure("Error rewriting SDP");
  reply.Add("message", error.text());
  respond_(std::move(reply));
}

void OfferAnswer::Applied(const CallEntryPtr& entry, const v1::Error* error,
                          const v1::ApplySessionResult& result) {
  if (error != nullptr) return WorkerRefused(entry, *error);
  for (const v1::PortSetAllocation& allocation : result.allocations()) {
    if (PortSet* port_set = FindPortSet(&draft_, allocation.id())) {
      *port_set->mutable_allocation() = allocation;
    }
  }
  entry->state = std::move(draft_);
  respond_(Reply(entry->state));
}

ng::Dictionary OfferAnswer::Reply(const CallState& call) const {
  ng::Dictionary reply;
  reply.Add("sdp", negotiate::WriteSdp(call, outcome_.outgoing, request_, table_.settings,
                                       origin_line_));
  reply.Add("result", "ok");
  return reply;
}

}  // namespace

void HandleOfferAnswer(CallTable& table, ng::Request&& request, const base::Endpoint& origin,
                       base::Now now, Respond respond) {
  if (const std::string missing = MissingKey(request); !missing.empty()) {
    return respond(Failure(missing));
  }
  if (!request.error.empty()) return respond(Failure(request.error));
  if (HasFragment(request)) {
    if (request.command == ng::Command::kOffer) {
      const std::string tag = *request.from_tag;
      return HandleFragment(table, std::move(request), tag, now, std::move(respond));
    }
    return respond(NegotiationFailure("Error rewriting SDP"));
  }
  auto sdp = sdp::Parse(*request.sdp, table.settings.reject_invalid_sdp);
  if (!sdp.ok()) return respond(Failure("Failed to parse SDP"));
  if (request.Has(ng::Flag::kLoopProtect) && sdp->rtpengine_id == table.settings.instance_id) {
    ng::Dictionary reply;
    reply.Add("sdp", *request.sdp);
    reply.Add("result", "ok");
    return respond(std::move(reply));
  }
  if (const std::string error = negotiate::CheckSdp(request, *sdp, table.settings);
      !error.empty()) {
    return respond(Failure(error));
  }
  std::make_shared<OfferAnswer>(table, std::move(request), std::move(*sdp), origin, now,
                                std::move(respond))
      ->Run();
}

}  // namespace controld::call
