// The worker stream over a real gRPC server (in this process), with the locked fleet behind it.
#include "controld/rpc/worker_service.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "controld/shard/shard_gateway.h"
#include "proto/base/log.h"
#include "proto/base/text.h"

namespace controld::rpc {
namespace {

using rtpengine::v1::ControllerFrame;
using rtpengine::v1::ControllerMessage;
using rtpengine::v1::WorkerFrame;
using rtpengine::v1::WorkerMessage;

const std::string kLoopback("\x7f\0\0\1", 4);

// Keeps what a shard would be given.
class FakeShard final : public shard::ShardPort {
 public:
  void PostResults(std::vector<rtpengine::v1::CommandResult> more) override {
    absl::MutexLock lock(&mutex);
    for (auto& result : more) results.push_back(std::move(result));
  }
  void PostInventory(const std::string&, std::vector<rtpengine::v1::SessionRecord> more) override {
    absl::MutexLock lock(&mutex);
    for (auto& record : more) records.push_back(record.id());
  }
  void PostInventoryDone(const std::string& worker, fleet::StreamId) override {
    absl::MutexLock lock(&mutex);
    done.push_back(worker);
  }
  void PostEvents(const std::string&, std::vector<rtpengine::v1::Event> more) override {
    absl::MutexLock lock(&mutex);
    for (auto& event : more) events.push_back(event.session());
  }
  void PostWorkerGone(const std::string&) override {}

  template <typename Condition>
  bool Wait(Condition condition) {
    absl::MutexLock lock(&mutex);
    return mutex.AwaitWithTimeout(absl::Condition(&condition), absl::Seconds(5));
  }

  absl::Mutex mutex;
  std::vector<rtpengine::v1::CommandResult> results;
  std::vector<std::string> records, done, events;
};

// A worker as the controller sees it; blocking.
class Worker {
 public:
  explicit Worker(grpc::Server& server)
      : stub_(rtpengine::v1::Worker::NewStub(server.InProcessChannel({}))),
        stream_(stub_->Attach(&context_)) {}
  ~Worker() {
    if (finished_) return;
    context_.TryCancel();
    stream_->Finish();
  }

  void Say(const WorkerMessage& message) {
    WorkerFrame frame;
    *frame.add_messages() = message;
    stream_->Write(frame);
  }
  void SayHello(const std::string& name) {
    WorkerMessage message;
    auto* hello = message.mutable_hello();
    hello->set_protocol_version(1);
    hello->set_name(name);
    auto* interface = hello->add_interfaces();
    interface->set_name("default");
    interface->set_address(kLoopback);
    interface->set_port_min(30000);
    interface->set_port_max(30999);
    Say(message);
  }
  // The next message; MESSAGE_NOT_SET when the stream has ended.
  ControllerMessage Hear() {
    while (next_ == frame_.messages_size()) {
      next_ = 0;
      frame_.Clear();
      if (!stream_->Read(&frame_)) return {};
    }
    return frame_.messages(next_++);
  }
  void AnswerInventory(const std::vector<std::string>& call_ids) {
    const uint64_t id = Hear().command().id();
    WorkerMessage message;
    message.mutable_result()->set_id(id);
    message.mutable_result()->mutable_list();
    for (const std::string& call_id : call_ids) {
      message.mutable_result()->mutable_list()->add_sessions()->set_id(call_id);
    }
    Say(message);
  }
  grpc::Status End() {
    while (Hear().message_case() != ControllerMessage::MESSAGE_NOT_SET) {
    }
    finished_ = true;
    return stream_->Finish();
  }

