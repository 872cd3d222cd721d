// Commands and packets of calls in the kernel, with the engine and real sockets; the kernel is a fake.
#include "mediad/relay/offload_desk.h"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <future>
#include <mutex>
#include <thread>

#include "../offload/fake_kernel.h"
#include "mediad/ports/interface_table.h"
#include "mediad/relay/engine.h"
#include "proto/base/clock.h"

namespace mediad::relay {
namespace {

namespace v1 = rtpengine::v1;
using offload::testing::FakeKernel;

class Kernel final : public offload::Kernel {
 public:
  void Start(unsigned shards, Deliver deliver) override {
    deliver_ = std::move(deliver);
    for (unsigned i = 0; i < shards; ++i) deliver_(i, status());
  }
  void Stop() override {}
  void Submit(unsigned shard, uint64_t transaction, std::vector<offload::Operation> operations) override {
    offload::Results results{transaction, {}};
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      for (const offload::Operation& operation : operations) {
        results.results.push_back(fake_.Do(operation, base::ReadClocks().monotonic));
      }
    }
    deliver_(shard, std::move(results));
  }
  std::optional<offload::FlowReport> TakeFound(uint64_t, const base::Endpoint&) override { return std::nullopt; }
  bool has_found() const override { return false; }
  offload::Status status() const override { return {true, {}, {~uint32_t{0}}}; }

  size_t size() const {
    const std::lock_guard<std::mutex> lock(mutex_);
    return fake_.size();
  }
  // So many packets of the peer are taken by the kernel.
  void Receive(const base::Endpoint& local, const base::Endpoint& source, uint16_t first, int count) {
    const std::lock_guard<std::mutex> lock(mutex_);
    for (int i = 0; i < count; ++i) {
      std::vector<uint8_t> packet(172, 0x55);
      packet[0] = 0x80;
      packet[1] = 0;
      packet[2] = static_cast<uint8_t>((first + i) >> 8);
      packet[3] = static_cast<uint8_t>(first + i);
      EXPECT_TRUE(fake_.OnPacket(local, source, packet, base::ReadClocks().monotonic));
    }
  }

 private:
  mutable std::mutex mutex_;
  FakeKernel fake_;
  Deliver deliver_;
};

class FixedRandom final : public base::Random {
 public:
  uint64_t Next() override { return state_ = state_ * 6364136223846793005u + 1442695040888963407u; }

 private:
  uint64_t state_ = 1;
};

class Peer {
 public:
  Peer() : fd_(socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)) {
    sockaddr_storage storage;
    socklen_t size = base::Endpoint{*base::IpAddress::Parse("127.0.0.1"), 0}.ToSockaddr(&storage);
    EXPECT_EQ(bind(fd_, reinterpret_cast<sockaddr*>(&storage), size), 0);
    size = sizeof(storage);
    getsockname(fd_, reinterpret_cast<sockaddr*>(&storage), &size);
    endpoint = *base::Endpoint::FromSockaddr(reinterpret_cast<sockaddr*>(&storage), size);
  }
  ~Peer() { close(fd_); }
  Peer(const Peer&) = delete;
  Peer& operator=(const Peer&) = delete;

  void Send(uint16_t sequence, const base::Endpoint& to) {
    std::string packet(172, 'U');
    packet[0] = static_cast<char>(0x80);
    packet[1] = 0;
    packet[2] = static_cast<char>(sequence >> 8);
    packet[3] = static_cast<char>(sequence);
    sockaddr_storage storage;
    const socklen_t size = to.ToSockaddr(&storage);
    sendto(fd_, packet.data(), packet.size(), 0, reinterpret_cast<sockaddr*>(&storage), size);
  }

  base::Endpoint endpoint;

 private:
  const int fd_;
};

