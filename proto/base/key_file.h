// The key-file dialect of the configuration file (config.md §1): text in, sections of keys out.
//
// Rules, as GLib's key files have them: `[section]`, `key = value`, empty lines and whole lines that
// start with `#`; nothing else. A section given twice is merged, a key given twice keeps the last value.
// Values stay raw here: escapes and lists are decoded on demand, because what is an error in one type is
// text in another. No files, no types, no known names. Values only; any thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace base {

class KeyFile {
 public:
  struct Entry {
    std::string key;
    std::string value;  // raw, blanks around removed
    int line = 0;       // of the last occurrence
  };
  struct Section {
    std::string name;
    int line = 0;                // of the first header
    std::vector<Entry> entries;  // in order of first appearance, keys unique
    const Entry* Find(std::string_view key) const;
  };

  // A failure's message starts with "line N: ".
  static absl::StatusOr<KeyFile> Parse(std::string_view text);

  const Section* Find(std::string_view name) const;
  const std::vector<Section>& sections() const { return sections_; }

 private:
  std::vector<Section> sections_;
};

// Decodes `\s \n \t \r \\`; other escapes, a trailing `\` and invalid UTF-8 are errors.
absl::StatusOr<std::string> DecodeString(std::string_view raw);
// Splits at `;`, trims blanks; a trailing `;` adds nothing, an empty element is an element. `\;` is a
// `;` within an element.
absl::StatusOr<std::vector<std::string>> DecodeList(std::string_view raw);
// Decimal; text after a blank is ignored ("61 # comment").
absl::StatusOr<int64_t> DecodeInteger(std::string_view raw);
absl::StatusOr<double> DecodeDouble(std::string_view raw);
// true, false, 1, 0.
absl::StatusOr<bool> DecodeBool(std::string_view raw);

}  // namespace base
