#include "controld/negotiate/single_party.h"

#include "controld/call/call_model.h"
#include "controld/negotiate/bundle.h"
#include "controld/negotiate/dtls.h"
#include "controld/negotiate/ice.h"
#include "controld/negotiate/interfaces.h"
#include "controld/negotiate/keying.h"
#include "controld/negotiate/known_codecs.h"
#include "controld/negotiate/osrtp.h"
#include "controld/negotiate/ports.h"
#include "controld/negotiate/section.h"
#include "controld/negotiate/stored_sdp.h"
#include "proto/base/text.h"

namespace controld::negotiate {
namespace {

using call::CallState;
using call::Media;
using call::Party;
using ng::Flag;

constexpr size_t kMostSections = 64;

Party* FindOrMake(CallState* call, const ng::Request& request, const std::string& tag,
                  base::Now now) {
  Party* party = call::FindPartyByTag(call, tag);
  if (party == nullptr) {
    party = call::AddParty(call, now.unix_us, 0);
    party->set_tag(tag);
  }
  party->set_standalone(true);
  party->set_delete_at_us(0);
  party->set_last_signal_us(now.unix_us);
  const std::string& label = request.set_label.empty() ? request.label : request.set_label;
  if (!label.empty()) party->set_label(label);
  if (!request.metadata.empty()) party->set_metadata(request.metadata);
  call->set_delete_at_us(0);
  call->set_signalling_epoch(call->signalling_epoch() + 1);
  if (request.tos >= 0 && request.tos < 256) call->set_tos(static_cast<uint32_t>(request.tos));
  return party;
}

// False: the worker has no address at all.
bool OpenPorts(CallState* call, const ng::Request& request, base::Family family, uint32_t count,
               const call::WorkerView& worker, Media* media, std::vector<std::string>* warnings) {
  const std::string& interface =
      request.interface.empty() ? request.from_interface : request.interface;
  if (!ChooseInterface(media, interface, request.address_family.value_or(family), worker,
                       warnings)) {
    return false;
  }
  const bool shares = BundleHead(*call::PartyOfMedia(*call, media->id()), *media) != nullptr;
  if (shares) return true;
  LeaveSharedPorts(call, media);
  EnsureOwnPorts(call, media, count);
  return true;
}

// Unless the head of its bundle has it.
void OpenIce(const LegContext& leg, Media* media) {
  if (BundleHead(*call::PartyOfMedia(*leg.call, media->id()), *media) == nullptr)
    PrepareIce(leg, media);
}

std::string AnswerMid(const Media& media) { return media.has_mid() ? media.mid() : ""; }

// One section of the answer to a publisher.
class Publisher {
 public:
  Publisher(CallState* call, const ng::Request& request, const sdp::SessionDescription& sdp,
            const call::WorkerView& worker, const call::Settings& settings, base::Random& random,
            uint32_t party, SingleOutcome* outcome)
      : call_(call), request_(request), sdp_(sdp), worker_(worker), party_(party),
        dialogue_{party, 0, ""}, outcome_(outcome),
        leg_{call, request, worker, settings, random, &outcome->warnings},
        negotiator_(call, request, sdp, worker, settings, random, dialogue_, &outcome->warnings) {}

  // False: it is rejected.
  bool AddSection(int index);

