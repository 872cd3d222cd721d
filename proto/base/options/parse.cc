// Command line, file and defaults become ParsedOptions: see parsed_options.h. Pure.
#include <cstdio>
#include <cstdlib>

#include "proto/base/options/decode.h"
#include "proto/base/options/parsed_options.h"
#include "proto/base/text.h"

namespace base::options {

namespace {

constexpr std::string_view kNoEffect = "is accepted but has no effect in this version";

[[noreturn]] void Misuse(std::string_view name) {
  std::fprintf(stderr, "option '%.*s' asked for with the wrong name or type\n",
               static_cast<int>(name.size()), name.data());
  std::abort();
}

// Characters that software-id may not have in SDP, STUN and certificates become '-'.
void CleanSoftwareId(std::string* id) {
  for (char& c : *id) {
    const bool fine = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    if (!fine) c = '-';
  }
}

}  // namespace

// Builds one ParsedOptions; a friend of it so that everybody else only reads.
class OptionParser {
 public:
  OptionParser(Daemon daemon, const CommandLine& line, const Environment& environment)
      : daemon_(daemon), line_(line), environment_(environment) {}

  absl::StatusOr<ParseResult> Run(const std::optional<std::string>& file_text) {
    absl::Status status = ReadFile(file_text);
    if (status.ok()) status = ReadOptions();
    if (status.ok()) status = CheckPorts();
    if (!status.ok()) return status;
    WarnAboutUnknownKeys();
    for (const std::string& word : line_.stray) {
      result_.warnings.push_back(StrCat("argument '", word, "' is not an option and is ignored"));
    }
    CleanSoftwareId(&std::get<std::string>(Slot("software-id").value));
    return std::move(result_);
  }

 private:
  ParsedOptions::Slot& Slot(std::string_view name) {
    return result_.options.slots_.find(name)->second;
  }

  absl::Status ReadFile(const std::optional<std::string>& text) {
    if (!text) return absl::OkStatus();
    absl::StatusOr<KeyFile> file = KeyFile::Parse(*text);
    if (!file.ok()) {
      return absl::InvalidArgumentError(
          StrCat(line_.config_file, ": ", Message(file.status())));
    }
    result_.options.file_ = *std::move(file);
    result_.options.file_name_ = line_.config_file;
    section_ = result_.options.file_.Find(line_.config_section);
    if (section_ == nullptr) {
      return absl::InvalidArgumentError(
          StrCat(line_.config_file, ": the file has no section [", line_.config_section, "]"));
    }
    return absl::OkStatus();
  }

  absl::Status ReadOptions() {
    for (const OptionSpec& spec : Table()) {
      ParsedOptions::Slot slot;
      slot.value = DefaultValue(spec, environment_);
      if (absl::Status status = FromFile(spec, &slot); !status.ok()) return status;
      if (absl::Status status = FromCommandLine(spec, &slot); !status.ok()) return status;
      if (absl::Status status = NoteEffect(spec, slot); !status.ok()) return status;
      result_.options.slots_.emplace(spec.name, std::move(slot));
    }
    return absl::OkStatus();
  }

  absl::Status FromFile(const OptionSpec& spec, ParsedOptions::Slot* slot) const {
    const KeyFile::Entry* entry = section_ == nullptr ? nullptr : section_->Find(spec.name);
    if (entry == nullptr) return absl::OkStatus();
    absl::StatusOr<Value> value = DecodeFileValue(spec, entry->value, environment_);
    if (!value.ok()) {
      return absl::InvalidArgumentError(StrCat(line_.config_file, ":", entry->line, ": ", spec.name,
                                               " = ", entry->value, ": ",
                                               Message(value.status())));
    }
    *slot = {*std::move(value), true};
    return absl::OkStatus();
  }

  absl::Status FromCommandLine(const OptionSpec& spec, ParsedOptions::Slot* slot) const {
    const auto found = line_.values.find(spec.name);
    if (found == line_.values.end()) return absl::OkStatus();
    absl::StatusOr<Value> value = DecodeArguments(spec, found->second, environment_);
    if (!value.ok()) {
      return absl::InvalidArgumentError(
          StrCat("--", spec.name, "=", found->second.back(), ": ", Message(value.status())));
    }
    *slot = {*std::move(value), true};
    return absl::OkStatus();
  }

  // Says which options do nothing; refuses a deed that would silently not be done.
  absl::Status NoteEffect(const OptionSpec& spec, const ParsedOptions::Slot& slot) {
    if (spec.rule == Rule::kAction && spec.owner != Owner::kNone && !OwnedBy(spec, daemon_) &&
        std::get<bool>(slot.value)) {
      return absl::InvalidArgumentError(
          StrCat("option '", spec.name, "' is for rtpengine-",
                 spec.owner == Owner::kMediad ? "mediad" : "controld"));
    }
    if (spec.owner != Owner::kNone || slot.value == DefaultValue(spec, environment_)) {
      return absl::OkStatus();
    }
    if (spec.rule == Rule::kAction) {
      return absl::InvalidArgumentError(
          StrCat("option '", spec.name, "' is not available in this version"));
    }
    result_.warnings.push_back(StrCat("option '", spec.name, "' ", kNoEffect));
    return absl::OkStatus();
  }

  absl::Status CheckPorts() const {
    const int64_t low = result_.options.Int("port-min");
    const int64_t high = result_.options.Int("port-max");
    if (low <= high) return absl::OkStatus();
    return absl::InvalidArgumentError(StrCat("Invalid RTP port range: port-min (", low,
                                             ") must not be greater than port-max (", high, ")"));
  }

  void WarnAboutUnknownKeys() {
    if (section_ == nullptr) return;
    for (const KeyFile::Entry& entry : section_->entries) {
      if (FindOption(entry.key) != nullptr) continue;
      result_.warnings.push_back(StrCat(line_.config_file, ":", entry.line, ": unknown option '",
                                        entry.key, "' is ignored"));
    }
  }

  const Daemon daemon_;
  const CommandLine& line_;
  const Environment& environment_;
  const KeyFile::Section* section_ = nullptr;
  ParseResult result_;
};

absl::StatusOr<ParseResult> ParseOptions(Daemon daemon, const CommandLine& command_line,
                                         const std::optional<std::string>& file_text,
                                         const Environment& environment) {
  return OptionParser(daemon, command_line, environment).Run(file_text);
}

const ParsedOptions::Slot& ParsedOptions::Find(std::string_view name) const {
  const auto found = slots_.find(name);
  if (found == slots_.end()) Misuse(name);
  return found->second;
}

template <typename T>
static const T& Typed(const Value& value, std::string_view name) {
  const T* const typed = std::get_if<T>(&value);
  if (typed == nullptr) Misuse(name);
  return *typed;
}

const std::string& ParsedOptions::String(std::string_view name) const {
  return Typed<std::string>(Find(name).value, name);
}
int64_t ParsedOptions::Int(std::string_view name) const {
  return Typed<int64_t>(Find(name).value, name);
}
bool ParsedOptions::Bool(std::string_view name) const { return Typed<bool>(Find(name).value, name); }
double ParsedOptions::Double(std::string_view name) const {
  return Typed<double>(Find(name).value, name);
}
const std::vector<std::string>& ParsedOptions::List(std::string_view name) const {
  return Typed<std::vector<std::string>>(Find(name).value, name);
}
bool ParsedOptions::IsSet(std::string_view name) const { return Find(name).set; }

}  // namespace base::options
