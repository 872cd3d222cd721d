#include "proto/export/stream_queue.h"

#include <utility>

namespace exporting {

bool StreamQueue::Push(std::string message, Time now) {
  if (message.empty()) return true;
  if (message.size() > policy_.max_octets - octets_) return false;
  // A server that had nothing to read so far is not a slow one.
  if (messages_.empty() && state_ == State::kConnected) since_ = now;
  octets_ += message.size();
  messages_.push_back(std::move(message));
  return true;
}

StreamQueue::Action StreamQueue::Step(Time now) const {
  switch (state_) {
    case State::kBroken:
      return now >= retry_at_ ? Action::kConnect : Action::kWait;
    case State::kConnecting:
      return now >= since_ + policy_.patience ? Action::kGiveUp : Action::kWait;
    case State::kConnected:
      if (messages_.empty()) return Action::kWait;
      if (!blocked_) return Action::kWrite;
      return now >= since_ + policy_.patience ? Action::kGiveUp : Action::kWait;
  }
  return Action::kWait;
}

StreamQueue::Time StreamQueue::next_deadline() const {
  if (state_ == State::kBroken) return retry_at_;
  if (state_ == State::kConnecting || blocked_) return since_ + policy_.patience;
  return Time::max();
}

void StreamQueue::OnConnecting(Time now) {
  state_ = State::kConnecting;
  since_ = now;
}

void StreamQueue::OnConnected(Time now) {
  state_ = State::kConnected;
  blocked_ = false;
  since_ = now;
}

void StreamQueue::OnBroken(Time now) {
  state_ = State::kBroken;
  blocked_ = false;
  written_ = 0;
  retry_at_ = now + policy_.retry;
}

size_t StreamQueue::OnWritten(size_t octets, Time now) {
  blocked_ = octets < unsent().size();
  if (octets > 0) since_ = now;
  written_ += octets;
  if (written_ < messages_.front().size()) return 0;
  octets_ -= messages_.front().size();
  messages_.pop_front();
  written_ = 0;
  return 1;
}

}  // namespace exporting
