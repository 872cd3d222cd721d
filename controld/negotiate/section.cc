#include "controld/negotiate/section.h"

#include <algorithm>

#include "controld/call/call_model.h"
#include "controld/negotiate/bundle.h"
#include "controld/negotiate/codecs.h"
#include "controld/negotiate/dtls.h"
#include "controld/negotiate/extmaps.h"
#include "controld/negotiate/ice.h"
#include "controld/negotiate/interfaces.h"
#include "controld/negotiate/keying.h"
#include "controld/negotiate/manipulate.h"
#include "controld/negotiate/osrtp.h"
#include "controld/negotiate/passage.h"
#include "controld/negotiate/ports.h"
#include "controld/negotiate/stored_sdp.h"
#include "controld/sdp/parse_attributes.h"
#include "proto/base/text.h"

namespace controld::negotiate {
namespace {

using call::Media;
using call::Party;
using ng::Flag;
using rtpengine::v1::EndpointLearning;

EndpointLearning LearningFrom(const std::string& name) {
  if (name == "off") return rtpengine::v1::OFF;
  if (name == "immediate") return rtpengine::v1::IMMEDIATE;
  if (name == "delayed") return rtpengine::v1::DELAYED;
  return rtpengine::v1::HEURISTIC;
}

// Feedback for one payload type or, among the passed-through attributes, for all of them.
bool SignalsFeedback(const sdp::MediaSection& section) {
  for (const sdp::Codec& codec : section.codecs) {
    if (!codec.rtcp_fb.empty()) return true;
  }
  for (const sdp::Attribute& attribute : section.attributes) {
    if (attribute.name == "rtcp-fb") return true;
  }
  return false;
}

bool IsRtpText(std::string_view protocol) { return sdp::IsRtp(sdp::CanonicalProtocol(protocol)); }

}  // namespace

SectionNegotiator::SectionNegotiator(call::CallState* call, const ng::Request& request,
                                     const sdp::SessionDescription& sdp,
                                     const call::WorkerView& worker,
                                     const call::Settings& settings, base::Random& random,
                                     const Dialogue& dialogue, std::vector<std::string>* warnings)
    : call_(call), request_(request), sdp_(sdp), worker_(worker), settings_(settings),
      dialogue_(dialogue), warnings_(warnings),
      context_{call, request, worker, settings, random, warnings}, pairing_(call, sdp, dialogue) {
  sip_source_ = request.Has(Flag::kSipSourceAddress) ||
                (settings.sip_source && !request.Has(Flag::kTrustAddress));
}

base::IpAddress SectionNegotiator::SignalledAddress(const sdp::MediaSection& section) const {
  if (sip_source_ && request_.received_from) return *request_.received_from;
  if (section.connection) return *section.connection;
  return sdp_.connection.value_or(base::IpAddress());
}

void SectionNegotiator::TakeEndpoints(const sdp::MediaSection& section, Media* sender) {
  const base::IpAddress address = SignalledAddress(section);
  const base::Endpoint rtp{address, static_cast<uint16_t>(section.port)};
  base::Endpoint rtcp{address, static_cast<uint16_t>(section.port + 1)};
  if (section.rtcp && section.port_count == 1 && section.rtcp->port != 0) {
    rtcp.port = static_cast<uint16_t>(section.rtcp->port);
    if (section.rtcp->address.valid() && !sip_source_) rtcp.address = section.rtcp->address;
  }
  sender->set_port_count(section.port_count);
  // Where the answer is, its address family must be that of our socket; another one cannot be reached.
  *sender->mutable_rtp() = call::ToProto(rtp);
  *sender->mutable_rtcp() = call::ToProto(rtcp);
  sender->set_loop_check(std::any_of(
      worker_.interfaces.begin(), worker_.interfaces.end(), [&](const auto& interface) {
        const std::string& theirs = sender->rtp().address();
        return interface.address() == theirs || interface.advertised() == theirs;
      }));
}

void SectionNegotiator::TakeTransport(const sdp::MediaSection& section, Media* sender, bool rtp) {
  const bool kept = !Passes(*sender) && KeepsEndpoint(sdp_, section, *sender);
  if (rtp) TakeIce(context_, sdp_, section, sender);
  if (!kept) TakeEndpoints(section, sender);
}

void SectionNegotiator::TakeDirection(const sdp::MediaSection& section, Media* sender) {
  const sdp::Direction direction = sdp::EffectiveDirection(sdp_, section);
  const bool sends =
      direction == sdp::Direction::kSendrecv || direction == sdp::Direction::kSendonly;
  bool receives =
      direction == sdp::Direction::kSendrecv || direction == sdp::Direction::kRecvonly;
  const bool zero = section.port != 0 && SignalledAddress(section).unspecified() &&
                    !SignalsIce(sdp_, section);
  if (zero) receives = false;
  sender->set_zero_address(zero);
  sender->set_sends(sends);
  sender->set_receives(receives);
}

// The latest SDP of the exchange decides for both ends (media.md §2).
void SectionNegotiator::TakeDirection(const sdp::MediaSection& section, Pair pair) {
  TakeDirection(section, pair.sender);
  pair.receiver->set_sends(pair.sender->receives());
  pair.receiver->set_receives(pair.sender->sends());
}

bool SectionNegotiator::OffersMux(const sdp::MediaSection& section) const {
  if (section.rtcp_mux) return true;
  if (!section.rtcp || section.port_count != 1 || section.rtcp->port != section.port) return false;
  // What browsers write before they have candidates says nothing (RFC 8840 §4.3).
  const base::IpAddress address = SignalledAddress(section);
  if (section.port == 9 && address.unspecified()) return false;
  return !section.rtcp->address.valid() || section.rtcp->address == address;
}

void SectionNegotiator::TakeAuthor(int index, Media* media) {
  const sdp::MediaSection& section = sdp_.media[static_cast<size_t>(index)];
  if (SignalsIce(sdp_, section)) sip_source_ = false;
  const std::string_view canonical = sdp::CanonicalProtocol(section.protocol);
  const std::string protocol(canonical.empty() ? std::string_view(section.protocol) : canonical);
  media->set_type_text(section.type_text);
  media->set_formats(section.formats);
  StoreSectionLines(section, media);
  TakeStickyFlags(media);
  if (!section.mid.empty()) media->set_mid(section.mid);
  media->set_rejected(section.port == 0);
  media->set_protocol_received(protocol);
  media->set_protocol(protocol);
  media->set_osrtp(section.port != 0 && SignalsOsrtp(sdp_, section));
  media->set_osrtp_received(media->osrtp());
  if (section.port == 0) {
    media->set_port_set(0);
    media->set_initialized(true);
    return;
  }
  TakeDirection(section, media);
  TakeTransport(section, media, sdp::IsRtp(canonical));
  if (section.ptime > 0) media->set_ptime(section.ptime);
  if (context_.is_offer()) AnswerOfferedKeys(context_, sdp_, section, media);
  else TakeAnsweredKeys(context_, sdp_, section, media);
  TakeDtls(context_, sdp_, section, TakesDtlsKeys(*media), media);
  StoreCodecs(section.codecs, media);
  media->set_rtcp_feedback(SignalsFeedback(section));
  media->set_initialized(true);
}

base::Family SectionNegotiator::FamilyOf(int index) const {
  return SignalledAddress(sdp_.media[static_cast<size_t>(index)]).family();
}

void SectionNegotiator::TakeStickyFlags(Media* media) {
  // They hold until the party's next message, which has to repeat them.
  media->set_asymmetric(request_.Has(Flag::kAsymmetric));
  media->set_strict_source(request_.Has(Flag::kStrictSource));
  media->set_media_handover(request_.Has(Flag::kMediaHandover));
  media->set_port_latching(request_.Has(Flag::kPortLatching));
  media->set_unidirectional(request_.Has(Flag::kUnidirectional));
  media->set_pierce_nat(request_.Has(Flag::kPierceNat));
  media->set_nat_wait(request_.Has(Flag::kNatWait));
  if (!request_.endpoint_learning.empty()) {
    media->set_learning(LearningFrom(request_.endpoint_learning));
  } else if (!media->initialized()) {
    media->set_learning(LearningFrom(settings_.endpoint_learning));
  }
}

// Which addresses the two legs are on. False when the worker has none for them.
bool SectionNegotiator::ChooseInterfaces(const sdp::MediaSection& section, Pair pair) {
  Media* sender = pair.sender;
  Media* receiver = pair.receiver;
  const base::Family sender_family = SignalledAddress(section).family();
  bool served = true;
  // Ports that ICE has found its way to are kept, whatever interface is named.
  const auto latched = [this](const Media& media) {
    return media.ice().in_use() && media.port_set() != 0 && !request_.Has(Flag::kNoPortLatching);
  };
  if (!latched(*sender) && (is_offer() || sender->interface().empty())) {
    served = ChooseInterface(sender, request_.from_interface, sender_family, worker_, warnings_);
  }
  const bool first = receiver->interface().empty();
  if (!latched(*receiver) && (is_offer() || first || request_.address_family)) {
    const base::Family family = request_.address_family.value_or(
        first ? sender_family : call::FromProto(receiver->family()));
    // The interfaces named in an answer never move a leg.
    const std::string& name = is_offer() || first ? request_.to_interface : receiver->interface();
    served = ChooseInterface(receiver, name, family, worker_, warnings_) && served;
  }
  return served;
}

// As a bundle's head has them, once all sections are known.
bool SectionNegotiator::SharesPorts(const Media& media) const {
  return BundleHead(*call::PartyOfMedia(*call_, media.id()), media) != nullptr;
}

void SectionNegotiator::AssignPorts(const sdp::MediaSection& section, Pair pair, MuxForm mux) {
  Media* sender = pair.sender;
  Media* receiver = pair.receiver;
  if (!ChooseInterfaces(section, pair)) {
    error_ = "Error rewriting SDP";
    return;
  }
  const uint32_t pairs = section.port_count == 0 ? 1 : section.port_count;
  const bool latch = !request_.Has(Flag::kNoPortLatching) &&
                     (request_.Has(Flag::kPortLatching) || receiver->ice().in_use() ||
                      !receiver->sends());
  const uint32_t receiver_ports = mux == MuxForm::kOnly ? 1 : 2 * pairs;
  for (Media* media : {sender, receiver}) {
    if (!SharesPorts(*media)) LeaveSharedPorts(call_, media);
  }
  if (!SharesPorts(*receiver)) {
    const Media* head = BundleHead(*call::PartyOfMedia(*call_, sender->id()), *sender);
    const base::Endpoint remote = call::FromProto(head != nullptr ? head->rtp() : sender->rtp());
    SelectPortsFor(call_, receiver, remote, receiver_ports, latch);
  }
  const bool muxed_alone =
      is_offer() ? (sender->rtcp_mux_override() && sender->rtcp_mux()) ||
                       (sender->rtcp_mux_offered() && HasReleasedRtcp(*call_, *sender))
                 : sender->maps_size() > 0;
  if (!SharesPorts(*sender)) EnsureOwnPorts(call_, sender, muxed_alone ? 1 : 2 * pairs);
  if (!is_offer() && !SharesPorts(*receiver)) {
    ReleaseRtcp(call_, receiver, mux == MuxForm::kOnly);
  }
}

// A party's mid is what it offered itself, or else what it was offered; an answer's says nothing new.
std::string SectionNegotiator::Mid(const sdp::MediaSection& section, Pair pair) {
  Media* sender = pair.sender;
  Media* receiver = pair.receiver;
  // As recorded: a section without RTP is rejected as barely as its answerer did it.
  if (!is_offer() && section.port == 0 && section.mid.empty() && sdp::IsOpaque(section)) return "";
  if (!is_offer()) return sender->has_mid() && receiver->has_mid() ? receiver->mid() : "";
  if (!section.mid.empty()) sender->set_mid(section.mid);
  // One that was made up once is not taken back (RFC 8843 §7.1: a mid is not changed).
  if (!sender->has_mid() && !receiver->has_mid() && !request_.Has(Flag::kGenerateMid)) return "";
  if (!receiver->has_mid()) {
    receiver->set_mid(sender->has_mid() ? sender->mid() : base::StrCat(receiver->index()));
  }
  return receiver->mid();
}

void SectionNegotiator::NegotiateSecurity(const sdp::MediaSection& section, Pair pair,
                                          OutgoingSection* out) {
  NegotiateKeys(context_, sdp_, section, pair.sender, pair.receiver);
  TakeDtls(context_, sdp_, section, TakesDtlsKeys(*pair.sender), pair.sender);
  if (is_offer()) {
    out->dtls = OfferedDtlsLines(context_, pair.receiver);
  } else if (TakesDtlsKeys(*pair.receiver)) {
    out->dtls = DtlsLinesOf(*pair.receiver, false, !request_.Has(Flag::kNoTlsId));
  } else {
    DropDtls(pair.receiver);
  }
}

bool SectionNegotiator::Hides(const sdp::MediaSection& section, const Media& mine) const {
  if (!is_offer()) return mine.hidden();
  const auto& types = request_.sdp_media_remove;
  return std::find(types.begin(), types.end(), sdp::MediaTypeName(section.type)) != types.end();
}

// The receiver does not hear of the section; if it was shown before, it is taken back.
void SectionNegotiator::Hide(const sdp::MediaSection& section, Media* mine) {
  mine->set_hidden(true);
  mine->set_type_text(section.type_text);
  mine->set_formats(section.formats);
  mine->set_protocol(section.protocol);
  TakeStickyFlags(mine);
  ChooseInterface(mine, request_.from_interface, SignalledAddress(section).family(), worker_,
                  warnings_);
  Media* shown = pairing_.Subscribed(*mine);
  for (Media* media : {mine, shown}) {
    if (media == nullptr) continue;
    media->set_rejected(true);
    media->set_port_set(0);
  }
}

void SectionNegotiator::Reject(const sdp::MediaSection& section, Pair pair, OutgoingSection* out) {
  out->rejected = true;
  const std::string& spoken = pair.receiver->protocol();
  out->protocol = spoken.empty() ? section.protocol : spoken;
  for (Media* media : {pair.sender, pair.receiver}) {
    if (media->protocol().empty()) media->set_protocol(section.protocol);
    media->set_rejected(true);
    media->set_port_set(0);
  }
  ChooseInterfaces(section, pair);
  TakeDirection(section, pair);
  pair.sender->set_initialized(true);
}

void SectionNegotiator::Accept(const sdp::MediaSection& section, Pair pair, OutgoingSection* out) {
  Media* sender = pair.sender;
  Media* receiver = pair.receiver;
  sender->set_rejected(false);
  receiver->set_rejected(false);
  TakeProtocol(section, pair);
  const bool as_received =
      section.type != sdp::MediaType::kMessage && ShowsAsReceived(context_, *sender, *receiver);
  receiver->set_shown_as_received(as_received);
  if (as_received) receiver->set_protocol(sender->protocol());
  TakeDirection(section, pair);
  out->protocol = receiver->protocol();
  out->rtp = IsRtpText(receiver->protocol()) && section.type != sdp::MediaType::kMessage;
  TakeTransport(section, sender, out->rtp || Passes(*sender));
  sender->set_initialized(true);
  out->direction = DirectionOf(sender->sends(), sender->receives());
  out->zero_connection = sender->zero_address() && !request_.Has(Flag::kReplaceZeroAddress);
  if (section.type == sdp::MediaType::kMessage) {
    out->untouched = true;
    return;
  }
  if (Passes(*sender)) return Pass(section, pair, out);
  NegotiateSecurity(section, pair, out);
  if (out->rtp) {
    FillCodecs(section, pair, out);
    FillPtime(section, pair, out);
    out->extmaps = NegotiateExtmaps(request_, sdp_, section, sender, *receiver);
    out->extmap_allow_mixed = !receiver->refuses_mixed_extmap();
    out->mux = NegotiateMux(section, pair);
    if (is_offer()) DecideIce(context_, SignalsIce(sdp_, section), receiver);
    else DecideIceOfAnswer(context_, receiver);
  }
  StoreCodecs(section.codecs, sender->mutable_codecs());
  sender->set_rtcp_feedback(SignalsFeedback(section));
  // Until the receiver says otherwise it may send what it was offered.
  if (!receiver->initialized()) StoreCodecs(section.codecs, receiver->mutable_codecs());
  AssignPorts(section, pair, out->mux);
  if (!error_.empty()) return;
  for (Media* media : {sender, receiver}) {
    if (!SharesPorts(*media)) PrepareIce(context_, media);
  }
  if (out->rtp) out->ice = IceLinesOf(context_, *receiver, is_offer());
  if (as_received) ShowAsReceived(section, out);
  receiver->set_offered(true);
}

std::optional<OutgoingSection> SectionNegotiator::Negotiate(int index) {
  const sdp::MediaSection& section = sdp_.media[static_cast<size_t>(index)];
  if (SignalsIce(sdp_, section)) sip_source_ = false;
  Pair pair;
  pair.sender = pairing_.SenderMedia(index);
  if (Hides(section, *pair.sender)) {
    Hide(section, pair.sender);
    return std::nullopt;
  }
  pair.sender->set_hidden(false);
  pair.receiver = pairing_.ReceiverMedia(*pair.sender);

  OutgoingSection out;
  out.media_id = pair.receiver->id();
  out.source = index;
  out.formats = section.formats;
  pair.sender->set_type_text(section.type_text);
  pair.receiver->set_type_text(section.type_text);
  pair.sender->set_formats(section.formats);
  StoreSectionLines(section, pair.sender);
  TakeStickyFlags(pair.sender);
  TakeMediaFlags(request_, pair.sender, pair.receiver);
  call::Subscribe(pair.receiver, pair.sender->id());
  call::Subscribe(pair.sender, pair.receiver->id());
  if (is_offer() && !pair.receiver->initialized()) pair.receiver->set_controlling(true);
  out.mid = Mid(section, pair);
  DecidePassage(context_, sdp_, section, pair.sender, pair.receiver);
  TakeBundle(context_, sdp_, section, pair.sender, pair.receiver);
  if (section.port == 0) {
    Reject(section, pair, &out);
  } else {
    Accept(section, pair, &out);
  }
  return out;
}

OutgoingSection LeftOutSection(const LegContext& context, const Media& receiver) {
  const call::CallState& call = *context.call;
  const bool is_offer = context.is_offer();
  OutgoingSection out;
  out.media_id = receiver.id();
  // What passes through is not ours to repeat.
  out.rejected = receiver.rejected() || receiver.port_set() == 0 || receiver.shown_as_received();
  out.protocol = receiver.protocol();
  out.rtp = IsRtpText(out.protocol);
  const Media* source = nullptr;
  for (const call::Subscription& subscription : receiver.subscriptions()) {
    source = call::FindMedia(call, subscription.media());
  }
  // What the other side said last about it; before it said anything, what this party itself sent.
  const Media& described = source != nullptr && source->initialized() ? *source : receiver;
  out.formats = described.formats();
  out.codecs = StoredCodecs(described.codecs());
  out.direction = DirectionOf(receiver.receives(), receiver.sends());
  out.zero_connection = !is_offer && (source == nullptr || !source->initialized());
  out.mux = receiver.rtcp_mux() ? MuxForm::kOnly : MuxForm::kNone;
  out.mid = receiver.mid();
  out.ptime = receiver.ptime();
  out.dtls = DtlsLinesOf(receiver, is_offer, true);
  if (out.rtp) out.ice = IceLinesOf(context, receiver, is_offer);
  return out;
}

}  // namespace controld::negotiate
