// Small files of a daemon's life: reading its configuration, its pid file, directories of its sockets.
//
// Blocking; for start, stop and reload only.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace runtime {

// A regular file of at most 16 MiB. NotFound when there is none.
absl::StatusOr<std::string> ReadFile(const std::string& path);

// Creates the directory of `path` and its parents (0755) where missing.
absl::Status MakeParentDirectory(std::string_view path);

// Holds "<pid>\n", locked, so that two daemons never share one; removed with the object.
class PidFile {
 public:
  PidFile() = default;
  ~PidFile() { Remove(); }
  PidFile(const PidFile&) = delete;
  PidFile& operator=(const PidFile&) = delete;

  // Creates and locks the file, still empty: a start that cannot write it ends early.
  absl::Status Open(const std::string& path);
  absl::Status Write();  // of this process
  void Remove();
  const std::string& path() const { return path_; }

 private:
  std::string path_;
  int fd_ = -1;
};

}  // namespace runtime
