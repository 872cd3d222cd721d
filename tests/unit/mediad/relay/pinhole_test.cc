// What the engine tells a packet filter, and when commands that open ports are answered.
#include "mediad/relay/pinhole.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <condition_variable>
#include <future>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "mediad/ports/interface_table.h"
#include "mediad/relay/engine.h"

namespace mediad::relay {
namespace {

namespace v1 = rtpengine::v1;

// Opens ports when it is told to.
class Filter final : public PinholeKeeper {
 public:
  void Open(const base::Endpoint& local, std::string_view call) override {
    const std::lock_guard<std::mutex> lock(mutex_);
    ++uses_[local];
    last_call_ = std::string(call);
  }
  void Close(const base::Endpoint& local) override {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (--uses_[local] == 0) uses_.erase(local);
  }
  void WhenOpen(std::function<void()> done) override {
    const std::lock_guard<std::mutex> lock(mutex_);
    waiting_.push_back(std::move(done));
    changed_.notify_all();
  }

  // Waits until somebody waits, then answers.
  void Answer() {
    std::unique_lock<std::mutex> lock(mutex_);
    changed_.wait(lock, [this] { return !waiting_.empty(); });
    const auto done = std::exchange(waiting_, {});
    lock.unlock();
    for (const auto& one : done) one();
  }
  size_t open() {
    const std::lock_guard<std::mutex> lock(mutex_);
    return uses_.size();
  }
  size_t waiting() {
    const std::lock_guard<std::mutex> lock(mutex_);
    return waiting_.size();
  }
  std::string last_call() {
    const std::lock_guard<std::mutex> lock(mutex_);
    return last_call_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::map<base::Endpoint, int> uses_;
  std::vector<std::function<void()>> waiting_;
  std::string last_call_;
};

class Fixed final : public base::Random {
 public:
  uint64_t Next() override { return ++state_ * 6364136223846793005u; }

 private:
  uint64_t state_ = 0;
};

class PinholeTest : public testing::Test {
 protected:
  PinholeTest() {
    ports::InterfacePlan plan;
    ports::InterfaceAddress one;
    one.name = "default";
    one.address = one.advertised = *base::IpAddress::Parse("127.0.0.1");
    one.port_min = static_cast<uint16_t>(9000 + (getpid() % 100) * 20);
    one.port_max = static_cast<uint16_t>(one.port_min + 7);
    plan.addresses.push_back(one);
    table_ = std::make_unique<ports::InterfaceTable>(plan, ports::InterfaceTable::Options(), random_);
    EngineOptions options;
    options.pinholes = &filter_;
    engine_ = std::make_unique<Engine>(options, *table_);
    engine_->Start([](v1::Event) {});
  }
  ~PinholeTest() override { engine_->Stop(); }

  std::future<v1::CommandResult> Apply(const v1::Session& session) {
    auto promise = std::make_shared<std::promise<v1::CommandResult>>();
    v1::ApplySession command;
    *command.mutable_session() = session;
    engine_->Apply(command, [promise](v1::CommandResult result) { promise->set_value(std::move(result)); });
    return promise->get_future();
  }
  v1::CommandResult Delete(const std::string& id) {
    std::promise<v1::CommandResult> promise;
    v1::DeleteSession command;
    command.set_owner("test");
    command.set_id(id);
    engine_->Delete(command, [&](v1::CommandResult result) { promise.set_value(std::move(result)); });
    return promise.get_future().get();
  }
  static v1::Session Session(const std::string& id, uint32_t ports) {
    v1::Session session;
    session.set_owner("test");
    session.set_id(id);
    session.set_generation(1);
    v1::PortSet* set = session.add_port_sets();
    set->set_id(1);
    set->set_family(v1::IPV4);
    set->set_count(ports);
    return session;
  }

  Fixed random_;
  Filter filter_;  // outlives the engine
  std::unique_ptr<ports::InterfaceTable> table_;
  std::unique_ptr<Engine> engine_;
};

TEST_F(PinholeTest, TheAnswerWaitsForThePorts) {
  auto result = Apply(Session("call-1", 2));
  filter_.Answer();
  const v1::CommandResult got = result.get();
  EXPECT_FALSE(got.has_error()) << got.DebugString();
  EXPECT_EQ(got.apply().allocations_size(), 1);
  EXPECT_EQ(filter_.open(), 2u);
  EXPECT_EQ(filter_.last_call(), "call-1");
  EXPECT_FALSE(Delete("call-1").has_error());  // waits for nothing
  EXPECT_EQ(filter_.open(), 0u);
}

TEST_F(PinholeTest, WhatOpensNothingIsAnsweredAtOnce) {
  v1::Session session = Session("call-2", 2);
  auto first = Apply(session);
  filter_.Answer();
  first.get();
  session.set_generation(2);
  session.mutable_port_sets(0)->set_count(1);
  EXPECT_FALSE(Apply(session).get().has_error());
  EXPECT_EQ(filter_.waiting(), 0u);
  EXPECT_EQ(filter_.open(), 1u);
}

TEST_F(PinholeTest, AFailureLeavesNothingOpen) {
  v1::Session session = Session("call-3", 4);
  *session.add_port_sets() = session.port_sets(0);
  session.mutable_port_sets(1)->set_id(2);
  *session.add_port_sets() = session.port_sets(0);
  session.mutable_port_sets(2)->set_id(3);  // twelve of eight
  auto result = Apply(session);
  filter_.Answer();
  EXPECT_EQ(result.get().error().code(), v1::Error::PORTS_EXHAUSTED);
  EXPECT_EQ(filter_.open(), 0u);
}

}  // namespace
}  // namespace mediad::relay
