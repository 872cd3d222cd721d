// NG over TCP, HTTP and WebSocket, over real sockets on the loopback: framing, sharing of cookies,
// slow and silent peers, access.
#include "controld/listen/stream_listener.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <string>
#include <vector>

#include "controld/listen/listen_address.h"
#include "proto/base/log.h"
#include "proto/base/text.h"

namespace controld::listen {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

class NoCalls final : public Dispatcher {
 public:
  bool Handle(ng::Request&&, const base::Endpoint&, Respond&&) override { return false; }
  void List(size_t, Listed done) override { done(std::vector<std::string>(500, std::string(200, 'c'))); }
};

class EchoAdmin final : public AdminCommands {
 public:
  void Run(std::string_view line, Done done) override { done(base::StrCat("ran ", line, "\n")); }
};

class Client {
 public:
  explicit Client(const base::Endpoint& to) : fd_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_storage storage{};
    const socklen_t length = to.ToSockaddr(&storage);
    EXPECT_EQ(connect(fd_, reinterpret_cast<sockaddr*>(&storage), length), 0);
  }
  ~Client() { close(fd_); }
  void Send(std::string_view octets) const {
    while (!octets.empty()) {
      const ssize_t sent = send(fd_, octets.data(), octets.size(), MSG_NOSIGNAL);
      if (sent <= 0) return;
      octets.remove_prefix(static_cast<size_t>(sent));
    }
  }
  void EndSending() const { shutdown(fd_, SHUT_WR); }
  // What comes until `expected` octets are there, or the end.
  std::string Receive(size_t expected) const {
    std::string out;
    char buffer[4096];
    while (out.size() < expected) {
      pollfd wait{fd_, POLLIN, 0};
      if (poll(&wait, 1, 5000) != 1) return out + "<time-out>";
      const ssize_t got = recv(fd_, buffer, sizeof buffer, 0);
      if (got <= 0) return out + "<end>";
      out.append(buffer, static_cast<size_t>(got));
    }
    return out;
  }
  std::string ReceiveAll() const { return Receive(size_t{1} << 30); }

 private:
  const int fd_;
};

class StreamListenerTest : public testing::Test {
 protected:
  StreamListenerTest() {
    base::log::SetSink([](base::log::Severity, base::log::Subsystem, const base::log::Context&,
                          std::string_view) {});
  }
  ~StreamListenerTest() override {
    listener_.reset();
    base::log::SetSink({});
  }
  void Start() {
    const base::Endpoint any = *base::Endpoint::Parse("127.0.0.1:0");
    auto listener = StreamListener::Bind({{any}, {any}, {}, {any}}, {});
    ASSERT_TRUE(listener.ok()) << listener.status();
    listener_ = *std::move(listener);
    listener_->Start({&server_, &access_, &admin_, [] { return std::string("metrics\n"); },
                      [this] { return not_ready_; }});
  }
  base::Endpoint tcp() const { return listener_->addresses()[0]; }
  base::Endpoint http() const { return listener_->addresses()[1]; }
  base::Endpoint cli() const { return listener_->addresses()[2]; }
  // One request, and everything that comes back on its connection.
  std::string Http(std::string_view request) const {
    const Client client(http());
    client.Send(request);
    client.EndSending();
    return client.ReceiveAll();
  }
  static std::string Post(std::string_view path, std::string_view body, std::string_view more = "") {
    return base::StrCat("POST ", path, " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n", more,
                        "Content-Type: application/x-rtpengine-ng\r\nContent-Length: ", body.size(),
                        "\r\n\r\n", body);
  }
  void Demand(std::string secret, uint32_t rate = 0) {
    AccessControl::Rules rules;
    rules.secret = std::move(secret);
    rules.messages_per_second = rate;
    access_.SetRules(std::move(rules));
  }

  CookieCache cookies_{{1, 2}, base::ReadClocks().monotonic};
  ClientStatistics clients_{{1, 2}};
  NoCalls dispatcher_;
  AccessControl access_{fleet::HashKey{1, 2}};
  EchoAdmin admin_;
  std::string not_ready_;  // what /readyz says
  NgServer server_{cookies_, clients_, dispatcher_, {{}, true, &admin_, &access_}};
  std::unique_ptr<StreamListener> listener_;
};

constexpr char kPing[] = "d7:command4:pinge";
constexpr char kPong[] = "d6:result4:ponge";

