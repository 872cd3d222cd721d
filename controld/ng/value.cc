#include "controld/ng/value.h"

namespace controld::ng {

namespace {

// Most have three entries or more: growing to them one by one would move each of them twice.
constexpr size_t kFirstEntries = 4;

}  // namespace

Value& Dictionary::Add(std::string key, Value value) {
  if (entries_.empty()) entries_.reserve(kFirstEntries);
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
