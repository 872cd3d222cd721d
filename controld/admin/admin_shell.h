// Carries the admin commands out (config.md §5): asks the shards about calls, ends calls, changes
// log levels and the parameters that can be changed. Thread-safe; answers come on any thread.
#pragma once

#include <array>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "controld/admin/command_line.h"
#include "controld/admin/parameters.h"
#include "controld/listen/admin_commands.h"
#include "controld/ng/value.h"
#include "controld/shard/shard_pool.h"
#include "proto/base/log.h"

namespace controld::admin {

class AdminShell final : public listen::AdminCommands {
 public:
  struct Options {
    Parameters parameters;  // as they are at start
    // Makes them take effect; `done` once they do.
    std::function<void(const Parameters& parameters, std::function<void()> done)> apply;
    // The statistics tree of this moment.
    std::function<void(std::function<void(ng::Dictionary tree)> done)> statistics;
  };
  // `shards` outlives the shell.
  AdminShell(shard::ShardPool& shards, Options options);

  void Run(std::string_view line, Done done) override;

 private:
  using LogLevels = std::array<int, static_cast<size_t>(base::log::Subsystem::kCount)>;

  void RunForCall(const CommandLine& command, Done done);
  void CountSessions(Done done);
  void ListSessions(const std::string& group, Done done);
  void ListSession(const std::string& call_id, Done done);
  void ShowCall(const std::string& call_id, Done done);
  void ShowParty(const std::string& call_id, const std::string& tag, Done done);
  // `text` if there is such a call, `otherwise` if there is none.
  void AnswerIfCall(const std::string& call_id, std::string text, std::string otherwise, Done done);
  void Debug(const std::string& call_id, bool on, std::string missing, Done done);
  void Terminate(const std::string& call_id, std::string found, std::string missing, Done done);
  void TerminateAll(const std::string& group, Done done);
  void SetParameter(const std::string& item, const std::string& value, Done done);
  void Revert(Done done);
  std::string Differences();
  Parameters current();

  shard::ShardPool& shards_;
  const Options options_;
  const LogLevels start_levels_;
  absl::Mutex mutex_;  // held while changes are handed on, so that the last one wins everywhere
  Parameters current_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace controld::admin
