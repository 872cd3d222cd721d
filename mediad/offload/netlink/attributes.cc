#include "mediad/offload/netlink/attributes.h"

#include <linux/genetlink.h>
#include <linux/netlink.h>
#include <netinet/in.h>

#include <algorithm>

namespace mediad::offload {

std::string Attribute::Text() const {
  const auto end = std::find(payload.begin(), payload.end(), uint8_t{0});
  return std::string(payload.begin(), end);
}

base::Endpoint Attribute::Address() const {
  sockaddr_storage storage{};
  if (payload.size() != sizeof(sockaddr_in) && payload.size() != sizeof(sockaddr_in6)) return {};
  std::memcpy(&storage, payload.data(), payload.size());
  return base::Endpoint::FromSockaddr(reinterpret_cast<const sockaddr*>(&storage),
                                      static_cast<socklen_t>(payload.size()))
      .value_or(base::Endpoint());
}

bool AttributeReader::Next(Attribute* attribute) {
  nlattr header;
  if (left_.size() < sizeof(header)) return false;
  std::memcpy(&header, left_.data(), sizeof(header));
  if (header.nla_len < sizeof(header) || header.nla_len > left_.size()) return false;
  attribute->type = header.nla_type & NLA_TYPE_MASK;
  attribute->payload = left_.subspan(sizeof(header), header.nla_len - sizeof(header));
  left_ = left_.subspan(std::min<size_t>(left_.size(), NLA_ALIGN(header.nla_len)));
  return true;
}

MessageWriter::MessageWriter(uint16_t type, uint16_t flags, uint32_t sequence, uint8_t command, uint8_t version) {
  nlmsghdr header{};
  header.nlmsg_type = type;
  header.nlmsg_flags = flags;
  header.nlmsg_seq = sequence;
  genlmsghdr generic{};
  generic.cmd = command;
  generic.version = version;
  octets_.resize(NLMSG_HDRLEN + GENL_HDRLEN);
  std::memcpy(octets_.data(), &header, sizeof(header));
  std::memcpy(octets_.data() + NLMSG_HDRLEN, &generic, sizeof(generic));
}

void MessageWriter::Align() { octets_.resize(NLMSG_ALIGN(octets_.size())); }

void MessageWriter::PutOctets(uint16_t type, std::span<const uint8_t> octets) {
  const size_t at = octets_.size();
  octets_.resize(at + NLA_HDRLEN + octets.size());
  Store16(at, static_cast<uint16_t>(NLA_HDRLEN + octets.size()));
  Store16(at + 2, type);
  if (!octets.empty()) std::memcpy(&octets_[at + NLA_HDRLEN], octets.data(), octets.size());
  Align();
}

void MessageWriter::PutText(uint16_t type, std::string_view text) {
  const std::string terminated(text);
  PutOctets(type, {reinterpret_cast<const uint8_t*>(terminated.c_str()), terminated.size() + 1});
}

void MessageWriter::PutAddress(uint16_t type, const base::Endpoint& endpoint) {
  sockaddr_storage storage{};
  const socklen_t size = endpoint.ToSockaddr(&storage);
  PutOctets(type, {reinterpret_cast<const uint8_t*>(&storage), size});
}

size_t MessageWriter::Begin(uint16_t type) {
  const size_t at = octets_.size();
  octets_.resize(at + NLA_HDRLEN);
  Store16(at + 2, static_cast<uint16_t>(type | NLA_F_NESTED));
  return at;
}

void MessageWriter::End(size_t nest) { Store16(nest, static_cast<uint16_t>(octets_.size() - nest)); }

std::vector<uint8_t> MessageWriter::Finish() {
  const auto size = static_cast<uint32_t>(octets_.size());
  std::memcpy(octets_.data(), &size, sizeof(size));
  return std::move(octets_);
}

}  // namespace mediad::offload
