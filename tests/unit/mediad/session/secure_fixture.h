// A call of which one or both legs are secure: services with a certificate of ours, and parties that speak SRTP, DTLS
// and ICE with the project's own engines.
#pragma once

#include <memory>
#include <string>

#include "fixture.h"
#include "mediad/dtls/association.h"
#include "mediad/dtls/certificate.h"
#include "mediad/ice/agent.h"
#include "mediad/session/protection.h"

namespace mediad::session::testing {

class CountingRandom final : public base::Random {
 public:
  uint64_t Next() override { return next_ += 0x9e3779b97f4a7c15u; }

 private:
  uint64_t next_ = 1;
};

inline std::shared_ptr<const dtls::Certificate> NewCertificate() {
  return *dtls::Certificate::Generate({}, "test", 1'700'000'000);
}

// A key of this suite, different for each seed.
inline v1::SrtpKey Key(const std::string& suite, char seed) {
  const media::SrtpSuite* found = media::FindSuite(suite);
  v1::SrtpKey key;
  key.set_suite(suite);
  key.set_key(std::string(found->key_size, seed));
  key.set_salt(std::string(found->salt_size, static_cast<char>(seed + 1)));
  return key;
}

inline Bytes Protected(srtp::Sender& sender, Bytes packet, bool rtcp = false) {
  size_t size = packet.size();
  packet.resize(size + srtp::kMaxOverhead);
  const auto result =
      rtcp ? sender.ProtectRtcp(packet, &size) : sender.ProtectRtp(packet, &size);
  EXPECT_EQ(result, srtp::Result::kOk);
  packet.resize(size);
  return packet;
}

inline Bytes Opened(srtp::Receiver& receiver, Bytes packet, bool rtcp = false) {
  size_t size = packet.size();
  const auto result =
      rtcp ? receiver.UnprotectRtcp(packet, &size) : receiver.UnprotectRtp(packet, &size);
  if (result != srtp::Result::kOk) return {};
  packet.resize(size);
  return packet;
}

class SecureCall : public Call {
 public:
  SecureCall() : Call(&services) {
    services.certificate = [this](std::string_view digest) {
      return digest == certificate->id() ? certificate : nullptr;
    };
    services.take_handshake = [this](const base::IpAddress&, std::chrono::nanoseconds) {
      return handshakes_left-- > 0;
    };
    services.random = &random;
    services.software = "test";
  }

  std::shared_ptr<const dtls::Certificate> certificate = NewCertificate();
  CountingRandom random;
  int handshakes_left = 100;
  SecureServices services;
};

}  // namespace mediad::session::testing
