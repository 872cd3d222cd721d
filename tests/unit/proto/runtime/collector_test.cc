// Collectors on the loopback: datagrams, a stream, and nobody there.
#include "proto/runtime/collector.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <mutex>
#include <string>
#include <vector>

#include "proto/base/log.h"

namespace runtime {
namespace {

using testing::Contains;
using testing::HasSubstr;

class CollectorTest : public testing::Test {
 protected:
  CollectorTest() {
    base::log::SetSink([this](auto, auto, const auto&, std::string_view text) {
      const std::lock_guard lock(mutex_);
      log_.emplace_back(text);
    });
  }
  ~CollectorTest() override {
    base::log::SetSink({});
    if (fd_ >= 0) close(fd_);
  }

  // A bound socket of the server's.
  base::Endpoint Bind(int type) {
    fd_ = socket(AF_INET, type | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t length = sizeof address;
    EXPECT_EQ(bind(fd_, reinterpret_cast<const sockaddr*>(&address), length), 0);
    EXPECT_EQ(getsockname(fd_, reinterpret_cast<sockaddr*>(&address), &length), 0);
    return *base::Endpoint::FromSockaddr(reinterpret_cast<const sockaddr*>(&address), length);
  }
  static std::string Receive(int fd, size_t octets) {
    std::string out;
    char buffer[4096];
    while (out.size() < octets) {
      pollfd wait{fd, POLLIN, 0};
      if (poll(&wait, 1, 10'000) != 1) return out + "<time-out>";
      const ssize_t got = recv(fd, buffer, sizeof buffer, 0);
      if (got <= 0) return out + "<end>";
      out.append(buffer, static_cast<size_t>(got));
    }
    return out;
  }
  int Accept() const {
    pollfd wait{fd_, POLLIN, 0};
    return poll(&wait, 1, 10'000) == 1 ? accept(fd_, nullptr, nullptr) : -1;
  }
  std::vector<std::string> log() {
    const std::lock_guard lock(mutex_);
    return log_;
  }

  int fd_ = -1;
  std::mutex mutex_;
  std::vector<std::string> log_;
};

TEST_F(CollectorTest, UdpIsADatagramForEachMessage) {
  auto collector = *Collector::Start({"Homer", Bind(SOCK_DGRAM), false});
  collector->Send("one");
  collector->Send("two");
  EXPECT_EQ(Receive(fd_, 3), "one");
  EXPECT_EQ(Receive(fd_, 3), "two");
  EXPECT_EQ(collector->sent(), 2u);
  EXPECT_EQ(collector->dropped(), 0u);
}

TEST_F(CollectorTest, UdpToNobodyIsCountedAndSaidOnce) {
  const base::Endpoint address = Bind(SOCK_DGRAM);
  close(fd_);
  fd_ = -1;
  auto collector = *Collector::Start({"Homer", address, false});
  for (int i = 0; i < 5; ++i) collector->Send("x");
  EXPECT_GE(collector->dropped(), 2u);
  ASSERT_EQ(log().size(), 1u);
  EXPECT_THAT(log()[0], HasSubstr("Homer at " + address.ToString() + ": 1 messages dropped: Connection refused"));
}

TEST_F(CollectorTest, TcpIsAStreamOfAllOfThem) {
  const base::Endpoint address = Bind(SOCK_STREAM);
  ASSERT_EQ(listen(fd_, 1), 0);
  auto collector = *Collector::Start({"Graphite", address, true});
  collector->Send("early ");
  const int connection = Accept();
  ASSERT_GE(connection, 0);
  collector->Send("and late");
  EXPECT_EQ(Receive(connection, 14), "early and late");
  close(connection);
}

TEST_F(CollectorTest, TcpComesBackAfterTheServerLeft) {
  const base::Endpoint address = Bind(SOCK_STREAM);
  ASSERT_EQ(listen(fd_, 1), 0);
  Collector::Options options{"Graphite", address, true};
  options.policy.retry = std::chrono::milliseconds(1);
  auto collector = *Collector::Start(options);
  close(Accept());
  const int again = Accept();
  ASSERT_GE(again, 0);
  collector->Send("still here");
  EXPECT_EQ(Receive(again, 10), "still here");
  close(again);
  EXPECT_THAT(log(), Contains(HasSubstr("Lost connection to Graphite at " + address.ToString())));
}

TEST_F(CollectorTest, TcpQueueIsBounded) {
  const base::Endpoint address = Bind(SOCK_STREAM);  // not listening: refused
  Collector::Options options{"Homer", address, true};
  options.policy.max_octets = 100;
  auto collector = *Collector::Start(options);
  for (int i = 0; i < 5; ++i) collector->Send(std::string(30, 'x'));
  EXPECT_EQ(collector->dropped(), 2u);
  EXPECT_EQ(collector->sent(), 0u);
}

}  // namespace
}  // namespace runtime
