// One session with its sockets: what a shard runs.
//
// Binds the sans-IO session::Session to bound ports. Opens and closes ports by the difference between two
// specifications, all or nothing. Forwards nothing itself (shard.cc). Owner: one shard; one thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "mediad/offload/call_flows.h"
#include "mediad/ports/interface_table.h"
#include "mediad/relay/pinhole.h"
#include "mediad/relay/udp_socket.h"
#include "mediad/session/session.h"
#include "proto/base/log.h"
#include "rtpengine/v1/worker.pb.h"

namespace mediad::relay {

class Call;

// What an epoll event points to. Its address stays the same as long as the socket is open.
struct MediaSocket {
  UdpSocket socket;
  Call* call = nullptr;
  session::SocketIndex index = session::kNoSocket;
  bool watched = false;  // registered with epoll
  uint32_t interface = 0;  // InterfaceTable::IndexOf
  Pinhole pinhole;
};

// Registers sockets where packets are awaited; to close one is to end that, too. Implemented by the shard.
class Watcher {
 public:
  virtual ~Watcher() = default;
  virtual int Watch(MediaSocket* socket) = 0;  // 0, or an errno value
  virtual void Unwatch(MediaSocket* socket) = 0;
  // Lets packets for the socket's port through, for as long as the socket lives.
  virtual void Admit(MediaSocket* socket, const base::Endpoint& local) = 0;
};

// A call on its way into another one.
struct HandedCall {
  std::unique_ptr<Call> call;
  uint32_t offset = 0;  // for its ids
};

class Call {
 public:
  // `services`, `interfaces` and `watcher` outlive the call.
  Call(std::string id, std::string owner, const rtcp::QualityOptions& quality,
       session::SecureServices* services, ports::InterfaceTable& interfaces, Watcher& watcher);
  ~Call();
  Call(const Call&) = delete;
  Call& operator=(const Call&) = delete;

  // Becomes the specification, or answers why not and stays what it is. Precondition: valid.
  // What the calls of `handed` have becomes part of this one, unless there is an error.
  std::optional<rtpengine::v1::Error> Apply(rtpengine::v1::Session* specification,
                                            std::vector<HandedCall>* handed, const base::Now& now);
  // Of a specification that is said to differ by its record from the one before it: if that one runs, this is all there
  // is to do. False, and nothing is changed: it has to be applied.
  bool TakeRecord(rtpengine::v1::Session* specification);
  void DescribePorts(
      google::protobuf::RepeatedPtrField<rtpengine::v1::PortSetAllocation>* out) const;

  // A packet is coming to this socket after the next one; Prefetch(): it is the next one.
  void PrefetchTables(session::SocketIndex index) const {
    session_.PrefetchTables(index);
    __builtin_prefetch(sockets_.data());
  }
  // A packet is coming to this socket, and will leave by another.
  void Prefetch(session::SocketIndex index) const {
    session_.Prefetch(index);
    for (size_t i = 0; i < sockets_.size() && i < 4; ++i) __builtin_prefetch(sockets_[i].get());
  }

  // Stops listening; ports stay reserved. Apply() or ResumeMedia() listens again.
  void StopMedia();
  void ResumeMedia();

  session::Session& session() { return session_; }
  const session::Session& session() const { return session_; }
  UdpSocket& socket(session::SocketIndex index) { return sockets_[index]->socket; }
  uint32_t interface_of(session::SocketIndex index) const { return sockets_[index]->interface; }
  const std::string& owner() const { return owner_; }
  const std::string& record() const { return record_; }

  // Whether the socket was listened to; it is not any more, what comes waits in it.
  bool Park(session::SocketIndex index);
  void Unpark(const std::vector<session::SocketIndex>& sockets);
  MediaSocket* media_socket(session::SocketIndex index) { return sockets_[index].get(); }

  // Kernel forwarding (offload_desk.h).
  struct Offload {
    offload::CallFlows flows;
    std::vector<session::SocketIndex> parked;
    uint64_t planned = 0;       // the session's changes() that the flows follow
    bool touched = false;
    bool reading = false;       // what is under way only reads
    bool fresh = false;         // counters were read a moment ago, for the commands kept
    bool status_seen = false;   // whether the kernel could be used when it was looked at
    uint32_t kernel_media = 0, mixed_media = 0;  // active, at the last look
  };
  Offload& offload() { return offload_; }
  const Offload& offload() const { return offload_; }

  // The shard's notes.
  struct Supervision {
    uint64_t idle_reported = 0;      // generation + 1 for which SessionIdle was sent; 0 = none
    uint64_t failure_reported = 0;   // likewise
    uint64_t deadline_reported = 0;  // likewise
    std::chrono::nanoseconds idle_since{0};  // 0 = not idle
    std::chrono::nanoseconds touched{0};     // last command
    std::chrono::nanoseconds scheduled = std::chrono::nanoseconds::max();  // when its session wants the clock
    uint32_t active_media = 0;       // at the last look
    uint8_t slice = 0;
    uint32_t position = 0;           // within the slice
    uint32_t reporting = 0;          // position in the list of calls with reports of ours, and 1; 0 = not there
  };
  Supervision& supervision() { return supervision_; }
  // Idle was reported for the generation that runs.
  bool idle() const { return supervision_.idle_reported == session_.generation() + 1; }

 private:
  struct PortSet {
    uint32_t id = 0;
    ports::PortAllocation ports;
  };
  // New port sets and their sockets, given back unless they are kept.
  class Reservation;

  const PortSet* Find(uint32_t id) const;
  std::optional<rtpengine::v1::Error> ApplyOwn(rtpengine::v1::Session* specification,
                                               const base::Now& now);
  std::optional<rtpengine::v1::Error> CheckHanded(const std::vector<HandedCall>& handed) const;
  void TakeIn(const HandedCall& handed);
  void GiveBack(const HandedCall& handed);
  std::optional<rtpengine::v1::Error> CheckKept(const rtpengine::v1::PortSet& wanted,
                                                const PortSet& have) const;
  void Adopt(const rtpengine::v1::Session& specification, Reservation* reservation);
  void ReleaseAll();

  session::Session session_;
  std::string owner_;
  std::string record_;
  ports::InterfaceTable& interfaces_;
  Watcher& watcher_;
  std::vector<PortSet> port_sets_;                      // in the specification's order
  std::vector<std::unique_ptr<MediaSocket>> sockets_;   // by SocketIndex
  Supervision supervision_;
  Offload offload_;
  base::log::Following following_;  // while the specification asks for it
};

}  // namespace mediad::relay
