// Values of a=crypto: any octets either are a line or none; what we print of one is the same line
// again. Not a check of meaning: that is in tests/unit/controld/sdp.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "controld/sdp/crypto.h"
#include "proto/base/text.h"

namespace {

void Require(bool condition) {
  if (!condition) __builtin_trap();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const auto crypto =
      controld::sdp::ReadCrypto(std::string_view(reinterpret_cast<const char*>(data), size));
  if (!crypto) return 0;
  Require(crypto->key.size() == crypto->suite->key_size);
  Require(crypto->salt.size() == crypto->suite->salt_size);
  Require(crypto->mki.size() <= controld::sdp::kMaxMkiSize);
  const auto again = controld::sdp::ReadCrypto(
      base::StrCat(crypto->tag, " ", crypto->suite->name, " ",
                   controld::sdp::KeyParameters(*crypto, {true, true}),
                   controld::sdp::SessionParameters(*crypto)));
  Require(again && again->tag == crypto->tag && again->suite == crypto->suite);
  Require(again->key == crypto->key && again->salt == crypto->salt && again->mki == crypto->mki);
  Require(again->unencrypted_srtp == crypto->unencrypted_srtp &&
          again->unencrypted_srtcp == crypto->unencrypted_srtcp &&
          again->unauthenticated_srtp == crypto->unauthenticated_srtp);
  return 0;
}
