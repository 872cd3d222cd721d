// WorkerClient against a controller on a real gRPC server (unix socket in a directory of the test's
// own).
#include "mediad/rpc/worker_client.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>
#include <unistd.h>

#include <condition_variable>
#include <deque>
#include <filesystem>
#include <set>

#include "proto/base/log.h"

namespace mediad::rpc {
namespace {

using rtpengine::v1::ControllerFrame;
using rtpengine::v1::WorkerFrame;
using rtpengine::v1::WorkerMessage;
using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr auto kPatience = seconds(20);  // of a loaded machine; reached only by failures

class FakePlane final : public MediaPlane {
 public:
  void Apply(rtpengine::v1::ApplySession, ResultCallback done) override { done({}); }
  void Delete(rtpengine::v1::DeleteSession, ResultCallback done) override { done({}); }
  void Query(rtpengine::v1::QuerySession, ResultCallback done) override { done({}); }
  void List(rtpengine::v1::ListSessions, ResultCallback done) override { done({}); }
  void SetDraining(bool value) override { draining_ = value; }
  bool draining() const override { return draining_; }
  void SetAttached(bool value) override { attached_ = value; }
  relay::EngineTotals Totals() const override { return {}; }

  std::atomic<bool> draining_{false}, attached_{false};
};

// A controller that says Welcome, keeps what it hears, and sends what it is told to.
class FakeController final : public rtpengine::v1::Worker::Service {
 public:
  FakeController(std::string name, const std::string& address) : name_(std::move(name)) {
    grpc::ServerBuilder builder;
    builder.AddListeningPort(address, grpc::InsecureServerCredentials());
    builder.RegisterService(this);
    server_ = builder.BuildAndStart();
  }
  ~FakeController() override { Stop(); }

  void Stop() {
    if (server_ != nullptr) server_->Shutdown(std::chrono::system_clock::now());
    server_.reset();
  }

  // Waits for a message that fits, and takes it and everything before it.
  template <typename Fits>
  std::optional<WorkerMessage> WaitFor(Fits fits) {
    std::unique_lock<std::mutex> lock(mutex_);
    const auto deadline = std::chrono::steady_clock::now() + kPatience;
    while (true) {
      while (!heard_.empty()) {
        WorkerMessage message = std::move(heard_.front());
        heard_.pop_front();
        if (fits(message)) return message;
      }
      if (changed_.wait_until(lock, deadline) == std::cv_status::timeout) return std::nullopt;
    }
  }
  void Send(const ControllerFrame& frame) {
    std::lock_guard<std::mutex> lock(mutex_);
    ASSERT_NE(stream_, nullptr);
    stream_->Write(frame);
  }

 private:
  grpc::Status Attach(grpc::ServerContext*,
                      grpc::ServerReaderWriter<ControllerFrame, WorkerFrame>* stream) override {
    WorkerFrame frame;
    if (!stream->Read(&frame)) return grpc::Status::OK;
    ControllerFrame welcome;
    welcome.add_messages()->mutable_welcome()->set_controller_name(name_);
    stream->Write(welcome);
    {
      std::lock_guard<std::mutex> lock(mutex_);
      stream_ = stream;
    }
    do {
      std::lock_guard<std::mutex> lock(mutex_);
      for (auto& message : *frame.mutable_messages()) heard_.push_back(std::move(message));
      changed_.notify_all();
    } while (stream->Read(&frame));
    std::lock_guard<std::mutex> lock(mutex_);
    stream_ = nullptr;
    return grpc::Status::OK;
  }

  const std::string name_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<WorkerMessage> heard_;
  grpc::ServerReaderWriter<ControllerFrame, WorkerFrame>* stream_ = nullptr;
  std::unique_ptr<grpc::Server> server_;
};

ControllerFrame Commands(uint64_t first, int count) {
  ControllerFrame frame;
  for (int i = 0; i < count; ++i) {
    auto* command = frame.add_messages()->mutable_command();
    command->set_id(first + static_cast<uint64_t>(i));
    command->mutable_ping();
  }
  return frame;
}

class WorkerClientTest : public testing::Test {
 protected:
  WorkerClientTest() {
    base::log::SetSink([](auto, auto, const auto&, std::string_view) {});
    loop_.Start();
    char directory[] = "/tmp/worker_client_test.XXXXXX";
    directory_ = mkdtemp(directory);
  }
  ~WorkerClientTest() override {
    if (client_ != nullptr) client_->Stop();
    loop_.Stop();
    client_.reset();
    std::filesystem::remove_all(directory_);
    base::log::SetSink(nullptr);
  }

  std::string Address(const std::string& name) const { return "unix:" + directory_ + "/" + name; }
  void StartClient(std::vector<std::string> controllers) {
    WorkerFacts facts;
    facts.name = "worker";
    facts.boot_epoch = 42;
    facts.interfaces = [](auto* out) { out->Add()->set_name("pub"); };
    facts.interface_load = [](auto* out) { out->Add()->set_name("pub"); };
    auto client = WorkerClient::Create({std::move(controllers), {}}, std::move(facts), loop_, plane_);
    ASSERT_TRUE(client.ok()) << client.status();
    client_ = *std::move(client);
    client_->Start();
  }

