// A decoded NG request: every key and flag of ng-protocol.md §8 as a typed field.
//
// Made by ParseRequest (parse_request.h) from a value tree. Nothing here knows calls, sockets or
// time.
#pragma once

#include <bitset>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "controld/ng/encoding.h"
#include "proto/base/endpoint.h"

namespace controld::ng {

enum class Command : uint8_t {
  kUnknown,
  kPing,
  kOffer,
  kAnswer,
  kDelete,
  kQuery,
  kList,
  kStartRecording,
  kStopRecording,
  kPauseRecording,
  kStartForwarding,
  kStopForwarding,
  kBlockDtmf,
  kUnblockDtmf,
  kBlockMedia,
  kUnblockMedia,
  kSilenceMedia,
  kUnsilenceMedia,
  kPlayMedia,
  kStopMedia,
  kPlayDtmf,
  kStatistics,
  kPublish,
  kSubscribeRequest,
  kSubscribeAnswer,
  kUnsubscribe,
  kInjectStart,
  kInjectStop,
  kConnect,
  kTransform,
  kCreate,
  kCreateAnswer,
  kMesh,
  kCli,
};

// §8.7 flags and the boolean outcomes of other keys. "sticky" ones are remembered per party by the
// call model.
enum class Flag : uint8_t {
  kTrustAddress,
  kSipSourceAddress,
  kAsymmetric,
  kUnidirectional,
  kStrictSource,
  kMediaHandover,
  kPortLatching,
  kNoPortLatching,
  kLoopProtect,
  kNoRtcpAttribute,
  kFullRtcpAttribute,
  kOriginalSendrecv,
  kInactive,
  kGenerateMid,
  kToTag,
  kFatal,
  kFast,
  kDiscardRecording,
  kNewBranch,
  kProvisional,
  kDirectional,
  kAll,
  kFragment,
  kReset,
  kPierceNat,
  kNatWait,
  kRecordCall,
  kDebug,
  kAllowNoCodecMedia,
  kAllowAsymmetricCodecs,
  kAllowTranscoding,
  kAlwaysTranscode,
  kSingleCodec,
  kReuseCodecs,
  kStaticCodecs,
  kStripExtmap,
  kTrickleIce,
  kNoTlsId,
  kPadCrypto,
  kRecrypt,
  kEarlyMedia,
  kGenerateRtcp,
  kNoGenerateRtcp,
  kMirrorRtcp,
  kNoRedisUpdate,
  // replace (§8.6)
  kReplaceOrigin,
  kReplaceUsername,
  kReplaceSdpVersion,
  kReplaceSessionName,
  kReplaceZeroAddress,
  kReplaceOriginFull,
  kForceIncrementSdpVersion,
  // rtcp-mux
  kRtcpMuxOffer,
  kRtcpMuxRequire,
  kRtcpMuxDemux,
  kRtcpMuxAccept,
  kRtcpMuxReject,
  // supports
  kSupportsLoadLimit,
  // recognised; what nothing consumes yet is reported by the parser (flag_table.h, column
  // `status`)
  kIceReject,
  kForceTranscoding,
  kExcludeRecording,
  kSkipRecordingDb,
  kRecordingAnnouncement,
  kRecordingVsc,
  kPause,
  kBlockDtmf,
  kDetectDtmf,
  kInjectDtmf,
  kBlockShort,
  kBlockEgress,
  kEgress,
  kMix,
  kBidirectional,
  kUnsubscribe,
  kSiprec,
  kPassthrough,
  kNoPassthrough,
  kAudioPlayer,
  kNoAudioPlayer,
  kNoJitterBuffer,
  kDropTrafficStart,
  kDropTrafficStop,
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

// play media (§6.11).
struct PlayOptions {
  std::string file, blob, blob64;
  std::optional<int64_t> db_id;
  std::optional<int64_t> repeat_times, repeat_duration_ms, start_pos_ms;
};

// play DTMF, block DTMF (§6.10, §6.12). Times in ms.
struct DtmfOptions {
  std::string code;  // "0" … "15" or one of 0123456789*#ABCD
  std::optional<int> duration_ms, pause_ms, volume, delay_ms, trigger_end_time_ms,
      trigger_end_digits;
  std::string security, security_trigger, security_trigger_end;  // modes, §6.10
  std::string trigger, trigger_end;
  std::vector<int> frequencies;
};

// record-call and the recording commands (§6.7).
struct RecordingOptions {
  std::string record_call;  // "", "yes", "no", "discard"
  std::string file, directory, pattern;
};

// One section of create; transform has the same key with more in it.
struct MediaSpec {
  std::string type;                 // "audio"
  std::vector<std::string> codecs;  // items as in CodecLists
  std::string id;
};

// mesh: who is heard, and by whom.
struct MeshTag {
  std::string from;
  std::vector<std::string> to;
};

struct Request {
  Command command = Command::kUnknown;
  std::string command_text;
  ReplyRoom room;           // of the reply; set by whom it came to
  bool rtpp_flags = false;  // the client leaves the reading of its flags to us (§9)
  std::optional<std::string> call_id, from_tag, to_tag;  // present and empty differs from absent
  // The call-id the client used, where that call has become part of the one in call_id.
  std::optional<std::string> merged_call_id;
  std::string via_branch;
  std::optional<std::string> sdp;
  std::optional<base::IpAddress> received_from;
  std::string label, set_label, to_label;
  std::optional<std::string> address;      // party selection by signalled address, as written
  std::vector<std::string> from_tags;      // several sources
  std::string to_call_id;                  // connect, subscribe request
  std::string source_tag, source_call_id;  // inject
  std::vector<std::string> calls;          // mesh
  std::vector<MeshTag> tags;               // mesh
  std::vector<MediaSpec> media;            // create, transform
  std::string instance;                    // transform
  std::string alias_key;                   // "", "none", "sdp", "address"
  std::string metadata;
  SipMessageType sip_message_type = SipMessageType::kNone;
  int sip_code = 0;

