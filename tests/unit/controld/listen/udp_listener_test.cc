// NG over real UDP sockets on loopback, port 0.
#include "controld/listen/udp_listener.h"

#include <gtest/gtest.h>
#include <poll.h>
#include <unistd.h>

#include <string>
#include <vector>

#include "controld/listen/listen_address.h"
#include "proto/base/log.h"
#include "proto/base/text.h"

namespace controld::listen {
namespace {

class NoCalls final : public Dispatcher {
 public:
  bool Handle(ng::Request&&, const base::Endpoint&, Respond&&) override { return false; }
  void List(size_t, Listed done) override { done({}); }
};

// A client's socket; not connected, so that it sees where a reply comes from.
class Client {
 public:
  explicit Client(int family) : fd_(socket(family, SOCK_DGRAM | SOCK_CLOEXEC, 0)) {}
  ~Client() { close(fd_); }
  void Send(const base::Endpoint& to, std::string_view text) {
    sockaddr_storage address{};
    const socklen_t length = to.ToSockaddr(&address);
    ASSERT_EQ(
        sendto(fd_, text.data(), text.size(), 0, reinterpret_cast<sockaddr*>(&address), length),
        static_cast<ssize_t>(text.size()));
  }
  // "<from> <text>"; empty after a second without any.
  std::string Receive() {
    pollfd wait{fd_, POLLIN, 0};
    if (poll(&wait, 1, 1000) != 1) return "";
    std::string buffer(70'000, '\0');
    sockaddr_storage from{};
    socklen_t length = sizeof from;
    const ssize_t size =
        recvfrom(fd_, buffer.data(), buffer.size(), 0, reinterpret_cast<sockaddr*>(&from), &length);
    if (size < 0) return "";
    buffer.resize(static_cast<size_t>(size));
    return base::StrCat(
        base::Endpoint::FromSockaddr(reinterpret_cast<sockaddr*>(&from), length)->ToString(), " ",
        buffer);
  }

 private:
  const int fd_;
};

class UdpListenerTest : public testing::Test {
 protected:
  UdpListenerTest() {
    base::log::SetSink([](auto&&...) {});
  }  // a line per ping is too much to read
  ~UdpListenerTest() override {
    listener_.reset();
    base::log::SetSink({});
  }

  void Listen(const std::vector<std::string>& values) {
    const auto addresses = ParseListenAddresses(values, "listen-ng");
    ASSERT_TRUE(addresses.ok()) << addresses.status();
    auto listener = UdpListener::Bind(*addresses, {});
    ASSERT_TRUE(listener.ok()) << listener.status();
    listener_ = *std::move(listener);
    ASSERT_TRUE(listener_->Start(&server_).ok());
  }
  // Sends a ping to the address and the listener's port; where the answer came from has to be the
  // same.
  void ExpectPong(std::string_view address, uint16_t port, std::string_view cookie) {
    const base::Endpoint to{*base::IpAddress::Parse(address), port};
    Client client(to.address.family() == base::Family::kIpv6 ? AF_INET6 : AF_INET);
    client.Send(to, base::StrCat(cookie, " d7:command4:pinge"));
    EXPECT_EQ(client.Receive(), base::StrCat(to.ToString(), " ", cookie, " d6:result4:ponge"));
  }

