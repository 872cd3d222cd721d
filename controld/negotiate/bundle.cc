#include "controld/negotiate/bundle.h"

#include <algorithm>
#include <set>
#include <string>

#include "controld/call/call_model.h"
#include "controld/negotiate/negotiate.h"
#include "controld/negotiate/passage.h"
#include "controld/sdp/parse_attributes.h"
#include "controld/sdp/text.h"
#include "proto/base/text.h"

namespace controld::negotiate {
namespace {

using call::Media;
using call::Party;

constexpr size_t kLongestMid = 255;  // what an SDES item can carry
constexpr char kMidExtension[] = "urn:ietf:params:rtp-hdrext:sdes:mid";

// 1 and up: the BUNDLE group that lists the mid; 0: none.
uint32_t GroupOf(const sdp::SessionDescription& sdp, const std::string& mid) {
  uint32_t group = 0;
  for (std::string_view rest : sdp.groups) {
    ++group;
    if (mid.empty() || sdp::NextListWord(rest) != "BUNDLE") continue;
    while (true) {
      const std::string_view word = sdp::NextListWord(rest);
      if (word.empty()) break;
      if (word == mid) return group;
    }
  }
  return 0;
}

bool HasBundleGroup(const sdp::SessionDescription& sdp) {
  return std::any_of(sdp.groups.begin(), sdp.groups.end(), [](std::string_view group) {
    return sdp::NextListWord(group) == "BUNDLE";
  });
}

bool HasWord(const ng::Request& request, std::string_view word) {
  return std::find(request.bundle.begin(), request.bundle.end(), word) != request.bundle.end();
}

call::BundleForm FormWanted(const ng::Request& request) {
  if (HasWord(request, "strict")) return call::BUNDLE_STRICT;
  if (HasWord(request, "require")) return call::BUNDLE_REQUIRED;
  if (HasWord(request, "offer")) return call::BUNDLE_OFFERED;
  return call::BUNDLE_NONE;
}

// An offer alone shares nothing yet.
bool Shares(const Media& media) {
  return media.bundle() != 0 && media.bundle_form() != call::BUNDLE_OFFERED && !media.rejected();
}

uint32_t MidExtensionOf(const sdp::SessionDescription& sdp, const sdp::MediaSection& section) {
  for (const sdp::Extmap& extmap : section.extmap.empty() ? sdp.extmap : section.extmap) {
    if (base::EqualsIgnoreCase(extmap.uri, kMidExtension)) return extmap.id;
  }
  return 0;
}

void LeaveBundle(Media* media) {
  media->clear_bundle();
  media->clear_bundle_form();
  media->clear_bundle_accepted();
}

void TakeOffer(const LegContext& context, const sdp::SessionDescription& sdp,
               const sdp::MediaSection& section, Media* sender, Media* receiver) {
  const uint32_t group = GroupOf(sdp, section.mid);
  // A leg that bundles already goes on with it for as long as its party does.
  const bool accepts = HasWord(context.request, "accept") || Shares(*sender);
  // Consecutive port pairs (m=port/count) cannot be shared.
  const bool pairs = section.port_count > 1;
  if (HasWord(context.request, "reject") || group == 0 || !accepts || pairs) {
    LeaveBundle(sender);
  } else {
    sender->set_bundle(group);
    sender->set_bundle_accepted(true);
    if (!Shares(*sender)) sender->set_bundle_form(call::BUNDLE_REQUIRED);
  }
  const call::BundleForm form = FormWanted(context.request);
  if (receiver == nullptr || form == call::BUNDLE_NONE || pairs) return;
  // Without groups of its own the sender's sections are one.
  const uint32_t offered = HasBundleGroup(sdp) ? group : 1;
  if (receiver->bundle() == 0) receiver->set_bundle(offered);
  if (receiver->bundle() != 0) receiver->set_bundle_form(form);
}

// Of the ids that a=extmap can have, the lowest that no section uses.
uint32_t FreeExtension(const OutgoingSdp& outgoing) {
  std::set<uint32_t> used;
  for (const OutgoingSection& section : outgoing.sections) {
    for (const sdp::Extmap& extmap : section.extmaps) used.insert(extmap.id);
  }
  uint32_t id = 1;
  while (used.count(id) > 0) ++id;
  return id;
}

void AddMidExtension(uint32_t id, OutgoingSection* section) {
  for (const sdp::Extmap& extmap : section->extmaps) {
    if (extmap.id == id || base::EqualsIgnoreCase(extmap.uri, kMidExtension)) return;
  }
  section->extmaps.push_back({id, kMidExtension});
}

// The section shows its medium in a bundle: offered, or in answer to the party's own.
bool ShowsBundle(const Media& media, const OutgoingSection& section, bool is_offer) {
  if (section.rejected || media.bundle() == 0 || section.mid.empty()) return false;
  return is_offer ? media.bundle_form() != call::BUNDLE_NONE : media.bundle_accepted();
}

void ShowBundles(const call::CallState& call, const Party& receiver, OutgoingSdp* outgoing) {
  const bool accepted = std::any_of(receiver.media().begin(), receiver.media().end(),
                                    [](const Media& media) { return media.bundle_accepted(); });
  const uint32_t free = FreeExtension(*outgoing);
  std::vector<std::pair<uint32_t, std::string>> groups;
  for (OutgoingSection& section : outgoing->sections) {
    const Media& media = *call::FindMedia(call, section.media_id);
    const bool shown = ShowsBundle(media, section, outgoing->is_offer);
    const uint32_t theirs = media.mid_extension();
    if (section.rtp && !section.rejected) {
      if (shown && outgoing->is_offer) AddMidExtension(theirs != 0 ? theirs : free, &section);
      if (accepted && !outgoing->is_offer && theirs != 0) AddMidExtension(theirs, &section);
    }
    if (!shown) continue;
    auto group = std::find_if(groups.begin(), groups.end(),
                              [&](const auto& known) { return known.first == media.bundle(); });
    if (group == groups.end()) group = groups.insert(groups.end(), {media.bundle(), "BUNDLE"});
    base::StrAppend(&group->second, " ", section.mid);
    const Media* head = BundleHead(receiver, media);
    if (head == nullptr) continue;
    for (const OutgoingSection& other : outgoing->sections) {
      if (other.media_id != head->id()) continue;
      section.dtls = other.dtls;
      section.ice = other.ice;
      section.transport = head->id();
      if (other.mux == MuxForm::kOnly) section.mux = MuxForm::kOnly;
    }
    section.bundle_only = outgoing->is_offer;
    section.zero_port = outgoing->is_offer && media.bundle_form() == call::BUNDLE_STRICT;
  }
  for (auto& [label, text] : groups) outgoing->groups.push_back(std::move(text));
  // Sections that their author's peer sees as they are share what their author shares.
  const auto untouched = [](const OutgoingSection& section) {
    return section.untouched && section.as_received;
  };
  if (std::any_of(outgoing->sections.begin(), outgoing->sections.end(), untouched)) {
    outgoing->groups = outgoing->source.groups;
  }
}

}  // namespace

void TakeBundle(const LegContext& context, const sdp::SessionDescription& sdp,
                const sdp::MediaSection& section, Media* sender, Media* receiver) {
  sender->set_mid_extension(MidExtensionOf(sdp, section));
  // Of what passes through, and of what is no RTP, we could not tell one section's datagrams from another's.
  if (Passes(*sender) || sdp::IsOpaque(section)) {
    LeaveBundle(sender);
    if (receiver != nullptr) LeaveBundle(receiver);
    return;
  }
  if (context.is_offer() && section.port == 0) return LeaveBundle(sender);
  if (context.is_offer()) return TakeOffer(context, sdp, section, sender, receiver);
  if (sender->bundle_form() == call::BUNDLE_OFFERED && GroupOf(sdp, section.mid) != 0) {
    sender->set_bundle_form(call::BUNDLE_REQUIRED);
  }
}

void OfferBundle(const LegContext& context, bool possible, Media* media) {
  const call::BundleForm form = FormWanted(context.request);
  const bool agreed = Shares(*media);  // a leg that bundles already goes on with it
  if (!possible || media->port_count() > 1 || HasWord(context.request, "reject"))
    return LeaveBundle(media);
  if (form == call::BUNDLE_NONE && !agreed) return LeaveBundle(media);
  media->set_bundle(1);
  if (!agreed || form > media->bundle_form()) media->set_bundle_form(form);
}

void LeaveSharedPorts(call::CallState* call, Media* media) {
  const Party& party = *call::PartyOfMedia(*call, media->id());
  const uint32_t shared = media->port_set();
  const bool used =
      std::any_of(party.media().begin(), party.media().end(), [&](const Media& other) {
        return shared != 0 && other.id() != media->id() && other.port_set() == shared &&
               BundleHead(party, other) != media;
      });
  if (!used) return;
  auto* maps = media->mutable_maps();
  for (int i = maps->size() - 1; i >= 0; --i) {
    if (maps->Get(i).port_set() == shared) maps->DeleteSubrange(i, 1);
  }
  media->set_port_set(0);
}

void ShareHeadsPorts(Party* party) {
  for (Media& media : *party->mutable_media()) {
    const Media* head = BundleHead(*party, media);
    if (head == nullptr || head->port_set() == 0) continue;
    media.set_port_set(head->port_set());
    media.set_released_rtcp(head->released_rtcp());
    // Should the head be rejected, the ports are this one's.
    const bool known = std::any_of(
        media.maps().begin(), media.maps().end(),
        [&](const call::EndpointMap& map) { return map.port_set() == head->port_set(); });
    if (known) continue;
    for (const call::EndpointMap& map : head->maps()) {
      if (map.port_set() == head->port_set()) *media.add_maps() = map;
    }
  }
}

const Media* BundleHead(const Party& party, const Media& media) {
  if (!Shares(media)) return nullptr;
  for (const Media& other : party.media()) {
    if (other.id() == media.id()) return nullptr;
    if (Shares(other) && other.bundle() == media.bundle()) return &other;
  }
  return nullptr;
}

void FinishBundles(const LegContext& context, OutgoingSdp* outgoing) {
  for (const uint32_t id : {outgoing->sender, outgoing->receiver}) {
    if (Party* party = call::FindParty(context.call, id)) ShareHeadsPorts(party);
  }
  ShowBundles(*context.call, *call::FindParty(*context.call, outgoing->receiver), outgoing);
}

void FillBundled(const Party& party, const Media& media, rtpengine::v1::Media* out) {
  const Media* head = BundleHead(party, media);
  const bool heads = std::any_of(party.media().begin(), party.media().end(), [&](const Media& other) {
    return BundleHead(party, other) == &media;
  });
  // A bundle of one has nothing to share, but its party may wait for the MID.
  const bool named = Shares(media) && media.mid_extension() != 0;
  if (head == nullptr && !heads && !named) return;
  out->mutable_bundled()->set_head(head != nullptr ? head->id() : media.id());
  if (media.mid().size() <= kLongestMid) out->mutable_bundled()->set_mid(media.mid());
  out->mutable_bundled()->set_mid_extension(media.mid_extension());
}

}  // namespace controld::negotiate
