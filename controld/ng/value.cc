#include "controld/ng/value.h"

namespace controld::ng {

namespace {

// Most have three entries or more, many about twelve: growing to them in small steps would move each of them twice.
constexpr size_t kFirstEntries = 4;

}  // namespace

void Dictionary::Grow() { entries_.reserve(entries_.empty() ? kFirstEntries : 4 * entries_.size()); }

const Value* Dictionary::Find(std::string_view key) const {
  for (const Entry& entry : entries_) {
    if (entry.first == key) return &entry.second;
  }
  return nullptr;
}

bool Dictionary::operator==(const Dictionary& other) const { return entries_ == other.entries_; }

}  // namespace controld::ng
