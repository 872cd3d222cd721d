#include "controld/ng/key_table.h"

#include <array>
#include <limits>

#include "controld/ng/key_handlers.h"
#include "controld/ng/spelling_index.h"

namespace controld::ng {
namespace {

using namespace keys;  // the column `apply`

// To int, and milliseconds.
constexpr int64_t kIntMax = std::numeric_limits<int>::max();

constexpr std::array kKeys = {
    // §8.1 identification
    KeyRow{"command", Nothing, kText, 1, kYes, "what to do; read before the other keys",
           R"({"command": "offer"})"},
    KeyRow{"call-id|call-ID|call id|call ID", Text<&Request::call_id>, kText, 1, kYes, "the call",
           "a84b4c76@proxy.example"},
    KeyRow{"from-tag|from tag", Text<&Request::from_tag>, kText, 1, kYes, "offer: the SDP's sender",
           "1928301774"},
    KeyRow{"to-tag|to_tag|to tag", Text<&Request::to_tag>, kText, 1, kYes,
           "the other side; answer: the SDP's sender", "314159"},
    KeyRow{"via-branch", Text<&Request::via_branch>, kText, 1, kYes, "disambiguates forks",
           "z9hG4bK776"},
    KeyRow{"sdp|SDP", Text<&Request::sdp>, kText, 1, kYes, "the body", R"({"sdp": "v=0"})"},
    KeyRow{"received-from|received from", ReceivedFrom,
           Special(IsReceivedFrom, "[IP4 address], [IP6 address] or an IP address"), 1, kYes,
           "SIP source: [family, address] or an address", "[IP4 198.51.100.7]"},
    KeyRow{"label|from-label|from label", Text<&Request::label>, kText, 2, kYes,
           "labels or selects the sender", "caller"},
    KeyRow{"set-label|set label", Text<&Request::set_label>, kText, 2, kYes,
           "label of the new or selected party", "caller"},
    KeyRow{"to-label|to label", Text<&Request::to_label>, kText, 2, kYes, "selects the destination",
           "callee"},
    KeyRow{"address", Text<&Request::address>, kText, 3, kYes,
           "selects a party by its signalled address", "198.51.100.7"},
    KeyRow{"from-tags|from tags", Texts<&Request::from_tags>, kTexts, 2, kYes, "several sources",
           "[1928301774 314159]"},
    KeyRow{"to-call-id|to call id|to-call-ID|to call ID", Text<&Request::to_call_id>, kText, 3,
           kYes, "connect, subscribe: the other call", "b84b4c76@proxy.example"},
    KeyRow{"source-tag|source tag", Text<&Request::source_tag>, kText, 3, kYes,
           "inject: the speaker", "1928301774"},
    KeyRow{"source-call-id|source call id|source-call-ID|source call ID",
           Text<&Request::source_call_id>, kText, 3, kYes, "inject: the speaker's call",
           "b84b4c76@proxy.example"},
    KeyRow{"calls", Texts<&Request::calls>, kTexts, 3, kYes, "mesh: call-ids to merge",
           "[first@proxy.example second@proxy.example]"},
    KeyRow{"tags", Tags, Members(TagsMembers, IsList, "a list of dictionaries with: from, to"), 3,
           kYes, "mesh: who hears whom", R"({"tags": [{"from": "a", "to": ["b"]}]})"},
    KeyRow{"instance", Text<&Request::instance>, kText, 4, kYes, "transform: loop check",
           "8f2a01c3d4e5"},
    KeyRow{"alias-key|alias key", OneWord<&Request::alias_key>, OneOf(AliasKeyWords), 4, kYes,
           "associate unknown tags by SDP or endpoint", "sdp"},
    KeyRow{"sip-message-type|sip_message_type|sip message type|SIP-message-type|"
           "SIP_message_type|SIP message type",
           MessageType, OneOf(SipMessageTypeWords), 1, kYes, "request or reply", "request"},
    KeyRow{"sip-code|sip_code|sip code|SIP-code|SIP_code|SIP code|sip-response-code|"
           "sip_response_code|sip response code|SIP-response-code|SIP_response_code|"
           "SIP response code",
           Number<&Request::sip_code>, NumberIn(100, 699), 2, kYes, "code of the SIP reply", "183"},
    KeyRow{"supports", EachOf, ListOf(SupportsWords), 1, kYes, "what the client understands",
           "[load..limit]"},
    KeyRow{"template", Template, kText, 3, kYes, "applies a configured template here", "WebRTC"},
    KeyRow{"rtpp-flags|rtpp_flags|rtpp flags", RtppFlags, kText, 1, kYes,
           "keys and flags as one text", R"({"rtpp-flags": "trust-address ICE=remove"})"},
    KeyRow{"flags", Flags, kTexts, 1, kYes, "list of flags", "[trust-address port-latching]"},
    // §8.2 interfaces, addresses, transport
    KeyRow{"direction", Direction, Special(IsDirection, "a list of two interfaces"), 1, kYes,
           "[interface towards the sender, interface towards the receiver]", "[private public]"},
    KeyRow{"from-interface|from interface", Text<&Request::from_interface>, kText, 2, kYes,
           "towards the sender", "private"},
    KeyRow{"to-interface|to interface", Text<&Request::to_interface>, kText, 2, kYes,
           "towards the receiver", "public"},
    KeyRow{"interface", Text<&Request::interface>, kText, 3, kYes,
           "the single interface of publish, subscribe …", "recorder"},
    KeyRow{"peer", Address<&Request::peer>, kAddress, 3, kNoRoute,
           "interface by route to this address", "198.51.100.7"},
    KeyRow{"inbound-peer|inbound peer", Address<&Request::inbound_peer>, kAddress, 3, kNoRoute,
           "from-interface by route to this address", "198.51.100.7"},
    KeyRow{"outbound-peer|outbound peer", Address<&Request::outbound_peer>, kAddress, 3, kNoRoute,
           "to-interface by route to this address", "203.0.113.7"},
    KeyRow{"address-family|address family", AddressFamily, OneOf(AddressFamilyWords), 1, kYes,
           "of ports and SDP towards the receiver", "IP6"},
    KeyRow{"media-address|media address", Address<&Request::media_address>, kAddress, 2, kYes,
           "printed instead of our address", "203.0.113.80"},
    KeyRow{"transport-protocol|transport protocol", TransportProtocol,
           OneOf(TransportWords, IsTransport), 1, kYes, "protocol towards the receiver",
           "RTP/SAVP"},
    KeyRow{"TOS|tos", Number<&Request::tos>, NumberIn(0, 256), 2, kYes,
           "type of service of our packets; 256 keeps the configured one", "184"},
    KeyRow{"replace", EachOf, ListOf(ReplaceWords), 1, kYes, "what to replace in the SDP",
           "[origin session-name]"},
    // §8.3 ICE, DTLS, SDES, mux, bundle
    KeyRow{"ICE|ice", EachInto<&Request::ice>, ListOf(IceWords), 1, kYes, "use of ICE", "remove"},
    KeyRow{"ICE-lite|ice-lite|ICE lite|ice lite", EachInto<&Request::ice>, ListOf(IceLiteWords), 3,
           kYes, "ICE lite towards whom", "forward"},
    KeyRow{"DTLS|dtls|DTLS-reverse|dtls-reverse", EachInto<&Request::dtls>, ListOf(DtlsWords), 1,
           kYes, "DTLS role, or off", "passive"},
    KeyRow{"DTLS-fingerprint|DTLS fingerprint|dtls-fingerprint|dtls fingerprint",
           Text<&Request::dtls_fingerprint>, OneOf(FingerprintWords, IsFingerprintHash), 2, kYes,
           "hash of our fingerprint", "sha-256"},
    KeyRow{"SDES|sdes", EachInto<&Request::sdes>, ListOf(SdesWords), 1, kYes,
           "SDES suites and options", "[only-AES_CM_128_HMAC_SHA1_80]"},
    KeyRow{"OSRTP|osrtp", EachInto<&Request::osrtp>, ListOf(OsrtpWords), 3, kYes,
           "opportunistic SRTP", "[offer]"},
    KeyRow{"rtcp-mux|RTCP-mux|rtcp mux|RTCP mux", EachOf, ListOf(RtcpMuxWords), 1, kYes,
           "RTCP on the RTP port", "[offer require]"},
    KeyRow{"bundle|BUNDLE", EachInto<&Request::bundle>, ListOf(BundleWords), 2, kYes,
           "several sections on one port", "[accept]"},
    // §8.4 codecs
    KeyRow{"codec|codecs", Codec, Members(CodecMembers), 1, kYes, "which codecs are shown",
           "[strip=[PCMA] offer=[PCMU]]"},
    KeyRow{"ptime", OfferNumber<&Request::ptime>, NumberIn(1, 1000), 2, kNotRepacketised,
           "offer: packet time towards the receiver", "40"},
    KeyRow{"ptime-reverse|ptime reverse|reverse ptime|reverse-ptime",
           OfferNumber<&Request::ptime_reverse>, NumberIn(1, 1000), 3, kNotRepacketised,
           "offer: packet time towards the sender", "20"},
    KeyRow{"extmap", Extmap, Members(ExtmapMembers), 3, kYes, "header extensions",
           "[strip=[urn:ietf:params:rtp-hdrext:ssrc-audio-level]]"},
    KeyRow{"audio-player|audio player|player", OneOfThem, OneOf(AudioPlayerWords), 3, kYes,
           "send through the audio player", "transcoding"},
    KeyRow{"generate-RTCP|generate-rtcp|generate RTCP|generate rtcp", GenerateRtcp,
           OneOf(SwitchWords), 2, kYes, "produce own RTCP", "on"},
    KeyRow{"T.38|T38|t.38|t38", EachOf, ListOf(T38Words), 3, kYes, "fax gateway", "[decode]"},
    KeyRow{"T.38-version|T38-version|t.38-version|t38-version|T.38 version|T38 version|"
           "t.38 version|t38 version",
           Nothing, NumberIn(0, 3), 4, kNoFax, "fax protocol version", "0"},
    KeyRow{"delay-buffer|delay buffer", Number<&Request::delay_buffer_ms>, NumberIn(-1, kIntMax), 3,
           kNoDelay, "hold media back, ms", "100"},
    // §8.5 behaviour
    KeyRow{"endpoint-learning|endpoint learning", OneWord<&Request::endpoint_learning>,
           OneOf(EndpointLearningWords), 2, kYes, "how the peer's address is learned", "immediate"},
    KeyRow{"media-echo|media echo", OneWord<&Request::media_echo>, OneOf(MediaEchoWords), 3, kYes,
           "send media back", "blackhole"},
    KeyRow{"drop-traffic|drop traffic", DropTraffic, OneOf(DropTrafficWords), 3, kYes,
           "start or stop dropping all media", "start"},
    KeyRow{"delete-delay|delete delay|delete_delay", Number<&Request::delete_delay>, kAmount, 1,
           kYes, "seconds before a deletion takes effect", "0"},
    KeyRow{"record-call|record call", RecordCall, OneOf(RecordCallWords), 2, kYes,
           "start or stop recording", "yes"},
    KeyRow{"metadata", Text<&Request::metadata>, kText, 2, kYes,
           "text for the recording and for query", "customer:4711"},
    KeyRow{"recording-file|recording file|output-file|output file|recording-dest|"
           "recording dest|recording-destination|recording destination|output-dest|"
           "output dest|output-destination|output destination",
           Text<&Request::recording, &RecordingOptions::file>, kText, 3, kNoRecording,
           "file of the recording", "/var/spool/call.wav"},
    KeyRow{"recording-dir|recording dir|recording-path|recording path|recording-directory|"
           "recording directory|recording-folder|recording folder|output-dir|output dir|"
           "output-path|output path|output-directory|output directory|output-folder|"
           "output folder",
           Text<&Request::recording, &RecordingOptions::directory>, kText, 3, kNoRecording,
           "directory of the recording", "/var/spool"},
    KeyRow{"recording-pattern|recording pattern|output-pattern|output pattern",
           Text<&Request::recording, &RecordingOptions::pattern>, kText, 3, kNoRecording,
           "file name pattern of the recording", "%c-%t"},
    KeyRow{"recording-media-slot-offer|recording media slot offer", Nothing, kAmount, 4,
           kNoRecording, "slot of the offerer in the recording", "1"},
    KeyRow{"recording-media-slot-answer|recording media slot answer", Nothing, kAmount, 4,
           kNoRecording, "slot of the answerer in the recording", "2"},
    KeyRow{"recording-media-slots|recording media slots", Nothing, kAmount, 4, kNoRecording,
           "number of slots in the recording", "2"},
    KeyRow{"xmlrpc-callback|XMLRPC-callback|xmlrpc callback|XMLRPC callback",
           Text<&Request::xmlrpc_callback>, kText, 3, kNoCallback, "whom to tell about timeouts",
           "198.51.100.5"},
    KeyRow{"dtmf-log-dest|DTMF-log-dest|dtmf log dest|DTMF log dest|dtmf-log-destination|"
           "DTMF-log-destination|dtmf log destination|DTMF log destination",
           Text<&Request::dtmf_log_destination>, Special(IsEndpoint, "address:port"), 3, kYes,
           "whom to tell about DTMF", "198.51.100.5:9000"},
    KeyRow{"all", OneWord<&Request::all>, OneOf(AllWords), 2, kYes,
           "which flows a command is about", "flows"},
    KeyRow{"sdp-attr|SDP-attr|sdp attr|SDP attr", SdpAttr, Members(AttributeSectionWords, AnyValue),
           2, kYes, "changes to a= lines: section, then add, remove or substitute",
           "[audio=[add=[ptime:20]]]"},
    KeyRow{"sdp-media-remove|SDP-media-remove|sdp_media_remove|SDP_media_remove|"
           "sdp media remove|SDP media remove",
           SdpMediaRemove, ListOf(RemovableSectionWords, AnyValue), 3, kYes,
           "section types to remove", "[video]"},
    KeyRow{"moh|MoH|MOH", EachMember, Members(MohMembers), 3, kNoMoh, "music on hold",
           "[file=/usr/share/moh.wav]"},
    KeyRow{"passthrough|passthru", OneOfThem, OneOf(PassthroughWords), 3, kYes,
           "relay what would be terminated", "on"},
    KeyRow{"vsc-start-rec|VSC-start-rec|vsc-start-recording|VSC-start-recording", Nothing, kText, 4,
           kNoRecording, "digits that start recording", "*1"},
    KeyRow{"vsc-stop-rec|VSC-stop-rec|vsc-stop-recording|VSC-stop-recording", Nothing, kText, 4,
           kNoRecording, "digits that stop recording", "*2"},
    KeyRow{"vsc-start-stop-rec|VSC-start-stop-rec|vsc-start-stop-recording|"
           "VSC-start-stop-recording",
           Nothing, kText, 4, kNoRecording, "digits that start and stop recording", "*3"},
    KeyRow{"vsc-pause-rec|VSC-pause-rec|vsc-pause-recording|VSC-pause-recording", Nothing, kText, 4,
           kNoRecording, "digits that pause recording", "*4"},
    KeyRow{"vsc-pause-resume-rec|VSC-pause-resume-rec|vsc-pause-resume-recording|"
           "VSC-pause-resume-recording",
           Nothing, kText, 4, kNoRecording, "digits that pause and resume recording", "*5"},
    KeyRow{"vsc-start-pause-resume-rec|VSC-start-pause-resume-rec|"
           "vsc-start-pause-resume-recording|VSC-start-pause-resume-recording",
           Nothing, kText, 4, kNoRecording, "digits that start, pause and resume recording", "*6"},
    KeyRow{"media|medias", MediaList,
           Members(MediaMembers, IsList, "a list of dictionaries with: type, codec, id"), 3, kYes,
           "create, transform: the sections",
           R"({"media": [{"type": "audio", "codec": ["PCMA"]}]})"},
    // play media, play DTMF, block DTMF
    KeyRow{"file", Text<&Request::play, &PlayOptions::file>, kText, 2, kNoPlayer,
           "media file to play", "/usr/share/welcome.wav"},
    KeyRow{"blob", Text<&Request::play, &PlayOptions::blob>, kText, 2, kNoPlayer,
           "media file's octets", R"({"blob": "RIFF"})"},
    KeyRow{"blob64", Text<&Request::play, &PlayOptions::blob64>, kText, 2, kNoPlayer,
           "media file's octets, base64", "UklGRg"},
    KeyRow{"db-id|db id", Number<&Request::play, &PlayOptions::db_id>, kAmount, 3, kNoPlayer,
           "media file in the database", "17"},
    KeyRow{"repeat-times|repeat times", Number<&Request::play, &PlayOptions::repeat_times>, kAmount,
           2, kNoPlayer, "how often to play", "3"},
    KeyRow{"repeat-duration|repeat duration",
           Number<&Request::play, &PlayOptions::repeat_duration_ms>, NumberIn(-1, kIntMax), 3,
           kNoPlayer, "how long to play, ms", "30000"},
    KeyRow{"start-pos|start pos", Number<&Request::play, &PlayOptions::start_pos_ms>, kAmount, 3,
           kNoPlayer, "from where to play, ms", "1500"},
    KeyRow{"code|digit", DtmfCode,
           Special(IsDtmfCode, "a number from 0 to 15, or one of 0123456789*#ABCD"), 3,
           kNoDtmfPlayer, "DTMF event", "5"},
    KeyRow{"duration", Number<&Request::dtmf, &DtmfOptions::duration_ms>, kAmount, 3, kNoDtmfPlayer,
           "of the DTMF event, ms", "250"},
    KeyRow{"pause", Pause, Special(IsPause, "a number; stop recording: on"), 3, kNoDtmfPlayer,
           "after the DTMF event, ms; stop recording: only pause", "100"},
    KeyRow{"volume", Number<&Request::dtmf, &DtmfOptions::volume>, NumberIn(-63, 63), 3,
           kNoDtmfPlayer, "of the DTMF event, dBm0", "8"},
    KeyRow{"DTMF-security|dtmf-security|DTMF security|dtmf security",
           OneWord<&Request::dtmf, &DtmfOptions::security>, OneOf(DtmfSecurityWords), 3, kYes,
           "what block DTMF does with digits", "silence"},
    KeyRow{"DTMF-security-trigger|dtmf-security-trigger|DTMF security trigger|"
           "dtmf security trigger",
           OneWord<&Request::dtmf, &DtmfOptions::security_trigger>, OneOf(DtmfSecurityWords), 3,
           kNoTrigger, "mode after the trigger", "tone"},
    KeyRow{"DTMF-security-trigger-end|dtmf-security-trigger-end|DTMF security trigger end|"
           "dtmf security trigger end",
           OneWord<&Request::dtmf, &DtmfOptions::security_trigger_end>, OneOf(DtmfSecurityWords), 3,
           kNoTrigger, "mode after the end trigger", "off"},
    KeyRow{"trigger", Text<&Request::dtmf, &DtmfOptions::trigger>, kText, 3, kNoTrigger,
           "digits that start hiding", "*99"},
    KeyRow{"trigger-end|trigger end|end trigger|end-trigger",
           Text<&Request::dtmf, &DtmfOptions::trigger_end>, kText, 3, kNoTrigger,
           "digits that end hiding", "#"},
    KeyRow{"trigger-end-time|trigger end time",
           Number<&Request::dtmf, &DtmfOptions::trigger_end_time_ms>, kAmount, 3, kNoTriggerEnd,
           "ms until hiding ends", "5000"},
    KeyRow{"trigger-end-digits|trigger end digits",
           Number<&Request::dtmf, &DtmfOptions::trigger_end_digits>, kAmount, 3, kNoTriggerEnd,
           "number of digits until hiding ends", "16"},
    KeyRow{"DTMF-delay|dtmf-delay|DTMF delay|dtmf delay",
           Number<&Request::dtmf, &DtmfOptions::delay_ms>, kAmount, 3, kNoDelay,
           "ms by which media is delayed for detection", "200"},
    KeyRow{"frequency|frequencies", Frequencies, Special(AreFrequencies, "numbers from 1 to 48000"),
           3, kNoTones, "tones of mode tone, Hz", "[400 450]"},
};

constexpr SpellingIndex<CountSpellings(kKeys)> kIndex(kKeys);
static_assert(kIndex.Unambiguous());

constexpr LiteralKeyRow kLiteralKeys[] = {
    {Command::kQuery,
     {"call-id", Text<&Request::call_id>, kText, 1, kYes, "the call", "a84b4c76@proxy.example"}},
    {Command::kQuery,
     {"from-tag", Text<&Request::from_tag>, kText, 1, kYes, "only this party", "1928301774"}},
    {Command::kQuery,
     {"to-tag", Text<&Request::to_tag>, kText, 1, kYes, "only this party; before from-tag",
      "314159"}},
    {Command::kList,
     {"limit", Number<&Request::limit>, Special(IsNumber, "a number"), 2, kYes,
      "how many calls at most; 32", "10"}},
    {Command::kCli,
     {"body", Text<&Request::body>, kText, 3, kYes, "an admin command", "list sessions"}},
};

}  // namespace

absl::Span<const LiteralKeyRow> LiteralKeyRows() { return kLiteralKeys; }
absl::Span<const KeyRow> KeyRows() { return kKeys; }

const KeyRow* FindKey(std::string_view name) {
  const size_t row = kIndex.Find(name);
  return row == decltype(kIndex)::kNotFound ? nullptr : &kKeys[row];
}

}  // namespace controld::ng
