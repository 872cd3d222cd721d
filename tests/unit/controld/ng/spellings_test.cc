// The spellings of tiers 1 and 2 that ng-protocol.md §8 lists, written out once more: what a client
// sends is never unknown.
#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "controld/ng/flag_table.h"
#include "controld/ng/key_table.h"
#include "controld/ng/words.h"
#include "tests/unit/controld/ng/parse_testing.h"

namespace controld::ng {
namespace {

// Spellings, separated by bars.
template <typename Visit>
void ForEach(std::string_view spellings, Visit visit) {
  while (true) {
    const size_t bar = spellings.find('|');
    visit(std::string(spellings.substr(0, bar)));
    if (bar == spellings.npos) return;
    spellings.remove_prefix(bar + 1);
  }
}

TEST(SpellingsTest, Keys) {
  constexpr std::string_view kNames[] = {
      "command|call-id|call-ID|call id|call ID|from-tag|from tag|to-tag|to_tag|to "
      "tag|via-branch|sdp|SDP",
      "received-from|received from|label|from-label|from label|set-label|set label|to-label|to "
      "label",
      "from-tags|from tags|supports|template|rtpp-flags|rtpp_flags|rtpp flags|flags",
      "sip-message-type|sip_message_type|sip message type|SIP-message-type|SIP_message_type|SIP "
      "message type",
      "sip-code|sip_code|sip code|SIP-code|SIP_code|SIP code|sip-response-code|sip_response_code",
      "sip response code|SIP-response-code|SIP_response_code|SIP response code",
      "direction|from-interface|from interface|to-interface|to interface|address-family|address "
      "family",
      "media-address|media address|transport-protocol|transport protocol|TOS|tos|replace",
      "ICE|ice|DTLS|dtls|DTLS-reverse|dtls-reverse|DTLS-fingerprint|DTLS "
      "fingerprint|dtls-fingerprint",
      "dtls fingerprint|SDES|sdes|rtcp-mux|RTCP-mux|rtcp mux|RTCP mux|bundle|BUNDLE",
      "codec|codecs|ptime|generate-RTCP|generate-rtcp|generate RTCP|generate rtcp",
      "endpoint-learning|endpoint learning|delete-delay|delete delay|delete_delay",
      "record-call|record call|metadata|all|sdp-attr|SDP-attr|sdp attr|SDP attr",
      "file|blob|blob64|repeat-times|repeat times",
  };
  for (const std::string_view names : kNames) {
    ForEach(names, [](const std::string& name) { EXPECT_NE(FindKey(name), nullptr) << name; });
  }
}

TEST(SpellingsTest, Flags) {
  constexpr std::string_view kNames[] = {
      "trust-address|SIP-source-address|sip-source-address|symmetric|asymmetric|strict-source",
      "media-handover|port-latching|no-port-latching|loop-protect|record-call|no-rtcp-attribute",
      "full-rtcp-attribute|generate-RTCP|generate-rtcp|generate RTCP|generate "
      "rtcp|original-sendrecv",
      "inactive|pad-crypto|generate-mid|no-tls-id|trickle-ICE|trickle-ice|trickle ICE|trickle ice",
      "fragment|directional|all|to-tag|to tag|to_tag|fatal|fast|NAT-wait|pierce-NAT",
      "block-DTMF|block-dtmf|detect-DTMF|detect-dtmf|inject-DTMF|inject-dtmf|SIPREC|siprec",
      "allow-transcoding|force-transcoding|always-transcode|allow-asymmetric-codecs",
      "allow-no-codec-media|allow-empty-codec-media|allow-empty-codec-medias|single-codec",
      "static-codecs|no-codec-renegotiation|reuse-codecs|asymmetric-codecs|reorder-codecs",
      "symmetric-codecs|debug|WebRTC|webrtc|webRTC|WebRtc",
      "trust address|strict source|media handover|port latching|no port latching|loop protect",
      "record call|no rtcp attribute|full rtcp attribute|original sendrecv|pad crypto|generate mid",
      "allow transcoding|force transcoding|always transcode|single codec|static codecs|reuse "
      "codecs",
  };
  for (const std::string_view names : kNames) {
    ForEach(names, [](const std::string& name) { EXPECT_NE(FindFlag(name), nullptr) << name; });
  }
}

TEST(SpellingsTest, Values) {
  constexpr struct {
    std::string_view key, words;
  } kValues[] = {
      {"ICE",
       "remove|force|default|optional|force-relay|force_relay|force relay|lite|lite-fw|lite-fwd"},
      {"ICE",
       "lite-forward|lite-offer|lite-back|lite-backward|lite-backwards|lite-reverse|lite-answer"},
      {"ICE", "lite-bkw|lite-bk|lite-both|no-lite|lite-no|lite-off|lite-none|trickle|ice2|ICE2"},
      {"DTLS", "passive|active|no|off|disable|disabled"},
      {"SDES", "no|off|disable|disabled|nonew|prefer|priority|static|pad|lifetime"},
      {"SDES",
       "unencrypted_srtp|unencrypted_srtcp|unauthenticated_srtp|encrypted_srtp|encrypted_srtcp"},
      {"SDES", "authenticated_srtp|UNENCRYPTED_SRTP|UNENCRYPTED_SRTCP|UNAUTHENTICATED_SRTP"},
      {"SDES", "ENCRYPTED_SRTP|ENCRYPTED_SRTCP|AUTHENTICATED_SRTP"},
      {"rtcp-mux", "offer|require|demux|accept|reject"},
      {"bundle", "accept|offer|require|strict|reject"},
      {"replace",
       "origin|session-connection|session connection|SDP-version|sdp-version|SDP version"},
      {"replace", "sdp version|username|session-name|zero-address|zero address|origin-full"},
      {"replace", "origin_full|origin full|force-increment-sdp-ver"},
      {"endpoint-learning", "off|immediate|delayed|heuristic"},
      {"record-call", "yes|on|no|off|discard"},
      {"all", "all|none|offer-answer|not-offer-answer|non-offer-answer|except-offer-answer|flows"},
      {"sip-message-type", "request|sip-request|sip_request|SIP-request|SIP_request|sip request"},
      {"sip-message-type", "SIP request|reply|sip-response|sip_response|sip response|SIP-response"},
      {"sip-message-type", "SIP_response|SIP response|sip-reply|sip_reply|sip reply|SIP-reply"},
      {"sip-message-type", "SIP_reply|SIP reply"},
      {"supports", "load limit"},
      {"address-family", "IP4|IP6"},
      {"transport-protocol",
       "RTP/AVP|RTP/AVPF|RTP/SAVP|RTP/SAVPF|UDP/TLS/RTP/SAVP|UDP/TLS/RTP/SAVPF"},
      {"transport-protocol", "udptl|accept"},
      {"DTLS-fingerprint", "sha-1|sha-224|sha-256|sha-384|sha-512"},
      {"codec", "strip|offer|except|ignore|accept|consume|mask|set|transcode"},
      {"sdp-attr", "global|none|audio|video|text|application|message|image"},
  };
  for (const auto& [key, words] : kValues) {
    const KeyRow* row = FindKey(key);
    ASSERT_NE(row, nullptr) << key;
    ForEach(words, [row](const std::string& word) {
      EXPECT_NE(FindWord(row->grammar.words(), word), nullptr) << row->name() << " " << word;
    });
  }
}

TEST(SpellingsTest, FlagsWithAValue) {
  constexpr std::string_view kNames[] = {
      "replace-origin|replace-session-connection|replace-session connection|replace-SDP-version",
      "replace-sdp-version|replace-username|replace-session-name|replace-zero-address",
      "replace-origin-full|replace-force-increment-sdp-ver|rtcp-mux-offer|rtcp-mux-require",
      "rtcp-mux-demux|rtcp-mux-accept|rtcp-mux-reject|BUNDLE-accept|BUNDLE-offer|BUNDLE-require",
      "SDES-off|SDES-no|SDES-nonew|SDES-pad|SDES-static|SDES-lifetime|SDES-prefer",
      "SDES-no-AES_CM_128_HMAC_SHA1_32|SDES-only-AES_CM_128_HMAC_SHA1_80",
      "SDES-order:AES_CM_128_HMAC_SHA1_80;AES_CM_128_HMAC_SHA1_32",
      "SDES-offerer_pref:AES_CM_128_HMAC_SHA1_80|OSRTP-offer|OSRTP-accept",
      "endpoint-learning-off|endpoint-learning-heuristic|from-tags-a|codec-strip-PCMA|codec-offer-"
      "PCMA",
      "codec-except-PCMA|codec-ignore-PCMA|codec-accept-PCMA|codec-consume-PCMA|codec-set-PCMA",
      "codec-mask-PCMA|codec-transcode-PCMA|transcode-PCMA|T38-decode|T.38-force",
      "sdp-attr-add-audio-a:1|sdp-attr-remove-none-a:1|sdp-attr-substitute-audio-a:1>b:1",
  };
  for (const std::string_view names : kNames) {
    ForEach(names, [](const std::string& name) {
      for (const std::string& warning : ParseOffer({{"flags", List{name}}}).warnings) {
        EXPECT_EQ(warning.find("Unknown"), std::string::npos) << warning;
      }
    });
  }
}

}  // namespace
}  // namespace controld::ng
