// One m= section of an offer or answer: what it changes at the sender's and the receiver's medium, and how
// the receiver will see it (sdp-rewriting.md §3, §6, §9.1, §9.4).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "controld/negotiate/dialogue.h"
#include "controld/negotiate/leg_context.h"
#include "controld/negotiate/negotiate.h"
#include "controld/negotiate/pairing.h"
#include "proto/base/clock.h"

namespace controld::negotiate {

class SectionNegotiator {
 public:
  // All arguments outlive the negotiator.
  SectionNegotiator(call::CallState* call, const ng::Request& request,
                    const sdp::SessionDescription& sdp, const call::WorkerView& worker,
                    const call::Settings& settings, base::Random& random,
                    const Dialogue& dialogue, std::vector<std::string>* warnings);

  // Nothing when the receiver is not shown the section (sdp-media-remove).
  std::optional<OutgoingSection> Negotiate(int index);
  // Only what a section says about its author's own end, for SDP that no other party gets to see (publish,
  // subscribe answer, create answer). Ports and RTCP multiplexing are the caller's.
  void TakeAuthor(int index, call::Media* media);
  // The section's author sends RTCP on its RTP port, or would.
  bool OffersMux(const sdp::MediaSection& section) const;
  base::Family FamilyOf(int index) const;
  // Set when a section could not be served at all.
  const std::string& error() const { return error_; }

 private:
  using Pair = MediaPair;
  bool Hides(const sdp::MediaSection& section, const call::Media& mine) const;
  void Hide(const sdp::MediaSection& section, call::Media* mine);
  void Reject(const sdp::MediaSection& section, Pair pair, OutgoingSection* out);
  void Accept(const sdp::MediaSection& section, Pair pair, OutgoingSection* out);
  void Pass(const sdp::MediaSection& section, Pair pair, OutgoingSection* out);
  void ShowAsReceived(const sdp::MediaSection& section, OutgoingSection* out) const;
  void TakeEndpoints(const sdp::MediaSection& section, call::Media* sender);
  void TakeTransport(const sdp::MediaSection& section, call::Media* sender, bool rtp);
  void TakeProtocol(const sdp::MediaSection& section, Pair pair);
  void OfferProtocol(const std::string& protocol, bool changed, Pair pair);
  void AnswerProtocol(const std::string& protocol, Pair pair);
  void TakeDirection(const sdp::MediaSection& section, call::Media* sender);
  void TakeDirection(const sdp::MediaSection& section, Pair pair);
  void TakeStickyFlags(call::Media* media);
  MuxForm NegotiateMux(const sdp::MediaSection& section, Pair pair);
  bool ChooseInterfaces(const sdp::MediaSection& section, Pair pair);
  void AssignPorts(const sdp::MediaSection& section, Pair pair, MuxForm mux);
  bool SharesPorts(const call::Media& media) const;
  std::string Mid(const sdp::MediaSection& section, Pair pair);
  void FillCodecs(const sdp::MediaSection& section, Pair pair, OutgoingSection* out);
  void FillPtime(const sdp::MediaSection& section, Pair pair, OutgoingSection* out);
  void NegotiateSecurity(const sdp::MediaSection& section, Pair pair, OutgoingSection* out);
  base::IpAddress SignalledAddress(const sdp::MediaSection& section) const;
  bool is_offer() const { return request_.command == ng::Command::kOffer; }

  call::CallState* const call_;
  const ng::Request& request_;
  const sdp::SessionDescription& sdp_;
  const call::WorkerView& worker_;
  const call::Settings& settings_;
  const Dialogue& dialogue_;
  std::vector<std::string>* const warnings_;
  const LegContext context_;
  Pairing pairing_;
  bool sip_source_ = false;
  std::string error_;
};

// How a section that the message does not mention is shown.
OutgoingSection LeftOutSection(const LegContext& context, const call::Media& receiver);

}  // namespace controld::negotiate
