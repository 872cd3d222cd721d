// A decoded NG request: every key and flag of ng-protocol.md §8 as a typed field.
//
// Made by ParseRequest (parse_request.h) from a value tree. Nothing here knows calls, sockets or time.
#pragma once

#include <bitset>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "proto/base/endpoint.h"

namespace controld::ng {

enum class Command : uint8_t {
  kUnknown, kPing, kOffer, kAnswer, kDelete, kQuery, kList, kStartRecording, kStopRecording, kPauseRecording,
  kStartForwarding, kStopForwarding, kBlockDtmf, kUnblockDtmf, kBlockMedia, kUnblockMedia, kSilenceMedia,
  kUnsilenceMedia, kPlayMedia, kStopMedia, kPlayDtmf, kStatistics, kPublish, kSubscribeRequest,
  kSubscribeAnswer, kUnsubscribe, kInjectStart, kInjectStop, kConnect, kTransform, kCreate, kCreateAnswer,
  kMesh, kCli,
};

// §8.7 flags and the boolean outcomes of other keys. "sticky" ones are remembered per party by the call model.
enum class Flag : uint8_t {
  kTrustAddress, kSipSourceAddress, kAsymmetric, kUnidirectional, kStrictSource, kMediaHandover, kPortLatching,
  kNoPortLatching, kLoopProtect, kNoRtcpAttribute, kFullRtcpAttribute, kOriginalSendrecv, kInactive,
  kGenerateMid, kToTag, kFatal, kFast, kDiscardRecording, kNewBranch, kProvisional, kDirectional, kAll,
  kFragment, kReset, kPierceNat, kNatWait, kRecordCall, kDebug, kAllowNoCodecMedia, kAllowAsymmetricCodecs,
  kAllowTranscoding, kAlwaysTranscode, kSingleCodec, kReuseCodecs, kStaticCodecs, kStripExtmap,
  kTrickleIce, kNoTlsId, kPadCrypto, kRecrypt, kEarlyMedia, kGenerateRtcp, kNoGenerateRtcp, kMirrorRtcp, kNoRedisUpdate,
  // replace (§8.6)
  kReplaceOrigin, kReplaceUsername, kReplaceSdpVersion, kReplaceSessionName, kReplaceZeroAddress,
  kReplaceOriginFull, kForceIncrementSdpVersion,
  // rtcp-mux
  kRtcpMuxOffer, kRtcpMuxRequire, kRtcpMuxDemux, kRtcpMuxAccept, kRtcpMuxReject,
  // supports
  kSupportsLoadLimit,
  kCount,
};

enum class SipMessageType : uint8_t { kNone, kRequest, kReply };

struct CodecLists {  // items as written, "name[/rate[/channels[/…]]]", escapes resolved
  std::vector<std::string> strip, offer, except, ignore, accept, consume, mask, set, transcode;
};

struct SdpAttrRules {
  std::vector<std::string> add, remove;
  std::vector<std::pair<std::string, std::string>> substitute;
};

struct Request {
  Command command = Command::kUnknown;
  std::string command_text;
  std::optional<std::string> call_id, from_tag, to_tag;  // present and empty differs from absent
  std::string via_branch;
  std::optional<std::string> sdp;
  std::optional<base::IpAddress> received_from;
  std::string label, set_label, to_label;
  std::string metadata;
  SipMessageType sip_message_type = SipMessageType::kNone;
  int sip_code = 0;

  std::string from_interface, to_interface;  // direction, from-/to-interface
  std::optional<base::Family> address_family;
  std::optional<base::IpAddress> media_address;
  std::string transport_protocol;  // as spelled in sdp-rewriting.md §6, or "accept"; empty = not given
  int tos = 256;                   // 256 = configured default
  int ptime = 0, ptime_reverse = 0;
  std::optional<int> delete_delay;  // seconds
  std::string endpoint_learning;    // "", "off", "immediate", "delayed", "heuristic"
  std::string all;                  // value of key `all`
  std::vector<std::string> ice, dtls, sdes, osrtp, bundle;
  std::string dtls_fingerprint;
  CodecLists codec;
  // sdp-attr by section: index 0 = session level, then by sdp::MediaType name
  std::vector<std::pair<std::string, SdpAttrRules>> sdp_attr;  // section name ("global", "audio", …)
  std::vector<std::string> sdp_media_remove;
  std::optional<int64_t> limit;  // list

  std::bitset<static_cast<size_t>(Flag::kCount)> flags;
  bool Has(Flag flag) const { return flags.test(static_cast<size_t>(flag)); }
  void Set(Flag flag) { flags.set(static_cast<size_t>(flag)); }

  // Log texts, e.g. "Unknown flag encountered: 'x'"; never errors.
  std::vector<std::string> warnings;
  // Set when the request must fail as a whole with this error-reason (sdp-attr, §10).
  std::string error;
};

}  // namespace controld::ng
