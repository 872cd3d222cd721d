// Grammars of attribute values, see attribute_values.h.
#include "controld/sdp/attribute_values.h"

#include <limits>
#include <string>
#include <utility>

#include "absl/strings/ascii.h"
#include "controld/sdp/text.h"
#include "proto/base/text.h"

namespace controld::sdp {
namespace {

constexpr uint32_t kMaxPayloadType = 127;
constexpr uint32_t kMaxPort = 65535;

std::optional<uint32_t> PositiveNumber(std::string_view text) {
  const std::optional<int64_t> number = ParseLeadingNumber(text);
  if (!number || *number <= 0 || *number > std::numeric_limits<int32_t>::max()) return std::nullopt;
  return static_cast<uint32_t>(*number);
}

// Octets of a hash by its name; 0 for those we do not know.
size_t HashSize(std::string_view name) {
  constexpr std::pair<std::string_view, size_t> kHashes[] = {
      {"sha-1", 20}, {"sha-224", 28}, {"sha-256", 32}, {"sha-384", 48}, {"sha-512", 64}};
  for (const auto& [known, size] : kHashes) {
    if (base::EqualsIgnoreCase(known, name)) return size;
  }
  return 0;
}

}  // namespace

std::optional<PayloadValue> ReadPayloadValue(std::string_view value) {
  const std::optional<uint32_t> payload_type = ParseNumber(NextWord(value), kMaxPayloadType);
  if (!payload_type || value.empty()) return std::nullopt;
  return PayloadValue{static_cast<int>(*payload_type), value};
}

std::optional<Encoding> ReadEncoding(std::string_view text) {
  const std::string_view word = NextWord(text);
  const size_t slash = word.find('/');
  if (slash == 0 || slash == std::string_view::npos) return std::nullopt;
  const std::string_view parameters = word.substr(slash + 1);
  const std::optional<uint32_t> clock_rate = PositiveNumber(parameters);
  if (!clock_rate) return std::nullopt;
  Encoding encoding{word.substr(0, slash), *clock_rate};
  const size_t second = parameters.find('/');
  if (second != std::string_view::npos) {
    encoding.channels = PositiveNumber(parameters.substr(second + 1)).value_or(1);
  }
  return encoding;
}

int ReadPacketTime(std::string_view value) {
  return static_cast<int>(PositiveNumber(value).value_or(0));
}

std::optional<RtcpAttribute> ReadRtcpValue(std::string_view value) {
  const std::optional<uint32_t> port = ParseNumber(NextWord(value), kMaxPort);
  if (!port || *port == 0) return std::nullopt;
  RtcpAttribute rtcp;
  rtcp.port = *port;
  if (value.find_first_not_of(' ') == std::string_view::npos) return rtcp;
  const std::optional<base::IpAddress> address = ParseNetworkAddress(value);
  if (!address) return std::nullopt;
  if (!address->unspecified()) rtcp.address = *address;
  return rtcp;
}

// Ids of one-byte headers are 1-14, of two-byte headers up to 255; 15 is reserved (RFC 8285 §4.2).
std::optional<Extmap> ReadExtmapValue(std::string_view value) {
  constexpr uint32_t kReservedId = 15, kMaxId = 255;
  const std::string_view id_and_direction = NextWord(value);
  const std::string_view uri = NextListWord(value);
  const std::optional<uint32_t> id =
      ParseNumber(id_and_direction.substr(0, id_and_direction.find('/')), kMaxId);
  if (!id || *id == 0 || *id == kReservedId || uri.empty()) return std::nullopt;
  return Extmap{*id, std::string(uri)};
}

bool IsFingerprint(std::string_view value) {
  const size_t octets = HashSize(NextWord(value));
  const std::string_view text = NextListWord(value);
  if (octets == 0 || text.size() != octets * 3 - 1) return false;
  for (size_t at = 0; at < text.size(); ++at) {
    const auto c = static_cast<unsigned char>(text[at]);
    if (at % 3 == 2 ? c != ':' : !absl::ascii_isxdigit(c)) return false;
  }
  return true;
}

bool IsCandidate(std::string_view value) {
  constexpr int kWordsBeforeTyp = 6;  // foundation component transport priority address port
  for (int word = 0; word < kWordsBeforeTyp; ++word) NextListWord(value);
  return NextListWord(value) == "typ" && !NextListWord(value).empty();
}

bool IsCrypto(std::string_view value) {
  constexpr int kWords = 3;
  for (int word = 0; word < kWords; ++word) {
    if (NextListWord(value).empty()) return false;
  }
  return true;
}

}  // namespace controld::sdp
