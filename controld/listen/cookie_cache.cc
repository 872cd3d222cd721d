#include "controld/listen/cookie_cache.h"

#include <utility>

namespace controld::listen {

CookieCache::CookieCache(fleet::HashKey key, CookieTable::Time now, size_t max_bytes) : key_(key) {
  for (size_t i = 0; i < kTables; ++i) {
    // The swaps are spread over the 30 s, so that never all tables forget at once.
    const auto first = now + CookieTable::kGeneration * (i + 1) / kTables;
    slots_[i] = std::make_unique<Slot>(CookieTable(key, max_bytes / kTables, first));
  }
}

CookieCache::Slot& CookieCache::SlotOf(std::string_view cookie) const {
  // The top bits: the tables' own maps use the low ones.
  return *slots_[static_cast<size_t>(fleet::KeyedHash(key_, cookie) >> 60) % kTables];
}

CookieTable::Result CookieCache::Begin(std::string_view cookie, const ReplyPath& path,
                                       CookieTable::Time now) {
  Slot& slot = SlotOf(cookie);
  absl::MutexLock lock(&slot.mutex);
  return slot.table.Begin(cookie, path, now);
}

std::vector<ReplyPath> CookieCache::Complete(std::string_view cookie, std::string_view reply,
                                             CookieTable::Time now) {
  Slot& slot = SlotOf(cookie);
  absl::MutexLock lock(&slot.mutex);
  return slot.table.Complete(cookie, reply, now);
}

void CookieCache::Advance(CookieTable::Time now) {
  std::vector<CookieTable::Generation> trash;  // destroyed here, after the locks
  for (auto& slot : slots_) {
    absl::MutexLock lock(&slot->mutex);
    slot->table.Advance(now, &trash);
  }
}

CookieCache::Totals CookieCache::totals() const {
  Totals totals;
  for (const auto& slot : slots_) {
    absl::MutexLock lock(&slot->mutex);
    totals.running += slot->table.running();
    totals.answered += slot->table.answered();
    totals.bytes += slot->table.bytes();
    totals.early_drops += slot->table.early_drops();
  }
  return totals;
}

}  // namespace controld::listen
