// An engine with real sockets on the loopback interface, and parties to talk to it.
#pragma once

#include "mediad/relay/engine.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <future>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "mediad/ports/interface_table.h"

namespace mediad::relay {
namespace v1 = rtpengine::v1;
using std::chrono::milliseconds;

inline constexpr uint16_t kPorts = 24;

// A party's socket.
class Peer {
 public:
  explicit Peer(bool ipv6 = false) {
    fd_ = socket(ipv6 ? AF_INET6 : AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    sockaddr_storage storage;
    const socklen_t length = base::Endpoint{*base::IpAddress::Parse(ipv6 ? "::1" : "127.0.0.1"), 0}.ToSockaddr(&storage);
    EXPECT_EQ(bind(fd_, reinterpret_cast<sockaddr*>(&storage), length), 0);
    socklen_t size = sizeof storage;
    getsockname(fd_, reinterpret_cast<sockaddr*>(&storage), &size);
    endpoint_ = *base::Endpoint::FromSockaddr(reinterpret_cast<sockaddr*>(&storage), size);
    const int on = 1;
    setsockopt(fd_, IPPROTO_IP, IP_RECVTOS, &on, sizeof on);
  }
  ~Peer() { close(fd_); }
  Peer(const Peer&) = delete;
  Peer& operator=(const Peer&) = delete;

  const base::Endpoint& endpoint() const { return endpoint_; }
  void Send(const std::string& bytes, const base::Endpoint& to) {
    sockaddr_storage storage;
    const socklen_t length = to.ToSockaddr(&storage);
    EXPECT_EQ(sendto(fd_, bytes.data(), bytes.size(), 0, reinterpret_cast<sockaddr*>(&storage), length),
              static_cast<ssize_t>(bytes.size()));
  }
  struct Datagram {
    std::string bytes;
    base::Endpoint from;
    int tos = -1;
  };
  std::optional<Datagram> Receive(milliseconds time = milliseconds(2000)) {
    pollfd waiting{fd_, POLLIN, 0};
    if (poll(&waiting, 1, static_cast<int>(time.count())) != 1) return std::nullopt;
    std::string bytes(65536, '\0');
    sockaddr_storage storage;
    char control[64];
    iovec vector{bytes.data(), bytes.size()};
    msghdr message{};
    message.msg_name = &storage;
    message.msg_namelen = sizeof storage;
    message.msg_iov = &vector;
    message.msg_iovlen = 1;
    message.msg_control = control;
    message.msg_controllen = sizeof control;
    const ssize_t size = recvmsg(fd_, &message, 0);
    if (size < 0) return std::nullopt;
    Datagram datagram{bytes.substr(0, static_cast<size_t>(size)),
                      *base::Endpoint::FromSockaddr(reinterpret_cast<sockaddr*>(&storage), message.msg_namelen)};
    for (cmsghdr* item = CMSG_FIRSTHDR(&message); item != nullptr; item = CMSG_NXTHDR(&message, item)) {
      if (item->cmsg_level == IPPROTO_IP && item->cmsg_type == IP_TOS) datagram.tos = *CMSG_DATA(item);
    }
    return datagram;
  }

 private:
  int fd_ = -1;
  base::Endpoint endpoint_;
};

inline std::string Rtp(uint16_t sequence, size_t payload = 160) {
  std::string packet(12 + payload, 'U');
  packet[0] = static_cast<char>(0x80);
  packet[1] = 0;
  packet[2] = static_cast<char>(sequence >> 8);
  packet[3] = static_cast<char>(sequence);
  return packet;
}

class FixedRandom final : public base::Random {
 public:
  uint64_t Next() override { return state_ = state_ * 6364136223846793005u + 1442695040888963407u; }

 private:
  uint64_t state_ = 1;
};

// First of kPorts ports below the ephemeral range; the process id spreads tests that run at the same time.
inline uint16_t Range() { return static_cast<uint16_t>(12000 + (getpid() % 400) * 40); }

class EngineTest : public ::testing::Test {
 protected:
  EngineTest() { Open(1); }
  ~EngineTest() override { engine_->Stop(); }

