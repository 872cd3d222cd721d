// The commands that change what a call does with media, without SDP: block/unblock/silence/unsilence media,
// block/unblock DTMF (ng-protocol.md §6.9, §6.10), recording, forwarding and players (§6.7, §6.11, §6.12). What this
// program cannot do is refused in words; nothing is said to be done that is not.
#include <memory>
#include <utility>

#include "controld/call/call_model.h"
#include "controld/call/change.h"
#include "controld/call/commands.h"
#include "controld/negotiate/manipulate.h"
#include "controld/negotiate/select_party.h"

namespace controld::call {
namespace {

using ng::Command;

// What the worker changes is the same for all of them: the draft decides.
void Start(CallTable& table, const std::shared_ptr<const ng::Request>& request,
           std::string_view unknown, std::string (*work)(const ng::Request&, CallState*),
           Respond respond) {
  if (!request->call_id || request->call_id->empty()) {
    return respond(Failure("No call-id in message"));
  }
  Change change(*request);
  change.work = [request, work](CallState* draft, const WorkerView&) {
    return work(*request, draft);
  };
  change.refused = "Failed to change media";
  ChangeCall(table, *request->call_id, std::string(unknown), std::move(change),
             std::move(respond));
}

std::string Manipulate(const ng::Request& request, CallState* call) {
  const bool triggered = !request.dtmf.trigger.empty() || !request.dtmf.trigger_end.empty();
  if (request.command == Command::kBlockDtmf && triggered) return "DTMF triggers are not supported";
  return negotiate::Manipulate(call, request);
}

std::string Record(const ng::Request& request, CallState* call) {
  if (request.command == Command::kStartRecording) return "Recording is not supported";
  // Nothing is being recorded: to stop or pause it is to leave it so.
  if (request.metadata.empty()) return "";
  Party* party =
      request.from_tag && !request.from_tag->empty() ? FindPartyByTag(call, *request.from_tag)
                                                     : nullptr;
  if (party != nullptr) {
    party->set_metadata(request.metadata);
  } else {
    call->set_metadata(request.metadata);
  }
  return "";
}

std::string Forward(const ng::Request& request, CallState* call) {
  const negotiate::PartySelection selection =
      negotiate::SelectParty(*call, request, negotiate::FromTagRule::kWithDirectional);
  if (!selection.error.empty()) return selection.error;
  if (request.command == Command::kStartForwarding) return "Forwarding is not supported";
  negotiate::RelabelSelected(call, selection, request);
  return "";
}

}  // namespace

void HandleManipulation(CallTable& table, ng::Request&& request, Respond respond) {
  Start(table, std::make_shared<const ng::Request>(std::move(request)), negotiate::kUnknownCallId,
        Manipulate, std::move(respond));
}

void HandleRecording(CallTable& table, ng::Request&& request, Respond respond) {
  Start(table, std::make_shared<const ng::Request>(std::move(request)), "Unknown call-id", Record,
        std::move(respond));
}

void HandleForwarding(CallTable& table, ng::Request&& request, Respond respond) {
  Start(table, std::make_shared<const ng::Request>(std::move(request)), negotiate::kUnknownCallId,
        Forward, std::move(respond));
}

void HandlePlayer(const Respond& respond) { respond(Failure("unsupported")); }

}  // namespace controld::call
