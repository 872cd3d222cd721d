// A host that a test makes: files, units, rules, modules and processes as values that can be compared; it can fail, or
// crash, before any change.
#pragma once

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "tools/rtpctl/migrate/machine.h"
#include "tools/rtpctl/migrate/rules.h"

namespace rtpctl::migrate {

struct FakeFile {
  FileKind kind = FileKind::kFile;
  std::string content;
  Attributes attributes = {.mode = 0644, .uid = 0, .gid = 0, .modified_ns = 1'700'000'000'000'000'000};
  bool operator==(const FakeFile&) const = default;
};

// Everything of a host that a migration may change.
struct FakeState {
  std::map<std::string, FakeFile> files;
  std::map<std::string, std::pair<bool, bool>> units;  // enabled, active
  std::map<std::string, std::vector<std::string>> rules;  // by "iptables filter INPUT"
  std::map<std::string, std::set<std::string>> modules;  // loaded, with parameters
  bool operator==(const FakeState&) const = default;
};

class FakeMachine final : public Machine, public doctor::Host {
 public:
  FakeState state;
  std::set<std::string> programs = {"systemctl", "iptables", "ip6tables", "rmmod", "modprobe", "depmod", "modinfo", "nft"};
  std::map<std::string, std::string> failing;  // first words of a command → what it prints
  std::string foreign_module;                  // path of a foreign nft_rtpengine, while that file is there
  bool our_module = true;                      // on disk
  bool root = true;
  bool incumbent_stays = false;                // its process does not end with its unit
  bool answers = true;
  bool has_worker = true;
  // Changes that are still carried out; then everything fails, as after a crash (-1: no end).
  int changes_left = -1;
  int fail_change = -1;  // this one fails, once
  absl::Status failure = absl::ResourceExhaustedError("no room left: make some");
  int changes = 0;
  int waited_ms = 0;

  void Write(const std::string& path, const std::string& content) { state.files[path].content = content; }
  const std::string& Content(const std::string& path) { return state.files[path].content; }

