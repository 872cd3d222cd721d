// A flood of datagrams that are no media, at one port and at a steady rate: what an attacker sends who knows the port and
// nothing else.
//
// Four kinds in turn: noise, a STUN request without credentials, a DTLS record, RTCP of an unknown type. With --kind N one
// of them alone (1 to 4). Sent in batches each millisecond. Prints one JSON object; "per_second" is what the host was able to.
#include <array>
#include <cstdio>
#include <vector>

#include "tools/bench/command_line.h"
#include "tools/bench/sockets.h"

namespace {

constexpr int64_t kTickNs = 1'000'000;
constexpr size_t kBatch = 64;

std::vector<std::vector<uint8_t>> Kinds() {
  std::vector<uint8_t> noise(172, 0x7f), dtls(63, 0);
  dtls[0] = 0x16;
  dtls[1] = 0xfe;
  dtls[2] = 0xfd;
  std::vector<uint8_t> stun(20, 0);
  stun[1] = 1;
  const uint8_t cookie[] = {0x21, 0x12, 0xa4, 0x42};
  std::memcpy(&stun[4], cookie, sizeof cookie);
  return {noise, stun, dtls, {0x80, 0xc2, 0, 1, 0, 0, 0, 0}};
}

class Flood {
 public:
  Flood(const sockaddr_in& target, uint32_t kind) : kinds_(Kinds()) {
    if (kind > kinds_.size()) bench::Die("--kind is 0 to 4");
    if (kind != 0) kinds_ = {kinds_[kind - 1]};
    fd_ = bench::UdpSocket(sockaddr_in{.sin_family = AF_INET, .sin_port = 0, .sin_addr = {}, .sin_zero = {}});
    if (connect(fd_, bench::Generic(target), sizeof target) != 0) bench::DieErrno("connect");
  }

  void Send(uint64_t count) {
    while (count > 0) {
      const size_t size = std::min<uint64_t>(count, kBatch);
      for (size_t i = 0; i < size; ++i) {
        std::vector<uint8_t>& packet = kinds_[(sent_ + i) % kinds_.size()];
        vectors_[i] = {packet.data(), packet.size()};
        messages_[i] = {};
        messages_[i].msg_hdr.msg_iov = &vectors_[i];
        messages_[i].msg_hdr.msg_iovlen = 1;
      }
      const int done = sendmmsg(fd_, messages_.data(), static_cast<unsigned>(size), 0);
      if (done <= 0) {  // an ICMP error, or the queue is full: these are lost
        ++errors_;
        return;
      }
      sent_ += static_cast<uint64_t>(done);
      count -= static_cast<uint64_t>(done);
    }
  }

  uint64_t sent() const { return sent_; }
  uint64_t errors() const { return errors_; }

 private:
  std::vector<std::vector<uint8_t>> kinds_;
  int fd_ = -1;
  uint64_t sent_ = 0, errors_ = 0;
  std::array<mmsghdr, kBatch> messages_;
  std::array<iovec, kBatch> vectors_;
};

}  // namespace

int main(int argc, char** argv) {
  const bench::CommandLine arguments(
      argc, argv, {{"target", ""}, {"rate", "100000"}, {"seconds", "5"}, {"kind", "0"}});
  Flood flood(bench::Endpoint(arguments.Text("target")), arguments.Number("kind"));
  const uint64_t rate = arguments.Number("rate");
  const int64_t duration = int64_t{arguments.Number("seconds")} * 1'000'000'000;
  const int timer = bench::PeriodicTimer(kTickNs);
  const int epoll = bench::Epoll();
  bench::Watch(epoll, timer, 0);
  const int64_t start = bench::NowNs();
  uint64_t due = 0;
  int64_t now = start;
  while (now - start < duration) {
    epoll_event event;
    epoll_wait(epoll, &event, 1, 100);
    // What a stopped host has missed is not caught up with in one burst.
    const uint64_t ticks = std::min<uint64_t>(bench::Expirations(timer), 100);
    const uint64_t before = due;
    due += ticks * rate / 1000;
    flood.Send(due - before);
    now = bench::NowNs();
  }
  const double seconds = static_cast<double>(now - start) / 1e9;
  std::printf("{\"sent\": %llu, \"errors\": %llu, \"seconds\": %.3f, \"per_second\": %.0f}\n",
              static_cast<unsigned long long>(flood.sent()),
              static_cast<unsigned long long>(flood.errors()), seconds,
              static_cast<double>(flood.sent()) / seconds);
}
