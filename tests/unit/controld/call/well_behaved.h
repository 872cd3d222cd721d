// Offers and answers of clients that keep to the rules (RFC 3264, RFC 4568, RFC 5763, RFC 8839, RFC
// 8843), for the property test of exchanges. Not here: those that do not (random_sdp.h).
#pragma once

#include <algorithm>
#include <string>

#include "controld/sdp/session_description.h"
#include "proto/base/text.h"
#include "tests/unit/controld/call/dice.h"

namespace controld::call {

class WellBehaved {
 public:
  explicit WellBehaved(Dice& dice) : dice_(dice) {}

  // A caller at 198.51.100.1; `version` of its session.
  std::string Offer(size_t version) {
    const size_t sections = 1 + dice_.Draw(3);
    const bool mids = dice_.Chance(2), grouped = mids && dice_.Chance(2), ice = dice_.Chance(3);
    std::string group, media;
    Protection protection = AnyProtection();
    for (size_t i = 0; i < sections; ++i) {
      const bool used = i == 0 || !dice_.Chance(5);
      // What shares a port shares its protection, and RTCP is on it, too (RFC 8843 §9.3).
      if (!grouped) protection = AnyProtection();
      protection.mux = grouped || dice_.Chance(2);
      media += OfferedSection(i, used, ice, protection);
      if (!mids) continue;
      base::StrAppend(&media, "a=mid:m", i, "\r\n");
      if (used) base::StrAppend(&group, " m", i);
    }
    std::string body = Head("a", 1, version);
    if (grouped) base::StrAppend(&body, "a=group:BUNDLE", group, "\r\n");
    return body + media;
  }

  // A callee at 198.51.100.2 that was shown `offer`.
  std::string Answer(const sdp::SessionDescription& offer) {
    const bool ice = dice_.Chance(2), grouped = dice_.Chance(2), mux = grouped || dice_.Chance(2);
    prefers_sdes_ = dice_.Chance(2);
    std::string group, media;
    const sdp::MediaSection* first = nullptr;
    for (size_t i = 0; i < offer.media.size(); ++i) {
      const sdp::MediaSection& section = offer.media[i];
      const bool accepted = section.port != 0 && (i == 0 || !dice_.Chance(4));
      media += AnsweredSection(offer, section, accepted, i, ice, mux);
      // Only what can share a port; the first accepted one says with what.
      if (!accepted || !InGroup(offer, section.mid) || !section.rtcp_mux) continue;
      if (first == nullptr) first = &section;
      if (section.protocol != first->protocol) continue;
      if (section.fingerprint.empty() != first->fingerprint.empty()) continue;
      base::StrAppend(&group, " ", section.mid);
    }
    std::string body = Head("b", 2, 1);
    if (grouped && !group.empty()) base::StrAppend(&body, "a=group:BUNDLE", group, "\r\n");
    return body + media;
  }

  // The same client offers once more what it has said: no fewer sections, the same keys (RFC 3264
  // §8).
  std::string Again(std::string said, size_t version) {
    const auto replace = [&](std::string_view what, std::string_view by) {
      for (size_t at = 0; (at = said.find(what, at)) != std::string::npos; at += by.size()) {
        said.replace(at, what.size(), by);
      }
    };
    said.replace(said.find(" 1 ") + 3, 1, base::StrCat(version));
    replace("a=setup:active", "a=setup:actpass");
    replace("a=setup:passive", "a=setup:actpass");
    if (dice_.Chance(3)) {
      replace("a=recvonly", "a=sendrecv");
      replace("a=inactive", "a=sendonly");
    }
    return said;
  }

  static bool InGroup(const sdp::SessionDescription& sdp, const std::string& mid) {
    if (mid.empty()) return false;
    return std::any_of(sdp.groups.begin(), sdp.groups.end(), [&](const std::string& group) {
      return group.starts_with("BUNDLE ") &&
             (group + " ").find(" " + mid + " ") != std::string::npos;
    });
  }

 private:
  static constexpr char kFingerprint[] =
      "a=fingerprint:sha-1 00:01:02:03:04:05:06:07:08:09:0A:0B:0C:0D:0E:0F:10:11:12:13\r\n";

  static std::string Head(const char* user, int host, size_t version) {
    return base::StrCat("v=0\r\no=", user, " 1 ", version,
                        " IN IP4 h\r\ns=-\r\nc=IN IP4 198.51.100.", host, "\r\nt=0 0\r\n");
  }
  static std::string IceLines(int host, size_t port) {
    return base::StrCat("a=ice-ufrag:ice", host, "\r\na=ice-pwd:abcdefghijklmnopqrstuvw", host,
                        "\r\na=candidate:1 1 UDP 2130706431 198.51.100.", host, " ", port,
                        " typ host\r\na=candidate:1 2 UDP 2130706430 198.51.100.", host, " ",
                        port + 1, " typ host\r\n");
  }