  void Open(unsigned shards, unsigned orphan_timeout_s = 3600) {
    if (engine_ != nullptr) engine_->Stop();
    engine_.reset();
    ports::InterfacePlan plan;
    for (const char* address : {"127.0.0.1", "::1"}) {
      ports::InterfaceAddress one;
      one.name = "default";
      one.address = one.advertised = *base::IpAddress::Parse(address);
      one.port_min = Range();
      one.port_max = static_cast<uint16_t>(Range() + kPorts - 1);
      plan.addresses.push_back(one);
    }
    table_ = std::make_unique<ports::InterfaceTable>(plan, ports::InterfaceTable::Options(), random_);
    EngineOptions options;
    options.shards = shards;
    options.orphan_timeout_s = orphan_timeout_s;
    engine_ = std::make_unique<Engine>(options, *table_);
    engine_->Start([this](v1::Event event) {
      std::lock_guard<std::mutex> lock(mutex_);
      events_.push_back(std::move(event));
      changed_.notify_all();
    });
  }

  unsigned PortsUsed() const {
    google::protobuf::RepeatedPtrField<v1::InterfaceLoad> loads;
    table_->DescribeLoad(&loads);
    unsigned used = 0;
    for (const v1::InterfaceLoad& one : loads) used += one.ports_used();
    return used;
  }

  static v1::Session TwoParties(const std::string& id, const Peer& a, const Peer& b) {
    v1::Session session;
    session.set_id(id);
    session.set_owner("test");
    session.set_generation(1);
    session.set_record("record of " + id);
    uint32_t media_id = 0;
    for (const Peer* peer : {&a, &b}) {
      ++media_id;
      v1::PortSet* ports = session.add_port_sets();
      ports->set_id(media_id);
      ports->set_family(peer->endpoint().address.family() == base::Family::kIpv6 ? v1::IPV6 : v1::IPV4);
      ports->set_count(2);
      v1::Media* media = session.add_media();
      media->set_id(media_id);
      media->set_port_set(media_id);
      media->mutable_rtp_remote()->set_address(peer->endpoint().address.ToBytes());
      media->mutable_rtp_remote()->set_port(peer->endpoint().port);
      media->set_learn(true);
      media->set_sends(true);
      media->set_receives(true);
      media->set_liveness(v1::CHECKED);
      media->set_idle_limit_s(60);
      v1::Route* route = session.add_routes();
      route->set_from(media_id);
      route->set_to(3 - media_id);
    }
    return session;
  }

  template <typename Request, typename Method>
  v1::CommandResult Ask(Method method, Request request) {
    std::promise<v1::CommandResult> promise;
    (*engine_.*method)(std::move(request), [&](v1::CommandResult result) { promise.set_value(std::move(result)); });
    return promise.get_future().get();
  }
  v1::CommandResult Apply(const v1::Session& session) {
    v1::ApplySession request;
    *request.mutable_session() = session;
    return Ask(&Engine::Apply, std::move(request));
  }
  v1::CommandResult Delete(const std::string& id) {
    v1::DeleteSession request;
    request.set_id(id);
    request.set_owner("test");
    return Ask(&Engine::Delete, std::move(request));
  }
  v1::CommandResult Query(const std::string& id) {
    v1::QuerySession request;
    request.set_id(id);
    request.set_owner("test");
    return Ask(&Engine::Query, std::move(request));
  }
  v1::CommandResult List(const std::string& after, uint32_t limit) {
    v1::ListSessions request;
    request.set_owner("test");
    request.set_after(after);
    request.set_limit(limit);
    return Ask(&Engine::List, std::move(request));
  }
  // The first event for which `wanted` holds; the others are thrown away.
  std::optional<v1::Event> Await(const std::function<bool(const v1::Event&)>& wanted,
                                 milliseconds time = milliseconds(4000)) {
    std::unique_lock<std::mutex> lock(mutex_);
    const auto deadline = std::chrono::steady_clock::now() + time;
    for (;;) {
      while (!events_.empty()) {
        v1::Event event = std::move(events_.front());
        events_.pop_front();
        if (wanted(event)) return event;
      }
      if (changed_.wait_until(lock, deadline) == std::cv_status::timeout) return std::nullopt;
    }
  }
  static base::Endpoint Ours(const v1::CommandResult& result, int set, int offset = 0) {
    const v1::PortSetAllocation& one = result.apply().allocations(set);
    return {*base::IpAddress::FromBytes(one.address()), static_cast<uint16_t>(one.port() + static_cast<uint32_t>(offset))};
  }

  FixedRandom random_;
  std::unique_ptr<ports::InterfaceTable> table_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<v1::Event> events_;
  std::unique_ptr<Engine> engine_;
};

}  // namespace mediad::relay
