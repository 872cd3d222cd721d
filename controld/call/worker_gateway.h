// What calls need from the workers. Implemented by the fleet (fleet/), faked in tests.
//
// Every method is called on a shard's thread. Callbacks run on that same shard's thread, always after the
// call returned, exactly once: with the worker's result, or with an Error when it said no, was lost, or
// did not answer in time (code UNSPECIFIED then, text says why).
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "proto/base/endpoint.h"
#include "rtpengine/v1/worker.pb.h"

namespace controld::call {

// A worker as negotiation sees it; immutable snapshot.
struct WorkerView {
  std::string name;
  uint64_t boot_epoch = 0;
  std::vector<rtpengine::v1::Interface> interfaces;  // the first is the default
  std::vector<rtpengine::v1::Certificate> certificates;  // for DTLS; the first is for new calls
};

struct PlacementNeeds {
  std::string from_interface, to_interface;  // logical names, empty = default
  bool needs_ipv4 = false, needs_ipv6 = false;
  unsigned streams = 2;  // weight of the call: media legs
  bool beyond_limits = false;  // publish and create: the limits on new calls are for offers
};

// Why no worker could be chosen.
enum class PlacementRefusal : uint8_t { kNone, kNoWorker, kLoad, kCpu, kBandwidth };

struct Placement {
  std::shared_ptr<const WorkerView> worker;  // null: refused
  PlacementRefusal refusal = PlacementRefusal::kNone;
  std::string explanation;  // in words, for logs and explain
};

class WorkerGateway {
 public:
  virtual ~WorkerGateway() = default;

  // Chooses a worker for a new call and charges it; Release gives the charge back.
  virtual Placement Place(const PlacementNeeds& needs) = 0;
  virtual void Release(const std::string& worker, unsigned streams) = 0;
  // Charges a call that already is there (restored).
  virtual void Charge(const std::string& worker, unsigned streams) = 0;
  // Null when no worker of that name was ever attached.
  virtual std::shared_ptr<const WorkerView> View(const std::string& worker) = 0;

  template <typename T>
  using Callback = std::function<void(const rtpengine::v1::Error* error, const T& result)>;

  virtual void Apply(const std::string& worker, rtpengine::v1::Session session,
                     Callback<rtpengine::v1::ApplySessionResult> done) = 0;
  virtual void Delete(const std::string& worker, const std::string& call_id,
                      Callback<rtpengine::v1::SessionStatistics> done) = 0;
  virtual void Query(const std::string& worker, const std::string& call_id, bool explain,
                     Callback<rtpengine::v1::SessionStatistics> done) = 0;
};

}  // namespace controld::call
