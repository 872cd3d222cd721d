#include "controld/negotiate/passage.h"

#include <algorithm>
#include <string>
#include <utility>

#include "controld/call/call_model.h"
#include "controld/negotiate/candidates.h"
#include "controld/negotiate/dtls.h"
#include "controld/negotiate/ice.h"
#include "controld/negotiate/keying.h"
#include "controld/negotiate/ports.h"
#include "controld/sdp/parse_attributes.h"
#include "controld/sdp/raw_attributes.h"
#include "proto/base/text.h"

namespace controld::negotiate {
namespace {

using call::IcePassage;
using call::Media;
using ng::Flag;

// Type preferences (RFC 8445 §5.1.2.1): below every host candidate of the party; below everything.
constexpr uint32_t kOptionalPreference = 125, kRelayPreference = 0;
constexpr uint32_t kHighestLocalPreference = 65535;

bool HasWord(const ng::Request& request, std::string_view word) {
  return std::find(request.ice.begin(), request.ice.end(), word) != request.ice.end();
}

// Keys that a peer gets to see with the section, and that would not fit media by way of us.
bool CarriesKeys(const sdp::SessionDescription& sdp, const sdp::MediaSection& section) {
  return IsSecure(section.protocol) || !section.crypto.empty() || !section.fingerprint.empty() ||
         !sdp.fingerprint.empty();
}

IcePassage Decide(const LegContext& context, const sdp::SessionDescription& sdp,
                  const sdp::MediaSection& section, IcePassage before) {
  const ng::Request& request = context.request;
  const bool signalled = SignalsIce(sdp, section);
  const bool relay = HasWord(request, "force-relay");
  if (relay && (signalled || CarriesKeys(sdp, section))) return call::PASSAGE_RELAY;
  if (HasWord(request, "optional") && signalled) return call::PASSAGE_OPTIONAL;
  const bool otherwise = relay || HasWord(request, "remove") || HasWord(request, "force") ||
                         request.Has(Flag::kReset) || request.Has(Flag::kIceReject);
  const bool settled = before == call::PASSAGE_RELAY || before == call::PASSAGE_OPTIONAL;
  if (settled && !otherwise) return before;
  const bool without_rtp = !sdp::IsRtp(sdp::CanonicalProtocol(section.protocol));
  return without_rtp && signalled ? call::PASSAGE_WITHOUT_RTP : call::PASSAGE_NONE;
}

const Media* PeerOf(const call::CallState& call, const Media& media) {
  for (const call::Subscription& subscription : media.subscriptions()) {
    if (!subscription.offer_answer()) continue;
    const Media* peer = call::FindMedia(call, subscription.media());
    if (peer != nullptr && Passes(*peer)) return peer;
  }
  return nullptr;
}

bool UsesNoIce(const Media& media) {
  return media.initialized() && media.ice().remote_ufrag().empty();
}

bool Has(const std::vector<sdp::Attribute>& attributes, std::string_view name) {
  return std::any_of(attributes.begin(), attributes.end(),
                     [&](const sdp::Attribute& attribute) { return attribute.name == name; });
}

void AddInherited(std::string_view name, const std::vector<std::string>& values,
                  std::vector<sdp::Attribute>* out) {
  if (Has(*out, name)) return;
  for (const std::string& value : values) out->push_back({std::string(name), value, true});
}

void AddInherited(std::string_view name, const std::string& value,
                  std::vector<sdp::Attribute>* out) {
  if (!value.empty()) AddInherited(name, std::vector<std::string>{value}, out);
}

// Highest local preference of `count` addresses: where the party has relay candidates in the place that ours would
// take, as low as they go.
uint32_t RelayStart(const sdp::SessionDescription& sdp, const sdp::MediaSection& section,
                    uint32_t count) {
  for (const std::string& value :
       section.candidates.empty() ? sdp.candidates : section.candidates) {
    const auto candidate = ParseCandidate(value);
    if (!candidate || candidate->priority() >> 24 != kRelayPreference) continue;
    if (candidate->priority() >> 8 > kHighestLocalPreference - count) return count - 1;
  }
  return kHighestLocalPreference;
}

}  // namespace

void DecidePassage(const LegContext& context, const sdp::SessionDescription& sdp,
                   const sdp::MediaSection& section, Media* sender, Media* receiver) {
  if (!context.is_offer() || section.port == 0) return;
  const bool proxied = section.type != sdp::MediaType::kMessage;
  const IcePassage passage =
      proxied ? Decide(context, sdp, section, receiver->passage()) : call::PASSAGE_NONE;
  sender->set_passage(passage);
  receiver->set_passage(passage);
  receiver->set_shown_as_received(proxied && (HasWord(context.request, "force-relay") ||
                                              passage == call::PASSAGE_OPTIONAL ||
                                              passage == call::PASSAGE_RELAY));
  if (passage == call::PASSAGE_NONE) return;
  const bool removed = passage == call::PASSAGE_WITHOUT_RTP && HasWord(context.request, "remove");
  receiver->mutable_ice()->set_in_use(SignalsIce(sdp, section) && !removed);
  receiver->mutable_ice()->set_decided(true);
}

bool ShowsAsReceived(const LegContext& context, const Media& sender, const Media& receiver) {
  if (context.is_offer()) return receiver.shown_as_received();
  if (Passes(sender)) return sender.passage() != call::PASSAGE_WITHOUT_RTP;
  return sender.shown_as_received() && HasWord(context.request, "force-relay");
}

void LeaveOwnSecurity(Media* media) {
  ForgetKeys(media);
  DropDtls(media);
  media->set_osrtp(false);
  media->set_rtcp_mux(false);
  media->set_rtcp_mux_agreed(false);
  media->set_rtcp_mux_offered(false);  // both ports are candidates
  media->set_rtcp_mux_override(false);
  media->set_released_rtcp(false);
  if (!media->has_ice()) return;
  media->mutable_ice()->clear_ufrag();  // ours
  media->mutable_ice()->clear_password();
  media->mutable_ice()->clear_selected();
}

void PreparePassage(const LegContext& context, Media* media) {
  if (!media->ice().in_use() || media->port_set() == 0) return;
  if (context.settings.save_interface_ports) return;
  EnsureFurtherPorts(context.call, context.worker, context.random, media);
}

std::vector<sdp::Attribute> AttributesAsReceived(const LegContext& context,
                                                 const sdp::SessionDescription& sdp,
                                                 const sdp::MediaSection& section) {
  std::vector<sdp::Attribute> all =
      sdp::IsOpaque(section) ? section.attributes
                             : sdp::RawAttributes(*context.request.sdp, section.position);
  AddInherited("setup", section.setup.empty() ? sdp.setup : section.setup, &all);
  AddInherited("fingerprint", section.fingerprint.empty() ? sdp.fingerprint : section.fingerprint,
               &all);
  AddInherited("tls-id", section.tls_id.empty() ? sdp.tls_id : section.tls_id, &all);
  AddInherited("ice-ufrag", section.ice_ufrag.empty() ? sdp.ice_ufrag : section.ice_ufrag, &all);
  AddInherited("ice-pwd", section.ice_pwd.empty() ? sdp.ice_pwd : section.ice_pwd, &all);
  AddInherited("ice-options", section.ice_options.empty() ? sdp.ice_options : section.ice_options,
               &all);
  AddInherited("candidate", section.candidates.empty() ? sdp.candidates : section.candidates, &all);
  if (sdp::IsOpaque(section)) return all;
  std::vector<std::string> extmaps;
  for (const sdp::Extmap& extmap : sdp.extmap)
    extmaps.push_back(base::StrCat(extmap.id, " ", extmap.uri));
  AddInherited("extmap", extmaps, &all);
  if (!section.direction_text && sdp.direction_text) {
    all.push_back({std::string(sdp::DirectionName(*sdp.direction_text)), "", false});
  }
  return all;
}

std::vector<PassedCandidate> PassedCandidates(const sdp::SessionDescription& sdp,
                                              const sdp::MediaSection& section,
                                              const Media& receiver) {
  std::vector<PassedCandidate> candidates;
  if (!Passes(receiver) || !SignalsIce(sdp, section)) return candidates;
  const bool relay = receiver.passage() == call::PASSAGE_RELAY;
  const std::vector<LocalCandidate> own = LocalCandidates(receiver, false);
  const auto count = static_cast<uint32_t>(own.size() / 2);
  uint32_t local_preference = 0;
  const uint32_t start = relay ? RelayStart(sdp, section, count) : count - 1;
  for (const LocalCandidate& candidate : own) {
    PassedCandidate passed{candidate.component, candidate.port_set, candidate.priority, relay};
    if (receiver.passage() != call::PASSAGE_WITHOUT_RTP) {
      if (candidate.port_set == receiver.port_set()) local_preference = start;
      const uint32_t type_preference = relay ? kRelayPreference : kOptionalPreference;
      passed.priority = (type_preference << 24) + (local_preference-- << 8) + 256 -
                        static_cast<uint32_t>(candidate.component);
    }
    candidates.push_back(passed);
  }
  return candidates;
}

void FillPassage(const call::CallState& call, const Media& media, rtpengine::v1::Media* out) {
  if (!Passes(media)) return;
  out->set_transport(rtpengine::v1::OPAQUE);
  const Media* peer = PeerOf(call, media);
  // Of a section at our address, whose parties do without ICE in the end, addresses are learned as of any other.
  const bool plain = UsesNoIce(media) || (peer != nullptr && UsesNoIce(*peer));
  if (media.passage() == call::PASSAGE_WITHOUT_RTP && plain) return;
  rtpengine::v1::IcePassage* passage = out->mutable_ice_passage();
  passage->set_ufrag(media.ice().remote_ufrag());
  passage->set_password(media.ice().remote_password());
  if (peer != nullptr) {
    passage->set_peer_ufrag(peer->ice().remote_ufrag());
    passage->set_peer_password(peer->ice().remote_password());
    passage->set_peer_lite(peer->ice().remote_lite());
  }
  for (const call::EndpointMap& map : media.maps()) {
    if (map.port_set() == media.port_set())
      *passage->mutable_further_port_sets() = map.further_port_sets();
  }
}

}  // namespace controld::negotiate
