#include "controld/negotiate/extmaps.h"

#include <algorithm>

#include "proto/base/text.h"

namespace controld::negotiate {
namespace {

bool Lists(const std::vector<std::string>& items, const sdp::Extmap& extmap) {
  return std::any_of(items.begin(), items.end(), [&](const std::string& item) {
    return item == "all" || base::EqualsIgnoreCase(item, extmap.uri);
  });
}

bool Stripped(const ng::Request& request, const sdp::Extmap& extmap) {
  return request.Has(ng::Flag::kStripExtmap) || Lists(request.extmap_strip, extmap);
}

}  // namespace

std::vector<sdp::Extmap> NegotiateExtmaps(const ng::Request& request,
                                          const sdp::SessionDescription& sdp,
                                          const sdp::MediaSection& section, call::Media* sender,
                                          const call::Media& receiver) {
  const bool is_offer = request.command == ng::Command::kOffer;
  const std::vector<sdp::Extmap>& received = section.extmap.empty() ? sdp.extmap : section.extmap;
  if (!received.empty()) {
    sender->set_refuses_mixed_extmap(!section.extmap_allow_mixed && !sdp.extmap_allow_mixed);
  }
  std::vector<sdp::Extmap> shown;
  // Masked from the answerer, but still known to who offered them.
  if (!is_offer) {
    for (const call::Extmap& masked : receiver.masked_extmap()) {
      shown.push_back({masked.id(), masked.uri()});
    }
  }
  if (is_offer) sender->clear_masked_extmap();
  sender->clear_removed_extensions();
  for (const sdp::Extmap& extmap : received) {
    const bool stripped = Stripped(request, extmap);
    if (stripped || Lists(request.extmap_mask, extmap)) {
      sender->add_removed_extensions(extmap.id);
      if (is_offer && !stripped) {
        call::Extmap* masked = sender->add_masked_extmap();
        masked->set_id(extmap.id);
        masked->set_uri(extmap.uri);
      }
      continue;
    }
    const bool present = std::any_of(shown.begin(), shown.end(), [&](const sdp::Extmap& other) {
      return other.id == extmap.id;
    });
    if (!present) shown.push_back(extmap);
  }
  return shown;
}

std::vector<sdp::Extmap> ShownExtmaps(const ng::Request& request, const sdp::SessionDescription& sdp,
                                      const sdp::MediaSection& section) {
  std::vector<sdp::Extmap> shown = section.extmap.empty() ? sdp.extmap : section.extmap;
  std::erase_if(shown, [&](const sdp::Extmap& extmap) {
    return Stripped(request, extmap) || Lists(request.extmap_mask, extmap);
  });
  return shown;
}

}  // namespace controld::negotiate
