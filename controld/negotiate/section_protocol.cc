// The transport protocol of one m= section, and whether plain RTP in it is opportunistic SRTP
// (sdp-rewriting.md §6); the rest of the section is in section.cc.
#include "controld/negotiate/osrtp.h"
#include "controld/negotiate/section.h"

namespace controld::negotiate {

using call::Media;

void SectionNegotiator::TakeProtocol(const sdp::MediaSection& section, Pair pair) {
  const std::string_view canonical = sdp::CanonicalProtocol(section.protocol);
  const std::string protocol(canonical.empty() ? std::string_view(section.protocol) : canonical);
  Media* sender = pair.sender;
  const bool osrtp = SignalsOsrtp(sdp_, section);
  const bool changed =
      sender->protocol_received() != protocol || sender->osrtp_received() != osrtp;
  const bool was_offered_osrtp = sender->osrtp();
  sender->set_protocol_received(protocol);
  sender->set_osrtp_received(osrtp);
  sender->set_osrtp(osrtp);
  if (is_offer()) {
    sender->clear_legacy_pair();
    if (section.legacy_pair) {
      call::LegacyPair* twin = sender->mutable_legacy_pair();
      twin->set_protocol(section.legacy_pair->protocol);
      twin->set_formats(section.legacy_pair->formats);
      twin->set_first(section.legacy_pair->first);
    }
    OfferProtocol(protocol, changed, pair);
  } else {
    AnswerProtocol(protocol, pair);
    AnswerOsrtp(request_, was_offered_osrtp, *sender, pair.receiver);
  }
}

void SectionNegotiator::OfferProtocol(const std::string& protocol, bool changed, Pair pair) {
  const std::string& forced = request_.transport_protocol;
  const bool rtp = sdp::IsRtp(sdp::CanonicalProtocol(protocol));
  Media* receiver = pair.receiver;
  pair.sender->set_protocol(protocol);
  if (!forced.empty() && forced != "accept" && rtp) {
    receiver->set_protocol(forced);
    receiver->set_osrtp(false);
  } else if (receiver->protocol().empty() || changed || !rtp) {
    receiver->set_protocol(protocol);
    receiver->set_osrtp(pair.sender->osrtp());
  }
  OfferOsrtp(request_, receiver);
}

void SectionNegotiator::AnswerProtocol(const std::string& protocol, Pair pair) {
  const std::string& forced = request_.transport_protocol;
  Media* receiver = pair.receiver;
  const bool other_than_offered = pair.sender->protocol() != protocol;
  pair.sender->set_protocol(protocol);
  if (forced == "accept") {
    if (other_than_offered || receiver->protocol().empty()) receiver->set_protocol(protocol);
  } else if (!forced.empty() && sdp::IsRtp(sdp::CanonicalProtocol(protocol))) {
    receiver->set_protocol(forced);
  } else if (receiver->protocol().empty()) {
    receiver->set_protocol(protocol);
  }
}

}  // namespace controld::negotiate
