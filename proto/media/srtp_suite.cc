#include "proto/media/srtp_suite.h"

#include "proto/base/text.h"

namespace media {

const SrtpSuite* FindSuite(std::string_view name) {
  for (const SrtpSuite& suite : kSrtpSuites) {
    if (base::EqualsIgnoreCase(suite.name, name)) return &suite;
  }
  return nullptr;
}

const SrtpSuite* FindByDtlsProfile(uint16_t number) {
  if (number == 0) return nullptr;
  for (const SrtpSuite& suite : kSrtpSuites) {
    if (suite.dtls_profile_number == number) return &suite;
  }
  return nullptr;
}

}  // namespace media
