// While one lives on a thread, what that thread posts to owners of work is gathered; at its end the
// thread does the work of one of them itself, if that has nothing else to do, and wakes the others.
//
// For threads that would otherwise only hand over and wait for the next packet: a hand-over costs
// two thread switches, which is more than most tasks do. Bounded: many tasks at once are left to
// the owners' own threads. Scopes do not nest.
#pragma once

#include <cstddef>
#include <vector>

namespace base {

// Something with work to do, and a thread of its own for it. Both methods from any thread.
class Helped {
 public:
  // Does on the caller's thread what was posted, unless the owner is at it already; nothing is left
  // that nobody was woken for.
  virtual void Help() = 0;
  // Its thread does what was posted.
  virtual void Wake() = 0;

 protected:
  ~Helped() = default;
};

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
  // `owner` was given a task and nobody was woken for it.
  void Posted(Helped* owner);

 private:
  std::vector<Helped*> owners_;
  size_t tasks_ = 0;
};

}  // namespace base
