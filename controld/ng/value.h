// The value tree that NG messages are made of, whatever their encoding (bencode or JSON).
//
// Strings are raw octets. Dictionaries keep the order of insertion and may hold a key twice:
// requests are processed in order of appearance, replies are written in insertion order
// (ng-protocol.md §3).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace controld::ng {

class Value;
using List = std::vector<Value>;

class Dictionary {
 public:
  using Entry = std::pair<std::string, Value>;

  // Appends; does not look for an existing key. Returns the stored value. `key` and `value` are whatever a string and a
  // Value are made of: both are made in their place, as a reply has hundreds of them.
  template <typename Key, typename Content>
  Value& Add(Key&& key, Content&& value);
  // The first entry with this key, or nullptr.
  const Value* Find(std::string_view key) const;
  bool empty() const;
  size_t size() const;
  const std::vector<Entry>& entries() const { return entries_; }

  bool operator==(const Dictionary&) const;

 private:
  void Grow();

  std::vector<Entry> entries_;
};

class Value {
 public:
  Value() : data_(int64_t{0}) {}
  Value(int64_t integer) : data_(integer) {}                      // NOLINT: implicit on purpose
  Value(int integer) : data_(int64_t{integer}) {}                 // NOLINT
  Value(std::string text) : data_(std::move(text)) {}             // NOLINT
  Value(std::string_view text) : data_(std::string(text)) {}      // NOLINT
  Value(const char* text) : data_(std::string(text)) {}           // NOLINT
  Value(List list) : data_(std::move(list)) {}                    // NOLINT
  Value(Dictionary dictionary) : data_(std::move(dictionary)) {}  // NOLINT

  const int64_t* integer() const { return std::get_if<int64_t>(&data_); }
  const std::string* string() const { return std::get_if<std::string>(&data_); }
  const List* list() const { return std::get_if<List>(&data_); }
  List* list() { return std::get_if<List>(&data_); }
  const Dictionary* dictionary() const { return std::get_if<Dictionary>(&data_); }
  Dictionary* dictionary() { return std::get_if<Dictionary>(&data_); }

  bool operator==(const Value&) const = default;

 private:
  std::variant<int64_t, std::string, List, Dictionary> data_;
};

// Here because std::pair wants Value complete.
inline bool Dictionary::empty() const { return entries_.empty(); }
inline size_t Dictionary::size() const { return entries_.size(); }

template <typename Key, typename Content>
Value& Dictionary::Add(Key&& key, Content&& value) {
  if (entries_.size() == entries_.capacity()) Grow();
  return entries_.emplace_back(std::forward<Key>(key), std::forward<Content>(value)).second;
}

}  // namespace controld::ng
