#include "controld/rpc/outbox.h"

#include <utility>

namespace controld::rpc {
namespace {

constexpr size_t kFieldOverhead = 6;  // tag and length of a message in its frame

}  // namespace

bool Outbox::Append(rtpengine::v1::ControllerMessage&& message) {
  const size_t octets = message.ByteSizeLong() + kFieldOverhead;
  if (pending_ + octets > kMaxPending) return false;
  // A message larger than a frame goes alone; the worker's limit is gRPC's own (4 MiB).
  if (frames_.empty() || frames_.back().octets + octets > kMaxFrame) frames_.emplace_back();
  Frame& frame = frames_.back();
  *frame.frame.add_messages() = std::move(message);
  frame.octets += octets;
  pending_ += octets;
  return true;
}

bool Outbox::Take(rtpengine::v1::ControllerFrame* frame) {
  if (frames_.empty()) return false;
  frame->Swap(&frames_.front().frame);
  pending_ -= frames_.front().octets;
  frames_.pop_front();
  return true;
}

void Outbox::Clear() {
  frames_.clear();
  pending_ = 0;
}

}  // namespace controld::rpc
