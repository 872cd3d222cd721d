// Whether a key, a flag or a word does anything, and if not why: the column `status` of the tables,
// and what the parser finds out about a text by it.
//
// The reasons stand here, once: the log, `rtpctl ng lint` and docs/ng.md say the same.
#pragma once

#include <cstdint>
#include <string_view>

namespace controld::ng {

enum class Effect : uint8_t {
  kFull,
  kAnyway,    // what it asks for is so without it
  kPartly,    // part of what it asks for is done
  kObsolete,  // changes nothing, and is not meant to any more
  kNone,      // is meant to do something, and does not
};

struct Status {
  Effect effect = Effect::kFull;
  std::string_view why;  // in words; empty for kFull
};

// The worst that can be said about an item, in this order.
enum class Verdict : uint8_t {
  kGood,
  kDepends,  // on a configuration that was not given
  kPartly,
  kDeprecated,
  kNotSupported,  // known, without effect
  kBadValue,      // the key is known, its value is not what it takes
  kUnknown,
};

inline constexpr Status kYes{};
inline constexpr Status kObsolete{Effect::kObsolete, "it changes nothing any more"};

inline constexpr Status kNoRoute{Effect::kNone,
                                 "which way a route leads, the worker's host knows, not the "
                                 "controller: name the interface with direction"};
inline constexpr Status kNoTranscoding{
    Effect::kNone, "codecs are not converted in this build; the parties' own codecs are passed on"};
inline constexpr Status kNoPlayer{
    Effect::kNone,
    "there is no audio player in this build: play media is refused, nothing is played"};
inline constexpr Status kNoPlayerAnyway{Effect::kAnyway, "there is no audio player in this build"};
inline constexpr Status kNoJitterBufferAnyway{Effect::kAnyway,
                                              "packets are passed on as they come, unbuffered"};
inline constexpr Status kNoDelay{Effect::kNone,
                                 "packets are passed on as they come: media is never held back"};
inline constexpr Status kNoMoh{
    Effect::kNone, "there is no audio player in this build: a party on hold hears nothing from us"};
inline constexpr Status kNoDtmfPlayer{
    Effect::kNone,
    "play DTMF is refused: this build puts no digits into media, and has no recording to pause"};
inline constexpr Status kNoInjection{
    Effect::kNone, "play DTMF is refused in this build, so there is nothing to prepare"};
inline constexpr Status kNoToneDetection{
    Effect::kNone,
    "audio is not decoded: telephone events are reported, tones within the audio are not"};
inline constexpr Status kNoReplacement{Effect::kPartly,
                                       "telephone events are dropped; nothing is put in their "
                                       "place, which would need audio processing"};
inline constexpr Status kNoTones{Effect::kNone,
                                 "telephone events are dropped, no tone is put in their place"};
inline constexpr Status kNoTrigger{
    Effect::kNone, "digits do not switch the blocking: block DTMF with a trigger is refused"};
inline constexpr Status kNoTriggerEnd{
    Effect::kNone, "blocking does not end by itself: it lasts until unblock DTMF"};
inline constexpr Status kNoRecording{
    Effect::kNone,
    "this build does not record: the call goes on unrecorded, start recording is refused; "
    "subscribe request feeds a SIPREC recorder"};
inline constexpr Status kNotRecordedAnyway{Effect::kAnyway, "this build does not record"};
inline constexpr Status kNoRedisAnyway{Effect::kAnyway,
                                       "there is no Redis in this build: workers keep the calls"};
inline constexpr Status kNoFax{
    Effect::kNone,
    "there is no fax gateway in this build; T.38 (udptl) between the parties is passed on"};
inline constexpr Status kNotRepacketised{
    Effect::kPartly, "the SDP says it; packets are passed on as they come, not repacketised"};
inline constexpr Status kTerminated{Effect::kNone,
                                    "SRTP, DTLS and ICE end at us; ICE=force-relay passes ICE on"};
inline constexpr Status kTerminatedAnyway{Effect::kAnyway,
                                          "nothing is passed through by this flag"};
inline constexpr Status kNoCallback{
    Effect::kNone,
    "timeouts are not told by XMLRPC in this build; they are in the log and in CDRs"};
inline constexpr Status kNoMixing{
    Effect::kNone, "streams are passed on beside each other: commands with it are refused"};
inline constexpr Status kSameCodecs{
    Effect::kNone,
    "codecs are not converted in this build: both sides use the codecs of the answer"};

}  // namespace controld::ng
