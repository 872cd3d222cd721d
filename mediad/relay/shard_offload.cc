// What a shard does for its desk of kernel forwarding: packets that wait, counters of what the kernel did.
#include "mediad/relay/shard.h"

namespace mediad::relay {
namespace {

constexpr size_t kMostDrained = 256;  // a sender that never pauses does not hold up the shard

}  // namespace

void Shard::OpenDesk(unsigned number) {
  OffloadDesk::Shop shop;
  shop.run = [this](Command command) {
    std::visit([this](auto& one) { Run(std::move(one)); }, command);
  };
  shop.drain = [this](MediaSocket* socket) {
    size_t packets = 0;
    while (packets < kMostDrained && Receive(socket, now_)) ++packets;
  };
  shop.count = [this](const offload::Moved& moved, Call& call) { CountMoved(moved, call); };
  desk_ = std::make_unique<OffloadDesk>(*options_.kernel, number, std::move(shop));
}

void Shard::Run(KernelCommand command) {
  if (desk_ == nullptr) return;
  desk_->OnDelivery(std::move(command.delivery), now_);
  kernel_streams_.store(desk_->flows(), std::memory_order_relaxed);
}

void Shard::CountMoved(const offload::Moved& moved, Call& call) {
  const offload::FlowCounters& counters = moved.counters;
  if (moved.socket == session::kNoSocket) return;
  InterfaceTraffic& traffic = traffic_[call.interface_of(moved.socket)];
  if (moved.egress) {
    traffic.AddEgress(counters.packets, counters.bytes, counters.errors);
    Add(kernel_errors_, counters.errors);
    return;
  }
  traffic.AddIngress(counters.packets, counters.bytes, counters.errors);
  Add(kernel_packets_, counters.packets);
  Add(kernel_bytes_, counters.bytes);
  Add(kernel_errors_, counters.errors);
}

void Shard::NoteKernelActivity(Call& call, KernelActivity activity) {
  Call::Offload& noted = call.offload();
  Add(kernel_active_, uint64_t{activity.kernel} - noted.kernel_media);  // wraps around where it has to
  Add(mixed_active_, uint64_t{activity.mixed} - noted.mixed_media);
  noted.kernel_media = activity.kernel;
  noted.mixed_media = activity.mixed;
}

}  // namespace mediad::relay
