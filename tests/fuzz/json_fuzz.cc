// JSON: any octets either decode or are an error; what decodes survives encoding and decoding
// again; any octets as a string of ours become valid JSON.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "controld/json/decode.h"
#include "controld/json/encode.h"

namespace {

void Require(bool condition) {
  if (!condition) __builtin_trap();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  controld::ng::Dictionary reply;
  reply.Add("sdp", text);
  std::string encoded;
  controld::json::Encode(reply, &encoded);
  Require(controld::json::Decode(encoded).ok());

  const auto decoded = controld::json::Decode(text);
  if (!decoded.ok()) return 0;
  encoded.clear();
  controld::json::Encode(*decoded, &encoded);
  const auto again = controld::json::Decode(encoded);
  Require(again.ok() && *again == *decoded);
  return 0;
}
