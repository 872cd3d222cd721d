#include "controld/negotiate/ice.h"

#include <algorithm>

#include "controld/call/call_model.h"
#include "controld/negotiate/ports.h"
#include "controld/negotiate/random_text.h"
#include "controld/sdp/text.h"

namespace controld::negotiate {
namespace {

namespace v1 = rtpengine::v1;
using call::IceLeg;
using call::Media;
using ng::Flag;

constexpr size_t kUfragLength = 8, kPasswordLength = 26;
// ice-char of RFC 8839 §5.4.
constexpr std::string_view kIceCharacters =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

struct Credentials {
  std::string_view ufrag, password;
};

Credentials Read(const sdp::SessionDescription& sdp, const sdp::MediaSection& section) {
  return {section.ice_ufrag.empty() ? sdp.ice_ufrag : section.ice_ufrag,
          section.ice_pwd.empty() ? sdp.ice_pwd : section.ice_pwd};
}

// The worker gets them as text and checks with them; others than these cannot be checked with.
bool Usable(std::string_view text, size_t least) {
  return text.size() >= least && text.size() <= 256 &&
         std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < 0x7f; });
}

bool HasIceOption(const sdp::SessionDescription& sdp, const sdp::MediaSection& section,
                  std::string_view option) {
  std::string_view rest = section.ice_options.empty() ? sdp.ice_options : section.ice_options;
  while (true) {
    const std::string_view word = sdp::NextListWord(rest);
    if (word.empty()) return false;
    if (word == option) return true;
  }
}

bool HasWord(const ng::Request& request, std::string_view word) {
  return std::find(request.ice.begin(), request.ice.end(), word) != request.ice.end();
}

bool IsRestart(const Credentials& now, const IceLeg& before) {
  return !before.remote_ufrag().empty() &&
         (before.remote_ufrag() != now.ufrag || before.remote_password() != now.password);
}

// New credentials with the next SDP.
void Restart(IceLeg* leg) {
  leg->clear_ufrag();
  leg->clear_password();
  leg->clear_selected();
}

// lite, of either leg: "forward" is towards the receiver of an offer.
void TakeLite(const ng::Request& request, std::string_view direction, IceLeg* leg) {
  for (const std::string& word : request.ice) {
    if (word == direction || word == "lite-both") leg->set_lite(true);
    if (word == "no-lite") leg->set_lite(false);
  }
}

void TakeRemote(const sdp::SessionDescription& sdp, const sdp::MediaSection& section, IceLeg* leg) {
  const Credentials credentials = Read(sdp, section);
  const bool usable = Usable(credentials.ufrag, 4) && Usable(credentials.password, 22);
  leg->set_remote_ufrag(usable ? std::string(credentials.ufrag) : "");
  leg->set_remote_password(usable ? std::string(credentials.password) : "");
  leg->set_remote_lite(sdp.ice_lite);
  leg->set_remote_trickle(HasIceOption(sdp, section, "trickle"));
  leg->set_remote_ice2(HasIceOption(sdp, section, "ice2"));
  leg->set_end_of_candidates(section.end_of_candidates);
  leg->clear_remote_candidates();
  if (!usable) return;
  TakeCandidates(section.candidates.empty() ? sdp.candidates : section.candidates, leg);
}

const call::EndpointMap* MapOf(const Media& media, uint32_t port_set) {
  for (const call::EndpointMap& map : media.maps()) {
    if (map.port_set() == port_set) return &map;
  }
  return nullptr;
}

// The party did answer, and without ICE that can be used.
bool RefusedIce(const Media& media) {
  const IceLeg& leg = media.ice();
  if (!media.initialized()) return false;
  if (leg.remote_ufrag().empty()) return true;
  return leg.remote_candidates().empty() && !leg.remote_trickle();
}

}  // namespace

bool SignalsIce(const sdp::SessionDescription& sdp, const sdp::MediaSection& section) {
  return !sdp.ice_ufrag.empty() || !section.ice_ufrag.empty();
}

void TakeCandidates(const std::vector<std::string>& values, IceLeg* leg) {
  for (const std::string& value : values) {
    if (leg->remote_candidates_size() >= kMostCandidates) return;
    if (auto candidate = ParseCandidate(value)) *leg->add_remote_candidates() = *std::move(candidate);
  }
}

void TakeIce(const LegContext& context, const sdp::SessionDescription& sdp,
             const sdp::MediaSection& section, Media* media) {
  const bool signalled = SignalsIce(sdp, section);
  if (!signalled && !media->has_ice()) return;
  IceLeg* leg = media->mutable_ice();
  if (context.is_offer()) {
    // A change in an answer is no restart: ours are what they were in the offer.
    const bool reset = context.request.Has(Flag::kReset);
    if (reset || (signalled && IsRestart(Read(sdp, section), *leg))) Restart(leg);
    leg->set_in_use(signalled && !context.request.Has(Flag::kIceReject));
    leg->set_decided(true);
    TakeLite(context.request, "lite-backward", leg);
  }
  TakeRemote(sdp, section, leg);
}

