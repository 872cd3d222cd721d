// The loop around a completion queue: posts from other threads, timers, the end; and unary methods
// on a real server (in this process).
#include "proto/runtime/completion_loop.h"

#include <gtest/gtest.h>

#include <future>
#include <string>

#include "proto/runtime/unary_method.h"
#include "rtpengine/v1/admin.grpc.pb.h"

namespace runtime {
namespace {

using rtpengine::v1::GetVersionRequest;
using rtpengine::v1::GetVersionResponse;
using std::chrono::milliseconds;
using Service = rtpengine::v1::Process::AsyncService;

class CompletionLoopTest : public testing::Test {
 protected:
  // Runs `task` on the loop and waits for it.
  void OnLoop(const std::function<void()>& task) {
    std::promise<void> done;
    loop_.Post([&] {
      task();
      done.set_value();
    });
    done.get_future().wait();
  }

  grpc::ServerBuilder builder_;
  CompletionLoop loop_{builder_.AddCompletionQueue()};
};

TEST_F(CompletionLoopTest, PostsRunInOrderOnTheLoopsThread) {
  std::string order;
  bool elsewhere = false;
  loop_.Post([&] { order += 'a'; });  // before it starts
  loop_.Start();
  for (char c = 'b'; c <= 'z'; ++c) {
    loop_.Post([&order, &elsewhere, this, c] {
      order += c;
      elsewhere = elsewhere || !loop_.InLoopThread();
    });
  }
  OnLoop([] {});
  EXPECT_EQ(order, "abcdefghijklmnopqrstuvwxyz");
  EXPECT_FALSE(elsewhere);
  EXPECT_FALSE(loop_.InLoopThread());
}

TEST_F(CompletionLoopTest, PostsOfATaskRunAfterIt) {
  loop_.Start();
  std::string order;
  std::promise<void> done;
  loop_.Post([&] {
    loop_.Post([&] {
      order += 'b';
      done.set_value();
    });
    order += 'a';
  });
  done.get_future().wait();
  EXPECT_EQ(order, "ab");
}

TEST_F(CompletionLoopTest, TimersRunAndCanBeCancelled) {
  loop_.Start();
  std::string order;
  std::promise<void> done;
  OnLoop([&] {
    loop_.After(milliseconds(2), [&] { order += 'b'; });
    loop_.After(milliseconds(1), [&] { order += 'a'; });
    const auto cancelled = loop_.After(milliseconds(2), [&] { order += 'x'; });
    loop_.Cancel(cancelled);
    loop_.After(milliseconds(3), [&] { done.set_value(); });
  });
  done.get_future().wait();
  EXPECT_EQ(order, "ab");
}

TEST_F(CompletionLoopTest, ManyThreadsPost) {
  loop_.Start();
  constexpr int kThreads = 4, kPosts = 2000;
  int runs = 0;  // the loop's thread only
  std::vector<std::thread> threads;
  for (int i = 0; i < kThreads; ++i) {
    threads.emplace_back([&] {
      for (int j = 0; j < kPosts; ++j) loop_.Post([&runs] { ++runs; });
    });
  }
  for (std::thread& thread : threads) thread.join();
  OnLoop([&] { EXPECT_EQ(runs, kThreads * kPosts); });
}

TEST_F(CompletionLoopTest, AfterTheEndTasksAreDropped) {
  loop_.Start();
  loop_.Stop();
  bool ran = false;
  loop_.Post([&] { ran = true; });
  loop_.Stop();
  EXPECT_FALSE(ran);
}

class UnaryMethodTest : public CompletionLoopTest {
 protected:
  using Reply = std::shared_ptr<UnaryReply<GetVersionRequest, GetVersionResponse>>;

  void Start(const std::function<void(const Reply&)>& handler) {
    builder_.RegisterService(&service_);
    server_ = builder_.BuildAndStart();
    ServeLater(loop_, service_, &Service::RequestGetVersion, handler);
    loop_.Start();
  }
  void TearDown() override {
    server_->Shutdown(std::chrono::system_clock::now() + milliseconds(200));
    server_->Wait();
    loop_.AwaitUnused();
    server_.reset();
    loop_.Stop();
  }
  grpc::Status Ask(GetVersionResponse* response) {
    grpc::ClientContext context;
    return rtpengine::v1::Process::NewStub(server_->InProcessChannel({}))
        ->GetVersion(&context, {}, response);
  }

  Service service_;
  std::unique_ptr<grpc::Server> server_;
};

TEST_F(UnaryMethodTest, AnswersAreGivenOnceAndFromAnyThread) {
  Start([](const Reply& reply) {
    std::thread([reply] {
      reply->response()->set_daemon("d");
      reply->Finish();
      reply->Finish({grpc::StatusCode::INTERNAL, "too late"});
    }).detach();
  });
  for (int i = 0; i < 3; ++i) {
    GetVersionResponse response;
    EXPECT_TRUE(Ask(&response).ok());
    EXPECT_EQ(response.daemon(), "d");
  }
}

TEST_F(UnaryMethodTest, AReplyThatIsDroppedSaysUnavailable) {
  Start([](const Reply&) {});
  GetVersionResponse response;
  EXPECT_EQ(Ask(&response).error_code(), grpc::StatusCode::UNAVAILABLE);
}

TEST_F(UnaryMethodTest, ErrorsReachTheClient) {
  Start([](const Reply& reply) { reply->Finish({grpc::StatusCode::NOT_FOUND, "no such thing"}); });
  GetVersionResponse response;
  const grpc::Status status = Ask(&response);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::NOT_FOUND);
  EXPECT_EQ(status.error_message(), "no such thing");
}

}  // namespace
}  // namespace runtime
