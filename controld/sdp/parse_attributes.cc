// The table of consumed attributes and their readers, see parse_attributes.h. RFC 8866 §6 and the
// RFCs of the single attributes: 3605 rtcp, 5761 rtcp-mux, 8285 extmap, 4585 rtcp-fb, 5888 mid,
// 4574 label, 8839 ICE, 8122 and 4145 fingerprint and setup, 4568 crypto.
#include "controld/sdp/parse_attributes.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <limits>
#include <optional>
#include <string>
#include <utility>

#include "absl/strings/ascii.h"
#include "controld/sdp/text.h"

namespace controld::sdp {
namespace {

constexpr uint32_t kMaxPayloadType = 127;
constexpr uint32_t kMaxPort = 65535;

// What became of an attribute: consumed (also when its value was malformed), or passed through.
enum class Fate { kConsumed, kPassed };

// --- per payload type ---------------------------------------------------------------------------

struct PayloadValue {
  int payload_type = 0;
  std::string_view rest;
};

// "<payload type> <rest>", both present.
std::optional<PayloadValue> SplitPayloadValue(std::string_view value) {
  const std::optional<uint32_t> payload_type = ParseNumber(NextWord(value), kMaxPayloadType);
  if (!payload_type || value.empty()) return std::nullopt;
  return PayloadValue{static_cast<int>(*payload_type), value};
}

// A payload type may be listed twice; attributes count for each occurrence.
template <typename Action>
void ForEachCodec(MediaSection& media, int payload_type, Action action) {
  for (Codec& codec : media.codecs) {
    if (codec.payload_type == payload_type) action(codec);
  }
}

std::optional<uint32_t> PositiveNumber(std::string_view text) {
  const std::optional<int64_t> number = ParseLeadingNumber(text);
  if (!number || *number <= 0 || *number > std::numeric_limits<int32_t>::max()) return std::nullopt;
  return static_cast<uint32_t>(*number);
}

Fate ReadRtpmap(MediaSection& media, std::string_view value) {
  const std::optional<PayloadValue> split = SplitPayloadValue(value);
  if (!split) return Fate::kConsumed;
  std::string_view encoding = split->rest;
  encoding = NextWord(encoding);
  const size_t slash = encoding.find('/');
  if (slash == 0 || slash == std::string_view::npos) return Fate::kConsumed;
  const std::string_view parameters = encoding.substr(slash + 1);
  const std::optional<uint32_t> clock_rate = PositiveNumber(parameters);
  if (!clock_rate) return Fate::kConsumed;
  const size_t second = parameters.find('/');
  const uint32_t channels = second == std::string_view::npos
                                ? 1
                                : PositiveNumber(parameters.substr(second + 1)).value_or(1);
  ForEachCodec(media, split->payload_type, [&](Codec& codec) {
    codec.name.assign(encoding.substr(0, slash));
    codec.clock_rate = *clock_rate;
    codec.channels = channels;
  });
  return Fate::kConsumed;
}

Fate ReadFmtp(MediaSection& media, std::string_view value) {
  if (const std::optional<PayloadValue> split = SplitPayloadValue(value)) {
    ForEachCodec(media, split->payload_type,
                 [&](Codec& codec) { codec.fmtp.emplace(split->rest); });
  }
  return Fate::kConsumed;
}

bool IsFeedbackWildcard(std::string_view value) { return NextWord(value) == "*"; }

Fate ReadRtcpFeedback(MediaSection& media, std::string_view value) {
  if (IsFeedbackWildcard(value)) return Fate::kPassed;
  if (const std::optional<PayloadValue> split = SplitPayloadValue(value)) {
    ForEachCodec(media, split->payload_type, [&](Codec& codec) {
      if (codec.rtcp_fb.size() < kMaxRtcpFeedbackPerCodec) codec.rtcp_fb.emplace_back(split->rest);
    });
  }
  return Fate::kConsumed;
}

Fate ReadSessionRtcpFeedback(SessionDescription&, std::string_view value) {
  return IsFeedbackWildcard(value) ? Fate::kPassed : Fate::kConsumed;
}

// --- one value per section ----------------------------------------------------------------------

// Decimals are cut off; zero and text mean none (RFC 8866 §6.4).
int ReadPacketTime(std::string_view value) {
  return static_cast<int>(PositiveNumber(value).value_or(0));
}

Fate ReadPtime(MediaSection& media, std::string_view value) {
  media.ptime = ReadPacketTime(value);
  return Fate::kConsumed;
}

Fate ReadMaxptime(MediaSection& media, std::string_view value) {
  media.maxptime = ReadPacketTime(value);
  return Fate::kConsumed;
}

Fate ReadMid(MediaSection& media, std::string_view value) {
  if (!value.empty()) media.mid.assign(value);
  return Fate::kConsumed;
}

Fate ReadLabel(MediaSection& media, std::string_view value) {
  media.label.assign(value);
  media.has_label = true;
  return Fate::kConsumed;
}

// Port 0 says nothing about where RTCP goes, nor does an unspecified address (WebRTC writes
// "9 IN IP4 0.0.0.0" whatever its candidates): both count as not given.
Fate ReadRtcp(MediaSection& media, std::string_view value) {
  const std::optional<uint32_t> port = ParseNumber(NextWord(value), kMaxPort);
  if (!port || *port == 0) return Fate::kConsumed;
  RtcpAttribute rtcp{*port, {}};
  if (value.find_first_not_of(' ') != std::string_view::npos) {
    const std::optional<base::IpAddress> address = ParseNetworkAddress(value);
    if (!address) return Fate::kConsumed;
    if (!address->unspecified()) rtcp.address = *address;
  }
  media.rtcp = rtcp;
  return Fate::kConsumed;
}

Fate ReadRtcpMux(MediaSection& media, std::string_view) {
  media.rtcp_mux = true;
  return Fate::kConsumed;
}

// tag, suite, key parameters: three words at least. What is in them is SDES' business.
Fate ReadCrypto(MediaSection& media, std::string_view value) {
  std::string_view rest = value;
  const bool complete =
      !NextListWord(rest).empty() && !NextListWord(rest).empty() && !NextListWord(rest).empty();
  if (complete) media.crypto.emplace_back(value);
  return Fate::kConsumed;
}

Fate ReadRemoteCandidates(MediaSection& media, std::string_view value) {
  if (!value.empty()) media.remote_candidates.emplace_back(value);
  return Fate::kConsumed;
}

Fate ReadEndOfCandidates(MediaSection& media, std::string_view) {
  media.end_of_candidates = true;
  return Fate::kConsumed;
}

// --- session only -------------------------------------------------------------------------------

Fate ReadGroup(SessionDescription& session, std::string_view value) {
  if (!value.empty()) session.groups.emplace_back(value);
  return Fate::kConsumed;
}

Fate ReadIceLite(SessionDescription& session, std::string_view) {
  session.ice_lite = true;
  return Fate::kConsumed;
}

Fate ReadRtpengineId(SessionDescription& session, std::string_view value) {
  session.rtpengine_id.assign(value);
  return Fate::kConsumed;
}

// --- both levels --------------------------------------------------------------------------------

template <typename Level>
Fate ReadSendrecv(Level& level, std::string_view) {
  level.direction_text = Direction::kSendrecv;
  return Fate::kConsumed;
}

template <typename Level>
Fate ReadSendonly(Level& level, std::string_view) {
  level.direction_text = Direction::kSendonly;
  level.has_sendonly = true;
  return Fate::kConsumed;
}

template <typename Level>
Fate ReadRecvonly(Level& level, std::string_view) {
  level.direction_text = Direction::kRecvonly;
  level.has_recvonly = true;
  return Fate::kConsumed;
}

template <typename Level>
Fate ReadInactive(Level& level, std::string_view) {
  level.direction_text = Direction::kInactive;
  level.has_inactive = true;
  return Fate::kConsumed;
}

template <typename Level>
Fate ReadSetup(Level& level, std::string_view value) {
  constexpr std::array<std::string_view, 4> kRoles = {"active", "passive", "actpass", "holdconn"};
  const auto* role = std::find_if(kRoles.begin(), kRoles.end(), [value](std::string_view known) {
    return EqualsIgnoreCase(known, value);
  });
  if (role != kRoles.end()) level.setup.assign(*role);
  return Fate::kConsumed;
}

template <typename Level>
Fate ReadTlsId(Level& level, std::string_view value) {
  if (!value.empty()) level.tls_id.assign(value);
  return Fate::kConsumed;
}

template <typename Level>
Fate ReadIceUfrag(Level& level, std::string_view value) {
  if (!value.empty()) level.ice_ufrag.assign(value);
  return Fate::kConsumed;
}

template <typename Level>
Fate ReadIcePwd(Level& level, std::string_view value) {
  if (!value.empty()) level.ice_pwd.assign(value);
  return Fate::kConsumed;
}

template <typename Level>
Fate ReadIceOptions(Level& level, std::string_view value) {
  if (!value.empty()) level.ice_options.assign(value);
  return Fate::kConsumed;
}

// Octets of a hash by its name; 0 for those we do not know.
size_t HashSize(std::string_view name) {
  constexpr std::pair<std::string_view, size_t> kHashes[] = {
      {"sha-1", 20}, {"sha-224", 28}, {"sha-256", 32}, {"sha-384", 48}, {"sha-512", 64}};
  for (const auto& [known, size] : kHashes) {
    if (EqualsIgnoreCase(known, name)) return size;
  }
  return 0;
}

// "sha-256 46:EE:…": pairs of hex digits with colons between, as many as the hash has octets.
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

template <typename Level>
Fate ReadFingerprint(Level& level, std::string_view value) {
  if (IsFingerprint(value)) level.fingerprint.emplace_back(value);
  return Fate::kConsumed;
}

// foundation component transport priority address port "typ" type: the words every candidate has.
template <typename Level>
Fate ReadCandidate(Level& level, std::string_view value) {
  constexpr int kWordsBeforeTyp = 6;
  std::string_view rest = value;
  for (int word = 0; word < kWordsBeforeTyp; ++word) NextListWord(rest);
  if (NextListWord(rest) == "typ" && !NextListWord(rest).empty()) {
    level.candidates.emplace_back(value);
  }
  return Fate::kConsumed;
}

// Ids of one-byte headers are 1-14, of two-byte headers up to 255; 15 is reserved (RFC 8285 §4.2).
// "/direction" and extension parameters are dropped; the first of two with the same id counts.
template <typename Level>
Fate ReadExtmap(Level& level, std::string_view value) {
  constexpr uint32_t kReservedId = 15, kMaxId = 255;
  std::string_view id_text = NextWord(value);
  id_text = id_text.substr(0, id_text.find('/'));
  const std::string_view uri = NextListWord(value);
  const std::optional<uint32_t> id = ParseNumber(id_text, kMaxId);
  if (!id || *id == 0 || *id == kReservedId || uri.empty()) return Fate::kConsumed;
  const bool known = std::any_of(level.extmap.begin(), level.extmap.end(),
                                 [&](const Extmap& extmap) { return extmap.id == *id; });
  if (!known) level.extmap.push_back({*id, std::string(uri)});
  return Fate::kConsumed;
}

template <typename Level>
Fate ReadExtmapAllowMixed(Level& level, std::string_view) {
  level.extmap_allow_mixed = true;
  return Fate::kConsumed;
}

// --- the table ----------------------------------------------------------------------------------

// What an opaque section does with an attribute: its writer prints all lines as they came, but
// direction, ICE and DTLS still tell us about the transport below.
enum class InOpaque { kPass, kReadAndPass, kRead };

struct Rule {
  std::string_view name;
  Fate (*in_session)(SessionDescription&, std::string_view);  // null: dropped there
  Fate (*in_media)(MediaSection&, std::string_view);          // null: dropped there
  InOpaque in_opaque;
};

using Session = SessionDescription;
using Media = MediaSection;

// Sorted by name.
constexpr Rule kRules[] = {
    {"candidate", ReadCandidate<Session>, ReadCandidate<Media>, InOpaque::kReadAndPass},
    {"crypto", nullptr, ReadCrypto, InOpaque::kPass},
    {"end-of-candidates", nullptr, ReadEndOfCandidates, InOpaque::kReadAndPass},
    {"extmap", ReadExtmap<Session>, ReadExtmap<Media>, InOpaque::kPass},
    {"extmap-allow-mixed", ReadExtmapAllowMixed<Session>, ReadExtmapAllowMixed<Media>,
     InOpaque::kPass},
    {"fingerprint", ReadFingerprint<Session>, ReadFingerprint<Media>, InOpaque::kReadAndPass},
    {"fmtp", nullptr, ReadFmtp, InOpaque::kPass},
    {"group", ReadGroup, nullptr, InOpaque::kPass},
    {"ice-lite", ReadIceLite, nullptr, InOpaque::kPass},
    {"ice-mismatch", nullptr, nullptr, InOpaque::kPass},
    {"ice-options", ReadIceOptions<Session>, ReadIceOptions<Media>, InOpaque::kReadAndPass},
    {"ice-pwd", ReadIcePwd<Session>, ReadIcePwd<Media>, InOpaque::kReadAndPass},
    {"ice-ufrag", ReadIceUfrag<Session>, ReadIceUfrag<Media>, InOpaque::kReadAndPass},
    {"inactive", ReadInactive<Session>, ReadInactive<Media>, InOpaque::kReadAndPass},
    {"label", nullptr, ReadLabel, InOpaque::kRead},
    {"maxptime", nullptr, ReadMaxptime, InOpaque::kPass},
    {"mid", nullptr, ReadMid, InOpaque::kRead},
    {"ptime", nullptr, ReadPtime, InOpaque::kPass},
    {"recvonly", ReadRecvonly<Session>, ReadRecvonly<Media>, InOpaque::kReadAndPass},
    {"remote-candidates", nullptr, ReadRemoteCandidates, InOpaque::kReadAndPass},
    {"rtcp", nullptr, ReadRtcp, InOpaque::kPass},
    {"rtcp-fb", ReadSessionRtcpFeedback, ReadRtcpFeedback, InOpaque::kPass},
    {"rtcp-mux", nullptr, ReadRtcpMux, InOpaque::kPass},
    {"rtpengine", ReadRtpengineId, nullptr, InOpaque::kPass},
    {"rtpmap", nullptr, ReadRtpmap, InOpaque::kPass},
    {"sendonly", ReadSendonly<Session>, ReadSendonly<Media>, InOpaque::kReadAndPass},
    {"sendrecv", ReadSendrecv<Session>, ReadSendrecv<Media>, InOpaque::kReadAndPass},
    {"setup", ReadSetup<Session>, ReadSetup<Media>, InOpaque::kReadAndPass},
    {"tls-id", ReadTlsId<Session>, ReadTlsId<Media>, InOpaque::kReadAndPass},
};

constexpr bool RulesAreSorted() {
  for (size_t at = 1; at < std::size(kRules); ++at) {
    if (kRules[at - 1].name >= kRules[at].name) return false;
  }
  return true;
}
static_assert(RulesAreSorted());

const Rule* FindRule(std::string_view name) {
  const Rule* found =
      std::lower_bound(std::begin(kRules), std::end(kRules), name,
                       [](const Rule& rule, std::string_view text) { return rule.name < text; });
  return found != std::end(kRules) && found->name == name ? found : nullptr;
}

struct NameAndValue {
  std::string_view name, value;
  bool has_value = false;
};

NameAndValue Split(std::string_view line) {
  const size_t colon = line.find(':');
  if (colon == std::string_view::npos) return {line, {}, false};
  return {line.substr(0, colon), line.substr(colon + 1), true};
}

void Pass(const NameAndValue& attribute, std::vector<Attribute>& attributes) {
  attributes.push_back(
      {std::string(attribute.name), std::string(attribute.value), attribute.has_value});
}

}  // namespace

bool IsOpaque(const MediaSection& media) {
  return media.type == MediaType::kMessage || !IsRtp(CanonicalProtocol(media.protocol));
}

void ParseSessionAttribute(std::string_view line, SessionDescription& session) {
  const NameAndValue attribute = Split(line);
  const Rule* rule = FindRule(attribute.name);
  if (rule != nullptr) {
    if (rule->in_session == nullptr) return;
    if (rule->in_session(session, attribute.value) == Fate::kConsumed) return;
  }
  Pass(attribute, session.attributes);
}

void ParseMediaAttribute(std::string_view line, MediaSection& media) {
  const NameAndValue attribute = Split(line);
  const Rule* rule = FindRule(attribute.name);
  if (rule != nullptr) {
    const bool opaque = IsOpaque(media);
    const bool read = !opaque || rule->in_opaque != InOpaque::kPass;
    if (read && rule->in_media == nullptr) return;
    const Fate fate = read ? rule->in_media(media, attribute.value) : Fate::kPassed;
    const bool copied = opaque && rule->in_opaque == InOpaque::kReadAndPass;
    if (fate == Fate::kConsumed && !copied) return;
  }
  Pass(attribute, media.attributes);
}

}  // namespace controld::sdp
