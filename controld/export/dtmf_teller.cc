#include "controld/export/dtmf_teller.h"

#include <sys/socket.h>
#include <unistd.h>

#include <utility>

#include "absl/strings/str_format.h"

namespace controld::exporting {

DtmfTeller::DtmfTeller(Ways ways) : ways_(std::move(ways)) {
  // One that the host does not have is missed when something is to be sent.
  sockets_[0] = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  sockets_[1] = socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
}

DtmfTeller::~DtmfTeller() {
  for (const int fd : sockets_) {
    if (fd >= 0) close(fd);
  }
}

bool DtmfTeller::wants_all() const { return ways_.write_line || ways_.destination || ways_.notify; }

void DtmfTeller::Tell(const call::DtmfReport& report) {
  told_.fetch_add(1, std::memory_order_relaxed);
  if (ways_.write_line) ways_.write_line(report.json);
  if (ways_.notify) ways_.notify(Cookie() + " " + report.notification);
  if (ways_.destination) SendTo(*ways_.destination, report.json);
  if (report.destination.empty()) return;
  const auto own = base::Endpoint::Parse(report.destination);
  if (own && own != ways_.destination) SendTo(*own, report.json);
}

void DtmfTeller::SendTo(const base::Endpoint& destination, const std::string& text) {
  sockaddr_storage address{};
  const socklen_t length = destination.ToSockaddr(&address);
  const int fd = sockets_[destination.address.family() == base::Family::kIpv6 ? 1 : 0];
  const ssize_t sent = sendto(fd, text.data(), text.size(), MSG_NOSIGNAL | MSG_DONTWAIT,
                              reinterpret_cast<const sockaddr*>(&address), length);
  if (sent < 0) dropped_.fetch_add(1, std::memory_order_relaxed);
}

std::string DtmfTeller::Cookie() {
  const absl::MutexLock lock(&mutex_);
  return absl::StrFormat("%016x", random_.Next());
}

}  // namespace controld::exporting
