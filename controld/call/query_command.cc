// `query` (ng-protocol.md §6.4).
#include "controld/call/commands.h"
#include "controld/call/query_reply.h"

namespace controld::call {

ng::Dictionary Ok() {
  ng::Dictionary reply;
  reply.Add("result", "ok");
  return reply;
}

ng::Dictionary Failure(std::string_view reason) {
  ng::Dictionary reply;
  reply.Add("result", "error");
  reply.Add("error-reason", std::string(reason));
  return reply;
}

void HandleQuery(CallTable& table, ng::Request&& request, base::Now, Respond respond) {
  if (!request.call_id || request.call_id->empty()) return respond(Failure("No call-id in message"));
  const CallEntryPtr entry = table.Find(*request.call_id);
  if (entry == nullptr) return respond(Failure("Unknown call-id"));
  std::string tag = request.to_tag.value_or(std::string());
  if (tag.empty()) tag = request.from_tag.value_or(std::string());
  table.gateway.Query(
      entry->state.worker(), entry->state.call_id(), false,
      [&table, entry, tag = std::move(tag), respond = std::move(respond)](
          const rtpengine::v1::Error*, const rtpengine::v1::SessionStatistics& statistics) {
        QuerySelection selection;
        if (!tag.empty()) selection.tag = &tag;
        ng::Dictionary reply = BuildQueryReply(entry->state, statistics, selection, table.settings);
        reply.Add("result", "ok");
        respond(std::move(reply));
      });
}

}  // namespace controld::call
