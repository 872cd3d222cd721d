// Prints kmod/selftest/srtp_vectors.h: packets protected by mediad's implementation, for the
// self-tests of the kernel's. Keys are counted up from a seed, so that only it is written down.
#include <cstdio>
#include <string>
#include <vector>

#include "mediad/srtp/layout.h"
#include "mediad/srtp/sender.h"
#include "tests/kmod/srtp/suites.h"

namespace {

using mediad::srtp::Parameters;
using mediad::srtp::Sender;
using mediad::srtp::StreamState;
using Octets = std::vector<uint8_t>;

constexpr uint32_t kSsrc = 0xcafebabe;

Octets Rtp(bool with_extension, size_t payload) {
  Octets packet = {0x80, 0x08, 0x12, 0x34, 0xde, 0xca, 0xfb, 0xad, 0xca, 0xfe, 0xba, 0xbe};
  if (with_extension) {
    packet[0] = 0x91;
    const uint8_t more[] = {0x00, 0x01, 0x02, 0x03, 0xbe, 0xde, 0x00, 0x02,
                            0x10, 0xaa, 0x00, 0x00, 0x21, 0xbb, 0xcc, 0x00};
    for (const uint8_t octet : more) packet.push_back(octet);
  }
  for (size_t i = 0; i < payload; ++i) packet.push_back(static_cast<uint8_t>(0xab + i));
  return packet;
}

Octets Rtcp() {
  Octets packet = {0x80, 0xc8, 0x00, 0x06, 0xca, 0xfe, 0xba, 0xbe};
  for (uint8_t i = 0; i < 20; ++i) packet.push_back(static_cast<uint8_t>(0x40 + i));
  return packet;
}

void Print(const char* name, const Octets& octets, size_t size) {
  std::printf("\t\t.%s =", name);
  for (size_t i = 0; i < size; ++i) {
    if (i % 32 == 0) std::printf("%s\n\t\t\t\"", i == 0 ? "" : "\"");
    std::printf("%02x", octets[i]);
  }
  std::printf("\",\n");
}

bool Vector(const KernelSuite& suite, uint8_t seed, Octets packet, bool rtcp, uint64_t index,
            size_t mki, bool unencrypted) {
  Parameters parameters = CountedKey(suite, seed);
  for (size_t i = 0; i < mki; ++i) parameters.mki.push_back(static_cast<char>(0xf0 + i));
  parameters.unencrypted_srtp = parameters.unencrypted_srtcp = unencrypted;
  auto sender = Sender::Create(parameters);
  if (!sender.ok()) return false;
  StreamState state;
  state.ssrc = kSsrc;
  state.has_rtp = !rtcp;
  state.roc = static_cast<uint32_t>(index >> 16);
  state.sequence = static_cast<uint16_t>(index);
  state.has_rtcp = rtcp;
  state.rtcp_index = rtcp ? static_cast<uint32_t>(index) : 0;
  if (!(*sender)->Import({&state, 1}).ok()) return false;

  const Octets plain = packet;
  size_t size = packet.size();
  packet.resize(size + mediad::srtp::kMaxOverhead);
  const auto result = rtcp ? (*sender)->ProtectRtcp(packet, &size)
                           : (*sender)->ProtectRtp(packet, &size);
  if (result != mediad::srtp::Result::kOk) return false;
  std::printf("\t{\n\t\t.suite = RTPENGINE_SRTP_%s, .seed = %u, .rtcp = %s,\n", suite.macro, seed,
              rtcp ? "true" : "false");
  std::printf("\t\t.index = 0x%llx, .mki_len = %zu, .unencrypted = %s,\n",
              static_cast<unsigned long long>(index), mki, unencrypted ? "true" : "false");
  Print("plain", plain, plain.size());
  Print("sealed", packet, size);
  std::printf("\t},\n");
  return true;
}

}  // namespace

int main() {
  std::printf(
      "/* SPDX-License-Identifier: GPL-2.0-only */\n"
      "/* Made by tests/kmod/srtp/make_vectors.cc from the user-space implementation. */\n"
      "#include \"../uapi/rtpengine.h\"\n\n"
      "static const struct srtp_vector {\n"
      "\tu8 suite, seed, mki_len;\n"
      "\tbool rtcp, unencrypted;\n"
      "\tu64 index;\t/* of the packet: ROC << 16 | sequence number, or SRTCP's */\n"
      "\tconst char *plain, *sealed;\n"
      "} srtp_vectors[] = {\n");
  uint8_t seed = 1;
  for (const KernelSuite& suite : kKernelSuites) {
    bool ok = Vector(suite, seed++, Rtp(false, 20), false, 0x1234, 0, false) &&
              Vector(suite, seed++, Rtp(true, 33), false, 0x010203041234, 4, false) &&
              Vector(suite, seed++, Rtcp(), true, 5, 0, false) &&
              Vector(suite, seed++, Rtcp(), true, 0x7ffffffe, 1, false) &&
              Vector(suite, seed++, Rtp(false, 7), false, 0x11234, 0, true) &&
              Vector(suite, seed++, Rtcp(), true, 0, 0, true);
    if (!ok) return 1;
  }
  std::printf("};\n");
  return 0;
}