  CookieCache cookies_{{1, 2}, base::ReadClocks().monotonic};
  ClientStatistics clients_{{1, 2}};
  NoCalls dispatcher_;
  NgServer server_{cookies_, clients_, dispatcher_, {}};
  std::unique_ptr<UdpListener> listener_;
};

TEST_F(UdpListenerTest, AnswersFromTheAddressThatWasAsked) {
  Listen({"0.0.0.0:0"});
  const uint16_t port = listener_->addresses()[0].port;
  ASSERT_NE(port, 0);
  ExpectPong("127.0.0.1", port, "a");
  ExpectPong("127.0.0.2", port, "b");
  ExpectPong("127.9.8.7", port, "c");
}

TEST_F(UdpListenerTest, AnswersOverIpv6) {
  Listen({"[::1]:0"});
  ExpectPong("::1", listener_->addresses()[0].port, "six");
}

TEST_F(UdpListenerTest, BarePortMeansBothFamilies) {
  Listen({"0"});
  ASSERT_EQ(listener_->addresses().size(), 2u);
  ExpectPong("127.0.0.3", listener_->addresses()[0].port, "four");
  ExpectPong("::1", listener_->addresses()[1].port, "six");
}

TEST_F(UdpListenerTest, CookiesAreSharedByAllSockets) {
  Listen({"127.0.0.1:0", "127.0.0.1:0"});
  ASSERT_EQ(listener_->addresses().size(), 2u);
  ExpectPong("127.0.0.1", listener_->addresses()[0].port, "same");
  Client client(AF_INET);
  client.Send(listener_->addresses()[1], "same anything");
  EXPECT_EQ(client.Receive(),
            base::StrCat(listener_->addresses()[1].ToString(), " same d6:result4:ponge"));
}

TEST_F(UdpListenerTest, LargestDatagram) {
  Listen({"127.0.0.1:0"});
  Client client(AF_INET);
  client.Send(listener_->addresses()[0],
              base::StrCat("big d7:command4:ping3:pad60000:", std::string(60'000, 'x'), "e"));
  EXPECT_EQ(client.Receive(),
            base::StrCat(listener_->addresses()[0].ToString(), " big d6:result4:ponge"));
}

TEST_F(UdpListenerTest, ManyAtOnceAreAllAnswered) {
  Listen({"127.0.0.1:0"});
  Client client(AF_INET);
  for (int i = 0; i < 200; ++i) {
    client.Send(listener_->addresses()[0], base::StrCat("m", i, " d7:command4:pinge"));
  }
  int answers = 0;
  while (answers < 200 && !client.Receive().empty()) ++answers;
  EXPECT_EQ(answers, 200);
  EXPECT_EQ(listener_->replies_lost(), 0u);
}

TEST_F(UdpListenerTest, RepliesCanBeSentAfterStop) {
  Listen({"127.0.0.1:0"});
  listener_->Stop();
  listener_->Stop();
  ReplyPath path;
  path.channel = 99;  // never was
  listener_->SendReply(path, "x");
}

TEST(ListenAddressTest, Forms) {
  const auto text = [](std::string_view value) {
    const auto parsed = ParseListenAddress(value, "listen-ng");
    if (!parsed.ok()) return std::string(base::Message(parsed.status()));
    std::string out;
    for (const auto& endpoint : *parsed)
      base::StrAppend(&out, out.empty() ? "" : " ", endpoint.ToString());
    return out;
  };
  EXPECT_EQ(text("2223"), "0.0.0.0:2223 [::]:2223");
  EXPECT_EQ(text("127.0.0.1:2223"), "127.0.0.1:2223");
  EXPECT_EQ(text("[2001:db8::1]:22222"), "[2001:db8::1]:22222");
  for (const char* bad : {"127.0.0.1", "127.0.0.1:99999", "", ":", ":2223", "::1:2223",
                          "127.0.0.1:", "127.0.0.1:x", "[::1]", "70000", "127.0.0.1:+5"}) {
    EXPECT_EQ(text(bad), base::StrCat("Invalid IP or port '", bad, "' ('listen-ng')"));
  }
}

TEST(ListenAddressTest, ListsSkipNoneAndRepetitions) {
  const auto parsed =
      ParseListenAddresses({"127.0.0.1:2223", "none", "127.0.0.1:2223", "[::1]:2223"}, "listen-ng");
  ASSERT_TRUE(parsed.ok());
  EXPECT_EQ(parsed->size(), 2u);
  EXPECT_FALSE(ParseListenAddresses({"127.0.0.1:2223", "x"}, "listen-ng").ok());
}

}  // namespace
}  // namespace controld::listen
