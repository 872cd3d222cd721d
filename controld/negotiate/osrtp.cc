#include "controld/negotiate/osrtp.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "controld/negotiate/dtls.h"
#include "controld/negotiate/keying.h"
#include "controld/negotiate/sdes.h"
#include "proto/base/text.h"

namespace controld::negotiate {
namespace {

using call::Media;

bool Wants(const ng::Request& request, std::string_view word) {
  return std::find(request.osrtp.begin(), request.osrtp.end(), word) != request.osrtp.end();
}

bool IsPlainRtp(std::string_view protocol) {
  const std::string_view canonical = sdp::CanonicalProtocol(protocol);
  return sdp::IsRtp(canonical) && !IsSecure(canonical);
}

std::string_view PlainForm(std::string_view protocol) {
  return protocol.ends_with('F') ? "RTP/AVPF" : "RTP/AVP";
}

bool IsLegacyPair(const sdp::MediaSection& first, const sdp::MediaSection& second) {
  const bool secure_first = IsSecure(sdp::CanonicalProtocol(first.protocol));
  const bool secure_second = IsSecure(sdp::CanonicalProtocol(second.protocol));
  return secure_first != secure_second &&
         IsPlainRtp(secure_first ? second.protocol : first.protocol) && first.port != 0 &&
         first.port == second.port && first.type_text == second.type_text;
}

}  // namespace

bool SignalsOsrtp(const sdp::SessionDescription& session, const sdp::MediaSection& section) {
  return IsPlainRtp(section.protocol) &&
         (!ReadLines(section.crypto).empty() || SignalsDtls(session, section));
}

void OfferOsrtp(const ng::Request& request, Media* receiver) {
  if (IsPlainRtp(receiver->protocol())) {
    if (Wants(request, "offer")) receiver->set_osrtp(true);
  } else {
    receiver->set_osrtp(false);
  }
}

void AnswerOsrtp(const ng::Request& request, bool was_offered, const Media& answerer,
                 Media* offerer) {
  offerer->set_osrtp(offerer->osrtp_received() && IsPlainRtp(offerer->protocol()));
  const bool accepts = Wants(request, "accept") || Wants(request, "accept-rfc");
  if (was_offered && !IsProtected(answerer) && !accepts) offerer->set_osrtp(false);
}

void CollapseLegacyPairs(const ng::Request& request, sdp::SessionDescription* sdp) {
  if (!Wants(request, "accept-legacy")) return;
  std::vector<sdp::MediaSection>& media = sdp->media;
  for (size_t i = 0; i + 1 < media.size(); ++i) {
    if (!IsLegacyPair(media[i], media[i + 1])) continue;
    const bool plain_first = !IsSecure(sdp::CanonicalProtocol(media[i].protocol));
    const size_t plain = plain_first ? i : i + 1;
    const size_t secure = plain_first ? i + 1 : i;
    media[secure].legacy_pair = {std::string(sdp::CanonicalProtocol(media[plain].protocol)),
                                 media[plain].formats, plain_first};
    media.erase(media.begin() + static_cast<std::ptrdiff_t>(plain));
  }
}

void DoubleForLegacyOffer(const ng::Request& request, std::vector<OutgoingSection>* sections) {
  if (!Wants(request, "offer-legacy")) return;
  std::vector<OutgoingSection> out;
  for (OutgoingSection& section : *sections) {
    if (!section.rejected && IsSecure(sdp::CanonicalProtocol(section.protocol))) {
      OutgoingSection plain = section;
      plain.protocol = PlainForm(section.protocol);
      plain.unprotected = true;
      plain.dtls = {};
      out.push_back(std::move(plain));
    }
    out.push_back(std::move(section));
  }
  *sections = std::move(out);
}

std::string RejectedLegacyLine(const Media& offerer) {
  if (!offerer.has_legacy_pair()) return "";
  return base::StrCat("m=", offerer.type_text(), " 0 ", offerer.legacy_pair().protocol(), " ",
                      offerer.legacy_pair().formats(), "\r\n");
}

}  // namespace controld::negotiate
