#include "controld/negotiate/codecs.h"

#include <algorithm>
#include <charconv>

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

bool SameFormat(const sdp::Codec& a, const sdp::Codec& b) {
  return a.clock_rate == b.clock_rate && a.channels == b.channels &&
         base::EqualsIgnoreCase(a.name, b.name);
}

}  // namespace

bool CodecMatches(std::string_view item, const sdp::Codec& codec) {
  const auto next = [&item] {
    const size_t slash = item.find('/');
    const std::string_view part = item.substr(0, slash);
    item = slash == std::string_view::npos ? std::string_view() : item.substr(slash + 1);
    return part;
  };
  const auto number = [](std::string_view text, uint32_t otherwise) {
    uint32_t value = otherwise;
    const auto result = std::from_chars(text.data(), text.data() + text.size(), value);
    return result.ec == std::errc() && result.ptr == text.data() + text.size() ? value : otherwise;
  };
  if (codec.name.empty() || !base::EqualsIgnoreCase(next(), codec.name)) return false;
  if (item.empty()) return true;
  if (number(next(), 0) != codec.clock_rate) return false;
  return (item.empty() ? 1 : number(next(), 1)) == codec.channels;
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

std::vector<sdp::Codec> MatchAnswer(const std::vector<sdp::Codec>& answered,
                                    const std::vector<sdp::Codec>& offered) {
  std::vector<sdp::Codec> kept;
  for (const sdp::Codec& codec : answered) {
    const bool listed = std::any_of(offered.begin(), offered.end(), [&](const sdp::Codec& other) {
      return other.payload_type == codec.payload_type && SameFormat(other, codec);
    });
    if (listed) kept.push_back(codec);
  }
  return kept.empty() ? answered : kept;
}

}  // namespace controld::negotiate