  struct Protection {
    std::string protocol;
    bool dtls = false, sdes = false, mux = false;
  };
  Protection AnyProtection() {
    static const char* const kProtocols[] = {"RTP/AVP",  "RTP/AVP",   "RTP/AVPF",
                                             "RTP/SAVP", "RTP/SAVPF", "UDP/TLS/RTP/SAVPF"};
    Protection made;
    made.protocol = dice_.Pick(kProtocols);
    if (made.protocol.find("SAVP") == std::string::npos) return made;
    const bool only_dtls = made.protocol.starts_with("UDP");
    made.dtls = only_dtls || dice_.Chance(3);
    made.sdes = !made.dtls || (!only_dtls && dice_.Chance(2));
    return made;
  }

  std::string OfferedSection(size_t index, bool used, bool ice, const Protection& protection) {
    static const char* const kDirections[] = {"", "", "a=sendonly\r\n", "a=recvonly\r\n",
                                              "a=inactive\r\n"};
    const std::string& protocol = protection.protocol;
    const size_t port = used ? 4000 + 10 * index : 0;
    std::string text =
        dice_.Chance(3)
            ? base::StrCat("m=video ", port, " ", protocol,
                           " 98 99\r\na=rtpmap:98 VP8/90000\r\na=rtpmap:99 H264/90000\r\n")
            : base::StrCat("m=audio ", port, " ", protocol,
                           " 8 0 101 96\r\na=rtpmap:101 telephone-event/8000\r\n"
                           "a=rtpmap:96 opus/48000/2\r\n");
    if (!used) return text;
    text += dice_.Pick(kDirections);
    if (protection.mux) text += "a=rtcp-mux\r\n";
    if (protection.dtls) base::StrAppend(&text, "a=setup:actpass\r\n", kFingerprint);
    if (protection.sdes) {
      text +=
          "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:b0CjsI18358RTSnGu/SiX5v7g88acEHzdBMvJ8qF\r\n"
          "a=crypto:2 AES_CM_128_HMAC_SHA1_32 inline:RYbQ6hb49vXnYQm+eWltIZcePZAmlB1TpWGhbgG7\r\n";
    }
    if (ice) text += IceLines(1, port);
    return text;
  }

  std::string Formats(const sdp::MediaSection& section) {
    std::string formats;
    const size_t kept = section.codecs.empty() ? 0 : dice_.Draw(section.codecs.size());
    for (size_t i = 0; i < section.codecs.size(); ++i) {
      if (i != kept && !dice_.Chance(2)) continue;
      base::StrAppend(&formats, " ", section.codecs[i].payload_type);
    }
    return formats.empty() ? " " + section.formats : formats;
  }

  std::string AnsweredSection(const sdp::SessionDescription& offer,
                              const sdp::MediaSection& section, bool accepted, size_t index,
                              bool ice, bool mux) {
    const size_t port = 5000 + 10 * index;
    std::string text =
        base::StrCat("m=", section.type_text, " ", accepted ? port : 0, " ", section.protocol,
                     accepted ? Formats(section) : " " + section.formats, "\r\n");
    if (!section.mid.empty()) base::StrAppend(&text, "a=mid:", section.mid, "\r\n");
    if (!accepted) return text;
    for (const sdp::Codec& codec : section.codecs) {
      if (codec.payload_type < 96 || codec.name.empty()) continue;
      base::StrAppend(&text, "a=rtpmap:", codec.payload_type, " ", codec.name, "/",
                      codec.clock_rate, codec.channels > 1 ? base::StrCat("/", codec.channels) : "",
                      "\r\n");
    }
    switch (sdp::EffectiveDirection(offer, section)) {
      case sdp::Direction::kSendrecv:
        break;
      case sdp::Direction::kSendonly:
        text += "a=recvonly\r\n";
        break;
      case sdp::Direction::kRecvonly:
        text += "a=sendonly\r\n";
        break;
      case sdp::Direction::kInactive:
        text += "a=inactive\r\n";
        break;
    }
    if (mux && section.rtcp_mux) text += "a=rtcp-mux\r\n";
    const bool dtls = !section.fingerprint.empty() || !offer.fingerprint.empty();
    if (!section.crypto.empty() && (!dtls || prefers_sdes_)) {
      const std::string& line = section.crypto[dice_.Draw(section.crypto.size())];
      base::StrAppend(&text, "a=crypto:", line.substr(0, line.find_first_of("|")), "\r\n");
    } else if (dtls) {
      const std::string& setup = section.setup.empty() ? offer.setup : section.setup;
      const char* role = setup == "active"    ? "passive"
                         : setup == "passive" ? "active"
                         : dice_.Chance(2)    ? "active"
                                              : "passive";
      base::StrAppend(&text, "a=setup:", role, "\r\n", kFingerprint);
    }
    if (ice && !(section.ice_ufrag.empty() && offer.ice_ufrag.empty())) text += IceLines(2, port);
    return text;
  }

  Dice& dice_;
  bool prefers_sdes_ = false;  // of whoever answers
};

}  // namespace controld::call
