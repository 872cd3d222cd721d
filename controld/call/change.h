// One change of a call, as the commands beside offer, answer and delete make it: the work is done on a copy,
// the worker is told, and only then the copy becomes the call and the reply goes out. Whatever fails leaves
// the call as it was. Not here: what is changed (../negotiate). Shard thread only.
#pragma once

#include <functional>
#include <string>

#include "controld/call/call_table.h"
#include "controld/call/commands.h"
#include "controld/ng/request.h"
#include "controld/ng/value.h"

namespace controld::call {

struct Change {
  Change() = default;
  // What every command may ask for, and what its reply may need.
  explicit Change(const ng::Request& request)
      : room(request.room), debug(request.Has(ng::Flag::kDebug)) {}

  // Works on the copy; the error-reason, or empty.
  std::function<std::string(CallState* draft, const WorkerView& worker)> work;
  // The reply, once the worker has carried it out; without one it is just "ok".
  std::function<ng::Dictionary(const CallState& call)> reply;
  ng::ReplyRoom room;  // for that; one that needs more is an error, before the worker is told
  bool record_only = false;  // the worker already does what the change says; it only has to remember
  bool debug = false;  // log everything about the call from now on
  // error-reason when the worker says no for another reason than lack of ports; its own text is `message`.
  std::string refused;
};

// The first half of it: the draft is changed, or the error-reason says why not.
std::string WorkOn(const Change& change, CallState* draft, const WorkerView& worker);

// Waits for its turn, then changes the call of that id; `unknown` is the error-reason if there is none.
void ChangeCall(CallTable& table, const std::string& call_id, std::string unknown, Change change,
                Respond respond);

// Likewise for a call that is made if there is none. No session limits apply (ng-protocol.md §6.1.6).
void MakeOrChangeCall(CallTable& table, const std::string& call_id, const PlacementNeeds& needs,
                      const base::Endpoint& origin, base::Now now, Change change, Respond respond);

// A new call on the worker that placement chose, in the table. Null: refused, `placement` says why.
CallEntryPtr PlaceNewCall(CallTable& table, const std::string& call_id,
                          const PlacementNeeds& needs, const base::Endpoint& origin, base::Now now,
                          Placement* placement);

// error-reason for what the worker said: proxies fail over on lack of ports, `refused` is for the rest.
std::string ReasonOf(const rtpengine::v1::Error& error, const std::string& refused);

// 64 hexadecimal digits, for ids that a client left to us.
std::string GenerateId(base::Random& random);

}  // namespace controld::call
