// See interface_table.h.
#include "mediad/ports/interface_table.h"

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "proto/base/text.h"

namespace mediad::ports {
namespace {

constexpr unsigned kMaxConsecutivePorts = 32;  // media.md §1: m=port/16
constexpr int kMaxAliasDepth = 8;              // aliases of aliases; also ends circles

std::string GroupOf(std::string_view name) {
  const size_t colon = name.find(':');
  return colon == std::string_view::npos ? std::string() : std::string(name.substr(0, colon));
}

AllocationFailure Fail(AllocationError error, std::string text) {
  AllocationFailure failure;
  failure.error = error;
  failure.text = std::move(text);
  return failure;
}

AllocationFailure PortFailure(AllocationError error, const base::IpAddress& address, unsigned count,
                              int errno_value, uint16_t port) {
  AllocationFailure failure = Fail(
      error, base::StrCat("Failed to get ", count, " consecutive ports on interface ",
                          address.ToString(), " for media relay (last error: ",
                          errno_value == 0 ? "Ran out of ports" : std::strerror(errno_value), ")"));
  failure.address = address;
  failure.errno_value = errno_value;
  failure.port = port;
  return failure;
}

}  // namespace

InterfaceTable::InterfaceTable(const InterfacePlan& plan, const Options& options,
                               base::Random& random) {
  for (const InterfaceAddress& planned : plan.addresses) {
    auto found = std::find_if(interfaces_.begin(), interfaces_.end(),
                              [&](const auto& known) { return known->name == planned.name; });
    if (found == interfaces_.end()) {
      interfaces_.push_back(std::make_unique<Interface>());
      found = interfaces_.end() - 1;
      (*found)->name = planned.name;
      (*found)->group = GroupOf(planned.name);
    }
    Interface& interface = **found;
    const bool family_known = std::any_of(
        interface.addresses.begin(), interface.addresses.end(), [&](const LocalAddress& known) {
          return known.address.family() == planned.address.family();
        });
    if (options.first_address_only && family_known) continue;
    // The first mention of an address gives the pool its range; later ones share it.
    auto& pool = pools_[planned.address];
    if (pool == nullptr) {
      pool = std::make_unique<PortPool>(planned.port_min, planned.port_max, planned.excluded_ports,
                                        random);
    }
    interface.addresses.push_back({planned.address, planned.advertised, pool.get()});
  }
  for (const auto& interface : interfaces_) {
    if (!interface->group.empty()) groups_[interface->group].members.push_back(interface.get());
  }
  for (const InterfaceAlias& alias : plan.aliases) aliases_.emplace(alias.name, alias.target);
}

std::string_view InterfaceTable::default_interface() const { return interfaces_.front()->name; }

const InterfaceTable::Interface* InterfaceTable::FindInterface(std::string_view name) const {
  for (const auto& interface : interfaces_) {
    if (interface->name == name) return interface.get();
  }
  return nullptr;
}

// A name of its own is never an alias as well.
std::string_view InterfaceTable::ResolveAlias(std::string_view name) const {
  for (int depth = 0; depth < kMaxAliasDepth; ++depth) {
    if (FindInterface(name) != nullptr || groups_.contains(name)) break;
    const auto found = aliases_.find(name);
    if (found == aliases_.end()) break;
    name = found->second;
  }
  return name;
}

bool InterfaceTable::Knows(std::string_view name) const {
  const std::string_view resolved = ResolveAlias(name);
  return FindInterface(resolved) != nullptr || groups_.contains(resolved);
}

const InterfaceTable::Interface* InterfaceTable::ChooseMember(Group& group,
                                                              const PortRequest& request) const {
  for (const Interface* member : group.members) {
    if (request.address.valid()) {
      const auto& own = member->addresses;
      const bool has = std::any_of(own.begin(), own.end(), [&](const LocalAddress& local) {
        return local.address == request.address;
      });
      if (has) return member;
    } else if (!request.member.empty() && member->name == request.member) {
      return member;
    }
  }
  const size_t size = group.members.size();
  const uint32_t start = group.next.fetch_add(1, std::memory_order_relaxed);
  for (size_t i = 0; i < size; ++i) {
    const Interface* member = group.members[(start + i) % size];
    const bool room =
        std::all_of(member->addresses.begin(), member->addresses.end(),
                    [&](const LocalAddress& local) { return local.pool->free() >= request.count; });
    if (room) return member;
  }
  return nullptr;
}

AllocationResult InterfaceTable::Allocate(const PortRequest& request, BindPorts bind) {
  if (request.count == 0 || request.count > kMaxConsecutivePorts ||
      (request.port != 0 && unsigned{request.port} + request.count > 65536)) {
    return Fail(AllocationError::kInvalid,
                base::StrCat("cannot allocate ", request.count, " ports from ", request.port));
  }
  if (interfaces_.empty())
    return Fail(AllocationError::kUnknownInterface, "no interfaces configured");
  const std::string_view name =
      request.interface.empty() ? default_interface() : ResolveAlias(request.interface);
  if (const Interface* interface = FindInterface(name))
    return AllocateOn(*interface, request, bind);
  const auto group = groups_.find(name);
  if (group == groups_.end()) {
    return Fail(AllocationError::kUnknownInterface,
                base::StrCat("no interface '", request.interface, "'"));
  }
  const Interface* member = ChooseMember(group->second, request);
  if (member == nullptr) {
    return Fail(
        AllocationError::kExhausted,
        base::StrCat("Error finding logical interface with free ports (group '", name, "')"));
  }
  return AllocateOn(*member, request, bind);
}

AllocationResult InterfaceTable::AllocateOn(const Interface& interface, const PortRequest& request,
                                            BindPorts bind) {
  for (const LocalAddress& local : interface.addresses) {
    const bool wanted = request.address.valid() ? local.address == request.address
                                                : local.address.family() == request.family;
    if (!wanted) continue;
    return request.port == 0 ? AllocateAny(interface, local, request.count, bind)
                             : AllocateAt(interface, local, request, bind);
  }
  if (request.address.valid()) {
    return Fail(AllocationError::kNoAddress,
                base::StrCat("interface '", interface.name, "' has no address ",
                             request.address.ToString()));
  }
  return Fail(AllocationError::kNoAddress,
              base::StrCat("interface '", interface.name, "' has no ",
                           request.family == base::Family::kIpv6 ? "IPv6" : "IPv4", " address"));
}

AllocationResult InterfaceTable::AllocateAny(const Interface& interface, const LocalAddress& local,
                                             unsigned count, BindPorts bind) {
  int last_errno = 0;
  uint16_t last_port = 0;
  // A port that does not bind goes to the end of the list; once around is enough.
  for (unsigned attempts = local.pool->free(); attempts > 0; --attempts) {
    const std::optional<uint16_t> port = local.pool->Take(count);
    if (!port) break;
    last_errno = bind(local.address, *port, count);
    if (last_errno == 0) {
      return PortAllocation{interface.name, local.address, local.advertised, *port, count};
    }
    last_port = *port;
    local.pool->Release(*port, count);
    // These do not depend on the port: trying the others would only take time.
    if (last_errno == EADDRNOTAVAIL || last_errno == EMFILE || last_errno == ENFILE ||
        last_errno == ENOMEM || last_errno == ENOBUFS || last_errno == EAFNOSUPPORT) {
      break;
    }
  }
  return PortFailure(last_errno == 0 ? AllocationError::kExhausted : AllocationError::kBindFailed,
                     local.address, count, last_errno, last_port);
}

AllocationResult InterfaceTable::AllocateAt(const Interface& interface, const LocalAddress& local,
                                            const PortRequest& request, BindPorts bind) {
  // A session replayed from before a change of the range keeps its ports: outside, only binding
  // decides.
  const bool in_range = local.pool->InRange(request.port, request.count);
  if (in_range && !local.pool->TakeAt(request.port, request.count)) {
    return PortFailure(AllocationError::kBindFailed, local.address, request.count, EADDRINUSE,
                       request.port);
  }
  const int error = bind(local.address, request.port, request.count);
  if (error == 0) {
    return PortAllocation{interface.name, local.address, local.advertised, request.port,
                          request.count};
  }
  if (in_range) local.pool->Release(request.port, request.count);
  return PortFailure(AllocationError::kBindFailed, local.address, request.count, error,
                     request.port);
}

void InterfaceTable::Release(const base::IpAddress& address, uint16_t first, unsigned count) {
  const auto pool = pools_.find(address);
  if (pool != pools_.end()) pool->second->Release(first, count);
}

void InterfaceTable::Describe(
    google::protobuf::RepeatedPtrField<rtpengine::v1::Interface>* out) const {
  for (const auto& interface : interfaces_) {
    for (const LocalAddress& local : interface->addresses) {
      rtpengine::v1::Interface* entry = out->Add();
      entry->set_name(interface->name);
      entry->set_address(local.address.ToBytes());
      entry->set_advertised(local.advertised.ToBytes());
      entry->set_port_min(local.pool->first());
      entry->set_port_max(local.pool->last());
      entry->set_ports_total(local.pool->total());
      entry->set_ports_used(local.pool->used());
      entry->set_group(interface->group);
    }
  }
  for (const auto& [name, target] : aliases_) {
    if (!Knows(name)) continue;  // its target does not exist
    rtpengine::v1::Interface* entry = out->Add();
    entry->set_name(name);
    entry->set_alias_of(std::string(ResolveAlias(name)));
  }
}

size_t InterfaceTable::IndexOf(std::string_view interface, const base::IpAddress& address) const {
  size_t index = 0;
  for (const auto& candidate : interfaces_) {
    for (const LocalAddress& local : candidate->addresses) {
      if (candidate->name == interface && local.address == address) return index;
      ++index;
    }
  }
  return 0;
}

size_t InterfaceTable::address_count() const {
  size_t count = 0;
  for (const auto& interface : interfaces_) count += interface->addresses.size();
  return count;
}

void InterfaceTable::DescribeLoad(
    google::protobuf::RepeatedPtrField<rtpengine::v1::InterfaceLoad>* out) const {
  for (const auto& interface : interfaces_) {
    for (const LocalAddress& local : interface->addresses) {
      rtpengine::v1::InterfaceLoad* entry = out->Add();
      entry->set_name(interface->name);
      entry->set_address(local.address.ToBytes());
      entry->set_ports_used(local.pool->used());
      entry->set_ports_total(local.pool->total());
    }
  }
}

void ToProto(const AllocationFailure& failure, rtpengine::v1::Error* error) {
  using rtpengine::v1::Error;
  switch (failure.error) {
    case AllocationError::kInvalid:
      error->set_code(Error::INVALID);
      break;
    case AllocationError::kUnknownInterface:
    case AllocationError::kNoAddress:
      error->set_code(Error::UNKNOWN_INTERFACE);
      break;
    case AllocationError::kExhausted:
      error->set_code(Error::PORTS_EXHAUSTED);
      break;
    case AllocationError::kBindFailed:
      error->set_code(Error::BIND_FAILED);
      break;
  }
  error->set_text(failure.text);
  error->set_errno_value(failure.errno_value);
  error->set_address(failure.address.ToBytes());
  error->set_port(failure.port);
}

}  // namespace mediad::ports
