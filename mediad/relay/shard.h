// One relay thread: an epoll loop over the sockets of its calls.
//
// Per packet: one recvmsg, the session's decision, one sendto per sink; epoll_wait is shared by up to 128
// packets, one of each socket: a port that is flooded has its turn like every other, and no more. No lock, allocation or virtual call in the steady state. Commands come through a queue; they are
// carried out between batches, so that no event of a batch points to a socket that has gone.
//
// Post(), Help(), Wake(), totals() and AddTraffic() are for any thread. Everything else runs on the shard's own, or for a
// moment, while that sleeps, on one that helps with commands: owner_ says whose the shard is.
#pragma once

#include <sys/epoll.h>

#include <array>
#include <atomic>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/container/btree_map.h"
#include "absl/container/btree_set.h"
#include "mediad/relay/call.h"
#include "mediad/relay/command.h"
#include "mediad/relay/engine.h"
#include "mediad/relay/interface_traffic.h"
#include "mediad/relay/offload_desk.h"
#include "mediad/session/secure_services.h"
#include "proto/base/help_scope.h"

namespace mediad::relay {

class Shard final : public Watcher, public base::Helped {
 public:
  Shard(const EngineOptions& options, unsigned number, ports::InterfaceTable& interfaces,
        session::SecureServices* services, const std::atomic<bool>& attached);
  ~Shard() override;

  // False: no epoll or event descriptor; errno says why.
  bool Open();
  void Start(const Engine::EventCallback* on_event);
  void Stop();
  // After Stop() commands are refused on the caller's thread.
  void Post(Command command);
  void Help() override;
  void Wake() override;
  EngineTotals totals() const;
  void AddTraffic(google::protobuf::RepeatedPtrField<rtpengine::v1::InterfaceLoad>* loads) const;

  int Watch(MediaSocket* socket) override;
  void Unwatch(MediaSocket* socket) override;
  void Admit(MediaSocket* socket, const base::Endpoint& local) override;

 private:
  using Key = std::pair<std::string, std::string>;  // owner, id
  // A counter that the shard's thread writes and others read.
  static void Add(std::atomic<uint64_t>& counter, uint64_t amount) {
    counter.store(counter.load(std::memory_order_relaxed) + amount, std::memory_order_relaxed);
  }
  static constexpr size_t kBatch = 128;
  static constexpr size_t kSlices = 10;             // of the calls; one each 100 ms
  static constexpr size_t kBufferSize = 8192;