 private:
  grpc::ClientContext context_;
  std::unique_ptr<rtpengine::v1::Worker::Stub> stub_;
  std::unique_ptr<grpc::ClientReaderWriter<WorkerFrame, ControllerFrame>> stream_;
  ControllerFrame frame_;
  int next_ = 0;
  bool finished_ = false;
};

class WorkerServiceTest : public testing::Test {
 protected:
  WorkerServiceTest() : fleet_(Settings(), {1, 2}), service_(fleet_) {
    base::log::SetSink([this](auto&&, auto&&, auto&&, std::string_view text) {
      absl::MutexLock lock(&log_mutex_);
      lost_ = lost_ || text == "Lost the stream of worker 'm1'";
    });
    fleet_.SetShards({&shards_[0], &shards_[1]});
    builder_.RegisterService(service_.service());
    server_ = builder_.BuildAndStart();
    service_.Serve(loop_);
    loop_.Start();
  }
  ~WorkerServiceTest() override {
    fleet_.Shutdown();
    server_->Shutdown(std::chrono::system_clock::now() + std::chrono::seconds(2));
    server_->Wait();
    loop_.AwaitUnused();
    server_.reset();
    loop_.Stop();
    base::log::SetSink({});
  }
  static fleet::FleetSettings Settings() {
    fleet::FleetSettings settings;
    settings.controller_name = "c1";
    return settings;
  }
  void Attach(Worker* worker, const std::string& name) {
    worker->SayHello(name);
    EXPECT_EQ(worker->Hear().welcome().controller_name(), "c1");
    worker->AnswerInventory({});
    for (FakeShard& shard : shards_) {
      ASSERT_TRUE(shard.Wait([&shard] { return !shard.done.empty(); }));
    }
  }
  static rtpengine::v1::Session Session(const std::string& id) {
    rtpengine::v1::Session session;
    session.set_id(id);
    auto* set = session.add_port_sets();
    set->set_id(1);
    set->set_count(2);
    return session;
  }
  static WorkerMessage Applied(uint64_t id, uint32_t port) {
    WorkerMessage message;
    message.mutable_result()->set_id(id);
    auto* allocation = message.mutable_result()->mutable_apply()->add_allocations();
    allocation->set_id(1);
    allocation->set_address(kLoopback);
    allocation->set_port(port);
    return message;
  }

