#include "controld/negotiate/subscribe.h"

#include <algorithm>
#include <set>

#include "controld/call/call_model.h"
#include "controld/negotiate/bundle.h"
#include "controld/negotiate/codecs.h"
#include "controld/negotiate/dtls.h"
#include "controld/negotiate/extmaps.h"
#include "controld/negotiate/ice.h"
#include "controld/negotiate/interfaces.h"
#include "controld/negotiate/keying.h"
#include "controld/negotiate/osrtp.h"
#include "controld/negotiate/ports.h"
#include "controld/negotiate/section.h"
#include "controld/negotiate/select_party.h"
#include "controld/negotiate/stored_sdp.h"
#include "proto/base/text.h"

namespace controld::negotiate {
namespace {

using call::CallState;
using call::Media;
using call::Party;
using ng::Flag;

constexpr char kNoMedia[] = "No medias found (no monologues matched)";

// A section that was rejected has nothing to hear.
bool Usable(const Media& media) { return !media.rejected() && !media.type_text().empty(); }

bool TakesPartInDialogue(const Party& party) {
  for (const Media& media : party.media()) {
    for (const call::Subscription& subscription : media.subscriptions()) {
      if (subscription.offer_answer()) return true;
    }
  }
  return false;
}

void AddMediaOf(const Party& party, std::vector<uint32_t>* out) {
  for (const Media& media : party.media()) {
    if (Usable(media) && std::find(out->begin(), out->end(), media.id()) == out->end()) {
      out->push_back(media.id());
    }
  }
}

// Section by section, both sides of each: ids grow in that order.
std::vector<uint32_t> MediaOfDialogues(const CallState& call) {
  std::vector<uint32_t> ids;
  for (const Party& party : call.parties()) {
    if (!party.removed() && party.has_tag() && TakesPartInDialogue(party)) AddMediaOf(party, &ids);
  }
  std::sort(ids.begin(), ids.end());
  return ids;
}

// What a subscriber of `source` gets to hear: its codecs, or with egress those of whom it hears.
const Media& Described(const CallState& call, const Media& source, bool egress) {
  if (!egress) return source;
  for (const call::Subscription& heard : source.subscriptions()) {
    const Media* media = call::FindMedia(call, heard.media());
    if (!heard.egress() && media != nullptr) return *media;
  }
  return source;
}

void DropSubscriptions(Party* party) {
  for (Media& media : *party->mutable_media()) media.clear_subscriptions();
}

Party* FindOrAddSubscriber(CallState* call, const ng::Request& request, const std::string& to_tag,
                           base::Now now) {
  Party* party = call::FindPartyByTag(call, to_tag);
  if (party == nullptr) {
    party = call::AddParty(call, now.unix_us, 1);
    party->set_tag(to_tag);
  }
  const std::string& label = request.set_label.empty() ? request.to_label : request.set_label;
  if (!label.empty()) party->set_label(label);
  party->set_last_signal_us(now.unix_us);
  party->set_delete_at_us(0);
  return party;
}

class Subscriber {
 public:
  Subscriber(const LegContext& leg, uint32_t party, SubscribeOutcome* outcome)
      : leg_(leg), call_(leg.call), request_(leg.request), worker_(leg.worker), party_(party),
        outcome_(outcome) {}

  // One section for each source, then the sections that earlier requests left behind.
  void Build(const std::vector<uint32_t>& sources);

 private:
  void AddSection(int position, uint32_t source_id);
  void AddUnusedSection(Media* sink);
  bool egress() const { return request_.Has(Flag::kEgress); }

