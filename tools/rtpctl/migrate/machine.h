// What a migration may do to a host: beside what the doctor may ask of it (doctor/host.h), change files, wait, ask NG.
//
// Commands go through host().Run(). Tests have a host of their own; machine_system.cc is the real one. Implementations
// never throw; a message of theirs is words for the administrator, with the path in it. Single-threaded.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "tools/rtpctl/doctor/host.h"

namespace rtpctl::migrate {

struct Attributes {
  uint32_t mode = 0644;  // permission bits
  uint32_t uid = 0;
  uint32_t gid = 0;
  int64_t modified_ns = -1;  // Unix time of the last change; -1: now
  bool operator==(const Attributes&) const = default;
};

enum class FileKind : uint8_t { kAbsent, kFile, kLink, kDirectory, kOther };

struct FileState {
  FileKind kind = FileKind::kAbsent;
  Attributes attributes;
};

class Machine {
 public:
  virtual ~Machine() = default;

  virtual const doctor::Host& host() const = 0;

  // Of the path itself, not of what a link leads to.
  virtual absl::StatusOr<FileState> State(const std::string& path) const = 0;
  // Where links lead in the end; the path itself if it leads nowhere.
  virtual std::string Resolve(const std::string& path) const = 0;
  // "" when it is no link or may not be read.
  virtual std::string ReadLink(const std::string& path) const = 0;
  // At most 256 MiB.
  virtual absl::StatusOr<std::string> Read(const std::string& path) const = 0;

  // All or nothing, and on disk when it returns: a file beside it, renamed. Extended attributes of a file that was there
  // (security labels) are kept.
  virtual absl::Status Write(const std::string& path, std::string_view content, const Attributes& attributes) = 0;
  // On disk when it returns. Makes the file (0600) if there is none.
  virtual absl::Status Append(const std::string& path, std::string_view text) = 0;
  virtual absl::Status Remove(const std::string& path) = 0;
  // With its parents (0755). Ok when it is there.
  virtual absl::Status MakeDirectory(const std::string& path, uint32_t mode) = 0;
  // Ok when it is not there; refused when something is in it.
  virtual absl::Status RemoveDirectory(const std::string& path) = 0;
  // Until the process ends; fails when another one has it.
  virtual absl::Status Lock(const std::string& path) = 0;

  virtual bool Privileged() const = 0;
  virtual void Wait(int milliseconds) = 0;
  // Whether something answers an NG ping there: "[ADDRESS:]PORT", as in listen-ng.
  virtual bool AnswersPing(const std::string& listener) = 0;
  // Whether the controller at a gRPC address has a worker that takes calls.
  virtual bool HasWorker(const std::string& target) = 0;
};

// `root`: put before every path, and no command is run: a copy of a host to look at; "" or "/": this host.
// `has_worker`: asks a controller.
std::unique_ptr<Machine> MakeSystemMachine(const std::string& root,
                                           std::function<bool(const std::string&)> has_worker);

}  // namespace rtpctl::migrate
