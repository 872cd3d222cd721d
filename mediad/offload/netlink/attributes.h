// Netlink attributes as octets: a reader that believes nothing, a writer that grows. Sans-IO; any thread.
//
// Host byte order, 4-octet alignment (linux/netlink.h). Not here: what attributes mean (messages.h).
#pragma once

#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "proto/base/endpoint.h"

namespace mediad::offload {

struct Attribute {
  uint16_t type = 0;  // without flags
  std::span<const uint8_t> payload;

  // The payload as a number of exactly this size; nullopt: it has another one.
  template <typename Number>
  std::optional<Number> As() const {
    if (payload.size() != sizeof(Number)) return std::nullopt;
    Number number;
    std::memcpy(&number, payload.data(), sizeof(Number));
    return number;
  }
  // 0 if it is of another size.
  template <typename Number>
  Number Or0() const {
    return As<Number>().value_or(Number{0});
  }
  // Up to the first NUL.
  std::string Text() const;
  // A struct sockaddr_in or sockaddr_in6; invalid if it is neither.
  base::Endpoint Address() const;
};

// Goes through the attributes in `octets`; ends at the first that does not fit.
class AttributeReader {
 public:
  explicit AttributeReader(std::span<const uint8_t> octets) : left_(octets) {}
  bool Next(Attribute* attribute);

 private:
  std::span<const uint8_t> left_;
};

class MessageWriter {
 public:
  // A netlink message with a generic netlink header.
  MessageWriter(uint16_t type, uint16_t flags, uint32_t sequence, uint8_t command, uint8_t version);

  template <typename Number>
  void Put(uint16_t type, Number number) {
    PutOctets(type, {reinterpret_cast<const uint8_t*>(&number), sizeof(number)});
  }
  void PutOctets(uint16_t type, std::span<const uint8_t> octets);
  void PutText(uint16_t type, std::string_view text);  // with a NUL behind it
  void PutAddress(uint16_t type, const base::Endpoint& endpoint);
  size_t Begin(uint16_t type);  // a nest
  void End(size_t nest);

  // The message; the writer is used up.
  std::vector<uint8_t> Finish();

 private:
  void Align();
  void Store16(size_t at, uint16_t value) { std::memcpy(&octets_[at], &value, sizeof(value)); }

  std::vector<uint8_t> octets_;
};

}  // namespace mediad::offload
