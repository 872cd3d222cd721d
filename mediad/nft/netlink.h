// The thin line to the kernel's nf_tables: dumps, transactions, notifications. Blocking; the kernel answers at once.
//
// Errors are in words with what to do about them. One thread for each object.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "mediad/nft/decode.h"
#include "mediad/nft/plan.h"
#include "mediad/nft/ruleset.h"

struct mnl_socket;

namespace mediad::nft {

// A netlink socket of the kind NETLINK_NETFILTER; closes itself.
class Socket {
 public:
  // `groups`: 0, or the notifications to be had.
  static absl::StatusOr<Socket> Open(uint32_t groups);
  Socket(Socket&& other) noexcept : socket_(std::exchange(other.socket_, nullptr)) {}
  Socket& operator=(Socket&& other) noexcept {
    std::swap(socket_, other.socket_);
    return *this;
  }
  ~Socket();

  mnl_socket* get() const { return socket_; }
  int fd() const;
  uint32_t port() const;  // notifications name it as the sender

 private:
  explicit Socket(mnl_socket* socket) : socket_(socket) {}
  mnl_socket* socket_ = nullptr;
};

// What was read, and of which generation.
struct Snapshot {
  Ruleset ruleset;
  uint32_t generation = 0;
};

class Connection {
 public:
  static absl::StatusOr<Connection> Open();

  // Tables whose name `wanted` is true for, with chains, rules, sets, and the elements of sets that hold ports.
  absl::StatusOr<Snapshot> Load(const std::function<bool(std::string_view table)>& wanted);
  // kAborted: the rules changed since `generation`; read them again. kNotFound: something that the plan
  // builds on is not there.
  absl::Status Commit(const Plan& plan, std::optional<uint32_t> generation);
  uint32_t port() const { return socket_.port(); }

 private:
  explicit Connection(Socket socket) : socket_(std::move(socket)), buffer_(size_t{1} << 17) {}

  using Visit = std::function<void(const nlmsghdr*)>;
  struct Request {
    uint16_t type = 0;
    uint8_t family = 0;
    std::string table;  // attribute 1 of the request, if not empty
    std::string name;   // attribute 2, likewise
    bool dump = true;
  };
  // 0, or an errno value.
  int Ask(const Request& request, const Visit& visit);
  int Receive(uint32_t sequence, bool dump, const Visit& visit);
  int Generation(uint32_t* generation);
  int LoadOnce(const std::function<bool(std::string_view)>& wanted, Snapshot* out);
  absl::Status Outcome(const Plan& plan, uint32_t last);

  Socket socket_;
  std::vector<uint8_t> buffer_;
  uint32_t sequence_ = 0;
};

// Reads and, if there is something to do, changes: until nobody else changes at the same time. `make_plan` is a
// function of what is installed. Returns the plan that was carried out, empty if nothing was to be done.
absl::StatusOr<Plan> Reconcile(
    Connection& connection, const std::function<bool(std::string_view table)>& wanted,
    const std::function<absl::StatusOr<Plan>(const Ruleset& installed)>& make_plan);

// The tables that Settings are about: for Load() and Reconcile().
std::function<bool(std::string_view)> TablesOf(const Settings& settings);

// Of one process at a time in a network namespace: who keeps the rules of these settings. Released by destruction,
// and by the end of the process.
class KeeperLock {
 public:
  // kAlreadyExists: another process keeps them.
  static absl::StatusOr<KeeperLock> Take(const Settings& settings);
  KeeperLock(KeeperLock&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  KeeperLock& operator=(KeeperLock&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~KeeperLock();

 private:
  explicit KeeperLock(int fd) : fd_(fd) {}
  int fd_ = -1;
};

}  // namespace mediad::nft
