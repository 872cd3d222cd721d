#include "controld/negotiate/keying.h"

#include <algorithm>
#include <initializer_list>
#include <string>
#include <utility>

#include "controld/negotiate/dtls.h"
#include "controld/negotiate/sdes.h"

namespace controld::negotiate {
namespace {

using call::Media;
using call::SdesLine;

bool TurnsDtlsOff(const ng::Request& request) {
  return std::find(request.dtls.begin(), request.dtls.end(), "off") != request.dtls.end();
}

void Withhold(Media* media) {
  media->clear_srtp_receive();
  media->clear_srtp_send();
}

void ForgetSent(Media* media) {
  media->clear_sdes_sent();
  media->set_sdes_chosen(0);
}

// Both directions have the session parameters of the line that was the answer (RFC 4568 §6.3).
void Agree(const SdesLine& received, const SdesLine& sent, const SdesLine& answer, Media* media) {
  for (auto [line, key] : {std::pair{&received, media->mutable_srtp_receive()},
                           std::pair{&sent, media->mutable_srtp_send()}}) {
    *key = line->key();
    key->set_unencrypted_srtp(answer.key().unencrypted_srtp());
    key->set_unencrypted_srtcp(answer.key().unencrypted_srtcp());
    key->set_unauthenticated_srtp(answer.key().unauthenticated_srtp());
  }
}

// New keys count at once, before they are answered (media.md §6): its line with the suite in use.
void RekeyReceived(Media* offerer) {
  if (!offerer->has_srtp_receive() || offerer->sdes_received().empty()) return;
  const SdesLine* found = nullptr;
  for (const SdesLine& line : offerer->sdes_received()) {
    if (found == nullptr && line.key().suite() == offerer->srtp_receive().suite()) found = &line;
  }
  if (found != nullptr) *offerer->mutable_srtp_receive() = found->key();
}

// Without a certificate of the worker's there is no DTLS.
bool DtlsIsPossible(const LegContext& context) { return !context.worker.certificates.empty(); }

void TakeOffer(const LegContext& context, const sdp::SessionDescription& session,
               const sdp::MediaSection& section, Media* sender) {
  if (!IsProtected(*sender)) return ForgetKeys(sender);
  const SdesOptions options = ReadSdesOptions(context.request);
  OffererLines offered = SelectLines(ReadLines(section.crypto), options);
  *sender->mutable_sdes_received() = std::move(offered.lines);
  sender->set_sdes_preferred(offered.preferred);
  sender->set_sdes(!sender->sdes_received().empty());
  const bool usable = DtlsIsPossible(context) || !sender->sdes();
  sender->set_dtls_keys(SignalsDtls(session, section) && usable &&
                        !(options.prefer && sender->sdes()));
  if (sender->dtls_keys()) Withhold(sender);
  else RekeyReceived(sender);
}

// What the party answers to the keys we have offered.
void TakeAnswer(const sdp::SessionDescription& session, const sdp::MediaSection& section,
                Media* sender) {
  sender->clear_sdes_received();
  sender->clear_srtp_receive();
  if (!IsProtected(*sender)) return Withhold(sender);  // declined; what was offered may be again
  *sender->mutable_sdes_received() = ReadLines(section.crypto);
  const bool keyed = !sender->sdes_received().empty();
  const bool prefers_sdes = keyed && (sender->sdes_before_dtls() || !sender->dtls_keys());
  sender->set_dtls_keys(SignalsDtls(session, section) && !prefers_sdes);
  if (sender->dtls_keys()) {
    sender->set_sdes(false);
    sender->clear_sdes_received();
    ForgetSent(sender);
    return Withhold(sender);
  }
  if (!keyed) return;
  const SdesLine& answer = sender->sdes_received(0);
  sender->set_sdes_chosen(AcceptedLine(sender->sdes_sent(), answer));
  if (sender->sdes_chosen() == 0) return Withhold(sender);
  sender->set_sdes(true);
  const int sent = static_cast<int>(sender->sdes_chosen()) - 1;
  Agree(answer, sender->sdes_sent(sent), answer, sender);
}

void Offer(const LegContext& context, const SdesLines& relayed, KeyChoice choice, Media* receiver) {
  if (!IsProtected(*receiver)) return ForgetKeys(receiver);
  const SdesOptions options = ReadSdesOptions(context.request);
  const bool both = choice == KeyChoice::kBoth;
  const bool dtls_off = TurnsDtlsOff(context.request) && !both;
  const bool dtls = DtlsIsPossible(context) && !dtls_off;
  if (!receiver->sdes() && !receiver->dtls_keys()) {
    receiver->set_sdes(both || !options.off);
    receiver->set_dtls_keys(dtls);
    if (!dtls && !dtls_off) {
      context.warnings->push_back("DTLS is not offered: the worker has no certificate");
    }
  } else if (receiver->sdes() && !dtls) {
    receiver->set_dtls_keys(false);
  }
  if (!receiver->sdes()) return ForgetSent(receiver);
  SdesLines lines = OfferLines(relayed, receiver->sdes_sent(), receiver->sdes_chosen(), options,
                               context.random);
  receiver->set_sdes_chosen(0);
  *receiver->mutable_sdes_sent() = std::move(lines);
  // Nothing leaves in the clear, whatever the answer is.
  if (!receiver->has_srtp_send() && !receiver->sdes_sent().empty()) {
    *receiver->mutable_srtp_send() = receiver->sdes_sent(0).key();
  }
}

void Answer(const LegContext& context, const SdesLine* other, Media* offerer) {
  if (!IsProtected(*offerer)) return ForgetKeys(offerer);
  if (offerer->sdes() && TurnsDtlsOff(context.request)) offerer->set_dtls_keys(false);
  if (offerer->dtls_keys()) {
    offerer->set_sdes(false);
    ForgetSent(offerer);
    return Withhold(offerer);
  }
  SdesLine previous;
  AnswerContext choice{offerer->sdes_preferred(), other, nullptr, offerer->sdes_static(),
                       offerer->null_cipher()};
  if (offerer->sdes_chosen() != 0) {
    previous = offerer->sdes_sent(static_cast<int>(offerer->sdes_chosen()) - 1);
    choice.previous = &previous;
  }
  const SdesAnswer answer = AnswerLine(offerer->sdes_received(), choice, context.random);
  ForgetSent(offerer);
  if (answer.offered < 0) return Withhold(offerer);
  *offerer->add_sdes_sent() = answer.line;
  offerer->set_sdes_chosen(1);
  Agree(offerer->sdes_received(answer.offered), answer.line, answer.line, offerer);
}

// They hold for the legs of the exchange that names them, and stay.
void TakeStickyOptions(const ng::Request& request, std::initializer_list<Media*> legs) {
  const SdesOptions options = ReadSdesOptions(request);
  for (Media* media : legs) {
    if (options.NamesNullCipher()) media->set_null_cipher(true);
    if (options.keep_choice) media->set_sdes_static(true);
    if (request.Has(ng::Flag::kRecrypt)) media->set_reencrypt(true);
  }
}

bool Withheld(const Media& media, const rtpengine::v1::SrtpKey& key) {
  return HasNullCipher(key.suite()) && !media.null_cipher();
}

}  // namespace

bool IsSecure(std::string_view protocol) {
  return protocol.find("/SAVP") != std::string_view::npos;
}

bool IsProtected(const Media& media) {
  return media.osrtp() || IsSecure(sdp::CanonicalProtocol(media.protocol()));
}

bool TakesDtlsKeys(const Media& media) { return IsProtected(media) && media.dtls_keys(); }

bool ShowsSdes(const Media& media) { return IsProtected(media) && !media.sdes_sent().empty(); }

void NegotiateKeys(const LegContext& context, const sdp::SessionDescription& session,
                   const sdp::MediaSection& section, Media* sender, Media* receiver) {
  TakeStickyOptions(context.request, {sender, receiver});
  if (context.is_offer()) {
    const bool prefer = ReadSdesOptions(context.request).prefer;
    sender->set_sdes_before_dtls(prefer);
    receiver->set_sdes_before_dtls(prefer);
    TakeOffer(context, session, section, sender);
    return Offer(context, sender->sdes_received(), KeyChoice::kAsFlagged, receiver);
  }
  TakeAnswer(session, section, sender);
  const bool agreed = sender->sdes_chosen() != 0 && !sender->sdes_received().empty();
  Answer(context, agreed ? &sender->sdes_received(0) : nullptr, receiver);
}

void OfferKeys(const LegContext& context, KeyChoice choice, Media* media) {
  TakeStickyOptions(context.request, {media});
  Offer(context, SdesLines(), choice, media);
}

void TakeAnsweredKeys(const LegContext& context, const sdp::SessionDescription& session,
                      const sdp::MediaSection& section, Media* media) {
  TakeStickyOptions(context.request, {media});
  TakeAnswer(session, section, media);
}

void AnswerOfferedKeys(const LegContext& context, const sdp::SessionDescription& session,
                       const sdp::MediaSection& section, Media* media) {
  TakeStickyOptions(context.request, {media});
  TakeOffer(context, session, section, media);
  Answer(context, nullptr, media);
}

void ForgetKeys(Media* media) {
  media->clear_sdes_received();
  media->set_sdes_preferred(0);
  media->set_sdes(false);
  media->set_dtls_keys(false);
  ForgetSent(media);
  Withhold(media);
}

void FillSrtp(const Media& media, rtpengine::v1::Media* out) {
  if (!IsProtected(media)) return;
  rtpengine::v1::Srtp* srtp = out->mutable_srtp();
  srtp->set_reencrypt(media.reencrypt());
  if (media.dtls_keys()) return;
  if (media.has_srtp_receive() && !Withheld(media, media.srtp_receive())) {
    *srtp->mutable_receive() = media.srtp_receive();
  }
  if (media.has_srtp_send() && !Withheld(media, media.srtp_send())) {
    *srtp->mutable_send() = media.srtp_send();
  }
}

std::string_view WithheldKeyText(const Media& media) {
  if (!IsProtected(media) || media.dtls_keys() || !media.has_srtp_receive()) return {};
  if (!Withheld(media, media.srtp_receive())) return {};
  return "the suite agreed on has no encryption (NULL_…): nothing is forwarded unless it is "
         "enabled by name, as with SDES-only-NULL_HMAC_SHA1_80";
}

std::string_view AgreedSuite(const Media& media) {
  if (!IsProtected(media) || media.dtls_keys() || !media.has_srtp_receive()) return {};
  return media.srtp_receive().suite();
}

}  // namespace controld::negotiate
