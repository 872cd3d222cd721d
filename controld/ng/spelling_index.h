// A sorted index over rows that list their spellings as "call-id|call-ID|call id", built at compile
// time.
//
// Lookup is a binary search over string_views: no allocation, no hashing, no start-up work.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace controld::ng {

template <typename Rows>
constexpr size_t CountSpellings(const Rows& rows) {
  size_t count = 0;
  for (const auto& row : rows)
    count += 1 + static_cast<size_t>(std::count(row.spellings.begin(), row.spellings.end(), '|'));
  return count;
}

template <size_t kCount>
class SpellingIndex {
 public:
  static constexpr size_t kNotFound = static_cast<size_t>(-1);

  template <typename Rows>
  explicit constexpr SpellingIndex(const Rows& rows) {
    size_t next = 0;
    for (size_t row = 0; row < rows.size(); ++row) {
      std::string_view rest = rows[row].spellings;
      for (size_t bar = rest.find('|'); bar != std::string_view::npos; bar = rest.find('|')) {
        entries_[next++] = {rest.substr(0, bar), static_cast<uint16_t>(row)};
        rest.remove_prefix(bar + 1);
      }
      entries_[next++] = {rest, static_cast<uint16_t>(row)};
    }
    std::sort(entries_.begin(), entries_.end(),
              [](const Entry& a, const Entry& b) { return a.text < b.text; });
  }

  // The row's number.
  constexpr size_t Find(std::string_view text) const {
    const auto found =
        std::lower_bound(entries_.begin(), entries_.end(), text,
                         [](const Entry& entry, std::string_view t) { return entry.text < t; });
    return found != entries_.end() && found->text == text ? found->row : kNotFound;
  }

  // No spelling is empty or belongs to two rows.
  constexpr bool Unambiguous() const {
    for (size_t i = 0; i < kCount; ++i) {
      if (entries_[i].text.empty() || (i > 0 && entries_[i - 1].text == entries_[i].text))
        return false;
    }
    return true;
  }

 private:
  struct Entry {
    std::string_view text;
    uint16_t row = 0;
  };
  std::array<Entry, kCount> entries_{};
};

}  // namespace controld::ng
