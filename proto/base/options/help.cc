// The text of --help, from the table. Pure.
#include "proto/base/options/decode.h"
#include "proto/base/options/parsed_options.h"
#include "proto/base/text.h"

namespace base::options {
namespace {

constexpr size_t kColumn = 34;
constexpr size_t kWidth = 100;

std::string_view Placeholder(Type type) {
  switch (type) {
    case Type::kFlag: return "";
    case Type::kInteger: return "=INT";
    case Type::kDouble: return "=NUMBER";
    case Type::kString: return "=TEXT";
    case Type::kList: return "=TEXT ...";
  }
  return "";
}

std::string DefaultHelp(const OptionSpec& spec) {
  if (!spec.unset.empty()) return StrCat(" (default: ", spec.unset, ")");
  if (spec.fallback.empty()) return {};
  if (spec.fallback == "@cores") return " (default: CPU cores)";
  if (spec.fallback == "@host") return " (default: host name)";
  if (spec.fallback == "@software") return " (default: rtpengine-<version>)";
  return StrCat(" (default: ", spec.fallback, ")");
}

std::string OptionHelp(const OptionSpec& spec) {
  std::string left = spec.letter != 0 ? StrCat("  -", spec.letter, ", ") : "      ";
  StrAppend(&left, "--", spec.name, Placeholder(spec.type));
  left += left.size() + 2 > kColumn ? "\n" + std::string(kColumn, ' ')
                                    : std::string(kColumn - left.size(), ' ');
  return StrCat(left, spec.help, DefaultHelp(spec), "\n");
}

}  // namespace

std::string HelpText(Daemon daemon, std::string_view program) {
  std::string text = StrCat("Usage: ", program, " [OPTION]...\n\n",
                            "Options override the configuration file, whose keys are the long names.\n"
                            "Options marked ... may be given several times.\n\n");
  std::string accepted;
  size_t column = 0;
  for (const OptionSpec& spec : Table()) {
    if (OwnedBy(spec, daemon)) {
      text += OptionHelp(spec);
      continue;
    }
    if (column + spec.name.size() + 3 > kWidth) {
      accepted += "\n";
      column = 0;
    }
    StrAppend(&accepted, column == 0 ? "  " : " ", spec.name);
    column += spec.name.size() + (column == 0 ? 2 : 1);
  }
  return StrCat(text, "\nAccepted, for the other daemon or without effect in this version:\n", accepted,
                "\n");
}

}  // namespace base::options
