#include "proto/export/hep.h"

#include <algorithm>

namespace exporting {
namespace {

constexpr uint8_t kUdp = 17;
constexpr uint8_t kFamilyIpv4 = 2, kFamilyIpv6 = 10;  // Linux' AF_INET and AF_INET6
constexpr size_t kChunkHeader = 6;
constexpr size_t kMaxCorrelation = 8192;

enum Chunk : uint16_t {
  kIpFamily = 0x01,
  kIpProtocol = 0x02,
  kSourceIpv4 = 0x03,
  kDestinationIpv4 = 0x04,
  kSourceIpv6 = 0x05,
  kDestinationIpv6 = 0x06,
  kSourcePort = 0x07,
  kDestinationPort = 0x08,
  kSeconds = 0x09,
  kMicroseconds = 0x0a,
  kProtocolType = 0x0b,
  kCaptureId = 0x0c,
  kPayload = 0x0f,
  kCorrelationId = 0x11,
};

class Writer {
 public:
  void Header() { out_.append("HEP3\0\0", 6); }
  void Octets(Chunk type, std::string_view value) {
    Put16(0);  // vendor: generic
    Put16(type);
    Put16(static_cast<uint16_t>(kChunkHeader + value.size()));
    out_.append(value);
  }
  void Number8(Chunk type, uint8_t value) {
    Octets(type, std::string_view(reinterpret_cast<const char*>(&value), 1));
  }
  void Number16(Chunk type, uint16_t value) {
    const char octets[] = {static_cast<char>(value >> 8), static_cast<char>(value)};
    Octets(type, {octets, 2});
  }
  void Number32(Chunk type, uint32_t value) {
    const char octets[] = {static_cast<char>(value >> 24), static_cast<char>(value >> 16),
                           static_cast<char>(value >> 8), static_cast<char>(value)};
    Octets(type, {octets, 4});
  }
  size_t size() const { return out_.size(); }
  std::string Finish() {
    out_[4] = static_cast<char>(out_.size() >> 8);
    out_[5] = static_cast<char>(out_.size());
    return std::move(out_);
  }

 private:
  void Put16(uint16_t value) {
    out_.push_back(static_cast<char>(value >> 8));
    out_.push_back(static_cast<char>(value));
  }

  std::string out_;
};

}  // namespace

std::string EncodeHep(const HepMessage& message) {
  const bool ipv6 = message.destination.address.family() == base::Family::kIpv6;
  Writer out;
  out.Header();
  out.Number8(kIpFamily, ipv6 ? kFamilyIpv6 : kFamilyIpv4);
  out.Number8(kIpProtocol, kUdp);
  out.Number16(kSourcePort, message.source.port);
  out.Number16(kDestinationPort, message.destination.port);
  out.Number32(kSeconds, static_cast<uint32_t>(message.unix_us / 1'000'000));
  out.Number32(kMicroseconds, static_cast<uint32_t>(message.unix_us % 1'000'000));
  out.Number8(kProtocolType, message.protocol);
  out.Number32(kCaptureId, message.capture_id);
  out.Octets(ipv6 ? kSourceIpv6 : kSourceIpv4, message.source.address.ToBytes());
  out.Octets(ipv6 ? kDestinationIpv6 : kDestinationIpv4, message.destination.address.ToBytes());
  out.Octets(kCorrelationId, message.correlation_id.substr(0, kMaxCorrelation));
  out.Octets(kPayload, message.payload.substr(0, kMaxHepPacket - kChunkHeader - out.size()));
  return out.Finish();
}

}  // namespace exporting
