// `offer` with flag fragment: candidates of trickle ICE for a party that has signalled already, or will within
// seconds (ng-protocol.md §6.1). Always answered with ok; what fits nothing has no effect.
#include "controld/call/fragment_command.h"

#include <memory>
#include <utility>

#include "controld/call/call_model.h"
#include "controld/call/change.h"
#include "controld/call/commands.h"
#include "controld/negotiate/fragment.h"
#include "controld/sdp/parse.h"

namespace controld::call {
namespace {

constexpr char kNothingNew[] = "nothing new";

}  // namespace

void HandleFragment(CallTable& table, ng::Request&& request, base::Now now, Respond respond) {
  auto fragment = sdp::ParseFragment(*request.sdp);
  if (!fragment.ok()) return respond(Failure("Failed to parse SDP"));
  auto kept = std::make_shared<const std::pair<ng::Request, sdp::SessionDescription>>(
      std::move(request), std::move(*fragment));
  const std::string call_id = *kept->first.call_id;
  Change change;
  change.refused = kNothingNew;
  change.work = [kept, now](CallState* draft, const WorkerView&) -> std::string {
    const ng::Request& received = kept->first;
    Party* party = FindPartyByTag(draft, *received.from_tag);
    if (party == nullptr) {
      negotiate::QueueFragment(*received.from_tag, *received.sdp, now.unix_us, draft);
      return "";
    }
    return negotiate::ApplyFragment(kept->second, party) ? "" : kNothingNew;
  };
  ChangeCall(table, call_id, kNothingNew, std::move(change),
             [respond = std::move(respond)](ng::Dictionary) { respond(Ok()); });
}

}  // namespace controld::call
