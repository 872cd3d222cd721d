// RTP header extensions: any datagram is read without reaching beyond it; what is stripped is gone, what is not stays
// in its order, the payload too, and the result is an RTP packet that nothing more can be stripped from.
//
// The first four octets choose the ids to strip, the rest is the datagram.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>
#include <utility>
#include <vector>

#include "mediad/rtp/header_extensions.h"

namespace {

using namespace mediad::rtp;
using Octets = std::vector<uint8_t>;
using Elements = std::vector<std::pair<uint8_t, Octets>>;

void Require(bool condition) {
  if (!condition) std::abort();
}

Elements Read(const HeaderView& view) {
  Elements all;
  ExtensionReader reader(view);
  ExtensionElement element;
  while (reader.Next(&element)) {
    Require(element.id != 0);
    all.emplace_back(element.id, Octets(element.value.begin(), element.value.end()));
    Require(FindExtension(view, element.id).has_value());
  }
  return all;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size < 4) return 0;
  ExtensionIds ids;
  for (size_t i = 0; i < 4; ++i) ids.set(data[i]);
  const std::span<const uint8_t> datagram(data + 4, size - 4);
  const auto before = HeaderView::Parse(datagram);
  Octets copy(datagram.begin(), datagram.end());
  const size_t left = StripExtensions(ids, copy);
  Require(left <= copy.size());
  copy.resize(left);
  if (!before) {
    Require(std::equal(datagram.begin(), datagram.end(), copy.begin(), copy.end()));
    return 0;
  }
  const auto after = HeaderView::Parse(copy);
  Require(after.has_value());
  const auto payload = before->payload();
  Require(std::equal(payload.begin(), payload.end(), after->payload().begin(),
                     after->payload().end()));
  Elements expected = Read(*before);
  std::erase_if(expected, [&](const auto& element) { return ids.test(element.first); });
  Require(Read(*after) == expected);
  Require(StripExtensions(ids, copy) == copy.size());
  return 0;
}
