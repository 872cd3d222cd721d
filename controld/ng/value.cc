#include "controld/ng/value.h"

namespace controld::ng {

Value& Dictionary::Add(std::string key, Value value) {
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
