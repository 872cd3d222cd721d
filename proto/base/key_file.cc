// The key-file reader: see key_file.h. Pure; any thread.
#include "proto/base/key_file.h"

#include <cerrno>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <limits>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/charconv.h"
#include "proto/base/text.h"

namespace base {
namespace {

using absl::InvalidArgumentError;

constexpr size_t kQuotedLength = 80;  // of a bad line, in its error message

absl::Status LineError(int line, std::string_view text) {
  return InvalidArgumentError(StrCat("line ", line, ": ", text));
}

bool HasControlCharacter(std::string_view text) {
  for (const char c : text) {
    if (absl::ascii_iscntrl(static_cast<unsigned char>(c))) return true;
  }
  return false;
}

// `key` or `key[locale]`, with blanks only inside.
bool ValidKey(std::string_view key) {
  if (key.empty()) return false;
  const size_t bracket = key.find_first_of("[]");
  if (bracket == std::string_view::npos) return true;
  if (bracket == 0 || key[bracket] != '[' || key.back() != ']') return false;
  return key.find_first_of("[]", bracket + 1) == key.size() - 1;
}

// The name between the brackets, or nullptr data when the line is no section header.
std::string_view SectionName(std::string_view line) {
  if (line.empty() || line.front() != '[') return {};
  const size_t end = line.find(']');
  if (end == std::string_view::npos) return {};
  for (const char c : line.substr(end + 1)) {
    if (c != ' ' && c != '\t') return {};
  }
  return line.substr(1, end - 1);
}

// One UTF-8 sequence (RFC 3629 §4) at the start of `text`; 0 if it is malformed.
size_t Utf8SequenceLength(std::string_view text) {
  const auto at = [&](size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char lead = at(0);
  if (lead < 0x80) return 1;
  const size_t length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
  if (lead < 0xc2 || lead > 0xf4 || text.size() < length) return 0;
  for (size_t i = 1; i < length; ++i) {
    if ((at(i) & 0xc0) != 0x80) return 0;
  }
  if (lead == 0xe0 && at(1) < 0xa0) return 0;  // overlong
  if (lead == 0xed && at(1) > 0x9f) return 0;  // surrogates
  if (lead == 0xf0 && at(1) < 0x90) return 0;  // overlong
  if (lead == 0xf4 && at(1) > 0x8f) return 0;  // above U+10FFFF
  return length;
}

absl::Status CheckUtf8(std::string_view text) {
  while (!text.empty()) {
    const size_t length = Utf8SequenceLength(text);
    if (length == 0) return InvalidArgumentError("the value is not UTF-8");
    text.remove_prefix(length);
  }
  return absl::OkStatus();
}

// Decodes the character behind a backslash; `in_list` also knows `\;`.
absl::StatusOr<char> Unescape(std::string_view rest, bool in_list) {
  if (rest.empty()) return InvalidArgumentError("a backslash at the end of the value");
  switch (rest.front()) {
    case 's': return ' ';
    case 'n': return '\n';
    case 't': return '\t';
    case 'r': return '\r';
    case '\\': return '\\';
    case ';':
      if (in_list) return ';';
      break;
    default: break;
  }
  return InvalidArgumentError(
      StrCat("unknown escape \\", rest.substr(0, 1), " (there are \\s \\n \\t \\r \\\\)"));
}

}  // namespace

const KeyFile::Entry* KeyFile::Section::Find(std::string_view key) const {
  for (const Entry& entry : entries) {
    if (entry.key == key) return &entry;
  }
  return nullptr;
}

const KeyFile::Section* KeyFile::Find(std::string_view name) const {
  for (const Section& section : sections_) {
    if (section.name == name) return &section;
  }
  return nullptr;
}

class KeyFileReader {
 public:
  explicit KeyFileReader(std::vector<KeyFile::Section>& sections) : sections_(sections) {}

  absl::Status Line(std::string_view line) {
    ++number_;
    if (line.find('\0') != std::string_view::npos) return LineError(number_, "a NUL octet");
    line = Trim(line);  // also the CR of CR LF
    if (line.empty() || line.front() == '#') return absl::OkStatus();
    if (SectionName(line).data() != nullptr) return Header(SectionName(line));
    const size_t equals = line.find('=');
    if (equals == std::string_view::npos || equals == 0) {
      return LineError(number_,
                       StrCat("“", line.substr(0, kQuotedLength),
                                    "” is not a key-value pair, section header, or comment"));
    }
    return Pair(Trim(line.substr(0, equals)),
                Trim(line.substr(equals + 1)));
  }

