// A host that is as a test says.
#pragma once

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_join.h"
#include "tools/rtpctl/doctor/host.h"

namespace rtpctl::doctor {

class FakeHost : public Host {
 public:
  FakeHost() {
    files["/etc/os-release"] = "ID=debian\n";
    Configure("");
  }

  // The lines of section [rtpengine].
  void Configure(const std::string& lines) {
    files["/etc/rtpengine/rtpengine.conf"] = "[rtpengine]\n" + lines + "\n";
  }
  // `config_file`: empty: the default.
  void AddProcess(const std::string& pid, const std::string& program, const std::string& config_file = "") {
    std::string line = "/usr/sbin/" + program;
    line += '\0';
    line += config_file.empty() ? "--foreground" : "--config-file=" + config_file;
    line += '\0';
    files["/proc/" + pid + "/cmdline"] = line;
    files["/proc/" + pid + "/status"] = "Name:\tx\nCapEff:\t0000000000001000\n";
    files["/proc/" + pid + "/limits"] = "Max open files            150000               150000               files\n";
  }
  void AddModule(const std::string& author) {
    files["/sys/module/nft_rtpengine/version"] = "0.1.0\n";
    outputs["modinfo -F vermagic nft_rtpengine"] = {0, release + " SMP preempt mod_unload \n"};
    outputs["modinfo -F author nft_rtpengine"] = {0, author + "\n"};
    outputs["modinfo -F signer nft_rtpengine"] = {0, "\n"};
  }

  std::optional<std::string> ReadFile(const std::string& path) const override {
    const auto found = files.find(path);
    return found == files.end() ? std::nullopt : std::optional(found->second);
  }
  bool Exists(const std::string& path) const override {
    return std::any_of(files.begin(), files.end(), [&](const auto& file) {
      return file.first == path || file.first.rfind(path + "/", 0) == 0;
    });
  }
  std::vector<std::string> ListDirectory(const std::string& path) const override {
    std::set<std::string> names;
    for (const auto& [file, text] : files) {
      if (file.rfind(path + "/", 0) != 0) continue;
      const std::string rest = file.substr(path.size() + 1);
      names.insert(rest.substr(0, rest.find('/')));
    }
    return {names.begin(), names.end()};
  }
  Output Run(const std::vector<std::string>& command) const override {
    const auto found = outputs.find(absl::StrJoin(command, " "));
    if (found != outputs.end()) return found->second;
    return programs.count(command[0]) > 0 ? Output{1, "failed\n"} : Output{};
  }
  std::vector<base::IpAddress> LocalAddresses() const override { return addresses; }
  absl::StatusOr<mediad::nft::Ruleset> Ruleset() const override { return ruleset; }
  std::string KernelRelease() const override { return release; }
  std::string HostName() const override { return "media1"; }
  unsigned Processors() const override { return processors; }
  int64_t NowUnix() const override { return now_unix; }
  std::optional<bool> ClockSynchronised() const override { return synchronised; }

  std::map<std::string, std::string> files;
  std::map<std::string, Output> outputs;          // by the command's words
  std::set<std::string> programs = {"modinfo"};   // that are there and fail
  std::vector<base::IpAddress> addresses;
  absl::StatusOr<mediad::nft::Ruleset> ruleset = mediad::nft::Ruleset();
  std::string release = "6.1.0-56-amd64";
  unsigned processors = 4;
  int64_t now_unix = 1'800'000'000;
  std::optional<bool> synchronised = true;
};

}  // namespace rtpctl::doctor
