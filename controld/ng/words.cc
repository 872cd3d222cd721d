#include "controld/ng/words.h"

#include "proto/base/text.h"

namespace controld::ng {
namespace {

constexpr Word kIce[] = {
    {"remove", "remove", "no ICE towards the receiver; the sender's ends at us"},
    {"force", "force", "our ICE towards the receiver, whatever the sender has"},
    {"default", "default", "ICE towards the receiver if the sender has it"},
    {"optional", "optional",
     "the sender's ICE is passed on, our candidates added; ours if it has none"},
    {"force-relay|force_relay|force relay", "force-relay",
     "the sender's ICE is passed on, our candidates added as relays"},
    {"lite|lite-fw|lite-fwd|lite-forward|lite-offer", "lite-forward",
     "ICE lite towards the receiver"},
    {"lite-back|lite-backward|lite-backwards|lite-reverse|lite-answer|lite-bkw|lite-bk",
     "lite-backward", "ICE lite towards the sender"},
    {"lite-both", "lite-both", "ICE lite towards both"},
    {"no-lite|lite-no|lite-off|lite-none", "no-lite", "full ICE towards both"},
    {"trickle", "trickle", "advertise trickle ICE", kYes, Flag::kTrickleIce},
    {"ice2|ICE2", "ice2", "print ice-options ice2"},
};

constexpr Word kIceLite[] = {
    {"off|none|no", "no-lite", "full ICE towards both"},
    {"forward|offer|fwd|fw", "lite-forward", "ICE lite towards the receiver"},
    {"backward|backwards|reverse|answer|back|bkw|bk", "lite-backward",
     "ICE lite towards the sender"},
    {"both", "lite-both", "ICE lite towards both"},
};

constexpr Word kDtls[] = {
    {"passive", "passive", "offer: wait for the sender's handshake"},
    {"active", "active", "offer: begin the handshake with the sender, whatever dtls-passive says"},
    {"no|off|disable|disabled", "off", "no DTLS; of an offer, towards the receiver"},
};

constexpr Word kFingerprint[] = {
    {"sha-1", "sha-1", "RFC 8122; weak"},  {"sha-224", "sha-224", "RFC 8122"},
    {"sha-256", "sha-256", "the default"}, {"sha-384", "sha-384", "RFC 8122"},
    {"sha-512", "sha-512", "RFC 8122"},
};

constexpr Word kSdes[] = {
    {"no|off|disable|disabled", "off", "no a=crypto"},
    {"nonew", "nonew", "offer no suites beyond the sender's"},
    {"prefer|priority", "prefer", "where both are offered take SDES, not DTLS"},
    {"static", "static", "keep the suite that was chosen while it is offered"},
    {"pad", "pad", "pad base64 in a=crypto", kYes, Flag::kPadCrypto},
    {"lifetime", "lifetime", "print the key's lifetime, 2^31"},
    {"unencrypted_srtp|UNENCRYPTED_SRTP", "unencrypted_srtp", "offer without encrypting RTP"},
    {"unencrypted_srtcp|UNENCRYPTED_SRTCP", "unencrypted_srtcp", "offer without encrypting RTCP"},
    {"unauthenticated_srtp|UNAUTHENTICATED_SRTP", "unauthenticated_srtp",
     "offer without authenticating RTP"},
    {"encrypted_srtp|ENCRYPTED_SRTP", "encrypted_srtp", "insist on encrypting RTP"},
    {"encrypted_srtcp|ENCRYPTED_SRTCP", "encrypted_srtcp", "insist on encrypting RTCP"},
    {"authenticated_srtp|AUTHENTICATED_SRTP", "authenticated_srtp", "insist on authenticating RTP"},
    {"no-", "no-", "never this suite", kYes, Flag::kCount, Flag::kCount, "AES_CM_128_HMAC_SHA1_32"},
    {"only-", "only-", "no other suite than these", kYes, Flag::kCount, Flag::kCount,
     "AES_CM_128_HMAC_SHA1_80"},
    {"order:", "order:", "offer these suites first", kYes, Flag::kCount, Flag::kCount,
     "AEAD_AES_128_GCM;AES_CM_128_HMAC_SHA1_80"},
    {"offerer_pref:", "offerer_pref:", "of the sender's suites choose these first", kYes,
     Flag::kCount, Flag::kCount, "AES_CM_128_HMAC_SHA1_80"},
};

constexpr Word kOsrtp[] = {
    {"offer|offer-rfc|offer-RFC", "offer", "keys beside a plain protocol (RFC 8643)"},
    {"offer-legacy", "offer-legacy", "a secure and a plain section for the same media"},
    {"accept", "accept", "answer either form with keys"},
    {"accept-rfc|accept-RFC", "accept-rfc", "answer the form of RFC 8643 with keys"},
    {"accept-legacy", "accept-legacy", "answer the form of two sections with keys"},
};

constexpr Word kRtcpMux[] = {
    {"offer", "offer", "offer one port for RTP and RTCP, or two", kYes, Flag::kRtcpMuxOffer},
    {"require", "require", "offer one port for RTP and RTCP", kYes, Flag::kRtcpMuxRequire,
     Flag::kRtcpMuxOffer},
    {"demux", "demux", "offer two ports; the sender may use one", kYes, Flag::kRtcpMuxDemux},
    {"accept", "accept", "offer: let the sender use one port, whatever the receiver says", kYes,
     Flag::kRtcpMuxAccept},
    {"reject", "reject", "offer: the sender has to use two ports", kYes, Flag::kRtcpMuxReject},
};

constexpr Word kBundle[] = {
    {"accept", "accept", "the sender's group is honoured"},
    {"offer", "offer", "offer a group, and ports of their own", kYes, Flag::kGenerateMid},
    {"require", "require", "offer a group on one port", kYes, Flag::kGenerateMid},
    {"strict", "strict", "offer a group on one port, port 0 for all but the first", kYes,
     Flag::kGenerateMid},
    {"reject", "reject", "no group towards either side"},
};

constexpr Word kReplace[] = {
    {"origin", "origin", "the address in o= is ours", kYes, Flag::kReplaceOrigin},
    {"SDP-version|sdp-version|SDP version|sdp version", "SDP-version",
     "o= counts up when the SDP we print changes", kYes, Flag::kReplaceSdpVersion},
    {"username", "username", "o= keeps the first user name", kYes, Flag::kReplaceUsername},
    {"session-name|session name", "session-name", "s= stays as it was first", kYes,
     Flag::kReplaceSessionName},
    {"zero-address|zero address", "zero-address", "our address for 0.0.0.0 in c=", kYes,
     Flag::kReplaceZeroAddress},
    {"origin-full|origin_full|origin full", "origin-full",
     "o= keeps user and id, with our address and a version of ours", kYes,
     Flag::kReplaceOriginFull},
    {"force-increment-sdp-ver|force_increment_sdp_ver|force increment sdp "
     "ver|force-increment-sdp-version|"
     "force increment sdp version|force-increment-SDP-ver|force increment SDP ver",
     "force-increment-sdp-ver", "o= counts up with every SDP", kYes,
     Flag::kForceIncrementSdpVersion},
    {"session-connection|session connection",
     "session-connection",
     "our address in c=",
     {Effect::kObsolete, "c= is always replaced"}},
};

constexpr Word kSupports[] = {{"load limit", "load limit",
                               "a full server answers the offer with result load limit", kYes,
                               Flag::kSupportsLoadLimit}};

constexpr Word kEndpointLearning[] = {
    {"off", "off", "send to the SDP's address"},
    {"immediate", "immediate", "the first packet's source"},
    {"delayed", "delayed", "the source three seconds after the SDP"},
    {"heuristic", "heuristic",
     "of the sources in three seconds the one nearest to the SDP's address"},
};

constexpr Word kMediaEcho[] = {
    {"blackhole|sinkhole", "blackhole", "media of both sides is dropped"},
    {"forward|fwd|fw", "forward", "the receiver hears itself, the sender's media is dropped"},
    {"backward|backwards|reverse|back|bkw|bk", "backward",
     "the sender hears itself, the receiver's media is dropped"},
    {"both", "both", "both hear themselves"},
};

constexpr Word kDropTraffic[] = {
    {"start", "start", "drop all media of the call", kYes, Flag::kDropTrafficStart},
    {"stop", "stop", "pass it on again", kYes, Flag::kDropTrafficStop},
};

constexpr Word kAll[] = {
    {"all", "all", "the whole call", kYes, Flag::kAll},
    {"none", "none", "no flow beyond those named"},
    {"offer-answer", "offer-answer", "flows made by offer and answer"},
    {"not-offer-answer|non-offer-answer|except-offer-answer", "except-offer-answer",
     "flows made by subscriptions"},
    {"flows", "flows", "all flows of the party"},
};

constexpr Word kRecordCall[] = {
    {"yes|on", "yes", "record the call", kNoRecording, Flag::kRecordCall},
    {"no|off", "no", "don't record", kNotRecordedAnyway},
    {"discard", "discard", "delete what was recorded", kNotRecordedAnyway},
};

constexpr Word kAliasKey[] = {
    {"none|off|no", "none", "tags alone decide"},
    {"sdp|SDP", "sdp", "an unknown tag with the same SDP is the same party"},
    {"address|endpoint", "address", "an unknown tag with the same first address is the same party"},
};

constexpr Word kSipMessageType[] = {
    {"request|sip-request|sip_request|SIP-request|SIP_request|sip request|SIP request", "request",
     "the SDP came in a request"},
    {"reply|sip-response|sip_response|sip response|SIP-response|SIP_response|SIP response|"
     "sip-reply|sip_reply|sip reply|SIP-reply|SIP_reply|SIP reply",
     "reply", "the SDP came in a reply"},
};

constexpr Word kAddressFamily[] = {{"IP4", "IP4", "IPv4 towards the receiver"},
                                   {"IP6", "IP6", "IPv6 towards the receiver"}};

constexpr Word kTransport[] = {
    {"RTP/AVP", "RTP/AVP", "plain RTP"},
    {"RTP/AVPF", "RTP/AVPF", "plain RTP with feedback"},
    {"RTP/SAVP", "RTP/SAVP", "SRTP, keys in a=crypto"},
    {"RTP/SAVPF", "RTP/SAVPF", "SRTP with feedback, keys in a=crypto"},
    {"UDP/TLS/RTP/SAVP", "UDP/TLS/RTP/SAVP", "SRTP, keys by DTLS"},
    {"UDP/TLS/RTP/SAVPF", "UDP/TLS/RTP/SAVPF", "SRTP with feedback, keys by DTLS; browsers"},
    {"udptl", "udptl", "T.38 fax"},
    {"accept", "accept", "answer: the sender of the offer gets what the answer says"},
};

// AttributeSectionWords leaves out the last, RemovableSectionWords the first.
constexpr Word kSection[] = {
    {"global|none", "global", "lines before the sections", kYes, Flag::kCount, Flag::kCount,
     "[add=[tool:proxy]]"},
    {"audio", "audio", "audio sections", kYes, Flag::kCount, Flag::kCount, "[remove=[ptime:20]]"},
    {"video", "video", "video sections", kYes, Flag::kCount, Flag::kCount, "[add=[content:main]]"},
    {"text", "text", "text sections", kYes, Flag::kCount, Flag::kCount, "[add=[lang:en]]"},
    {"application", "application", "application sections", kYes, Flag::kCount, Flag::kCount,
     "[add=[x:1]]"},
    {"message", "message", "message sections", kYes, Flag::kCount, Flag::kCount, "[add=[x:1]]"},
    {"image", "image", "image sections", kYes, Flag::kCount, Flag::kCount, "[add=[x:1]]"},
    {"other", "other", "sections of any other type"},
};

constexpr Word kSwitch[] = {{"on|yes|true|enable|enabled", "on", "on"},
                            {"off|no|false|disable|disabled", "off", "off"}};

constexpr Word kAudioPlayer[] = {
    {"default", "default", "as the configuration says", kNoPlayerAnyway},
    {"on|yes|enable|enabled|transcode|transcoding", "on", "where codecs are converted", kNoPlayer},
    {"off|no|disable|disabled", "off", "never", kNoPlayerAnyway},
    {"force|forced|always|everything", "force", "for all media", kNoPlayer},
};

constexpr Word kPassthrough[] = {
    {"on|yes|true|enable|enabled", "on", "relay what would be terminated", kTerminated,
     Flag::kPassthrough},
    {"off|no|false|disable|disabled", "off", "terminate it", kTerminatedAnyway,
     Flag::kNoPassthrough},
};

constexpr Word kDtmfSecurity[] = {
    {"drop", "drop", "drop telephone events"},
    {"silence", "silence", "silence in place of digits", kNoReplacement},
    {"tone", "tone", "a tone in place of digits", kNoReplacement},
    {"random", "random", "random digits in place of digits", kNoReplacement},
    {"zero", "zero", "the digit 0 in place of digits", kNoReplacement},
    {"DTMF", "DTMF", "one digit in place of digits", kNoReplacement},
    {"off",
     "off",
     "block nothing",
     {Effect::kPartly, "block DTMF drops telephone events with it, too; unblock DTMF ends that"}},
};

constexpr Word kT38[] = {
    {"decode|DECODE", "decode", "T.38 towards us, audio behind", kNoFax},
    {"force|FORCE", "force", "T.38 towards the receiver", kNoFax},
    {"stop|STOP", "stop", "end the gateway", kNoFax},
    {"no-ECM|no-ecm|no ECM|no ecm", "no-ECM", "without error correction", kNoFax},
    {"no-V.17|no-V17|no-v.17|no-v17|no V.17|no V17|no v.17|no v17", "no-V.17", "without V.17",
     kNoFax},
    {"no-V.27ter|no-V27ter|no-v.27ter|no-v27ter|no V.27ter|no V27ter|no v.27ter|no v27ter",
     "no-V.27ter", "without V.27ter", kNoFax},
    {"no-V.29|no-V29|no-v.29|no-v29|no V.29|no V29|no v.29|no v29", "no-V.29", "without V.29",
     kNoFax},
    {"no-V.34|no-V34|no-v.34|no-v34|no V.34|no V34|no v.34|no v34", "no-V.34", "without V.34",
     kNoFax},
    {"no-IAF|no-iaf|no IAF|no iaf", "no-IAF", "without the Internet aware fax mode", kNoFax},
    {"FEC|fec", "FEC", "forward error correction in place of redundancy", kNoFax},
};

constexpr Word Member(std::string_view name, std::string_view meaning, std::string_view sample,
                      Status status = kYes) {
  return {name, name, meaning, status, Flag::kCount, Flag::kCount, sample};
}

constexpr Word kCodecMembers[] = {
    Member("strip",
           "not shown to the receiver; all: every codec, full: also what is no audio codec",
           "[PCMA]"),
    Member("offer", "shown although stripped, behind the others", "[PCMU opus]"),
    Member("except", "survives strip=[all]", "[telephone-event]"),
    Member("ignore", "not taken for the sender's codec when converting; lists stay as they are",
           "[PCMA]",
           {Effect::kAnyway, "nothing is converted in this build, and the lists stay as they are"}),
    Member("accept", "accepted of the sender even if the receiver has it not", "[PCMA]",
           kNoTranscoding),
    Member("consume", "as accept, and not shown to the receiver", "[PCMA]", kNoTranscoding),
    Member("mask", "not shown to the receiver, and converted", "[PCMA]", kNoTranscoding),
    Member("set", "options of a codec: name/rate/channels/bitrate/ptime/fmtp/options",
           "[opus/48000/2/32000]", kNoTranscoding),
    Member("transcode", "offered beside the sender's codecs, and converted", "[PCMA]",
           kNoTranscoding),
};

constexpr Word kExtmapMembers[] = {
    Member("strip", "URIs of header extensions to remove; all",
           "[urn:ietf:params:rtp-hdrext:ssrc-audio-level]"),
    Member("mask", "URIs of header extensions not to show to the receiver; all",
           "[urn:ietf:params:rtp-hdrext:toffset]"),
};

constexpr Word kMohMembers[] = {
    Member("file", "what to play", "/usr/share/moh.wav", kNoMoh),
    Member("blob", "what to play, its octets", "RIFF", kNoMoh),
    Member("db-id", "what to play, in the database", "17", kNoMoh),
    Member("connection", "zero: 0.0.0.0 for the party on hold", "zero", kNoMoh),
    Member("mode", "sendrecv: show no hold; reflect: play what the other party has set", "sendrecv",
           kNoMoh),
};

constexpr Word kTagsMembers[] = {Member("from", "who is heard", "a"),
                                 Member("to", "by whom", "[b]")};

constexpr Word kMediaMembers[] = {
    Member("type", "of the section", "audio"),
    Member("codec", "create: codecs to offer, in this order", "[PCMA PCMU]"),
    Member("id", "the client's name for the section", "1"),
    Member("destination", "transform: where media goes to",
           "[family=IP4 address=198.51.100.7 port=4000]",
           {Effect::kNone,
            "transform with sections is refused: codecs are not converted in this build"}),
};

constexpr Word kSdpAttrCommands[] = {
    Member("add", "lines to add, without a=", "[ptime:20]"),
    Member("remove", "lines to leave out: a name, or all of the line", "[ptime]"),
    Member("substitute", "from>to: lines to print as another", "[ptime:20>ptime:40]"),
};

bool HasSpelling(std::string_view spellings, std::string_view text) {
  while (true) {
    const size_t bar = spellings.find('|');
    if (spellings.substr(0, bar) == text) return true;
    if (bar == std::string_view::npos) return false;
    spellings.remove_prefix(bar + 1);
  }
}

}  // namespace

Words IceWords() { return kIce; }
Words IceLiteWords() { return kIceLite; }
Words DtlsWords() { return kDtls; }
Words FingerprintWords() { return kFingerprint; }
Words SdesWords() { return kSdes; }
Words OsrtpWords() { return kOsrtp; }
Words RtcpMuxWords() { return kRtcpMux; }
Words BundleWords() { return kBundle; }
Words ReplaceWords() { return kReplace; }
Words SupportsWords() { return kSupports; }
Words EndpointLearningWords() { return kEndpointLearning; }
Words MediaEchoWords() { return kMediaEcho; }
Words DropTrafficWords() { return kDropTraffic; }
Words AllWords() { return kAll; }
Words RecordCallWords() { return kRecordCall; }
Words AliasKeyWords() { return kAliasKey; }
Words SipMessageTypeWords() { return kSipMessageType; }
Words AddressFamilyWords() { return kAddressFamily; }
Words TransportWords() { return kTransport; }
Words AttributeSectionWords() { return Words(kSection).first(std::size(kSection) - 1); }
Words RemovableSectionWords() { return Words(kSection).subspan(1); }
Words SwitchWords() { return kSwitch; }
Words AudioPlayerWords() { return kAudioPlayer; }
Words PassthroughWords() { return kPassthrough; }
Words DtmfSecurityWords() { return kDtmfSecurity; }
Words T38Words() { return kT38; }
Words CodecMembers() { return kCodecMembers; }
Words ExtmapMembers() { return kExtmapMembers; }
Words MohMembers() { return kMohMembers; }
Words TagsMembers() { return kTagsMembers; }
Words MediaMembers() { return kMediaMembers; }
Words SdpAttrCommands() { return kSdpAttrCommands; }

const Word* FindWord(Words words, std::string_view text) {
  for (const Word& word : words) {
    if (!word.form() && HasSpelling(word.spellings, text)) return &word;
  }
  return nullptr;
}

const Word* FindForm(Words words, std::string_view text) {
  for (const Word& word : words) {
    if (word.form() && text.size() > word.spellings.size() && text.starts_with(word.spellings)) {
      return &word;
    }
  }
  return nullptr;
}

std::string_view Canonical(Words words, std::string_view text) {
  const Word* word = FindWord(words, text);
  return word ? word->canonical : std::string_view();
}

std::string_view FindTransport(std::string_view text) {
  for (const Word& word : kTransport) {
    if (word.canonical == text) return word.canonical;
    if (word.canonical != "accept" && base::EqualsIgnoreCase(word.canonical, text)) {
      return word.canonical;
    }
  }
  return {};
}

}  // namespace controld::ng
