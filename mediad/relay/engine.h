// The media plane of one worker process: N relay shards behind an asynchronous, thread-safe interface.
//
// The rpc shell (rpc/) translates the worker stream to these calls. Callbacks run on a relay thread (or the
// caller's for errors found at once); they must not block. A session lives on one shard, chosen by a hash
// of owner and id; commands about the same session are carried out in the order of the calls.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "mediad/dtls/certificate.h"
#include "mediad/offload/kernel.h"
#include "proto/base/clock.h"
#include "proto/base/endpoint.h"
#include "rtpengine/v1/worker.pb.h"

namespace mediad::ports { class InterfaceTable; }

namespace mediad::relay {

class PinholeKeeper;

// A datagram with RTCP that was received, in the clear; valid during the call.
struct RtcpArrival {
  std::string_view call_id;
  base::Endpoint source, local;
  std::span<const uint8_t> compound;
  base::Now now;
};

struct EngineOptions {
  unsigned shards = 1;            // relay threads, at least 1
  bool mos_listening_quality = false;  // option mos = LQ (default CQ)
  enum class MosFormula : uint8_t { kG107, kG1072, kLegacy } mos_formula = MosFormula::kG107;
  unsigned orphan_timeout_s = 3600;    // idle sessions end by themselves when no controller cared that long
  // A certificate of ours by its SHA-256 digest, null if there is none. Called on relay threads.
  std::function<std::shared_ptr<const dtls::Certificate>(std::string_view digest)> certificate;
  std::string software;                // SOFTWARE of STUN
  uint16_t dtls_mtu = 1152;            // octets of UDP payload
  PinholeKeeper* pinholes = nullptr;   // is told of the ports in use, if anybody is; outlives the engine
  offload::Kernel* kernel = nullptr;   // null: no table; outlives the engine
  // Empty: nobody wants to know. Called on relay threads; does not block.
  std::function<void(const RtcpArrival& arrival)> on_rtcp;
};

struct EngineTotals {
  uint64_t sessions = 0, packets = 0, bytes = 0, errors = 0;
  uint64_t active_media = 0;  // received RTP in the last 2 s
  // In the kernel, and in none of the above but active_media.
  uint64_t kernel_packets = 0, kernel_bytes = 0, kernel_errors = 0;
  uint64_t kernel_streams = 0;       // there now
  uint64_t kernel_active_media = 0;  // active there only
  uint64_t mixed_active_media = 0;   // active there and here
  uint64_t dtmf_events = 0, dtmf_suppressed = 0;
};

class Engine {
 public:
  using ResultCallback = std::function<void(rtpengine::v1::CommandResult)>;  // id is left 0
  using EventCallback = std::function<void(rtpengine::v1::Event)>;           // any relay thread

  // `interfaces` outlives the engine. Threads start in Start().
  Engine(const EngineOptions& options, ports::InterfaceTable& interfaces);
  ~Engine();
  void Start(EventCallback on_event);
  void Stop();  // joins the threads; sockets close

  void Apply(rtpengine::v1::ApplySession command, ResultCallback done);
  void Delete(rtpengine::v1::DeleteSession command, ResultCallback done);
  void Query(rtpengine::v1::QuerySession command, ResultCallback done);
  void List(rtpengine::v1::ListSessions command, ResultCallback done);
  // New sessions are refused while draining.
  void SetDraining(bool draining);
  bool draining() const;
  EngineTotals Totals() const;
  // nullopt: there is no table.
  std::optional<offload::Status> KernelStatus() const;
  // Adds what went through each local address, in the order of InterfaceTable::DescribeLoad.
  void AddTraffic(google::protobuf::RepeatedPtrField<rtpengine::v1::InterfaceLoad>* loads) const;
  // Tells the engine whether any controller is attached (for orphan_timeout_s).
  void SetAttached(bool attached);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace mediad::relay
