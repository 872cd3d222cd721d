#include "controld/negotiate/section.h"

#include "controld/call/call_model.h"
#include "controld/negotiate/codecs.h"
#include "controld/negotiate/interfaces.h"
#include "controld/negotiate/manipulate.h"
#include "controld/negotiate/ports.h"
#include "controld/negotiate/stored_sdp.h"
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

bool UsesIce(const sdp::SessionDescription& sdp, const sdp::MediaSection& section) {
  return !sdp.ice_ufrag.empty() || !section.ice_ufrag.empty();
}

Media* AddMedia(call::CallState* call, Party* party) {
  const uint32_t id = call::NewId(call);
  Media* media = party->add_media();
  media->set_id(id);
  media->set_index(static_cast<uint32_t>(party->media_size()));
  return media;
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

bool IsSecure(std::string_view protocol) { return protocol.find("/SAVP") != std::string_view::npos; }

SectionNegotiator::SectionNegotiator(call::CallState* call, const ng::Request& request,
                                     const sdp::SessionDescription& sdp,
                                     const call::WorkerView& worker,
                                     const call::Settings& settings, const Dialogue& dialogue,
                                     std::vector<std::string>* warnings)
    : call_(call), request_(request), sdp_(sdp), worker_(worker), settings_(settings),
      dialogue_(dialogue), warnings_(warnings) {
  sip_source_ = request.Has(Flag::kSipSourceAddress) ||
                (settings.sip_source && !request.Has(Flag::kTrustAddress));
}

SectionNegotiator::Pair SectionNegotiator::FindPair(int index) {
  Party* sender = call::FindParty(call_, dialogue_.sender);
  Party* receiver = call::FindParty(call_, dialogue_.receiver);
  const sdp::MediaSection& section = sdp_.media[static_cast<size_t>(index)];

  // By mid where the party has used it, else by position.
  Media* mine = nullptr;
  if (!section.mid.empty()) {
    for (Media& media : *sender->mutable_media()) {
      if (media.has_mid() && media.mid() == section.mid) mine = &media;
    }
  }
  if (mine == nullptr) {
    while (sender->media_size() <= index) AddMedia(call_, sender);
    mine = sender->mutable_media(index);
  }
  // The counterpart: the one that is subscribed, else by position.
  Media* theirs = nullptr;
  for (Media& media : *receiver->mutable_media()) {
    for (const call::Subscription& subscription : media.subscriptions()) {
      if (subscription.offer_answer() && subscription.media() == mine->id()) theirs = &media;
    }
  }
  if (theirs == nullptr) {
    const int position = static_cast<int>(mine->index()) - 1;
    while (receiver->media_size() <= position) AddMedia(call_, receiver);
    theirs = receiver->mutable_media(position);
  }
  return {mine, theirs};
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
}

void SectionNegotiator::TakeProtocol(const sdp::MediaSection& section, Pair pair) {
  const std::string_view canonical = sdp::CanonicalProtocol(section.protocol);
  const std::string protocol(canonical.empty() ? std::string_view(section.protocol) : canonical);
  const bool rtp = sdp::IsRtp(canonical);
  const bool changed = pair.sender->protocol_received() != protocol;
  const std::string& forced = request_.transport_protocol;
  Media* receiver = pair.receiver;
  pair.sender->set_protocol_received(protocol);
  if (is_offer()) {
    pair.sender->set_protocol(protocol);
    if (!forced.empty() && forced != "accept" && rtp) {
      receiver->set_protocol(forced);
    } else if (receiver->protocol().empty() || changed || !rtp) {
      receiver->set_protocol(protocol);
    }
    return;
  }
  const bool other_than_offered = pair.sender->protocol() != protocol;
  pair.sender->set_protocol(protocol);
  if (forced == "accept") {
    if (other_than_offered) receiver->set_protocol(protocol);
  } else if (!forced.empty() && rtp) {
    receiver->set_protocol(forced);
  } else if (receiver->protocol().empty()) {
    receiver->set_protocol(protocol);
  }
}

void SectionNegotiator::TakeDirection(const sdp::MediaSection& section, Media* sender) {
  const sdp::Direction direction = sdp::EffectiveDirection(sdp_, section);
  const bool sends =
      direction == sdp::Direction::kSendrecv || direction == sdp::Direction::kSendonly;
  bool receives =
      direction == sdp::Direction::kSendrecv || direction == sdp::Direction::kRecvonly;
  const bool zero = section.port != 0 && SignalledAddress(section).unspecified() &&
                    !UsesIce(sdp_, section);
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
  return section.rtcp && section.port_count == 1 && section.rtcp->port == section.port &&
         (!section.rtcp->address.valid() ||
          section.rtcp->address == SignalledAddress(section));
}

void SectionNegotiator::TakeAuthor(int index, Media* media) {
  const sdp::MediaSection& section = sdp_.media[static_cast<size_t>(index)];
  if (UsesIce(sdp_, section)) sip_source_ = false;
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
  if (section.port == 0) {
    media->set_port_set(0);
    media->set_initialized(true);
    return;
  }
  TakeDirection(section, media);
  TakeEndpoints(section, media);
  if (section.ptime > 0) media->set_ptime(section.ptime);
  StoreCodecs(section.codecs, media);
  media->set_rtcp_feedback(SignalsFeedback(section));
  media->set_initialized(true);
}

base::Family SectionNegotiator::FamilyOf(int index) const {
  return SignalledAddress(sdp_.media[static_cast<size_t>(index)]).family();
}

void SectionNegotiator::TakeStickyFlags(Media* media) {
  if (request_.Has(Flag::kAsymmetric)) media->set_asymmetric(true);
  if (request_.Has(Flag::kStrictSource)) media->set_strict_source(true);
  if (request_.Has(Flag::kMediaHandover)) media->set_media_handover(true);
  if (request_.Has(Flag::kPortLatching)) media->set_port_latching(true);
  if (request_.Has(Flag::kUnidirectional)) media->set_unidirectional(true);
  if (request_.Has(Flag::kPierceNat)) media->set_pierce_nat(true);
  if (request_.Has(Flag::kNatWait)) media->set_nat_wait(true);
  if (!request_.endpoint_learning.empty()) {
    media->set_learning(LearningFrom(request_.endpoint_learning));
  } else if (!media->initialized()) {
    media->set_learning(LearningFrom(settings_.endpoint_learning));
  }
}

// sdp-rewriting.md §9.1.
MuxForm SectionNegotiator::NegotiateMux(const sdp::MediaSection& section, Pair pair) {
  Media* sender = pair.sender;
  Media* receiver = pair.receiver;
  const bool muxed = OffersMux(section);
  if (!is_offer()) {
    sender->set_rtcp_mux(muxed);
    sender->set_rtcp_mux_agreed(muxed);
    if (!receiver->rtcp_mux_override()) {
      receiver->set_rtcp_mux(receiver->rtcp_mux_offered() && muxed);
    }
    receiver->set_rtcp_mux_agreed(receiver->rtcp_mux());
    return receiver->rtcp_mux() ? MuxForm::kOnly : MuxForm::kNone;
  }

  sender->set_rtcp_mux_offered(muxed);
  sender->set_rtcp_mux(muxed);
  sender->set_rtcp_mux_override(false);
  const bool already = receiver->rtcp_mux_agreed();
  MuxForm form = already ? MuxForm::kOnly : muxed ? MuxForm::kFallback : MuxForm::kNone;
  if (request_.Has(Flag::kRtcpMuxRequire)) {
    form = MuxForm::kOnly;
  } else if (request_.Has(Flag::kRtcpMuxOffer)) {
    if (form == MuxForm::kNone) form = MuxForm::kFallback;
  } else if (request_.Has(Flag::kRtcpMuxDemux)) {
    form = MuxForm::kNone;
    receiver->set_rtcp_mux_agreed(false);
  }
  receiver->set_rtcp_mux(form != MuxForm::kNone);
  if (request_.Has(Flag::kRtcpMuxReject)) {
    sender->set_rtcp_mux(false);
    sender->set_rtcp_mux_override(true);
  } else if (muxed && (request_.Has(Flag::kRtcpMuxAccept) || request_.Has(Flag::kRtcpMuxDemux))) {
    sender->set_rtcp_mux_override(true);
  }
  return form;
}

void SectionNegotiator::AssignPorts(const sdp::MediaSection& section, Pair pair, MuxForm mux) {
  Media* sender = pair.sender;
  Media* receiver = pair.receiver;
  const base::Family sender_family = SignalledAddress(section).family();
  const bool first = sender->interface().empty();
  bool served = true;
  if (is_offer() || first) {
    served = ChooseInterface(sender, request_.from_interface, sender_family, worker_, warnings_);
  }
  if (is_offer() || receiver->interface().empty()) {
    base::Family family = request_.address_family.value_or(
        receiver->interface().empty() ? sender_family : call::FromProto(receiver->family()));
    served = ChooseInterface(receiver, request_.to_interface, family, worker_, warnings_) && served;
  }
  if (!served) {
    error_ = "Error rewriting SDP";
    return;
  }
  const uint32_t pairs = section.port_count == 0 ? 1 : section.port_count;
  const bool latch = !request_.Has(Flag::kNoPortLatching) &&
                     (request_.Has(Flag::kPortLatching) || !receiver->sends());
  const uint32_t receiver_ports = mux == MuxForm::kOnly ? 1 : 2 * pairs;
  SelectPortsFor(call_, receiver, call::FromProto(sender->rtp()), receiver_ports, latch);
  const bool muxed_alone = is_offer() ? sender->rtcp_mux_override() && sender->rtcp_mux()
                                      : sender->maps_size() > 0;
  EnsureOwnPorts(call_, sender, muxed_alone ? 1 : 2 * pairs);
  if (!is_offer()) {
    const call::PortSet* ports = call::FindPortSet(*call_, receiver->port_set());
    receiver->set_released_rtcp(mux == MuxForm::kOnly && ports->wanted().count() > 1);
  }
}

std::string SectionNegotiator::Mid(const sdp::MediaSection& section, Pair pair) {
  Media* sender = pair.sender;
  Media* receiver = pair.receiver;
  if (!section.mid.empty()) sender->set_mid(section.mid);
  if (is_offer()) {
    if (sender->has_mid()) {
      if (!receiver->has_mid()) receiver->set_mid(sender->mid());
      return receiver->mid();
    }
    if (request_.Has(Flag::kGenerateMid)) {
      if (!receiver->has_mid()) receiver->set_mid(base::StrCat(receiver->index()));
      return receiver->mid();
    }
    return "";
  }
  return sender->has_mid() && receiver->has_mid() ? receiver->mid() : "";
}

void SectionNegotiator::FillCodecs(const sdp::MediaSection& section, Pair pair,
                                   OutgoingSection* out) {
  const bool allow_empty = request_.Has(Flag::kAllowNoCodecMedia);
  std::vector<sdp::Codec> codecs = FilterCodecs(section.codecs, request_.codec, allow_empty);
  if (!is_offer() && pair.receiver->codecs_size() > 0) {
    codecs = MatchAnswer(codecs, StoredCodecs(*pair.receiver));
  }
  if (request_.Has(Flag::kSingleCodec) && codecs.size() > 1) codecs.resize(1);
  out->codecs = std::move(codecs);
  out->ptime = section.ptime > 0 ? section.ptime : pair.receiver->ptime();
  if (is_offer() && request_.ptime > 0) out->ptime = request_.ptime;
  if (section.ptime > 0) pair.sender->set_ptime(section.ptime);
  if (out->ptime > 0) pair.receiver->set_ptime(out->ptime);
  out->maxptime = section.maxptime;
  if (out->codecs.empty() && !section.codecs.empty()) out->rejected = true;
}

OutgoingSection SectionNegotiator::Negotiate(int index) {
  const sdp::MediaSection& section = sdp_.media[static_cast<size_t>(index)];
  const Pair pair = FindPair(index);
  Media* sender = pair.sender;
  Media* receiver = pair.receiver;
  if (UsesIce(sdp_, section)) sip_source_ = false;

  OutgoingSection out;
  out.media_id = receiver->id();
  out.source = index;
  out.formats = section.formats;
  sender->set_type_text(section.type_text);
  receiver->set_type_text(section.type_text);
  sender->set_formats(section.formats);
  StoreSectionLines(section, sender);
  TakeStickyFlags(sender);
  TakeMediaFlags(request_, sender, receiver);
  call::Subscribe(receiver, sender->id());
  call::Subscribe(sender, receiver->id());
  if (is_offer() && !receiver->initialized()) receiver->set_controlling(true);
  out.mid = Mid(section, pair);
  if (section.port == 0) {
    out.rejected = true;
    if (sender->protocol().empty()) sender->set_protocol(section.protocol);
    if (receiver->protocol().empty()) receiver->set_protocol(section.protocol);
    for (Media* media : {sender, receiver}) {
      media->set_rejected(true);
      media->set_port_set(0);
    }
    TakeDirection(section, pair);
    sender->set_initialized(true);
    out.protocol = section.protocol;
    return out;
  }
  sender->set_rejected(false);
  receiver->set_rejected(false);
  TakeProtocol(section, pair);
  TakeDirection(section, pair);
  TakeEndpoints(section, sender);
  sender->set_initialized(true);
  out.protocol = receiver->protocol();
  out.rtp = IsRtpText(receiver->protocol()) && section.type != sdp::MediaType::kMessage;
  out.direction = DirectionOf(sender->sends(), sender->receives());
  out.zero_connection = sender->zero_address() && !request_.Has(Flag::kReplaceZeroAddress);
  if (section.type == sdp::MediaType::kMessage) {
    out.untouched = true;
    return out;
  }
  if (out.rtp) {
    FillCodecs(section, pair, &out);
    out.mux = NegotiateMux(section, pair);
  }
  StoreCodecs(section.codecs, sender);
  sender->set_rtcp_feedback(SignalsFeedback(section));
  // Until the receiver says otherwise it may send what it was offered.
  if (!receiver->initialized()) StoreCodecs(section.codecs, receiver);
  AssignPorts(section, pair, out.mux);
  receiver->set_offered(true);
  return out;
}

OutgoingSection LeftOutSection(const call::CallState& call, const Media& receiver, bool is_offer) {
  OutgoingSection out;
  out.media_id = receiver.id();
  out.rejected = receiver.rejected() || receiver.port_set() == 0;
  out.protocol = receiver.protocol();
  out.rtp = IsRtpText(out.protocol);
  const Media* source = nullptr;
  for (const call::Subscription& subscription : receiver.subscriptions()) {
    source = call::FindMedia(call, subscription.media());
  }
  // What the other side said last about it; before it said anything, what this party itself sent.
  const Media& described = source != nullptr && source->initialized() ? *source : receiver;
  out.formats = described.formats();
  out.codecs = StoredCodecs(described);
  out.direction = DirectionOf(receiver.receives(), receiver.sends());
  out.zero_connection = !is_offer && (source == nullptr || !source->initialized());
  out.mux = receiver.rtcp_mux() ? MuxForm::kOnly : MuxForm::kNone;
  out.mid = receiver.mid();
  out.ptime = receiver.ptime();
  return out;
}

}  // namespace controld::negotiate
