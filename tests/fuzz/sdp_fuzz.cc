// Session descriptions: any bytes either parse, tolerantly, strictly and as a fragment, or are an
// error. Traps when the model breaks one of its promises. Not a check of meaning: that is in
// tests/unit/controld/sdp.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "controld/sdp/parse.h"

namespace {

void Require(bool condition) {
  if (!condition) __builtin_trap();
}

void CheckModel(const controld::sdp::SessionDescription& session) {
  Require(session.media.size() <= controld::sdp::kMaxMediaSections);
  Require(!session.timing.empty());
  for (const controld::sdp::MediaSection& media : session.media) {
    Require(media.port <= 65535 && media.port_count >= 1 && media.port_count <= 10);
    Require(media.ptime >= 0 && media.maxptime >= 0);
    Require(!media.rtcp || (media.rtcp->port > 0 && media.rtcp->port <= 65535));
    for (const controld::sdp::Codec& codec : media.codecs) {
      Require(codec.payload_type >= 0 && codec.payload_type <= 127);
      Require(codec.name.empty() == (codec.clock_rate == 0));
      Require(codec.channels >= 1);
    }
    for (const controld::sdp::Extmap& extmap : media.extmap) {
      Require(extmap.id >= 1 && extmap.id <= 255 && extmap.id != 15 && !extmap.uri.empty());
    }
    controld::sdp::EffectiveDirection(session, media);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto tolerant = controld::sdp::Parse(text);
  const auto strict = controld::sdp::Parse(text, /*strict=*/true);
  const auto fragment = controld::sdp::ParseFragment(text);
  // What is strictly right is tolerated, and what needs no leniency at its head is a fragment too.
  Require(tolerant.ok() || !strict.ok());
  Require(fragment.ok() || !tolerant.ok());
  if (tolerant.ok()) CheckModel(*tolerant);
  if (fragment.ok()) CheckModel(*fragment);
  return 0;
}
