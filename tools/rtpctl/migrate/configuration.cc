// See configuration.h.
#include "tools/rtpctl/migrate/configuration.h"

#include <algorithm>
#include <cstdlib>

#include "proto/base/key_file.h"
#include "proto/base/options/decode.h"
#include "proto/base/text.h"

namespace rtpctl::migrate {

namespace options = base::options;

namespace {

constexpr std::string_view kMark = "# rtpctl migrate: ";

// A value that no daemon reads does no harm as long as it is the default: nothing is said of it.
bool IsDefault(const options::OptionSpec& spec, std::string_view raw) {
  const absl::StatusOr<options::Value> value = options::DecodeFileValue(spec, raw, {});
  return value.ok() && *value == options::DefaultValue(spec, {});
}

// What is to be done with a key that has this value.
enum class Fate : uint8_t { kStays, kNoted, kTakenOut };

Fate FateOf(const IncumbentOption& option, std::string_view value) {
  if (VerdictOf(option) == OptionVerdict::kNotSupported) {
    const options::OptionSpec* spec = options::FindOption(option.name);
    return spec != nullptr && IsDefault(*spec, value) ? Fate::kStays : Fate::kTakenOut;
  }
  const bool concerned = option.concerns == nullptr || option.concerns(value);
  switch (option.treatment) {
    case Treatment::kKeep: return Fate::kStays;
    case Treatment::kNote: return concerned ? Fate::kNoted : Fate::kStays;
    case Treatment::kMap:
    case Treatment::kDrop: return Fate::kTakenOut;
  }
  return Fate::kStays;
}

std::string WithoutBackquotes(std::string_view note) {
  std::string text(note);
  text.erase(std::remove(text.begin(), text.end(), '`'), text.end());
  return text;
}

// A text of the command line as the file would have it.
std::string FileText(const options::OptionSpec& spec, const std::vector<std::string>& values) {
  if (spec.type == options::Type::kFlag) return "true";
  if (spec.type == options::Type::kInteger) {  // hexadecimal and octal on command lines only
    char* end = nullptr;
    const long long number = std::strtoll(values.back().c_str(), &end, 0);
    return *end == '\0' ? std::to_string(number) : values.back();
  }
  std::string text;
  for (const std::string& value : values) {
    if (spec.type != options::Type::kList && &value != &values.back()) continue;  // the last one wins
    if (!text.empty()) text += ';';
    for (const char c : value) {
      if (c == '\\' || (c == ';' && spec.type == options::Type::kList)) text += '\\';
      if (c == '\n') text += "\\n";
      else if (c == '\r') text += "\\r";
      else text += c;
    }
  }
  return text;
}

class Rewriter {
 public:
  Rewriter(std::string_view section, const Arguments& arguments, const base::KeyFile::Section& keys)
      : section_(section), arguments_(arguments), keys_(keys) {}

  void Line(std::string_view line) {  // with its end
    ++number_;
    size_t size = line.size();
    while (size > 0 && (line[size - 1] == '\n' || line[size - 1] == '\r')) --size;
    const std::string_view text = base::Trim(line.substr(0, size));
    end_ = size == line.size() ? "\n" : line.substr(size);
    if (!text.empty() && text.front() == '[' && text.find(']') != std::string_view::npos) {
      inside_ = text.substr(1, text.find(']') - 1) == section_;
      out_.text += line;
      if (inside_ && !carried_) {
        if (size == line.size() && !arguments_.empty()) out_.text += '\n';
        Carry();
      }
      return;
    }
    const size_t equals = text.find('=');
    if (!inside_ || text.empty() || text.front() == '#' || equals == std::string_view::npos) {
      out_.text += line;
      return;
    }
    Pair(std::string(base::Trim(text.substr(0, equals))), std::string(base::Trim(text.substr(equals + 1))), line);
  }

  Configuration Take() { return std::move(out_); }

