// See media.h.
#include "tools/rtpctl/doctor/media.h"

#include <algorithm>
#include <charconv>

namespace rtpctl::doctor {
namespace {

using base::KeyFile;

std::string ValueOf(const KeyFile::Section& section, const char* key) {
  const KeyFile::Entry* entry = section.Find(key);
  return entry == nullptr ? std::string() : entry->value;
}

std::string AdvertisedOf(const KeyFile::Section& section) {
  for (const char* key : {"advertised", "advertised-address", "advertised_address", "advertised address"}) {
    if (std::string value = ValueOf(section, key); !value.empty()) return value;
  }
  return {};
}

// Those that interfaces-config names, without aliases.
std::vector<const KeyFile::Section*> SectionsOf(const base::options::ParsedOptions& options) {
  std::vector<const KeyFile::Section*> out;
  const std::string& prefix = options.String("interfaces-config");
  for (const KeyFile::Section& section : options.file().sections()) {
    if (prefix.empty() || section.name.rfind(prefix + "-", 0) != 0) continue;
    if (section.Find("address") != nullptr) out.push_back(&section);
  }
  return out;
}

int64_t PortIn(const KeyFile::Section& section, const char* key, int64_t otherwise) {
  const std::string text = ValueOf(section, key);
  int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() ? value : otherwise;
}

void AddRange(int64_t first, int64_t last, std::vector<mediad::nft::PortRange>* out) {
  if (first < 1 || last > 65535 || first > last) return;
  const mediad::nft::PortRange range{static_cast<uint16_t>(first), static_cast<uint16_t>(last)};
  if (std::find(out->begin(), out->end(), range) == out->end()) out->push_back(range);
}

}  // namespace

std::vector<MediaAddress> MediaAddresses(const base::options::ParsedOptions& options) {
  std::vector<MediaAddress> out;
  for (const std::string& item : options.List("interface")) {
    if (item.find('=') != std::string::npos) continue;
    const size_t slash = item.find('/');
    const std::string rest = item.substr(slash == std::string::npos ? 0 : slash + 1);
    const size_t bang = rest.find('!');
    out.push_back({.written = rest.substr(0, bang),
                   .advertised = bang == std::string::npos ? "" : rest.substr(bang + 1),
                   .item = item});
  }
  for (const KeyFile::Section* section : SectionsOf(options)) {
    out.push_back({.written = ValueOf(*section, "address"),
                   .advertised = AdvertisedOf(*section),
                   .item = section->name,
                   .section = true});
  }
  return out;
}

std::vector<mediad::nft::PortRange> MediaPorts(const base::options::ParsedOptions& options) {
  std::vector<mediad::nft::PortRange> out;
  const int64_t first = options.Int("port-min");
  const int64_t last = options.Int("port-max");
  const std::vector<const KeyFile::Section*> sections = SectionsOf(options);
  if (sections.empty() || !options.List("interface").empty()) AddRange(first, last, &out);
  for (const KeyFile::Section* section : sections) {
    AddRange(PortIn(*section, "port-min", first), PortIn(*section, "port-max", last), &out);
  }
  return out;
}

}  // namespace rtpctl::doctor
