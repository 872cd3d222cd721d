// The option table: every option of both daemons and every key the reference daemon has, once.
//
// File keys, command line, help text, defaults, limits and "has no effect yet" all come from here.
// Adding an option = adding a line in table_*.cc. Not here: values (parsed_options.h).
#pragma once

#include <cstdint>
#include <limits>
#include <string_view>

#include "absl/types/span.h"

namespace base::options {

enum class Type : uint8_t { kFlag, kInteger, kDouble, kString, kList };

enum class Daemon : uint8_t { kControld = 1, kMediad = 2 };

// Which daemons do what the option says. kNone: a key of the reference that neither implements yet.
enum class Owner : uint8_t { kNone = 0, kControld = 1, kMediad = 2, kBoth = 3 };

enum class Changeable : uint8_t {
  kStart,   // read once at start
  kReload,  // read again from the file by SIGHUP
};

// What a value outside the plain limits means where the reference does not simply refuse it.
enum class Rule : uint8_t {
  kPlain,
  kNonPositiveIsDefault,  // timeouts: 0 and less mean the default
  kNegativeIsDefault,     // limits: any negative number means "none", the default
  kAction,                // asks for a deed instead of describing one: refused while not implemented
};

inline constexpr double kNoMinimum = -std::numeric_limits<double>::infinity();
inline constexpr double kNoMaximum = std::numeric_limits<double>::infinity();

struct OptionSpec {
  std::string_view name;
  char letter = 0;  // short form on the command line; 0 = none
  Type type = Type::kString;
  // As it would be written in the file. "@cores", "@host", "@software" and "@socket" stand for facts of
  // the machine (Environment); a list's default is `;`-separated.
  std::string_view fallback = {};
  std::string_view unset = {};  // what help says instead, where not to give it is something else than the fallback
  Owner owner = Owner::kNone;
  std::string_view help = {};
  double minimum = kNoMinimum;
  double maximum = kNoMaximum;
  std::string_view allowed = {};  // `|`-separated words, any case; empty = anything
  Rule rule = Rule::kPlain;
  Changeable changeable = Changeable::kStart;
};

inline bool OwnedBy(const OptionSpec& spec, Daemon daemon) {
  return (static_cast<unsigned>(spec.owner) & static_cast<unsigned>(daemon)) != 0;
}

// Sorted by name; the names are unique.
absl::Span<const OptionSpec> Table();
const OptionSpec* FindOption(std::string_view name);

}  // namespace base::options
