#include "controld/ng/flag_table.h"

#include <array>

#include "controld/ng/spelling_index.h"

namespace controld::ng {
namespace {

constexpr std::array kFlags = {
    // addresses and learning
    FlagRow{"trust-address|trust address", Flag::kTrustAddress, 1, kYes,
            "use the address in the SDP"},
    FlagRow{"SIP-source-address|sip-source-address|SIP source address|sip source address",
            Flag::kSipSourceAddress, 1, kYes,
            "use received-from instead of the address in the SDP"},
    FlagRow{"symmetric", Flag::kCount, 1, kObsolete, "the default, named by old scripts"},
    FlagRow{"asymmetric", Flag::kAsymmetric, 1, kYes, "never learn, send to the SDP's address"},
    FlagRow{"unidirectional", Flag::kUnidirectional, 3, kYes,
            "the first packet also confirms the other side's endpoint"},
    FlagRow{"strict-source|strict source", Flag::kStrictSource, 2, kYes,
            "drop packets not from the confirmed source"},
    FlagRow{"media-handover|media handover", Flag::kMediaHandover, 2, kYes,
            "follow a source that changes mid-call"},
    FlagRow{"port-latching|port latching", Flag::kPortLatching, 2, kYes,
            "keep local ports over re-offers"},
    FlagRow{"no-port-latching|no port latching", Flag::kNoPortLatching, 2, kYes,
            "new local ports when the remote endpoint changed"},
    FlagRow{"NAT-wait|nat-wait|NAT wait|nat wait", Flag::kNatWait, 2, kYes,
            "send nothing before something was received"},
    FlagRow{"pierce-NAT|pierce-nat|pierce NAT|pierce nat", Flag::kPierceNat, 2, kYes,
            "send dummy packets until something is received"},
    // the printed SDP
    FlagRow{"loop-protect|loop protect", Flag::kLoopProtect, 2, kYes, "add and check a=rtpengine"},
    FlagRow{"no-rtcp-attribute|no rtcp attribute", Flag::kNoRtcpAttribute, 1, kYes, "omit a=rtcp"},
    FlagRow{"full-rtcp-attribute|full rtcp attribute", Flag::kFullRtcpAttribute, 2, kYes,
            "a=rtcp with address"},
    FlagRow{"original-sendrecv|original sendrecv", Flag::kOriginalSendrecv, 2, kYes,
            "print direction attributes as received"},
    FlagRow{"inactive", Flag::kInactive, 2, kYes, "print a=inactive"},
    FlagRow{"generate-mid|generate mid", Flag::kGenerateMid, 2, kYes, "add a=mid where missing"},
    FlagRow{"strip-extmap|strip extmap", Flag::kStripExtmap, 3, kYes,
            "remove all header extensions"},
    FlagRow{"fragment", Flag::kFragment, 2, kYes, "the body is a trickle ICE fragment"},
    FlagRow{"reset", Flag::kReset, 3, kYes, "restart ICE and decide its use anew"},
    // RTCP
    FlagRow{"generate-RTCP|generate-rtcp|generate RTCP|generate rtcp", Flag::kGenerateRtcp, 2, kYes,
            "produce own RTCP"},
    FlagRow{"mirror-RTCP|mirror-rtcp|mirror RTCP|mirror rtcp|RTCP-mirror|rtcp-mirror|RTCP "
            "mirror|rtcp mirror",
            Flag::kMirrorRtcp, 3, kYes, "forward RTCP also when generating it"},
    // security
    FlagRow{"pad-crypto|pad crypto", Flag::kPadCrypto, 2, kYes, "pad base64 in a=crypto",
            FlagAction::kPadCrypto},
    FlagRow{"no-tls-id|no tls id", Flag::kNoTlsId, 2, kYes, "neither print nor honour a=tls-id"},
    FlagRow{"trickle-ICE|trickle-ice|trickle ICE|trickle ice", Flag::kTrickleIce, 2, kYes,
            "advertise trickle ICE"},
    FlagRow{
        "ICE-reject|ice-reject|ICE reject|ice reject|reject-ICE|reject-ice|reject ICE|reject ice",
        Flag::kIceReject, 3, kYes, "offer: the answer to its sender has no ICE"},
    FlagRow{"recrypt", Flag::kRecrypt, 3, kYes, "re-encrypt even with equal keys"},
    FlagRow{"WebRTC|webrtc|webRTC|WebRtc", Flag::kCount, 2, kYes,
            "for a browser: transport-protocol=UDP/TLS/RTP/SAVPF ICE=force trickle-ICE "
            "rtcp-mux-require no-rtcp-attribute SDES-off bundle-require",
            FlagAction::kWebRtc},
    // parties and dialogues
    FlagRow{"directional", Flag::kDirectional, 2, kYes, "honour from-tag"},
    FlagRow{"all", Flag::kAll, 2, kYes, "the whole call"},
    FlagRow{"to-tag|to tag|to_tag", Flag::kToTag, 1, kYes, "delete: honour to-tag"},
    FlagRow{"fatal", Flag::kFatal, 2, kYes, "delete: an unknown call is an error"},
    FlagRow{"fast", Flag::kFast, 2, kYes, "delete: reply without statistics"},
    FlagRow{"new-branch|new branch", Flag::kNewBranch, 3, kYes,
            "answer: an unknown to-tag makes a new party"},
    FlagRow{"provisional", Flag::kProvisional, 3, kYes,
            "answer: a changed to-tag is an alias, even after a final one"},
    FlagRow{"SIPREC|siprec", Flag::kSiprec, 2, kYes, "subscribe request: reply in SIPREC form"},
    FlagRow{"egress", Flag::kEgress, 3, kYes, "subscribe to what the party hears"},
    FlagRow{"mix|mixed", Flag::kMix, 3, kNoMixing, "mix the sources"},
    FlagRow{"bidirectional", Flag::kBidirectional, 3, kYes, "mesh: both ways"},
    FlagRow{"unsubscribe", Flag::kUnsubscribe, 3, kYes, "mesh: drop subscriptions first"},
    FlagRow{"debug|debugging", Flag::kDebug, 2, kYes,
            "log everything about this call, whatever the log levels are"},
    FlagRow{"no-redis-update|no redis update", Flag::kNoRedisUpdate, 3, kNoRedisAnyway,
            "don't persist after this command"},
    // recording
    FlagRow{"record-call|record call", Flag::kRecordCall, 2, kNoRecording, "record the call",
            FlagAction::kRecordCall},
    FlagRow{"exclude-recording|exclude recording", Flag::kExcludeRecording, 3, kNotRecordedAnyway,
            "don't record this party"},
    FlagRow{"discard-recording|discard recording", Flag::kDiscardRecording, 3, kNotRecordedAnyway,
            "delete what was recorded"},
    FlagRow{"recording-announcement|recording announcement", Flag::kRecordingAnnouncement, 3,
            kNoRecording, "play an announcement when recording starts"},
    FlagRow{"recording-vsc|recording-VSC|recording vsc|recording VSC", Flag::kRecordingVsc, 3,
            kNoRecording, "vertical service codes steer the recording"},
    FlagRow{"skip-recording-db|skip recording db", Flag::kSkipRecordingDb, 3, kNotRecordedAnyway,
            "no database entry for the recording"},
    FlagRow{"pause", Flag::kPause, 2, kNotRecordedAnyway, "stop recording: only pause"},
    // DTMF and packets
    FlagRow{"block-DTMF|block-dtmf|block DTMF|block dtmf", Flag::kBlockDtmf, 2, kYes,
            "drop this party's DTMF"},
    FlagRow{"detect-DTMF|detect-dtmf|detect DTMF|detect dtmf", Flag::kDetectDtmf, 2,
            kNoToneDetection, "detect in-band DTMF"},
    FlagRow{"inject-DTMF|inject-dtmf|inject DTMF|inject dtmf", Flag::kInjectDtmf, 2, kNoInjection,
            "prepare for play DTMF"},
    FlagRow{
        "block-short|block-shorts|block-short-packets|block short|block shorts|block short packets",
        Flag::kBlockShort, 4, kYes, "drop packets shorter than their codec's frame"},
    FlagRow{"block-egress|block egress", Flag::kBlockEgress, 3, kNoPlayer,
            "play media: suppress the normal media meanwhile"},
    // codecs
    FlagRow{"single-codec|single codec", Flag::kSingleCodec, 2, kYes, "answer with one codec"},
    FlagRow{"reuse-codecs|reuse codecs|no-codec-renegotiation|no codec renegotiation",
            Flag::kReuseCodecs, 2, kYes, "established codecs first"},
    FlagRow{"static-codecs|static codecs", Flag::kStaticCodecs, 2, kYes,
            "print the established list"},
    FlagRow{
        "allow-no-codec-media|allow no codec media|allow-empty-codec-media|allow empty codec media|"
        "allow-empty-codec-medias|allow empty codec medias",
        Flag::kAllowNoCodecMedia, 2, kYes, "a section may lose all its codecs"},
    FlagRow{"allow-asymmetric-codecs|allow asymmetric codecs", Flag::kAllowAsymmetricCodecs, 3,
            kSameCodecs, "the sides may use different codecs"},
    FlagRow{"allow-transcoding|allow transcoding", Flag::kAllowTranscoding, 2, kNoTranscoding,
            "transcode where needed"},
    FlagRow{"force-transcoding|force transcoding", Flag::kForceTranscoding, 2, kNoTranscoding,
            "prefer transcoding"},
    FlagRow{"always-transcode|always transcode", Flag::kAlwaysTranscode, 2, kNoTranscoding,
            "transcode even equal codecs"},
    FlagRow{"asymmetric-codecs|asymmetric codecs", Flag::kCount, 2, kObsolete,
            "once: the sides may use different codecs"},
    FlagRow{"reorder-codecs|reorder codecs", Flag::kCount, 2, kObsolete,
            "once: prefer codecs that need no conversion"},
    FlagRow{"symmetric-codecs|symmetric codecs", Flag::kCount, 2, kObsolete,
            "once: prefer codecs that need no conversion"},
    FlagRow{"early-media|early media", Flag::kEarlyMedia, 3, kNoPlayer,
            "audio player already on the offer"},
    FlagRow{"passthrough|passthru", Flag::kPassthrough, 3, kTerminated,
            "relay what would be terminated"},
    FlagRow{"no-passthrough|no passthrough|no-passthru|no passthru", Flag::kNoPassthrough, 3,
            kTerminatedAnyway, "undo passthrough"},
    FlagRow{"audio-player|audio player|player", Flag::kAudioPlayer, 3, kNoPlayer,
            "send through the audio player"},
    FlagRow{"no-audio-player|no audio player|no-player|no player", Flag::kNoAudioPlayer, 3,
            kNoPlayerAnyway, "no audio player"},
    FlagRow{"no-jitter-buffer|no jitter buffer", Flag::kNoJitterBuffer, 3, kNoJitterBufferAnyway,
            "no jitter buffer"},
};

constexpr SpellingIndex<CountSpellings(kFlags)> kIndex(kFlags);
static_assert(kIndex.Unambiguous());

// Where one prefix begins another the longer stands first.
constexpr PrefixRow kPrefixes[] = {
    {"replace-", PrefixAction::kItem, "replace", "", 1, "replaces in the SDP", "origin"},
    {"rtcp-mux-", PrefixAction::kItem, "rtcp-mux", "", 1, "RTCP on the RTP port", "offer"},
    {"RTCP-mux-", PrefixAction::kItem, "rtcp-mux", "", 1, "RTCP on the RTP port", "offer"},
    {"codec-strip-", PrefixAction::kCodec, "codec", "strip", 1, "codec", "PCMA"},
    {"codec-offer-", PrefixAction::kCodec, "codec", "offer", 1, "codec", "PCMA"},
    {"codec-except-", PrefixAction::kCodec, "codec", "except", 1, "codec", "PCMA"},
    {"codec-ignore-", PrefixAction::kCodec, "codec", "ignore", 2, "codec", "PCMA"},
    {"codec-accept-", PrefixAction::kCodec, "codec", "accept", 2, "codec", "PCMA"},
    {"codec-consume-", PrefixAction::kCodec, "codec", "consume", 2, "codec", "PCMA"},
    {"codec-mask-", PrefixAction::kCodec, "codec", "mask", 2, "codec", "PCMA"},
    {"codec-set-", PrefixAction::kCodec, "codec", "set", 2, "codec", "opus/48000/2/32000"},
    {"codec-transcode-", PrefixAction::kCodec, "codec", "transcode", 2, "codec", "PCMA"},
    {"transcode-", PrefixAction::kCodec, "codec", "transcode", 2, "codec", "PCMA"},
    {"SDES-", PrefixAction::kItem, "SDES", "", 1, "SDES suites and options", "off"},
    {"sdes-", PrefixAction::kItem, "SDES", "", 1, "SDES suites and options", "off"},
    {"OSRTP-", PrefixAction::kItem, "OSRTP", "", 3, "opportunistic SRTP", "offer"},
    {"BUNDLE-", PrefixAction::kItem, "bundle", "", 2, "several sections on one port", "accept"},
    {"bundle-", PrefixAction::kItem, "bundle", "", 2, "several sections on one port", "accept"},
    {"endpoint-learning-", PrefixAction::kValue, "endpoint-learning", "", 2,
     "how the peer's address is learned", "off"},
    {"from-tags-", PrefixAction::kItem, "from-tags", "", 2, "one of several sources", "1928301774"},
    {"sdp-attr-add-", PrefixAction::kSdpAttrAdd, "sdp-attr", "", 2, "SECTION-TEXT: add an a= line",
     "audio-ptime:20"},
    {"sdp-attr-remove-", PrefixAction::kSdpAttrRemove, "sdp-attr", "", 2,
     "SECTION-TEXT: leave an a= line out", "audio-ptime:20"},
    {"sdp-attr-substitute-", PrefixAction::kSdpAttrSubstitute, "sdp-attr", "", 2,
     "SECTION-FROM>TO: print an a= line as another", "audio-ptime:20>ptime:40"},
    {"T38-", PrefixAction::kItem, "T.38", "", 3, "fax gateway", "decode"},
    {"T.38-", PrefixAction::kItem, "T.38", "", 3, "fax gateway", "decode"},
};

}  // namespace

absl::Span<const FlagRow> FlagRows() { return kFlags; }
absl::Span<const PrefixRow> PrefixRows() { return kPrefixes; }

const FlagRow* FindFlag(std::string_view text) {
  const size_t row = kIndex.Find(text);
  return row == decltype(kIndex)::kNotFound ? nullptr : &kFlags[row];
}

const PrefixRow* FindPrefix(std::string_view text) {
  for (const PrefixRow& row : kPrefixes) {
    if (text.size() > row.prefix.size() && text.starts_with(row.prefix)) return &row;
  }
  return nullptr;
}

}  // namespace controld::ng
