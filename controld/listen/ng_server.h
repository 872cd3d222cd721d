// The NG protocol's outside: framing, cookies, encodings, errors, ping and list, log lines,
// statistics (ng-protocol.md §2 to §6.6).
//
// A transport hands over one message at a time; everything but ping, list and errors goes to the
// Dispatcher. No sockets here. Thread-safe: Receive on transport threads, replies on any thread.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "controld/listen/access_control.h"
#include "controld/listen/admin_commands.h"
#include "controld/listen/client_statistics.h"
#include "controld/listen/cookie_cache.h"
#include "controld/listen/dispatcher.h"
#include "controld/listen/reply_path.h"
#include "controld/ng/parse_request.h"
#include "proto/base/clock.h"

namespace controld::listen {

struct NgCounters {
  std::atomic<uint64_t> received{0};    // messages, of any kind
  std::atomic<uint64_t> no_cookie{0};   // dropped without reply
  std::atomic<uint64_t> duplicates{0};  // answered from the cookie cache, or waiting for it
  std::atomic<uint64_t> errors{0};      // error replies
  std::atomic<uint64_t> overloaded{0};  // refused because a shard's queue was full
  std::atomic<uint64_t> abandoned{0};   // a command that was never answered by its service
};

// A message of NG on its way in or out, as it is on the wire; valid during the call.
struct TracedMessage {
  base::Endpoint source, destination;
  std::string_view call_id;  // may be empty
  std::string_view octets;   // cookie included, if there is one
};

class NgServer {
 public:
  struct Options {
    ng::Templates templates;          // config.md §3
    bool transport_words = true;      // ng::ParseOptions
    AdminCommands* admin = nullptr;   // carries out `cli`; null: there is no such command
    AccessControl* access = nullptr;  // null: everybody may send
    // Makes the tree of `statistics`; `done` on any thread. Empty: there is no such command.
    using StatisticsDone = std::function<void(ng::Dictionary tree)>;
    using StatisticsSource = std::function<void(StatisticsDone done)>;
    StatisticsSource statistics{};
    // Sees every request and reply but those of ping; any thread. Empty: nobody does.
    std::function<void(const TracedMessage& message)> trace{};
  };
  // All arguments outlive the server, and the server outlives every command it dispatched.
  NgServer(CookieCache& cookies, ClientStatistics& clients, Dispatcher& dispatcher,
           Options options);

  // From now on commands that are given up get no reply: their clients ask again, and the next
  // process carries them out.
  void BeQuiet() { quiet_.store(true, std::memory_order_relaxed); }

  // What became of a message; only of one that was taken there may be a reply.
  enum class Reception : uint8_t { kTaken, kNoCookie, kRefused };
  // One message, cookie included. Replies go to path.sink, perhaps before this returns.
  Reception Receive(std::string_view message, const ReplyPath& path, base::Now now);
  // The same for a payload without cookie (`ng-plain`): duplicates are not recognised.
  Reception ReceivePlain(std::string_view payload, const ReplyPath& path, base::Now now);

  // For transports that have several messages at once: calls `receive`, which calls Receive for each.
  void Batch(const std::function<void()>& receive) { dispatcher_.Batch(receive); }

  const NgCounters& counters() const { return counters_; }

 private:
  class Transaction;

  bool Admit(const ReplyPath& path, base::Now now);
  void TraceIn(std::string_view message, const ReplyPath& path, std::string_view call_id) const;
  void TraceOut(std::string_view message, const ReplyPath& path, std::string_view call_id) const;
  // The call-id of a request that will not be carried out again; nullopt: nothing to trace.
  std::optional<std::string> TracedCallId(std::string_view payload) const;
  void Execute(std::shared_ptr<Transaction> transaction);
  static void LogRequest(const Transaction& transaction, const std::string& command,
                         const ng::Dictionary& dictionary);
  void Dispatch(std::shared_ptr<Transaction> transaction, ng::Request&& request);
  void List(std::shared_ptr<Transaction> transaction, const ng::Request& request);
  void Statistics(std::shared_ptr<Transaction> transaction);
  void RunAdmin(std::shared_ptr<Transaction> transaction, const ng::Request& request);

  CookieCache& cookies_;
  ClientStatistics& clients_;
  Dispatcher& dispatcher_;
  const Options options_;
  std::atomic<bool> quiet_{false};
  NgCounters counters_;
};

}  // namespace controld::listen
