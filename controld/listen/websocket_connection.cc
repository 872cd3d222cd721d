#include "controld/listen/websocket_connection.h"

#include <boost/beast/core/buffers_to_string.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/websocket/ssl.hpp>
#include <boost/beast/websocket/stream.hpp>
#include <deque>
#include <string>
#include <utility>

#include "controld/ng/stream_framer.h"
#include "proto/base/clock.h"
#include "proto/base/log.h"

namespace controld::listen {
namespace {

namespace websocket = beast::websocket;

constexpr auto kHandshakePatience = std::chrono::seconds(10);
// Half of it without any octet makes us send a ping; all of it ends the connection.
constexpr auto kSilence = std::chrono::seconds(120);
constexpr auto kWritePatience = std::chrono::seconds(10);
constexpr size_t kPauseUnsent = size_t{256} << 10, kMostUnsent = size_t{32} << 20;

template <typename Stream>
class WebSocketConnection final : public StreamConnection {
 public:
  WebSocketConnection(StreamCore& core, uint32_t channel, const base::Endpoint& peer,
                      Stream stream, HttpMessage upgrade, WsProtocol protocol)
      : core_(core),
        channel_(channel),
        peer_(peer),
        stream_(std::move(stream)),
        upgrade_(std::move(upgrade)),
        protocol_(protocol) {}

  void Start() override {
    beast::get_lowest_layer(stream_).expires_never();  // the stream has time-outs of its own
    stream_.set_option(websocket::stream_base::timeout{kHandshakePatience, kSilence, true});
    stream_.set_option(
        websocket::stream_base::decorator([protocol = protocol_](websocket::response_type& reply) {
          const std::string_view name = WsProtocolName(protocol);
          reply.set(http::field::sec_websocket_protocol, beast::string_view(name.data(), name.size()));
        }));
    stream_.read_message_max(ng::StreamFramer::kMaxMessage);
    stream_.async_accept(upgrade_, [self = self()](const ErrorCode& error) {
      self->upgrade_ = {};
      if (error) return self->Close();
      self->Read();
    });
  }

  void Deliver(std::string message) override { Queue(std::move(message), false); }

  void Sweep(Monotonic now) override {
    if (writing_ && now - write_since_ > kWritePatience) {
      core_.counters.slow.fetch_add(1, std::memory_order_relaxed);
      Close();
    }
  }

  void Close() override {
    if (std::exchange(closed_, true)) return;
    beast::get_lowest_layer(stream_).close();
    core_.Leave(channel_);
  }

 private:
  struct Outgoing {
    std::string message;
    bool text;
  };

  std::shared_ptr<WebSocketConnection> self() {
    return std::static_pointer_cast<WebSocketConnection>(shared_from_this());
  }

  void Read() {
    if (reading_ || closed_ || unsent_ > kPauseUnsent) return;
    reading_ = true;
    stream_.async_read(input_,
                       [self = self()](const ErrorCode& error, size_t) { self->OnRead(error); });
  }

  void OnRead(const ErrorCode& error) {
    reading_ = false;
    if (closed_) return;
    if (error) return Close();
    const std::string message = beast::buffers_to_string(input_.data());
    input_.consume(input_.size());
    if (!Handle(message)) return Close();
    Read();
  }

  // False: the peer may not send.
  bool Handle(const std::string& message) {
    const base::Now now = base::ReadClocks();
    const ReplyPath path = core_.PathTo(channel_, peer_);
    NgServer& ng = *core_.services.ng;
    switch (protocol_) {
      case WsProtocol::kNg: return ng.Receive(message, path, now) != NgServer::Reception::kRefused;
      case WsProtocol::kNgPlain:
        return ng.ReceivePlain(message, path, now) != NgServer::Reception::kRefused;
      case WsProtocol::kEcho:
      case WsProtocol::kAdmin: break;
    }
    AccessControl* const access = core_.services.access;
    if (access != nullptr && !access->AdmitMessage(peer_.address, now.monotonic)) return false;
    if (protocol_ == WsProtocol::kEcho) {
      Queue(message, stream_.got_text());
    } else {
      // Its answer comes from any thread, the way that replies do.
      core_.services.admin->Run(message, [&core = core_, channel = channel_](std::string output) {
        core.Deliver(channel, std::move(output));
      });
    }
    return true;
  }

  // Replies are binary messages, as in the reference: an SDP need not be UTF-8.
  void Queue(std::string message, bool text) {
    if (closed_) return;
    unsent_ += message.size();
    if (unsent_ > kMostUnsent) {
      core_.counters.slow.fetch_add(1, std::memory_order_relaxed);
      return Close();
    }
    queue_.push_back({std::move(message), text});
    Write();
  }

  void Write() {
    if (writing_ || closed_ || queue_.empty()) return;
    writing_ = true;
    write_since_ = base::ReadClocks().monotonic;
    stream_.text(queue_.front().text);
    stream_.async_write(asio::buffer(queue_.front().message),
                        [self = self()](const ErrorCode& error, size_t) { self->OnWritten(error); });
  }

  void OnWritten(const ErrorCode& error) {
    writing_ = false;
    unsent_ -= queue_.front().message.size();
    queue_.pop_front();
    if (closed_) return;
    if (error) return Close();
    Write();
    Read();
  }

  StreamCore& core_;
  const uint32_t channel_;
  const base::Endpoint peer_;
  websocket::stream<Stream> stream_;
  HttpMessage upgrade_;
  const WsProtocol protocol_;
  beast::flat_buffer input_;
  std::deque<Outgoing> queue_;
  size_t unsent_ = 0;  // octets in the queue
  Monotonic write_since_{0};
  bool reading_ = false, writing_ = false, closed_ = false;
};

}  // namespace

template <typename Stream>
std::shared_ptr<StreamConnection> MakeWebSocketConnection(StreamCore& core, uint32_t channel,
                                                          const base::Endpoint& peer,
                                                          Stream stream, HttpMessage upgrade,
                                                          WsProtocol protocol) {
  return std::make_shared<WebSocketConnection<Stream>>(core, channel, peer, std::move(stream),
                                                       std::move(upgrade), protocol);
}

template std::shared_ptr<StreamConnection> MakeWebSocketConnection<PlainStream>(
    StreamCore&, uint32_t, const base::Endpoint&, PlainStream, HttpMessage, WsProtocol);
template std::shared_ptr<StreamConnection> MakeWebSocketConnection<TlsStream>(
    StreamCore&, uint32_t, const base::Endpoint&, TlsStream, HttpMessage, WsProtocol);

}  // namespace controld::listen
