#include "mediad/dtls/records.h"

namespace mediad::dtls {
namespace {

constexpr uint8_t kMajorVersion = 0xfe;      // DTLS 1.x, in one's complement
constexpr size_t kMaxRecord = 16384 + 2048;  // RFC 6347 §4.1 with RFC 5246 §6.2.3

// RFC 5246 §7.4, RFC 6347 §4.3.2.
enum HandshakeType : uint8_t {
  kClientHello = 1,
  kServerHello = 2,
  kHelloVerifyRequest = 3,
  kCertificate = 11,
  kServerKeyExchange = 12,
  kCertificateRequest = 13,
  kServerHelloDone = 14,
  kCertificateVerify = 15,
  kClientKeyExchange = 16,
  kCertificateStatus = 22,
};

uint16_t Read16(std::span<const uint8_t> octets, size_t at) {
  return static_cast<uint16_t>(octets[at] << 8 | octets[at + 1]);
}

uint32_t Read24(std::span<const uint8_t> octets, size_t at) {
  return uint32_t{octets[at]} << 16 | uint32_t{octets[at + 1]} << 8 | octets[at + 2];
}

// What each side sends before its ChangeCipherSpec. NewSessionTicket is never asked for.
bool Sends(Sender sender, uint8_t type) {
  switch (type) {
    case kClientHello:
    case kCertificateVerify:
    case kClientKeyExchange:
      return sender == Sender::kClient;
    case kServerHello:
    case kHelloVerifyRequest:
    case kServerKeyExchange:
    case kCertificateRequest:
    case kServerHelloDone:
    case kCertificateStatus:
      return sender == Sender::kServer;
    case kCertificate:
      return true;
    default:
      return false;
  }
}

}  // namespace

bool NextRecord(std::span<const uint8_t>* datagram, Record* record) {
  if (datagram->size() < kRecordHeader) return false;
  const uint8_t type = (*datagram)[0];
  if (type < 20 || type > 23 || (*datagram)[1] != kMajorVersion) return false;
  const size_t length = Read16(*datagram, 11);
  if (length == 0 || length > kMaxRecord || length > datagram->size() - kRecordHeader) return false;
  record->type = static_cast<ContentType>(type);
  record->epoch = Read16(*datagram, 3);
  record->octets = datagram->first(kRecordHeader + length);
  record->content = record->octets.subspan(kRecordHeader);
  *datagram = datagram->subspan(kRecordHeader + length);
  return true;
}

bool LooksLikeDtls(std::span<const uint8_t> datagram) {
  Record record;
  return NextRecord(&datagram, &record);
}

bool IsClientHello(std::span<const uint8_t> datagram) {
  Record record;
  return NextRecord(&datagram, &record) && record.type == ContentType::kHandshake &&
         record.epoch == 0 && record.content[0] == kClientHello &&
         IsPlausibleHandshake(record.content, Sender::kClient);
}

bool IsPlausibleHandshake(std::span<const uint8_t> content, Sender sender) {
  if (content.empty()) return false;
  while (!content.empty()) {
    if (content.size() < kHandshakeHeader || !Sends(sender, content[0])) return false;
    const uint32_t length = Read24(content, 1);
    const uint32_t offset = Read24(content, 6);
    const uint32_t fragment = Read24(content, 9);
    if (length > kMaxHandshakeMessage || offset > length || fragment > length - offset)
      return false;
    if (fragment == 0 && length != 0) return false;
    if (fragment > content.size() - kHandshakeHeader) return false;
    content = content.subspan(kHandshakeHeader + fragment);
  }
  return true;
}

}  // namespace mediad::dtls