  void Loop();
  int AwaitEvents(std::span<epoll_event> events);  // it sleeps meanwhile
  static void Anticipate(std::span<const epoll_event> coming);
  std::chrono::nanoseconds NextDeadline() const;  // the next tick, or a session's
  int TimeToWait() const;                         // ms, until then
  // Media.
  bool Receive(MediaSocket* media, const base::Now& now);  // false: there was no packet
  void Send(Call& call, const base::Now& now);
  void NoteTruncated(Call& call, const MediaSocket& media, const base::Endpoint& source,
                     const base::Now& now);
  void CountDrop(session::Drop drop, InterfaceTraffic& traffic);
  void CountSequence(Call& call);  // what its media lost, doubled and reordered since the last time
  // ICE and DTLS (shard_timer.cc).
  void RunDeadlines(const base::Now& now);
  void Schedule(Call& call);      // after whatever may have changed its session's deadline
  void Unschedule(Call& call);
  void EmitSecure(Call& call);
  void Fail(MediaSocket* media, int errno_value);
  // Commands (shard_commands.cc).
  // False: stop.
  bool RunCommands();
  void Run(ApplyCommand command);
  void Run(DeleteCommand command);
  void Run(QueryCommand command);
  void Run(ListCommand command);
  void Run(TakeCommand command);
  void Run(PutBackCommand command);
  void Run(KernelCommand command);
  rtpengine::v1::CommandResult Carry(ApplyCommand* command);
  Call* Find(const std::string& owner, const std::string& id);
  void Insert(std::unique_ptr<Call> call);
  std::unique_ptr<Call> Remove(Call& call);
  // Kernel forwarding (shard_offload.cc).
  void OpenDesk(unsigned number);
  void CountMoved(const offload::Moved& moved, Call& call);
  void NoteKernelActivity(Call& call, KernelActivity activity);
  // True: the command waits until the flows of its call allow it.
  template <typename OneCommand>
  bool Wait(Call* call, OneCommand* command) {
    if (desk_ == nullptr || call == nullptr) return false;
    Command kept(std::move(*command));
    if (desk_->Keep(call, &kept)) return true;
    *command = std::move(std::get<OneCommand>(kept));
    return false;
  }
  // Supervision (shard_timer.cc).
  void Tick(const base::Now& now);
  void Supervise(Call& call, const base::Now& now);
  void Pierce(Call& call);
  bool Orphaned(Call& call, const base::Now& now);
  void NoteActivity(Call& call, uint32_t active_media);
  void NoteReporting(Call& call, bool reporting);
  void SendReports(const base::Now& now);
  rtpengine::v1::Event EventFor(const Call& call) const;
  void Emit(rtpengine::v1::Event event) const { (*on_event_)(std::move(event)); }
  // What others are told of the packet (shard_notes.cc).
  void Tell(Call& call, const MediaSocket& media, const base::Endpoint& source, const base::Now& now);
  void EmitPeer(const Call& call, const session::PeerEvent& peer) const;

  const EngineOptions options_;
  ports::InterfaceTable& interfaces_;
  session::SecureServices* const services_;
  const std::atomic<bool>& attached_;
  const Engine::EventCallback* on_event_ = nullptr;

  int epoll_ = -1;
  int wake_ = -1;
  std::thread thread_;
  base::Now now_;
  std::array<uint8_t, kBufferSize> buffer_;
  session::SinkList sinks_;
  bool admitted_ = false;       // a port, since the command that is carried out began
  absl::btree_map<Key, std::unique_ptr<Call>> calls_;
  std::array<std::vector<Call*>, kSlices> slices_;
  absl::btree_set<std::pair<std::chrono::nanoseconds, Call*>> deadlines_;
  size_t next_slice_ = 0;       // to supervise
  size_t insert_slice_ = 0;
  std::vector<Call*> reporting_;  // calls with RTCP reports of our own
  base::SystemRandom random_;
  std::chrono::nanoseconds next_tick_{0};
  std::chrono::nanoseconds attachment_changed_{0};
  bool was_attached_ = false;
  int64_t truncation_logged_unix_s_ = 0;

  std::unique_ptr<OffloadDesk> desk_;  // null: no kernel table

  // Whose all of the above is. The shard's thread gives it up only to sleep, and costs a packet no lock.
  enum class Owner : uint32_t { kShard, kNobody, kHelper };
  std::atomic<Owner> owner_{Owner::kShard};
  uint64_t helped_ = 0;  // how often another thread had it
  std::chrono::nanoseconds sleeps_until_{0};

  std::mutex mutex_;            // guards the queue
  std::deque<Command> queue_;
  bool stopping_ = false;       // likewise
  // Something is in the queue or stopping_ is set: spares the loop the lock. Set before wake_ is written.
  std::atomic<bool> signalled_{false};

  // Written by the shard's thread only.
  std::atomic<uint64_t> sessions_{0}, packets_{0}, bytes_{0}, errors_{0}, active_media_{0};
  std::atomic<uint64_t> kernel_packets_{0}, kernel_bytes_{0}, kernel_errors_{0}, kernel_streams_{0},
      kernel_active_{0}, mixed_active_{0};
  std::atomic<uint64_t> dtmf_events_{0}, dtmf_suppressed_{0};
  std::vector<InterfaceTraffic> traffic_;  // by MediaSocket::interface; never empty
};

}  // namespace mediad::relay
