#include "mediad/session/validate.h"

#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "mediad/session/protection.h"
#include "mediad/session/state.h"
#include "proto/base/text.h"

namespace mediad::session {
namespace {

namespace v1 = rtpengine::v1;
using Ids = std::unordered_set<uint32_t>;

template <typename... Args>
absl::Status Invalid(const Args&... args) {
  return absl::InvalidArgumentError(base::ToAbsl(base::StrCat(args...)));
}

absl::Status TooLarge(std::string_view what, size_t limit) {
  return absl::ResourceExhaustedError(base::ToAbsl(base::StrCat(what, ": at most ", limit)));
}

absl::Status CheckEndpoint(const v1::Endpoint& endpoint, uint32_t media) {
  if (!base::IpAddress::FromBytes(endpoint.address())) {
    return Invalid("media ", media, ": an address has 4 or 16 octets");
  }
  if (endpoint.port() == 0 || endpoint.port() > 0xffff) {
    return Invalid("media ", media, ": port ", endpoint.port());
  }
  return absl::OkStatus();
}

absl::Status CheckPortSets(const v1::Session& specification, Ids* ids) {
  size_t sockets = 0;
  for (const v1::PortSet& set : specification.port_sets()) {
    if (set.id() == 0 || !ids->insert(set.id()).second) {
      return Invalid("port set ", set.id(), ": id is 0 or used twice");
    }
    if (set.count() < 1 || set.count() > 32) {
      return Invalid("port set ", set.id(), ": count ", set.count());
    }
    if (set.family() != v1::IPV4 && set.family() != v1::IPV6) {
      return Invalid("port set ", set.id(), ": no address family");
    }
    if (set.port() > 0xffff || set.port() + set.count() > 0x10000) {
      return Invalid("port set ", set.id(), ": ports end beyond 65535");
    }
    if (!set.address().empty() && !base::IpAddress::FromBytes(set.address())) {
      return Invalid("port set ", set.id(), ": an address has 4 or 16 octets");
    }
    sockets += set.count();
  }
  return sockets > kMaxSockets ? TooLarge("ports of a session", kMaxSockets) : absl::OkStatus();
}

absl::Status CheckKey(const v1::SrtpKey& key, uint32_t media) {
  if (media::FindSuite(key.suite()) == nullptr) {
    return Invalid("media ", media, ": unknown SRTP suite ", key.suite());
  }
  if (!ParametersOf(key)) return Invalid("media ", media, ": key or salt of a wrong length");
  if (key.mki().size() > 128) return TooLarge("octets of an MKI", 128);
  if (key.positions_size() > static_cast<int>(srtp::kMaxStreams)) {
    return TooLarge("SSRCs under a key", srtp::kMaxStreams);
  }
  for (const v1::SrtpPosition& position : key.positions()) {
    if (position.rtp_index() >> 48 != 0 || position.rtcp_index() >> 31 != 0) {
      return Invalid("media ", media, ": SRTP index out of range");
    }
  }
  return absl::OkStatus();
}

absl::Status CheckSrtp(const v1::Srtp& srtp, uint32_t media) {
  if (srtp.has_dtls() && (srtp.has_receive() || srtp.has_send())) {
    return Invalid("media ", media, ": keys and DTLS exclude each other");
  }
  if (!v1::DtlsSetup_IsValid(srtp.dtls().setup())) {
    return Invalid("media ", media, ": unknown DTLS setup");
  }
  std::vector<const v1::SrtpKey*> keys;
  if (srtp.has_receive()) keys.push_back(&srtp.receive());
  if (srtp.has_send()) keys.push_back(&srtp.send());
  for (const v1::DtlsKeys& established : srtp.dtls().established()) {
    keys.push_back(&established.receive());
    keys.push_back(&established.send());
  }
  if (keys.size() > 8) return TooLarge("keys of a media", 8);
  for (const v1::SrtpKey* key : keys) {
    if (absl::Status status = CheckKey(*key, media); !status.ok()) return status;
  }
  return absl::OkStatus();
}

absl::Status CheckIce(const v1::Ice& ice, uint32_t media, const Ids& port_sets) {
  if (ice.local_ufrag().empty() || ice.local_password().empty()) {
    return Invalid("media ", media, ": ICE without credentials of ours");
  }
  for (const std::string* text :
       {&ice.local_ufrag(), &ice.local_password(), &ice.remote_ufrag(), &ice.remote_password()}) {
    if (text->size() > 256) return TooLarge("octets of an ICE credential", 256);
  }
  for (const uint32_t further : ice.further_port_sets()) {
    if (port_sets.count(further) == 0) return Invalid("media ", media, ": no port set ", further);
  }
  if (ice.further_port_sets_size() > 64) return TooLarge("local addresses of a media", 64);
  if (ice.remote_candidates_size() > 256) return TooLarge("candidates of a media", 256);
  for (const v1::IceCandidate& candidate : ice.remote_candidates()) {
    if (!v1::IceCandidateType_IsValid(candidate.type())) {
      return Invalid("media ", media, ": unknown candidate type");
    }
    if (absl::Status status = CheckEndpoint(candidate.endpoint(), media); !status.ok()) return status;
  }
  return absl::OkStatus();
}

absl::Status CheckPassage(const v1::Media& media, const Ids& port_sets) {
  const v1::IcePassage& passage = media.ice_passage();
  if (media.transport() != v1::OPAQUE || media.has_ice() || media.has_bundled()) {
    return Invalid("media ", media.id(),
                   ": ICE passes through opaque media only, with ports to themselves");
  }
  for (const std::string* text :
       {&passage.ufrag(), &passage.password(), &passage.peer_ufrag(), &passage.peer_password()}) {
    if (text->size() > 256) return TooLarge("octets of an ICE credential", 256);
  }
  for (const uint32_t further : passage.further_port_sets()) {
    if (port_sets.count(further) == 0)
      return Invalid("media ", media.id(), ": no port set ", further);
  }
  if (passage.further_port_sets_size() > 64) return TooLarge("local addresses of a media", 64);
  return absl::OkStatus();
}

absl::Status CheckSecurity(const v1::Media& media, const Ids& port_sets) {
  if (media.has_ice_passage()) {
    if (absl::Status status = CheckPassage(media, port_sets); !status.ok()) return status;
  }
  if (media.has_srtp()) {
    if (absl::Status status = CheckSrtp(media.srtp(), media.id()); !status.ok()) return status;
  }
  if (media.has_ice()) return CheckIce(media.ice(), media.id(), port_sets);
  return absl::OkStatus();
}

// A head is there, is its own head, and has the ports of all that it carries.
absl::Status CheckBundles(const v1::Session& specification) {
  std::unordered_map<uint32_t, const v1::Media*> by_id;
  for (const v1::Media& media : specification.media()) by_id.emplace(media.id(), &media);
  for (const v1::Media& media : specification.media()) {
    if (!media.has_bundled()) continue;
    const auto head = by_id.find(media.bundled().head());
    if (head == by_id.end() || !head->second->has_bundled() ||
        head->second->bundled().head() != head->first) {
      return Invalid("media ", media.id(), ": media ", media.bundled().head(), " heads no bundle");
    }
    if (head->second->port_set() != media.port_set()) {
      return Invalid("media ", media.id(), ": not the port set of its bundle's head");
    }
    if (media.bundled().mid_extension() > 255 || media.bundled().mid().size() > 255) {
      return Invalid("media ", media.id(), ": MID or its extension id is too large");
    }
    if (media.port_pairs() > 1) return Invalid("media ", media.id(), ": port pairs in a bundle");
  }
  return absl::OkStatus();
}

absl::Status CheckMedia(const v1::Media& media, const Ids& port_sets) {
  if (media.port_set() != 0 && port_sets.count(media.port_set()) == 0) {
    return Invalid("media ", media.id(), ": no port set ", media.port_set());
  }
  for (const uint32_t late : media.late_port_sets()) {
    if (port_sets.count(late) == 0) return Invalid("media ", media.id(), ": no port set ", late);
  }
  if (media.tos() > 255) return Invalid("media ", media.id(), ": tos ", media.tos());
  if (media.port_pairs() > kMaxPortPairs) return TooLarge("port pairs of a media", kMaxPortPairs);
  if (!v1::EndpointLearning_IsValid(media.learning()) || !v1::Transport_IsValid(media.transport()) ||
      !v1::Liveness_IsValid(media.liveness())) {
    return Invalid("media ", media.id(), ": unknown enumeration value");
  }
  for (const v1::Codec& codec : media.codecs()) {
    if (codec.payload_type() > 127) {
      return Invalid("media ", media.id(), ": payload type ", codec.payload_type());
    }
    if (codec.min_payload() > 0xffff) {
      return Invalid("media ", media.id(), ": least payload ", codec.min_payload());
    }
  }
  if (absl::Status status = CheckSecurity(media, port_sets); !status.ok()) return status;
  if (media.generate_rtcp() && (media.rtcp_interval_ms() < 100 || media.rtcp_interval_ms() > 3'600'000)) {
    return Invalid("media ", media.id(), ": RTCP interval ", media.rtcp_interval_ms());
  }
  if (media.cname().size() > rtcp::kMaxSdesItem || media.bundled().mid().size() > rtcp::kMaxSdesItem) {
    return TooLarge("octets of a CNAME or MID", rtcp::kMaxSdesItem);
  }
  for (const uint32_t id : media.strip_extensions()) {
    if (id < 1 || id > 255) return Invalid("media ", media.id(), ": header extension ", id);
  }
  if (media.codecs_size() > 128) return TooLarge("codecs of a media", 128);
  if (media.has_rtp_remote()) {
    if (absl::Status status = CheckEndpoint(media.rtp_remote(), media.id()); !status.ok()) return status;
  }
  if (media.has_rtcp_remote()) return CheckEndpoint(media.rtcp_remote(), media.id());
  return absl::OkStatus();
}

absl::Status CheckAbsorptions(const v1::Session& specification) {
  std::unordered_set<std::string> ids = {specification.id()};
  for (const v1::Absorption& absorption : specification.absorbs()) {
    if (!ids.insert(absorption.session()).second) {
      return Invalid("a session absorbs each other session once, itself never");
    }
  }
  return absl::OkStatus();
}

absl::Status CheckRoutes(const v1::Session& specification, const Ids& media) {
  if (static_cast<size_t>(specification.routes_size()) > kMaxRoutes) {
    return TooLarge("routes of a session", kMaxRoutes);
  }
  std::unordered_map<uint32_t, size_t> copies;
  for (const v1::Route& route : specification.routes()) {
    if (media.count(route.from()) == 0 || media.count(route.to()) == 0) {
      return Invalid("route from ", route.from(), " to ", route.to(), ": no such media");
    }
    if (++copies[route.from()] > kMaxRoutesFrom) {
      return TooLarge("routes from one media", kMaxRoutesFrom);
    }
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status Validate(const v1::Session& specification) {
  if (specification.id().size() > kMaxIdOctets) return TooLarge("octets of a session id", kMaxIdOctets);
  Ids port_sets;
  if (absl::Status status = CheckPortSets(specification, &port_sets); !status.ok()) return status;
  if (static_cast<size_t>(specification.media_size()) > kMaxMedia) {
    return TooLarge("media of a session", kMaxMedia);
  }
  Ids media;
  for (const v1::Media& one : specification.media()) {
    if (one.id() == 0 || !media.insert(one.id()).second) {
      return Invalid("media ", one.id(), ": id is 0 or used twice");
    }
    if (absl::Status status = CheckMedia(one, port_sets); !status.ok()) return status;
  }
  if (absl::Status status = CheckBundles(specification); !status.ok()) return status;
  if (absl::Status status = CheckAbsorptions(specification); !status.ok()) return status;
  return CheckRoutes(specification, media);
}

}  // namespace mediad::session
