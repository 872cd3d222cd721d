// A connection of HTTP or HTTPS (ng-protocol.md §1.3): one request after the other; a request for a
// WebSocket hands the connection over. What requests mean is in http_routes. On the loop's thread.
//
// With a secret every request but /ping and OPTIONS has to say "Authorization: Bearer <secret>".
#include <boost/asio/ssl/error.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/write.hpp>
#include <boost/beast/websocket/rfc6455.hpp>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>

#include "controld/listen/websocket_connection.h"
#include "controld/ng/stream_framer.h"
#include "proto/base/clock.h"
#include "proto/base/log.h"
#include "proto/base/text.h"

namespace controld::listen {
namespace {

using base::log::Log;
using base::log::Severity;
using base::log::Subsystem;

constexpr uint32_t kMaxHead = 16384;
constexpr auto kHandshakePatience = std::chrono::seconds(10);
constexpr auto kRequestPatience = std::chrono::seconds(30);  // a body, or a reply being read
constexpr auto kReplyPatience = std::chrono::seconds(60);    // a command being carried out
// What the reference answers where a cookie is missing; no status of HTTP's.
constexpr unsigned kNoCookieStatus = 600;
constexpr std::string_view kText = "text/plain";

std::string_view View(beast::string_view text) { return {text.data(), text.size()}; }
beast::string_view View(std::string_view text) { return {text.data(), text.size()}; }

template <typename Stream>
class HttpConnection final : public StreamConnection {
  static constexpr bool kSecure = std::is_same_v<Stream, TlsStream>;

 public:
  template <typename... Args>
  HttpConnection(StreamCore& core, uint32_t channel, const base::Endpoint& peer, Args&&... args)
      : core_(core), channel_(channel), peer_(peer), stream_(std::forward<Args>(args)...) {}

  void Start() override {
    if constexpr (kSecure) {
      tls_ = core_.tls;
      Lowest().expires_after(kHandshakePatience);
      stream_.async_handshake(asio::ssl::stream_base::server,
                              [self = self()](const ErrorCode& error) {
                                if (error) return self->Fault(error);
                                self->ReadHead(kRequestPatience);
                              });
    } else {
      ReadHead(kRequestPatience);
    }
  }

  void Deliver(std::string message) override {
    if (!std::exchange(awaiting_, false)) return;
    Respond(200, route_.content_type, std::move(message));
  }

  void Sweep(Monotonic now) override {
    if (!awaiting_ || now - awaiting_since_ < kReplyPatience) return;
    awaiting_ = false;
    keep_alive_ = false;  // the reply may still come: not to the next request
    Respond(503, kText, "timeout\n");
  }

  void Close() override {
    if (std::exchange(closed_, true)) return;
    Lowest().close();
    core_.Leave(channel_);
  }

 private:
  std::shared_ptr<HttpConnection> self() {
    return std::static_pointer_cast<HttpConnection>(shared_from_this());
  }
  beast::tcp_stream& Lowest() { return beast::get_lowest_layer(stream_); }

  void Fault(const ErrorCode& error) {
    const bool idle = error == beast::error::timeout;
    const bool left = error == http::error::end_of_stream || error == asio::error::eof ||
                      error == asio::error::connection_reset ||
                      error == asio::error::operation_aborted;
    if (!left) {
      (idle ? core_.counters.idle : core_.counters.faults).fetch_add(1, std::memory_order_relaxed);
    }
    Close();
  }

  template <typename Duration>
  void ReadHead(Duration patience) {
    parser_.emplace();
    parser_->header_limit(kMaxHead);
    parser_->body_limit(ng::StreamFramer::kMaxMessage);
    Lowest().expires_after(patience);
    http::async_read_header(
        stream_, input_, *parser_,
        [self = self()](const ErrorCode& error, size_t) { self->OnHead(error); });
  }

