// The HTTP server of a daemon's figures, over loopback.
#include "proto/runtime/metrics_server.h"

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <string>

#include "proto/base/endpoint.h"

namespace runtime {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

// A port that nobody has at this moment.
std::string FreeAddress() {
  const int fd = socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t length = sizeof address;
  EXPECT_EQ(bind(fd, reinterpret_cast<sockaddr*>(&address), length), 0);
  EXPECT_EQ(getsockname(fd, reinterpret_cast<sockaddr*>(&address), &length), 0);
  close(fd);
  return "127.0.0.1:" + std::to_string(ntohs(address.sin_port));
}

// Sends a request and reads until the server closes.
std::string Ask(const std::string& to, const std::string& request) {
  const int fd = socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_storage address{};
  const socklen_t length = base::Endpoint::Parse(to)->ToSockaddr(&address);
  EXPECT_EQ(connect(fd, reinterpret_cast<sockaddr*>(&address), length), 0);
  EXPECT_EQ(send(fd, request.data(), request.size(), MSG_NOSIGNAL),
            static_cast<ssize_t>(request.size()));
  std::string reply;
  char buffer[4096];
  for (ssize_t got; (got = recv(fd, buffer, sizeof buffer, 0)) > 0;) {
    reply.append(buffer, static_cast<size_t>(got));
  }
  close(fd);
  return reply;
}

std::string Request(const std::string& method, const std::string& path) {
  return method + " " + path + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
}

HttpReply Echo(std::string_view path) {
  if (path == "/full") return {503, "no\n"};
  return {200, std::string(path) + "\n"};
}

TEST(MetricsServer, AnswersEveryAddressByPath) {
  const std::string first = FreeAddress(), second = FreeAddress();
  auto server = MetricsServer::Listen({first, second}, "listen-metrics", Echo);
  ASSERT_TRUE(server.ok()) << server.status();
  const std::string reply = Ask(first, Request("GET", "/metrics?x=1"));
  EXPECT_THAT(reply, StartsWith("HTTP/1.1 200 "));
  EXPECT_THAT(reply, HasSubstr("\r\n\r\n/metrics\n"));
  EXPECT_THAT(Ask(second, Request("GET", "/full")), StartsWith("HTTP/1.1 503 "));
}

TEST(MetricsServer, TakesNothingButGetAndHead) {
  const std::string address = FreeAddress();
  auto server = MetricsServer::Listen({address}, "listen-metrics", Echo);
  ASSERT_TRUE(server.ok()) << server.status();
  const std::string head = Ask(address, Request("HEAD", "/x"));
  EXPECT_THAT(head, StartsWith("HTTP/1.1 200 "));
  EXPECT_EQ(head.find("/x\n"), std::string::npos);
  EXPECT_THAT(Ask(address, "POST /x HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
                           "Content-Length: 3\r\n\r\nabc"),
              StartsWith("HTTP/1.1 405 "));
  EXPECT_THAT(Ask(address, "what\r\n\r\n"), testing::Not(HasSubstr("200")));
}

TEST(MetricsServer, SaysWhatIsWrongWithAnAddress) {
  EXPECT_EQ(MetricsServer::Listen({"localhost:1"}, "listen-metrics", Echo).status().message(),
            "Option listen-metrics: 'localhost:1' is not an address:port");
  const std::string address = FreeAddress();
  auto first = MetricsServer::Listen({address}, "listen-metrics", Echo);
  ASSERT_TRUE(first.ok());
  EXPECT_THAT(std::string(MetricsServer::Listen({"192.0.2.1:9901"}, "listen-metrics", Echo)
                              .status()
                              .message()),
              StartsWith("Option listen-metrics: cannot listen on 192.0.2.1:9901: "));
}

}  // namespace
}  // namespace runtime
