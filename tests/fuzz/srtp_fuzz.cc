// Any datagrams into receivers of every suite, and through a sender into its receiver.
//
// First octet: the suite (modulo 12); second: session parameters (bits 0 to 2) and the length of
// the MKI (bits 3 to 6). Then datagrams: an octet that says what to do, one of length, the octets.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <span>
#include <vector>

#include "mediad/srtp/receiver.h"
#include "mediad/srtp/sender.h"

namespace {

using mediad::srtp::Receiver;
using mediad::srtp::Result;
using mediad::srtp::Sender;
using Octets = std::vector<uint8_t>;

void Require(bool condition) {
  if (!condition) std::abort();
}

mediad::srtp::Parameters ParametersFrom(uint8_t suite, uint8_t options) {
  mediad::srtp::Parameters parameters;
  parameters.suite = &media::kSrtpSuites[suite % media::kSrtpSuites.size()];
  parameters.key = std::string(parameters.suite->key_size, 'k');
  parameters.salt = std::string(parameters.suite->salt_size, 's');
  parameters.mki = std::string(options >> 3 & 15, 'm');
  parameters.unencrypted_srtp = (options & 1) != 0;
  parameters.unencrypted_srtcp = (options & 2) != 0;
  parameters.unauthenticated_srtp =
      (options & 4) != 0 && parameters.suite->cipher != media::SrtpCipher::kAesGcm;
  return parameters;
}

// What comes from the network. Only kOk changes anything.
Result Receive(Receiver& receiver, Octets& packet, bool rtcp, bool verify) {
  const Octets before = packet;
  size_t size = 0;
  Result result;
  if (verify) {
    result = rtcp ? receiver.VerifyRtcp(packet, &size) : receiver.VerifyRtp(packet, &size);
  } else {
    result = rtcp ? receiver.UnprotectRtcp(packet, &size) : receiver.UnprotectRtp(packet, &size);
  }
  Require(result != Result::kNoRoom && result != Result::kExhausted);
  Require(size <= before.size());
  if (verify || result != Result::kOk) Require(packet == before);
  if (result == Result::kOk && !verify) packet.resize(size);
  return result;
}

// What is sent arrives, unless it is a replay, and is what it was.
void RoundTrip(Sender& sender, Receiver& receiver, const Octets& datagram, bool rtcp,
               uint8_t damage) {
  Octets packet = datagram;
  size_t size = packet.size();
  packet.resize(size + mediad::srtp::kMaxOverhead);
  const Result sent = rtcp ? sender.ProtectRtcp(packet, &size) : sender.ProtectRtp(packet, &size);
  packet.resize(size);
  Require(sent == Result::kOk || sent == Result::kMalformed);
  if (sent != Result::kOk) return Require(packet == datagram);
  if (damage != 0) {
    packet[damage % packet.size()] ^= damage;
    Receive(receiver, packet, rtcp, false);
    return;
  }
  // A sequence that jumps about may leave the windows or the counters that are tried.
  if (Receive(receiver, packet, rtcp, false) == Result::kOk) Require(packet == datagram);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size < 2) return 0;
  const mediad::srtp::Parameters parameters = ParametersFrom(data[0], data[1]);
  auto sender = Sender::Create(parameters);
  auto receiver = Receiver::Create(parameters);
  Require(sender.ok() && receiver.ok());
  std::span<const uint8_t> input(data + 2, size - 2);
  while (input.size() >= 2) {
    const uint8_t what = input[0];
    const size_t length = std::min<size_t>(input[1], input.size() - 2);
    Octets datagram(input.begin() + 2, input.begin() + 2 + static_cast<ptrdiff_t>(length));
    const bool rtcp = (what & 1) != 0;
    if ((what & 2) != 0) {
      Receive(**receiver, datagram, rtcp, (what & 4) != 0);
    } else {
      RoundTrip(**sender, **receiver, datagram, rtcp, what >> 3);
    }
    input = input.subspan(2 + length);
  }
  const auto streams = (*receiver)->Export();
  Require(streams.size() <= mediad::srtp::kMaxStreams);
  Require((*receiver)->Import(streams).ok() && (*receiver)->Export() == streams);
  return 0;
}
