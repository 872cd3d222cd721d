// `publish`, `create`, `create answer` (ng-protocol.md §6.14, §6.18) and what there is of `transform` (§6.20):
// checks and replies. What they do to a call: ../negotiate/single_party.h.
#include <memory>
#include <string>
#include <utility>

#include "controld/call/change.h"
#include "controld/call/fragment_command.h"
#include "controld/negotiate/negotiate.h"
#include "controld/negotiate/origin.h"
#include "controld/negotiate/single_party.h"
#include "controld/negotiate/write_sdp.h"
#include "controld/sdp/parse.h"
#include "proto/base/log.h"

namespace controld::call {
namespace {

// A request between its two halves: before and after the worker has the ports.
struct Single {
  ng::Request request;
  std::string call_id, from_tag;
  sdp::SessionDescription sdp;
  negotiate::SingleOutcome outcome;
  negotiate::OriginLine origin;
};

// The shell made up a call-id where there was none; the tag is ours.
std::shared_ptr<Single> Prepare(ng::Request&& request, base::Random& random) {
  auto work = std::make_shared<Single>();
  work->call_id = request.call_id ? *request.call_id : GenerateId(random);
  const bool tagged = request.from_tag && !request.from_tag->empty();
  work->from_tag = tagged ? *request.from_tag : GenerateId(random);
  work->request = std::move(request);
  return work;
}

PlacementNeeds NeedsOf(const ng::Request& request, size_t sections) {
  PlacementNeeds needs;
  needs.from_interface = request.interface.empty() ? request.from_interface : request.interface;
  needs.needs_ipv4 = request.address_family == base::Family::kIpv4;
  needs.needs_ipv6 = request.address_family == base::Family::kIpv6;
  needs.streams = static_cast<unsigned>(sections == 0 ? 1 : sections);
  needs.beyond_limits = true;
  return needs;
}

// What both commands do once the call knows the party.
std::string Finish(CallTable& table, CallState* draft, Single* work) {
  for (const std::string& warning : work->outcome.warnings) {
    base::log::Log(base::log::Severity::kWarning, base::log::Subsystem::kCore, LogContext(*draft),
                   warning);
  }
  if (!work->outcome.error.empty()) return work->outcome.error;
  work->origin = negotiate::PrepareOwnOrigin(draft, work->outcome.outgoing, work->request,
                                             table.settings, table.random);
  return "";
}

ng::Dictionary ReplyWithIds(const CallState& call, const Single& work, const Settings& settings) {
  ng::Dictionary reply;
  reply.Add("call-id", work.call_id);
  reply.Add("from-tag", work.from_tag);
  reply.Add("sdp", negotiate::WriteSdp(call, work.outcome.outgoing, work.request, settings,
                                       work.origin));
  reply.Add("result", "ok");
  return reply;
}

}  // namespace

void HandlePublish(CallTable& table, ng::Request&& request, const base::Endpoint& origin,
                   base::Now now, Respond respond) {
  if (!request.sdp) return respond(Failure("No SDP body in message"));
  if (!request.error.empty()) return respond(Failure(request.error));
  if (HasFragment(request) && request.from_tag) {
    const std::string tag = *request.from_tag;
    return HandleFragment(table, std::move(request), tag, now, std::move(respond));
  }
  auto sdp = sdp::Parse(*request.sdp, table.settings.reject_invalid_sdp);
  if (!sdp.ok()) return respond(Failure("Failed to parse SDP"));
  if (const std::string error = negotiate::CheckSdp(request, *sdp, table.settings);
      !error.empty()) {
    return respond(Failure(error));
  }
  const PlacementNeeds needs = NeedsOf(request, sdp->media.size());
  const std::shared_ptr<Single> work = Prepare(std::move(request), table.random);
  work->sdp = std::move(*sdp);
  Change change(work->request);
  change.refused = "Failed to create SDP";
  change.work = [&table, work, now](CallState* draft, const WorkerView& worker) {
    work->outcome = negotiate::Publish(draft, work->request, work->from_tag, work->sdp, worker,
                                       table.settings, table.random, now);
    ApplyFragmentsThatWaited(now, work->from_tag, draft);
    return Finish(table, draft, work.get());
  };
  change.reply = [&table, work](const CallState& call) {
    return ReplyWithIds(call, *work, table.settings);
  };
  MakeOrChangeCall(table, work->call_id, needs, origin, now, std::move(change),
                   std::move(respond));
}

void HandleCreate(CallTable& table, ng::Request&& request, const base::Endpoint& origin,
                  base::Now now, Respond respond) {
  if (!request.error.empty()) return respond(Failure(request.error));
  const PlacementNeeds needs = NeedsOf(request, request.media.size());
  const std::shared_ptr<Single> work = Prepare(std::move(request), table.random);
  Change change(work->request);
  change.refused = "failed to set up call/monologue";
  change.work = [&table, work, now](CallState* draft, const WorkerView& worker) {
    work->outcome = negotiate::Create(draft, work->request, work->from_tag, worker,
                                      table.settings, table.random, now);
    return Finish(table, draft, work.get());
  };
  change.reply = [&table, work](const CallState& call) {
    return ReplyWithIds(call, *work, table.settings);
  };
  MakeOrChangeCall(table, work->call_id, needs, origin, now, std::move(change),
                   std::move(respond));
}

void HandleCreateAnswer(CallTable& table, ng::Request&& request, base::Now now, Respond respond) {
  if (!request.sdp) return respond(Failure("No SDP body in message"));
  if (!request.call_id) return respond(Failure("No call-id in message"));
  if (!request.from_tag) return respond(Failure("No from-tag in message"));
  if (HasFragment(request)) {
    const std::string tag = *request.from_tag;
    return HandleFragment(table, std::move(request), tag, now, std::move(respond));
  }
  auto parsed = sdp::Parse(*request.sdp, table.settings.reject_invalid_sdp);
  std::string fault;
  if (!parsed.ok()) fault = "Failed to parse SDP";
  else fault = negotiate::CheckSdp(request, *parsed, table.settings);
  auto work = std::make_shared<Single>();
  work->call_id = *request.call_id;
  if (parsed.ok()) work->sdp = std::move(*parsed);
  work->request = std::move(request);
  Change change(work->request);
  change.refused = "failed to perform answer";
  // An unknown call comes before a faulty body.
  change.work = [&table, work, fault, now](CallState* draft, const WorkerView& worker) {
    if (!fault.empty()) return fault;
    std::string error = negotiate::CreateAnswer(draft, work->request, work->sdp, worker,
                                                table.settings, table.random, now);
    if (error.empty()) ApplyFragmentsThatWaited(now, *work->request.from_tag, draft);
    return error;
  };
  ChangeCall(table, work->call_id, "unknown call-ID", std::move(change), std::move(respond));
}

// Without sections there is nothing to convert; with them there is nobody to do it.
void HandleTransform(CallTable& table, ng::Request&& request, Respond respond) {
  if (!request.instance.empty() && request.instance == table.settings.instance_id) {
    return respond(Failure("Transform loop detected"));
  }
  if (!request.media.empty()) {
    base::log::Context context;
    if (request.call_id) context.call_id = *request.call_id;
    base::log::Log(base::log::Severity::kError, base::log::Subsystem::kCore, context,
                   "Transform refused: this build converts no media");
    return respond(Failure("Failed to set up transform"));
  }
  const std::shared_ptr<Single> work = Prepare(std::move(request), table.random);
  ng::Dictionary reply;
  reply.Add("call-id", work->call_id);
  reply.Add("from-tag", work->from_tag);
  reply.Add("media", ng::List());
  reply.Add("result", "ok");
  respond(std::move(reply));
}

}  // namespace controld::call
