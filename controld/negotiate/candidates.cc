#include "controld/negotiate/candidates.h"

#include <algorithm>

#include "controld/negotiate/stable_hash.h"
#include "controld/sdp/text.h"
#include "proto/base/endpoint.h"
#include "proto/base/text.h"

namespace controld::negotiate {
namespace {

namespace v1 = rtpengine::v1;

constexpr size_t kLongestFoundation = 32;

// Printable ASCII: it goes into texts that have to be UTF-8.
bool IsFoundation(std::string_view text) {
  return !text.empty() && text.size() <= kLongestFoundation &&
         std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < 0x7f; });
}

std::optional<v1::IceCandidateType> TypeOf(std::string_view text) {
  if (text == "host") return v1::ICE_HOST;
  if (text == "srflx") return v1::ICE_SERVER_REFLEXIVE;
  if (text == "prflx") return v1::ICE_PEER_REFLEXIVE;
  if (text == "relay") return v1::ICE_RELAY;
  return std::nullopt;
}

}  // namespace

std::optional<v1::IceCandidate> ParseCandidate(std::string_view value) {
  using sdp::NextListWord;
  const std::string_view foundation = NextListWord(value);
  const auto component = sdp::ParseNumber(NextListWord(value), 2);
  const std::string_view transport = NextListWord(value);
  const auto priority = sdp::ParseNumber(NextListWord(value), UINT32_MAX);
  const auto address = base::IpAddress::Parse(NextListWord(value));
  const auto port = sdp::ParseNumber(NextListWord(value), 65535);
  const std::string_view keyword = NextListWord(value);
  const auto type = TypeOf(NextListWord(value));
  if (!IsFoundation(foundation) || !component || *component == 0 || !priority || !address ||
      address->unspecified() || !port || *port == 0 || keyword != "typ" || !type ||
      !base::EqualsIgnoreCase(transport, "UDP")) {
    return std::nullopt;
  }
  v1::IceCandidate candidate;
  candidate.set_foundation(std::string(foundation));
  candidate.set_component(*component);
  candidate.set_priority(*priority);
  candidate.mutable_endpoint()->set_address(address->ToBytes());
  candidate.mutable_endpoint()->set_port(*port);
  candidate.set_type(*type);
  return candidate;
}

uint32_t CandidatePriority(int component, int position) {
  constexpr int kHostPreference = 126;  // RFC 8445 §5.1.2.2
  return static_cast<uint32_t>((kHostPreference << 24) + ((65535 - position) << 8) + 256 - component);
}

std::string Foundation(std::string_view key, std::string_view address) {
  constexpr char kDigits[] = "0123456789abcdef";
  const uint64_t hash = StableHash(base::StrCat(key, "\n", address));
  std::string text;
  for (int shift = 60; shift >= 0; shift -= 4) text += kDigits[(hash >> shift) & 15];
  return text;
}

}  // namespace controld::negotiate