  const LegContext leg_;
  CallState* const call_;
  const ng::Request& request_;
  const call::WorkerView& worker_;
  const uint32_t party_;
  SubscribeOutcome* const outcome_;
  bool several_ = false;  // sections of which there is something to hear
};

void Subscriber::AddSection(int position, uint32_t source_id) {
  Media* sink = call::MediaAt(call_, party_, position);
  Media* source = call::FindMedia(call_, source_id);
  const Media& described = Described(*call_, *source, egress());
  const bool rtp = sdp::IsRtp(sdp::CanonicalProtocol(described.protocol()));
  const bool sends = egress() ? source->receives() : source->sends();

  call::Subscription* subscription = sink->add_subscriptions();
  subscription->set_media(source_id);
  subscription->set_egress(egress());
  sink->set_type_text(source->type_text());
  sink->set_protocol(rtp && !request_.transport_protocol.empty() &&
                             request_.transport_protocol != "accept"
                         ? request_.transport_protocol
                         : described.protocol());
  OfferOsrtp(request_, sink);
  // Keys of its own: what the source encrypts with is none of a listener's business.
  OfferKeys(leg_, KeyChoice::kAsFlagged, sink);
  sink->set_formats(described.formats());
  sink->set_rejected(false);
  sink->set_sends(false);
  sink->set_receives(!request_.Has(Flag::kInactive));
  sink->set_controlling(true);
  sink->set_offered(true);
  sink->set_port_count(described.port_count());
  sink->set_ptime(described.ptime());
  const std::string& interface =
      request_.interface.empty() ? request_.to_interface : request_.interface;
  if (!ChooseInterface(sink, interface,
                       request_.address_family.value_or(call::FromProto(source->family())),
                       worker_, &outcome_->warnings)) {
    outcome_->error = "Failed to create SDP";
    return;
  }

  OutgoingSection section;
  section.media_id = sink->id();
  section.source = position;
  section.formats = sink->formats();
  section.protocol = sink->protocol();
  section.rtp = rtp;
  section.direction = sends && sink->receives() ? sdp::Direction::kSendonly
                                                : sdp::Direction::kInactive;
  section.ptime = described.ptime();
  section.maxptime = described.lines().maxptime();
  if (rtp) {
    section.codecs = FilterCodecs(StoredCodecs(described), request_, &outcome_->warnings);
    if (request_.Has(Flag::kRtcpMuxRequire)) section.mux = MuxForm::kOnly;
    else if (request_.Has(Flag::kRtcpMuxOffer)) section.mux = MuxForm::kFallback;
  }
  section.dtls = OfferedDtlsLines(leg_, sink);
  StoreCodecs(section.codecs, sink);
  sink->set_rtcp_mux(section.mux != MuxForm::kNone);
  if (request_.Has(Flag::kGenerateMid)) {
    if (!sink->has_mid()) sink->set_mid(base::StrCat(sink->index()));
    section.mid = sink->mid();
  }
  if (request_.Has(Flag::kSiprec)) {
    if (source->label().empty()) {
      source->set_label(base::StrCat(call_->next_label()));
      call_->set_next_label(call_->next_label() + 1);
    }
    section.label = source->label();
  }
  const uint32_t pairs = sink->port_count() == 0 ? 1 : sink->port_count();
  OfferBundle(leg_, rtp && several_, sink);
  const bool shares = BundleHead(*call::FindParty(*call_, party_), *sink) != nullptr;
  if (!shares) {
    LeaveSharedPorts(call_, sink);
    EnsureOwnPorts(call_, sink, section.mux == MuxForm::kOnly ? 1 : 2 * pairs);
  }
  if (rtp) {
    DecideIce(leg_, false, sink);
    if (!shares) PrepareIce(leg_, sink);
    section.ice = IceLinesOf(leg_, *sink, true);
  }
  outcome_->outgoing.source.media.push_back(
      StoredSection(described, section.codecs, section.direction));
  outcome_->outgoing.sections.push_back(std::move(section));
  outcome_->sources.push_back(source_id);
}

// An offer must not have fewer sections than the one before (RFC 3264 §8).
void Subscriber::AddUnusedSection(Media* sink) {
  sink->set_rejected(true);
  sink->set_receives(false);
  sink->set_port_set(0);
  OutgoingSection section;
  section.media_id = sink->id();
  section.rejected = true;
  section.protocol = sink->protocol();
  section.formats = sink->formats();
  section.rtp = sdp::IsRtp(sdp::CanonicalProtocol(sink->protocol()));
  outcome_->outgoing.sections.push_back(std::move(section));
  outcome_->sources.push_back(0);
}

void Subscriber::Build(const std::vector<uint32_t>& sources) {
  OutgoingSdp& outgoing = outcome_->outgoing;
  outgoing.is_offer = true;
  outgoing.receiver = party_;
  const Party* first = call::PartyOfMedia(*call_, sources.front());
  outgoing.sender = first->id();
  outgoing.source = StoredSession(*first);
  for (const uint32_t id : sources) {
    if (call::PartyOfMedia(*call_, id) == first) continue;
    outgoing.source.attributes.clear();  // they are one party's, not the session's
    outgoing.source.extmap.clear();
  }
  several_ = sources.size() > 1;
  int position = 0;
  for (const uint32_t id : sources) {
    AddSection(position++, id);
    if (!outcome_->error.empty()) return;
  }
  for (OutgoingSection& section : outgoing.sections) {
    if (!section.rtp) continue;
    const sdp::MediaSection& source = outgoing.source.media[static_cast<size_t>(section.source)];
    section.extmaps = ShownExtmaps(request_, outgoing.source, source);
    section.extmap_allow_mixed = true;
  }
  Party* party = call::FindParty(call_, party_);
  for (; position < party->media_size(); ++position) {
    AddUnusedSection(party->mutable_media(position));
  }
  FinishBundles(leg_, &outgoing);
}

// Whether everything that `source` may send can be taken by whom said `answered`: nothing is converted.
bool IsFullAnswer(const std::vector<sdp::Codec>& source, const std::vector<sdp::Codec>& answered) {
  return std::all_of(source.begin(), source.end(), [&](const sdp::Codec& codec) {
    return std::any_of(answered.begin(), answered.end(), [&](const sdp::Codec& other) {
      return other.payload_type == codec.payload_type && other.clock_rate == codec.clock_rate &&
             other.channels == codec.channels && base::EqualsIgnoreCase(other.name, codec.name);
    });
  });
}

bool CanAnswer(const CallState& call, const Party& party, const sdp::SessionDescription& sdp) {
  for (size_t i = 0; i < sdp.media.size(); ++i) {
    if (static_cast<int>(i) >= party.media_size()) return false;
    const Media& sink = party.media(static_cast<int>(i));
    const sdp::MediaSection& section = sdp.media[i];
    if (sink.rejected()) continue;  // a section that is no longer in use, whatever is said about it
    if (section.port == 0 || sink.subscriptions().empty()) return false;
    if (!sdp::IsRtp(sdp::CanonicalProtocol(sink.protocol()))) continue;
    for (const call::Subscription& subscription : sink.subscriptions()) {
      const Media* source = call::FindMedia(call, subscription.media());
      if (source == nullptr) return false;
      const Media& described = Described(call, *source, subscription.egress());
      if (!IsFullAnswer(StoredCodecs(described), section.codecs)) return false;
    }
  }
  return true;
}

// Whether anybody refers to the party's media, so that it cannot be forgotten.
bool IsSource(const CallState& call, const Party& party) {
  return !call::SubscribersOf(call, party).empty();
}

void Forget(CallState* call, uint32_t party_id) {
  std::set<uint32_t> port_sets;
  auto* parties = call->mutable_parties();
  for (int i = 0; i < parties->size(); ++i) {
    if (parties->Get(i).id() != party_id) continue;
    for (const Media& media : parties->Get(i).media()) {
      for (const call::EndpointMap& map : media.maps()) {
        port_sets.insert(map.port_set());
        port_sets.insert(map.further_port_sets().begin(), map.further_port_sets().end());
      }
    }
    parties->DeleteSubrange(i, 1);
    break;
  }
  auto* sets = call->mutable_port_sets();
  for (int i = sets->size() - 1; i >= 0; --i) {
    if (port_sets.count(sets->Get(i).wanted().id()) > 0) sets->DeleteSubrange(i, 1);
  }
}

}  // namespace

SourceSelection SelectSources(const CallState& call, const ng::Request& request) {
  SourceSelection sources;
  const PartySelection selection = SelectParty(call, request, FromTagRule::kAlways);
  if (!selection.error.empty()) {
    sources.error = selection.error;
    return sources;
  }
  if (selection.whole_call) {
    sources.media = MediaOfDialogues(call);
  } else {
    if (selection.party != 0) AddMediaOf(*call::FindParty(call, selection.party), &sources.media);
    for (const std::string& tag : request.from_tags) {
      if (const Party* party = call::FindPartyByTag(call, tag)) AddMediaOf(*party, &sources.media);
    }
  }
  if (sources.media.empty()) sources.error = kNoMedia;
  return sources;
}

SubscribeOutcome SubscribeRequest(CallState* call, const ng::Request& request,
                                  const std::string& to_tag, const std::vector<uint32_t>& sources,
                                  const call::WorkerView& worker, const call::Settings& settings,
                                  base::Random& random, base::Now now) {
  SubscribeOutcome outcome;
  const Party* known = call::FindPartyByTag(*call, to_tag);
  const bool hears_itself =
      known != nullptr && std::any_of(sources.begin(), sources.end(), [&](uint32_t id) {
        return call::PartyOfMedia(*call, id) == known;
      });
  if (hears_itself || (known != nullptr && (known->standalone() || TakesPartInDialogue(*known)))) {
    outcome.error = "Failed to request subscription";
    return outcome;
  }
  Party* party = FindOrAddSubscriber(call, request, to_tag, now);
  DropSubscriptions(party);
  call->set_last_signal_us(now.unix_us);
  const LegContext leg{call, request, worker, settings, random, &outcome.warnings};
  Subscriber(leg, party->id(), &outcome).Build(sources);
  return outcome;
}

std::string SubscribeAnswer(CallState* call, const ng::Request& request,
                            const sdp::SessionDescription& sdp, const call::WorkerView& worker,
                            const call::Settings& settings, base::Random& random, base::Now now) {
  Party* party = call::FindPartyByTag(call, *request.to_tag);
  if (party == nullptr) return "To-tag not found";
  if (!CanAnswer(*call, *party, sdp)) return "Failed to process subscription answer";
  std::vector<std::string> warnings;
  const Dialogue dialogue{party->id(), 0, ""};
  SectionNegotiator negotiator(call, request, sdp, worker, settings, random, dialogue, &warnings);
  for (size_t i = 0; i < sdp.media.size(); ++i) {
    const sdp::MediaSection& section = sdp.media[i];
    Media* sink = party->mutable_media(static_cast<int>(i));
    if (sink->rejected()) continue;
    const std::string offered = sink->protocol();
    const uint32_t port_set = sink->port_set();
    negotiator.TakeAuthor(static_cast<int>(i), sink);
    TakeBundle({call, request, worker, settings, random, &warnings}, sdp, section, sink, nullptr);
    sink->set_port_set(port_set);
    sink->set_protocol(offered);
    sink->set_sends(false);  // nobody hears a subscriber, whatever it offers to send
    sink->set_rtcp_mux(sink->rtcp_mux() && negotiator.OffersMux(section));
    sink->set_rtcp_mux_agreed(sink->rtcp_mux());
    const call::PortSet* ports = call::FindPortSet(*call, port_set);
    sink->set_released_rtcp(sink->rtcp_mux() && ports != nullptr && ports->wanted().count() > 1);
  }
  ShareHeadsPorts(party);
  StoreSessionLines(sdp, party);
  // The learning window stays shut: it is the whole call's, and nothing has changed for the others.
  call->set_last_signal_us(now.unix_us);
  party->set_last_signal_us(now.unix_us);
  return "";
}

std::string Unsubscribe(CallState* call, const ng::Request& request) {
  Party* party = call::FindPartyByTag(call, *request.to_tag);
  if (party == nullptr) return "To-tag not found";
  const Party* from = nullptr;
  if (request.Has(Flag::kDirectional) && request.from_tag) {
    from = call::FindPartyByTag(*call, *request.from_tag);
    if (from == nullptr) return "From-tag not found";
  }
  bool any = false;
  bool left = false;
  for (Media& media : *party->mutable_media()) {
    auto* list = media.mutable_subscriptions();
    for (int i = list->size() - 1; i >= 0; --i) {
      const Party* source = call::PartyOfMedia(*call, list->Get(i).media());
      if (list->Get(i).offer_answer() || (from != nullptr && source != from)) {
        left = true;
        continue;
      }
      list->DeleteSubrange(i, 1);
      any = true;
    }
  }
  if (!any) return "Failed to unsubscribe";
  if (!left && !party->standalone() && !IsSource(*call, *party)) Forget(call, party->id());
  return "";
}

}  // namespace controld::negotiate
