#include "mediad/relay/batch_scope.h"

#include <utility>

namespace mediad::relay {
namespace {

thread_local BatchScope* current = nullptr;

}  // namespace

BatchScope::BatchScope() { current = this; }

BatchScope::~BatchScope() {
  current = nullptr;
  for (const std::function<void()>& work : work_) work();
}

void BatchScope::AtEnd(std::function<void()> work) {
  if (current == nullptr) return work();
  current->work_.push_back(std::move(work));
}

}  // namespace mediad::relay
