#include "controld/ng/key_table.h"

#include <array>

#include "controld/ng/key_handlers.h"
#include "controld/ng/spelling_index.h"

namespace controld::ng {
namespace {

using namespace keys;  // the column `apply`

constexpr bool kYes = true;
constexpr bool kNotYet = false;

constexpr std::array kKeys = {
    // §8.1 identification
    KeyRow{"command", Nothing, 1, kYes, "§5; read before the other keys"},
    KeyRow{"call-id|call-ID|call id|call ID", Text<&Request::call_id>, 1, kYes, "the call"},
    KeyRow{"from-tag|from tag", Text<&Request::from_tag>, 1, kYes, "offer: the SDP's sender"},
    KeyRow{"to-tag|to_tag|to tag", Text<&Request::to_tag>, 1, kYes,
           "the other side; answer: the SDP's sender"},
    KeyRow{"via-branch", Text<&Request::via_branch>, 1, kYes, "disambiguates forks"},
    KeyRow{"sdp|SDP", Text<&Request::sdp>, 1, kYes, "the body"},
    KeyRow{"received-from|received from", ReceivedFrom, 1, kYes,
           "SIP source: [family, address] or an address"},
    KeyRow{"label|from-label|from label", Text<&Request::label>, 2, kYes,
           "labels or selects the sender"},
    KeyRow{"set-label|set label", Text<&Request::set_label>, 2, kYes,
           "label of the new or selected party"},
    KeyRow{"to-label|to label", Text<&Request::to_label>, 2, kYes, "selects the destination"},
    KeyRow{"address", Text<&Request::address>, 3, kYes, "selects a party by its signalled address"},
    KeyRow{"from-tags|from tags", Texts<&Request::from_tags>, 2, kYes, "several sources"},
    KeyRow{"to-call-id|to call id|to-call-ID|to call ID", Text<&Request::to_call_id>, 3, kYes,
           "connect, subscribe: the other call"},
    KeyRow{"source-tag|source tag", Text<&Request::source_tag>, 3, kYes, "inject: the speaker"},
    KeyRow{"source-call-id|source call id|source-call-ID|source call ID",
           Text<&Request::source_call_id>, 3, kYes, "inject: the speaker's call"},
    KeyRow{"calls", Texts<&Request::calls>, 3, kYes, "mesh: call-ids to merge"},
    KeyRow{"tags", Tags, 3, kYes, "mesh: who hears whom"},
    KeyRow{"instance", Text<&Request::instance>, 4, kYes, "transform: loop check"},
    KeyRow{"alias-key|alias key", OneWord<AliasKeyWords, &Request::alias_key>, 4, kYes,
           "associate unknown tags by SDP or endpoint"},
    KeyRow{"sip-message-type|sip_message_type|sip message "
           "type|SIP-message-type|SIP_message_type|SIP message type",
           MessageType, 1, kYes, "request or reply"},
    KeyRow{
        "sip-code|sip_code|sip code|SIP-code|SIP_code|SIP code|sip-response-code|sip_response_code|"
        "sip response code|SIP-response-code|SIP_response_code|SIP response code",
        Number<&Request::sip_code>, 2, kYes, "code of the SIP reply"},
    KeyRow{"supports", Supports, 1, kYes, "what the client understands: load limit"},
    KeyRow{"template", Template, 3, kYes, "applies a configured template here"},
    KeyRow{"rtpp-flags|rtpp_flags|rtpp flags", RtppFlags, 1, kYes, "§9"},
    KeyRow{"flags", Flags, 1, kYes, "§8.7"},
    // §8.2 interfaces, addresses, transport
    KeyRow{"direction", Direction, 1, kYes,
           "[interface towards the sender, interface towards the receiver]"},
    KeyRow{"from-interface|from interface", Text<&Request::from_interface>, 2, kYes,
           "towards the sender"},
    KeyRow{"to-interface|to interface", Text<&Request::to_interface>, 2, kYes,
           "towards the receiver"},
    KeyRow{"interface", Text<&Request::interface>, 3, kYes,
           "the single interface of publish, subscribe …"},
    KeyRow{"peer", Address<&Request::peer>, 3, kNotYet, "interface by route to this address"},
    KeyRow{"inbound-peer|inbound peer", Address<&Request::inbound_peer>, 3, kNotYet,
           "from-interface by route to this address"},
    KeyRow{"outbound-peer|outbound peer", Address<&Request::outbound_peer>, 3, kNotYet,
           "to-interface by route to this address"},
    KeyRow{"address-family|address family", AddressFamily, 1, kYes,
           "IP4 or IP6 towards the receiver"},
    KeyRow{"media-address|media address", Address<&Request::media_address>, 2, kYes,
           "printed instead of our address"},
    KeyRow{"transport-protocol|transport protocol", TransportProtocol, 1, kYes,
           "protocol towards the receiver"},
    KeyRow{"TOS|tos", TypeOfService, 2, kYes, "0-255; 256 keeps the configured one"},
    KeyRow{"replace", Replace, 1, kYes, "§8.6"},
    // §8.3 ICE, DTLS, SDES, mux, bundle
    KeyRow{"ICE|ice", Ice, 1, kYes, "use of ICE"},
    KeyRow{"ICE-lite|ice-lite|ICE lite|ice lite", IceLite, 3, kYes, "ICE lite towards whom"},
    KeyRow{"DTLS|dtls|DTLS-reverse|dtls-reverse", Dtls, 1, kYes, "DTLS role, or off"},
    KeyRow{"DTLS-fingerprint|DTLS fingerprint|dtls-fingerprint|dtls fingerprint",
           Text<&Request::dtls_fingerprint>, 2, kYes, "hash of our fingerprint"},
    KeyRow{"SDES|sdes", Sdes, 1, kYes, "SDES suites and options"},
    KeyRow{"OSRTP|osrtp", Osrtp, 3, kYes, "opportunistic SRTP"},
    KeyRow{"rtcp-mux|RTCP-mux|rtcp mux|RTCP mux", RtcpMux, 1, kYes, "RTCP on the RTP port"},
    KeyRow{"bundle|BUNDLE", Bundle, 2, kYes, "several sections on one port"},
    // §8.4 codecs
    KeyRow{"codec|codecs", Codec, 1, kYes, "lists strip, offer, except …"},
    KeyRow{"ptime", Ptime, 2, kYes, "offer: packet time towards the receiver"},
    KeyRow{"ptime-reverse|ptime reverse|reverse ptime|reverse-ptime", PtimeReverse, 3, kYes,
           "offer: packet time towards the sender"},
    KeyRow{"extmap", Extmap, 3, kYes, "header extensions to strip or mask"},
    KeyRow{"audio-player|audio player|player", Nothing, 3, kNotYet,
           "send through the audio player"},
    KeyRow{"generate-RTCP|generate-rtcp|generate RTCP|generate rtcp", GenerateRtcp, 2, kYes,
           "produce own RTCP"},
    KeyRow{"T.38|T38|t.38|t38", Nothing, 3, kNotYet, "fax gateway"},
    KeyRow{"T.38-version|T38-version|t.38-version|t38-version|T.38 version|T38 version|t.38 "
           "version|t38 version",
           Nothing, 4, kNotYet, "fax protocol version"},
    KeyRow{"delay-buffer|delay buffer", Number<&Request::delay_buffer_ms>, 3, kNotYet,
           "hold media back, ms"},
    // §8.5 behaviour
    KeyRow{"endpoint-learning|endpoint learning", EndpointLearning, 2, kYes,
           "how the peer's address is learned"},
    KeyRow{"media-echo|media echo", OneWord<MediaEchoWords, &Request::media_echo>, 3, kYes,
           "send media back"},
    KeyRow{"drop-traffic|drop traffic", DropTraffic, 3, kYes,
           "start or stop dropping all media"},
    KeyRow{"delete-delay|delete delay|delete_delay", DeleteDelay, 1, kYes,
           "seconds before a deletion takes effect"},
    KeyRow{"record-call|record call", RecordCall, 2, kNotYet, "start or stop recording"},
    KeyRow{"metadata", Text<&Request::metadata>, 2, kYes, "text for the recording and for query"},
    KeyRow{"recording-file|recording file|output-file|output file|recording-dest|recording dest|"
           "recording-destination|recording destination|output-dest|output "
           "dest|output-destination|output destination",
           Text<&Request::recording, &RecordingOptions::file>, 3, kNotYet, "file of the recording"},
    KeyRow{"recording-dir|recording dir|recording-path|recording "
           "path|recording-directory|recording directory|"
           "recording-folder|recording folder|output-dir|output dir|output-path|output "
           "path|output-directory|"
           "output directory|output-folder|output folder",
           Text<&Request::recording, &RecordingOptions::directory>, 3, kNotYet,
           "directory of the recording"},
    KeyRow{"recording-pattern|recording pattern|output-pattern|output pattern",
           Text<&Request::recording, &RecordingOptions::pattern>, 3, kNotYet,
           "file name pattern of the recording"},
    KeyRow{"recording-media-slot-offer|recording media slot offer", Nothing, 4, kNotYet,
           "slot of the offerer"},
    KeyRow{"recording-media-slot-answer|recording media slot answer", Nothing, 4, kNotYet,
           "slot of the answerer"},
    KeyRow{"recording-media-slots|recording media slots", Nothing, 4, kNotYet, "number of slots"},
    KeyRow{"xmlrpc-callback|XMLRPC-callback|xmlrpc callback|XMLRPC callback",
           Text<&Request::xmlrpc_callback>, 3, kNotYet, "whom to tell about timeouts"},
    KeyRow{"dtmf-log-dest|DTMF-log-dest|dtmf log dest|DTMF log "
           "dest|dtmf-log-destination|DTMF-log-destination|"
           "dtmf log destination|DTMF log destination",
           Text<&Request::dtmf_log_destination>, 3, kYes, "whom to tell about DTMF"},
    KeyRow{"all", All, 2, kYes, "which flows"},
    KeyRow{"sdp-attr|SDP-attr|sdp attr|SDP attr", SdpAttr, 2, kYes, "§10"},
    KeyRow{"sdp-media-remove|SDP-media-remove|sdp_media_remove|SDP_media_remove|sdp media "
           "remove|SDP media remove",
           SdpMediaRemove, 3, kYes, "section types to remove"},
    KeyRow{"moh|MoH|MOH", Nothing, 3, kNotYet, "music on hold"},
    KeyRow{"passthrough|passthru", Passthrough, 3, kNotYet, "relay what would be terminated"},
    KeyRow{"vsc-start-rec|VSC-start-rec|vsc-start-recording|VSC-start-recording", Nothing, 4,
           kNotYet, "digits"},
    KeyRow{"vsc-stop-rec|VSC-stop-rec|vsc-stop-recording|VSC-stop-recording", Nothing, 4, kNotYet,
           "digits"},
    KeyRow{
        "vsc-start-stop-rec|VSC-start-stop-rec|vsc-start-stop-recording|VSC-start-stop-recording",
        Nothing, 4, kNotYet, "digits"},
    KeyRow{"vsc-pause-rec|VSC-pause-rec|vsc-pause-recording|VSC-pause-recording", Nothing, 4,
           kNotYet, "digits"},
    KeyRow{"vsc-pause-resume-rec|VSC-pause-resume-rec|vsc-pause-resume-recording|VSC-pause-resume-"
           "recording",
           Nothing, 4, kNotYet, "digits"},
    KeyRow{"vsc-start-pause-resume-rec|VSC-start-pause-resume-rec|vsc-start-pause-resume-recording|"
           "VSC-start-pause-resume-recording",
           Nothing, 4, kNotYet, "digits"},
    KeyRow{"media|medias", MediaList, 3, kYes, "create, transform: the sections"},
    // play media, play DTMF, block DTMF
    KeyRow{"file", Text<&Request::play, &PlayOptions::file>, 2, kNotYet, "media file"},
    KeyRow{"blob", Text<&Request::play, &PlayOptions::blob>, 2, kNotYet, "media file's octets"},
    KeyRow{"blob64", Text<&Request::play, &PlayOptions::blob64>, 2, kNotYet,
           "media file's octets, base64"},
    KeyRow{"db-id|db id", Number<&Request::play, &PlayOptions::db_id>, 3, kNotYet,
           "media file in the database"},
    KeyRow{"repeat-times|repeat times", Number<&Request::play, &PlayOptions::repeat_times>, 2,
           kNotYet, "how often"},
    KeyRow{"repeat-duration|repeat duration",
           Number<&Request::play, &PlayOptions::repeat_duration_ms>, 3, kNotYet, "how long, ms"},
    KeyRow{"start-pos|start pos", Number<&Request::play, &PlayOptions::start_pos_ms>, 3, kNotYet,
           "from where, ms"},
    KeyRow{"code|digit", DtmfCode, 3, kNotYet, "DTMF event"},
    KeyRow{"duration", Number<&Request::dtmf, &DtmfOptions::duration_ms>, 3, kNotYet,
           "of the event, ms"},
    KeyRow{"pause", Pause, 3, kNotYet, "after the event, ms; stop recording: only pause"},
    KeyRow{"volume", Number<&Request::dtmf, &DtmfOptions::volume>, 3, kNotYet,
           "of the event, dBm0"},
    KeyRow{"DTMF-security|dtmf-security|DTMF security|dtmf security",
           OneWord<DtmfSecurityWords, &Request::dtmf, &DtmfOptions::security>, 3, kYes,
           "how DTMF is hidden; whatever the mode, events are dropped"},
    KeyRow{
        "DTMF-security-trigger|dtmf-security-trigger|DTMF security trigger|dtmf security trigger",
        OneWord<DtmfSecurityWords, &Request::dtmf, &DtmfOptions::security_trigger>, 3, kNotYet,
        "mode after the trigger"},
    KeyRow{"DTMF-security-trigger-end|dtmf-security-trigger-end|DTMF security trigger end|dtmf "
           "security trigger end",
           OneWord<DtmfSecurityWords, &Request::dtmf, &DtmfOptions::security_trigger_end>, 3,
           kNotYet, "mode after the end trigger"},
    KeyRow{"trigger", Text<&Request::dtmf, &DtmfOptions::trigger>, 3, kNotYet,
           "digits that start hiding"},
    KeyRow{"trigger-end|trigger end|end trigger|end-trigger",
           Text<&Request::dtmf, &DtmfOptions::trigger_end>, 3, kNotYet, "digits that end hiding"},
    KeyRow{"trigger-end-time|trigger end time",
           Number<&Request::dtmf, &DtmfOptions::trigger_end_time_ms>, 3, kNotYet,
           "ms until hiding ends"},
    KeyRow{"trigger-end-digits|trigger end digits",
           Number<&Request::dtmf, &DtmfOptions::trigger_end_digits>, 3, kNotYet,
           "number of digits until hiding ends"},
    KeyRow{"DTMF-delay|dtmf-delay|DTMF delay|dtmf delay",
           Number<&Request::dtmf, &DtmfOptions::delay_ms>, 3, kNotYet,
           "ms by which media is delayed for detection"},
    KeyRow{"frequency|frequencies", Frequencies, 3, kNotYet, "tones of mode tone, Hz"},
};

constexpr SpellingIndex<CountSpellings(kKeys)> kIndex(kKeys);
static_assert(kIndex.Unambiguous());

}  // namespace

absl::Span<const KeyRow> KeyRows() { return kKeys; }

const KeyRow* FindKey(std::string_view name) {
  const size_t row = kIndex.Find(name);
  return row == decltype(kIndex)::kNotFound ? nullptr : &kKeys[row];
}

}  // namespace controld::ng
