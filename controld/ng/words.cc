#include "controld/ng/words.h"

#include <array>

namespace controld::ng {
namespace {

constexpr Word kIce[] = {
    {"remove", "remove"},
    {"force", "force"},
    {"default", "default"},
    {"optional", "optional"},
    {"force-relay|force_relay|force relay", "force-relay"},
    {"lite|lite-fw|lite-fwd|lite-forward|lite-offer", "lite-forward"},
    {"lite-back|lite-backward|lite-backwards|lite-reverse|lite-answer|lite-bkw|lite-bk",
     "lite-backward"},
    {"lite-both", "lite-both"},
    {"no-lite|lite-no|lite-off|lite-none", "no-lite"},
    {"trickle", "trickle"},
    {"ice2|ICE2", "ice2"},
};

constexpr Word kIceLite[] = {
    {"off|none|no", "no-lite"},
    {"forward|offer|fwd|fw", "lite-forward"},
    {"backward|backwards|reverse|answer|back|bkw|bk", "lite-backward"},
    {"both", "lite-both"},
};

constexpr Word kDtls[] = {
    {"passive", "passive"},
    {"active", "active"},
    {"no|off|disable|disabled", "off"},
};

constexpr Word kSdes[] = {
    {"no|off|disable|disabled", "off"},
    {"nonew", "nonew"},
    {"prefer|priority", "prefer"},
    {"static", "static"},
    {"pad", "pad"},
    {"lifetime", "lifetime"},
    {"unencrypted_srtp|UNENCRYPTED_SRTP", "unencrypted_srtp"},
    {"unencrypted_srtcp|UNENCRYPTED_SRTCP", "unencrypted_srtcp"},
    {"unauthenticated_srtp|UNAUTHENTICATED_SRTP", "unauthenticated_srtp"},
    {"encrypted_srtp|ENCRYPTED_SRTP", "encrypted_srtp"},
    {"encrypted_srtcp|ENCRYPTED_SRTCP", "encrypted_srtcp"},
    {"authenticated_srtp|AUTHENTICATED_SRTP", "authenticated_srtp"},
};

constexpr Word kOsrtp[] = {
    {"offer|offer-rfc|offer-RFC", "offer"},
    {"offer-legacy", "offer-legacy"},
    {"accept", "accept"},
    {"accept-rfc|accept-RFC", "accept-rfc"},
    {"accept-legacy", "accept-legacy"},
};

constexpr Word kBundle[] = {
    {"accept", "accept"}, {"offer", "offer"}, {"require", "require"},
    {"strict", "strict"}, {"reject", "reject"},
};

constexpr Word kEndpointLearning[] = {
    {"off", "off"},
    {"immediate", "immediate"},
    {"delayed", "delayed"},
    {"heuristic", "heuristic"},
};

constexpr Word kMediaEcho[] = {
    {"blackhole|sinkhole", "blackhole"},
    {"forward|fwd|fw", "forward"},
    {"backward|backwards|reverse|back|bkw|bk", "backward"},
    {"both", "both"},
};

constexpr Word kAll[] = {
    {"all", "all"},
    {"none", "none"},
    {"offer-answer", "offer-answer"},
    {"not-offer-answer|non-offer-answer|except-offer-answer", "except-offer-answer"},
    {"flows", "flows"},
};

constexpr Word kRecordCall[] = {{"yes|on", "yes"}, {"no|off", "no"}, {"discard", "discard"}};

constexpr Word kAliasKey[] = {
    {"none|off|no", "none"}, {"sdp|SDP", "sdp"}, {"address|endpoint", "address"}};

constexpr Word kSipMessageType[] = {
    {"request|sip-request|sip_request|SIP-request|SIP_request|sip request|SIP request", "request"},
    {"reply|sip-response|sip_response|sip response|SIP-response|SIP_response|SIP response",
     "reply"},
    {"sip-reply|sip_reply|sip reply|SIP-reply|SIP_reply|SIP reply", "reply"},
};

constexpr Word kTransport[] = {
    {"rtp/avp", "RTP/AVP"},
    {"rtp/avpf", "RTP/AVPF"},
    {"rtp/savp", "RTP/SAVP"},
    {"rtp/savpf", "RTP/SAVPF"},
    {"udp/tls/rtp/savp", "UDP/TLS/RTP/SAVP"},
    {"udp/tls/rtp/savpf", "UDP/TLS/RTP/SAVPF"},
    {"udptl", "udptl"},
};

constexpr Word kSection[] = {
    {"global|none", "global"},      {"audio", "audio"},     {"video", "video"}, {"text", "text"},
    {"application", "application"}, {"message", "message"}, {"image", "image"}, {"other", "other"},
};

constexpr Word kSwitch[] = {{"on|yes|true|enable|enabled", "on"},
                            {"off|no|false|disable|disabled", "off"}};

constexpr Word kDtmfSecurity[] = {
    {"drop", "drop"}, {"silence", "silence"}, {"tone", "tone"}, {"random", "random"},
    {"zero", "zero"}, {"DTMF", "DTMF"},       {"off", "off"},
};

constexpr FlagWord kReplace[] = {
    {"origin", Flag::kReplaceOrigin, Flag::kCount},
    {"SDP-version|sdp-version|SDP version|sdp version", Flag::kReplaceSdpVersion, Flag::kCount},
    {"username", Flag::kReplaceUsername, Flag::kCount},
    {"session-name|session name", Flag::kReplaceSessionName, Flag::kCount},
    {"zero-address|zero address", Flag::kReplaceZeroAddress, Flag::kCount},
    {"origin-full|origin_full|origin full", Flag::kReplaceOriginFull, Flag::kCount},
    {"force-increment-sdp-ver|force_increment_sdp_ver|force increment sdp "
     "ver|force-increment-sdp-version|"
     "force increment sdp version|force-increment-SDP-ver|force increment SDP ver",
     Flag::kForceIncrementSdpVersion, Flag::kCount},
};

constexpr FlagWord kRtcpMux[] = {
    {"offer", Flag::kRtcpMuxOffer, Flag::kCount},
    {"require", Flag::kRtcpMuxRequire, Flag::kRtcpMuxOffer},
    {"demux", Flag::kRtcpMuxDemux, Flag::kCount},
    {"accept", Flag::kRtcpMuxAccept, Flag::kCount},
    {"reject", Flag::kRtcpMuxReject, Flag::kCount},
};

constexpr FlagWord kSupports[] = {{"load limit", Flag::kSupportsLoadLimit, Flag::kCount}};

bool HasSpelling(std::string_view spellings, std::string_view text) {
  while (true) {
    const size_t bar = spellings.find('|');
    if (spellings.substr(0, bar) == text) return true;
    if (bar == std::string_view::npos) return false;
    spellings.remove_prefix(bar + 1);
  }
}

}  // namespace

absl::Span<const Word> IceWords() { return kIce; }
absl::Span<const Word> IceLiteWords() { return kIceLite; }
absl::Span<const Word> DtlsWords() { return kDtls; }
absl::Span<const Word> SdesWords() { return kSdes; }
absl::Span<const Word> OsrtpWords() { return kOsrtp; }
absl::Span<const Word> BundleWords() { return kBundle; }
absl::Span<const Word> EndpointLearningWords() { return kEndpointLearning; }
absl::Span<const Word> MediaEchoWords() { return kMediaEcho; }
absl::Span<const Word> AllWords() { return kAll; }
absl::Span<const Word> RecordCallWords() { return kRecordCall; }
absl::Span<const Word> AliasKeyWords() { return kAliasKey; }
absl::Span<const Word> SipMessageTypeWords() { return kSipMessageType; }
absl::Span<const Word> TransportWords() { return kTransport; }
absl::Span<const Word> SectionWords() { return kSection; }
absl::Span<const Word> SwitchWords() { return kSwitch; }
absl::Span<const Word> DtmfSecurityWords() { return kDtmfSecurity; }

absl::Span<const FlagWord> ReplaceWords() { return kReplace; }
absl::Span<const FlagWord> RtcpMuxWords() { return kRtcpMux; }
absl::Span<const FlagWord> SupportsWords() { return kSupports; }

const Word* FindWord(absl::Span<const Word> words, std::string_view text) {
  for (const Word& word : words) {
    if (HasSpelling(word.spellings, text)) return &word;
  }
  return nullptr;
}

std::string_view Canonical(absl::Span<const Word> words, std::string_view text) {
  const Word* word = FindWord(words, text);
  return word ? word->canonical : std::string_view();
}

const FlagWord* FindWord(absl::Span<const FlagWord> words, std::string_view text) {
  for (const FlagWord& word : words) {
    if (HasSpelling(word.spellings, text)) return &word;
  }
  return nullptr;
}

}  // namespace controld::ng
