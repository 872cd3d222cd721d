// What the stream transports share: the loop, the connections by number, services and limits.
//
// Internal to stream_listener and the connections. Everything on the loop's thread, except where
// said.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "controld/listen/stream_listener.h"
#include "proto/base/endpoint.h"

namespace controld::listen {

namespace asio = boost::asio;
using Tcp = asio::ip::tcp;
using ErrorCode = boost::system::error_code;
using Monotonic = std::chrono::nanoseconds;

// One accepted connection. The core owns it until Close.
class StreamConnection : public std::enable_shared_from_this<StreamConnection> {
 public:
  virtual ~StreamConnection() = default;
  virtual void Start() = 0;
  // A reply that NgServer has for this connection.
  virtual void Deliver(std::string message) = 0;
  // Something that nobody asked for; only connections of NG over TCP take it.
  virtual void Notify(const std::string& message) { (void)message; }
  // About every second.
  virtual void Sweep(Monotonic now) = 0;
  // Closes the socket and leaves the core; may be called again.
  virtual void Close() = 0;
};

enum class StreamKind : uint8_t { kNg, kHttp, kHttps, kCli };

class StreamCore {
 public:
  explicit StreamCore(ReplySink* the_sink) : sink(the_sink) {}
  ~StreamCore() { CloseAll(); }

  absl::Status Listen(StreamKind kind, const base::Endpoint& address);
  absl::Status LoadCertificate();
  void SetTos(int tos);
  void Accept();  // on all listening sockets
  void StartSweeping();
  void CloseAll();

  // A number for a connection that has been admitted; 0: there are too many.
  uint32_t Enter(const base::Endpoint& peer, const base::Endpoint& local);
  void Attach(uint32_t channel, std::shared_ptr<StreamConnection> connection);
  void Leave(uint32_t channel);
  // Posts to the loop; any thread.
  void Deliver(uint32_t channel, std::string message);

  // Posts to the loop, for all NG connections over TCP; any thread.
  void Notify(std::string message);

  ReplyPath PathTo(uint32_t channel, const base::Endpoint& peer) const;
  std::vector<std::string> descriptions() const;
  std::vector<base::Endpoint> addresses() const;

  ReplySink* const sink;
  StreamSettings settings;
  StreamServices services;
  StreamCounters counters;
  std::shared_ptr<asio::ssl::context> tls;  // null without listen-https

 private:
  struct Listening {
    StreamKind kind;
    base::Endpoint address;
    Tcp::acceptor acceptor;
    asio::steady_timer retry;
  };
  struct Member {
    base::IpAddress peer;
    base::Endpoint local;
    std::shared_ptr<StreamConnection> connection;
  };
  void AcceptOne(Listening* listening);
  void OnAccepted(StreamKind kind, Tcp::socket socket);
  bool Admitted(StreamKind kind, const base::IpAddress& peer);
  std::shared_ptr<StreamConnection> MakeConnection(StreamKind kind, uint32_t channel,
                                                   const base::Endpoint& peer, Tcp::socket socket);

  uint32_t last_channel_ = 0;
  std::unordered_map<uint32_t, Member> members_;
  std::map<base::IpAddress, size_t> per_peer_;  // at most as many as there are connections

 public:
  asio::io_context io{1};  // after what its handlers use

 private:
  std::vector<std::unique_ptr<Listening>> listening_;
  asio::steady_timer sweep_{io};
};

// The protocols.
std::shared_ptr<StreamConnection> MakeTcpConnection(StreamCore& core, uint32_t channel,
                                                    const base::Endpoint& peer,
                                                    Tcp::socket socket);
std::shared_ptr<StreamConnection> MakeCliConnection(StreamCore& core, uint32_t channel,
                                                    const base::Endpoint& peer,
                                                    Tcp::socket socket);
std::shared_ptr<StreamConnection> MakeHttpConnection(StreamCore& core, uint32_t channel,
                                                     const base::Endpoint& peer,
                                                     Tcp::socket socket, bool secure);

}  // namespace controld::listen