  std::string directory_;
  FakePlane plane_;
  grpc::ServerBuilder builder_;
  runtime::CompletionLoop loop_{builder_.AddCompletionQueue()};
  std::unique_ptr<WorkerClient> client_;
};

TEST_F(WorkerClientTest, SaysHelloAndReportsLoad) {
  FakeController controller("one", Address("one"));
  StartClient({Address("one"), Address("one")});
  const auto hello = controller.WaitFor([](const auto& m) { return m.has_hello(); });
  ASSERT_TRUE(hello.has_value());
  EXPECT_EQ(hello->hello().protocol_version(), 1u);
  EXPECT_EQ(hello->hello().name(), "worker");
  EXPECT_EQ(hello->hello().boot_epoch(), 42u);
  EXPECT_EQ(hello->hello().interfaces(0).name(), "pub");
  EXPECT_EQ(hello->hello().state(), rtpengine::v1::WorkerState::READY);
  const auto load = controller.WaitFor([](const auto& m) { return m.has_load(); });
  ASSERT_TRUE(load.has_value());
  EXPECT_EQ(load->load().state(), rtpengine::v1::WorkerState::READY);
  EXPECT_GT(load->load().resident_bytes(), 0u);
  EXPECT_EQ(load->load().interfaces(0).name(), "pub");
  EXPECT_TRUE(plane_.attached_);
  ASSERT_EQ(client_->Peers().size(), 1u);
  EXPECT_EQ(client_->Peers()[0].state(), "attached");
  EXPECT_EQ(client_->Peers()[0].name(), "one");
}

TEST_F(WorkerClientTest, AnswersManyCommandsOnce) {
  FakeController controller("one", Address("one"));
  StartClient({Address("one")});
  ASSERT_TRUE(controller.WaitFor([](const auto& m) { return m.has_hello(); }));
  constexpr int kFrames = 50, kPerFrame = 200;
  for (int i = 0; i < kFrames; ++i) {
    controller.Send(Commands(static_cast<uint64_t>(i) * kPerFrame + 1, kPerFrame));
  }
  std::set<uint64_t> ids;
  for (int i = 0; i < kFrames * kPerFrame; ++i) {
    const auto result = controller.WaitFor([](const auto& m) { return m.has_result(); });
    ASSERT_TRUE(result.has_value()) << "after " << ids.size();
    EXPECT_FALSE(result->result().has_error());
    EXPECT_TRUE(ids.insert(result->result().id()).second);
  }
  EXPECT_EQ(*ids.rbegin(), static_cast<uint64_t>(kFrames) * kPerFrame);
}

TEST_F(WorkerClientTest, DrainShowsInTheNextLoadReport) {
  FakeController controller("one", Address("one"));
  StartClient({Address("one")});
  ASSERT_TRUE(controller.WaitFor([](const auto& m) { return m.has_load(); }));
  ControllerFrame frame;
  auto* command = frame.add_messages()->mutable_command();
  command->set_id(1);
  command->mutable_drain()->set_drain(true);
  controller.Send(frame);
  EXPECT_TRUE(controller.WaitFor([](const auto& m) {
    return m.load().state() == rtpengine::v1::WorkerState::DRAINED;  // there is no session
  }));
}

TEST_F(WorkerClientTest, EventsGoToTheirOwnerOnly) {
  FakeController one("one", Address("one"));
  FakeController two("two", Address("two"));
  StartClient({Address("one"), Address("two")});
  ASSERT_TRUE(one.WaitFor([](const auto& m) { return m.has_load(); }));
  ASSERT_TRUE(two.WaitFor([](const auto& m) { return m.has_load(); }));
  auto sink = client_->event_sink();
  for (const char* owner : {"one", "two"}) {
    rtpengine::v1::Event event;
    event.set_owner(owner);
    event.set_session(std::string("of-") + owner);
    sink(event);
  }
  const auto has_event = [](const auto& m) { return m.has_event(); };
  const auto first = one.WaitFor(has_event);
  const auto second = two.WaitFor(has_event);
  ASSERT_TRUE(first && second);
  EXPECT_EQ(first->event().session(), "of-one");
  EXPECT_EQ(second->event().session(), "of-two");
}

TEST_F(WorkerClientTest, ComesBackToARestartedController) {
  auto controller = std::make_unique<FakeController>("one", Address("one"));
  StartClient({Address("one")});
  ASSERT_TRUE(controller->WaitFor([](const auto& m) { return m.has_load(); }));
  controller.reset();
  controller = std::make_unique<FakeController>("one", Address("one"));
  EXPECT_TRUE(controller->WaitFor([](const auto& m) { return m.has_hello(); }));
  EXPECT_TRUE(controller->WaitFor([](const auto& m) { return m.has_load(); }));
}

TEST_F(WorkerClientTest, StartsAndStopsWithoutAController) {
  const auto before = std::chrono::steady_clock::now();
  StartClient({Address("nobody"), Address("nobody-else")});
  EXPECT_EQ(client_->Peers().size(), 2u);
  client_->Stop();
  EXPECT_LT(std::chrono::steady_clock::now() - before, kPatience);
  EXPECT_FALSE(plane_.attached_);
}

TEST_F(WorkerClientTest, TcpWithoutCertificatesIsAConfigurationError) {
  WorkerFacts facts;
  EXPECT_FALSE(WorkerClient::Create({{"127.0.0.1:1"}, {}}, facts, loop_, plane_).ok());
  EXPECT_FALSE(WorkerClient::Create({{"no address"}, {}}, facts, loop_, plane_).ok());
}

TEST_F(WorkerClientTest, LateAnswersAfterTheEndAreHarmless) {
  FakeController controller("one", Address("one"));
  StartClient({Address("one")});
  ASSERT_TRUE(controller.WaitFor([](const auto& m) { return m.has_load(); }));
  auto sink = client_->event_sink();
  client_->Stop();
  sink({});
  loop_.Stop();
  sink({});
}

}  // namespace
}  // namespace mediad::rpc
