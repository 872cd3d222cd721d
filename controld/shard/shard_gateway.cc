#include "controld/shard/shard_gateway.h"

#include <utility>

namespace controld::shard {

using rtpengine::v1::Command;
using rtpengine::v1::CommandResult;

call::Placement ShardGateway::Place(const call::PlacementNeeds& needs) {
  return fleet_.Place(needs, random_);
}

void ShardGateway::Release(const std::string& worker, unsigned streams) {
  fleet_.Discharge(worker, streams);
}

void ShardGateway::Charge(const std::string& worker, unsigned streams) {
  fleet_.Charge(worker, streams);
}

std::shared_ptr<const call::WorkerView> ShardGateway::View(const std::string& worker) {
  return fleet_.View(worker);
}

// A result cannot overtake its callback: it is posted to this thread, which is here.
void ShardGateway::Apply(const std::string& worker, rtpengine::v1::Session session,
                         ApplyDone done) {
  Command command;
  *command.mutable_apply()->mutable_session() = std::move(session);
  callbacks_.emplace(fleet_.Issue(worker, shard_, std::move(command)), std::move(done));
}

void ShardGateway::Delete(const std::string& worker, const std::string& call_id,
                          StatisticsDone done) {
  Command command;
  command.mutable_delete_()->set_id(call_id);
  command.mutable_delete_()->set_owner(controller_name_);
  callbacks_.emplace(fleet_.Issue(worker, shard_, std::move(command)), std::move(done));
}

void ShardGateway::Query(const std::string& worker, const std::string& call_id, bool explain,
                         StatisticsDone done) {
  Command command;
  command.mutable_query()->set_id(call_id);
  command.mutable_query()->set_owner(controller_name_);
  command.mutable_query()->set_explain(explain);
  callbacks_.emplace(fleet_.Issue(worker, shard_, std::move(command)), std::move(done));
}

void ShardGateway::Ping(const std::string& worker, PingDone done) {
  Command command;
  command.mutable_ping();
  callbacks_.emplace(fleet_.Issue(worker, shard_, std::move(command)), std::move(done));
}

void ShardGateway::Deliver(const CommandResult& result) {
  const auto it = callbacks_.find(result.id());
  if (it == callbacks_.end()) return;
  auto callback = std::move(it->second);
  callbacks_.erase(it);  // before the call: it may issue commands
  const rtpengine::v1::Error* error = result.has_error() ? &result.error() : nullptr;
  if (const auto* apply = std::get_if<ApplyDone>(&callback)) {
    (*apply)(error, result.apply());
  } else if (const auto* ping = std::get_if<PingDone>(&callback)) {
    (*ping)();
  } else {
    std::get<StatisticsDone>(callback)(error, result.statistics());
  }
}

}  // namespace controld::shard