  absl::Mutex log_mutex_;
  bool lost_ = false;
  FakeShard shards_[2];
  shard::FleetHost fleet_;
  WorkerService service_;
  grpc::ServerBuilder builder_;
  runtime::CompletionLoop loop_{builder_.AddCompletionQueue()};
  std::unique_ptr<grpc::Server> server_;
  base::SystemRandom random_;
  const std::string name_ = "c1";
};

TEST_F(WorkerServiceTest, InventoryReachesTheShardsOfItsCalls) {
  Worker worker(*server_);
  worker.SayHello("m1");
  worker.Hear();
  std::vector<std::string> ids;
  for (int i = 0; i < 100; ++i) ids.push_back(base::StrCat("call-", i));
  worker.AnswerInventory(ids);
  for (uint32_t i = 0; i < 2; ++i) {
    FakeShard& shard = shards_[i];
    ASSERT_TRUE(shard.Wait([&shard] { return !shard.done.empty(); }));
    absl::MutexLock lock(&shard.mutex);
    EXPECT_GT(shard.records.size(), 10u);
    for (const std::string& id : shard.records) EXPECT_EQ(fleet::ShardOf({1, 2}, id, 2), i);
  }
  EXPECT_FALSE(fleet_.Settled());
  fleet_.ReleaseWaiting("m1", 1, 0);
  fleet_.ReleaseWaiting("m1", 1, 1);
  EXPECT_TRUE(fleet_.Settled());
}

TEST_F(WorkerServiceTest, CommandsAndResultsOfManyAtOnce) {
  Worker worker(*server_);
  Attach(&worker, "m1");
  constexpr int kCommands = 2000;
  shard::ShardGateway gateway(1, name_, fleet_, random_);
  int answered = 0;
  for (int i = 0; i < kCommands; ++i) {
    gateway.Apply("m1", Session(base::StrCat("call-", i)),
                  [&answered](const rtpengine::v1::Error* error, const auto& result) {
                    EXPECT_EQ(error, nullptr);
                    EXPECT_EQ(result.allocations_size(), 1);
                    ++answered;
                  });
  }
  EXPECT_EQ(gateway.waiting(), static_cast<size_t>(kCommands));
  for (int i = 0; i < kCommands; ++i) {
    const ControllerMessage message = worker.Hear();
    // In the order of issue, as commands about one session have to be.
    EXPECT_EQ(message.command().apply().session().id(), base::StrCat("call-", i));
    worker.Say(Applied(message.command().id(), 30000));
  }
  FakeShard& shard = shards_[1];
  ASSERT_TRUE(shard.Wait([&shard] { return shard.results.size() == kCommands; }));
  for (const auto& result : shard.results) gateway.Deliver(result);
  EXPECT_EQ(answered, kCommands);
  EXPECT_EQ(gateway.waiting(), 0u);
  EXPECT_TRUE(shards_[0].results.empty());
}

TEST_F(WorkerServiceTest, LiarIsToldWhy) {
  Worker worker(*server_);
  Attach(&worker, "m1");
  shard::ShardGateway gateway(0, name_, fleet_, random_);
  std::string told;
  gateway.Apply("m1", Session("a"), [&told](const rtpengine::v1::Error* error, const auto&) {
    ASSERT_NE(error, nullptr);
    told = error->text();
  });
  worker.Say(Applied(worker.Hear().command().id(), 80));
  const grpc::Status status = worker.End();
  EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(status.error_message(), "port 80 of port set 1 is outside the announced ranges");
  FakeShard& shard = shards_[0];
  ASSERT_TRUE(shard.Wait([&shard] { return shard.results.size() == 1; }));
  gateway.Deliver(shard.results[0]);
  EXPECT_EQ(told, "worker at fault: port 80 of port set 1 is outside the announced ranges");
}

TEST_F(WorkerServiceTest, SecondStreamReplacesTheFirst) {
  Worker first(*server_);
  Attach(&first, "m1");
  Worker second(*server_);
  second.SayHello("m1");
  EXPECT_TRUE(second.Hear().has_welcome());
  EXPECT_EQ(first.End().error_code(), grpc::StatusCode::ABORTED);
  EXPECT_EQ(fleet_.Describe().size(), 1u);
  EXPECT_TRUE(fleet_.Describe()[0].attached());
}

TEST_F(WorkerServiceTest, BrokenStreamDetaches) {
  {
    Worker worker(*server_);
    Attach(&worker, "m1");
    EXPECT_TRUE(fleet_.Describe()[0].attached());
  }
  {
    absl::MutexLock lock(&log_mutex_);
    EXPECT_TRUE(log_mutex_.AwaitWithTimeout(absl::Condition(&lost_), absl::Seconds(5)));
  }
  EXPECT_FALSE(fleet_.Describe()[0].attached());
}

TEST_F(WorkerServiceTest, ShutdownEndsStreams) {
  Worker worker(*server_);
  Attach(&worker, "m1");
  fleet_.Shutdown();
  const grpc::Status status = worker.End();
  EXPECT_EQ(status.error_code(), grpc::StatusCode::UNAVAILABLE);
  Worker late(*server_);
  EXPECT_EQ(late.End().error_code(), grpc::StatusCode::UNAVAILABLE);
}

TEST_F(WorkerServiceTest, DrainIsAnswered) {
  Worker worker(*server_);
  Attach(&worker, "m1");
  absl::Mutex mutex;
  bool done = false;
  fleet_.Drain("m1", true, [&](const rtpengine::v1::CommandResult& result) {
    EXPECT_FALSE(result.has_error());
    absl::MutexLock lock(&mutex);
    done = true;
  });
  const ControllerMessage message = worker.Hear();
  EXPECT_TRUE(message.command().drain().drain());
  WorkerMessage answer;
  answer.mutable_result()->set_id(message.command().id());
  worker.Say(answer);
  absl::MutexLock lock(&mutex);
  EXPECT_TRUE(mutex.AwaitWithTimeout(absl::Condition(&done), absl::Seconds(5)));
  EXPECT_EQ(fleet_.Describe()[0].state(), rtpengine::v1::DRAINING);
}

}  // namespace
}  // namespace controld::rpc
