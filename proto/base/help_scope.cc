// See help_scope.h.
#include "proto/base/help_scope.h"

#include <algorithm>

namespace base {
namespace {

thread_local HelpScope* current = nullptr;

}  // namespace

HelpScope::HelpScope() { current = this; }

HelpScope::~HelpScope() {
  current = nullptr;  // what the helped owner posts goes the usual way
  if (owners_.empty()) return;
  Helped* const mine = tasks_ <= kMostTasks ? owners_.back() : nullptr;
  for (Helped* owner : owners_) {
    if (owner != mine) owner->Wake();
  }
  if (mine != nullptr) mine->Help();
}

HelpScope* HelpScope::Current() { return current; }

void HelpScope::Posted(Helped* owner) {
  ++tasks_;
  if (std::find(owners_.begin(), owners_.end(), owner) == owners_.end()) owners_.push_back(owner);
}

}  // namespace base