 private:
  void Pair(const std::string& key, const std::string& value, std::string_view line) {
    if (arguments_.count(key) > 0) {
      TakeOut({number_, key, value, OptionVerdict::kSame, "the command line said otherwise, see above", true}, line);
      return;
    }
    const IncumbentOption* option = FindIncumbentOption(key);
    if (option == nullptr) {
      if (options::FindOption(key) == nullptr) out_.unknown.push_back(key);
      out_.text += line;
      return;
    }
    ConfigurationChange change = {number_, key, value, VerdictOf(*option), WithoutBackquotes(NoteOf(*option)), false};
    switch (FateOf(*option, value)) {
      case Fate::kStays: out_.text += line; break;
      case Fate::kNoted:
        Comment(change);
        out_.text += line;
        out_.changes.push_back(std::move(change));
        break;
      case Fate::kTakenOut:
        change.taken_out = true;
        TakeOut(std::move(change), line);
        if (option->concerns == nullptr || option->concerns(value)) Map(*option);
        break;
    }
  }

  // Not twice, where a file has been through here before.
  void Comment(const ConfigurationChange& change) {
    const std::string line = base::StrCat(
        kMark, change.key, ": ", change.verdict == OptionVerdict::kNotSupported ? "not supported: " : "",
        change.note, end_);
    const bool there = out_.text.size() >= line.size() &&
                       out_.text.compare(out_.text.size() - line.size(), line.size(), line) == 0;
    if (!there) out_.text += line;
  }

  void TakeOut(ConfigurationChange change, std::string_view line) {
    Comment(change);
    base::StrAppend(&out_.text, "# ", line);
    if (line.back() != '\n') out_.text += '\n';
    out_.changes.push_back(std::move(change));
  }

  void Map(const IncumbentOption& option) {
    const std::string key(base::Trim(option.mapped_to.substr(0, option.mapped_to.find('='))));
    if (key.empty() || keys_.Find(key) != nullptr || arguments_.count(key) > 0) return;
    base::StrAppend(&out_.text, option.mapped_to, end_);
  }

  // Once, at the top: there is no telling where in the section the administrator would have put it.
  void Carry() {
    carried_ = true;
    for (const auto& [key, values] : arguments_) {
      const options::OptionSpec* spec = options::FindOption(key);
      const IncumbentOption* option = FindIncumbentOption(key);
      if (spec == nullptr || option == nullptr) continue;
      const std::string text = FileText(*spec, values);
      const Fate fate = FateOf(*option, text);
      ConfigurationChange change = {0, key, text, VerdictOf(*option), WithoutBackquotes(NoteOf(*option)),
                                    fate == Fate::kTakenOut};
      if (fate != Fate::kStays) Comment(change);
      base::StrAppend(&out_.text, kMark, "from the command line of the unit:", end_,
                      fate == Fate::kTakenOut ? "# " : "", key, " = ", text, end_);
      if (fate == Fate::kTakenOut && (option->concerns == nullptr || option->concerns(text))) Map(*option);
      out_.changes.push_back(std::move(change));
    }
  }

  const std::string_view section_;
  const Arguments& arguments_;
  const base::KeyFile::Section& keys_;
  Configuration out_;
  std::string_view end_ = "\n";  // of the current line
  int number_ = 0;
  bool inside_ = false;
  bool carried_ = false;
};

}  // namespace

bool IsOfTheUnit(std::string_view option) {
  for (const std::string_view name : {"config-file", "config-section", "foreground", "pidfile", "log-stderr",
                                      "no-log-timestamps"}) {
    if (option == name) return true;
  }
  return false;
}

absl::StatusOr<Configuration> RewriteConfiguration(std::string_view text, std::string_view section,
                                                   const Arguments& arguments) {
  const absl::StatusOr<base::KeyFile> file = base::KeyFile::Parse(text);
  if (!file.ok()) return file.status();
  const base::KeyFile::Section* keys = file->Find(section);
  if (keys == nullptr) {
    return absl::InvalidArgumentError(base::StrCat("the file has no section [", section, "]"));
  }
  Arguments carried;
  for (const auto& [name, values] : arguments) {
    if (!IsOfTheUnit(name)) carried[name] = values;
  }
  Rewriter rewriter(section, carried, *keys);
  while (!text.empty()) {
    const size_t end = std::min(text.find('\n'), text.size() - 1) + 1;
    rewriter.Line(text.substr(0, end));
    text.remove_prefix(end);
  }
  return rewriter.Take();
}

}  // namespace rtpctl::migrate
