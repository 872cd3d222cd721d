#include "controld/ng/templates.h"

#include <string>
#include <utility>

#include "absl/strings/ascii.h"
#include "proto/base/text.h"

namespace controld::ng {

absl::StatusOr<Templates> ReadTemplates(const base::options::ParsedOptions& options) {
  Templates templates;
  if (!options.IsSet("templates")) return templates;
  const std::string& name = options.String("templates");
  const base::KeyFile::Section* section = options.file().Find(name);
  if (section == nullptr) {
    return absl::InvalidArgumentError(
        base::StrCat("Failed to load keys from given config file section '", name,
                     "': Key file does not have group “", name, "”"));
  }
  for (const base::KeyFile::Entry& entry : section->entries) {
    auto text = base::DecodeString(entry.value);
    if (!text.ok()) {
      return absl::InvalidArgumentError(base::StrCat(
          "Template '", entry.key, "' (line ", entry.line, "): ", base::Message(text.status())));
    }
    templates[absl::AsciiStrToLower(entry.key)] = *std::move(text);
  }
  return templates;
}

}  // namespace controld::ng
