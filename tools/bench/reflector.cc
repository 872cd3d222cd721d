// The floor for any user-space relay: epoll, recvmsg, sendmsg and nothing else.
//
// Pair i has two sockets, ports base+4i (towards party a) and base+4i+2 (towards party b). What
// arrives on one leaves from the other to that side's fixed party: peer-base+4i (a) or
// peer-base+4i+2 (b). Nothing is looked at, learned or counted per packet. One thread. Prints
// "ready", ends on SIGTERM.
#include <csignal>
#include <cstdio>
#include <vector>

#include "tools/bench/command_line.h"
#include "tools/bench/sockets.h"

namespace {

struct Side {
  int fd = -1;       // receives
  int out = -1;      // the other side's socket
  sockaddr_in to{};  // the other side's party
};

void Drain(Side& side) {
  uint8_t buffer[8192];
  // As a relay does it: source address and room for ancillary data are asked for.
  sockaddr_storage source;
  alignas(cmsghdr) char control[128];
  for (int i = 0; i < 50; ++i) {
    iovec vector{buffer, sizeof buffer};
    msghdr message{};
    message.msg_name = &source;
    message.msg_namelen = sizeof source;
    message.msg_iov = &vector;
    message.msg_iovlen = 1;
    message.msg_control = control;
    message.msg_controllen = sizeof control;
    const ssize_t size = recvmsg(side.fd, &message, 0);
    if (size < 0) {
      if (errno == EINTR || errno == ECONNREFUSED) continue;
      return;
    }
    vector.iov_len = static_cast<size_t>(size);
    msghdr out{};
    out.msg_name = &side.to;
    out.msg_namelen = sizeof side.to;
    out.msg_iov = &vector;
    out.msg_iovlen = 1;
    sendmsg(side.out, &out, 0);
  }
}

}  // namespace

int main(int argc, char** argv) {
  const bench::CommandLine arguments(argc, argv,
                                     {{"address", "127.0.0.1"},
                                      {"base-port", "20000"},
                                      {"pairs", "100"},
                                      {"peer-address", "127.0.0.1"},
                                      {"peer-base-port", "40000"}});
  bench::RaiseFileLimit();
  const uint32_t pairs = arguments.Number("pairs");
  const uint32_t base = arguments.Number("base-port");
  const uint32_t peer_base = arguments.Number("peer-base-port");
  std::vector<Side> sides(size_t{pairs} * 2);
  const int epoll = bench::Epoll();
  for (uint32_t i = 0; i < sides.size(); ++i) {
    sides[i].fd = bench::UdpSocket(bench::Endpoint(arguments.Text("address"), base + 2 * i));
    sides[i].to = bench::Endpoint(arguments.Text("peer-address"), peer_base + 2 * (i ^ 1u));
    bench::Watch(epoll, sides[i].fd, i);
  }
  for (uint32_t i = 0; i < sides.size(); ++i) sides[i].out = sides[i ^ 1u].fd;
  std::printf("ready\n");
  std::fflush(stdout);
  epoll_event events[256];
  while (true) {
    const int count = epoll_wait(epoll, events, 256, -1);
    for (int i = 0; i < count; ++i) Drain(sides[events[i].data.u64]);
  }
}
