#include "controld/negotiate/ports.h"

#include <algorithm>
#include <string>
#include <vector>

#include "controld/call/call_model.h"

namespace controld::negotiate {
namespace {

using call::CallState;
using call::EndpointMap;
using call::Media;
using call::PortSet;
using rtpengine::v1::Interface;

// A map can serve if it is on the leg's interface and family and has ports enough.
bool Usable(const CallState& call, const Media& media, const EndpointMap& map, uint32_t count) {
  const PortSet* port_set = call::FindPortSet(call, map.port_set());
  if (port_set == nullptr || PortCount(*port_set) < count) return false;
  const bool same_interface = port_set->wanted().interface() == media.interface() ||
                              port_set->allocation().interface() == media.interface();
  return same_interface && port_set->wanted().family() == media.family();
}

EndpointMap* AddMap(CallState* call, Media* media, uint32_t count) {
  PortSet* port_set = call->add_port_sets();
  rtpengine::v1::PortSet* wanted = port_set->mutable_wanted();
  wanted->set_id(call::NewId(call));
  wanted->set_interface(media->interface());
  wanted->set_family(media->family());
  wanted->set_count(count);
  EndpointMap* map = media->add_maps();
  map->set_port_set(wanted->id());
  return map;
}

// The last one is the one used last.
void MoveToEnd(Media* media, uint32_t port_set) {
  auto* maps = media->mutable_maps();
  for (int i = 0; i + 1 < maps->size(); ++i) {
    if (maps->Get(i).port_set() == port_set) maps->SwapElements(i, i + 1);
  }
}

bool Holds(const EndpointMap& map, uint32_t port_set) {
  const auto& further = map.further_port_sets();
  return map.port_set() == port_set ||
         std::find(further.begin(), further.end(), port_set) != further.end();
}

bool InUse(const CallState& call, uint32_t port_set) {
  for (const call::Party& party : call.parties()) {
    for (const Media& media : party.media()) {
      if (media.port_set() == port_set) return true;
      for (const EndpointMap& map : media.maps()) {
        if (Holds(map, port_set)) return true;
      }
    }
  }
  return false;
}

// A party whose other side changes its address again and again must not use up all ports: of the
// former ones only those of the latest few stay open.
void ForgetOldest(CallState* call, Media* media) {
  auto* maps = media->mutable_maps();
  while (maps->size() > kMostPortSets) {
    const int oldest = maps->Get(0).port_set() == media->port_set() ? 1 : 0;
    const EndpointMap forgotten = maps->Get(oldest);
    maps->DeleteSubrange(oldest, 1);
    auto* sets = call->mutable_port_sets();
    for (int i = sets->size() - 1; i >= 0; --i) {
      const uint32_t id = sets->Get(i).wanted().id();
      if (Holds(forgotten, id) && !InUse(*call, id)) sets->DeleteSubrange(i, 1);
    }
  }
}

// The media uses this port set from now on.
void Use(CallState* call, Media* media, uint32_t port_set) {
  media->set_port_set(port_set);
  MoveToEnd(media, port_set);
  ForgetOldest(call, media);
}

EndpointMap* CurrentMap(Media* media) {
  for (EndpointMap& map : *media->mutable_maps()) {
    if (map.port_set() == media->port_set()) return &map;
  }
  return nullptr;
}

bool HasPortsOn(const CallState& call, const EndpointMap& map, const std::string& address) {
  return std::any_of(map.further_port_sets().begin(), map.further_port_sets().end(),
                     [&](uint32_t id) {
                       const PortSet* port_set = call::FindPortSet(call, id);
                       return port_set != nullptr && port_set->wanted().address() == address;
                     });
}

bool OnFamily(const Interface& interface, rtpengine::v1::AddressFamily family) {
  return (interface.address().size() == 16) == (family == rtpengine::v1::IPV6);
}

// The members of a round-robin group that have an address of the family and room on all of theirs.
std::vector<std::string> RoomyMembers(const call::WorkerView& worker, const std::string& group,
                                      const rtpengine::v1::PortSet& wanted) {
  std::vector<std::string> names, full;
  for (const Interface& interface : worker.interfaces) {
    if (!interface.alias_of().empty() || interface.group() != group) continue;
    // What other calls take before the worker says so again.
    const uint32_t margin = interface.ports_total() / 50;
    const bool room = interface.ports_total() == 0 ||
                      interface.ports_used() + margin + wanted.count() <= interface.ports_total();
    if (!room) full.push_back(interface.name());
    if (OnFamily(interface, wanted.family()) &&
        std::find(names.begin(), names.end(), interface.name()) == names.end()) {
      names.push_back(interface.name());
    }
  }
  std::erase_if(names, [&](const std::string& name) {
    return std::find(full.begin(), full.end(), name) != full.end();
  });
  return names;
}

// The logical interface that a port set of the media is on. Of a round-robin group it is the member that the call
// uses already, or one that is chosen here, because the worker's choice would be known too late for the others.
std::string MemberFor(const CallState& call, const call::WorkerView& worker, base::Random& random,
                      const Media& media, uint32_t id) {
  const auto is_member = [&](const Interface& interface) {
    return interface.alias_of().empty() && interface.group() == media.interface();
  };
  if (std::none_of(worker.interfaces.begin(), worker.interfaces.end(), is_member))
    return media.interface();
  const PortSet& own = *call::FindPortSet(call, id);
  if (own.has_allocation()) return own.allocation().interface();
  for (const PortSet& port_set : call.port_sets()) {
    for (const Interface& interface : worker.interfaces) {
      if (!is_member(interface) || !OnFamily(interface, own.wanted().family())) continue;
      const bool used = port_set.has_allocation()
                            ? port_set.allocation().interface() == interface.name()
                            : port_set.wanted().address() == interface.address();
      if (used) return interface.name();
    }
  }
  const std::vector<std::string> members = RoomyMembers(worker, media.interface(), own.wanted());
  return members.empty() ? "" : members[random.Next() / 2 % members.size()];
}

// Of a round-robin group: what is not allocated yet is to be on this address.
void PinTo(const Interface& interface, PortSet* port_set) {
  if (interface.group().empty() || port_set->has_allocation()) return;
  if (port_set->wanted().interface() != interface.group()) return;
  port_set->mutable_wanted()->set_address(interface.address());
}

bool IsRemote(const base::Endpoint& remote) {
  return remote.valid() && !remote.address.unspecified();
}

}  // namespace

uint32_t PortCount(const PortSet& port_set) {
  return port_set.rtcp_released() ? 1 : port_set.wanted().count();
}

bool HasReleasedRtcp(const CallState& call, const Media& media) {
  const PortSet* port_set = call::FindPortSet(call, media.port_set());
  return port_set != nullptr && port_set->rtcp_released();
}

void ReleaseRtcp(CallState* call, Media* media, bool multiplexed) {
  PortSet* port_set = call::FindPortSet(call, media->port_set());
  const bool released = multiplexed && port_set != nullptr && port_set->wanted().count() > 1;
  media->set_released_rtcp(released);
  // Of several pairs the RTCP ports lie between the others.
  if (released && port_set->wanted().count() == 2) port_set->set_rtcp_released(true);
}

void SelectPortsFor(CallState* call, Media* media, const base::Endpoint& remote, uint32_t count,
                    bool latch) {
  EndpointMap* wildcard = nullptr;
  EndpointMap* current = nullptr;
  for (EndpointMap& map : *media->mutable_maps()) {
    if (!Usable(*call, *media, map, count)) continue;
    if (!map.has_endpoint()) {
      wildcard = &map;
    } else if (IsRemote(remote) && call::FromProto(map.endpoint()) == remote) {
      return Use(call, media, map.port_set());
    }
    if (map.port_set() == media->port_set()) current = &map;
  }
  if (wildcard != nullptr) {
    if (IsRemote(remote)) *wildcard->mutable_endpoint() = call::ToProto(remote);
    return Use(call, media, wildcard->port_set());
  }
  if (current != nullptr && (latch || !IsRemote(remote))) return;
  EndpointMap* map = AddMap(call, media, count);
  if (IsRemote(remote)) *map->mutable_endpoint() = call::ToProto(remote);
  Use(call, media, map->port_set());
}

void EnsureOwnPorts(CallState* call, Media* media, uint32_t count) {
  EndpointMap* latest = nullptr;
  for (EndpointMap& map : *media->mutable_maps()) {
    if (!Usable(*call, *media, map, count)) continue;
    latest = &map;
    if (map.port_set() == media->port_set()) return;
  }
  if (latest == nullptr) latest = AddMap(call, media, count);
  Use(call, media, latest->port_set());
}

void EnsureFurtherPorts(CallState* call, const call::WorkerView& worker, base::Random& random,
                        Media* media) {
  EndpointMap* map = CurrentMap(media);
  if (map == nullptr) return;
  const std::string name = MemberFor(*call, worker, random, *media, map->port_set());
  const rtpengine::v1::PortSet own = call::FindPortSet(*call, map->port_set())->wanted();
  bool own_address = true;  // the worker takes the first of the family
  for (const rtpengine::v1::Interface& interface : worker.interfaces) {
    if (!interface.alias_of().empty() || interface.name() != name) continue;
    const bool ipv6 = interface.address().size() == 16;
    const auto family = ipv6 ? rtpengine::v1::IPV6 : rtpengine::v1::IPV4;
    if (own_address && family == own.family()) {
      own_address = false;
      PinTo(interface, call::FindPortSet(call, map->port_set()));
      continue;
    }
    if (HasPortsOn(*call, *map, interface.address())) continue;
    rtpengine::v1::PortSet* wanted = call->add_port_sets()->mutable_wanted();
    wanted->set_id(call::NewId(call));
    wanted->set_interface(interface.name());
    wanted->set_family(family);
    wanted->set_count(own.count());
    wanted->set_address(interface.address());
    map->add_further_port_sets(wanted->id());
  }
}

}  // namespace controld::negotiate
