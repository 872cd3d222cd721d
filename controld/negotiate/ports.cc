#include "controld/negotiate/ports.h"

#include "controld/call/call_model.h"

namespace controld::negotiate {
namespace {

using call::CallState;
using call::EndpointMap;
using call::Media;
using call::PortSet;

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
      media->set_port_set(map.port_set());
      return;
    }
    if (map.port_set() == media->port_set()) current = &map;
  }
  if (wildcard != nullptr) {
    if (IsRemote(remote)) *wildcard->mutable_endpoint() = call::ToProto(remote);
    media->set_port_set(wildcard->port_set());
    return;
  }
  if (current != nullptr && (latch || !IsRemote(remote))) return;
  EndpointMap* map = AddMap(call, media, count);
  if (IsRemote(remote)) *map->mutable_endpoint() = call::ToProto(remote);
  media->set_port_set(map->port_set());
}

void EnsureOwnPorts(CallState* call, Media* media, uint32_t count) {
  EndpointMap* latest = nullptr;
  for (EndpointMap& map : *media->mutable_maps()) {
    if (!Usable(*call, *media, map, count)) continue;
    latest = &map;
    if (map.port_set() == media->port_set()) return;
  }
  if (latest == nullptr) latest = AddMap(call, media, count);
  media->set_port_set(latest->port_set());
}

}  // namespace controld::negotiate
