#include "controld/sdp/crypto.h"

#include "absl/strings/escaping.h"
#include "controld/sdp/text.h"
#include "proto/base/text.h"

namespace controld::sdp {
namespace {

constexpr std::string_view kInline = "inline:";
constexpr uint32_t kMaxTag = 999'999'999;  // 1*9DIGIT
constexpr std::string_view kUnencryptedSrtp = "UNENCRYPTED_SRTP";
constexpr std::string_view kUnencryptedSrtcp = "UNENCRYPTED_SRTCP";
constexpr std::string_view kUnauthenticatedSrtp = "UNAUTHENTICATED_SRTP";

std::string_view NextPart(std::string_view& rest, char separator) {
  const size_t at = rest.find(separator);
  const std::string_view part = rest.substr(0, at);
  rest = at == std::string_view::npos ? std::string_view() : rest.substr(at + 1);
  return part;
}

std::optional<uint64_t> ReadDecimal(std::string_view digits) {
  if (digits.empty()) return std::nullopt;
  uint64_t value = 0;
  for (const char c : digits) {
    if (c < '0' || c > '9') return std::nullopt;
    const auto digit = static_cast<uint64_t>(c - '0');
    if (value > (UINT64_MAX - digit) / 10) return std::nullopt;
    value = value * 10 + digit;
  }
  return value;
}

bool ReadKeyAndSalt(std::string_view text, Crypto* out) {
  while (text.ends_with('=')) text.remove_suffix(1);
  const size_t size = out->suite->KeyAndSaltSize();
  if (text.size() != (size * 8 + 5) / 6) return false;
  for (const char c : text) {
    // The decoder skips blanks; in a key there are none.
    if (base::IsBlank(c) || c == '=') return false;
  }
  std::string octets;
  if (!absl::Base64Unescape(base::ToAbsl(text), &octets) || octets.size() != size) return false;
  out->key = octets.substr(0, out->suite->key_size);
  out->salt = octets.substr(out->suite->key_size);
  return true;
}

// "1066:4": four octets with this value.
bool ReadMki(std::string_view text, Crypto* out) {
  const std::string_view digits = NextPart(text, ':');
  const std::optional<uint64_t> value = ReadDecimal(digits);
  const std::optional<uint64_t> size = ReadDecimal(text);
  if (!value || !size || *size == 0 || *size > kMaxMkiSize) return false;
  if (*size < sizeof(uint64_t) && (*value >> (*size * 8)) != 0) return false;
  out->mki.assign(*size, '\0');
  uint64_t left = *value;
  for (size_t at = *size; at > 0 && left != 0; --at) {
    out->mki[at - 1] = static_cast<char>(left & 0xff);
    left >>= 8;
  }
  return true;
}

// "inline:<key||salt>[|lifetime][|MKI:length]".
bool ReadKeyParameters(std::string_view text, Crypto* out) {
  text = NextPart(text, ';');
  if (!base::EqualsIgnoreCase(text.substr(0, kInline.size()), kInline)) return false;
  text.remove_prefix(kInline.size());
  if (!ReadKeyAndSalt(NextPart(text, '|'), out)) return false;
  while (!text.empty()) {
    const std::string_view part = NextPart(text, '|');
    if (part.find(':') != std::string_view::npos && !ReadMki(part, out)) return false;
  }
  return true;
}

}  // namespace

std::optional<Crypto> ReadCrypto(std::string_view value) {
  Crypto out;
  const std::optional<uint64_t> tag = ReadDecimal(NextListWord(value));
  if (!tag || *tag > kMaxTag) return std::nullopt;
  out.tag = static_cast<uint32_t>(*tag);
  out.suite = media::FindSuite(NextListWord(value));
  if (out.suite == nullptr || !ReadKeyParameters(NextListWord(value), &out)) return std::nullopt;
  for (std::string_view word = NextListWord(value); !word.empty(); word = NextListWord(value)) {
    if (base::EqualsIgnoreCase(word, kUnencryptedSrtp)) out.unencrypted_srtp = true;
    if (base::EqualsIgnoreCase(word, kUnencryptedSrtcp)) out.unencrypted_srtcp = true;
    if (base::EqualsIgnoreCase(word, kUnauthenticatedSrtp)) out.unauthenticated_srtp = true;
  }
  return out;
}

std::string KeyParameters(const Crypto& crypto, CryptoForm form) {
  std::string base64 = absl::Base64Escape(crypto.key + crypto.salt);
  while (!form.padding && base64.ends_with('=')) base64.pop_back();
  std::string out = base::StrCat(kInline, base64, form.lifetime ? "|2^31" : "");
  if (!crypto.mki.empty()) {
    uint64_t value = 0;
    for (const char octet : crypto.mki) value = value << 8 | static_cast<unsigned char>(octet);
    base::StrAppend(&out, "|", value, ":", crypto.mki.size());
  }
  return out;
}

std::string SessionParameters(const Crypto& crypto) {
  std::string out;
  if (crypto.unencrypted_srtp) base::StrAppend(&out, " ", kUnencryptedSrtp);
  if (crypto.unencrypted_srtcp) base::StrAppend(&out, " ", kUnencryptedSrtcp);
  if (crypto.unauthenticated_srtp) base::StrAppend(&out, " ", kUnauthenticatedSrtp);
  return out;
}

}  // namespace controld::sdp
