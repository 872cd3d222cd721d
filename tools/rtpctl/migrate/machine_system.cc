// The real host behind machine.h.
#include <fcntl.h>
#include <netdb.h>
#include <poll.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <cerrno>
#include <climits>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <thread>

#include "proto/base/text.h"
#include "tools/rtpctl/migrate/machine.h"

namespace rtpctl::migrate {
namespace {

constexpr size_t kMostOfFile = 256u << 20;
// Stopping a unit, or building the list of modules, takes its time.
constexpr std::chrono::seconds kPatience(120);
constexpr int kPingMs = 500;

// What to do about an error, in words.
absl::Status Failure(const std::string& what, const std::string& path, int error) {
  const char* advice = "";
  switch (error) {
    case EROFS: advice = ": the file system is read-only; mount it writable (mount -o remount,rw)"; break;
    case ENOSPC:
    case EDQUOT: advice = ": make room on that file system (df)"; break;
    case EACCES:
    case EPERM: advice = ": run this as root; chattr or a security module may forbid it, too"; break;
    default: break;
  }
  const std::string text = base::StrCat("cannot ", what, " ", path, ": ", std::strerror(error), advice);
  return error == ENOSPC || error == EDQUOT ? absl::ResourceExhaustedError(text) : absl::AbortedError(text);
}

class File {
 public:
  explicit File(int fd) : fd_(fd) {}
  ~File() {
    if (fd_ >= 0) close(fd_);
  }
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  int fd() const { return fd_; }

