// The worker's certificates: the one for new calls, and older ones as long as a call has them
// (media.md §5).
//
// One instance, owned by the process shell and used by one thread (that of the control stream);
// shards get std::shared_ptr<const Certificate> from it and nothing else. No clock: time is passed
// in.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "mediad/dtls/certificate.h"

namespace mediad::dtls {

class CertificateStore {
 public:
  // Makes the first certificate.
  static absl::StatusOr<CertificateStore> Create(CertificateOptions options,
                                                 std::string common_name, int64_t now_unix_s);

  // Replaces the current certificate once half of its validity is over, and forgets older ones that
  // nobody else holds, expired or not: a call keeps the one it started with. For kGrace_s after its
  // replacement one is kept anyway: a controller may have put it into an SDP whose session is yet
  // to be applied. True: the list has changed. On an error nothing has.
  absl::StatusOr<bool> Rotate(int64_t now_unix_s);
  // Unix time at which Rotate has something to do at the earliest, apart from forgetting.
  int64_t next_rotation_unix_s() const;

  // nullptr: unknown (Dtls.certificate), or forgotten.
  std::shared_ptr<const Certificate> Find(std::string_view id) const;
  const std::shared_ptr<const Certificate>& current() const {
    return certificates_.front().certificate;
  }
  // The current one first, then younger before older.
  std::vector<std::shared_ptr<const Certificate>> All() const;

  static constexpr int64_t kGrace_s = 3600;

 private:
  struct Entry {
    std::shared_ptr<const Certificate> certificate;
    int64_t replaced_unix_s = 0;  // of all but the first
  };

  CertificateStore(CertificateOptions options, std::string common_name)
      : options_(std::move(options)), common_name_(std::move(common_name)) {}

  CertificateOptions options_;
  std::string common_name_;
  std::vector<Entry> certificates_;  // never empty
};

}  // namespace mediad::dtls
