#include "mediad/dtls/handshake_budget.h"

#include <algorithm>

namespace mediad::dtls {

bool TokenBucket::Take(const BucketOptions& options, std::chrono::nanoseconds now) {
  const std::chrono::duration<double> passed = now - refilled_;
  if (passed.count() > 0) {
    tokens_ = std::min<double>(options.burst, tokens_ + passed.count() * options.per_second);
    refilled_ = now;
  }
  if (tokens_ < 1) return false;
  tokens_ -= 1;
  return true;
}

bool HandshakeBudget::Take(const base::IpAddress& source, std::chrono::nanoseconds now) {
  Key key{};
  key[0] = static_cast<uint8_t>(source.family());
  std::copy_n(source.data(), std::min<size_t>(source.size(), 8), key.begin() + 1);

  if (const auto found = table_.find(key); found != table_.end()) {
    recent_.splice(recent_.begin(), recent_, found->second);
  } else {
    if (table_.size() >= max_sources_) {
      table_.erase(recent_.back().key);
      recent_.pop_back();
    }
    recent_.push_front({key, TokenBucket(options_)});
    table_.emplace(key, recent_.begin());
  }
  return recent_.front().bucket.Take(options_, now);
}

}  // namespace mediad::dtls
