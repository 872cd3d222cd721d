// The worker's certificates, shared: the store of ../dtls with a lock around it, in the words of the worker protocol.
//
// Find from any thread; everything else from the thread of the control stream.
#pragma once

#include <memory>
#include <mutex>
#include <string_view>

#include "absl/status/statusor.h"
#include "google/protobuf/repeated_field.h"
#include "mediad/dtls/certificate_store.h"
#include "proto/base/options/parsed_options.h"
#include "rtpengine/v1/worker.pb.h"

namespace mediad::start {

// dtls-cert-cipher, dtls-rsa-key-size, dtls-signature, dtls-ciphers.
dtls::CertificateOptions MakeCertificateOptions(const base::options::ParsedOptions& options);

class Certificates {
 public:
  // Makes the first certificate. Errors say which option is wrong.
  static absl::StatusOr<std::unique_ptr<Certificates>> Create(
      const dtls::CertificateOptions& options, std::string_view common_name, int64_t now_unix_s);

  std::shared_ptr<const dtls::Certificate> Find(std::string_view digest) const;
  // Once a second: replaces what has reached half its life. Failing that, the old one goes on and a line says so,
  // once an hour.
  void Rotate(int64_t now_unix_s);
  // Hello.certificates, LoadReport.certificates.
  void Describe(google::protobuf::RepeatedPtrField<rtpengine::v1::Certificate>* out) const;

 private:
  explicit Certificates(dtls::CertificateStore store) : store_(std::move(store)) {}

  mutable std::mutex mutex_;
  dtls::CertificateStore store_;  // guarded by mutex_
  int64_t complained_unix_s_ = 0;
};

}  // namespace mediad::start
