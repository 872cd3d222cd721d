// The table of consumed attributes and their readers, see parse_attributes.h. RFC 8866 §6 and the
// RFCs of the single attributes: 3605 rtcp, 5761 rtcp-mux, 8285 extmap, 4585 rtcp-fb, 5888 mid,
// 4574 label, 8839 ICE, 8122 and 4145 fingerprint and setup, 4568 crypto.
#include "controld/sdp/parse_attributes.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <optional>
#include <string>
#include <utility>

#include "controld/sdp/attribute_values.h"
#include "controld/sdp/text.h"
#include "proto/base/text.h"

namespace controld::sdp {
namespace {

// What became of an attribute: consumed (also when its value was malformed), or passed through.
enum class Fate { kConsumed, kPassed };

void Append(std::string_view value, std::vector<std::string>& list) {
  if (list.size() < kMaxListed) list.emplace_back(value);
}

// --- per payload type ---------------------------------------------------------------------------

// A payload type may be listed twice; attributes count for each occurrence.
template <typename Action>
void ForEachCodec(MediaSection& media, int payload_type, Action action) {
  for (Codec& codec : media.codecs) {
    if (codec.payload_type == payload_type) action(codec);
  }
}

Fate ReadRtpmap(MediaSection& media, std::string_view value) {
  const std::optional<PayloadValue> split = ReadPayloadValue(value);
  if (!split) return Fate::kConsumed;
  const std::optional<Encoding> encoding = ReadEncoding(split->rest);
  if (!encoding) return Fate::kConsumed;
  ForEachCodec(media, split->payload_type, [&](Codec& codec) {
    codec.name.assign(encoding->name);
    codec.clock_rate = encoding->clock_rate;
    codec.channels = encoding->channels;
  });
  return Fate::kConsumed;
}

Fate ReadFmtp(MediaSection& media, std::string_view value) {
  if (const std::optional<PayloadValue> split = ReadPayloadValue(value)) {
    ForEachCodec(media, split->payload_type,
                 [&](Codec& codec) { codec.fmtp.emplace(split->rest); });
  }
  return Fate::kConsumed;
}

bool IsFeedbackWildcard(std::string_view value) { return NextWord(value) == "*"; }

Fate ReadRtcpFeedback(MediaSection& media, std::string_view value) {
  if (IsFeedbackWildcard(value)) return Fate::kPassed;
  if (const std::optional<PayloadValue> split = ReadPayloadValue(value)) {
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

Fate ReadRtcp(MediaSection& media, std::string_view value) {
  if (const std::optional<RtcpAttribute> rtcp = ReadRtcpValue(value)) media.rtcp = rtcp;
  return Fate::kConsumed;
}

Fate ReadRtcpMux(MediaSection& media, std::string_view) {
  media.rtcp_mux = true;
  return Fate::kConsumed;
}

Fate ReadCrypto(MediaSection& media, std::string_view value) {
  if (IsCrypto(value)) Append(value, media.crypto);
  return Fate::kConsumed;
}

Fate ReadRemoteCandidates(MediaSection& media, std::string_view value) {
  if (!value.empty()) Append(value, media.remote_candidates);
  return Fate::kConsumed;
}

Fate ReadEndOfCandidates(MediaSection& media, std::string_view) {
  media.end_of_candidates = true;
  return Fate::kConsumed;
}

// --- session only -------------------------------------------------------------------------------

Fate ReadGroup(SessionDescription& session, std::string_view value) {
  if (!value.empty()) Append(value, session.groups);
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
  level.has_sendrecv = true;
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
    return base::EqualsIgnoreCase(known, value);
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

template <typename Level>
Fate ReadFingerprint(Level& level, std::string_view value) {
  if (IsFingerprint(value)) Append(value, level.fingerprint);
  return Fate::kConsumed;
}

// foundation component transport priority address port "typ" type: the words every candidate has.
template <typename Level>
Fate ReadCandidate(Level& level, std::string_view value) {
  if (IsCandidate(value)) Append(value, level.candidates);
  return Fate::kConsumed;
}

// The first of two with the same id counts.
template <typename Level>
Fate ReadExtmap(Level& level, std::string_view value) {
  std::optional<Extmap> read = ReadExtmapValue(value);
  if (!read) return Fate::kConsumed;
  const bool known = std::any_of(level.extmap.begin(), level.extmap.end(),
                                 [&](const Extmap& extmap) { return extmap.id == read->id; });
  if (!known) level.extmap.push_back(std::move(*read));
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