  // ---- doctor::Host
  std::optional<std::string> ReadFile(const std::string& path) const override {
    const auto parameter = Parameter(path);
    if (parameter) return parameter;
    if (path == "/proc/77/cmdline" && IncumbentRuns()) {
      static constexpr char kCommandLine[] = "/usr/local/bin/rtpengine\0--config-file=/etc/rtpengine/rtpengine.conf";
      return std::string(kCommandLine, sizeof kCommandLine);
    }
    if (path == "/proc/77/comm") return "rtpengine\n";
    const auto found = state.files.find(path);
    return found == state.files.end() ? std::nullopt : std::optional(found->second.content);
  }
  bool Exists(const std::string& path) const override {
    if (path.rfind("/sys/module/", 0) == 0) return state.modules.count(path.substr(12)) > 0;
    return std::any_of(state.files.begin(), state.files.end(), [&](const auto& file) {
      return file.first == path || file.first.rfind(path + "/", 0) == 0;
    });
  }
  std::vector<std::string> ListDirectory(const std::string& path) const override {
    if (path == "/proc") return IncumbentRuns() ? std::vector<std::string>{"77", "self"} : std::vector<std::string>{};
    if (path == "/proc/77/fd") return {"3"};
    if (path.rfind("/sys/module/", 0) == 0) {
      std::vector<std::string> names;
      const auto found = state.modules.find(path.substr(12, path.find('/', 12) - 12));
      if (found == state.modules.end() || path.find("/parameters") == std::string::npos) return names;
      for (const std::string& text : found->second) names.push_back(text.substr(0, text.find('=')));
      return names;
    }
    std::set<std::string> names;
    for (const auto& [file, unused] : state.files) {
      if (file.rfind(path + "/", 0) == 0) names.insert(file.substr(path.size() + 1, file.find('/', path.size() + 1) - path.size() - 1));
    }
    return {names.begin(), names.end()};
  }
  // Host's is const; a command changes the host all the same.
  doctor::Output Run(const std::vector<std::string>& command) const override {
    return const_cast<FakeMachine*>(this)->Execute(command);
  }
  std::vector<base::IpAddress> LocalAddresses() const override { return {}; }
  absl::StatusOr<mediad::nft::Ruleset> Ruleset() const override { return mediad::nft::Ruleset(); }
  std::string KernelRelease() const override { return "6.1.0"; }
  std::string HostName() const override { return "old1"; }
  unsigned Processors() const override { return 2; }
  int64_t NowUnix() const override { return 1'800'000'000; }
  std::optional<bool> ClockSynchronised() const override { return true; }

  // ---- Machine
  const doctor::Host& host() const override { return *this; }
  absl::StatusOr<FileState> State(const std::string& path) const override {
    const auto found = state.files.find(path);
    if (found != state.files.end()) return FileState{found->second.kind, found->second.attributes};
    return Exists(path) ? FileState{FileKind::kDirectory, {}} : FileState{};
  }
  std::string Resolve(const std::string& path) const override { return ReadLink(path).empty() ? path : ReadLink(path); }
  std::string ReadLink(const std::string& path) const override {
    if (path.rfind("/proc/", 0) == 0 && path.find("/ns/net") != std::string::npos) return "net:[1]";
    if (path == "/proc/77/fd/3") return "/proc/rtpengine/0/control";
    const auto found = state.files.find(path);
    return found != state.files.end() && found->second.kind == FileKind::kLink ? found->second.content : "";
  }
  absl::StatusOr<std::string> Read(const std::string& path) const override {
    const auto found = state.files.find(path);
    if (found == state.files.end()) return absl::NotFoundError("cannot read " + path + ": there is no such file");
    return found->second.content;
  }
  absl::Status Write(const std::string& path, std::string_view content, const Attributes& attributes) override {
    if (absl::Status status = Change(); !status.ok()) return status;
    state.files[path] = {FileKind::kFile, std::string(content), attributes};
    return absl::OkStatus();
  }
  absl::Status Append(const std::string& path, std::string_view text) override {
    // What a crash leaves of an append.
    if (absl::Status status = Change(); !status.ok()) {
      if (changes_left == 0 && torn_) state.files[path].content += std::string(text.substr(0, text.size() / 2));
      torn_ = false;
      return status;
    }
    state.files[path].content += std::string(text);
    state.files[path].attributes.mode = 0600;
    return absl::OkStatus();
  }
  absl::Status Remove(const std::string& path) override {
    if (absl::Status status = Change(); !status.ok()) return status;
    state.files.erase(path);
    return absl::OkStatus();
  }
  absl::Status MakeDirectory(const std::string& path, uint32_t mode) override {
    if (absl::Status status = Change(); !status.ok()) return status;
    if (!Exists(path)) state.files[path] = {FileKind::kDirectory, "", {.mode = mode}};
    return absl::OkStatus();
  }
  absl::Status RemoveDirectory(const std::string& path) override {
    if (absl::Status status = Change(); !status.ok()) return status;
    state.files.erase(path);
    return absl::OkStatus();
  }
  absl::Status Lock(const std::string&) override { return absl::OkStatus(); }
  bool Privileged() const override { return root; }
  void Wait(int milliseconds) override { waited_ms += milliseconds; }
  bool AnswersPing(const std::string&) override { return answers && OursActive(); }
  bool HasWorker(const std::string&) override { return has_worker && OursActive(); }

  // After a crash: the next process.
  void Restart() {
    changes_left = -1;
    torn_ = true;
  }
  bool IncumbentRuns() const {
    const auto unit = state.units.find("rtpengine.service");
    return incumbent_stays || (unit != state.units.end() && unit->second.second);
  }

 private:
  bool OursActive() const {
    const auto controld = state.units.find("rtpengine-controld.service");
    return controld != state.units.end() && controld->second.second && !IncumbentRuns();
  }
  std::optional<std::string> Parameter(const std::string& path) const {
    if (path.rfind("/sys/module/", 0) != 0) return std::nullopt;
    const auto found = state.modules.find(path.substr(12, path.find('/', 12) - 12));
    if (found == state.modules.end()) return std::nullopt;
    const std::string name = path.substr(path.rfind('/') + 1) + "=";
    for (const std::string& text : found->second) {
      if (text.rfind(name, 0) == 0) return text.substr(name.size()) + "\n";
    }
    return std::nullopt;
  }
  absl::Status Change() {
    if (changes_left == 0) return absl::AbortedError("crashed");
    if (changes_left > 0) --changes_left;
    if (changes++ == fail_change) return failure;
    return absl::OkStatus();
  }

  doctor::Output Execute(const std::vector<std::string>& command) {
    if (command[0].find('/') == std::string::npos && programs.count(command[0].substr(0, command[0].find("-save"))) == 0) {
      return {};
    }
    const std::string line = absl::StrJoin(command, " ");
    for (const auto& [words, text] : failing) {
      if (line.rfind(words, 0) == 0) return {1, text};
    }
    if (command[0] == "systemctl") return Systemctl(command);
    if (line == "iptables-save" || line == "ip6tables-save") return {0, Saved(line.substr(0, line.find('-')))};
    if (command[0] == "iptables" || command[0] == "ip6tables") return Iptables(command);
    if (command[0] == "modinfo") return Modinfo(command);
    if (command[0] == "rmmod" || command[0] == "modprobe") return Module(command);
    if (command[0] == "depmod") return Change().ok() ? doctor::Output{0, ""} : doctor::Output{1, "crashed"};
    if (line == "/usr/local/bin/rtpengine --version") return {0, "Version: 11.5.1\n"};
    return {0, ""};
  }

  doctor::Output Systemctl(const std::vector<std::string>& command) {
    if (command[1] == "--version") return {0, "systemd 252\n"};
    if (command.size() < 3) return Change().ok() ? doctor::Output{0, ""} : doctor::Output{1, "crashed"};
    const auto unit = state.units.find(command[2]);
    if (unit == state.units.end()) return {4, "Unit " + command[2] + " could not be found.\n"};
    auto& [enabled, active] = unit->second;
    if (command[1] == "is-enabled") return {enabled ? 0 : 1, enabled ? "enabled\n" : "disabled\n"};
    if (command[1] == "is-active") return {active ? 0 : 3, active ? "active\n" : "inactive\n"};
    if (!Change().ok()) return {1, "crashed"};
    if (command[1] == "enable" || command[1] == "disable") enabled = command[1] == "enable";
    else active = command[1] != "stop";
    return {0, ""};
  }

  std::string Saved(const std::string& tool) const {
    std::string text = "*filter\n:INPUT ACCEPT [0:0]\n";
    for (const auto& [place, rules] : state.rules) {
      if (place.rfind(tool + " ", 0) != 0) continue;
      const std::string chain = place.substr(place.rfind(' ') + 1);
      for (const std::string& rule : rules) absl::StrAppend(&text, "-A ", chain, " ", rule, "\n");
    }
    return text + "COMMIT\n";
  }

  doctor::Output Iptables(const std::vector<std::string>& command) {  // -w -t TABLE -D|-I CHAIN N [rule]
    if (!Change().ok()) return {1, "crashed"};
    auto& rules = state.rules[absl::StrCat(command[0], " ", command[3], " ", command[5])];
    const size_t index = static_cast<size_t>(std::stoi(command[6])) - 1;
    if (command[4] == "-D") {
      if (index >= rules.size()) return {1, "iptables: Index of deletion too big.\n"};
      rules.erase(rules.begin() + static_cast<std::ptrdiff_t>(index));
      return {0, ""};
    }
    if (index > rules.size()) return {1, "iptables: Index of insertion too big.\n"};
    std::string text;
    for (size_t i = 7; i < command.size(); ++i) {
      const bool blank = command[i].find(' ') != std::string::npos;
      absl::StrAppend(&text, i == 7 ? "" : " ", blank ? "\"" : "", command[i], blank ? "\"" : "");
    }
    rules.insert(rules.begin() + static_cast<std::ptrdiff_t>(index), text);
    return {0, ""};
  }

  doctor::Output Modinfo(const std::vector<std::string>& command) {
    const bool foreign = !foreign_module.empty() && state.files.count(foreign_module) > 0;
    if (command[3] == "xt_RTPENGINE") return {0, command[2] == "author" ? "Sipwise GmbH\n" : "/lib/modules/6.1.0/updates/xt_RTPENGINE.ko\n"};
    if (!foreign && !our_module) return {1, "modinfo: ERROR: Module nft_rtpengine not found.\n"};
    if (command[2] == "author") return {0, foreign ? "Sipwise GmbH <support@sipwise.com>\n" : "The rtpengine authors\n"};
    if (command[2] == "vermagic") return {0, "6.1.0 SMP\n"};
    return {0, (foreign ? foreign_module : "/lib/modules/6.1.0/extra/nft_rtpengine.ko") + "\n"};
  }

  doctor::Output Module(const std::vector<std::string>& command) {
    if (!Change().ok()) return {1, "crashed"};
    const bool loaded = state.modules.count(command[1]) > 0;
    if (command[0] == "rmmod") {
      if (!loaded) return {1, "rmmod: ERROR: Module is not currently loaded\n"};
      state.modules.erase(command[1]);
      return {0, ""};
    }
    if (command[1] == "nft_rtpengine" && !our_module && foreign_module.empty()) {
      return {1, "modprobe: FATAL: Module nft_rtpengine not found.\n"};
    }
    state.modules[command[1]] = {command.begin() + 2, command.end()};
    return {0, ""};
  }

  bool torn_ = true;
};

}  // namespace rtpctl::migrate
