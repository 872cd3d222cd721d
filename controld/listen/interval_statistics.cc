#include "controld/listen/interval_statistics.h"

#include <algorithm>

namespace controld::listen {
namespace {

constexpr std::chrono::nanoseconds kSecond = std::chrono::seconds(1);

double Seconds(std::chrono::nanoseconds time) { return std::chrono::duration<double>(time).count(); }
double Seconds(uint64_t nanoseconds) { return static_cast<double>(nanoseconds) / 1e9; }

uint64_t PerSecond(uint64_t requests, std::chrono::nanoseconds time) {
  return static_cast<uint64_t>(static_cast<double>(requests) / std::max(Seconds(time), 1e-9) + 0.5);
}

}  // namespace

IntervalSampler::IntervalSampler(CommandTimes& times, const call::Counters& calls, std::chrono::seconds interval,
                                 std::chrono::nanoseconds now)
    : times_(times), calls_(calls), interval_(interval), ticked_(now), second_(now), began_(now) {
  least_calls_ = most_calls_ = calls_.calls.load();
}

bool IntervalSampler::Tick(std::chrono::nanoseconds now) {
  const absl::MutexLock lock(&mutex_);
  const int64_t calls = calls_.calls.load();
  call_seconds_ += static_cast<double>(calls) * Seconds(now - ticked_);
  ticked_ = now;
  least_calls_ = std::min(least_calls_, calls);
  most_calls_ = std::max(most_calls_, calls);
  if (now - second_ < kSecond) return false;
  EndSecond(now);
  if (now - began_ < interval_) return false;
  EndInterval(now);
  return true;
}

void IntervalSampler::EndSecond(std::chrono::nanoseconds now) {
  for (size_t i = 0; i < kCommands; ++i) {
    Rates& rates = rates_[i];
    const uint64_t count = times_.count(i);
    const uint64_t rate = PerSecond(count - rates.at_second, now - second_);
    rates.at_second = count;
    rates.least = std::min(rates.least, rate);
    rates.most = std::max(rates.most, rate);
  }
  second_ = now;
}

void IntervalSampler::EndInterval(std::chrono::nanoseconds now) {
  for (size_t i = 0; i < kCommands; ++i) {
    Rates& rates = rates_[i];
    const CommandTimes::Taken taken = times_.Take(i);
    CommandInterval& out = last_.commands[i];
    out = {};
    if (taken.count != 0) {
      out.least_s = Seconds(taken.least_ns);
      out.most_s = Seconds(taken.most_ns);
      out.average_s = Seconds(taken.sum_ns) / static_cast<double>(taken.count);
    }
    out.least_rate = rates.least;
    out.most_rate = rates.most;
    out.average_rate = PerSecond(rates.at_second - rates.at_start, now - began_);
    rates.at_start = rates.at_second;
    rates.least = ~uint64_t{0};
    rates.most = 0;
  }
  last_.call_seconds = call_seconds_;
  last_.least_calls = least_calls_;
  last_.most_calls = most_calls_;
  call_seconds_ = 0;
  least_calls_ = most_calls_ = calls_.calls.load();
  began_ = now;
}

IntervalStatistics IntervalSampler::last() const {
  const absl::MutexLock lock(&mutex_);
  return last_;
}

}  // namespace controld::listen