class DeskTest : public ::testing::Test {
 protected:
  DeskTest() {
    ports::InterfacePlan plan;
    ports::InterfaceAddress& one = plan.addresses.emplace_back();
    one.name = "default";
    one.address = one.advertised = *base::IpAddress::Parse("127.0.0.1");
    one.port_min = static_cast<uint16_t>(12020 + (getpid() % 400) * 40);  // beside engine_test's
    one.port_max = static_cast<uint16_t>(one.port_min + 15);
    table_ = std::make_unique<ports::InterfaceTable>(plan, ports::InterfaceTable::Options(), random_);
    EngineOptions options;
    options.kernel = &kernel_;
    engine_ = std::make_unique<Engine>(options, *table_);
    engine_->Start([](const v1::Event&) {});
  }
  ~DeskTest() override { engine_->Stop(); }

  template <typename Request, typename Method>
  v1::CommandResult Ask(Method method, Request request) {
    std::promise<v1::CommandResult> promise;
    (*engine_.*method)(std::move(request), [&](v1::CommandResult result) { promise.set_value(std::move(result)); });
    return promise.get_future().get();
  }
  v1::CommandResult Apply() {
    session_.set_generation(session_.generation() + 1);
    session_.set_signalling_epoch(session_.signalling_epoch() + 1);
    v1::ApplySession request;
    *request.mutable_session() = session_;
    return Ask(&Engine::Apply, std::move(request));
  }
  v1::SessionStatistics Query() {
    v1::QuerySession request;
    request.set_id("one");
    request.set_owner("test");
    return Ask(&Engine::Query, std::move(request)).statistics();
  }
  v1::CommandResult Delete() {
    v1::DeleteSession request;
    request.set_id("one");
    request.set_owner("test");
    return Ask(&Engine::Delete, std::move(request));
  }
  // A call of two, both in the kernel.
  void SetUp() override {
    session_.set_id("one");
    session_.set_owner("test");
    for (uint32_t id = 1; id <= 2; ++id) {
      const Peer& peer = id == 1 ? a_ : b_;
      v1::PortSet* ports = session_.add_port_sets();
      ports->set_id(id);
      ports->set_family(v1::IPV4);
      ports->set_count(2);
      v1::Media* media = session_.add_media();
      media->set_id(id);
      media->set_port_set(id);
      media->mutable_rtp_remote()->set_address(peer.endpoint.address.ToBytes());
      media->mutable_rtp_remote()->set_port(peer.endpoint.port);
      media->set_learn(true);
      media->set_sends(true);
      media->set_receives(true);
      v1::Route* route = session_.add_routes();
      route->set_from(id);
      route->set_to(3 - id);
    }
    const v1::CommandResult applied = Apply();
    ASSERT_EQ(applied.apply().allocations_size(), 2) << applied.DebugString();
    for (int i = 0; i < 2; ++i) {
      const v1::PortSetAllocation& one = applied.apply().allocations(i);
      ours_[i] = {*base::IpAddress::FromBytes(one.address()), static_cast<uint16_t>(one.port())};
    }
    Enter(1);
  }
  void Enter(uint16_t sequence) {
    a_.Send(sequence, ours_[0]);
    b_.Send(sequence, ours_[1]);
    while (kernel_.size() < 2) std::this_thread::yield();  // the test's time-out is the limit
  }

  FixedRandom random_;
  Kernel kernel_;
  std::unique_ptr<ports::InterfaceTable> table_;
  std::unique_ptr<Engine> engine_;
  v1::Session session_;
  Peer a_, b_;
  base::Endpoint ours_[2];
};

TEST_F(DeskTest, AQueryReadsTheKernelFirst) {
  kernel_.Receive(ours_[0], a_.endpoint, 2, 100);
  const v1::SessionStatistics statistics = Query();
  const v1::StreamStatistics& stream = statistics.media(0).streams(0);
  EXPECT_EQ(stream.ingress().packets(), 101u);
  EXPECT_TRUE(stream.offload().in_kernel());
  EXPECT_EQ(stream.offload().ingress().packets(), 100u);
  EXPECT_EQ(statistics.media(1).streams(0).egress().packets(), 101u);
  EXPECT_EQ(statistics.media(0).streams(1).offload().reason(), v1::OFFLOAD_RTCP);
  EXPECT_EQ(kernel_.size(), 2u);
}

