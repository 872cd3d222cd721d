// Asks the controller: everything that one interval of `rtpctl top` needs, several questions at a
// time.
//
// Poller: one thread asks, Cancel() is for any. PollThread: its methods are for one other thread.
#pragma once

#include <grpcpp/grpcpp.h>

#include <atomic>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "tools/rtpctl/client/session.h"
#include "tools/rtpctl/top/model.h"
#include "tools/rtpctl/top/rota.h"

namespace rtpctl::top {

struct Wanted {
  std::string contains, worker;    // filters of ListCalls
  std::vector<std::string> first;  // call-ids that are looked at before others
  std::string detail;              // the call to be explained; empty: none
  size_t budget = 200;             // calls looked at in a round
};

class Poller {
 public:
  Poller(std::shared_ptr<grpc::Channel> channel, const GlobalOptions& options);

  // Returns when all is answered, or did not come in time.
  Round Ask(const Wanted& wanted);
  // What is asked now or later returns soon, with trouble.
  void Cancel() { cancelled_ = true; }

 private:
  struct Question;
  template <typename Response>
  struct QuestionFor;

  template <typename Stub, typename Request, typename Response>
  void Send(std::unique_ptr<grpc::ClientAsyncResponseReader<Response>> (Stub::*method)(
                grpc::ClientContext*, const Request&, grpc::CompletionQueue*),
            const Request& request, std::function<void(const grpc::Status&, Response&)> done);
  // Until at most so many are under way.
  void AwaitFewerThan(size_t most);
  bool AskOverview(const Wanted& wanted, Round* round);
  void AskLooks(const Wanted& wanted, Round* round);

  std::shared_ptr<grpc::Channel> channel_;
  const GlobalOptions& options_;
  grpc::CompletionQueue queue_;
  std::vector<Question*> under_way_;
  std::atomic<bool> cancelled_{false};
  Rota rota_;
};

// Rounds at intervals on a thread of its own, so that keys work while a controller does not answer.
class PollThread {
 public:
  // `event_fd` becomes readable with each round. The poller outlives this.
  PollThread(Poller& poller, double interval_s, Wanted wanted, int event_fd);
  ~PollThread();
  PollThread(const PollThread&) = delete;
  PollThread& operator=(const PollThread&) = delete;

  // Another filter or another detail is asked about at once.
  void Want(Wanted wanted);
  // The last round that was not taken yet.
  std::optional<Round> Take();

 private:
  void Run();

  Poller& poller_;
  const double interval_s_;
  const int event_fd_;
  std::mutex mutex_;
  std::condition_variable changed_;
  Wanted wanted_;
  bool at_once_ = false, end_ = false;
  std::optional<Round> round_;
  std::thread thread_;
};

}  // namespace rtpctl::top
