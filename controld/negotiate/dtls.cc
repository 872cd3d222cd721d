#include "controld/negotiate/dtls.h"

#include <algorithm>
#include <optional>

#include "controld/negotiate/keying.h"
#include "controld/negotiate/random_text.h"
#include "proto/base/text.h"
#include "proto/media/fingerprint.h"

namespace controld::negotiate {
namespace {

namespace v1 = rtpengine::v1;
using call::DtlsLeg;
using call::Media;
using media::FingerprintHash;

struct Signalled {
  std::string_view setup;
  std::optional<media::Fingerprint> fingerprint;
  std::string_view tls_id;
};

// Of several fingerprints the first one counts.
Signalled Read(const sdp::SessionDescription& sdp, const sdp::MediaSection& section) {
  Signalled signalled;
  signalled.setup = section.setup.empty() ? sdp.setup : section.setup;
  signalled.tls_id = section.tls_id.empty() ? sdp.tls_id : section.tls_id;
  for (const std::vector<std::string>* list : {&section.fingerprint, &sdp.fingerprint}) {
    for (const std::string& text : *list) {
      if (!signalled.fingerprint) signalled.fingerprint = media::Fingerprint::Parse(text);
    }
  }
  return signalled;
}

bool Usable(const Signalled& signalled) {
  const bool role = signalled.setup == "active" || signalled.setup == "passive" ||
                    signalled.setup == "actpass";
  return role && signalled.fingerprint;
}

std::string DigestOf(const v1::Certificate& certificate, FingerprintHash hash) {
  for (const v1::Certificate::Fingerprint& fingerprint : certificate.fingerprints()) {
    if (fingerprint.hash() == media::Name(hash)) return fingerprint.digest();
  }
  return "";
}

// A call keeps the certificate it started with for as long as its worker has it.
const v1::Certificate* CertificateFor(const LegContext& context) {
  const v1::Certificate* chosen = nullptr;
  for (const v1::Certificate& certificate : context.worker.certificates) {
    const std::string digest = DigestOf(certificate, FingerprintHash::kSha256);
    if (digest.empty()) continue;
    if (digest == context.call->certificate()) return &certificate;
    if (chosen == nullptr) chosen = &certificate;
  }
  if (chosen != nullptr) {
    context.call->set_certificate(DigestOf(*chosen, FingerprintHash::kSha256));
  }
  return chosen;
}

// Keys that are there serve until the new handshake is through.
void Restart(const LegContext& context, DtlsLeg* leg) {
  leg->set_association(leg->association() + 1);
  leg->set_tls_id(RandomHex(context.random, 32));
  leg->clear_failure();
}

// Our half: certificate, its digest, tls-id.
void Present(const LegContext& context, const v1::Certificate& certificate, FingerprintHash hash,
             DtlsLeg* leg) {
  const std::string identity = DigestOf(certificate, FingerprintHash::kSha256);
  std::string digest = DigestOf(certificate, hash);
  if (digest.empty()) {
    hash = FingerprintHash::kSha256;
    digest = identity;
  }
  if (leg->tls_id().empty() || leg->certificate() != identity) Restart(context, leg);
  leg->set_certificate(identity);
  leg->set_hash(std::string(media::Name(hash)));
  leg->set_fingerprint(digest);
}

bool HasWord(const ng::Request& request, std::string_view word) {
  return std::find(request.dtls.begin(), request.dtls.end(), word) != request.dtls.end();
}

// Towards an author that leaves it to us, in an offer.
bool PrefersPassive(const LegContext& context) {
  if (context.is_offer() && HasWord(context.request, "passive")) return true;
  if (context.is_offer() && HasWord(context.request, "active")) return false;
  return context.settings.dtls_passive;
}

v1::DtlsSetup OurRole(const LegContext& context, std::string_view theirs, v1::DtlsSetup before) {
  if (theirs == "active") return v1::DTLS_PASSIVE;
  if (theirs == "passive") return v1::DTLS_ACTIVE;
  if (context.is_offer() && HasWord(context.request, "passive")) return v1::DTLS_PASSIVE;
  if (before != v1::DTLS_UNDECIDED) return before;
  return PrefersPassive(context) ? v1::DTLS_PASSIVE : v1::DTLS_ACTIVE;
}

bool IsRestart(const LegContext& context, const Signalled& now, v1::DtlsSetup role,
               const DtlsLeg& before) {
  if (before.remote_fingerprint().empty()) return false;
  if (before.remote_fingerprint() != now.fingerprint->digest) return true;
  if (before.setup() != v1::DTLS_UNDECIDED && before.setup() != role) return true;
  if (context.request.Has(ng::Flag::kNoTlsId)) return false;
  return !before.remote_tls_id().empty() && before.remote_tls_id() != now.tls_id;
}

FingerprintHash HashTowards(const LegContext& context, const DtlsLeg& leg) {
  auto hash = media::ParseFingerprintHash(context.request.dtls_fingerprint);
  if (!hash) hash = media::ParseFingerprintHash(leg.remote_hash());
  return hash.value_or(FingerprintHash::kSha256);
}

}  // namespace

bool SignalsDtls(const sdp::SessionDescription& sdp, const sdp::MediaSection& section) {
  return Usable(Read(sdp, section));
}

void TakeDtls(const LegContext& context, const sdp::SessionDescription& sdp,
              const sdp::MediaSection& section, bool usable, Media* media) {
  const Signalled signalled = Read(sdp, section);
  if (!usable || !Usable(signalled)) return DropDtls(media);
  const v1::Certificate* certificate = CertificateFor(context);
  if (certificate == nullptr) {
    context.warnings->push_back("DTLS is not used: the worker has no certificate");
    return DropDtls(media);
  }
  DtlsLeg* leg = media->mutable_dtls();
  const v1::DtlsSetup role = OurRole(context, signalled.setup, leg->setup());
  if (IsRestart(context, signalled, role, *leg)) Restart(context, leg);
  leg->set_setup(role);
  leg->set_remote_hash(std::string(media::Name(signalled.fingerprint->hash)));
  leg->set_remote_fingerprint(signalled.fingerprint->digest);
  leg->set_remote_tls_id(std::string(signalled.tls_id));
  leg->set_agreed(true);
  leg->set_offered(false);
  // What an answer to it will say is the hash that the author itself uses.
  const auto hash = media::ParseFingerprintHash(leg->remote_hash());
  Present(context, *certificate, hash.value_or(FingerprintHash::kSha256), leg);
}

bool OfferDtls(const LegContext& context, Media* media) {
  const v1::Certificate* certificate = CertificateFor(context);
  if (certificate == nullptr) {
    context.warnings->push_back("DTLS is not offered: the worker has no certificate");
    DropDtls(media);
    return false;
  }
  DtlsLeg* leg = media->mutable_dtls();
  leg->set_offered(true);
  Present(context, *certificate, HashTowards(context, *leg), leg);
  return true;
}

void DropDtls(Media* media) {
  if (!UsesDtls(*media)) return;
  // Should it come back, that is a new association, in the roles of before.
  const DtlsLeg before = media->dtls();
  DtlsLeg* leg = media->mutable_dtls();
  leg->Clear();
  leg->set_setup(before.setup());
  leg->set_association(before.association());
}

bool UsesDtls(const Media& media) { return media.dtls().agreed() || media.dtls().offered(); }

DtlsLines DtlsLinesOf(const Media& media, bool is_offer, bool with_tls_id) {
  DtlsLines lines;
  if (!UsesDtls(media)) return lines;
  const DtlsLeg& leg = media.dtls();
  if (is_offer || leg.setup() == v1::DTLS_UNDECIDED) {
    lines.setup = "actpass";
  } else {
    lines.setup = leg.setup() == v1::DTLS_ACTIVE ? "active" : "passive";
  }
  lines.hash = leg.hash();
  lines.digest = media::PrintDigest(leg.fingerprint());
  if (with_tls_id) lines.tls_id = leg.tls_id();
  return lines;
}

DtlsLines OfferedDtlsLines(const LegContext& context, Media* media) {
  if (!TakesDtlsKeys(*media)) {
    DropDtls(media);
  } else if (!OfferDtls(context, media)) {
    media->set_dtls_keys(false);
  }
  return DtlsLinesOf(*media, true, !context.request.Has(ng::Flag::kNoTlsId));
}

void FillDtls(const Media& media, v1::Dtls* out) {
  const DtlsLeg& leg = media.dtls();
  out->set_setup(leg.setup());
  out->set_fingerprint_hash(leg.remote_hash());
  out->set_fingerprint(leg.remote_fingerprint());
  out->set_certificate(leg.certificate());
  out->set_association(leg.association());
  *out->mutable_established() = leg.established();
}

}  // namespace controld::negotiate
