// UDP sockets, time and percentiles for the load generators. Errors end the program: a bench that
// goes on after one would print wrong numbers. IPv4 only.
#pragma once

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

#include "tools/bench/command_line.h"

namespace bench {

[[noreturn]] inline void DieErrno(const std::string& what) {
  Die(what + ": " + std::strerror(errno));
}

inline sockaddr_in Endpoint(const std::string& address, uint32_t port) {
  sockaddr_in endpoint{};
  endpoint.sin_family = AF_INET;
  endpoint.sin_port = htons(static_cast<uint16_t>(port));
  if (inet_pton(AF_INET, address.c_str(), &endpoint.sin_addr) != 1)
    Die("no IPv4 address: " + address);
  return endpoint;
}

// "192.0.2.1:4000"
inline sockaddr_in Endpoint(const std::string& text) {
  const size_t colon = text.rfind(':');
  if (colon == std::string::npos) Die("no ADDRESS:PORT: " + text);
  const int port = std::atoi(text.c_str() + colon + 1);
  if (port < 1 || port > 65535) Die("no port: " + text);
  return Endpoint(text.substr(0, colon), static_cast<uint32_t>(port));
}

inline const sockaddr* Generic(const sockaddr_in& endpoint) {
  return reinterpret_cast<const sockaddr*>(&endpoint);
}

// Non-blocking.
inline int UdpSocket(const sockaddr_in& local, int receive_buffer = 0) {
  const int fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0) DieErrno("socket");
  if (receive_buffer != 0) {
    setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof receive_buffer);
  }
  if (bind(fd, Generic(local), sizeof local) != 0) {
    DieErrno("bind to port " + std::to_string(ntohs(local.sin_port)));
  }
  return fd;
}

inline void Watch(int epoll, int fd, uint64_t data) {
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.u64 = data;
  if (epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event) != 0) DieErrno("epoll_ctl");
}

inline int Epoll() {
  const int fd = epoll_create1(EPOLL_CLOEXEC);
  if (fd < 0) DieErrno("epoll_create1");
  return fd;
}

inline int PeriodicTimer(int64_t period_ns) {
  const int fd = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
  itimerspec spec{};
  spec.it_interval.tv_sec = spec.it_value.tv_sec = period_ns / 1'000'000'000;
  spec.it_interval.tv_nsec = spec.it_value.tv_nsec = period_ns % 1'000'000'000;
  if (fd < 0 || timerfd_settime(fd, 0, &spec, nullptr) != 0) DieErrno("timerfd");
  return fd;
}

inline uint64_t Expirations(int timer) {
  uint64_t count = 0;
  return read(timer, &count, sizeof count) == sizeof count ? count : 0;
}

inline int64_t NowNs() {
  timespec time{};
  clock_gettime(CLOCK_MONOTONIC, &time);
  return int64_t{time.tv_sec} * 1'000'000'000 + time.tv_nsec;
}

inline void RaiseFileLimit() {
  rlimit limit{};
  getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
}

// Sorts `values`; 0 when there are none.
inline double Percentile(std::vector<uint32_t>& values, double share) {
  if (values.empty()) return 0;
  const size_t at =
      std::min(values.size() - 1, static_cast<size_t>(share * static_cast<double>(values.size())));
  std::nth_element(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(at), values.end());
  return values[at];
}

}  // namespace bench
