#include "controld/negotiate/codecs.h"

#include <algorithm>

#include "proto/base/text.h"

namespace controld::negotiate {
namespace {

bool ListMatches(const std::vector<std::string>& items, const sdp::Codec& codec) {
  return std::any_of(items.begin(), items.end(),
                     [&](const std::string& item) { return CodecMatches(item, codec); });
}

bool NamesAll(const std::vector<std::string>& items) {
  return std::any_of(items.begin(), items.end(),
                     [](const std::string& item) { return item == "all" || item == "full"; });
}

bool SameCodec(const sdp::Codec& a, const sdp::Codec& b) {
  return a.payload_type == b.payload_type && a.clock_rate == b.clock_rate && a.channels == b.channels &&
         base::EqualsIgnoreCase(a.name, b.name);
}

}  // namespace

bool CodecMatches(std::string_view item, const sdp::Codec& codec) {
  if (codec.name.empty()) return false;
  if (base::EqualsIgnoreCase(item, codec.name)) return true;
  const std::string with_rate = base::StrCat(codec.name, "/", codec.clock_rate);
  if (codec.channels == 1 && base::EqualsIgnoreCase(item, with_rate)) return true;
  return base::EqualsIgnoreCase(item, base::StrCat(with_rate, "/", codec.channels));
}

std::vector<sdp::Codec> FilterCodecs(const std::vector<sdp::Codec>& received,
                                     const ng::CodecLists& lists, bool allow_empty) {
  const bool strip_all = NamesAll(lists.strip);
  std::vector<sdp::Codec> kept, stripped;
  for (const sdp::Codec& codec : received) {
    const bool strip =
        ListMatches(lists.strip, codec) || (strip_all && !ListMatches(lists.except, codec));
    (strip ? stripped : kept).push_back(codec);
  }
  for (const std::string& item : lists.offer) {
    for (auto it = stripped.begin(); it != stripped.end();) {
      if (CodecMatches(item, *it)) {
        kept.push_back(std::move(*it));
        it = stripped.erase(it);
      } else {
        ++it;
      }
    }
  }
  if (kept.empty() && !allow_empty) return received;
  return kept;
}

std::vector<sdp::Codec> FilterCodecs(const std::vector<sdp::Codec>& received,
                                     const ng::Request& request,
                                     std::vector<std::string>* warnings) {
  std::vector<sdp::Codec> kept = FilterCodecs(received, request.codec, true);
  if (!kept.empty() || received.empty() || request.Has(ng::Flag::kAllowNoCodecMedia)) return kept;
  warnings->push_back("All codecs of a section were stripped: its list stays as it was");
  return received;
}

std::vector<sdp::Codec> MatchAnswer(const std::vector<sdp::Codec>& answered,
                                    const std::vector<sdp::Codec>& offered, bool allow_empty) {
  std::vector<sdp::Codec> kept;
  for (const sdp::Codec& codec : answered) {
    const bool listed = std::any_of(offered.begin(), offered.end(), [&](const sdp::Codec& other) {
      return SameCodec(other, codec);
    });
    if (listed) kept.push_back(codec);
  }
  return kept.empty() && !allow_empty ? answered : kept;
}

std::vector<sdp::Codec> InOrderOf(std::vector<sdp::Codec> codecs,
                                  const std::vector<sdp::Codec>& order) {
  const auto place = [&order](const sdp::Codec& codec) {
    return std::find_if(order.begin(), order.end(),
                        [&](const sdp::Codec& other) { return SameCodec(other, codec); }) -
           order.begin();
  };
  std::stable_sort(codecs.begin(), codecs.end(), [&](const sdp::Codec& a, const sdp::Codec& b) {
    return place(a) < place(b);
  });
  return codecs;
}

}  // namespace controld::negotiate