  void OnHead(const ErrorCode& error) {
    if (closed_) return;
    if (error) return OnReadError(error);
    core_.counters.http_requests.fetch_add(1, std::memory_order_relaxed);
    const auto& head = parser_->get();
    Log(Severity::kInfo, Subsystem::kHttp, {}, "HTTP ", View(head.method_string()), " from ",
        peer_.ToString(), ": '", View(head.target()), "'");
    if (beast::websocket::is_upgrade(head)) return Upgrade();
    Lowest().expires_after(kRequestPatience);
    if (beast::iequals(head[http::field::expect], "100-continue")) return Continue();
    ReadBody();
  }

  void Continue() {
    continue_ = {http::status::continue_, 11};
    http::async_write(stream_, continue_, [self = self()](const ErrorCode& error, size_t) {
      if (error) return self->Fault(error);
      self->ReadBody();
    });
  }

  void ReadBody() {
    http::async_read(stream_, input_, *parser_, [self = self()](const ErrorCode& error, size_t) {
      if (self->closed_) return;
      if (error) return self->OnReadError(error);
      self->OnRequest();
    });
  }

  // What is no HTTP gets an answer that says so, once.
  void OnReadError(const ErrorCode& error) {
    if (error == http::error::end_of_stream ||
        error.category() != ErrorCode(http::error::end_of_stream).category()) {
      return Fault(error);
    }
    core_.counters.faults.fetch_add(1, std::memory_order_relaxed);
    keep_alive_ = false;
    const bool large = error == http::error::body_limit || error == http::error::header_limit;
    Respond(large ? 413 : 400, kText, large ? "too large\n" : "bad request\n");
  }

  void OnRequest() {
    request_ = parser_->release();
    keep_alive_ = request_.keep_alive();
    HttpHead head;
    head.method = View(request_.method_string());
    head.target = View(request_.target());
    head.content_type = View(request_[http::field::content_type]);
    head.has_content_length = request_.count(http::field::content_length) != 0;
    route_ = RouteHttp(head);
    if (!OpenToAll() && !Authorized(request_)) return Unauthorized();
    // NgServer admits what comes to it.
    const bool ng = route_.action == HttpAction::kNg || route_.action == HttpAction::kNgPlain;
    AccessControl* const access = core_.services.access;
    if (!ng && access != nullptr &&
        !access->AdmitMessage(peer_.address, base::ReadClocks().monotonic)) {
      return Refused();
    }
    Act();
  }

  // Without the secret: what tells nothing of calls.
  bool OpenToAll() const {
    return route_.action == HttpAction::kPing || route_.action == HttpAction::kEmpty ||
           route_.action == HttpAction::kLive || route_.action == HttpAction::kReady;
  }

  void RespondReadiness() {
    const std::string reasons = core_.services.not_ready();
    if (reasons.empty()) return Respond(200, kText, "ok\n");
    Respond(503, kText, reasons);
  }

  void Act() {
    switch (route_.action) {
      case HttpAction::kNotFound: return Respond(404, kText, "not found\n");
      case HttpAction::kEmpty: return Respond(200, {}, {});
      case HttpAction::kPing: return Respond(200, kText, "pong\n");
      case HttpAction::kMetrics: return Respond(200, kText, core_.services.metrics());
      case HttpAction::kLive: return Respond(200, kText, "ok\n");
      case HttpAction::kReady: return RespondReadiness();
      case HttpAction::kAdminPath: return RunAdmin(route_.command);
      case HttpAction::kAdminBody: return RunAdmin(request_.body());
      case HttpAction::kNg:
      case HttpAction::kNgPlain: return RunNg();
    }
  }

  void Await() {
    awaiting_ = true;
    awaiting_since_ = base::ReadClocks().monotonic;
  }

  void RunNg() {
    const base::Now now = base::ReadClocks();
    const ReplyPath path = core_.PathTo(channel_, peer_);
    NgServer& ng = *core_.services.ng;
    Await();
    const auto reception = route_.action == HttpAction::kNg
                               ? ng.Receive(request_.body(), path, now)
                               : ng.ReceivePlain(request_.body(), path, now);
    if (reception == NgServer::Reception::kTaken) return;
    awaiting_ = false;
    if (reception == NgServer::Reception::kRefused) return Refused();
    Respond(kNoCookieStatus, kText, "error\n");
  }

