// Bencode: any octets either decode or are an error; what decodes survives encoding and decoding
// again, and the stream scanner agrees with the decoder about where a value ends.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "controld/bencode/decode.h"
#include "controld/bencode/encode.h"
#include "controld/bencode/scanner.h"

namespace {

void Require(bool condition) {
  if (!condition) __builtin_trap();
}

void CheckScanner(std::string_view text, size_t expected) {
  controld::bencode::Scanner whole;
  Require(whole.Scan(text) == controld::bencode::Scanner::Result::kComplete);
  Require(whole.length() == expected);
  controld::bencode::Scanner pieces;
  const size_t step = expected / 16 + 1;
  for (size_t length = 0; length < expected; length += step) {
    Require(pieces.Scan(text.substr(0, length)) == controld::bencode::Scanner::Result::kIncomplete);
  }
  Require(pieces.Scan(text) == controld::bencode::Scanner::Result::kComplete);
  Require(pieces.length() == expected);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  controld::bencode::Scanner scanner;
  scanner.Scan(text);
  const auto decoded = controld::bencode::Decode(text);
  if (!decoded.ok()) return 0;
  Require(decoded->consumed <= size);
  std::string again;
  controld::bencode::Encode(decoded->value, &again);
  // Longer than the text by what its end had left open.
  Require(again.size() >= decoded->consumed);
  const auto second = controld::bencode::Decode(again);
  Require(second.ok() && second->consumed == again.size() && second->value == decoded->value);
  CheckScanner(again, again.size());
  if (again.size() == decoded->consumed) Require(again == text.substr(0, decoded->consumed));
  return 0;
}