bool KeepsEndpoint(const sdp::SessionDescription& sdp, const sdp::MediaSection& section,
                   const Media& media) {
  const IceLeg& leg = media.ice();
  return leg.in_use() && !leg.remote_ufrag().empty() && SignalsIce(sdp, section) &&
         !IsRestart(Read(sdp, section), leg) && media.has_rtp() &&
         !call::FromProto(media.rtp()).address.unspecified();
}

void DecideIce(const LegContext& context, bool signalled, Media* receiver) {
  const ng::Request& request = context.request;
  const bool reset = request.Has(Flag::kReset);
  bool use = receiver->ice().in_use();
  if (HasWord(request, "remove")) {
    use = false;
  } else if (HasWord(request, "force") || (HasWord(request, "optional") && !signalled)) {
    use = true;
  } else if (reset || (!receiver->ice().decided() && !receiver->initialized())) {
    use = signalled;
  }
  if (!use && !receiver->has_ice()) return;
  IceLeg* leg = receiver->mutable_ice();
  if (reset) Restart(leg);
  leg->set_in_use(use);
  leg->set_decided(true);
  TakeLite(request, "lite-forward", leg);
}

void DecideIceOfAnswer(const LegContext& context, Media* receiver) {
  if (HasWord(context.request, "remove") && receiver->has_ice()) {
    receiver->mutable_ice()->set_in_use(false);
  }
}

void PrepareIce(const LegContext& context, Media* media) {
  if (!media->ice().in_use() || media->port_set() == 0) return;
  if (context.call->tie_breaker() == 0) context.call->set_tie_breaker(context.random.Next() | 1);
  if (!context.settings.save_interface_ports) {
    EnsureFurtherPorts(context.call, context.worker, context.random, media);
  }
  IceLeg* leg = media->mutable_ice();
  if (!leg->ufrag().empty() && leg->port_set() == media->port_set()) return;
  Restart(leg);
  leg->set_ufrag(RandomText(context.random, kUfragLength, kIceCharacters));
  leg->set_password(RandomText(context.random, kPasswordLength, kIceCharacters));
  leg->set_port_set(media->port_set());
  leg->set_generation(context.call->generation() + 1);
}

IceLines IceLinesOf(const LegContext& context, const Media& media, bool is_offer) {
  IceLines lines;
  const IceLeg& leg = media.ice();
  if (!leg.in_use() || media.port_set() == 0) return lines;
  lines.shown = true;
  lines.ufrag = leg.ufrag();
  lines.password = leg.password();
  lines.lite = leg.lite();
  const ng::Request& request = context.request;
  const bool trickle = is_offer ? HasWord(request, "trickle") || request.Has(Flag::kTrickleIce)
                                : leg.remote_trickle();
  const bool ice2 = is_offer ? HasWord(request, "ice2") : leg.remote_ice2();
  if (trickle) lines.options = "trickle";
  if (ice2) lines.options += lines.options.empty() ? "ice2" : " ice2";
  lines.end_of_candidates = trickle;
  lines.remote_candidates = is_offer && leg.selected_size() > 0 && IsControlling(media);
  return lines;
}

std::vector<LocalCandidate> LocalCandidates(const Media& media, bool muxed) {
  std::vector<uint32_t> port_sets = {media.port_set()};
  if (const call::EndpointMap* map = MapOf(media, media.port_set())) {
    port_sets.insert(port_sets.end(), map->further_port_sets().begin(),
                     map->further_port_sets().end());
  }
  std::vector<LocalCandidate> candidates;
  for (int component = 1; component <= (muxed ? 1 : 2); ++component) {
    const call::IcePair* selected = nullptr;
    for (const call::IcePair& pair : media.ice().selected()) {
      if (pair.rtcp() == (component == 2)) selected = &pair;
    }
    for (size_t i = 0; i < port_sets.size(); ++i) {
      if (selected != nullptr && selected->port_set() != port_sets[i]) continue;
      candidates.push_back(
          {component, port_sets[i], CandidatePriority(component, static_cast<int>(i))});
    }
  }
  return candidates;
}

bool IsControlling(const Media& media) {
  if (media.ice().lite()) return false;
  return media.ice().remote_lite() || media.controlling();
}

bool FillIce(const call::CallState& call, const Media& media, v1::Ice* out) {
  const IceLeg& leg = media.ice();
  if (!leg.in_use() || leg.ufrag().empty() || RefusedIce(media)) return false;
  out->set_local_ufrag(leg.ufrag());
  out->set_local_password(leg.password());
  out->set_remote_ufrag(leg.remote_ufrag());
  out->set_remote_password(leg.remote_password());
  out->set_controlling(IsControlling(media));
  out->set_lite(leg.lite());
  out->set_remote_lite(leg.remote_lite());
  *out->mutable_remote_candidates() = leg.remote_candidates();
  out->set_remote_trickle(leg.remote_trickle());
  out->set_end_of_candidates(leg.end_of_candidates());
  if (const call::EndpointMap* map = MapOf(media, media.port_set())) {
    *out->mutable_further_port_sets() = map->further_port_sets();
  }
  out->set_tie_breaker(call.tie_breaker());
  return true;
}

}  // namespace controld::negotiate
