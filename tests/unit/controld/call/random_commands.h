// NG requests for the property test of commands: every command, with keys and flags that fit it,
// that do not, and that contradict each other.
#pragma once

#include <string>

#include "controld/ng/parse_request.h"
#include "controld/ng/value.h"
#include "tests/unit/controld/call/random_sdp.h"

namespace controld::call {

class RandomCommands {
 public:
  static constexpr const char* kCallIds[] = {"call0", "call1", "call2"};

  explicit RandomCommands(Dice& dice) : dice_(dice), sdp_(dice) {}

  ng::Request Next() {
    // What follows from the last one, on the same call, or anything on any.
    const std::string next = dice_.Chance(2) ? Sequel(command_) : "";
    command_ = next.empty() ? AnyCommand() : next;
    if (next.empty()) call_id_ = dice_.Pick(kCallIds);
    ng::Dictionary keys;
    keys.Add("command", command_);
    if (!dice_.Chance(60)) keys.Add("call-id", call_id_);
    if (!dice_.Chance(12)) keys.Add("from-tag", Tag());
    // The tag of whoever listens, where one is asked for.
    const bool listener = command_.find("subscribe") != std::string::npos;
    const bool injection = command_.find("inject") != std::string::npos;
    if ((listener || injection) && !dice_.Chance(4)) {
      keys.Add("to-tag", listener ? "rec" : "B");
      if (injection) keys.Add("source-tag", "A");
    } else if (!dice_.Chance(3)) {
      keys.Add("to-tag", Tag());
    }
    // With rtpp-flags the to-tag is the dialogue's, not the listener's.
    if (!listener || dice_.Chance(2)) AddFlags(&keys);
    AddSelection(&keys);
    if (command_ == "mesh") AddMesh(&keys);
    if (command_ == "create" || command_ == "transform") AddMedia(&keys);
    if (!dice_.Chance(40)) keys.Add("sdp", sdp_.Body());
    if (dice_.Chance(60)) keys.Add("sdp", sdp_.Body());       // twice
    if (dice_.Chance(100)) keys.Add("from-tag", ng::List());  // another type
    return Made(std::move(keys));
  }

  // A body of trickle ICE.
  ng::Request Fragment() {
    ng::Dictionary keys;
    keys.Add("command", dice_.Chance(2) ? "offer" : "answer");
    keys.Add("call-id", dice_.Pick(kCallIds));
    keys.Add("from-tag", Tag());
    if (dice_.Chance(2)) keys.Add("to-tag", Tag());
    keys.Add("rtpp-flags", "fragment");
    keys.Add("sdp", sdp_.Fragment());
    return Made(std::move(keys));
  }

  // What the last one was made from.
  const ng::Dictionary& last() const { return last_; }

 private:
  ng::Request Made(ng::Dictionary keys) {
    last_ = std::move(keys);
    return ng::ParseRequest(last_);
  }

  // A call lives by offers and answers: three of five commands. `list`, `statistics` and `ping` are
  // the listener's, and about nothing but the numbers of calls.
  std::string AnyCommand() {
    static const char* const kOthers[] = {"query",
                                          "delete",
                                          "publish",
                                          "subscribe request",
                                          "subscribe request",
                                          "subscribe answer",
                                          "unsubscribe",
                                          "create",
                                          "create answer",
                                          "connect",
                                          "mesh",
                                          "transform",
                                          "inject start",
                                          "inject stop",
                                          "block media",
                                          "unblock media",
                                          "silence media",
                                          "unsilence media",
                                          "block DTMF",
                                          "unblock DTMF",
                                          "start recording",
                                          "stop recording",
                                          "pause recording",
                                          "start forwarding",
                                          "stop forwarding",
                                          "play media",
                                          "stop media",
                                          "play DTMF",
                                          "list",
                                          "statistics",
                                          "ping"};
    const size_t kind = dice_.Draw(10);
    return kind < 3 ? "offer" : kind < 6 ? "answer" : dice_.Pick(kOthers);
  }

  static std::string Sequel(const std::string& command) {
    if (command == "offer") return "answer";
    if (command == "subscribe request") return "subscribe answer";
    if (command == "subscribe answer") return "unsubscribe";
    if (command == "inject start") return "inject stop";
    if (command == "create") return "create answer";
    return "";
  }

  std::string Tag() {
    static const char* const kTags[] = {"A", "A", "B", "B", "C", "D", "rec", "", "nobody"};
    return dice_.Pick(kTags);
  }

