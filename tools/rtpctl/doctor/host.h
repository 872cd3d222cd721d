// What the checks of rtpctl doctor may ask of a host: files, directories, programs, addresses.
//
// Tests answer with what a broken host would. Implementations never throw: what cannot be read is absent.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "mediad/nft/ruleset.h"
#include "proto/base/endpoint.h"

namespace rtpctl::doctor {

struct Output {
  int status = -1;   // exit status; -1: no such program, or it did not end in time
  std::string text;  // standard output and error output, at most 16 MiB
};

class Host {
 public:
  virtual ~Host() = default;

  // At most 1 MiB. Absent: no such file, or no permission (Exists tells them apart).
  virtual std::optional<std::string> ReadFile(const std::string& path) const = 0;
  virtual bool Exists(const std::string& path) const = 0;
  // Names without . and ..; empty when there is no such directory.
  virtual std::vector<std::string> ListDirectory(const std::string& path) const = 0;
  // As long as the implementation's patience lasts. `command` is not given to a shell.
  virtual Output Run(const std::vector<std::string>& command) const = 0;
  virtual std::vector<base::IpAddress> LocalAddresses() const = 0;
  // The packet filter's rules; the error says why they cannot be read.
  virtual absl::StatusOr<mediad::nft::Ruleset> Ruleset() const = 0;
  virtual std::string KernelRelease() const = 0;
  virtual std::string HostName() const = 0;  // as the daemons take it for their names
  virtual unsigned Processors() const = 0;
  virtual int64_t NowUnix() const = 0;
  // False when the kernel says that nothing keeps its clock right; nullopt when it does not say.
  virtual std::optional<bool> ClockSynchronised() const = 0;
};

// `patience`: with each command that it runs.
std::unique_ptr<Host> MakeSystemHost(std::chrono::seconds patience = std::chrono::seconds(10));

}  // namespace rtpctl::doctor
