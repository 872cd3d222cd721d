// gRPC addresses and credentials: forms, errors that name the keys, and real handshakes on loopback.
#include "proto/runtime/credentials.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <cstring>

#include "proto/base/endpoint.h"
#include "proto/base/text.h"
#include "rtpengine/v1/admin.grpc.pb.h"
#include "tests/unit/proto/runtime/temporary_directory.h"

namespace runtime {
namespace {

using testing::HasSubstr;

std::string ErrorOf(const absl::Status& status) { return std::string(base::Message(status)); }

std::string ListenError(const std::string& address, const TlsOptions& tls = {}) {
  grpc::ServerBuilder builder;
  return ErrorOf(AddListeningPorts({address}, "listen-grpc", tls, &builder));
}

// A server without any method does not start; nothing here calls one.
grpc::Service* AnyService() {
  static rtpengine::v1::Process::Service service;
  return &service;
}

std::unique_ptr<grpc::Server> Listen(const std::string& address, const TlsOptions& tls = {}) {
  grpc::ServerBuilder builder;
  const absl::Status status = AddListeningPorts({address}, "listen-grpc", tls, &builder);
  EXPECT_TRUE(status.ok()) << status;
  builder.RegisterService(AnyService());
  std::unique_ptr<grpc::Server> server = builder.BuildAndStart();
  const absl::Status finished = FinishListening({address}, "listen-grpc", server.get());
  EXPECT_EQ(finished.ok(), server != nullptr) << finished;
  return server;
}

bool Connects(const std::string& address, const TlsOptions& tls,
              std::chrono::milliseconds wait = std::chrono::seconds(5)) {
  const auto channel = MakeChannel(address, "controller", tls, {});
  EXPECT_TRUE(channel.ok()) << channel.status();
  return channel.ok() && (*channel)->WaitForConnected(std::chrono::system_clock::now() + wait);
}

// A port that was free a moment ago.
std::string FreeLoopbackAddress() {
  const int fd = socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_storage storage;
  socklen_t length = base::Endpoint::Parse("127.0.0.1:0")->ToSockaddr(&storage);
  EXPECT_EQ(bind(fd, reinterpret_cast<sockaddr*>(&storage), length), 0);
  EXPECT_EQ(getsockname(fd, reinterpret_cast<sockaddr*>(&storage), &length), 0);
  close(fd);
  return base::Endpoint::FromSockaddr(reinterpret_cast<sockaddr*>(&storage), length)->ToString();
}

TEST(RpcAddressTest, Forms) {
  EXPECT_EQ(ParseRpcAddress("unix:/run/rtpengine/controld.sock")->unix_path,
            "/run/rtpengine/controld.sock");
  for (const char* text : {"127.0.0.1:7000", "[::1]:7000", "media1.example.com:7000", "[::]:0"}) {
    EXPECT_TRUE(ParseRpcAddress(text).ok()) << text;
    EXPECT_FALSE(ParseRpcAddress(text)->unix_socket());
  }
  for (const char* text : {"", "unix:", "unix:run/x", "unix:/run/", "7000", ":7000", "host:", "host:x",
                           "host:65536", "::1:7000", "[::1]", "[]:1", "dns:///x:1", "/run/x"}) {
    EXPECT_FALSE(ParseRpcAddress(text).ok()) << text;
  }
  EXPECT_THAT(ErrorOf(ParseRpcAddress("unix:/" + std::string(200, 'x')).status()),
              HasSubstr("at most 107"));
}

TEST(CredentialsTest, TcpWithoutCertificatesNamesTheKeys) {
  EXPECT_EQ(ListenError("127.0.0.1:7000"),
            "listen-grpc = 127.0.0.1:7000: TCP needs tls-cert, tls-key and tls-ca (missing: "
            "tls-cert, tls-key, tls-ca), or grpc-insecure = true where the network is trusted");
  EXPECT_THAT(ListenError("127.0.0.1:7000", {.certificate = "a", .key = "b"}),
              HasSubstr("(missing: tls-ca)"));
  EXPECT_THAT(ErrorOf(MakeChannel("h:1", "controller", {}, {}).status()),
              HasSubstr("controller = h:1: TCP needs tls-cert"));
  EXPECT_THAT(ListenError("nonsense"), HasSubstr("listen-grpc = nonsense: neither unix:/path nor"));
}

TEST(CredentialsTest, InsecureTcpConnectsAndPortsAreNotShared) {
  const TlsOptions insecure{.insecure = true};
  const std::string address = FreeLoopbackAddress();
  const auto server = Listen(address, insecure);
  ASSERT_NE(server, nullptr);
  EXPECT_TRUE(Connects(address, insecure));
  grpc::ServerBuilder builder;
  ASSERT_TRUE(AddListeningPorts({address}, "listen-grpc", insecure, &builder).ok());
  builder.RegisterService(AnyService());
  const auto second = builder.BuildAndStart();
  EXPECT_EQ(second, nullptr);
  EXPECT_THAT(ErrorOf(FinishListening({address}, "listen-grpc", second.get())),
              HasSubstr("cannot listen"));
}

TEST(CredentialsTest, UnixSockets) {
  const TemporaryDirectory directory;
  const std::string path = directory.path() + "/new/controld.sock";
  const std::string address = "unix:" + path;
  {
    const auto server = Listen(address);
    ASSERT_NE(server, nullptr);
    struct stat info;
    ASSERT_EQ(stat(path.c_str(), &info), 0);
    EXPECT_EQ(info.st_mode & 07777, 0660u);
    EXPECT_TRUE(Connects(address, {}));
    EXPECT_THAT(ListenError(address), HasSubstr("in use by a running process"));
  }
  RemoveSockets({address, "127.0.0.1:1"});
  EXPECT_FALSE(std::filesystem::exists(path));
  EXPECT_THAT(ListenError("unix:" + directory.Write("file", "precious")),
              HasSubstr("exists and is not a socket"));
  EXPECT_EQ(Slurp(directory.path() + "/file"), "precious");
}

TEST(CredentialsTest, StaleUnixSocketsAreReplaced) {
  const TemporaryDirectory directory;
  const std::string path = directory.path() + "/stale.sock";
  sockaddr_un stale{};
  stale.sun_family = AF_UNIX;
  std::strncpy(stale.sun_path, path.c_str(), sizeof stale.sun_path - 1);
  const int fd = socket(AF_UNIX, SOCK_STREAM, 0);
  ASSERT_EQ(bind(fd, reinterpret_cast<sockaddr*>(&stale), sizeof stale), 0);
  close(fd);  // the file stays, nobody listens
  EXPECT_NE(Listen("unix:" + path), nullptr);
}

// Certificates made by the openssl tool: two authorities, a server and clients of each.
class MutualTlsTest : public testing::Test {
 protected:
  void SetUp() override {
    const std::string script =
        "cd " + directory_.path() +
        " && for a in good evil; do"
        " openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2"
        "  -subj /CN=$a-ca -keyout $a-ca.key -out $a-ca.pem;"
        " openssl req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj /CN=$a"
        "  -keyout $a.key -out $a.csr;"
        " printf 'subjectAltName=IP:127.0.0.1' > ext;"
        " openssl x509 -req -in $a.csr -CA $a-ca.pem -CAkey $a-ca.key -CAcreateserial -days 2"
        "  -extfile ext -out $a.pem; done >log 2>&1";
    ASSERT_EQ(std::system(script.c_str()), 0) << Slurp(directory_.path() + "/log");
  }
  TlsOptions Tls(const std::string& own, const std::string& authority) const {
    const std::string base = directory_.path() + "/";
    return {base + own + ".pem", base + own + ".key", base + authority + "-ca.pem", false};
  }
  const TemporaryDirectory directory_;
};

TEST_F(MutualTlsTest, OnlyPeersOfTheAuthorityConnect) {
  const std::string address = FreeLoopbackAddress();
  const auto server = Listen(address, Tls("good", "good"));
  ASSERT_NE(server, nullptr);
  constexpr std::chrono::milliseconds kShort{700};
  EXPECT_TRUE(Connects(address, Tls("good", "good")));
  EXPECT_FALSE(Connects(address, Tls("evil", "good"), kShort));  // our certificate is a stranger's
  EXPECT_FALSE(Connects(address, Tls("good", "evil"), kShort));  // the server's is, to us
  EXPECT_FALSE(Connects(address, {.insecure = true}, kShort));
}

TEST_F(MutualTlsTest, BadFilesAreNamed) {
  TlsOptions tls = Tls("good", "good");
  tls.certificate = directory_.path() + "/none.pem";
  EXPECT_THAT(ListenError("127.0.0.1:7000", tls), HasSubstr("tls-cert = "));
  tls = Tls("good", "good");
  tls.key = directory_.path() + "/evil.key";
  EXPECT_THAT(ListenError("127.0.0.1:7000", tls), HasSubstr("tls-key = "));
  tls.key = directory_.Write("junk.key", "junk");
  EXPECT_THAT(ListenError("127.0.0.1:7000", tls), HasSubstr("tls-key = "));
  tls = Tls("good", "good");
  tls.authority = directory_.Write("junk.pem", "junk");
  EXPECT_THAT(ListenError("127.0.0.1:7000", tls), HasSubstr("tls-ca = "));
}

}  // namespace
}  // namespace runtime
