// Any datagrams through the record parser and into associations in the middle of a handshake.
//
// The first octet says how far the handshake got before and who is meant; then datagrams: two
// octets of length, one of time passed (16 ms each), the octets.
#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>
#include <vector>

#include "mediad/dtls/association.h"
#include "mediad/dtls/records.h"

namespace {

using namespace mediad::dtls;

void Require(bool condition) {
  if (!condition) std::abort();
}

std::shared_ptr<const Certificate> OurCertificate() {
  static const std::shared_ptr<const Certificate> certificate =
      Certificate::Generate({}, "fuzz", 1'700'000'000).value();
  return certificate;
}

Association Make(Setup setup, bool verify_cookie) {
  AssociationOptions options;
  options.certificate = OurCertificate();
  options.setup = setup;
  options.verify_cookie = verify_cookie;
  return Association(options);
}

void Pass(Association& from, Association& to, std::chrono::nanoseconds now) {
  std::vector<uint8_t> datagram;
  while (from.TakeDatagram(&datagram)) {
    Require(datagram.size() <= 1152 && LooksLikeDtls(datagram));
    to.OnDatagram(datagram, {}, now);
  }
}

void LookAtRecords(std::span<const uint8_t> datagram) {
  Require(!IsClientHello(datagram) || LooksLikeDtls(datagram));
  Record record;
  size_t seen = 0;
  for (auto rest = datagram; NextRecord(&rest, &record);) {
    seen += record.octets.size();
    Require(record.content.size() + kRecordHeader == record.octets.size());
    Require(!(IsPlausibleHandshake(record.content, Sender::kClient) &&
              IsPlausibleHandshake(record.content, Sender::kServer)) ||
            record.content[0] == 11);
  }
  Require(seen <= datagram.size());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  std::span<const uint8_t> input(data + 1, size - 1);
  std::chrono::nanoseconds now = std::chrono::hours(1);
  Association client = Make(Setup::kActive, false);
  Association server = Make(Setup::kPassive, (data[0] & 0x10) != 0);
  client.Start(now);
  server.Start(now);
  for (unsigned flight = 0; flight < (data[0] & 7u); ++flight)
    flight % 2 == 0 ? Pass(client, server, now) : Pass(server, client, now);

  Association& target = (data[0] & 8) != 0 ? client : server;
  while (input.size() >= 3) {
    const size_t length = std::min<size_t>(size_t{input[0]} << 8 | input[1], input.size() - 3);
    now += std::chrono::milliseconds(16 * input[2]);
    const auto datagram = input.subspan(3, length);
    LookAtRecords(datagram);
    target.OnDatagram(datagram, {}, now);
    target.OnTimer(now);
    // Nothing here knows a fingerprint.
    Require(!target.keys() && target.state() != State::kEstablished);
    Require(target.failure().empty() == (target.state() != State::kFailed));
    input = input.subspan(3 + length);
  }
  Pass(client, server, now);
  Pass(server, client, now);
  return 0;
}
