// DTLS records as far as they can be judged without keys (RFC 6347 §4.1, §4.2.2): what a
// demultiplexer and an association ask before anything is given to the library.
//
// No state, no cryptography; every look is bounded by the datagram. Pure functions; any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace mediad::dtls {

inline constexpr size_t kRecordHeader = 13;
inline constexpr size_t kHandshakeHeader = 12;
// Of a whole handshake message, fragments put together. Certificates are the long ones.
inline constexpr size_t kMaxHandshakeMessage = 16384;

enum class ContentType : uint8_t {
  kChangeCipherSpec = 20,
  kAlert = 21,
  kHandshake = 22,
  kData = 23
};

struct Record {
  ContentType type = ContentType::kData;
  uint16_t epoch = 0;
  std::span<const uint8_t> octets;   // header included
  std::span<const uint8_t> content;  // plain text in epoch 0
};

// Cuts the first record off `datagram`. False: the rest is no record of DTLS 1.x; nothing more of
// it is usable.
bool NextRecord(std::span<const uint8_t>* datagram, Record* record);

// The datagram starts with a whole record. RFC 7983's first octet alone is rtp/classify.h's
// business.
bool LooksLikeDtls(std::span<const uint8_t> datagram);
// The datagram starts with a record of epoch 0 that starts with (a fragment of) a ClientHello.
bool IsClientHello(std::span<const uint8_t> datagram);

// Who may send a message in plain text. RFC 5246 §7.4.
enum class Sender : uint8_t { kClient, kServer };

// The content of a handshake record of epoch 0: whole, consistent fragments of messages which that
// side sends.
bool IsPlausibleHandshake(std::span<const uint8_t> content, Sender sender);

}  // namespace mediad::dtls
