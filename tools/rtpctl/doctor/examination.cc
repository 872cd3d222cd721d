// See examination.h.
#include "tools/rtpctl/doctor/examination.h"

#include <algorithm>

#include "proto/base/text.h"

namespace rtpctl::doctor {

namespace options = base::options;

namespace {

std::vector<std::string> SplitAt(const std::string& text, char separator) {
  std::vector<std::string> parts;
  for (size_t begin = 0; begin < text.size();) {
    size_t end = text.find(separator, begin);
    if (end == std::string::npos) end = text.size();
    parts.push_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return parts;
}

bool AllDigits(const std::string& text) {
  return !text.empty() && text.find_first_not_of("0123456789") == std::string::npos;
}

std::string BaseName(const std::string& path) { return path.substr(path.rfind('/') + 1); }

// The value of --NAME=VALUE or --NAME VALUE.
std::string OptionOf(const std::vector<std::string>& words, const std::string& name,
                     std::string fallback) {
  for (size_t i = 1; i < words.size(); ++i) {
    if (words[i].rfind("--" + name + "=", 0) == 0) return words[i].substr(name.size() + 3);
    if (words[i] == "--" + name && i + 1 < words.size()) return words[i + 1];
  }
  return fallback;
}

}  // namespace

Examination::Examination(const Host& host, std::string config_file, std::string config_section)
    : host_(host),
      config_file_(std::move(config_file)),
      config_section_(std::move(config_section)),
      ruleset_(host.Ruleset()) {
  const std::string release = host_.ReadFile("/etc/os-release").value_or("");
  uses_dnf_ = release.find("rhel") != std::string::npos || release.find("fedora") != std::string::npos;
  ReadConfiguration();
  FindProcesses();
}

int64_t Examination::table() const { return mediad() == nullptr ? -1 : mediad()->Int("table"); }

// Who reads none has its settings from the command line: what was asked about is as near as can be.
bool Examination::Reads(const Process& process) const {
  if (process.config_file == "none") return true;
  return process.config_file == config_file_ && process.config_section == config_section_;
}

std::vector<std::string> Examination::OtherConfigurations() const {
  std::vector<std::string> out;
  for (const Process& process : mediad_processes_) {
    if (Reads(process)) continue;
    std::string arguments = "--config-file=" + process.config_file;
    if (process.config_section != "rtpengine") arguments += " --config-section=" + process.config_section;
    if (std::find(out.begin(), out.end(), arguments) == out.end()) out.push_back(std::move(arguments));
  }
  return out;
}

std::string Examination::NoWorker() const {
  if (mediad_processes_.empty()) return "no media worker runs here";
  const bool ours = std::any_of(mediad_processes_.begin(), mediad_processes_.end(),
                                [this](const Process& process) { return Reads(process); });
  return ours ? "" : "the worker here reads another: " + OtherConfigurations().front();
}

void Examination::ReadConfiguration() {
  const std::optional<std::string> text = host_.ReadFile(config_file_);
  if (!text) {
    configuration_error_ = host_.Exists(config_file_) ? "cannot be read: no permission, or no file"
                                                      : "there is no such file";
    return;
  }
  options::CommandLine line;
  line.config_file = config_file_;
  line.config_section = config_section_;
  // The worker's name is in the marks of its rules, and is the host's unless it has another.
  options::Environment environment;
  if (const std::string name = host_.HostName(); !name.empty()) environment.host_name = name;
  for (const options::Daemon daemon : {options::Daemon::kControld, options::Daemon::kMediad}) {
    absl::StatusOr<options::ParseResult> result = options::ParseOptions(daemon, line, text, environment);
    if (!result.ok()) {
      configuration_error_ = std::string(base::Message(result.status()));
      continue;
    }
    if (daemon == options::Daemon::kControld) warnings_ = result->warnings;
    (daemon == options::Daemon::kControld ? controld_ : mediad_) = std::move(result->options);
  }
}

void Examination::FindProcesses() {
  for (const std::string& pid : host_.ListDirectory("/proc")) {
    if (!AllDigits(pid)) continue;
    const std::optional<std::string> line = host_.ReadFile("/proc/" + pid + "/cmdline");
    if (!line || line->find("rtpengine-") == std::string::npos) continue;
    const std::vector<std::string> words = SplitAt(*line, '\0');
    if (words.empty()) continue;
    const std::string program = BaseName(words[0]);
    Process process = {
        .pid = pid,
        .config_file = OptionOf(words, "config-file", std::string(options::kDefaultConfigFile)),
        .config_section = OptionOf(words, "config-section", "rtpengine"),
    };
    if (program == "rtpengine-controld") controld_processes_.push_back(std::move(process));
    else if (program == "rtpengine-mediad") mediad_processes_.push_back(std::move(process));
  }
}

}  // namespace rtpctl::doctor
