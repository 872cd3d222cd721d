#include "controld/ng/value.h"

namespace controld::ng {

namespace {

// Most have three entries or more, many about twelve: growing to them in small steps would move each of them twice.
constexpr size_t kFirstEntries = 4;

}  // namespace

Value& Dictionary::Add(std::string key, Value value) {
  if (entries_.size() == entries_.capacity()) {
    entries_.reserve(entries_.empty() ? kFirstEntries : 4 * entries_.size());
  }
  return entries_.emplace_back(std::move(key), std::move(value)).second;
}

const Value* Dictionary::Find(std::string_view key) const {
  for (const Entry& entry : entries_) {
    if (entry.first == key) return &entry.second;
  }
  return nullptr;
}

bool Dictionary::operator==(const Dictionary& other) const { return entries_ == other.entries_; }

}  // namespace controld::ng
