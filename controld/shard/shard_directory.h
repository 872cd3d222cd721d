// What one shard's commands see of the other shards' calls: call::CallDirectory over a ShardPool.
//
// Owned by its shard, whose thread calls it; callbacks are posted to that shard.
#pragma once

#include <functional>
#include <string>

#include "controld/call/directory.h"

namespace controld::shard {

class Shard;
class ShardPool;

class ShardDirectory final : public call::CallDirectory {
 public:
  // Both outlive it.
  ShardDirectory(ShardPool& pool, Shard& own) : pool_(pool), own_(own) {}

  void Borrow(const std::string& call_id, std::function<void(call::Loan)> done) override;
  void Return(const std::string& call_id, const std::string& merged_into) override;
  void Forward(const std::string& call_id, const std::string& target) override;
  void Redirect(ng::Request&& request, const base::Endpoint& origin,
                std::function<void(ng::Dictionary)> respond) override;

 private:
  ShardPool& pool_;
  Shard& own_;
};

}  // namespace controld::shard
