// Values of a=candidate: any bytes are a candidate that can be checked, or none. Traps when one could not be told to
// the worker. Meaning is tested in tests/unit/controld/negotiate.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "controld/negotiate/candidates.h"

namespace {

void Require(bool condition) {
  if (!condition) __builtin_trap();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const auto candidate = controld::negotiate::ParseCandidate(
      std::string_view(reinterpret_cast<const char*>(data), size));
  if (!candidate) return 0;
  Require(candidate->component() == 1 || candidate->component() == 2);
  Require(candidate->endpoint().port() >= 1 && candidate->endpoint().port() <= 65535);
  const size_t octets = candidate->endpoint().address().size();
  Require(octets == 4 || octets == 16);
  Require(!candidate->foundation().empty() && candidate->foundation().size() <= 32);
  for (const char c : candidate->foundation()) Require(c > ' ' && c < 0x7f);
  return 0;
}
