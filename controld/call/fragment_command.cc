// Flag fragment of `offer`, `publish`, `subscribe answer` and `create answer`: candidates of trickle ICE for a party
// that has signalled already, or will within seconds (ng-protocol.md §6.1). Always answered with ok; what fits nothing
// has no effect.
#include "controld/call/fragment_command.h"

#include <algorithm>
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

// It has yet to say its credentials: nobody knows it, or ICE was offered to it and it did not answer yet.
bool IsAwaited(const Party* party) {
  return party == nullptr ||
         std::any_of(party->media().begin(), party->media().end(), [](const Media& media) {
           return media.ice().in_use() && media.ice().remote_ufrag().empty();
         });
}

}  // namespace

bool HasFragment(const ng::Request& request) {
  return request.Has(ng::Flag::kFragment) && request.sdp;
}

void HandleFragment(CallTable& table, ng::Request&& request, const std::string& tag, base::Now now,
                    Respond respond) {
  auto fragment = sdp::ParseFragment(*request.sdp);
  if (!fragment.ok()) return respond(Failure("Failed to parse SDP"));
  auto kept = std::make_shared<const std::pair<ng::Request, sdp::SessionDescription>>(
      std::move(request), std::move(*fragment));
  const std::string call_id = *kept->first.call_id;
  Change change(kept->first);
  change.refused = kNothingNew;
  change.work = [kept, tag, now](CallState* draft, const WorkerView&) -> std::string {
    const ng::Request& received = kept->first;
    Party* party = FindPartyByTag(draft, tag);
    if (IsAwaited(party)) {
      negotiate::QueueFragment(tag, *received.sdp, now.unix_us, draft);
      return "";
    }
    return negotiate::ApplyFragment(kept->second, party) ? "" : kNothingNew;
  };
  ChangeCall(table, call_id, kNothingNew, std::move(change),
             [respond = std::move(respond)](ng::Dictionary) { respond(Ok()); });
}

void ApplyFragmentsThatWaited(base::Now now, const std::string& tag, CallState* draft) {
  if (draft->fragments_size() == 0) return;
  Party* party = FindPartyByTag(draft, tag);
  if (party != nullptr) negotiate::ApplyQueuedFragments(now.unix_us, draft, party);
}

}  // namespace controld::call
