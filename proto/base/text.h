// Text helpers in terms of std::string_view.
//
// Distributions build Abseil with its own string_view (Debian 12) or with std's (others); code that mixes
// the two compiles only on the latter. Use these wherever a std::string_view meets Abseil. Pure; any
// thread.
#pragma once

#include <string>
#include <string_view>
#include <type_traits>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

namespace base {

inline absl::string_view ToAbsl(std::string_view text) { return {text.data(), text.size()}; }
inline std::string_view FromAbsl(absl::string_view text) { return {text.data(), text.size()}; }

// A status' message as std::string_view; valid as long as the status.
inline std::string_view Message(const absl::Status& status) { return FromAbsl(status.message()); }

namespace internal {
template <typename T>
decltype(auto) Piece(const T& value) {
  if constexpr (std::is_same_v<T, std::string_view>) {
    return ToAbsl(value);
  } else if constexpr (std::is_same_v<T, char>) {
    return absl::string_view(&value, 1);  // the character, not its number
  } else {
    return (value);
  }
}
}  // namespace internal

// absl::StrCat that takes std::string_view and char too.
template <typename... Args>
std::string StrCat(const Args&... args) {
  return absl::StrCat(internal::Piece(args)...);
}

template <typename... Args>
void StrAppend(std::string* target, const Args&... args) {
  absl::StrAppend(target, internal::Piece(args)...);
}

inline bool IsBlank(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

// Without ASCII blanks at both ends.
constexpr std::string_view Trim(std::string_view text) {
  constexpr std::string_view kBlanks = " \t\n\v\f\r";
  const size_t first = text.find_first_not_of(kBlanks);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kBlanks) - first + 1);
}

// ASCII only: letters are compared without case.
constexpr bool EqualsIgnoreCase(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  for (size_t i = 0; i < a.size(); ++i) {
    const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
    if (lower(a[i]) != lower(b[i])) return false;
  }
  return true;
}

}  // namespace base
