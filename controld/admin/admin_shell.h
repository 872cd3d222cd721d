// Carries the admin commands out (config.md §5): asks the shards about calls, ends calls, sets log
// levels. Thread-safe; answers come on any thread.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "controld/admin/command_line.h"
#include "controld/listen/admin_commands.h"
#include "controld/shard/shard_pool.h"

namespace controld::admin {

class AdminShell final : public listen::AdminCommands {
 public:
  // `shards` outlives the shell.
  AdminShell(shard::ShardPool& shards, Parameters parameters)
      : shards_(shards), parameters_(parameters) {}

  void Run(std::string_view line, Done done) override;

 private:
  void CountSessions(Done done);
  void ListSessions(const std::string& group, Done done);
  void ListSession(const std::string& call_id, Done done);
  void Terminate(const std::string& call_id, Done done);
  void TerminateAll(const std::string& group, Done done);

  shard::ShardPool& shards_;
  const Parameters parameters_;
};

}  // namespace controld::admin
