// One connection of the admin interface (listen-cli, config.md §5): one command line, its output,
// the end. On the loop's thread.
//
// The line ends with LF, or where the client ends its side; CR before it and all that follows are
// ignored. No secret: who may connect is for the address to say, and a bare port is on loopback.
#include <algorithm>
#include <array>
#include <boost/asio/write.hpp>
#include <string>
#include <string_view>
#include <utility>

#include "controld/listen/stream_core.h"
#include "proto/base/clock.h"
#include "proto/base/log.h"

namespace controld::listen {
namespace {

using base::log::Log;
using base::log::Severity;
using base::log::Subsystem;

// A longer line is taken as it is so far.
constexpr size_t kMostOctets = 4096;
// For the line, and again for the reader of the answer.
constexpr auto kPatience = std::chrono::seconds(10);
// The answer may wait for workers.
constexpr auto kAnswerPatience = std::chrono::seconds(60);

class CliConnection final : public StreamConnection {
 public:
  CliConnection(StreamCore& core, uint32_t channel, const base::Endpoint& peer, Tcp::socket socket)
      : core_(core),
        channel_(channel),
        peer_(peer),
        socket_(std::move(socket)),
        since_(base::ReadClocks().monotonic) {}

  void Start() override {
    Log(Severity::kInfo, Subsystem::kControl, {}, "New cli connection from ", peer_.ToString());
    Read();
  }

  // The output; it comes this way because any thread may have it.
  void Deliver(std::string output) override {
    output_ = std::move(output);
    state_ = State::kWriting;
    since_ = base::ReadClocks().monotonic;
    asio::async_write(socket_, asio::buffer(output_),
                      [self = self()](const ErrorCode&, size_t) { self->Close(); });
  }

  void Sweep(Monotonic now) override {
    if (now - since_ <
        (state_ == State::kRunning ? Monotonic(kAnswerPatience) : Monotonic(kPatience))) {
      return;
    }
    (state_ == State::kWriting ? core_.counters.slow : core_.counters.idle)
        .fetch_add(1, std::memory_order_relaxed);
    Close();
  }

  void Close() override {
    if (std::exchange(closed_, true)) return;
    ErrorCode ignored;
    socket_.shutdown(Tcp::socket::shutdown_both, ignored);
    socket_.close(ignored);
    core_.Leave(channel_);
  }

 private:
  enum class State : uint8_t { kReading, kRunning, kWriting };

  std::shared_ptr<CliConnection> self() {
    return std::static_pointer_cast<CliConnection>(shared_from_this());
  }

  void Read() {
    socket_.async_read_some(
        asio::buffer(input_.data() + octets_, input_.size() - octets_),
        [self = self()](const ErrorCode& error, size_t octets) { self->OnRead(error, octets); });
  }

  void OnRead(const ErrorCode& error, size_t octets) {
    if (closed_) return;
    if (error && error != asio::error::eof) return Close();
    octets_ += octets;
    std::string_view text(input_.data(), octets_);
    // An empty line is no command: the next one may be.
    text.remove_prefix(std::min(text.find_first_not_of("\r\n"), text.size()));
    const size_t end = text.find('\n');
    const bool whole = end != text.npos || octets_ == input_.size();
    if (!whole && !error) return Read();
    if (text.empty()) return Close();
    // Some scripts send a C string, its end included.
    Run(text.substr(0, end).substr(0, text.find('\0')));
  }

  void Run(std::string_view line) {
    state_ = State::kRunning;
    since_ = base::ReadClocks().monotonic;
    core_.services.admin->Run(line, [core = &core_, channel = channel_](std::string output) {
      core->Deliver(channel, std::move(output));
    });
  }

  StreamCore& core_;
  const uint32_t channel_;
  const base::Endpoint peer_;
  Tcp::socket socket_;
  std::array<char, kMostOctets> input_;
  size_t octets_ = 0;
  std::string output_;
  State state_ = State::kReading;
  Monotonic since_;
  bool closed_ = false;
};

}  // namespace

std::shared_ptr<StreamConnection> MakeCliConnection(StreamCore& core, uint32_t channel,
                                                    const base::Endpoint& peer,
                                                    Tcp::socket socket) {
  return std::make_shared<CliConnection>(core, channel, peer, std::move(socket));
}

}  // namespace controld::listen
