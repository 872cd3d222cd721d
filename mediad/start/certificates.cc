#include "mediad/start/certificates.h"

#include <string>
#include <utility>

#include "proto/base/log.h"
#include "proto/base/text.h"

namespace mediad::start {

dtls::CertificateOptions MakeCertificateOptions(const base::options::ParsedOptions& options) {
  dtls::CertificateOptions out;
  out.rsa = base::EqualsIgnoreCase(options.String("dtls-cert-cipher"), "RSA");
  out.rsa_bits = static_cast<int>(options.Int("dtls-rsa-key-size"));
  out.signature = base::EqualsIgnoreCase(options.String("dtls-signature"), "sha-1")
                      ? media::FingerprintHash::kSha1
                      : media::FingerprintHash::kSha256;
  out.ciphers = options.String("dtls-ciphers");
  return out;
}

absl::StatusOr<std::unique_ptr<Certificates>> Certificates::Create(
    const dtls::CertificateOptions& options, std::string_view common_name, int64_t now_unix_s) {
  auto store = dtls::CertificateStore::Create(options, std::string(common_name), now_unix_s);
  if (!store.ok()) {
    return absl::Status(store.status().code(),
                        base::ToAbsl(base::StrCat("DTLS certificate (options dtls-*): ",
                                                  base::Message(store.status()))));
  }
  return std::unique_ptr<Certificates>(new Certificates(*std::move(store)));
}

std::shared_ptr<const dtls::Certificate> Certificates::Find(std::string_view digest) const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return store_.Find(digest);
}

void Certificates::Rotate(int64_t now_unix_s) {
  const std::lock_guard<std::mutex> lock(mutex_);
  const auto changed = store_.Rotate(now_unix_s);
  if (changed.ok() || now_unix_s - complained_unix_s_ < 3600) return;
  complained_unix_s_ = now_unix_s;
  base::log::Log(base::log::Severity::kError, base::log::Subsystem::kCrypto, {},
                 "DTLS certificate could not be replaced: ", base::Message(changed.status()));
}

void Certificates::Describe(
    google::protobuf::RepeatedPtrField<rtpengine::v1::Certificate>* out) const {
  const std::lock_guard<std::mutex> lock(mutex_);
  for (const auto& certificate : store_.All()) {
    rtpengine::v1::Certificate* entry = out->Add();
    entry->set_not_after_unix(certificate->not_after_unix_s());
    for (const media::FingerprintHash hash : media::kFingerprintHashes) {
      auto* fingerprint = entry->add_fingerprints();
      fingerprint->set_hash(std::string(media::Name(hash)));
      fingerprint->set_digest(certificate->fingerprint(hash).digest);
    }
  }
}

}  // namespace mediad::start
