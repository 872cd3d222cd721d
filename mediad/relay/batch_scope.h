// Work put off to the end of a batch of commands, on the thread that carries the batch out: several
// results make one wake-up of whoever sends them.
#pragma once

#include <functional>
#include <vector>

namespace mediad::relay {

class BatchScope {
 public:
  BatchScope();
  ~BatchScope();  // does what was put off
  BatchScope(const BatchScope&) = delete;
  BatchScope& operator=(const BatchScope&) = delete;

  // At the end of this thread's batch; at once if there is none.
  static void AtEnd(std::function<void()> work);

 private:
  std::vector<std::function<void()>> work_;
};

}  // namespace mediad::relay
