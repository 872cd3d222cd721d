#include "mediad/nft/netlink.h"

#include <endian.h>
#include <libmnl/libmnl.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstring>

#include "mediad/nft/syntax.h"
#include "mediad/nft/transaction.h"
#include "mediad/nft/wire.h"
#include "proto/base/text.h"

namespace mediad::nft {
namespace {

using base::StrCat;

constexpr int kTries = 10;
constexpr size_t kLongestCommand = 300;  // in an error's text

constexpr uint16_t TypeOf(uint16_t message) {
  return static_cast<uint16_t>(NFNL_SUBSYS_NFTABLES << 8 | message);
}

absl::Status ErrorInWords(int error, std::string_view what) {
  switch (error) {
    case EPERM:
    case EACCES:
      return absl::PermissionDeniedError(
          StrCat(what, ": ", std::strerror(error),
                 "; CAP_NET_ADMIN is needed: run as root, or with AmbientCapabilities=CAP_NET_ADMIN "
                 "in the systemd unit"));
    case EPROTONOSUPPORT:
    case EAFNOSUPPORT:
    case EOPNOTSUPP:
    case EINVAL:
      if (error != EINVAL || what.find("read") != std::string_view::npos) {
        return absl::UnimplementedError(
            StrCat(what, ": ", std::strerror(error),
                   "; the kernel has no nf_tables: load it with modprobe nf_tables"));
      }
      break;
    case EMSGSIZE:
    case ENOBUFS:
      return absl::ResourceExhaustedError(
          StrCat(what, ": ", std::strerror(error),
                 "; the transaction is larger than the socket takes: raise net.core.wmem_max"));
    case ERESTART: return absl::AbortedError(StrCat(what, ": the rules changed meanwhile"));
    case ENOENT: return absl::NotFoundError(StrCat(what, ": ", std::strerror(error)));
    default: break;
  }
  return absl::InternalError(StrCat(what, ": ", std::strerror(error)));
}

// A batch is one datagram.
void MakeRoom(int fd, size_t octets) {
  const int wanted = static_cast<int>(std::min<size_t>(octets * 2 + 65536, size_t{1} << 30));
  int have = 0;
  socklen_t length = sizeof have;
  if (getsockopt(fd, SOL_SOCKET, SO_SNDBUF, &have, &length) == 0 && have >= wanted) return;
  if (setsockopt(fd, SOL_SOCKET, SO_SNDBUFFORCE, &wanted, sizeof wanted) == 0) return;
  setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &wanted, sizeof wanted);
}

}  // namespace

absl::StatusOr<Socket> Socket::Open(uint32_t groups) {
  mnl_socket* socket = mnl_socket_open2(NETLINK_NETFILTER, SOCK_CLOEXEC);
  if (socket == nullptr) return ErrorInWords(errno, "opening a netlink socket");
  Socket owned(socket);
  if (mnl_socket_bind(socket, groups, MNL_SOCKET_AUTOPID) < 0) {
    return ErrorInWords(errno, "binding a netlink socket");
  }
  return owned;
}

Socket::~Socket() {
  if (socket_ != nullptr) mnl_socket_close(socket_);
}

int Socket::fd() const { return mnl_socket_get_fd(socket_); }
uint32_t Socket::port() const { return mnl_socket_get_portid(socket_); }

absl::StatusOr<Connection> Connection::Open() {
  auto socket = Socket::Open(0);
  if (!socket.ok()) return socket.status();
  return Connection(*std::move(socket));
}

