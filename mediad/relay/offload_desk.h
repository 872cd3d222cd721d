// A shard's part of kernel forwarding: when flows are looked at again, and what has to wait for them.
//
// Commands about a call whose flows are in the kernel wait until the flows have left it (or, for a query, were read), in
// the order they came. Packets of the sockets concerned wait in the sockets. Everything runs on the shard's thread,
// between batches of packets; without a kernel table there is no desk. Not here: which flows (../offload).
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "mediad/offload/kernel.h"
#include "mediad/relay/call.h"
#include "mediad/relay/command.h"

namespace mediad::relay {

class OffloadDesk {
 public:
  // What the desk needs of the shard.
  struct Shop {
    // Carries out a command whose call is out of the kernel. The call may be gone afterwards.
    std::function<void(Command)> run;
    // Handles what waits in the socket.
    std::function<void(MediaSocket*)> drain;
    std::function<void(const offload::Moved&, Call&)> count;
  };

  OffloadDesk(offload::Kernel& kernel, unsigned shard, Shop shop);

  // True: the command was kept, it will be run.
  bool Keep(Call* call, Command* command);
  // After an Apply: flows that an earlier process left at the call's ports become the call's.
  void Adopt(Call& call, const base::Now& now);
  // Something may have changed; looked at in Work().
  void Touch(Call& call) {
    if (call.offload().touched) return;
    call.offload().touched = true;
    touched_.push_back(&call);
  }
  void TouchIfChanged(Call& call) {
    if (call.session().changes() != call.offload().planned) Touch(call);
  }
  bool has_work() const { return !touched_.empty(); }
  void Work(const base::Now& now);
  void OnDelivery(offload::Delivery delivery, const base::Now& now);
  // Once a second for each call.
  void Supervise(Call& call);
  // The call's flows leave and stay out until something is applied.
  void Leave(Call& call, std::string_view reason);
  // The call goes. Precondition: its flows have left.
  void Forget(Call& call);
  // What was kept and will not be run.
  std::deque<Command> Close();

  uint64_t flows() const { return call_of_.size(); }

 private:
  void Advance(Call& call, const base::Now& now);
  bool RunKept(Call& call, const base::Now& now);
  void Follow(Call& call, const base::Now& now);
  void Submit(Call& call, std::vector<offload::Operation> operations);
  void Park(Call& call, const std::vector<session::SocketIndex>& sockets);
  void Drain(Call& call);
  void Finish(Call& call, const offload::Results& results, const base::Now& now);
  void Settle(Call& call);
  void OnReports(const offload::Reports& reports, const base::Now& now);
  void OnStatus(const offload::Status& status);

  offload::Kernel& kernel_;
  const unsigned shard_;
  const Shop shop_;
  offload::Status status_;
  uint64_t transaction_ = 0;
  std::unordered_map<uint64_t, Call*> under_way_;
  std::unordered_map<offload::FlowId, Call*> call_of_;
  std::unordered_map<Call*, std::deque<Command>> kept_;
  std::vector<Call*> touched_;
  std::vector<Call*>* visiting_ = nullptr;  // those whose turn is to come in Work
  std::vector<offload::Moved> moved_;
};

// Of the media that received since `since`: what did so in the kernel only, and what in both places.
struct KernelActivity {
  uint32_t kernel = 0;
  uint32_t mixed = 0;
};
KernelActivity ActivityOf(const session::Session& session, int64_t since_unix_ms);

}  // namespace mediad::relay
