// Who is told which ports are in use: a packet filter that lets nothing else in.
//
// Open() and Close() note something and return; the filter follows in its own time. Opening twice wants closing
// twice, so that a port that changes hands between two shards is open in any order of their calls.
#pragma once

#include <functional>
#include <string_view>
#include <utility>

#include "proto/base/endpoint.h"

namespace mediad::relay {

// Any thread; none of these waits.
class PinholeKeeper {
 public:
  virtual ~PinholeKeeper() = default;
  // `call` is for people who look at the filter.
  virtual void Open(const base::Endpoint& local, std::string_view call) = 0;
  virtual void Close(const base::Endpoint& local) = 0;
  // Calls `done`, on any thread, when everything opened before is open; or when it cannot be, or takes too long.
  virtual void WhenOpen(std::function<void()> done) = 0;
};

// Open as long as it lives. The keeper outlives it.
class Pinhole {
 public:
  Pinhole() = default;
  Pinhole(PinholeKeeper* keeper, const base::Endpoint& local, std::string_view call)
      : keeper_(keeper), local_(local) {
    keeper_->Open(local_, call);
  }
  Pinhole(Pinhole&& other) noexcept
      : keeper_(std::exchange(other.keeper_, nullptr)), local_(other.local_) {}
  Pinhole& operator=(Pinhole&& other) noexcept {
    std::swap(keeper_, other.keeper_);
    std::swap(local_, other.local_);
    return *this;
  }
  ~Pinhole() {
    if (keeper_ != nullptr) keeper_->Close(local_);
  }

 private:
  PinholeKeeper* keeper_ = nullptr;
  base::Endpoint local_;
};

}  // namespace mediad::relay