TEST_F(StreamListenerTest, NotificationsGoToNgClientsOnTcp) {
  Start();
  const Client client(tcp()), other(tcp()), web(http());
  for (const Client* one : {&client, &other}) {
    one->Send(base::StrCat("a ", kPing));
    EXPECT_EQ(one->Receive(18), base::StrCat("a ", kPong));
  }
  listener_->Notify("0123456789abcdef d6:notify6:onDTMFe");
  EXPECT_EQ(client.Receive(35), "0123456789abcdef d6:notify6:onDTMFe");
  EXPECT_EQ(other.Receive(35), "0123456789abcdef d6:notify6:onDTMFe");
  // It is no reply: a client that ends its side still gets what it asked for.
  client.Send(base::StrCat("b ", kPing));
  client.EndSending();
  EXPECT_EQ(client.ReceiveAll(), base::StrCat("b ", kPong, "<end>"));
  web.Send("GET /ping HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  EXPECT_THAT(web.ReceiveAll(), StartsWith("HTTP/1.1 200"));
}

TEST_F(StreamListenerTest, TcpAnswersManyMessagesInPieces) {
  Start();
  const Client client(tcp());
  client.Send("a d7:comm");
  client.Send(base::StrCat("and4:pinge", "b ", kPing, "c {\"command\":\"ping\"}"));
  const std::string expected =
      base::StrCat("a ", kPong, "b ", kPong, "c {\"result\":\"pong\"}");
  EXPECT_EQ(client.Receive(expected.size()), expected);
  client.Send(base::StrCat("d d7:command4:ping3:pad300000:", std::string(300'000, 'x'), "e"));
  EXPECT_EQ(client.Receive(18), base::StrCat("d ", kPong));
}

TEST_F(StreamListenerTest, TcpAnswersWhoHasFinishedSending) {
  Start();
  const Client client(tcp());
  client.Send(base::StrCat("a ", kPing));
  client.EndSending();
  EXPECT_EQ(client.ReceiveAll(), base::StrCat("a ", kPong, "<end>"));
}

TEST_F(StreamListenerTest, TcpIsClosedWhereNoMessageCanBeFound) {
  Start();
  const Client client(tcp());
  client.Send(base::StrCat("a ", kPing, "b hello"));
  EXPECT_EQ(client.ReceiveAll(), base::StrCat("a ", kPong, "<end>"));
  EXPECT_EQ(listener_->counters().faults.load(), 1u);
}

TEST_F(StreamListenerTest, RepliesMayBeLargerThanADatagram) {
  Start();
  const Client client(tcp());
  for (int i = 0; i < 8; ++i) {
    client.Send(base::StrCat("l", i, " d7:command4:list5:limiti500ee"));
  }
  // Each is cut to what fits a datagram by `list` itself; together they are more than is buffered
  // at once.
  EXPECT_GT(client.Receive(8 * 50'000).size(), 8 * 50'000u);
}

TEST_F(StreamListenerTest, TransportsShareTheCookies) {
  Start();
  const Client client(tcp());
  client.Send(base::StrCat("same ", kPing));
  EXPECT_EQ(client.Receive(21), base::StrCat("same ", kPong));
  EXPECT_THAT(Http(Post("/ng", "same d7:command5:hellue")), HasSubstr(base::StrCat("same ", kPong)));
  EXPECT_EQ(server_.counters().duplicates.load(), 1u);
}

TEST_F(StreamListenerTest, HttpAnswers) {
  Start();
  const std::string pong = Http("GET /ping HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  EXPECT_THAT(pong, StartsWith("HTTP/1.1 200 "));
  EXPECT_THAT(pong, HasSubstr("Content-Type: text/plain\r\n"));
  EXPECT_THAT(pong, HasSubstr("\r\n\r\npong\n"));
  EXPECT_THAT(Http("GET /metrics HTTP/1.0\r\n\r\n"), HasSubstr("\r\n\r\nmetrics\n"));
  EXPECT_THAT(Http("GET /livez HTTP/1.0\r\n\r\n"), StartsWith("HTTP/1.1 200 "));
  EXPECT_THAT(Http("GET /readyz HTTP/1.0\r\n\r\n"), StartsWith("HTTP/1.1 200 "));
  EXPECT_THAT(Http("GET /cli/list+timeout HTTP/1.0\r\n\r\n"), HasSubstr("\r\n\r\nran list timeout\n"));
  EXPECT_THAT(Http(Post("/nowhere", "x")), StartsWith("HTTP/1.1 404 "));
  EXPECT_THAT(Http(Post("/ng", "nocookie")), StartsWith("HTTP/1.1 600 "));
  EXPECT_THAT(Http(Post("/ng-plain", kPing)), HasSubstr(base::StrCat("\r\n\r\n", kPong)));
  EXPECT_THAT(Http("nonsense\r\n\r\n"), StartsWith("HTTP/1.1 400 "));
  EXPECT_THAT(Http(base::StrCat("GET /", std::string(20'000, 'x'), " HTTP/1.1\r\n\r\n")),
              StartsWith("HTTP/1.1 413 "));
  EXPECT_THAT(Http("POST /ng HTTP/1.1\r\nContent-Type: application/x-rtpengine-ng\r\n"
                   "Content-Length: 99999999\r\n\r\n"),
              StartsWith("HTTP/1.1 413 "));
}

TEST_F(StreamListenerTest, HttpSaysWhyItIsNotReady) {
  not_ready_ = "no worker has ever attached\n";
  Start();
  const std::string reply = Http("GET /readyz HTTP/1.0\r\n\r\n");
  EXPECT_THAT(reply, StartsWith("HTTP/1.1 503 "));
  EXPECT_THAT(reply, HasSubstr("\r\n\r\nno worker has ever attached\n"));
  EXPECT_THAT(Http("GET /livez HTTP/1.0\r\n\r\n"), StartsWith("HTTP/1.1 200 "));
}

TEST_F(StreamListenerTest, HttpKeepsTheConnection) {
  Start();
  const Client client(http());
  const std::string get = "GET /ping HTTP/1.1\r\nHost: x\r\n\r\n";
  client.Send(base::StrCat(get, get));  // pipelined
  client.EndSending();
  const std::string all = client.ReceiveAll();
  const size_t first = all.find("\r\n\r\npong\n");
  ASSERT_NE(first, all.npos);
  EXPECT_THAT(all.substr(first + 9), StartsWith("HTTP/1.1 200 "));
  EXPECT_THAT(all.substr(first + 9), HasSubstr("pong\n<end>"));
}

TEST_F(StreamListenerTest, WebSocketCarriesNg) {
  Start();
  const Client client(http());
  client.Send(
      "GET /x HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
      "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
      "Sec-WebSocket-Protocol: chat, ng.rtpengine.com\r\n\r\n");
  const std::string head = client.Receive(150);
  EXPECT_THAT(head, StartsWith("HTTP/1.1 101 "));
  EXPECT_THAT(head, HasSubstr("Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"));
  EXPECT_THAT(head, HasSubstr("Sec-WebSocket-Protocol: ng.rtpengine.com\r\n"));
  const std::string message = base::StrCat("w ", kPing);
  std::string frame = {'\x82', static_cast<char>(0x80 | message.size()), 0, 0, 0, 0};
  client.Send(frame + message);
  const std::string reply = base::StrCat("w ", kPong);
  EXPECT_EQ(client.Receive(2 + reply.size()),
            std::string({'\x82', static_cast<char>(reply.size())}) + reply);
}

TEST_F(StreamListenerTest, TheSecretIsAskedForEverywhere) {
  Demand("s3cret");
  Start();
  {
    const Client client(tcp());
    client.Send(base::StrCat("AUTH s3cret\r\na ", kPing));
    EXPECT_EQ(client.Receive(18), base::StrCat("a ", kPong));
  }
  for (const char* wrong : {"AUTH x\n", "s3cret\n", "auth s3cret\n", ""}) {
    const Client client(tcp());
    client.Send(base::StrCat(wrong, "a ", kPing, "\n"));
    EXPECT_EQ(client.ReceiveAll(), "<end>") << wrong;
  }
  EXPECT_THAT(Http(Post("/ng", base::StrCat("b ", kPing))), StartsWith("HTTP/1.1 401 "));
  EXPECT_THAT(Http(Post("/ng", base::StrCat("c ", kPing), "Authorization: Bearer s3cret\r\n")),
              StartsWith("HTTP/1.1 200 "));
  EXPECT_THAT(Http("GET /metrics HTTP/1.0\r\n\r\n"), StartsWith("HTTP/1.1 401 "));
  EXPECT_THAT(Http("GET /ping HTTP/1.0\r\n\r\n"), StartsWith("HTTP/1.1 200 "));
  EXPECT_THAT(Http("GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
                   "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
                   "Sec-WebSocket-Protocol: cli.rtpengine.com\r\n\r\n"),
              StartsWith("HTTP/1.1 401 "));
  EXPECT_EQ(server_.counters().received.load(), 2u);
}

TEST_F(StreamListenerTest, OverTheRateNothingIsCarriedOut) {
  Demand("", 3);
  Start();
  const Client client(tcp());
  for (int i = 0; i < 10; ++i) client.Send(base::StrCat("r", i, " ", kPing));
  EXPECT_EQ(client.Receive(3 * 19).size(), 3 * 19u);
  EXPECT_THAT(Http("GET /ping HTTP/1.0\r\n\r\n"), StartsWith("HTTP/1.1 429 "));
}

TEST_F(StreamListenerTest, OnePeerDoesNotTakeAllConnections) {
  Start();
  std::vector<std::unique_ptr<Client>> clients;
  for (size_t i = 0; i < StreamListener::kMaxConnectionsOfPeer; ++i) {
    clients.push_back(std::make_unique<Client>(tcp()));
    clients.back()->Send(base::StrCat("n", i, " ", kPing));
    ASSERT_THAT(clients.back()->Receive(19), HasSubstr(kPong));
  }
  {
    const Client one_too_many(tcp());
    EXPECT_EQ(one_too_many.ReceiveAll(), "<end>");
  }
  EXPECT_EQ(listener_->counters().full.load(), 1u);
  EXPECT_EQ(listener_->counters().open.load(),
            static_cast<int64_t>(StreamListener::kMaxConnectionsOfPeer));
}

TEST_F(StreamListenerTest, RepliesAfterTheEndAreLost) {
  Start();
  listener_->Stop();
  ReplyPath path;
  path.channel = 1;
  listener_->SendReply(path, "x");
}

TEST(StreamListenerBindTest, HttpsNeedsACertificate) {
  const base::Endpoint any = *base::Endpoint::Parse("127.0.0.1:0");
  const auto none = StreamListener::Bind({{}, {}, {any}}, {});
  EXPECT_EQ(none.status().message(), "Option listen-https needs https-cert");
  StreamSettings settings;
  settings.certificate = "/nonexistent.pem";
  const auto missing = StreamListener::Bind({{}, {}, {any}}, settings);
  EXPECT_THAT(std::string(missing.status().message()), HasSubstr("'https-cert'"));
}

TEST_F(StreamListenerTest, AdminPortAnswersOneLineAndCloses) {
  Start();
  const std::string_view rows[][2] = {
      {"list timeout\n", "ran list timeout\n<end>"},
      {"list timeout\r\nlist maxload\n", "ran list timeout\r\n<end>"},
      {"\n\r\nlist timeout\n", "ran list timeout\n<end>"},
      {std::string_view("list timeout\0\n", 14), "ran list timeout\n<end>"},
  };
  for (const auto& row : rows) {
    const Client client(cli());
    client.Send(row[0]);
    EXPECT_EQ(client.ReceiveAll(), row[1]);
  }
  const Client halves(cli());
  halves.Send("list ");
  halves.Send("timeout");
  halves.EndSending();
  EXPECT_EQ(halves.ReceiveAll(), "ran list timeout\n<end>");
  const Client nothing(cli());
  nothing.EndSending();
  EXPECT_EQ(nothing.ReceiveAll(), "<end>");
  const Client endless(cli());
  endless.Send(std::string(4096, 'x'));
  EXPECT_EQ(endless.ReceiveAll(), base::StrCat("ran ", std::string(4096, 'x'), "\n<end>"));
}

TEST_F(StreamListenerTest, AdminPortIsForThoseOnTheListAndNeedsNoSecretFromHere) {
  Demand("open sesame");
  Start();
  const Client local(cli());
  local.Send("list timeout\n");
  EXPECT_EQ(local.ReceiveAll(), "ran list timeout\n<end>");
  AccessControl::Rules rules;
  rules.allow = *AccessControl::ParseAllow({"192.0.2.1"});
  access_.SetRules(std::move(rules));
  const Client refused(cli());
  EXPECT_EQ(refused.ReceiveAll(), "<end>");
}

TEST_F(StreamListenerTest, APortAloneIsOnTheLoopbackWhereTheOptionSaysSo) {
  const auto addresses = ParseListenAddress("9900", "listen-cli", BarePort::kLoopback);
  ASSERT_TRUE(addresses.ok());
  ASSERT_EQ(addresses->size(), 2u);
  EXPECT_EQ((*addresses)[0].ToString(), "127.0.0.1:9900");
  EXPECT_EQ((*addresses)[1].ToString(), "[::1]:9900");
}

}  // namespace
}  // namespace controld::listen
