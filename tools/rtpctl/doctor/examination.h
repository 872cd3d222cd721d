// Facts of a host that several checks need, read once.
//
// Single-threaded. The host outlives it.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "proto/base/options/parsed_options.h"
#include "tools/rtpctl/doctor/host.h"

namespace rtpctl::doctor {

struct Process {
  std::string pid;
  std::string config_file;     // as its command line says, or the default
  std::string config_section;  // likewise
};

// A worker as its controller describes it.
struct Worker {
  std::string name;
  std::string build;
};

// What a controller says of the messages that came to it since its start.
struct Signalling {
  uint64_t messages = 0;  // of NG
  uint64_t refused = 0;   // messages, requests and connections
  int64_t uptime_s = 0;
};

class Examination {
 public:
  Examination(const Host& host, std::string config_file, std::string config_section = "rtpengine");

  const Host& host() const { return host_; }
  const std::string& config_file() const { return config_file_; }
  const std::string& config_section() const { return config_section_; }
  // "apt" or "dnf": what this distribution installs packages with.
  bool uses_dnf() const { return uses_dnf_; }

  // The configuration as each daemon reads it; null when there is none or it has an error.
  const base::options::ParsedOptions* controld() const { return Get(controld_); }
  const base::options::ParsedOptions* mediad() const { return Get(mediad_); }
  const std::string& configuration_error() const { return configuration_error_; }
  const std::vector<std::string>& configuration_warnings() const { return warnings_; }
  // The kernel table in the configuration; -1: user space.
  int64_t table() const;

  const std::vector<Process>& controld_processes() const { return controld_processes_; }
  const std::vector<Process>& mediad_processes() const { return mediad_processes_; }

  // Why checks of the configuration against a running worker cannot be made; empty: one runs with it.
  std::string NoWorker() const;
  // What workers here read instead of this, as arguments of a command that looks at it; each once.
  std::vector<std::string> OtherConfigurations() const;

  const absl::StatusOr<mediad::nft::Ruleset>& ruleset() const { return ruleset_; }

  // Filled by the command, from a running controller.
  std::optional<std::vector<Worker>> workers;
  std::string controller_version;
  std::optional<Signalling> signalling;

 private:
  bool Reads(const Process& process) const;
  static const base::options::ParsedOptions* Get(
      const std::optional<base::options::ParsedOptions>& options) {
    return options ? &*options : nullptr;
  }
  void ReadConfiguration();
  void FindProcesses();

  const Host& host_;
  std::string config_file_;
  std::string config_section_;
  bool uses_dnf_ = false;
  std::optional<base::options::ParsedOptions> controld_;
  std::optional<base::options::ParsedOptions> mediad_;
  std::string configuration_error_;
  std::vector<std::string> warnings_;
  std::vector<Process> controld_processes_;
  std::vector<Process> mediad_processes_;
  absl::StatusOr<mediad::nft::Ruleset> ruleset_;
};

}  // namespace rtpctl::doctor
