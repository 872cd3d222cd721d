// rtcp-mux of one m= section (sdp-rewriting.md §9.1, RFC 5761); the rest of the section is in section.cc.
#include "controld/negotiate/section.h"

namespace controld::negotiate {

using call::Media;
using ng::Flag;

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

}  // namespace controld::negotiate
