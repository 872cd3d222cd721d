// HEPv3 as recorded: packets of the reference taken apart and made again, octet by octet.
#include "proto/export/hep.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <vector>

namespace exporting {
namespace {

std::string FromHex(const std::string& text) {
  std::string out;
  for (size_t i = 0; i + 1 < text.size(); i += 2) {
    out.push_back(static_cast<char>(std::stoi(text.substr(i, 2), nullptr, 16)));
  }
  return out;
}

uint32_t Number(const std::string& octets) {
  uint32_t number = 0;
  for (const char octet : octets) number = number << 8 | static_cast<uint8_t>(octet);
  return number;
}

struct Decoded {
  std::map<uint32_t, std::string> chunks;
  std::vector<uint32_t> order;
};

Decoded Decode(const std::string& packet) {
  Decoded out;
  EXPECT_EQ(packet.substr(0, 4), "HEP3");
  EXPECT_EQ(Number(packet.substr(4, 2)), packet.size());
  for (size_t at = 6; at < packet.size();) {
    EXPECT_EQ(Number(packet.substr(at, 2)), 0u) << "vendor";
    const uint32_t type = Number(packet.substr(at + 2, 2)), length = Number(packet.substr(at + 4, 2));
    out.order.push_back(type);
    out.chunks[type] = packet.substr(at + 6, length - 6);
    at += length;
  }
  return out;
}

base::Endpoint EndpointOf(Decoded& decoded, uint32_t address, uint32_t port) {
  const std::string& octets = decoded.chunks.count(address) ? decoded.chunks[address] : decoded.chunks[address + 2];
  return {*base::IpAddress::FromBytes(octets), static_cast<uint16_t>(Number(decoded.chunks[port]))};
}

TEST(HepTest, IsWhatWasRecorded) {
  std::ifstream file(std::filesystem::path(__FILE__).parent_path() / "recorded.hex");
  std::string line;
  int packets = 0;
  while (std::getline(file, line)) {
    if (line.empty() || line[0] == '#') continue;
    const std::string packet = FromHex(line);
    Decoded decoded = Decode(packet);
    HepMessage message;
    message.source = EndpointOf(decoded, 3, 7);
    message.destination = EndpointOf(decoded, 4, 8);
    message.unix_us = int64_t{Number(decoded.chunks[9])} * 1'000'000 + Number(decoded.chunks[10]);
    message.protocol = static_cast<uint8_t>(Number(decoded.chunks[11]));
    message.capture_id = Number(decoded.chunks[12]);
    message.correlation_id = decoded.chunks[0x11];
    message.payload = decoded.chunks[0x0f];
    EXPECT_EQ(EncodeHep(message), packet) << "packet " << packets;
    ++packets;
  }
  EXPECT_EQ(packets, 11);
}

TEST(HepTest, CutsWhatDoesNotFit) {
  const std::string payload(70000, 'p'), call_id(9000, 'c');
  HepMessage message;
  message.source = message.destination = *base::Endpoint::Parse("[2001:db8::1]:5");
  message.correlation_id = call_id;
  message.payload = payload;
  const std::string packet = EncodeHep(message);
  EXPECT_EQ(packet.size(), kMaxHepPacket);
  Decoded decoded = Decode(packet);
  EXPECT_EQ(decoded.chunks[0x11].size(), 8192u);
  EXPECT_EQ(decoded.order.back(), 0x0fu);
  EXPECT_THAT(payload, testing::StartsWith(decoded.chunks[0x0f]));
}

}  // namespace
}  // namespace exporting
