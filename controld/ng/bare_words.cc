#include "controld/ng/bare_words.h"

namespace controld::ng {
namespace {

constexpr unsigned kSrtp = 1, kAvpf = 2, kDtls = 4, kNothing = 0, kAllBits = 7;

// The whole names first: their bits are looked up to find the name.
constexpr TransportWord kTransport[] = {
    {"RTP/AVP", kNothing, 0, "plain RTP towards the receiver"},
    {"RTP/SAVP", kNothing, kSrtp, "SRTP with keys in a=crypto towards the receiver"},
    {"RTP/AVPF", kNothing, kAvpf, "plain RTP with feedback towards the receiver"},
    {"RTP/SAVPF", kNothing, kSrtp | kAvpf,
     "SRTP with keys in a=crypto and feedback towards the receiver"},
    {"UDP/TLS/RTP/SAVP", kNothing, kDtls, "SRTP with keys by DTLS towards the receiver"},
    {"UDP/TLS/RTP/SAVPF", kNothing, kDtls | kAvpf,
     "SRTP with keys by DTLS and feedback towards the receiver"},
    {"RTP", kAllBits & ~kSrtp, 0, "part of the protocol towards the receiver: no SRTP"},
    {"SRTP", kAllBits, kSrtp, "part of the protocol towards the receiver: SRTP"},
    {"AVP", kAllBits & ~kAvpf, 0, "part of the protocol towards the receiver: no feedback"},
    {"AVPF", kAllBits, kAvpf, "part of the protocol towards the receiver: feedback"},
    {"DTLS", kAllBits, kDtls, "part of the protocol towards the receiver: keys by DTLS"},
};

constexpr DirectionWord kDirection[] = {
    {"internal",
     "interface `internal`: the first such word is towards the sender, the second towards the "
     "receiver"},
    {"external",
     "interface `external`: the first such word is towards the sender, the second towards the "
     "receiver"},
};

}  // namespace

absl::Span<const TransportWord> TransportCompositionWords() { return kTransport; }
absl::Span<const DirectionWord> DirectionWords() { return kDirection; }

const DirectionWord* FindDirectionWord(std::string_view text) {
  for (const DirectionWord& word : kDirection) {
    if (word.text == text) return &word;
  }
  return nullptr;
}

const TransportWord* TransportBits::Apply(std::string_view text) {
  for (const TransportWord& word : kTransport) {
    if (word.text != text) continue;
    bits_ = (bits_ & word.keep) | word.set;
    seen_ = true;
    return &word;
  }
  return nullptr;
}

std::string_view TransportBits::protocol() const {
  if (!seen_) return {};
  for (const TransportWord& word : kTransport) {
    if (word.keep == kNothing && word.set == bits_) return word.text;
  }
  return {};
}

}  // namespace controld::ng
