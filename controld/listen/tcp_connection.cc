// One connection of NG over TCP (ng-protocol.md §1.2): messages in any number, replies as soon as
// they are ready. The framing is ng/stream_framer. On the loop's thread.
//
// A reader that is slow is not read from until it has caught up, and closed when it does not. A
// client that ends its side still gets the replies to what it asked.
//
// With a secret the first line has to be "AUTH <secret>"; it gets no answer.
#include <array>
#include <boost/asio/write.hpp>
#include <string>
#include <utility>

#include "controld/listen/stream_core.h"
#include "controld/ng/stream_framer.h"
#include "proto/base/clock.h"
#include "proto/base/log.h"

namespace controld::listen {
namespace {

using base::log::Log;
using base::log::Severity;
using base::log::Subsystem;

// With more than this unsent nothing is read; with more than kMostUnsent the connection is closed.
constexpr size_t kPauseUnsent = size_t{256} << 10, kMostUnsent = size_t{32} << 20;
constexpr auto kWritePatience = std::chrono::seconds(10);
// A message that has begun has to be complete after this time, and a side that was ended answered.
constexpr auto kMessagePatience = std::chrono::seconds(30);
constexpr std::string_view kAuth = "AUTH ";

class TcpConnection final : public StreamConnection {
 public:
  TcpConnection(StreamCore& core, uint32_t channel, const base::Endpoint& peer, Tcp::socket socket)
      : core_(core),
        channel_(channel),
        peer_(peer),
        socket_(std::move(socket)),
        authenticated_(core.services.access == nullptr || !core.services.access->needs_secret()),
        framer_(!authenticated_),
        last_message_(base::ReadClocks().monotonic),
        partial_since_(last_message_) {}

  void Start() override {
    Log(Severity::kInfo, Subsystem::kControl, {}, "New TCP control ng connection from ",
        peer_.ToString());
    Read();
  }

  void Deliver(std::string message) override {
    if (in_flight_ > 0) --in_flight_;
    unsent_.append(message);
    if (unsent_.size() > kMostUnsent) return CloseCounting(&core_.counters.slow);
    Write();
  }

  // Who does not read misses it: the replies are for those who asked.
  void Notify(const std::string& message) override {
    if (closed_ || !authenticated_ || unsent_.size() + sending_.size() > kPauseUnsent) return;
    unsent_.append(message);
    Write();
  }

  void Sweep(Monotonic now) override {
    if (!sending_.empty() && now - write_since_ > kWritePatience) {
      return CloseCounting(&core_.counters.slow);
    }
    if (ended_) {
      if (now - partial_since_ > kMessagePatience) Close();
      return;
    }
    const bool stuck =
        (framer_.partial() || !authenticated_) && now - partial_since_ > kMessagePatience;
    const auto idle = core_.settings.ng_idle;
    const bool silent = idle.count() > 0 && now - last_message_ > Monotonic(idle);
    if (stuck || silent) CloseCounting(&core_.counters.idle);
  }

  void Close() override {
    if (std::exchange(closed_, true)) return;
    ErrorCode ignored;
    socket_.shutdown(Tcp::socket::shutdown_both, ignored);
    socket_.close(ignored);
    core_.Leave(channel_);
  }

 private:
  std::shared_ptr<TcpConnection> self() {
    return std::static_pointer_cast<TcpConnection>(shared_from_this());
  }

  void CloseCounting(std::atomic<uint64_t>* counter) {
    counter->fetch_add(1, std::memory_order_relaxed);
    Close();
  }

  void Read() {
    if (reading_ || ended_ || closed_ || unsent_.size() + sending_.size() > kPauseUnsent) return;
    reading_ = true;
    socket_.async_read_some(asio::buffer(input_),
                            [self = self()](const ErrorCode& error, size_t octets) {
                              self->OnRead(error, octets);
                            });
  }

  void OnRead(const ErrorCode& error, size_t octets) {
    reading_ = false;
    if (closed_) return;
    if (error == asio::error::eof) return End();
    if (error) return Close();
    const bool was_partial = framer_.partial();
    framer_.Append(std::string_view(input_.data(), octets));
    if (!was_partial && authenticated_) partial_since_ = base::ReadClocks().monotonic;
    if (!TakeMessages()) return End();
    Read();
  }

  // False: the stream cannot go on.
  bool TakeMessages() {
    std::string_view message;
    while (!closed_) {
      const base::Now now = base::ReadClocks();
      switch (framer_.Next(&message)) {
        case ng::StreamFramer::Result::kIncomplete: return true;
        case ng::StreamFramer::Result::kInvalid:
          core_.counters.faults.fetch_add(1, std::memory_order_relaxed);
          Log(Severity::kWarning, Subsystem::kControl, {}, "Closing TCP control ng connection from ",
              peer_.ToString(), ": ", framer_.fault());
          return false;
        case ng::StreamFramer::Result::kGreeting:
          if (!Authenticated(message, now)) return false;
          break;
        case ng::StreamFramer::Result::kMessage:
          last_message_ = partial_since_ = now.monotonic;
          if (core_.services.ng->Receive(message, core_.PathTo(channel_, peer_), now) ==
              NgServer::Reception::kTaken) {
            ++in_flight_;
          }
          break;
      }
    }
    return true;
  }

  bool Authenticated(std::string_view line, base::Now now) {
    const bool well_formed = line.substr(0, kAuth.size()) == kAuth;
    const std::string_view secret = well_formed ? line.substr(kAuth.size()) : std::string_view();
    authenticated_ = core_.services.access->AdmitSecret(secret, peer_.address, now.monotonic);
    return authenticated_;
  }

  // Nothing more will be read; what was asked is still answered.
  void End() {
    ended_ = true;
    partial_since_ = base::ReadClocks().monotonic;
    CloseIfDone();
  }

  void CloseIfDone() {
    if (ended_ && in_flight_ == 0 && unsent_.empty() && sending_.empty()) Close();
  }

  void Write() {
    if (closed_ || !sending_.empty() || unsent_.empty()) return;
    sending_.swap(unsent_);
    write_since_ = base::ReadClocks().monotonic;
    asio::async_write(socket_, asio::buffer(sending_),
                      [self = self()](const ErrorCode& error, size_t) { self->OnWritten(error); });
  }

  void OnWritten(const ErrorCode& error) {
    sending_.clear();
    if (closed_) return;
    if (error) return Close();
    Write();
    Read();
    CloseIfDone();
  }

  StreamCore& core_;
  const uint32_t channel_;
  const base::Endpoint peer_;
  Tcp::socket socket_;
  bool authenticated_;
  ng::StreamFramer framer_;
  std::array<char, 65536> input_;
  std::string unsent_, sending_;
  size_t in_flight_ = 0;  // commands without a reply yet
  Monotonic last_message_, partial_since_, write_since_{0};
  bool reading_ = false, ended_ = false, closed_ = false;
};

}  // namespace

std::shared_ptr<StreamConnection> MakeTcpConnection(StreamCore& core, uint32_t channel,
                                                    const base::Endpoint& peer,
                                                    Tcp::socket socket) {
  return std::make_shared<TcpConnection>(core, channel, peer, std::move(socket));
}

}  // namespace controld::listen
