#include "mediad/dtls/certificate_store.h"

#include <algorithm>
#include <utility>

namespace mediad::dtls {

absl::StatusOr<CertificateStore> CertificateStore::Create(CertificateOptions options,
                                                          std::string common_name,
                                                          int64_t now_unix_s) {
  absl::StatusOr<std::shared_ptr<const Certificate>> first =
      Certificate::Generate(options, common_name, now_unix_s);
  if (!first.ok()) return first.status();
  CertificateStore store(std::move(options), std::move(common_name));
  store.certificates_.push_back({*std::move(first), 0});
  return store;
}

absl::StatusOr<bool> CertificateStore::Rotate(int64_t now_unix_s) {
  const bool due = now_unix_s >= next_rotation_unix_s();
  if (due) {
    absl::StatusOr<std::shared_ptr<const Certificate>> next =
        Certificate::Generate(options_, common_name_, now_unix_s);
    if (!next.ok()) return next.status();
    certificates_.front().replaced_unix_s = now_unix_s;
    certificates_.insert(certificates_.begin(), {*std::move(next), 0});
  }
  const auto forgotten = std::remove_if(
      certificates_.begin() + 1, certificates_.end(), [now_unix_s](const Entry& entry) {
        return entry.certificate.use_count() == 1 && now_unix_s >= entry.replaced_unix_s + kGrace_s;
      });
  const bool any_forgotten = forgotten != certificates_.end();
  certificates_.erase(forgotten, certificates_.end());
  return due || any_forgotten;
}

int64_t CertificateStore::next_rotation_unix_s() const {
  return current()->created_unix_s() + Certificate::kValidity_s / 2;
}

std::shared_ptr<const Certificate> CertificateStore::Find(std::string_view id) const {
  for (const Entry& entry : certificates_)
    if (entry.certificate->id() == id) return entry.certificate;
  return nullptr;
}

std::vector<std::shared_ptr<const Certificate>> CertificateStore::All() const {
  std::vector<std::shared_ptr<const Certificate>> all;
  all.reserve(certificates_.size());
  for (const Entry& entry : certificates_) all.push_back(entry.certificate);
  return all;
}

}  // namespace mediad::dtls
