// All shards: which one owns a call, and questions to all of them.
//
// Thread-safe; Start and Stop on one thread.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "controld/fleet/keyed_hash.h"
#include "controld/listen/dispatcher.h"
#include "controld/shard/shard.h"

namespace controld::shard {

class ShardPool final : public listen::Dispatcher {
 public:
  // Commands waiting on one shard beyond which new ones are refused at once.
  static constexpr uint32_t kMaxQueued = 4096;

  // All arguments outlive the pool. Introduces the shards to the fleet.
  ShardPool(size_t shards, fleet::HashKey key, const call::Settings& settings,
            call::Counters& counters, FleetHost& fleet);

  // Commands are held back until Open(): a controller that was restarted first wants its calls
  // back.
  void Start();
  void Open();
  // Ends the threads and destroys all calls' data, pending replies included.
  void Stop();

  bool Handle(ng::Request&& request, const base::Endpoint& origin, Respond&& respond) override;
  void Batch(const std::function<void()>& receive) override;
  void List(size_t limit, Listed done) override;

  // `done` once these workers have reported their load, or cannot; on a shard's thread.
  void PingWorkers(std::vector<std::string> workers, std::function<void()> done) {
    shards_.front()->PingWorkers(std::move(workers), std::move(done));
  }

  // All shards work by these from now on; `done` once they do, on a shard's thread.
  void SetSettings(const call::Settings& settings, std::function<void()> done);

  Shard& ShardFor(std::string_view call_id);
  size_t size() const { return shards_.size(); }

  // Asks every shard and calls `done` with all the answers (in the order of shards) on the thread
  // of the last one. If the pool stops before, `done` is destroyed without having been called.
  template <typename Answer>
  void Gather(std::function<Answer(call::CallService&)> ask,
              std::function<void(std::vector<Answer>)> done);

 private:
  struct Held {
    ng::Request request;
    base::Endpoint origin;
    Respond respond;
  };
  void Post(ng::Request&& request, const base::Endpoint& origin, Respond&& respond);

  const fleet::HashKey key_;
  std::vector<std::unique_ptr<Shard>> shards_;
  std::atomic<bool> open_{false};
  absl::Mutex mutex_;
  std::vector<Held> held_ ABSL_GUARDED_BY(mutex_);
};

template <typename Answer>
void ShardPool::Gather(std::function<Answer(call::CallService&)> ask,
                       std::function<void(std::vector<Answer>)> done) {
  struct Question {
    std::function<Answer(call::CallService&)> ask;
    std::function<void(std::vector<Answer>)> done;
    std::vector<Answer> answers;
    std::atomic<size_t> missing;
  };
  auto question = std::make_shared<Question>();
  question->ask = std::move(ask);
  question->done = std::move(done);
  question->answers.resize(shards_.size());
  question->missing = shards_.size();
  for (size_t i = 0; i < shards_.size(); ++i) {
    shards_[i]->Post([question, i](call::CallService& service) {
      question->answers[i] = question->ask(service);
      // acq_rel: the last one sees the answers of all.
      if (question->missing.fetch_sub(1, std::memory_order_acq_rel) == 1) {
        question->done(std::move(question->answers));
      }
    });
  }
}

}  // namespace controld::shard
