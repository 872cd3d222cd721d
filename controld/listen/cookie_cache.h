// The process-wide cookie cache: many CookieTables, each behind its own lock, so that the listener
// and the shards hardly ever wait for each other. Thread-safe.
#pragma once

#include <array>
#include <memory>
#include <string_view>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "controld/listen/cookie_table.h"

namespace controld::listen {

class CookieCache {
 public:
  static constexpr size_t kDefaultMaxBytes = size_t{256} << 20;

  CookieCache(fleet::HashKey key, CookieTable::Time now, size_t max_bytes = kDefaultMaxBytes);

  CookieTable::Result Begin(std::string_view cookie, const ReplyPath& path, CookieTable::Time now);
  std::vector<ReplyPath> Complete(std::string_view cookie, std::string_view reply,
                                  CookieTable::Time now);
  // Forgets what is old enough; call about every 100 ms from a thread that nobody waits for.
  void Advance(CookieTable::Time now);

  struct Totals {
    size_t running = 0, answered = 0, bytes = 0;
    uint64_t early_drops = 0;
  };
  Totals totals() const;

 private:
  static constexpr size_t kTables = 16;
  struct Slot {
    explicit Slot(CookieTable t) : table(std::move(t)) {}
    mutable absl::Mutex mutex;
    CookieTable table ABSL_GUARDED_BY(mutex);
  };
  Slot& SlotOf(std::string_view cookie) const;

  const fleet::HashKey key_;
  std::array<std::unique_ptr<Slot>, kTables> slots_;
};

}  // namespace controld::listen