 private:
  CallState* const call_;
  const ng::Request& request_;
  const sdp::SessionDescription& sdp_;
  const call::WorkerView& worker_;
  const uint32_t party_;
  const Dialogue dialogue_;
  SingleOutcome* const outcome_;
  const LegContext leg_;
  SectionNegotiator negotiator_;
};

bool Publisher::AddSection(int index) {
  const sdp::MediaSection& section = sdp_.media[static_cast<size_t>(index)];
  Media* media = call::MediaAt(call_, party_, index);
  const uint32_t port_set = media->port_set();
  negotiator_.TakeAuthor(index, media);
  TakeBundle(leg_, sdp_, section, media, nullptr);
  media->set_offered(true);
  OutgoingSection out;
  out.media_id = media->id();
  out.formats = section.formats;
  out.protocol = media->protocol();
  out.mid = AnswerMid(*media);
  out.rtp = sdp::IsRtp(sdp::CanonicalProtocol(media->protocol()));
  if (out.rtp) out.codecs = FirstUsable(section.codecs);
  out.rejected = section.port == 0 || (out.rtp && out.codecs.empty()) ||
                 section.type == sdp::MediaType::kMessage;
  media->set_rejected(out.rejected);
  if (out.rejected) {
    media->set_port_set(0);
    outcome_->outgoing.sections.push_back(std::move(out));
    return false;
  }
  if (out.rtp) StoreCodecs(out.codecs, media);
  media->set_receives(false);  // a publisher is only listened to
  out.direction = media->sends() ? sdp::Direction::kRecvonly : sdp::Direction::kInactive;
  const bool mux = out.rtp && negotiator_.OffersMux(section) &&
                   !request_.Has(Flag::kRtcpMuxReject) && !request_.Has(Flag::kRtcpMuxDemux);
  media->set_rtcp_mux_offered(out.rtp && negotiator_.OffersMux(section));
  media->set_rtcp_mux(mux);
  media->set_rtcp_mux_agreed(mux);
  if (mux) out.mux = MuxForm::kOnly;
  out.ptime = section.ptime;
  out.dtls = DtlsLinesOf(*media, false, !request_.Has(Flag::kNoTlsId));
  media->set_port_set(port_set);
  const uint32_t pairs = section.port_count == 0 ? 1 : section.port_count;
  if (!OpenPorts(call_, request_, negotiator_.FamilyOf(index), mux ? 1 : 2 * pairs, worker_, media,
                 &outcome_->warnings)) {
    outcome_->error = "Failed to create SDP";
  } else if (out.rtp) {
    DecideIceOfAnswer(leg_, media);
    OpenIce(leg_, media);
    out.ice = IceLinesOf(leg_, *media, false);
  }
  outcome_->outgoing.sections.push_back(std::move(out));
  return true;
}

std::vector<ng::MediaSpec> SectionsWanted(const ng::Request& request) {
  std::vector<ng::MediaSpec> wanted = request.media;
  if (wanted.empty()) wanted.push_back({"audio", {}, ""});
  for (ng::MediaSpec& media : wanted) {
    if (media.type.empty()) media.type = "audio";
    if (media.codecs.empty() && media.type == "audio") media.codecs = {"PCMU", "PCMA"};
  }
  return wanted;
}

OutgoingSection CreateSection(const ng::MediaSpec& wanted, const ng::Request& request,
                              Media* media) {
  OutgoingSection out;
  out.media_id = media->id();
  out.protocol = media->protocol();
  out.rtp = sdp::IsRtp(sdp::CanonicalProtocol(out.protocol));
  out.codecs = CodecsByName(wanted.codecs);
  out.direction = sdp::Direction::kSendrecv;
  if (request.Has(Flag::kRtcpMuxRequire) || request.Has(Flag::kRtcpMuxOffer)) {
    out.mux = MuxForm::kOnly;
  }
  if (request.Has(Flag::kGenerateMid)) {
    if (!media->has_mid()) media->set_mid(base::StrCat(media->index()));
    out.mid = media->mid();
  }
  out.ptime = request.ptime;
  return out;
}

}  // namespace

SingleOutcome Publish(CallState* call, const ng::Request& request, const std::string& from_tag,
                      const sdp::SessionDescription& sdp, const call::WorkerView& worker,
                      const call::Settings& settings, base::Random& random, base::Now now) {
  SingleOutcome outcome;
  Party* party = FindOrMake(call, request, from_tag, now);
  call->set_last_signal_us(now.unix_us);
  StoreSessionLines(sdp, party);
  outcome.outgoing.receiver = party->id();
  outcome.outgoing.source.timing = "0 0";
  Publisher publisher(call, request, sdp, worker, settings, random, party->id(), &outcome);
  bool usable = false;
  for (size_t i = 0; i < sdp.media.size(); ++i) {
    usable = publisher.AddSection(static_cast<int>(i)) || usable;
  }
  if (!usable) outcome.error = "Failed to create SDP";
  FinishBundles({call, request, worker, settings, random, &outcome.warnings}, &outcome.outgoing);
  return outcome;
}

SingleOutcome Create(CallState* call, const ng::Request& request, const std::string& from_tag,
                     const call::WorkerView& worker, const call::Settings& settings,
                     base::Random& random, base::Now now) {
  SingleOutcome outcome;
  const std::vector<ng::MediaSpec> wanted = SectionsWanted(request);
  if (wanted.size() > kMostSections) {
    outcome.error = "failed to create SDP";
    return outcome;
  }
  Party* party = FindOrMake(call, request, from_tag, now);
  const uint32_t party_id = party->id();
  outcome.outgoing.receiver = party_id;
  outcome.outgoing.is_offer = true;
  outcome.outgoing.source.timing = "0 0";
  for (size_t i = 0; i < wanted.size(); ++i) {
    Media* media = call::MediaAt(call, party_id, static_cast<int>(i));
    media->set_type_text(wanted[i].type);
    const bool given = !request.transport_protocol.empty() && request.transport_protocol != "accept";
    media->set_protocol(given ? request.transport_protocol : "RTP/AVP");
    media->set_rejected(false);
    media->set_initialized(true);
    media->set_offered(true);
    media->set_sends(true);
    media->set_receives(true);
    OfferOsrtp(request, media);
    OutgoingSection section = CreateSection(wanted[i], request, media);
    StoreCodecs(section.codecs, media);
    media->set_rtcp_mux(section.mux != MuxForm::kNone);
    const LegContext leg{call, request, worker, settings, random, &outcome.warnings};
    OfferKeys(leg, KeyChoice::kBoth, media);
    section.dtls = OfferedDtlsLines(leg, media);
    OfferBundle(leg, section.rtp && wanted.size() > 1, media);
    const uint32_t count = request.Has(Flag::kRtcpMuxRequire) ? 1 : 2;
    if (!OpenPorts(call, request, base::Family::kNone, count, worker, media, &outcome.warnings)) {
      outcome.error = "failed to create SDP";
      return outcome;
    }
    if (section.rtp) {
      DecideIce(leg, false, media);
      OpenIce(leg, media);
      section.ice = IceLinesOf(leg, *media, true);
    }
    outcome.outgoing.sections.push_back(std::move(section));
  }
  FinishBundles({call, request, worker, settings, random, &outcome.warnings}, &outcome.outgoing);
  return outcome;
}

std::string CreateAnswer(CallState* call, const ng::Request& request,
                         const sdp::SessionDescription& sdp, const call::WorkerView& worker,
                         const call::Settings& settings, base::Random& random, base::Now now) {
  Party* party = call::FindPartyByTag(call, *request.from_tag);
  if (party == nullptr) return "from-tag not found";
  if (static_cast<size_t>(party->media_size()) < sdp.media.size()) {
    return "failed to perform answer";
  }
  std::vector<std::string> warnings;
  const Dialogue dialogue{party->id(), 0, ""};
  SectionNegotiator negotiator(call, request, sdp, worker, settings, random, dialogue, &warnings);
  for (size_t i = 0; i < sdp.media.size(); ++i) {
    const sdp::MediaSection& section = sdp.media[i];
    Media* media = party->mutable_media(static_cast<int>(i));
    const std::string offered = media->protocol();
    const uint32_t port_set = media->port_set();
    media->set_initialized(media->has_rtp());  // its first SDP settles how its address is learned
    negotiator.TakeAuthor(static_cast<int>(i), media);
    TakeBundle({call, request, worker, settings, random, &warnings}, sdp, section, media, nullptr);
    if (section.port == 0) continue;
    media->set_port_set(port_set);
    if (!offered.empty()) media->set_protocol(offered);
    media->set_rtcp_mux(media->rtcp_mux() && negotiator.OffersMux(section));
    media->set_rtcp_mux_agreed(media->rtcp_mux());
    const call::PortSet* ports = call::FindPortSet(*call, port_set);
    media->set_released_rtcp(media->rtcp_mux() && ports != nullptr &&
                             ports->wanted().count() > 1);
  }
  ShareHeadsPorts(party);
  if (!sdp.media.empty()) StoreSessionLines(sdp, party);
  call->set_signalling_epoch(call->signalling_epoch() + 1);
  party->set_last_signal_us(now.unix_us);
  return "";
}

}  // namespace controld::negotiate
