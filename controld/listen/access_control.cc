#include "controld/listen/access_control.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "absl/strings/numbers.h"
#include "proto/base/log.h"
#include "proto/base/text.h"

namespace controld::listen {
namespace {

// The time taken says nothing about where two texts differ.
bool SameSecret(std::string_view a, std::string_view b) {
  unsigned difference = a.size() == b.size() ? 0 : 1;
  for (size_t i = 0; i < a.size(); ++i) {
    const char other = b.empty() ? '\0' : b[i % b.size()];
    difference |= static_cast<unsigned>(static_cast<unsigned char>(a[i] ^ other));
  }
  return difference == 0;
}

double Refilled(double tokens, AccessControl::Time since, double rate) {
  return std::min(rate, tokens + std::chrono::duration<double>(since).count() * rate);
}

}  // namespace

std::optional<AddressPrefix> AddressPrefix::Parse(std::string_view text) {
  const size_t slash = text.find('/');
  const auto address = base::IpAddress::Parse(text.substr(0, slash));
  if (!address) return std::nullopt;
  AddressPrefix out{*address, static_cast<unsigned>(address->size() * 8)};
  if (slash == text.npos) return out;
  const std::string_view bits = text.substr(slash + 1);
  uint32_t value = 0;
  if (bits.empty() || bits.size() > 3 || bits.find_first_not_of("0123456789") != bits.npos ||
      !absl::SimpleAtoi(base::ToAbsl(bits), &value) || value > out.bits) {
    return std::nullopt;
  }
  out.bits = value;
  return out;
}

bool AddressPrefix::Contains(const base::IpAddress& candidate) const {
  if (candidate.family() != address.family()) return false;
  const size_t whole = bits / 8;
  if (std::memcmp(candidate.data(), address.data(), whole) != 0) return false;
  if (bits % 8 == 0) return true;
  const auto mask = static_cast<uint8_t>(0xff00u >> (bits % 8));
  return (candidate.data()[whole] & mask) == (address.data()[whole] & mask);
}

absl::StatusOr<std::vector<AddressPrefix>> AccessControl::ParseAllow(
    const std::vector<std::string>& values) {
  std::vector<AddressPrefix> out;
  for (const std::string& value : values) {
    const auto prefix = AddressPrefix::Parse(value);
    if (!prefix) {
      return absl::InvalidArgumentError(base::StrCat(
          "Invalid address or prefix '", value, "' ('listen-ng-allow'): expected an IP address, or ",
          "ADDRESS/BITS"));
    }
    out.push_back(*prefix);
  }
  return out;
}

size_t AccessControl::Hash::operator()(const base::IpAddress& address) const {
  const std::string_view octets(reinterpret_cast<const char*>(address.data()), address.size());
  return static_cast<size_t>(fleet::KeyedHash(key, octets));
}

void AccessControl::SetRules(Rules rules) {
  absl::MutexLock lock(&mutex_);
  rules_ = std::move(rules);
  open_.store(rules_.allow.empty() && rules_.messages_per_second == 0, std::memory_order_relaxed);
  needs_secret_.store(!rules_.secret.empty(), std::memory_order_relaxed);
  rate_.store(rules_.messages_per_second, std::memory_order_relaxed);
}

void AccessControl::SetNear(std::vector<AddressPrefix> networks) {
  absl::MutexLock lock(&mutex_);
  if (rules_.near) rules_.allow = std::move(networks);
}

bool AccessControl::Allowed(const base::IpAddress& peer) const {
  return rules_.allow.empty() ||
         std::any_of(rules_.allow.begin(), rules_.allow.end(),
                     [&](const AddressPrefix& prefix) { return prefix.Contains(peer); });
}

bool AccessControl::AdmitConnection(const base::IpAddress& peer, Time now) {
  if (open_.load(std::memory_order_relaxed)) return true;
  bool near = false;
  {
    absl::ReaderMutexLock lock(&mutex_);
    if (Allowed(peer)) return true;
    near = rules_.near;
  }
  counters_.address.fetch_add(1, std::memory_order_relaxed);
  Report(peer,
         near ? "neither this host nor a private or attached network; listen-ng-allow opens it to others"
              : "not in listen-ng-allow",
         now);
  return false;
}

bool AccessControl::AdmitMessage(const base::IpAddress& peer, Time now) {
  if (!AdmitConnection(peer, now)) return false;
  if (rate_.load(std::memory_order_relaxed) == 0 || TakeToken(peer, now)) return true;
  counters_.rate.fetch_add(1, std::memory_order_relaxed);
  Report(peer, "more than listen-ng-rate messages per second", now);
  return false;
}

bool AccessControl::AdmitSecret(std::string_view secret, const base::IpAddress& peer, Time now) {
  {
    absl::ReaderMutexLock lock(&mutex_);
    if (rules_.secret.empty() || SameSecret(secret, rules_.secret)) return true;
  }
  counters_.secret.fetch_add(1, std::memory_order_relaxed);
  Report(peer, "without the secret of listen-ng-secret-file", now);
  return false;
}

AccessControl::Account* AccessControl::AccountOf(const base::IpAddress& peer, Time now) {
  const auto it = accounts_.find(peer);
  if (it != accounts_.end()) return &it->second;
  if (accounts_.size() >= kMaxPeers && now - last_sweep_ >= std::chrono::seconds(1)) {
    // Who has been silent for a second has a full account, as a new one would.
    last_sweep_ = now;
    for (auto i = accounts_.begin(); i != accounts_.end();) {
      const auto current = i++;
      if (now - current->second.filled >= std::chrono::seconds(1)) accounts_.erase(current);
    }
  }
  if (accounts_.size() >= kMaxPeers) return &others_;
  const Account full{static_cast<double>(rate_.load(std::memory_order_relaxed)), now};
  return &accounts_.emplace(peer, full).first->second;
}

bool AccessControl::TakeToken(const base::IpAddress& peer, Time now) {
  const double rate = rate_.load(std::memory_order_relaxed);
  absl::MutexLock lock(&accounts_mutex_);
  Account* account = AccountOf(peer, now);
  account->tokens =
      Refilled(account->tokens, std::max(now - account->filled, Time(0)), rate);
  account->filled = now;
  if (account->tokens < 1) return false;
  account->tokens -= 1;
  return true;
}

void AccessControl::Report(const base::IpAddress& peer, std::string_view why, Time now) {
  int64_t due = next_report_.load(std::memory_order_relaxed);
  if (now.count() < due ||
      !next_report_.compare_exchange_strong(due, (now + kReportInterval).count(),
                                            std::memory_order_relaxed)) {
    return;
  }
  const uint64_t total = counters_.address.load(std::memory_order_relaxed) +
                         counters_.rate.load(std::memory_order_relaxed) +
                         counters_.secret.load(std::memory_order_relaxed);
  const uint64_t before = reported_.exchange(total, std::memory_order_relaxed);
  base::log::Log(base::log::Severity::kWarning, base::log::Subsystem::kControl, {},
                 "Refused NG messages: ", total - before, " since the last such line, this one from ",
                 peer.ToString(), ": ", why);
}

}  // namespace controld::listen
