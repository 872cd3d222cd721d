// `connect`, `mesh`, `inject start`, `inject stop` (ng-protocol.md §6.16, §6.17, §6.19): checks and replies. What
// links are: ../negotiate/link.h.
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "controld/call/join.h"
#include "controld/negotiate/link.h"
#include "proto/base/log.h"

namespace controld::call {
namespace {

using LinkFunction = std::function<negotiate::LinkOutcome(CallState*, const ng::Request&)>;

// On one call or, once they have become one, on it and `others`.
void Link(CallTable& table, ng::Request&& request, const std::vector<std::string>& others,
          LinkFunction link, const char* refused, JoinTexts texts, Respond respond) {
  const std::string call_id = *request.call_id;
  auto kept = std::make_shared<const ng::Request>(std::move(request));
  auto warning = std::make_shared<std::string>();
  Change change(*kept);
  change.refused = refused;
  change.work = [kept, link = std::move(link), warning](CallState* draft, const WorkerView&) {
    const negotiate::LinkOutcome outcome = link(draft, *kept);
    *warning = outcome.warning;
    return outcome.error;
  };
  change.reply = [warning](const CallState& call) {
    ng::Dictionary reply;
    if (!warning->empty()) {
      base::log::Log(base::log::Severity::kWarning, base::log::Subsystem::kCore, LogContext(call),
                     *warning);
      reply.Add("warning", *warning);
    }
    reply.Add("result", "ok");
    return reply;
  };
  JoinCalls(table, call_id, others, std::move(texts), std::move(change), std::move(respond));
}

std::vector<std::string> Other(const std::string& call_id) {
  return call_id.empty() ? std::vector<std::string>() : std::vector<std::string>{call_id};
}

}  // namespace

void HandleConnect(CallTable& table, ng::Request&& request, base::Now now, Respond respond) {
  if (!request.call_id || request.call_id->empty()) return respond(Failure("No call-id in message"));
  const std::vector<std::string> others = Other(request.to_call_id);
  const LinkFunction connect = [now](CallState* draft, const ng::Request& asked) {
    return negotiate::Connect(draft, asked, now);
  };
  Link(table, std::move(request), others, connect, "Failed to connect parties",
       {"Unknown call-ID(s)", "Failed to merge two calls into one (tag collision)",
        "Failed to merge two calls into one"},
       std::move(respond));
}

void HandleMesh(CallTable& table, ng::Request&& request, base::Now, Respond respond) {
  if (request.calls.empty()) return respond(Failure("Unknown call ID(s)"));
  const std::vector<std::string> calls = request.calls;
  // The shell sent the command to the first one, or to the call that this has become part of.
  if (!request.merged_call_id) request.call_id = calls.front();
  Link(table, std::move(request), calls, negotiate::Mesh, "Failed to mesh parties",
       {"Unknown call ID(s)", "Failed to merge calls (tag collision)", "Failed to merge calls"},
       std::move(respond));
}

void HandleInject(CallTable& table, ng::Request&& request, base::Now, Respond respond) {
  if (!request.call_id || request.call_id->empty()) return respond(Failure("No call-id in message"));
  if (!request.to_tag || request.to_tag->empty()) return respond(Failure("No to-tag in message"));
  if (request.source_tag.empty()) return respond(Failure("No source-tag in message"));
  const bool start = request.command == ng::Command::kInjectStart;
  const std::vector<std::string> others = Other(request.source_call_id);
  Link(table, std::move(request), others,
       start ? negotiate::InjectStart : negotiate::InjectStop,
       start ? "Failed to start inject" : "Failed to stop inject",
       {"Unknown call-ID(s)", "Failed to merge two calls into one",
        "Failed to merge two calls into one"},
       std::move(respond));
}

}  // namespace controld::call
