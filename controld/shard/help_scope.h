// While one lives on a thread, what that thread posts to shards is gathered; at its end the thread
// does the work of one of them itself, if that has nothing else to do, and wakes the others.
//
// For threads that would otherwise only hand over and wait for the next packet. Bounded: a busy
// shard, and many tasks at once, are left to the shard's own thread. Scopes do not nest.
#pragma once

#include <cstddef>
#include <vector>

namespace controld::shard {

class Shard;

class HelpScope {
 public:
  // More tasks than this at once are not helped with: the thread has packets to read.
  static constexpr size_t kMostTasks = 32;

  HelpScope();
  ~HelpScope();
  HelpScope(const HelpScope&) = delete;
  HelpScope& operator=(const HelpScope&) = delete;

  // The scope of this thread, or null.
  static HelpScope* Current();
  // `shard` was given a task and nobody was woken for it.
  void Posted(Shard* shard);

 private:
  std::vector<Shard*> shards_;
  size_t tasks_ = 0;
};

}  // namespace controld::shard
