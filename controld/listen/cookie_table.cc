#include "controld/listen/cookie_table.h"

#include <algorithm>
#include <cstring>
#include <utility>

namespace controld::listen {
namespace {

constexpr size_t kBlock = 64 * 1024;
constexpr size_t kEntryOverhead = 64;  // map slot at usual load

}  // namespace

void CookieTable::Generation::Reserve(size_t entries) { replies_.reserve(entries); }

std::string_view CookieTable::Generation::Store(std::string_view octets) {
  if (octets.size() > block_size_ - block_used_) {
    block_size_ = std::max(kBlock, octets.size());
    block_used_ = 0;
    blocks_.push_back(std::make_unique_for_overwrite<char[]>(block_size_));
    bytes_ += block_size_;
  }
  char* to = blocks_.back().get() + block_used_;
  if (!octets.empty()) std::memcpy(to, octets.data(), octets.size());
  block_used_ += octets.size();
  return {to, octets.size()};
}

void CookieTable::Generation::Insert(const fleet::HashKey& key, std::string_view cookie,
                                     std::string_view reply) {
  auto [it, inserted] = replies_.try_emplace(fleet::KeyedHash(key, cookie));
  if (!inserted) return;
  it->second.cookie = Store(cookie);
  it->second.reply = Store(reply);
  bytes_ += kEntryOverhead;
}

const std::string_view* CookieTable::Generation::Find(const fleet::HashKey& key,
                                                      std::string_view cookie) const {
  if (replies_.empty()) return nullptr;
  auto it = replies_.find(fleet::KeyedHash(key, cookie));
  return it == replies_.end() || it->second.cookie != cookie ? nullptr : &it->second.reply;
}

CookieTable::CookieTable(fleet::HashKey key, size_t max_bytes, Time first_swap)
    : key_(key), max_bytes_(max_bytes), next_swap_(first_swap), running_(0, CookieHash{key}) {}

CookieTable::Result CookieTable::Begin(std::string_view cookie, const ReplyPath& path, Time now) {
  if (now >= next_swap_) Advance(now, &dropped_);
  for (const Generation* generation : {&current_, &older_}) {
    if (const std::string_view* reply = generation->Find(key_, cookie)) {
      return {Verdict::kAnswered, std::string(*reply)};
    }
  }
  auto [it, inserted] = running_.try_emplace(cookie);
  if (inserted) return {};
  if (it->second.size() < kMaxWaiters) it->second.push_back(path);
  return {Verdict::kRunning, {}};
}

std::vector<ReplyPath> CookieTable::Complete(std::string_view cookie, std::string_view reply,
                                             Time now) {
  std::vector<ReplyPath> waiters;
  if (auto it = running_.find(cookie); it != running_.end()) {
    waiters = std::move(it->second);
    running_.erase(it);
  }
  if (now >= next_swap_) Advance(now, &dropped_);
  current_.Insert(key_, cookie, reply);
  // Both generations together stay below the cap: half of it each when commands come that fast.
  if (bytes() > max_bytes_) {
    if (older_.size() != 0) {
      ++early_drops_;
      dropped_.push_back(std::exchange(older_, Generation()));
    }
    if (bytes() > max_bytes_ / 2) {
      Swap(&dropped_);
      next_swap_ = now + kGeneration;
    }
  }
  return waiters;
}

void CookieTable::Swap(std::vector<Generation>* trash) {
  if (older_.size() != 0) trash->push_back(std::move(older_));
  const size_t entries = current_.size();
  older_ = std::exchange(current_, Generation());
  current_.Reserve(
      entries);  // the next generation will be about as large: no growing in small steps
}

void CookieTable::Advance(Time now, std::vector<Generation>* trash) {
  if (trash != &dropped_) {
    for (Generation& generation : dropped_) trash->push_back(std::move(generation));
    dropped_.clear();
  }
  if (now < next_swap_) return;
  Swap(trash);
  // Nobody looked for a whole generation: what is left is too old as well.
  if (now - next_swap_ >= kGeneration) Swap(trash);
  next_swap_ = now + kGeneration - (now - next_swap_) % kGeneration;
}

}  // namespace controld::listen
