// A way to a server that collects what we tell it (Homer, Graphite, DTMF), by UDP or TCP: never waits for it.
//
// UDP: each message is one datagram, sent on the caller's thread; what the socket does not take is lost. TCP: a thread of
// its own, a bounded queue, a connection that is made again and again (proto/export/stream_queue). What is lost is
// counted, and said in the log at most once in 30 s. Send and the counters: any thread.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "proto/base/endpoint.h"
#include "proto/export/stream_queue.h"

namespace runtime {

class Collector {
 public:
  struct Options {
    std::string name;                          // for the log: "Homer"
    base::Endpoint address;
    bool tcp = false;
    exporting::StreamQueue::Policy policy{};   // TCP
  };

  // Fails when there is no socket of that family; that the server is away is no failure.
  static absl::StatusOr<std::unique_ptr<Collector>> Start(const Options& options);
  virtual ~Collector() = default;

  virtual void Send(std::string message) = 0;

  uint64_t sent() const { return sent_.load(std::memory_order_relaxed); }        // messages
  uint64_t dropped() const { return dropped_.load(std::memory_order_relaxed); }  // likewise

 protected:
  explicit Collector(const Options& options) : options_(options) {}
  void CountSent(uint64_t messages) { sent_.fetch_add(messages, std::memory_order_relaxed); }
  void CountDropped(const char* reason);

  const Options options_;

 private:
  std::atomic<uint64_t> sent_{0}, dropped_{0};
  std::atomic<int64_t> said_unix_s_{0};
  std::atomic<uint64_t> unsaid_{0};  // dropped since the last line
};

}  // namespace runtime