TEST_F(DeskTest, DeleteAnswersWithWhatTheKernelDid) {
  kernel_.Receive(ours_[0], a_.endpoint, 2, 100);
  const v1::CommandResult deleted = Delete();
  EXPECT_EQ(deleted.statistics().media(0).streams(0).ingress().packets(), 101u);
  EXPECT_EQ(deleted.statistics().media(0).streams(0).offload().removed(), "destroying monologue");
  EXPECT_EQ(kernel_.size(), 0u);
  EXPECT_EQ(Delete().error().code(), v1::Error::UNKNOWN_SESSION);
  const EngineTotals totals = engine_->Totals();
  EXPECT_EQ(totals.kernel_packets, 100u);
  EXPECT_EQ(totals.packets, 2u);
  EXPECT_EQ(totals.kernel_streams, 0u);
}

TEST_F(DeskTest, ANewRecordLeavesTheFlowsWhereTheyAre) {
  session_.set_generation(session_.generation() + 1);
  session_.set_record("what the controller remembers");
  session_.set_record_only(true);
  v1::ApplySession apply;
  *apply.mutable_session() = session_;
  const v1::CommandResult applied = Ask(&Engine::Apply, std::move(apply));
  EXPECT_EQ(applied.apply().allocations_size(), 2);
  EXPECT_EQ(kernel_.size(), 2u);
  kernel_.Receive(ours_[0], a_.endpoint, 2, 100);
  const v1::SessionStatistics statistics = Query();
  EXPECT_EQ(statistics.generation(), session_.generation());
  EXPECT_EQ(statistics.media(0).streams(0).offload().removed(), "");
  EXPECT_EQ(statistics.media(0).streams(0).ingress().packets(), 101u);
  v1::ListSessions list;
  list.set_owner("test");
  const v1::CommandResult listed = Ask(&Engine::List, std::move(list));
  ASSERT_EQ(listed.list().sessions_size(), 1);
  EXPECT_EQ(listed.list().sessions(0).record(), session_.record());
}

// What it says of "only" holds for the generation before: others are applied.
TEST_F(DeskTest, ARecordAfterAMissedGenerationIsApplied) {
  session_.set_generation(session_.generation() + 2);
  session_.set_record_only(true);
  session_.mutable_media(0)->set_sends(false);
  session_.mutable_media(1)->set_receives(false);
  v1::ApplySession apply;
  *apply.mutable_session() = session_;
  EXPECT_FALSE(Ask(&Engine::Apply, std::move(apply)).has_error());
  EXPECT_EQ(Query().media(0).streams(0).offload().removed(), "dialogue signalling event");
}

TEST_F(DeskTest, CommandsKeepTheirOrderAndTheCallComesBack) {
  for (int round = 0; round < 20; ++round) {
    kernel_.Receive(ours_[0], a_.endpoint, static_cast<uint16_t>(2 + round * 11), 10);
    std::promise<v1::CommandResult> queried, applied;
    session_.set_generation(session_.generation() + 1);
    session_.set_signalling_epoch(session_.signalling_epoch() + 1);
    v1::ApplySession apply;
    *apply.mutable_session() = session_;
    engine_->Apply(std::move(apply), [&](v1::CommandResult result) { applied.set_value(std::move(result)); });
    v1::QuerySession query;
    query.set_id("one");
    query.set_owner("test");
    engine_->Query(std::move(query), [&](v1::CommandResult result) { queried.set_value(std::move(result)); });
    EXPECT_FALSE(applied.get_future().get().has_error());
    const v1::SessionStatistics statistics = queried.get_future().get().statistics();
    EXPECT_EQ(statistics.generation(), session_.generation());
    EXPECT_EQ(statistics.media(0).streams(0).ingress().packets(), 1u + 11u * static_cast<unsigned>(round) + 10u);
    Enter(static_cast<uint16_t>(2 + round * 11 + 10));
  }
  EXPECT_EQ(Query().media(0).streams(0).ingress().packets(), 1u + 220u);
}

}  // namespace
}  // namespace mediad::relay