  void AddFlags(ng::Dictionary* keys) {
    static const char* const kFlags[] = {"",
                                         "",
                                         "",
                                         "replace-origin",
                                         "replace-origin-full replace-SDP-version",
                                         "port-latching",
                                         "no-port-latching",
                                         "rtcp-mux=[offer]",
                                         "rtcp-mux=[require]",
                                         "rtcp-mux=[demux]",
                                         "rtcp-mux=[accept]",
                                         "rtcp-mux=[reject]",
                                         "bundle=[offer]",
                                         "bundle=[require]",
                                         "bundle=[strict]",
                                         "bundle=[accept]",
                                         "bundle=[reject]",
                                         "via-branch=x",
                                         "via-branch=y",
                                         "new-branch",
                                         "sip-message-type=reply sip-code=200",
                                         "sip-message-type=reply sip-code=183",
                                         "sdp-media-remove=[video]",
                                         "sdp-media-remove=[audio video image message application]",
                                         "address-family=IP6",
                                         "direction=[default priv]",
                                         "generate-mid",
                                         "codec-strip-all",
                                         "codec=[strip=[all]] allow-no-codec-media",
                                         "reuse-codecs",
                                         "static-codecs",
                                         "ptime=40",
                                         "extmap=[mask=[all]]",
                                         "alias-key=sdp",
                                         "alias-key=address",
                                         "sdp-attr=[foo=[add=[x]]]",
                                         "sdp-attr=[audio=[add=[x] remove=[ptime:20]]]",
                                         "transport-protocol=RTP/AVPF",
                                         "transport-protocol=RTP/SAVP",
                                         "transport-protocol=RTP/AVP",
                                         "transport-protocol=UDP/TLS/RTP/SAVPF",
                                         "transport-protocol=accept",
                                         "WebRTC",
                                         "SDES=[nonew]",
                                         "SDES-off",
                                         "SDES-prefer",
                                         "SDES-only-AES_CM_128_HMAC_SHA1_32",
                                         "SDES=[order:NULL_HMAC_SHA1_80 static]",
                                         "DTLS=off",
                                         "DTLS=passive",
                                         "DTLS=active",
                                         "DTLS-fingerprint=sha-512",
                                         "no-tls-id",
                                         "OSRTP-offer",
                                         "OSRTP-accept",
                                         "OSRTP-offer-legacy",
                                         "OSRTP-accept-legacy",
                                         "ICE=force",
                                         "ICE=remove",
                                         "ICE=default",
                                         "ICE=optional",
                                         "ICE=force-relay",
                                         "ICE-lite=forward",
                                         "ICE-lite=both",
                                         "trickle-ICE",
                                         "ICE-reject",
                                         "reset",
                                         "passthrough",
                                         "delete-delay=0",
                                         "delete-delay=30",
                                         "to-tag",
                                         "SIP-source-address",
                                         "loop-protect",
                                         "replace-zero-address",
                                         "media-echo=both",
                                         "media-echo=blackhole",
                                         "drop-traffic=start",
                                         "drop-traffic=stop",
                                         "block-DTMF",
                                         "no-such-flag",
                                         "codec-strip-PCMA codec-offer-opus",
                                         "inactive",
                                         "original-sendrecv",
                                         "generate-RTCP",
                                         "mirror-RTCP",
                                         "recrypt",
                                         "strict-source",
                                         "record-call=yes",
                                         "label=one",
                                         "set-label=two",
                                         "fatal",
                                         "fast",
                                         "metadata=x"};
    keys->Add("rtpp-flags", base::StrCat(dice_.Pick(kFlags), " ", dice_.Pick(kFlags)));
  }

  // Whom and what a command is about, beside its tags.
  void AddSelection(ng::Dictionary* keys) {
    static const char* const kWords[] = {"all",    "directional", "siprec",
                                         "egress", "unsubscribe", "bidirectional",
                                         "mix",    "pause",       "discard-recording"};
    ng::List flags;
    for (size_t i = 0, count = dice_.Draw(3); i < count; ++i) flags.push_back(dice_.Pick(kWords));
    if (!flags.empty()) keys->Add("flags", std::move(flags));
    if (dice_.Chance(10)) keys->Add("label", dice_.Chance(2) ? "one" : "two");
    if (dice_.Chance(15)) keys->Add("to-label", dice_.Chance(2) ? "one" : "two");
    if (dice_.Chance(15)) keys->Add("address", dice_.Chance(4) ? "x" : "198.51.100.1");
    if (dice_.Chance(10)) keys->Add("from-tags", ng::List{Tag(), Tag()});
    if (dice_.Chance(3)) keys->Add("source-tag", Tag());
    if (dice_.Chance(12)) keys->Add("to-call-id", dice_.Pick(kCallIds));
    if (dice_.Chance(20)) keys->Add("source-call-id", dice_.Pick(kCallIds));
    if (dice_.Chance(20)) keys->Add("interface", dice_.Chance(2) ? "default" : "nowhere");
    static const char* const kAll[] = {"all", "none", "offer-answer", "except-offer-answer",
                                       "flows"};
    if (dice_.Chance(8)) keys->Add("all", dice_.Pick(kAll));
    if (dice_.Chance(30)) keys->Add("trigger", "12");
  }

  void AddMesh(ng::Dictionary* keys) {
    ng::List calls, tags;
    for (size_t i = 0, count = dice_.Draw(3); i < count; ++i) calls.push_back(dice_.Pick(kCallIds));
    for (size_t i = 0, count = dice_.Draw(3); i < count; ++i) {
      ng::Dictionary tag;
      tag.Add("from", Tag());
      tag.Add("to", ng::List{Tag(), Tag()});
      tags.push_back(std::move(tag));
    }
    keys->Add("calls", std::move(calls));
    keys->Add("tags", std::move(tags));
  }

  void AddMedia(ng::Dictionary* keys) {
    if (dice_.Chance(2)) return;
    ng::List media;
    for (size_t i = 0, count = dice_.Draw(3); i <= count; ++i) {
      static const char* const kTypes[] = {"audio", "video", "image", ""};
      ng::Dictionary section;
      section.Add("type", dice_.Pick(kTypes));
      section.Add("codec", ng::List{"PCMA", dice_.Chance(2) ? "opus" : "nonsense/1"});
      media.push_back(std::move(section));
    }
    keys->Add("media", std::move(media));
  }

  Dice& dice_;
  RandomSdp sdp_;
  std::string command_, call_id_ = kCallIds[0];
  ng::Dictionary last_;
};

}  // namespace controld::call
