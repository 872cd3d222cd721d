// Keys of rtpctl top: any octets are taken, however they are cut; only printable ASCII is a
// character; what has begun ends.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "tools/rtpctl/top/keys.h"

namespace {

void Require(bool condition) {
  if (!condition) __builtin_trap();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using rtpctl::top::Key;
  const std::string_view octets(reinterpret_cast<const char*>(data), size);
  rtpctl::top::KeyReader whole, cut;
  auto keys = whole.Feed(octets);
  auto pieces = cut.Feed(octets.substr(0, size / 2));
  for (const auto& key : cut.Feed(octets.substr(size / 2))) pieces.push_back(key);
  Require(keys == pieces && whole.pending() == cut.pending());
  // ESC and one octet may be two keys.
  Require(keys.size() <= size);
  for (const auto& key : keys) {
    Require(key.key != Key::kCharacter || (key.character >= ' ' && key.character <= '~'));
  }
  whole.Flush();
  Require(!whole.pending());
  const auto next = whole.Feed("q");
  Require(next.size() == 1 && next[0].character == 'q');
  return 0;
}
