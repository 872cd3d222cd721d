// How a session becomes what its specification says about keys, DTLS, ICE and bundles. See apply.cc.
#include <algorithm>
#include <array>
#include <unordered_map>

#include "mediad/session/bundle.h"
#include "mediad/session/ice_passage.h"
#include "mediad/session/secure_leg.h"
#include "mediad/session/session.h"

namespace mediad::session {
namespace {

namespace v1 = rtpengine::v1;

base::Endpoint EndpointOf(bool present, const v1::Endpoint& endpoint) {
  if (!present) return {};
  const auto address = base::IpAddress::FromBytes(endpoint.address());
  if (!address || address->unspecified()) return {};
  return {*address, static_cast<uint16_t>(endpoint.port())};
}

// Signalled, of RTP and RTCP.
std::array<base::Endpoint, 2> RemotesOf(const v1::Media& media) {
  return {EndpointOf(media.has_rtp_remote(), media.rtp_remote()),
          EndpointOf(media.has_rtcp_remote(), media.rtcp_remote())};
}

// An SRTCP index above all that a process before this one can have used: it leaves room for 256 packets a second,
// and for 2^30 more. It comes round again after 48 days.
uint32_t RtcpIndexAt(int64_t unix_s) {
  return static_cast<uint32_t>(unix_s & ((int64_t{1} << 22) - 1)) << 8;
}

}  // namespace

// Who carries whom. Precondition: Validate() saw to it that heads are there and carried by nobody.
void Session::ApplyCarriers(const v1::Session& specification) {
  std::unordered_map<uint32_t, MediaIndex> index;
  for (size_t i = 0; i < media_.size(); ++i) {
    index.emplace(media_[i].id, static_cast<MediaIndex>(i));
    media_[i].carrier = static_cast<MediaIndex>(i);
  }
  std::vector<size_t> members(media_.size());
  for (size_t i = 0; i < media_.size(); ++i) {
    media_[i].mid_extension = 0;
    const v1::Media& wanted = specification.media(static_cast<int>(i));
    if (!wanted.has_bundled()) continue;
    const v1::Bundled& bundled = wanted.bundled();
    media_[i].carrier = index.at(bundled.head());
    ++members[media_[i].carrier];
    if (bundled.mid().empty() || bundled.mid().size() > rtp::kLongestOneByteValue) continue;
    media_[i].mid = bundled.mid();
    media_[i].mid_extension = static_cast<uint8_t>(bundled.mid_extension());
  }
  for (size_t i = 0; i < media_.size(); ++i) {
    std::unique_ptr<BundleDemultiplexer>& bundle = media_[i].bundle;
    if (members[i] < 2) {
      bundle.reset();
      continue;
    }
    if (bundle == nullptr) bundle = std::make_unique<BundleDemultiplexer>();
    bundle->Begin();
    for (size_t member = 0; member < media_.size(); ++member) {
      if (media_[member].carrier != i) continue;
      const v1::Bundled& bundled = specification.media(static_cast<int>(member)).bundled();
      bundle->AddMember(static_cast<MediaIndex>(member), media_[member].id, bundled.mid(),
                        static_cast<uint8_t>(bundled.mid_extension()), media_[member].codecs);
    }
    bundle->End();
  }
}

std::vector<LegSocket> Session::SocketsOf(MediaIndex index, uint32_t port_set,
                                          std::span<const BoundPortSet> bound) const {
  std::vector<LegSocket> sockets;
  size_t at = 0;
  for (const BoundPortSet& set : bound) {
    for (uint16_t offset = 0; offset < set.count; ++offset, ++at) {
      const LocalSocket& local = sockets_[at];
      if (local.media != index || local.stream >= SecureLeg::kComponents) continue;
      if (local.late && port_set == set.id) continue;
      sockets.push_back({static_cast<SocketIndex>(at), set.id, offset, local.stream, local.local});
    }
  }
  // Current ones first: what speaks first speaks from there.
  std::stable_partition(sockets.begin(), sockets.end(),
                        [&](const LegSocket& socket) { return socket.port_set == port_set; });
  return sockets;
}

void Session::ApplyLegs(const v1::Session& specification, std::span<const BoundPortSet> bound,
                        bool restored, const base::Now& now) {
  const uint32_t first_rtcp_index = restored ? RtcpIndexAt(now.unix_s()) : 0;
  for (size_t i = 0; i < media_.size(); ++i) {
    Media& media = media_[i];
    const v1::Media& wanted = specification.media(static_cast<int>(i));
    if (media.carrier != i || media.opaque || (!wanted.has_srtp() && !wanted.has_ice())) {
      media.leg.reset();
      continue;
    }
    if (media.leg == nullptr) media.leg = std::make_unique<SecureLeg>(services_);
    media.leg->Apply(wanted, SocketsOf(static_cast<MediaIndex>(i), wanted.port_set(), bound),
                     RemotesOf(wanted), {media.moved, first_rtcp_index}, now);
    for (size_t component = 0; component < SecureLeg::kComponents; ++component) {
      FollowPath(static_cast<MediaIndex>(i), component, now);
    }
  }
}

void Session::ApplyPassages(const v1::Session& specification, std::span<const BoundPortSet> bound,
                            const base::Now& now) {
  for (size_t i = 0; i < media_.size(); ++i) {
    const v1::Media& wanted = specification.media(static_cast<int>(i));
    std::unique_ptr<IcePassage>& passage = media_[i].passage;
    if (!wanted.has_ice_passage()) {
      passage.reset();
      continue;
    }
    if (passage == nullptr) passage = std::make_unique<IcePassage>();
    passage->Apply(wanted.ice_passage(),
                   SocketsOf(static_cast<MediaIndex>(i), wanted.port_set(), bound),
                   RemotesOf(wanted));
    for (size_t component = 0; component < IcePassage::kComponents; ++component) {
      FollowPassage(&media_[i], component, now);
    }
  }
}

// Where all who receive a media have its own key, SRTP is checked and passes as it is (media.md §3).
void Session::FindVerbatim() {
  for (Media& media : media_) {
    media.verbatim = false;
    const Media& from = media_[media.carrier];
    if (from.leg == nullptr || !from.leg->secured() || from.leg->dtls()) continue;
    const auto& key = from.leg->protection(0).receive();
    if (!key || from.leg->reencrypts() || from.bundle != nullptr) continue;
    if (media.strip_extensions.any()) continue;
    media.verbatim =
        !media.routes.empty() &&
        std::all_of(media.routes.begin(), media.routes.end(), [&](const Route& route) {
          const Media& to = media_[media_[route.to].carrier];
          if (media_[route.to].mid_extension != 0) return false;
          return !route.silence_rtp && !route.block_dtmf && to.leg != nullptr &&
                 to.leg->secured() && !to.leg->dtls() && !to.leg->reencrypts() &&
                 to.leg->protection(0).send() == key;
        });
  }
}

}  // namespace mediad::session
