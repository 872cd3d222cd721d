#include "controld/negotiate/codecs.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"

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
         absl::EqualsIgnoreCase(a.name, b.name);
}

}  // namespace

bool CodecMatches(std::string_view item, const sdp::Codec& codec) {
  const std::vector<std::string_view> parts = absl::StrSplit(item, '/');
  if (codec.name.empty() || !absl::EqualsIgnoreCase(parts[0], codec.name)) return false;
  if (parts.size() < 2) return true;
  uint32_t rate = 0;
  if (!absl::SimpleAtoi(parts[1], &rate) || rate != codec.clock_rate) return false;
  uint32_t channels = 1;
  if (parts.size() > 2 && !absl::SimpleAtoi(parts[2], &channels)) channels = 1;
  return channels == codec.channels;
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