int Connection::Receive(uint32_t sequence, bool dump, const Visit& visit) {
  int changed = 0;
  for (;;) {
    const ssize_t got = mnl_socket_recvfrom(socket_.get(), buffer_.data(), buffer_.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return errno;
    int left = static_cast<int>(got);
    for (const auto* message = reinterpret_cast<const nlmsghdr*>(buffer_.data());
         mnl_nlmsg_ok(message, left); message = mnl_nlmsg_next(message, &left)) {
      if (message->nlmsg_seq != sequence) continue;  // of an earlier request that was given up
      if ((message->nlmsg_flags & NLM_F_DUMP_INTR) != 0) changed = EINTR;
      if (message->nlmsg_type == NLMSG_DONE) return changed;
      if (message->nlmsg_type == NLMSG_ERROR) {
        if (mnl_nlmsg_get_payload_len(message) < sizeof(nlmsgerr)) return EBADMSG;
        return -static_cast<const nlmsgerr*>(mnl_nlmsg_get_payload(message))->error;
      }
      visit(message);
      if (!dump) return 0;
    }
  }
}

int Connection::Ask(const Request& request, const Visit& visit) {
  std::vector<uint8_t> room(1024);
  nlmsghdr* message = mnl_nlmsg_put_header(room.data());
  message->nlmsg_type = TypeOf(request.type);
  message->nlmsg_flags = static_cast<uint16_t>(NLM_F_REQUEST | (request.dump ? NLM_F_DUMP : 0));
  message->nlmsg_seq = ++sequence_;
  auto* header = static_cast<nfgenmsg*>(mnl_nlmsg_put_extra_header(message, sizeof(nfgenmsg)));
  header->nfgen_family = request.family;
  header->version = NFNETLINK_V0;
  if (!request.table.empty()) mnl_attr_put_strz(message, 1, request.table.c_str());
  if (!request.name.empty()) mnl_attr_put_strz(message, 2, request.name.c_str());
  if (mnl_socket_sendto(socket_.get(), message, message->nlmsg_len) < 0) return errno;
  return Receive(sequence_, request.dump, visit);
}

int Connection::Generation(uint32_t* generation) {
  *generation = 0;
  return Ask({NFT_MSG_GETGEN, AF_UNSPEC, "", "", false}, [generation](const nlmsghdr* message) {
    constexpr size_t kHeader = sizeof(nfgenmsg);
    const auto* attribute =
        static_cast<const nlattr*>(mnl_nlmsg_get_payload_offset(message, kHeader));
    const size_t size = mnl_nlmsg_get_payload_len(message);
    // The number comes first.
    if (size < kHeader + MNL_ATTR_HDRLEN + sizeof(uint32_t) ||
        mnl_attr_get_type(attribute) != NFTA_GEN_ID) {
      return;
    }
    *generation = be32toh(mnl_attr_get_u32(attribute));
  });
}

int Connection::LoadOnce(const std::function<bool(std::string_view)>& wanted, Snapshot* out) {
  *out = Snapshot{};
  if (const int error = Generation(&out->generation); error != 0) return error;
  Ruleset all;
  const Visit add = [&](const nlmsghdr* message) { AddMessage(message, &all); };
  if (const int error = Ask({NFT_MSG_GETTABLE, AF_UNSPEC, "", "", true}, add); error != 0) return error;
  for (Table& table : all.tables) {
    if (wanted(table.name)) out->ruleset.tables.push_back(table);
  }
  const Visit keep = [&](const nlmsghdr* message) { AddMessage(message, &out->ruleset); };
  if (const int error = Ask({NFT_MSG_GETCHAIN, AF_UNSPEC, "", "", true}, keep); error != 0) return error;
  for (size_t i = 0; i < out->ruleset.tables.size(); ++i) {
    const auto family = static_cast<uint8_t>(NumberOf(out->ruleset.tables[i].family));
    const std::string name = out->ruleset.tables[i].name;
    for (const uint16_t type : {NFT_MSG_GETRULE, NFT_MSG_GETSET}) {
      if (const int error = Ask({type, family, name, "", true}, keep); error != 0) return error;
    }
    for (size_t j = 0; j < out->ruleset.tables[i].sets.size(); ++j) {
      const Set& set = out->ruleset.tables[i].sets[j];
      if (set.media == base::Family::kNone) continue;
      const Request request{NFT_MSG_GETSETELEM, family, name, set.name, true};
      if (const int error = Ask(request, keep); error != 0) return error;
    }
  }
  uint32_t after = 0;
  if (const int error = Generation(&after); error != 0) return error;
  return after == out->generation ? 0 : EINTR;
}

absl::StatusOr<Snapshot> Connection::Load(const std::function<bool(std::string_view)>& wanted) {
  Snapshot snapshot;
  int error = 0;
  for (int i = 0; i < kTries; ++i) {
    error = LoadOnce(wanted, &snapshot);
    if (error == 0) return snapshot;
    if (error != EINTR && error != ENOENT) break;  // those: somebody changes rules at this moment
  }
  return ErrorInWords(error, "reading the rules");
}

absl::Status Connection::Commit(const Plan& plan, std::optional<uint32_t> generation) {
  if (plan.empty()) return absl::OkStatus();
  const Transaction transaction = MakeTransaction(plan, generation);
  MakeRoom(socket_.fd(), transaction.octets.size());
  if (mnl_socket_sendto(socket_.get(), transaction.octets.data(), transaction.octets.size()) < 0) {
    return ErrorInWords(errno, "sending a transaction");
  }
  return Outcome(plan, transaction.last);
}

// The kernel has carried the transaction out when sendto() returns: all answers are there.
absl::Status Connection::Outcome(const Plan& plan, uint32_t last) {
  int first_error = 0;
  uint32_t culprit = 0;
  bool acknowledged = false;
  for (;;) {
    const ssize_t got = recv(socket_.fd(), buffer_.data(), buffer_.size(), MSG_DONTWAIT);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) break;
    int left = static_cast<int>(got);
    for (const auto* message = reinterpret_cast<const nlmsghdr*>(buffer_.data());
         mnl_nlmsg_ok(message, left); message = mnl_nlmsg_next(message, &left)) {
      if (message->nlmsg_type != NLMSG_ERROR ||
          mnl_nlmsg_get_payload_len(message) < sizeof(nlmsgerr)) {
        continue;
      }
      const int error = -static_cast<const nlmsgerr*>(mnl_nlmsg_get_payload(message))->error;
      if (error == 0 && message->nlmsg_seq == last) acknowledged = true;
      if (error != 0 && first_error == 0) {
        first_error = error;
        culprit = message->nlmsg_seq;
      }
    }
  }
  if (first_error == 0) {
    return acknowledged ? absl::OkStatus()
                        : absl::InternalError("the kernel did not answer a transaction");
  }
  if (culprit == 0 || culprit > plan.size()) {
    return ErrorInWords(first_error, "changing the rules");
  }
  std::string command = Syntax(plan[culprit - 1]);
  if (command.size() > kLongestCommand) command = command.substr(0, kLongestCommand) + "…";
  return ErrorInWords(first_error, StrCat("nft '", command, "'"));
}

