// Replies by cookie, so that a retransmitted command is answered and never carried out twice
// (ng-protocol.md §2 item 4).
//
// The key is the cookie alone: not the peer, not the transport. A cookie whose command is still
// running gathers waiters, who get the same reply. Replies live in two generations that change
// places every 30 s, so that each can be found for 30 to 60 s; memory is capped, and over the cap
// the older generation goes early. A generation's octets lie in a few large blocks, so that
// forgetting one costs next to nothing.
//
// Sans-IO and without locks: CookieCache is the thread-safe shell.
#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "controld/fleet/keyed_hash.h"
#include "controld/listen/reply_path.h"

namespace controld::listen {

class CookieTable {
 public:
  using Time = std::chrono::nanoseconds;  // monotonic
  static constexpr Time kGeneration = std::chrono::seconds(30);
  // More peers than this waiting for one running command are not remembered; they may ask again.
  static constexpr size_t kMaxWaiters = 32;

  // Replies that were forgotten together. Destroying it is the expensive part: do it outside locks.
  class Generation {
   public:
    void Insert(const fleet::HashKey& key, std::string_view cookie, std::string_view reply);
    const std::string_view* Find(const fleet::HashKey& key, std::string_view cookie) const;
    size_t bytes() const { return bytes_; }
    size_t size() const { return replies_.size(); }
    void Reserve(size_t entries);

   private:
    std::string_view Store(std::string_view octets);

    struct Hash {  // the map's keys are hashes already
      size_t operator()(uint64_t value) const { return static_cast<size_t>(value); }
    };
    struct Entry {
      std::string_view cookie, reply;
    };
    // Keyed by the 64-bit hash. Two cookies with the same hash: the later one is not kept, which
    // only means that its retransmission finds nothing (2^-64 for each pair).
    absl::flat_hash_map<uint64_t, Entry, Hash> replies_;
    std::vector<std::unique_ptr<char[]>> blocks_;
    size_t block_used_ = 0, block_size_ = 0;
    size_t bytes_ = 0;
  };

  CookieTable(fleet::HashKey key, size_t max_bytes, Time first_swap);

  enum class Verdict { kNew, kRunning, kAnswered };
  struct Result {
    Verdict verdict = Verdict::kNew;
    std::string reply;  // kAnswered
  };
  // kNew: the caller carries the command out and calls Complete. kRunning: `path` waits for that.
  Result Begin(std::string_view cookie, const ReplyPath& path, Time now);
  // Keeps the reply; returns those who waited for it.
  std::vector<ReplyPath> Complete(std::string_view cookie, std::string_view reply, Time now);
  // Changes generations when due. What was forgotten is moved to `trash`.
  void Advance(Time now, std::vector<Generation>* trash);

  size_t running() const { return running_.size(); }
  size_t answered() const { return current_.size() + older_.size(); }
  size_t bytes() const { return current_.bytes() + older_.bytes(); }
  // Generations forgotten before their time because of the cap.
  uint64_t early_drops() const { return early_drops_; }

 private:
  void Swap(std::vector<Generation>* trash);

  struct CookieHash {
    using is_transparent = void;
    fleet::HashKey key;
    size_t operator()(std::string_view cookie) const {
      return static_cast<size_t>(fleet::KeyedHash(key, cookie));
    }
  };
  const fleet::HashKey key_;
  const size_t max_bytes_;
  Time next_swap_;
  absl::flat_hash_map<std::string, std::vector<ReplyPath>, CookieHash, std::equal_to<>> running_;
  Generation current_, older_;
  std::vector<Generation> dropped_;  // by the cap; handed out by Advance
  uint64_t early_drops_ = 0;
};

}  // namespace controld::listen
