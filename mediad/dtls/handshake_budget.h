// How many handshakes are let in: a handshake costs us a thousand times what its ClientHello costs
// the sender.
//
// Budget of a call: one TokenBucket in its session. Budget of a source: HandshakeBudget, one for
// each shard. Both are asked for a ClientHello that would start an association (DROP_DTLS_LIMIT if
// refused), not for every record. No clock: time is passed in and must not go back. One thread.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <list>

#include "absl/container/flat_hash_map.h"
#include "proto/base/endpoint.h"

namespace mediad::dtls {

struct BucketOptions {
  uint32_t burst = 32;      // tokens when full
  uint32_t per_second = 8;  // refilled
};

class TokenBucket {
 public:
  explicit TokenBucket(const BucketOptions& options) : tokens_(options.burst) {}
  // Takes one token; false: there is none.
  bool Take(const BucketOptions& options, std::chrono::nanoseconds now);

 private:
  double tokens_;
  std::chrono::nanoseconds refilled_{0};
};

class HandshakeBudget {
 public:
  explicit HandshakeBudget(const BucketOptions& options = {}, size_t max_sources = 4096)
      : options_(options), max_sources_(max_sources < 1 ? 1 : max_sources) {}

  // An IPv6 source shares its bucket with its /64. A full table forgets the source heard of least
  // recently, so many sources never shut out another one.
  bool Take(const base::IpAddress& source, std::chrono::nanoseconds now);
  size_t sources() const { return table_.size(); }

 private:
  using Key = std::array<uint8_t, 9>;  // family, then 4 or 8 octets
  struct Entry {
    Key key;
    TokenBucket bucket;
  };

  BucketOptions options_;
  size_t max_sources_;
  std::list<Entry> recent_;  // last used first
  absl::flat_hash_map<Key, std::list<Entry>::iterator> table_;
};

}  // namespace mediad::dtls