 private:
  absl::Status Header(std::string_view name) {
    if (name.empty() || name.find('[') != std::string_view::npos || HasControlCharacter(name)) {
      return LineError(number_, StrCat("invalid section name “", name, "”"));
    }
    for (size_t i = 0; i < sections_.size(); ++i) {
      if (sections_[i].name == name) {
        current_ = i;
        return absl::OkStatus();
      }
    }
    current_ = sections_.size();
    sections_.push_back({std::string(name), number_, {}});
    return absl::OkStatus();
  }

  absl::Status Pair(std::string_view key, std::string_view value) {
    if (sections_.empty()) return LineError(number_, "a key before the first [section]");
    if (!ValidKey(key)) return LineError(number_, StrCat("invalid key “", key, "”"));
    for (KeyFile::Entry& entry : sections_[current_].entries) {
      if (entry.key != key) continue;
      entry.value = std::string(value);
      entry.line = number_;
      return absl::OkStatus();
    }
    sections_[current_].entries.push_back({std::string(key), std::string(value), number_});
    return absl::OkStatus();
  }

  std::vector<KeyFile::Section>& sections_;
  size_t current_ = 0;
  int number_ = 0;
};

absl::StatusOr<KeyFile> KeyFile::Parse(std::string_view text) {
  KeyFile file;
  KeyFileReader reader(file.sections_);
  while (!text.empty()) {
    const size_t end = text.find('\n');
    if (absl::Status status = reader.Line(text.substr(0, end)); !status.ok()) return status;
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
  return file;
}

absl::StatusOr<std::string> DecodeString(std::string_view raw) {
  if (absl::Status status = CheckUtf8(raw); !status.ok()) return status;
  std::string text;
  text.reserve(raw.size());
  for (size_t i = 0; i < raw.size(); ++i) {
    if (raw[i] != '\\') {
      text.push_back(raw[i]);
      continue;
    }
    absl::StatusOr<char> c = Unescape(raw.substr(++i), false);
    if (!c.ok()) return c.status();
    text.push_back(*c);
  }
  return text;
}

absl::StatusOr<std::vector<std::string>> DecodeList(std::string_view raw) {
  if (absl::Status status = CheckUtf8(raw); !status.ok()) return status;
  std::vector<std::string> list;
  std::string element;
  for (size_t i = 0; i < raw.size(); ++i) {
    if (raw[i] == ';') {
      list.emplace_back(Trim(element));
      element.clear();
    } else if (raw[i] == '\\') {
      absl::StatusOr<char> c = Unescape(raw.substr(++i), true);
      if (!c.ok()) return c.status();
      element.push_back(*c);
    } else {
      element.push_back(raw[i]);
    }
  }
  if (!element.empty()) list.emplace_back(Trim(element));
  return list;
}

absl::StatusOr<int64_t> DecodeInteger(std::string_view raw) {
  if (!raw.empty() && raw.front() == '+') raw.remove_prefix(1);
  int64_t value = 0;
  const char* const last = raw.data() + raw.size();
  const auto [end, error] = std::from_chars(raw.data(), last, value);
  if (error == std::errc::result_out_of_range) {
    return absl::OutOfRangeError("the number is too large");
  }
  const bool complete =
      end == last || IsBlank(*end);
  if (error != std::errc() || !complete) return InvalidArgumentError("not a decimal integer");
  return value;
}

absl::StatusOr<double> DecodeDouble(std::string_view raw) {
  if (!raw.empty() && raw.front() == '+') raw.remove_prefix(1);
  double value = 0;
  const char* const last = raw.data() + raw.size();
  const absl::from_chars_result result = absl::from_chars(raw.data(), last, value);
  if (result.ec != std::errc() || result.ptr != last || !std::isfinite(value)) {
    return InvalidArgumentError("not a number");
  }
  return value;
}

absl::StatusOr<bool> DecodeBool(std::string_view raw) {
  if (raw == "true" || raw == "1") return true;
  if (raw == "false" || raw == "0") return false;
  return InvalidArgumentError("neither true nor false");
}

}  // namespace base
