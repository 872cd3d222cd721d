// NG over TCP, HTTP(S) and WebSocket, and the admin commands' own port: one thread, all sockets of
// listen-tcp-ng, listen-http, listen-https (ng-protocol.md §1.2, §1.3) and listen-cli.
//
// Here are listening, limits, and the way of a reply from any thread to its connection; protocols
// are in tcp_connection, http_connection, websocket_connection, cli_connection. Boost.Asio and Beast stay behind
// this header (docs/decisions/0008). Start, Stop and destruction on one thread.
#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "controld/listen/access_control.h"
#include "controld/listen/admin_commands.h"
#include "controld/listen/ng_server.h"
#include "controld/listen/reply_path.h"

namespace controld::listen {

struct StreamAddresses {
  std::vector<base::Endpoint> ng, http, https;
  std::vector<base::Endpoint> cli = {};
};

struct StreamSettings {
  int tos = 0;                                        // of all connections
  std::chrono::seconds ng_idle{3600};                 // NG over TCP without a message; 0: no limit
  std::chrono::seconds http_idle{5};                  // HTTP between two requests
  std::string certificate = {}, key = {};             // PEM files, for HTTPS; key empty: in certificate
};

// What connections talk to. All outlive the listener's thread.
struct StreamServices {
  NgServer* ng = nullptr;
  AccessControl* access = nullptr;
  AdminCommands* admin = nullptr;
  std::function<std::string()> metrics;    // the body of /metrics
  std::function<std::string()> not_ready;  // why /readyz says 503; empty: it does not
};

struct StreamCounters {
  std::atomic<uint64_t> accepted{0};       // connections
  std::atomic<uint64_t> full{0};           // closed at once: too many connections
  std::atomic<uint64_t> idle{0};           // closed: silent for too long, or in the middle of a message
  std::atomic<uint64_t> slow{0};           // closed: replies were not read
  std::atomic<uint64_t> faults{0};         // closed: what came could not be understood
  std::atomic<uint64_t> http_requests{0};  // of any kind
  std::atomic<uint64_t> replies_lost{0};   // their connection had gone
  std::atomic<int64_t> open{0};            // connections now
};

class StreamCore;

class StreamListener final : public ReplySink {
 public:
  static constexpr size_t kMaxConnections = 1024, kMaxConnectionsOfPeer = 256;
  static constexpr size_t kMaxReply = size_t{16} << 20;

  // Binds every address. On failure nothing stays open.
  static absl::StatusOr<std::unique_ptr<StreamListener>> Bind(const StreamAddresses& addresses,
                                                              const StreamSettings& settings);
  ~StreamListener() override;

  void Start(StreamServices services);
  // Nothing is received after this, and connections are closed.
  void Stop();
  // Reads the certificate again; connections from now on get it. On failure the old one stays.
  absl::Status ReloadCertificate();
  // A message with its cookie, for every client of NG over TCP; any thread.
  void Notify(std::string message);
  void SetTos(int tos);  // of connections accepted from now on

  // "ng tcp 127.0.0.1:2225", with their real ports.
  std::vector<std::string> descriptions() const;
  std::vector<base::Endpoint> addresses() const;  // in the order ng, http, https, cli
  const StreamCounters& counters() const;

  void SendReply(const ReplyPath& path, std::string_view message) override;
  size_t max_reply() const override { return kMaxReply; }

 private:
  StreamListener();

  std::unique_ptr<StreamCore> core_;
  std::thread thread_;
};

}  // namespace controld::listen
