// A bundles audio (PT 0) and video (PT 96) on one port, both ways with MIDs; B has a port for each.
#pragma once

#include "secure_fixture.h"

namespace mediad::session::testing {

class BundleCall : public SecureCall {
 public:
  static constexpr uint32_t kAudio = kA, kVideo = 3, kVideoB = 4;
  static constexpr char kPartyA[] = "198.51.100.1:4000";
  static constexpr char kAudioOfB[] = "198.51.100.2:5000", kVideoOfB[] = "198.51.100.2:5002";
  static constexpr SocketIndex kPortVideoB = kPortA + 6;

  BundleCall() {
    AddParty(kVideo, kPartyA, kPartyA, "fa/2")->set_port_set(kAudio);
    AddParty(kVideoB, kVideoOfB, "198.51.100.2:5003", "tb/2");
    for (const uint32_t id : {kVideo, kVideoB}) SetCodec(id, 96, "VP8", 90000);
    for (const uint32_t id : {kAudio, kVideo}) {
      media(id)->set_rtcp_mux(true);
      media(id)->mutable_bundled()->set_head(kAudio);
      media(id)->mutable_bundled()->set_mid(id == kAudio ? "a" : "v");
      media(id)->mutable_bundled()->set_mid_extension(3);
    }
    AddRoute(kVideo, kVideoB);
    AddRoute(kVideoB, kVideo);
  }
  void SetCodec(uint32_t id, uint32_t type, const char* name, uint32_t rate) {
    v1::Codec* codec = media(id)->mutable_codecs(0);
    codec->set_payload_type(type);
    codec->set_name(name);
    codec->set_clock_rate(rate);
  }
};

}  // namespace mediad::session::testing
