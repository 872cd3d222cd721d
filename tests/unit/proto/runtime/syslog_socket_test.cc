// Lines to a log daemon that listens, one that hangs, and one that comes back.
#include "proto/runtime/syslog_socket.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <syslog.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>

namespace runtime {
namespace {

using testing::EndsWith;
using testing::HasSubstr;
using testing::StartsWith;

class SyslogSocketTest : public testing::Test {
 protected:
  SyslogSocketTest() {
    char name[] = "/tmp/syslog_test.XXXXXX";
    directory_ = mkdtemp(name);
    path_ = directory_ + "/log";
    Listen();
  }
  ~SyslogSocketTest() override {
    close(fd_);
    unlink(path_.c_str());
    rmdir(directory_.c_str());
  }

  void Listen() {
    if (fd_ >= 0) close(fd_);
    unlink(path_.c_str());
    fd_ = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path, path_.c_str(), path_.size() + 1);
    ASSERT_EQ(bind(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
  }

  std::string Next() {
    char buffer[4096];
    const ssize_t got = recv(fd_, buffer, sizeof buffer, 0);
    return got < 0 ? "" : std::string(buffer, static_cast<size_t>(got));
  }

  // Next(), or the one that the thread is about to hand over.
  std::string Await() {
    pollfd room{fd_, POLLIN, 0};
    EXPECT_EQ(poll(&room, 1, 20000), 1);
    return Next();
  }

  std::string directory_, path_;
  int fd_ = -1;
};

TEST_F(SyslogSocketTest, ALineHasPriorityTimeAndIdent) {
  SyslogSocket log("rtpengine", path_);
  log.Send(LOG_LOCAL2 | LOG_INFO, "ci=a, ", 1795335946);
  const std::string line = Next();
  EXPECT_THAT(line, StartsWith("<150>Nov 2"));
  EXPECT_THAT(line, EndsWith(" rtpengine[" + std::to_string(getpid()) + "]: ci=a, "));
  EXPECT_EQ(log.lost(), 0u);
}

TEST_F(SyslogSocketTest, LinesThatALogDaemonTakesLateComeInOrder) {
  SyslogSocket log("rtpengine", path_);
  for (int i = 0; i < 500; ++i) log.Send(LOG_DAEMON | LOG_INFO, "line " + std::to_string(i), 0);
  for (int i = 0; i < 500; ++i) ASSERT_THAT(Await(), EndsWith(": line " + std::to_string(i)));
  EXPECT_EQ(log.lost(), 0u);
}

TEST_F(SyslogSocketTest, BeyondTheCapacityLinesAreLostAndItSaysSo) {
  SyslogSocket log("rtpengine", path_, 20);
  int sent = 0;
  for (; log.lost() < 3; ++sent)
    log.Send(LOG_DAEMON | LOG_INFO, "line", 0);  // ends, as it does not block
  for (int i = 0; i < sent - 3; ++i) ASSERT_THAT(Await(), EndsWith("line"));
  log.Send(LOG_DAEMON | LOG_INFO, "after", 0);
  const std::string said = Await();
  EXPECT_THAT(said, StartsWith("<28>"));
  EXPECT_THAT(said, HasSubstr("3 lines were lost"));
  EXPECT_THAT(Await(), EndsWith("after"));
}

TEST_F(SyslogSocketTest, ARestartedLogDaemonIsFoundAgain) {
  SyslogSocket log("rtpengine", path_);
  log.Send(LOG_DAEMON | LOG_INFO, "one", 0);
  Listen();
  log.Send(LOG_DAEMON | LOG_INFO, "two", 0);
  EXPECT_THAT(Next(), EndsWith("two"));
  EXPECT_EQ(log.lost(), 0u);
}

TEST_F(SyslogSocketTest, LinesWaitForALogDaemonThatIsNotThereYet) {
  close(fd_);
  fd_ = -1;
  unlink(path_.c_str());
  SyslogSocket log("rtpengine", path_);
  log.Send(LOG_DAEMON | LOG_INFO, "one", 0);
  Listen();
  log.Send(LOG_DAEMON | LOG_INFO, "two", 0);
  EXPECT_THAT(Await(), EndsWith("one"));
  EXPECT_THAT(Await(), EndsWith("two"));
}

TEST_F(SyslogSocketTest, WithoutALogDaemonItEndsAllTheSame) {
  SyslogSocket log("rtpengine", path_ + "x", 2);
  for (int i = 0; i < 5; ++i) log.Send(LOG_DAEMON | LOG_INFO, "line", 0);
  EXPECT_EQ(log.lost(), 3u);
}

}  // namespace
}  // namespace runtime
