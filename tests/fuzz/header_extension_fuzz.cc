// RTP header extensions: any datagram is read without reaching beyond it; what is stripped is gone, what is not stays
// in its order, the payload too, and the result is an RTP packet that nothing more can be stripped from. What the kernel
// module makes of the same packet is the same to the octet, also when an element is put in.
//
// The first four octets choose the ids to strip, the first of them the element put in; the rest is the datagram.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>
#include <utility>
#include <vector>

#include "mediad/rtp/header_extensions.h"

// The kernel's names of types, in a kernel header.
using u8 = uint8_t;
using u16 = uint16_t;
extern "C" {
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wconversion"
#pragma GCC diagnostic ignored "-Wold-style-cast"
#include "kmod/header_extension.h"
#pragma GCC diagnostic pop
}

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

// What the kernel forwards of `datagram`, whose header is in order: without `ids`, then with `element`.
Octets InKernel(std::span<const uint8_t> datagram, const HeaderView& view, const ExtensionIds& ids,
                const rtpe_ext_element& element) {
  constexpr size_t kRoom = 32;
  Octets buffer(kRoom + datagram.size());
  std::copy(datagram.begin(), datagram.end(), buffer.begin() + kRoom);
  uint8_t wanted[RTPE_EXT_IDS] = {};
  for (size_t id = 0; id < ids.size(); ++id) {
    if (ids.test(id)) wanted[id / 8] = static_cast<uint8_t>(wanted[id / 8] | 1u << id % 8);
  }
  auto header = static_cast<unsigned>(datagram.size() - view.payload().size());
  unsigned extension = view.has_extension() ? header - static_cast<unsigned>(view.extension_offset()) : 0;
  size_t begin = kRoom;
  if (extension != 0) {
    const unsigned freed = rtpe_ext_remove(buffer.data() + begin, header, extension, wanted);
    begin += freed;
    header -= freed;
    extension -= freed;
  }
  if (element.id != 0) {
    const unsigned growth = rtpe_ext_growth(buffer.data() + begin, header, extension, &element);
    begin -= growth;
    if (growth != 0) rtpe_ext_insert(buffer.data() + begin, header, extension, &element, growth);
  }
  return Octets(buffer.begin() + static_cast<ptrdiff_t>(begin), buffer.end());
}

void ComparePlaces(std::span<const uint8_t> datagram, const HeaderView& view, const ExtensionIds& ids, uint8_t choice) {
  rtpe_ext_element element = {};
  element.id = choice;
  element.len = static_cast<uint8_t>(choice % RTPE_EXT_VALUE + 1);
  std::fill_n(element.value, element.len, static_cast<uint8_t>('a' + choice % 26));
  for (const uint8_t id : {uint8_t{0}, choice}) {
    element.id = id;
    Octets here(datagram.begin(), datagram.end());
    size_t size = StripExtensions(ids, here);
    here.resize(size + kInsertionRoom);
    if (id != 0) size = InsertExtension(id, {element.value, element.len}, here, size);
    here.resize(size);
    Require(InKernel(datagram, view, ids, element) == here);
  }
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
  ComparePlaces(datagram, *before, ids, data[0]);
  return 0;
}
