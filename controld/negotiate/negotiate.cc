// The order of one negotiation: parties → association → every section → sections left out. What a section
// does is in section.cc.
#include "controld/negotiate/negotiate.h"

#include <algorithm>

#include "proto/base/text.h"
#include "controld/call/call_model.h"
#include "controld/negotiate/alias_key.h"
#include "controld/negotiate/bundle.h"
#include "controld/negotiate/dialogue.h"
#include "controld/negotiate/manipulate.h"
#include "controld/negotiate/osrtp.h"
#include "controld/negotiate/section.h"
#include "controld/negotiate/stored_sdp.h"

namespace controld::negotiate {
namespace {

using call::CallState;
using call::Media;
using call::Party;

void RememberSenderFlags(const ng::Request& request, CallState* call, Party* sender) {
  if (!request.label.empty()) sender->set_label(request.label);
  if (!request.metadata.empty()) {
    sender->set_metadata(request.metadata);
    call->set_metadata(request.metadata);
  }
}

// What is given and cannot be had.
void WarnOfContradictions(const ng::Request& request, bool is_offer, std::vector<std::string>* warnings) {
  if (request.Has(ng::Flag::kStrictSource) && request.Has(ng::Flag::kMediaHandover)) {
    warnings->push_back(
        "strict-source and media-handover contradict each other: once a source is confirmed, others take over");
  }
  for (const std::string& word : request.dtls) {
    if (is_offer || (word != "passive" && word != "active")) continue;
    warnings->push_back(base::StrCat("DTLS=", word, " is ignored in an answer"));
  }
}

// The configured mark of music on hold is consumed, never passed on.
void RemoveMohAttribute(const std::string& name, sdp::SessionDescription* sdp) {
  if (name.empty()) return;
  const auto is_mark = [&](const sdp::Attribute& attribute) { return attribute.name == name; };
  std::erase_if(sdp->attributes, is_mark);
  for (sdp::MediaSection& media : sdp->media) std::erase_if(media.attributes, is_mark);
}

// A section that only keeps a place: the sender's was found elsewhere, by its mid, or left out. It says what the sender's says in that place, and is rejected.
void DescribePlaceholder(const Party& sender, Media* media) {
  const auto index = static_cast<int>(media->index()) - 1;
  const bool known = index < sender.media_size() && !sender.media(index).type_text().empty();
  media->set_type_text(known ? sender.media(index).type_text() : "audio");
  media->set_protocol(known ? sender.media(index).protocol() : "RTP/AVP");
}

// Sections of earlier messages that this one does not mention are still shown, complete (§3.2).
void AddLeftOutSections(const LegContext& context, OutgoingSdp* outgoing) {
  const Party* sender = call::FindParty(*context.call, outgoing->sender);
  Party* receiver = call::FindParty(context.call, outgoing->receiver);
  for (Media& media : *receiver->mutable_media()) {
    if (media.type_text().empty()) DescribePlaceholder(*sender, &media);
    const bool shown =
        std::any_of(outgoing->sections.begin(), outgoing->sections.end(),
                    [&](const OutgoingSection& section) { return section.media_id == media.id(); });
    if (!shown) outgoing->sections.push_back(LeftOutSection(context, media));
  }
}

// The receiver sees its own order of sections.
void SortForReceiver(const CallState& call, OutgoingSdp* outgoing) {
  std::stable_sort(outgoing->sections.begin(), outgoing->sections.end(),
                   [&](const OutgoingSection& a, const OutgoingSection& b) {
                     const Media* first = call::FindMedia(call, a.media_id);
                     const Media* second = call::FindMedia(call, b.media_id);
                     return first->index() < second->index();
                   });
}

}  // namespace

std::string CheckSdp(const ng::Request& request, const sdp::SessionDescription& sdp,
                     const call::Settings& settings) {
  const bool sip_source =
      request.Has(ng::Flag::kSipSourceAddress) ||
      (settings.sip_source && !request.Has(ng::Flag::kTrustAddress));
  for (const sdp::MediaSection& media : sdp.media) {
    if (media.port == 0) continue;
    const std::string_view protocol = sdp::CanonicalProtocol(media.protocol);
    if (media.bad_payload_type && sdp::IsRtp(protocol)) return "Incomplete SDP specification";
    const bool addressed = sip_source ? request.received_from.has_value()
                                      : media.connection.has_value() || sdp.connection.has_value();
    if (!addressed) return "Incomplete SDP specification";
  }
  return "";
}

Outcome Negotiate(CallState* call, const ng::Request& request, sdp::SessionDescription sdp,
                  const call::WorkerView& worker, const call::Settings& settings,
                  base::Random& random, base::Now now) {
  Outcome outcome;
  const bool is_offer = request.command == ng::Command::kOffer;
  AdoptByAliasKey(call, request, sdp);
  const Dialogue dialogue = ResolveDialogue(call, request, now.unix_us);
  if (!dialogue.error.empty()) {
    outcome.error = dialogue.error;
    return outcome;
  }
  call->set_last_signal_us(now.unix_us);
  call->set_signalling_epoch(call->signalling_epoch() + 1);
  call->set_delete_at_us(0);
  if (request.tos >= 0 && request.tos < 256) call->set_tos(static_cast<uint32_t>(request.tos));
  for (uint32_t id : {dialogue.sender, dialogue.receiver}) {
    call::FindParty(call, id)->set_delete_at_us(0);
    call::FindParty(call, id)->set_last_signal_us(now.unix_us);
  }
  call::FindParty(call, dialogue.sender)->set_role(is_offer ? call::SENT_OFFER : call::GOT_OFFER);
  call::FindParty(call, dialogue.receiver)->set_role(is_offer ? call::GOT_OFFER : call::SENT_OFFER);
  RememberSenderFlags(request, call, call::FindParty(call, dialogue.sender));
  StoreSessionLines(sdp, call::FindParty(call, dialogue.sender));
  TakeManipulationFlags(call, request, call::FindParty(call, dialogue.sender));
  if (!request.dtmf_log_destination.empty()) {
    call->set_dtmf_log_destination(request.dtmf_log_destination);
  }
  WarnOfContradictions(request, is_offer, &outcome.warnings);
  RememberAliasKey(request, sdp, call::FindParty(call, dialogue.sender));
  Associate(call, dialogue, is_offer);

  OutgoingSdp& outgoing = outcome.outgoing;
  outgoing.source = std::move(sdp);
  RemoveMohAttribute(settings.moh_attribute, &outgoing.source);
  if (is_offer) CollapseLegacyPairs(request, &outgoing.source);
  outgoing.sender = dialogue.sender;
  outgoing.receiver = dialogue.receiver;
  outgoing.is_offer = is_offer;

  SectionNegotiator negotiator(call, request, outgoing.source, worker, settings, random, dialogue,
                               &outcome.warnings);
  bool usable = false;
  for (size_t i = 0; i < outgoing.source.media.size(); ++i) {
    std::optional<OutgoingSection> section = negotiator.Negotiate(static_cast<int>(i));
    if (!section) continue;
    outgoing.sections.push_back(std::move(*section));
    usable = usable || outgoing.source.media[i].port != 0;
  }
  if (!negotiator.error().empty()) {
    outcome.error = negotiator.error();
  } else if (!usable) {
    outcome.error = "Error rewriting SDP";
  }
  AddLeftOutSections({call, request, worker, settings, random, &outcome.warnings}, &outgoing);
  SortForReceiver(*call, &outgoing);
  FinishBundles({call, request, worker, settings, random, &outcome.warnings}, &outgoing);
  if (is_offer) DoubleForLegacyOffer(request, &outgoing.sections);
  return outcome;
}

}  // namespace controld::negotiate
