// NG over UDP: one thread, all listen-ng sockets (ng-protocol.md §1.1).
//
// The thread decodes, answers what needs no call (ping, errors, duplicates), and dispatches the
// rest. Replies leave on the thread that has them. Start and destruction on one thread.
#pragma once

#include <sys/epoll.h>

#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "controld/listen/ng_server.h"
#include "controld/listen/reply_path.h"
#include "controld/listen/udp_socket.h"

namespace controld::listen {

class UdpListener final : public ReplySink {
 public:
  // Binds every address. On failure nothing stays open. `server` may be attached later, by Start().
  static absl::StatusOr<std::unique_ptr<UdpListener>> Bind(
      const std::vector<base::Endpoint>& addresses, const UdpSocketOptions& options);
  ~UdpListener() override;

  absl::Status Start(NgServer* server);  // outlives the listener's thread
  // No message is received after this; replies can still be sent.
  void Stop();

  void SetTos(int tos);  // of replies from now on

  std::vector<base::Endpoint> addresses() const;  // with their real ports
  uint64_t replies_lost() const { return replies_lost_.load(std::memory_order_relaxed); }

  void SendReply(const ReplyPath& path, std::string_view message) override;

 private:
  UdpListener() = default;
  void Run();
  void Drain(size_t index, ReceiveBatch* batch);

  std::vector<std::unique_ptr<UdpSocket>> sockets_;
  NgServer* server_ = nullptr;
  int epoll_fd_ = -1;
  int stop_fd_ = -1;
  std::thread thread_;
  std::atomic<uint64_t> replies_lost_{0};
};

}  // namespace controld::listen