absl::StatusOr<Plan> Reconcile(
    Connection& connection, const std::function<bool(std::string_view)>& wanted,
    const std::function<absl::StatusOr<Plan>(const Ruleset&)>& make_plan) {
  absl::Status status;
  for (int i = 0; i < kTries; ++i) {
    auto snapshot = connection.Load(wanted);
    if (!snapshot.ok()) return snapshot.status();
    auto plan = make_plan(snapshot->ruleset);
    if (!plan.ok() || plan->empty()) return plan;
    status = connection.Commit(*plan, snapshot->generation);
    if (status.ok()) return plan;
    if (!absl::IsAborted(status)) return status;
  }
  return status;
}

std::function<bool(std::string_view)> TablesOf(const Settings& settings) {
  return [own = settings.table](std::string_view table) {
    return table == own || table == kFilterTable || table == "rtpengine";
  };
}

// An abstract socket's name belongs to a network namespace, as rules do, and goes with the process.
absl::StatusOr<KeeperLock> KeeperLock::Take(const Settings& settings) {
  const std::string what = settings.own_table
                               ? StrCat("table ", settings.table)
                               : StrCat("chain ", settings.chain, " of table ", kFilterTable);
  const std::string name = StrCat("rtpengine nftables ", what);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const size_t size = std::min(name.size(), sizeof address.sun_path - 1);
  std::memcpy(address.sun_path + 1, name.data(), size);
  const int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return absl::InternalError(StrCat("socket: ", std::strerror(errno)));
  KeeperLock lock(fd);
  const auto length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + 1 + size);
  if (bind(fd, reinterpret_cast<sockaddr*>(&address), length) == 0) return lock;
  if (errno != EADDRINUSE) return absl::InternalError(StrCat("bind: ", std::strerror(errno)));
  return absl::AlreadyExistsError(
      StrCat("another process keeps ", what, "; give each worker of a host its own ",
             settings.own_table ? "nftables-table" : "nftables-chain"));
}

KeeperLock::~KeeperLock() {
  if (fd_ >= 0) close(fd_);
}

}  // namespace mediad::nft