 private:
  int fd_;
};

bool WriteAll(int fd, std::string_view content) {
  while (!content.empty()) {
    const ssize_t wrote = write(fd, content.data(), content.size());
    if (wrote < 0 && errno == EINTR) continue;
    if (wrote <= 0) return false;
    content.remove_prefix(static_cast<size_t>(wrote));
  }
  return true;
}

std::string DirectoryOf(const std::string& path) {
  const size_t slash = path.rfind('/');
  return slash == 0 || slash == std::string::npos ? "/" : path.substr(0, slash);
}

// A new name in a directory is on disk when the directory is.
void SyncDirectory(const std::string& directory) {
  const File file(open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (file.fd() >= 0) fsync(file.fd());
}

// Security labels and the like, as far as the file system has them.
void CopyExtendedAttributes(const std::string& from, int to) {
  char names[65536];
  const ssize_t size = llistxattr(from.c_str(), names, sizeof names);
  for (ssize_t at = 0; at < size; at += static_cast<ssize_t>(std::strlen(names + at)) + 1) {
    char value[65536];
    const ssize_t length = lgetxattr(from.c_str(), names + at, value, sizeof value);
    if (length >= 0) fsetxattr(to, names + at, value, static_cast<size_t>(length), 0);
  }
}

bool SetAttributes(int fd, const Attributes& attributes) {
  // The owner first: changing it clears set-id bits of the mode.
  if (fchown(fd, attributes.uid, attributes.gid) != 0 || fchmod(fd, attributes.mode) != 0) return false;
  if (attributes.modified_ns < 0) return true;
  timespec times[2] = {{0, UTIME_OMIT}, {0, 0}};
  times[1].tv_sec = attributes.modified_ns / 1'000'000'000;
  times[1].tv_nsec = attributes.modified_ns % 1'000'000'000;
  return futimens(fd, times) == 0;
}

// The doctor's host; below another root (a copy of a host) it has files alone: commands would act on this host.
class RootedHost final : public doctor::Host {
 public:
  RootedHost(std::string root, std::unique_ptr<doctor::Host> host) : root_(std::move(root)), host_(std::move(host)) {}

  std::string Place(const std::string& path) const {
    return root_ + path;
  }
  std::optional<std::string> ReadFile(const std::string& path) const override { return host_->ReadFile(Place(path)); }
  bool Exists(const std::string& path) const override { return host_->Exists(Place(path)); }
  std::vector<std::string> ListDirectory(const std::string& path) const override {
    return host_->ListDirectory(Place(path));
  }
  doctor::Output Run(const std::vector<std::string>& command) const override {
    return root_.empty() ? host_->Run(command) : doctor::Output();
  }
  std::vector<base::IpAddress> LocalAddresses() const override { return host_->LocalAddresses(); }
  absl::StatusOr<mediad::nft::Ruleset> Ruleset() const override {
    if (!root_.empty()) return absl::FailedPreconditionError("a copy of a host has no rules");
    return host_->Ruleset();
  }
  std::string KernelRelease() const override { return host_->KernelRelease(); }
  std::string HostName() const override { return host_->HostName(); }
  unsigned Processors() const override { return host_->Processors(); }
  int64_t NowUnix() const override { return host_->NowUnix(); }
  std::optional<bool> ClockSynchronised() const override { return host_->ClockSynchronised(); }

 private:
  const std::string root_;
  const std::unique_ptr<doctor::Host> host_;
};

// One datagram there and back within kPingMs.
bool Ping(const addrinfo& address) {
  const File file(socket(address.ai_family, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  constexpr std::string_view kMessage = "migrate_1 d7:command4:pinge";
  if (file.fd() < 0 || connect(file.fd(), address.ai_addr, address.ai_addrlen) != 0 ||
      send(file.fd(), kMessage.data(), kMessage.size(), MSG_NOSIGNAL) < 0) {
    return false;
  }
  pollfd wait{file.fd(), POLLIN, 0};
  char reply[512];
  if (poll(&wait, 1, kPingMs) != 1) return false;
  const ssize_t size = recv(file.fd(), reply, sizeof reply, MSG_DONTWAIT);
  return size > 0 && std::string_view(reply, static_cast<size_t>(size)).find("4:pong") != std::string_view::npos;
}

class SystemMachine final : public Machine {
 public:
  SystemMachine(std::string root, std::function<bool(const std::string&)> has_worker)
      : host_(root == "/" ? "" : std::move(root), doctor::MakeSystemHost(kPatience)),
        has_worker_(std::move(has_worker)) {}

  const doctor::Host& host() const override { return host_; }

  absl::StatusOr<FileState> State(const std::string& path) const override {
    struct stat status;
    FileState state;
    if (lstat(Place(path).c_str(), &status) != 0) {
      if (errno == ENOENT || errno == ENOTDIR) return state;
      return Failure("look at", path, errno);
    }
    state.kind = S_ISREG(status.st_mode)   ? FileKind::kFile
                 : S_ISLNK(status.st_mode) ? FileKind::kLink
                 : S_ISDIR(status.st_mode) ? FileKind::kDirectory
                                           : FileKind::kOther;
    state.attributes = {status.st_mode & 07777u, status.st_uid, status.st_gid,
                        status.st_mtim.tv_sec * 1'000'000'000 + status.st_mtim.tv_nsec};
    return state;
  }

  std::string Resolve(const std::string& path) const override {
    char resolved[PATH_MAX];
    const std::string root = Place("");
    if (realpath(Place(path).c_str(), resolved) == nullptr) return path;
    const std::string whole = resolved;
    return whole.rfind(root + "/", 0) == 0 ? whole.substr(root.size()) : path;
  }

  std::string ReadLink(const std::string& path) const override {
    char target[PATH_MAX];
    const ssize_t size = readlink(Place(path).c_str(), target, sizeof target);
    return size < 0 ? std::string() : std::string(target, static_cast<size_t>(size));
  }

  absl::StatusOr<std::string> Read(const std::string& path) const override {
    const File file(open(Place(path).c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
    if (file.fd() < 0) return Failure("read", path, errno);
    std::string content;
    char buffer[65536];
    for (;;) {
      const ssize_t got = read(file.fd(), buffer, sizeof buffer);
      if (got < 0 && errno == EINTR) continue;
      if (got < 0) return Failure("read", path, errno);
      if (got == 0) return content;
      if (content.size() + static_cast<size_t>(got) > kMostOfFile) return Failure("read", path, EFBIG);
      content.append(buffer, static_cast<size_t>(got));
    }
  }

  absl::Status Write(const std::string& path, std::string_view content, const Attributes& attributes) override {
    const std::string place = Place(path), beside = place + ".rtpctl-new";
    int error = 0;
    {
      const File file(open(beside.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600));
      if (file.fd() < 0) return Failure("write", path, errno);
      CopyExtendedAttributes(place, file.fd());
      // fsync, too: a full disk may show up there first.
      const bool whole = WriteAll(file.fd(), content) && SetAttributes(file.fd(), attributes) && fsync(file.fd()) == 0;
      if (!whole) error = errno == 0 ? EIO : errno;
    }
    if (error == 0 && rename(beside.c_str(), place.c_str()) != 0) error = errno;
    if (error != 0) {
      unlink(beside.c_str());
      return Failure("write", path, error);
    }
    SyncDirectory(DirectoryOf(place));
    return absl::OkStatus();
  }

  absl::Status Append(const std::string& path, std::string_view text) override {
    const std::string place = Place(path);
    const File file(open(place.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0600));
    if (file.fd() < 0) return Failure("write", path, errno);
    const off_t size = lseek(file.fd(), 0, SEEK_END);
    if (!WriteAll(file.fd(), text) || fsync(file.fd()) != 0) {
      const int error = errno;
      // Half a line would spoil the next one.
      if (ftruncate(file.fd(), size) != 0) return Failure("write, nor undo half a write of,", path, error);
      return Failure("write", path, error);
    }
    if (size == 0) SyncDirectory(DirectoryOf(place));
    return absl::OkStatus();
  }

  absl::Status Remove(const std::string& path) override {
    if (unlink(Place(path).c_str()) != 0 && errno != ENOENT) return Failure("remove", path, errno);
    SyncDirectory(DirectoryOf(Place(path)));
    return absl::OkStatus();
  }

  absl::Status MakeDirectory(const std::string& path, uint32_t mode) override {
    for (size_t slash = path.find('/', 1);; slash = path.find('/', slash + 1)) {
      const bool last = slash == std::string::npos;
      const std::string part = Place(path.substr(0, slash));
      if (mkdir(part.c_str(), last ? mode : 0755) != 0 && errno != EEXIST) return Failure("make", path, errno);
      if (last) break;
    }
    SyncDirectory(DirectoryOf(Place(path)));
    return absl::OkStatus();
  }

  absl::Status RemoveDirectory(const std::string& path) override {
    if (rmdir(Place(path).c_str()) != 0 && errno != ENOENT) return Failure("remove", path, errno);
    return absl::OkStatus();
  }

  absl::Status Lock(const std::string& path) override {
    // Held until the process ends, by design never closed.
    const int fd = open(Place(path).c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0) return Failure("open", path, errno);
    if (flock(fd, LOCK_EX | LOCK_NB) == 0) return absl::OkStatus();
    close(fd);
    return absl::AbortedError("another rtpctl migrate is at work with this backup: wait for it");
  }

  bool Privileged() const override { return geteuid() == 0; }
  void Wait(int milliseconds) override { std::this_thread::sleep_for(std::chrono::milliseconds(milliseconds)); }

  bool AnswersPing(const std::string& listener) override {
    const size_t colon = listener.rfind(':');
    const std::string port = colon == std::string::npos ? listener : listener.substr(colon + 1);
    std::string name = colon == std::string::npos ? std::string() : listener.substr(0, colon);
    if (name.size() > 1 && name.front() == '[') name = name.substr(1, name.size() - 2);
    // Every address includes this one.
    if (name.empty() || name == "0.0.0.0" || name == "any") name = "127.0.0.1";
    if (name == "::") name = "::1";
    addrinfo hints{};
    hints.ai_socktype = SOCK_DGRAM;
    addrinfo* list = nullptr;
    if (getaddrinfo(name.c_str(), port.c_str(), &hints, &list) != 0) return false;
    bool answered = false;
    for (const addrinfo* one = list; one != nullptr && !answered; one = one->ai_next) answered = Ping(*one);
    freeaddrinfo(list);
    return answered;
  }

  bool HasWorker(const std::string& target) override { return has_worker_(target); }

 private:
  std::string Place(const std::string& path) const { return host_.Place(path); }

  const RootedHost host_;
  const std::function<bool(const std::string&)> has_worker_;
};

}  // namespace

std::unique_ptr<Machine> MakeSystemMachine(const std::string& root,
                                           std::function<bool(const std::string&)> has_worker) {
  return std::make_unique<SystemMachine>(root, std::move(has_worker));
}

}  // namespace rtpctl::migrate
