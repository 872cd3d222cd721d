// o=, b= and m= lines, see parse_lines.h. RFC 8866 §5.
#include "controld/sdp/parse_lines.h"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include "controld/sdp/static_payload_types.h"
#include "controld/sdp/text.h"

namespace controld::sdp {
namespace {

constexpr uint32_t kMaxPayloadType = 127;

MediaType ReadMediaType(std::string_view text) {
  for (const MediaType type : {MediaType::kAudio, MediaType::kVideo, MediaType::kText,
                               MediaType::kApplication, MediaType::kMessage, MediaType::kImage}) {
    if (text == MediaTypeName(type)) return type;
  }
  return MediaType::kOther;
}

Codec MakeCodec(uint32_t payload_type) {
  Codec codec;
  codec.payload_type = static_cast<int>(payload_type);
  const StaticPayloadType& known = FindStaticPayloadType(codec.payload_type);
  codec.name.assign(known.name);
  codec.clock_rate = known.clock_rate;
  codec.channels = known.channels;
  return codec;
}

// False when a payload type is repeated too often.
bool ReadFormats(std::string_view formats, MediaSection& media) {
  std::array<uint8_t, kMaxPayloadType + 1> seen{};
  const auto words = static_cast<size_t>(std::count(formats.begin(), formats.end(), ' ')) + 1;
  media.codecs.reserve(std::min(words, seen.size()));
  for (std::string_view rest = formats;;) {
    const std::string_view word = NextListWord(rest);
    if (word.empty()) return true;
    const std::optional<uint32_t> payload_type = ParseNumber(word, kMaxPayloadType);
    if (!payload_type) {
      media.bad_payload_type = true;
      continue;
    }
    if (++seen[*payload_type] > kMaxPayloadTypeRepeats) return false;
    media.codecs.push_back(MakeCodec(*payload_type));
  }
}

// "4000", "4000/2". Text after the numbers is ignored.
bool ReadPorts(std::string_view text, MediaSection& media) {
  constexpr int64_t kMaxPort = 65535, kMaxPortCount = 10;
  const std::optional<int64_t> port = ParseLeadingNumber(text);
  if (!port || *port < 0 || *port > kMaxPort) return false;
  media.port = static_cast<uint32_t>(*port);
  const size_t slash = text.find('/');
  if (slash == std::string_view::npos) return true;
  const std::optional<int64_t> count = ParseLeadingNumber(text.substr(slash + 1));
  if (!count || *count < 1 || *count > kMaxPortCount) return false;
  media.port_count = static_cast<uint32_t>(*count);
  return true;
}

std::string_view WithoutTrailingBlanks(std::string_view text) {
  const size_t last = text.find_last_not_of(' ');
  return text.substr(0, last == std::string_view::npos ? 0 : last + 1);
}

}  // namespace

std::optional<Origin> ParseOrigin(std::string_view text) {
  std::array<std::string_view, 6> words;
  for (std::string_view& word : words) {
    if (text.empty()) return std::nullopt;
    word = NextWord(text);
  }
  Origin origin;
  origin.username.assign(words[0]);
  origin.session_id.assign(words[1]);
  origin.version = ParseWrappingNumber(words[2]);
  origin.net_type = "IN";  // whatever words[3] is: there is no other, and none is ever printed
  origin.address_type.assign(words[4]);
  origin.address.assign(words[5]);
  return origin;
}

void ParseBandwidth(std::string_view text, Bandwidth& bandwidth) {
  const size_t colon = text.find(':');
  if (colon == std::string_view::npos) return;
  const std::string_view type = text.substr(0, colon);
  int64_t* target = type == "AS"     ? &bandwidth.as
                    : type == "RR"   ? &bandwidth.rr
                    : type == "RS"   ? &bandwidth.rs
                    : type == "CT"   ? &bandwidth.ct
                    : type == "TIAS" ? &bandwidth.tias
                                     : nullptr;
  if (target == nullptr) return;
  const int64_t value = ParseLeadingNumber(text.substr(colon + 1)).value_or(0);
  if (value >= 0) *target = value;
}

std::optional<MediaSection> ParseMedia(std::string_view text) {
  MediaSection media;
  media.type_text.assign(NextWord(text));
  media.type = ReadMediaType(media.type_text);
  // With two blanks after the type the port is found behind them, but the word is not used up: the
  // number is the protocol as well. Odd, but what clients of the reference get back.
  const std::string_view from_port = text;
  const std::string_view port_word = NextWord(text);
  if (!ReadPorts(port_word.empty() ? from_port.substr(0, from_port.find(' ', 1)) : port_word,
                 media))
    return std::nullopt;
  media.protocol.assign(NextWord(text));
  if (media.type_text.empty() || media.protocol.empty()) return std::nullopt;
  const std::string_view formats = WithoutTrailingBlanks(text);
  media.formats.assign(formats);
  if (IsRtp(CanonicalProtocol(media.protocol)) && !ReadFormats(formats, media)) return std::nullopt;
  return media;
}

}  // namespace controld::sdp
