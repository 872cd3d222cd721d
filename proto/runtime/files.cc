// See files.h.
#include "proto/runtime/files.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "proto/base/text.h"

namespace runtime {
namespace {

constexpr size_t kLargestFile = 16u << 20;

absl::Status FileError(std::string_view path, int error) {
  const std::string text = base::StrCat(path, ": ", std::strerror(error));
  return error == ENOENT ? absl::NotFoundError(text) : absl::UnavailableError(text);
}

}  // namespace

absl::StatusOr<std::string> ReadFile(const std::string& path) {
  // Non-blocking, so that a FIFO cannot hold the start.
  const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (fd < 0) return FileError(path, errno);
  struct stat info;
  if (fstat(fd, &info) != 0 || !S_ISREG(info.st_mode)) {
    close(fd);
    return absl::InvalidArgumentError(base::StrCat(path, ": Not a regular file"));
  }
  std::string text;
  char block[16384];
  ssize_t got = 0;
  while (text.size() <= kLargestFile && (got = read(fd, block, sizeof block)) > 0) {
    text.append(block, static_cast<size_t>(got));
  }
  const int error = errno;
  close(fd);
  if (got < 0) return FileError(path, error);
  if (text.size() > kLargestFile) {
    return absl::InvalidArgumentError(base::StrCat(path, ": larger than 16 MiB"));
  }
  return text;
}

absl::Status MakeParentDirectory(std::string_view path) {
  for (size_t slash = path.find('/', 1); slash != std::string_view::npos;
       slash = path.find('/', slash + 1)) {
    const std::string directory(path.substr(0, slash));
    if (mkdir(directory.c_str(), 0755) == 0 || errno == EEXIST) continue;
    const int error = errno;
    struct stat info;  // a read-only parent that exists is fine
    if (stat(directory.c_str(), &info) == 0 && S_ISDIR(info.st_mode)) continue;
    return FileError(directory, error);
  }
  return absl::OkStatus();
}

absl::Status PidFile::Open(const std::string& path) {
  const int fd = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0644);
  if (fd < 0) {
    return absl::UnavailableError(base::StrCat("Failed to create PID file ", path, " (",
                                               std::strerror(errno), "), aborting startup"));
  }
  if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
    close(fd);
    return absl::UnavailableError(base::StrCat("PID file ", path, " belongs to a running process"));
  }
  fd_ = fd;
  path_ = path;
  return absl::OkStatus();
}

absl::Status PidFile::Write() {
  if (fd_ < 0) return absl::OkStatus();
  const std::string text = base::StrCat(getpid(), "\n");
  if (ftruncate(fd_, 0) != 0 ||
      pwrite(fd_, text.data(), text.size(), 0) != static_cast<ssize_t>(text.size())) {
    return FileError(path_, errno);
  }
  return absl::OkStatus();
}

void PidFile::Remove() {
  if (fd_ < 0) return;
  unlink(path_.c_str());
  close(fd_);
  fd_ = -1;
}

}  // namespace runtime
