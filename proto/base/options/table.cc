// The option table as one sorted list: see option_spec.h. Immutable after the first call; any thread.
#include <algorithm>
#include <vector>

#include "proto/base/options/tables.h"

namespace base::options {
namespace {

std::vector<OptionSpec> Sorted() {
  std::vector<OptionSpec> all;
  for (const auto part : {GeneralOptions(), ControlOptions(), MediaOptions(), ExportOptions(),
                          FirewallOptions(), ReferenceOptions()}) {
    all.insert(all.end(), part.begin(), part.end());
  }
  std::sort(all.begin(), all.end(),
            [](const OptionSpec& a, const OptionSpec& b) { return a.name < b.name; });
  return all;
}

}  // namespace

absl::Span<const OptionSpec> Table() {
  static const std::vector<OptionSpec> table = Sorted();
  return table;
}

const OptionSpec* FindOption(std::string_view name) {
  const auto table = Table();
  const auto found =
      std::lower_bound(table.begin(), table.end(), name,
                       [](const OptionSpec& spec, std::string_view n) { return spec.name < n; });
  return found != table.end() && found->name == name ? &*found : nullptr;
}

}  // namespace base::options
