// The worker's logical interfaces and the ports on them (config.md §2, media.md §1).
//
// One port pool per local address, however many names it has. Thread-safe: relay shards allocate
// and release at the same time. Opens no socket: binding is the caller's, through BindPorts.
#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "absl/functional/function_ref.h"
#include "mediad/ports/interface_config.h"
#include "mediad/ports/port_pool.h"
#include "proto/base/clock.h"
#include "proto/base/endpoint.h"
#include "rtpengine/v1/worker.pb.h"

namespace mediad::ports {

// Binds `count` consecutive ports from `first` on: all of them, or none and an errno value.
using BindPorts =
    absl::FunctionRef<int(const base::IpAddress& address, uint16_t first, unsigned count)>;

struct PortRequest {
  std::string_view interface;  // logical name, alias, or BASE of BASE:SUFFIX; empty = default
  base::Family family = base::Family::kIpv4;
  unsigned count = 2;       // consecutive ports, 1 to 32
  uint16_t port = 0;        // exactly this first port; 0 = any
  base::IpAddress address;  // exactly this address of the interface; invalid = the first of family
  // Round-robin: the member ("pub:2") this session uses already; kept if it belongs to the group.
  std::string_view member;
};

struct PortAllocation {
  std::string interface;  // resolved: no alias, no group
  base::IpAddress address;
  base::IpAddress advertised;
  uint16_t port = 0;  // first
  unsigned count = 0;
};

enum class AllocationError : uint8_t {
  kInvalid,           // count outside 1 to 32, or ports beyond 65535
  kUnknownInterface,  // no such name
  kNoAddress,         // the interface has no address of that family, or not the one asked for
  kExhausted,         // no (consecutive) free ports
  kBindFailed,        // every port tried failed to bind
};

struct AllocationFailure {
  AllocationError error = AllocationError::kInvalid;
  int errno_value = 0;      // kBindFailed: of the last attempt
  base::IpAddress address;  // kExhausted, kBindFailed
  uint16_t port = 0;        // kBindFailed: of the last attempt
  std::string text;         // in words
};

using AllocationResult = std::variant<PortAllocation, AllocationFailure>;

class InterfaceTable {
 public:
  struct Options {
    // save-interface-ports: of a logical interface only the first address of each family is used.
    bool first_address_only = false;
  };

  InterfaceTable(const InterfacePlan& plan, const Options& options, base::Random& random);

  // Binds through `bind`, at most as often as there are free ports. `bind` is called without locks
  // held.
  AllocationResult Allocate(const PortRequest& request, BindPorts bind);
  // After the sockets are closed. `count` may be less than allocated (the RTCP port of a muxed
  // leg).
  void Release(const base::IpAddress& address, uint16_t first, unsigned count);

  bool Knows(std::string_view name) const;  // logical name, alias or group
  bool empty() const { return interfaces_.empty(); }
  std::string_view default_interface() const;  // precondition: not empty()

  // For Hello: every address, then aliases. The first is the default.
  void Describe(google::protobuf::RepeatedPtrField<rtpengine::v1::Interface>* out) const;
  // The place of (logical interface, address) in DescribeLoad's order; 0 for what is not there.
  size_t IndexOf(std::string_view interface, const base::IpAddress& address) const;
  size_t address_count() const;
  // For LoadReport: every address.
  void DescribeLoad(google::protobuf::RepeatedPtrField<rtpengine::v1::InterfaceLoad>* out) const;

 private:
  struct LocalAddress {
    base::IpAddress address;
    base::IpAddress advertised;
    PortPool* pool;  // in pools_
  };
  struct Interface {
    std::string name;
    std::string group;  // BASE, or empty
    std::vector<LocalAddress> addresses;
  };
  struct Group {
    std::vector<const Interface*> members;
    std::atomic<uint32_t> next{0};
  };

  std::string_view ResolveAlias(std::string_view name) const;
  const Interface* FindInterface(std::string_view name) const;
  const Interface* ChooseMember(Group& group, const PortRequest& request) const;
  AllocationResult AllocateOn(const Interface& interface, const PortRequest& request,
                              BindPorts bind);
  AllocationResult AllocateAny(const Interface& interface, const LocalAddress& local,
                               unsigned count, BindPorts bind);
  AllocationResult AllocateAt(const Interface& interface, const LocalAddress& local,
                              const PortRequest& request, BindPorts bind);

  // Constant after construction; only the pools and the groups' counters change.
  std::vector<std::unique_ptr<Interface>> interfaces_;
  std::map<base::IpAddress, std::unique_ptr<PortPool>> pools_;
  std::map<std::string, Group, std::less<>> groups_;
  std::map<std::string, std::string, std::less<>> aliases_;
};

// The worker protocol's form.
void ToProto(const AllocationFailure& failure, rtpengine::v1::Error* error);

}  // namespace mediad::ports
