#include "controld/shard/help_scope.h"

#include <algorithm>

#include "controld/shard/shard.h"

namespace controld::shard {
namespace {

thread_local HelpScope* current = nullptr;

}  // namespace

HelpScope::HelpScope() { current = this; }

HelpScope::~HelpScope() {
  current = nullptr;  // what the helped shard posts goes the usual way
  if (shards_.empty()) return;
  Shard* const mine = tasks_ <= kMostTasks ? shards_.back() : nullptr;
  for (Shard* shard : shards_) {
    if (shard != mine) shard->Wake();
  }
  if (mine != nullptr) mine->Help();
}

HelpScope* HelpScope::Current() { return current; }

void HelpScope::Posted(Shard* shard) {
  ++tasks_;
  if (std::find(shards_.begin(), shards_.end(), shard) == shards_.end()) shards_.push_back(shard);
}

}  // namespace controld::shard