  void RunAdmin(const std::string& line) {
    Await();
    core_.services.admin->Run(line, [&core = core_, channel = channel_](std::string output) {
      core.Deliver(channel, std::move(output));
    });
  }

  bool Authorized(const HttpMessage& fields) {
    AccessControl* const access = core_.services.access;
    if (access == nullptr || !access->needs_secret()) return true;
    return access->AdmitSecret(BearerToken(View(fields[http::field::authorization])), peer_.address,
                               base::ReadClocks().monotonic);
  }

  void Unauthorized() {
    keep_alive_ = false;
    Respond(401, kText, "unauthorized\n");
  }

  void Refused() {
    keep_alive_ = false;
    Respond(429, kText, "too many requests\n");
  }

  void Upgrade() {
    if (!Authorized(parser_->get())) return Unauthorized();
    std::string offered;
    for (const auto& field : parser_->get()) {
      if (field.name() != http::field::sec_websocket_protocol) continue;
      base::StrAppend(&offered, offered.empty() ? "" : ",", View(field.value()));
    }
    const auto protocol = ChooseWsProtocol(offered);
    if (!protocol) {
      keep_alive_ = false;
      return Respond(400, kText, "unknown sub-protocol\n");
    }
    closed_ = true;  // from here on the other one is the member
    auto next = MakeWebSocketConnection<Stream>(core_, channel_, peer_, std::move(stream_),
                                                parser_->release(), *protocol);
    core_.Attach(channel_, next);
    next->Start();
  }

  void Respond(unsigned status, std::string_view content_type, std::string body) {
    if (closed_) return;
    response_ = {};
    response_.result(status);
    response_.version(11);
    if (!content_type.empty()) response_.set(http::field::content_type, View(content_type));
    if (status == 401) response_.set(http::field::www_authenticate, "Bearer");
    response_.set(http::field::access_control_allow_origin, "*");
    response_.set(http::field::access_control_max_age, "86400");
    response_.set(http::field::access_control_allow_methods, "GET, POST");
    response_.set(http::field::access_control_allow_headers, "Content-Type");
    response_.body() = std::move(body);
    response_.keep_alive(keep_alive_);
    response_.prepare_payload();
    Lowest().expires_after(kRequestPatience);
    http::async_write(stream_, response_, [self = self()](const ErrorCode& error, size_t) {
      if (self->closed_) return;
      if (error == beast::error::timeout) {
        self->core_.counters.slow.fetch_add(1, std::memory_order_relaxed);
        return self->Close();
      }
      if (error) return self->Fault(error);
      if (self->keep_alive_) return self->ReadHead(self->core_.settings.http_idle);
      self->End();
    });
  }

  // The peer reads the reply before it learns that we are done.
  void End() {
    if constexpr (kSecure) {
      Lowest().expires_after(kHandshakePatience);
      stream_.async_shutdown([self = self()](const ErrorCode&) { self->Close(); });
    } else {
      ErrorCode ignored;
      stream_.socket().shutdown(Tcp::socket::shutdown_send, ignored);
      Close();
    }
  }

  StreamCore& core_;
  const uint32_t channel_;
  const base::Endpoint peer_;
  std::shared_ptr<asio::ssl::context> tls_;  // the one that the handshake was begun with
  Stream stream_;
  beast::flat_buffer input_{2 * ng::StreamFramer::kMaxMessage};
  std::optional<http::request_parser<http::string_body>> parser_;
  HttpMessage request_;
  http::response<http::empty_body> continue_;
  http::response<http::string_body> response_;
  HttpRoute route_;
  Monotonic awaiting_since_{0};
  bool awaiting_ = false, keep_alive_ = false, closed_ = false;
};

}  // namespace

std::shared_ptr<StreamConnection> MakeHttpConnection(StreamCore& core, uint32_t channel,
                                                     const base::Endpoint& peer,
                                                     Tcp::socket socket, bool secure) {
  if (secure) {
    return std::make_shared<HttpConnection<TlsStream>>(core, channel, peer, std::move(socket),
                                                       *core.tls);
  }
  return std::make_shared<HttpConnection<PlainStream>>(core, channel, peer, std::move(socket));
}

}  // namespace controld::listen