  std::string from_interface, to_interface;  // direction, from-/to-interface
  std::string interface;                     // publish, subscribe request, create, transform
  std::optional<base::IpAddress> peer, inbound_peer,
      outbound_peer;  // interface by route to that address
  std::optional<base::Family> address_family;
  std::optional<base::IpAddress> media_address;
  std::string
      transport_protocol;  // as spelled in sdp-rewriting.md §6, or "accept"; empty = not given
  int tos = 256;           // 256 = configured default
  int ptime = 0, ptime_reverse = 0;
  std::optional<int> delete_delay;  // seconds
  std::string endpoint_learning;    // "", "off", "immediate", "delayed", "heuristic"
  std::string all;         // "", "all", "none", "offer-answer", "except-offer-answer", "flows"
  std::string media_echo;  // "", "blackhole", "forward", "backward", "both"
  // Canonical words in order of appearance, whatever the spelling was (words.h):
  //   ice    remove force default optional force-relay lite-forward lite-backward lite-both no-lite
  //   trickle ice2 dtls   passive active off sdes   off nonew prefer static pad lifetime
  //   unencrypted_srtp … no-<SUITE> only-<SUITE> order:A;B
  //          offerer_pref:A;B
  //   osrtp  offer offer-legacy accept accept-rfc accept-legacy
  //   bundle accept offer require strict reject
  std::vector<std::string> ice, dtls, sdes, osrtp, bundle;
  std::string dtls_fingerprint;  // "sha-256" …
  std::vector<std::string> extmap_strip, extmap_mask;
  CodecLists codec;
  // sdp-attr by section: index 0 = session level, then by sdp::MediaType name
  std::vector<std::pair<std::string, SdpAttrRules>>
      sdp_attr;  // section name ("global", "audio", …)
  std::vector<std::string> sdp_media_remove;
  std::optional<int64_t> limit;     // list
  std::optional<std::string> body;  // cli
  std::optional<int> delay_buffer_ms;
  std::string dtmf_log_destination, xmlrpc_callback;
  PlayOptions play;
  DtmfOptions dtmf;
  RecordingOptions recording;

  std::bitset<static_cast<size_t>(Flag::kCount)> flags;
  bool Has(Flag flag) const { return flags.test(static_cast<size_t>(flag)); }
  void Set(Flag flag) { flags.set(static_cast<size_t>(flag)); }

  // Log texts, e.g. "Unknown flag encountered: 'x'"; never errors. At most kMaxWarnings, the last
  // of which then says that more were left out.
  static constexpr size_t kMaxWarnings = 32;
  std::vector<std::string> warnings;
  // Set when the request must fail as a whole with this error-reason (sdp-attr, §10).
  std::string error;
};

}  // namespace controld::ng
