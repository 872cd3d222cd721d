#include "controld/listen/udp_listener.h"

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "proto/base/log.h"
#include "proto/base/text.h"

namespace controld::listen {
namespace {

constexpr uint64_t kStopToken = ~uint64_t{0};
// Batches taken from one socket before the others get their turn.
constexpr int kBatchesInARow = 4;

absl::Status Errno(std::string_view what) {
  return absl::InternalError(base::StrCat(what, ": ", std::strerror(errno)));
}

bool Watch(int epoll_fd, int fd, uint64_t token) {
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.u64 = token;
  return epoll_ctl(epoll_fd, EPOLL_CTL_ADD, fd, &event) == 0;
}

}  // namespace

absl::StatusOr<std::unique_ptr<UdpListener>> UdpListener::Bind(
    const std::vector<base::Endpoint>& addresses, const UdpSocketOptions& options) {
  std::unique_ptr<UdpListener> listener(new UdpListener);
  for (const base::Endpoint& address : addresses) {
    auto bound = UdpSocket::Bind(address, options);
    if (!bound.ok()) return bound.status();
    listener->sockets_.push_back(*std::move(bound));
  }
  return listener;
}

UdpListener::~UdpListener() {
  Stop();
  if (epoll_fd_ >= 0) close(epoll_fd_);
  if (stop_fd_ >= 0) close(stop_fd_);
}

absl::Status UdpListener::Start(NgServer* server) {
  server_ = server;
  epoll_fd_ = epoll_create1(EPOLL_CLOEXEC);
  stop_fd_ = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  if (epoll_fd_ < 0 || stop_fd_ < 0) return Errno("Failed to create the NG listener's epoll");
  if (!Watch(epoll_fd_, stop_fd_, kStopToken)) return Errno("Failed to watch the stop event");
  for (size_t i = 0; i < sockets_.size(); ++i) {
    if (!Watch(epoll_fd_, sockets_[i]->fd(), i)) return Errno("Failed to watch an NG socket");
  }
  thread_ = std::thread([this] { Run(); });
  return absl::OkStatus();
}

void UdpListener::Stop() {
  if (!thread_.joinable()) return;
  const uint64_t one = 1;
  while (write(stop_fd_, &one, sizeof one) < 0 && errno == EINTR) {
  }
  thread_.join();
}

void UdpListener::SetTos(int tos) {
  for (const auto& socket : sockets_) socket->SetTos(tos);
}

std::vector<base::Endpoint> UdpListener::addresses() const {
  std::vector<base::Endpoint> out;
  for (const auto& socket : sockets_) out.push_back(socket->local());
  return out;
}

void UdpListener::Run() {
  pthread_setname_np(pthread_self(), "ng-udp");
  ReceiveBatch batch;
  epoll_event events[16];
  for (;;) {
    const int count = epoll_wait(epoll_fd_, events, std::size(events), -1);
    for (int i = 0; i < count; ++i) {
      if (events[i].data.u64 == kStopToken) return;
      Drain(static_cast<size_t>(events[i].data.u64), &batch);
    }
  }
}

void UdpListener::Drain(size_t index, ReceiveBatch* batch) {
  UdpSocket& socket = *sockets_[index];
  for (int i = 0; i < kBatchesInARow; ++i) {
    size_t received = 0;
    server_->Batch([&] {
      received = socket.Receive(batch, [&](const UdpSocket::Datagram& datagram) {
        const ReplyPath path{this, static_cast<uint32_t>(index), datagram.interface_index,
                             datagram.peer, datagram.local, sockets_[index]->local().port};
        // The clock is read for each: the time spent on its predecessors counts as waiting.
        server_->Receive(datagram.octets, path, base::ReadClocks());
      });
    });
    if (received < ReceiveBatch::kMessages) return;
  }
}

void UdpListener::SendReply(const ReplyPath& path, std::string_view message) {
  if (path.channel >= sockets_.size()) return;
  if (sockets_[path.channel]->Send(message, path.peer, path.local, path.interface_index)) return;
  replies_lost_.fetch_add(1, std::memory_order_relaxed);
  base::log::Log(base::log::Severity::kDebug, base::log::Subsystem::kControl, {},
                 "Failed to send a reply of ", message.size(), " octets to ", path.peer.ToString());
}

}  // namespace controld::listen
