#include "controld/negotiate/known_codecs.h"

#include <charconv>

#include "proto/base/text.h"

namespace controld::negotiate {
namespace {

struct KnownCodec {
  std::string_view name;
  int payload_type;  // -1: dynamic
  uint32_t clock_rate;
  uint32_t channels;
};

constexpr int kFirstDynamic = 96;
constexpr int kLastDynamic = 127;

constexpr KnownCodec kKnown[] = {
    {"PCMU", 0, 8000, 1},        {"GSM", 3, 8000, 1},          {"G723", 4, 8000, 1},
    {"PCMA", 8, 8000, 1},        {"G722", 9, 8000, 1},         {"CN", 13, 8000, 1},
    {"G729", 18, 8000, 1},       {"G729a", -1, 8000, 1},       {"L16", -1, 8000, 1},
    {"opus", -1, 48000, 2},      {"speex", -1, 16000, 1},      {"iLBC", -1, 8000, 1},
    {"AMR", -1, 8000, 1},        {"AMR-WB", -1, 16000, 1},     {"EVS", -1, 16000, 1},
    {"QCELP", 12, 8000, 1},      {"vorbis", -1, 48000, 2},     {"ATRAC3", -1, 0, 1},
    {"telephone-event", -1, 8000, 1},
    {"VP8", -1, 0, 1},           {"VP9", -1, 0, 1},            {"AV1", -1, 0, 1},
    {"H261", 31, 0, 1},          {"H263", 34, 0, 1},           {"H263-1998", -1, 0, 1},
    {"H264", -1, 0, 1},          {"H265", -1, 0, 1},           {"JPEG", 26, 0, 1},
};

std::string_view TakePart(std::string_view* item) {
  const size_t slash = item->find('/');
  const std::string_view part = item->substr(0, slash);
  *item = slash == std::string_view::npos ? std::string_view() : item->substr(slash + 1);
  return part;
}

uint32_t NumberOr(std::string_view text, uint32_t otherwise) {
  uint32_t value = 0;
  const auto result = std::from_chars(text.data(), text.data() + text.size(), value);
  const bool all = result.ec == std::errc() && result.ptr == text.data() + text.size();
  return all && !text.empty() ? value : otherwise;
}

const KnownCodec* Find(std::string_view name) {
  for (const KnownCodec& known : kKnown) {
    if (base::EqualsIgnoreCase(known.name, name)) return &known;
  }
  return nullptr;
}

}  // namespace

std::vector<sdp::Codec> CodecsByName(const std::vector<std::string>& items) {
  std::vector<sdp::Codec> codecs;
  int dynamic = kFirstDynamic;
  for (std::string_view item : items) {
    const KnownCodec* known = Find(TakePart(&item));
    if (known == nullptr) continue;
    sdp::Codec codec;
    codec.name = known->name;
    // A rate without channels means one channel (sdp-rewriting.md §8.1).
    const bool rate_given = !item.empty();
    codec.clock_rate = NumberOr(TakePart(&item), known->clock_rate);
    codec.channels = NumberOr(TakePart(&item), rate_given ? 1 : known->channels);
    const bool is_static = known->payload_type >= 0 && codec.channels == known->channels &&
                           (codec.clock_rate == known->clock_rate || known->clock_rate == 0);
    if (!is_static && dynamic > kLastDynamic) break;  // no numbers left
    codec.payload_type = is_static ? known->payload_type : dynamic++;
    codecs.push_back(std::move(codec));
  }
  return codecs;
}

bool IsSupplementary(const sdp::Codec& codec) {
  return base::EqualsIgnoreCase(codec.name, "telephone-event") ||
         base::EqualsIgnoreCase(codec.name, "CN");
}

std::vector<sdp::Codec> FirstUsable(const std::vector<sdp::Codec>& offered) {
  std::vector<sdp::Codec> usable;
  for (const sdp::Codec& codec : offered) {
    if (!IsSupplementary(codec)) {
      usable.push_back(codec);
      break;
    }
  }
  if (usable.empty()) return usable;
  for (const sdp::Codec& codec : offered) {
    if (base::EqualsIgnoreCase(codec.name, "telephone-event") &&
        codec.clock_rate == usable.front().clock_rate) {
      usable.push_back(codec);
      break;
    }
  }
  return usable;
}

}  // namespace controld::negotiate
