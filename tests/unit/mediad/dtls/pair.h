// Two associations and the network between them, in virtual time: loss, duplicates, delay (and so
// another order), all drawn from a seed.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <random>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "mediad/dtls/association.h"

namespace mediad::dtls {

using std::chrono::milliseconds;
using std::chrono::nanoseconds;
using std::chrono::seconds;

inline constexpr int64_t kUnix = 1'700'000'000;

// Of one process-wide key each: making them is slow with a sanitizer.
inline std::shared_ptr<const Certificate> TestCertificate(int number) {
  static std::map<int, std::shared_ptr<const Certificate>> made;
  std::shared_ptr<const Certificate>& certificate = made[number];
  if (certificate == nullptr) certificate = Certificate::Generate({}, "test", kUnix).value();
  return certificate;
}

inline AssociationOptions TestOptions(int certificate, Setup setup) {
  AssociationOptions options;
  options.certificate = TestCertificate(certificate);
  options.setup = setup;
  options.verify_cookie = false;
  return options;
}

struct NetworkOptions {
  double loss = 0;
  double duplication = 0;
  milliseconds min_delay{10};
  milliseconds max_delay{10};
  unsigned seed = 1;
};

class Pair {
 public:
  Pair(AssociationOptions a, AssociationOptions b, NetworkOptions network = {})
      : network_(network), random_(network.seed) {
    ends_.emplace_back(std::move(a));
    ends_.emplace_back(std::move(b));
  }

  Association& a() { return ends_[0]; }
  Association& b() { return ends_[1]; }
  nanoseconds now() const { return now_; }
  size_t longest() const { return longest_; }  // datagram on the network
  size_t octets(int from) const { return octets_[static_cast<size_t>(from)]; }

  // What crosses the network is shown here first; false: it is lost.
  std::function<bool(int from, std::span<const uint8_t>)> tap;

  void Start() {
    for (Association& end : ends_) end.Start(now_);
    Collect();
  }

  void TrustEachOther(media::FingerprintHash hash = media::FingerprintHash::kSha256, int a = 0,
                      int b = 1) {
    ends_[0].SetPeerFingerprint(TestCertificate(b)->fingerprint(hash));
    ends_[1].SetPeerFingerprint(TestCertificate(a)->fingerprint(hash));
  }

  // Gives `to` a datagram of a stranger's (or of the peer's) at once.
  bool Inject(int to, std::span<const uint8_t> datagram, std::string_view source = "stranger") {
    const bool taken = ends_[static_cast<size_t>(to)].OnDatagram(
        datagram, {reinterpret_cast<const uint8_t*>(source.data()), source.size()}, now_);
    Collect();
    return taken;
  }

  // Until `until`, or nothing is left to happen.
  void Run(std::optional<nanoseconds> until = std::nullopt) {
    Collect();
    while (const std::optional<nanoseconds> next = Next()) {
      if (until && *next > *until) break;
      now_ = std::max(now_, *next);
      Step();
    }
    if (until) now_ = std::max(now_, *until);
  }

  bool both(State state) const { return ends_[0].state() == state && ends_[1].state() == state; }
  bool KeysAgree() const {
    const auto& a = ends_[0].keys();
    const auto& b = ends_[1].keys();
    return a && b && a->suite == b->suite && Same(a->send, b->receive) &&
           Same(a->receive, b->send) && !Same(a->send, a->receive);
  }

 private:
  struct Flying {
    int to;
    std::vector<uint8_t> octets;
  };

  static bool Same(const MasterKey& x, const MasterKey& y) {
    return std::ranges::equal(x.key(), y.key()) && std::ranges::equal(x.salt(), y.salt()) &&
           !x.key().empty() && !x.salt().empty();
  }

  std::optional<nanoseconds> Next() const {
    std::optional<nanoseconds> next;
    if (!flying_.empty()) next = flying_.begin()->first;
    for (const Association& end : ends_)
      if (const auto deadline = end.NextDeadline(); deadline && (!next || *deadline < *next))
        next = deadline;
    return next;
  }

  void Step() {
    if (!flying_.empty() && flying_.begin()->first <= now_) {
      const Flying arrived = std::move(flying_.begin()->second);
      flying_.erase(flying_.begin());
      const uint8_t source[] = {static_cast<uint8_t>('a' + 1 - arrived.to)};
      ends_[static_cast<size_t>(arrived.to)].OnDatagram(arrived.octets, source, now_);
    }
    for (Association& end : ends_)
      if (const auto deadline = end.NextDeadline(); deadline && *deadline <= now_)
        end.OnTimer(now_);
    Collect();
  }

  void Collect() {
    std::vector<uint8_t> datagram;
    for (int from = 0; from < 2; ++from) {
      while (ends_[static_cast<size_t>(from)].TakeDatagram(&datagram)) {
        longest_ = std::max(longest_, datagram.size());
        octets_[static_cast<size_t>(from)] += datagram.size();
        if (tap && !tap(from, datagram)) continue;
        const int copies = Chance(network_.loss) ? 0 : Chance(network_.duplication) ? 2 : 1;
        for (int i = 0; i < copies; ++i)
          flying_.emplace(now_ + Delay(), Flying{1 - from, datagram});
      }
    }
  }

  bool Chance(double probability) {
    return std::uniform_real_distribution<double>(0, 1)(random_) < probability;
  }
  nanoseconds Delay() {
    return milliseconds(std::uniform_int_distribution<int64_t>(
        network_.min_delay.count(), network_.max_delay.count())(random_));
  }

  NetworkOptions network_;
  std::mt19937 random_;
  nanoseconds now_{seconds(1000)};
  std::vector<Association> ends_;
  std::multimap<nanoseconds, Flying> flying_;
  size_t longest_ = 0;
  size_t octets_[2] = {0, 0};
};

}  // namespace mediad::dtls
