// SipHash-2-4 (Aumasson, Bernstein 2012): a keyed hash for tables that are indexed by what clients
// choose.
//
// Call-ids and cookies come from the network. With a secret random key nobody can pick ones that
// all land on one shard or in one bucket. Not for signatures. Pure; any thread.
#pragma once

#include <cstdint>
#include <string_view>

namespace controld::fleet {

struct HashKey {
  uint64_t low = 0, high = 0;
};

uint64_t KeyedHash(const HashKey& key, std::string_view bytes);

// The shard that owns a call. The same for every message about that call while the process lives.
inline size_t ShardOf(const HashKey& key, std::string_view call_id, size_t shards) {
  return shards <= 1 ? 0 : static_cast<size_t>(KeyedHash(key, call_id) % shards);
}

}  // namespace controld::fleet
