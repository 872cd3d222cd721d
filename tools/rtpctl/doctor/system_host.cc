// This host's answers to the questions of host.h.
#include <dirent.h>
#include <fcntl.h>
#include <ifaddrs.h>
#include <netinet/in.h>
#include <poll.h>
#include <spawn.h>
#include <sys/stat.h>
#include <sys/timex.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <chrono>
#include <ctime>
#include <thread>

#include "mediad/nft/netlink.h"
#include "tools/rtpctl/doctor/host.h"

namespace rtpctl::doctor {
namespace {

constexpr size_t kMostOfFile = 1 << 20;
constexpr size_t kMostOutput = 16 << 20;
// Found in PATH of a user, too, who has no /usr/sbin there.
constexpr char kPath[] = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

using Deadline = std::chrono::steady_clock::time_point;

// Reads to the end, the limit or the deadline; false: the deadline came first.
bool ReadAll(int fd, Deadline deadline, std::string* text) {
  char buffer[65536];
  while (text->size() < kMostOutput) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
    pollfd wait{fd, POLLIN, 0};
    if (left.count() <= 0 || poll(&wait, 1, static_cast<int>(left.count())) == 0) return false;
    const ssize_t got = read(fd, buffer, sizeof buffer);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return true;
    text->append(buffer, static_cast<size_t>(got));
  }
  return true;
}

// The exit status, waiting until the deadline; then the child is killed and -1 is returned.
int Await(pid_t child, Deadline deadline) {
  int status = 0;
  while (waitpid(child, &status, WNOHANG) == 0) {
    if (std::chrono::steady_clock::now() > deadline) {
      kill(child, SIGKILL);
      waitpid(child, &status, 0);
      return -1;
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

class SystemHost final : public Host {
 public:
  explicit SystemHost(std::chrono::seconds patience) : patience_(patience) {}

  std::optional<std::string> ReadFile(const std::string& path) const override {
    const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0) return std::nullopt;
    std::string text(kMostOfFile, '\0');
    size_t size = 0;
    ssize_t got = 0;
    while (size < text.size() && (got = read(fd, text.data() + size, text.size() - size)) > 0) {
      size += static_cast<size_t>(got);
    }
    close(fd);
    if (got < 0) return std::nullopt;
    text.resize(size);
    return text;
  }

  bool Exists(const std::string& path) const override {
    struct stat status;
    return stat(path.c_str(), &status) == 0;
  }

  std::vector<std::string> ListDirectory(const std::string& path) const override {
    std::vector<std::string> names;
    DIR* directory = opendir(path.c_str());
    if (directory == nullptr) return names;
    while (const dirent* entry = readdir(directory)) {
      const std::string name = entry->d_name;
      if (name != "." && name != "..") names.push_back(name);
    }
    closedir(directory);
    return names;
  }

  Output Run(const std::vector<std::string>& command) const override {
    int pipe_fds[2];
    if (pipe2(pipe_fds, O_CLOEXEC) != 0) return {};
    std::vector<char*> words;
    for (const std::string& word : command) words.push_back(const_cast<char*>(word.c_str()));
    words.push_back(nullptr);
    std::string path = kPath;
    std::string locale = "LC_ALL=C";
    char* environment[] = {path.data(), locale.data(), nullptr};
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&actions, pipe_fds[1], STDOUT_FILENO);
    posix_spawn_file_actions_adddup2(&actions, pipe_fds[1], STDERR_FILENO);
    // posix_spawnp looks in our own PATH, not in that of the child.
    setenv("PATH", kPath + 5, 1);
    pid_t child = 0;
    const int error = posix_spawnp(&child, words[0], &actions, nullptr, words.data(), environment);
    posix_spawn_file_actions_destroy(&actions);
    close(pipe_fds[1]);
    Output output;
    if (error == 0) {
      const Deadline deadline = std::chrono::steady_clock::now() + patience_;
      const bool whole = ReadAll(pipe_fds[0], deadline, &output.text);
      output.status = Await(child, whole ? deadline : Deadline{});
    }
    close(pipe_fds[0]);
    return output;
  }

  std::vector<base::IpAddress> LocalAddresses() const override {
    std::vector<base::IpAddress> addresses;
    ifaddrs* list = nullptr;
    if (getifaddrs(&list) != 0) return addresses;
    for (const ifaddrs* entry = list; entry != nullptr; entry = entry->ifa_next) {
      if (entry->ifa_addr == nullptr) continue;
      const int family = entry->ifa_addr->sa_family;
      if (family != AF_INET && family != AF_INET6) continue;
      const auto endpoint = base::Endpoint::FromSockaddr(
          entry->ifa_addr, family == AF_INET ? sizeof(sockaddr_in) : sizeof(sockaddr_in6));
      if (endpoint) addresses.push_back(endpoint->address);
    }
    freeifaddrs(list);
    return addresses;
  }

  absl::StatusOr<mediad::nft::Ruleset> Ruleset() const override {
    absl::StatusOr<mediad::nft::Connection> connection = mediad::nft::Connection::Open();
    if (!connection.ok()) return connection.status();
    absl::StatusOr<mediad::nft::Snapshot> snapshot =
        connection->Load([](std::string_view) { return true; });
    if (!snapshot.ok()) return snapshot.status();
    return std::move(snapshot->ruleset);
  }

  std::string KernelRelease() const override {
    utsname name{};
    return uname(&name) == 0 ? name.release : "";
  }

  std::string HostName() const override {
    utsname name{};
    return uname(&name) == 0 ? name.nodename : "";
  }

  unsigned Processors() const override { return std::thread::hardware_concurrency(); }
  int64_t NowUnix() const override { return std::time(nullptr); }

  std::optional<bool> ClockSynchronised() const override {
    timex state{};
    const int result = adjtimex(&state);
    if (result < 0) return std::nullopt;
    return (state.status & STA_UNSYNC) == 0;
  }

 private:
  const std::chrono::seconds patience_;
};

}  // namespace

std::unique_ptr<Host> MakeSystemHost(std::chrono::seconds patience) {
  return std::make_unique<SystemHost>(patience);
}

}  // namespace rtpctl::doctor
