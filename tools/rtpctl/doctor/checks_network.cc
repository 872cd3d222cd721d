// Checks of addresses, ports, and what lies between the network device and our sockets.
#include <algorithm>
#include <charconv>

#include "proto/base/text.h"
#include "tools/rtpctl/doctor/checks.h"
#include "tools/rtpctl/doctor/media.h"

namespace rtpctl::doctor {
namespace {

constexpr int64_t kWantedReceiveBuffer = 4 << 20;
constexpr double kTrackingFull = 0.8;

std::optional<int64_t> NumberIn(const Host& host, const std::string& path) {
  const std::optional<std::string> text = host.ReadFile(path);
  if (!text) return std::nullopt;
  int64_t value = 0;
  const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), value);
  return error == std::errc() ? std::optional(value) : std::nullopt;
}

// RFC 1918, RFC 6598, RFC 4193.
bool IsPrivate(const base::IpAddress& address) {
  const uint8_t* octets = address.data();
  if (address.family() == base::Family::kIpv6) return (octets[0] & 0xfe) == 0xfc;
  return octets[0] == 10 || (octets[0] == 172 && (octets[1] & 0xf0) == 16) ||
         (octets[0] == 192 && octets[1] == 168) || (octets[0] == 100 && (octets[1] & 0xc0) == 64);
}

// "1-3,7,30000-39999": whether all of first..last is in it.
bool Covers(std::string_view list, int64_t first, int64_t last) {
  while (first <= last) {
    bool moved = false;
    for (size_t begin = 0; begin < list.size();) {
      size_t end = list.find(',', begin);
      if (end == std::string_view::npos) end = list.size();
      const std::string_view part = base::Trim(list.substr(begin, end - begin));
      begin = end + 1;
      int64_t low = 0;
      int64_t high = 0;
      const auto [next, error] = std::from_chars(part.data(), part.data() + part.size(), low);
      if (error != std::errc()) continue;
      high = low;
      if (next != part.data() + part.size() && *next == '-') {
        std::from_chars(next + 1, part.data() + part.size(), high);
      }
      if (low <= first && first <= high) {
        first = high + 1;
        moved = true;
      }
    }
    if (!moved) return false;
  }
  return true;
}

// Of all processors, as rps_cpus has it: groups of 32, the highest first.
std::string ProcessorMask(unsigned processors) {
  std::string mask;
  for (; processors > 32; processors -= 32) mask += ",ffffffff";
  std::string first = "f";
  const unsigned rest = processors % 4;
  if (rest != 0) first = std::string(1, "f137"[rest]);
  return first + std::string((processors - 1) / 4, 'f') + mask;
}

struct Queues {
  size_t count = 0;
  bool spread = false;  // receive packet steering
};

Queues QueuesOf(const Host& host, const std::string& path) {
  Queues queues;
  for (const std::string& queue : host.ListDirectory(path + "/queues")) {
    if (queue.rfind("rx-", 0) != 0) continue;
    ++queues.count;
    const std::string mask = host.ReadFile(path + "/queues/" + queue + "/rps_cpus").value_or("");
    queues.spread = queues.spread || mask.find_first_not_of("0,\n ") != std::string::npos;
  }
  return queues;
}

}  // namespace

Finding CheckInterfaceAddresses(const Examination& examination) {
  if (examination.mediad() == nullptr) return Skipped("no configuration that can be read");
  const std::vector<base::IpAddress> local = examination.host().LocalAddresses();
  std::string missing;
  std::string add;
  size_t count = 0;
  for (const MediaAddress& media : MediaAddresses(*examination.mediad())) {
    const auto address = base::IpAddress::Parse(media.written);
    if (!address) continue;
    ++count;
    if (address->loopback() || std::find(local.begin(), local.end(), *address) != local.end()) continue;
    base::StrAppend(&missing, missing.empty() ? "" : ", ", address->ToString());
    base::StrAppend(&add, "\nip address add ", address->ToString(), "/PREFIX dev DEVICE");
  }
  if (missing.empty()) {
    return count == 0 ? Good("devices' addresses are taken as they are") : Good("all are on this host");
  }
  return {.verdict = Verdict::kFailure,
          .what = missing + ": on no device of this host",
          .why = "No port can be opened there; every call that needs it fails.",
          .fix = "ip -brief address   # what there is" + add + "   # or mend interface in " +
                 examination.config_file()};
}

Finding CheckAdvertised(const Examination& examination) {
  if (examination.mediad() == nullptr) return Skipped("no configuration that can be read");
  std::string hidden;
  std::string fix;
  for (const MediaAddress& media : MediaAddresses(*examination.mediad())) {
    const std::string& shown = media.advertised.empty() ? media.written : media.advertised;
    const auto address = base::IpAddress::Parse(shown);
    if (!address || !IsPrivate(*address)) continue;
    base::StrAppend(&hidden, hidden.empty() ? "" : ", ", address->ToString());
    const std::string line =
        media.section ? base::StrCat("advertised = PUBLIC   # in section [", media.item, "] of ")
                      : base::StrCat("interface = ", media.item.substr(0, media.item.find('!')),
                                     "!PUBLIC   # in ");
    base::StrAppend(&fix, fix.empty() ? "" : "\n", line, examination.config_file());
  }
  if (hidden.empty()) return Good("no private address is shown to callers");
  return {.verdict = Verdict::kNotice,
          .what = hidden + " is private and shown in SDP as it is",
          .why = "Who is not in that network cannot send there: one-way audio. Right for inner legs, wrong behind NAT.",
          .fix = fix};
}

Finding CheckPortRange(const Examination& examination) {
  if (examination.mediad() == nullptr) return Skipped("no configuration that can be read");
  const std::string local =
      examination.host().ReadFile("/proc/sys/net/ipv4/ip_local_port_range").value_or("");
  int64_t low = 0;
  int64_t high = 0;
  const auto parsed = std::from_chars(local.data(), local.data() + local.size(), low);
  const char* rest = parsed.ptr;
  while (rest < local.data() + local.size() && base::IsBlank(*rest)) ++rest;
  std::from_chars(rest, local.data() + local.size(), high);
  if (high == 0) return Skipped("the kernel does not say which ports it gives to clients");
  std::string value(base::Trim(
      examination.host().ReadFile("/proc/sys/net/ipv4/ip_local_reserved_ports").value_or("")));
  const std::string reserved = value;
  std::string all;
  std::string wrong;
  bool apart = true;
  for (const mediad::nft::PortRange& ports : MediaPorts(*examination.mediad())) {
    const std::string range = base::StrCat(ports.first, "-", ports.last);
    base::StrAppend(&all, all.empty() ? "" : ", ", range);
    if (ports.last < low || ports.first > high) continue;
    apart = false;
    if (Covers(reserved, std::max<int64_t>(ports.first, low), std::min<int64_t>(ports.last, high))) continue;
    base::StrAppend(&wrong, wrong.empty() ? "" : ", ", range);
    base::StrAppend(&value, value.empty() ? "" : ",", range);
  }
  if (apart) return Good(all + ", apart from the ports of outgoing connections");
  if (wrong.empty()) return Good(all + ", reserved");
  return {.verdict = Verdict::kWarning,
          .what = base::StrCat(wrong, " overlaps the ports that outgoing connections get (", low, "-", high,
                               ") and is not reserved"),
          .why = "A resolver's or proxy's socket takes a media port now and then: a call fails to get it.",
          .fix = base::StrCat("sysctl -w net.ipv4.ip_local_reserved_ports=", value,
                              "   # and the same line in /etc/sysctl.d/"),
          .repairs = {{"sysctl", "-w", "net.ipv4.ip_local_reserved_ports=" + value}}};
}

Finding CheckSocketBuffers(const Examination& examination) {
  const auto most = NumberIn(examination.host(), "/proc/sys/net/core/rmem_max");
  if (!most) return Skipped("the kernel does not say");
  if (*most >= kWantedReceiveBuffer) return Good(base::StrCat("sockets may have ", *most >> 10, " KiB"));
  return {.verdict = Verdict::kWarning,
          .what = base::StrCat("net.core.rmem_max is ", *most, ": the NG socket gets ", *most >> 10, " KiB"),
          .why = "A burst of requests (a proxy that was restarted) overflows it; what is lost waits for a retry.",
          .fix = "sysctl -w net.core.rmem_max=8388608   # and the same line in /etc/sysctl.d/",
          .repairs = {{"sysctl", "-w", "net.core.rmem_max=8388608"}}};
}

Finding CheckConnectionTracking(const Examination& examination) {
  const auto count = NumberIn(examination.host(), "/proc/sys/net/netfilter/nf_conntrack_count");
  const auto most = NumberIn(examination.host(), "/proc/sys/net/netfilter/nf_conntrack_max");
  if (!count || !most || *most <= 0) return Good("off");
  int64_t ports = 0;
  if (examination.mediad() != nullptr) {
    for (const mediad::nft::PortRange& range : MediaPorts(*examination.mediad())) {
      ports += range.last - range.first + 1;
    }
  }
  const std::string used = base::StrCat(*count, " of ", *most, " entries in use");
  const bool full = static_cast<double>(*count) >= kTrackingFull * static_cast<double>(*most);
  // Nothing in it: no rule of this host asks for tracking.
  const bool small = *count > 0 && *most < ports;
  if (!full && !small) return Good(used);
  const std::string value = base::StrCat(std::max(*most * 2, ports * 2));
  return {.verdict = full ? Verdict::kFailure : Verdict::kWarning,
          .what = full ? used : base::StrCat(used, ", for ", ports, " media ports"),
          .why = "Each stream is an entry. When the table is full the kernel drops packets of new flows, media first "
                 "(nf_conntrack: table full).",
          .fix = "sysctl -w net.netfilter.nf_conntrack_max=" + value +
                 "   # and the same line in /etc/sysctl.d/; or take media out of tracking (docs/troubleshooting.md)",
          .repairs = {{"sysctl", "-w", "net.netfilter.nf_conntrack_max=" + value}}};
}

Finding CheckReceiveQueues(const Examination& examination) {
  const Host& host = examination.host();
  if (host.Processors() < 2) return Good("one processor");
  std::string single;
  std::string fix;
  for (const std::string& device : host.ListDirectory("/sys/class/net")) {
    const std::string path = "/sys/class/net/" + device;
    if (!host.Exists(path + "/device")) continue;  // no hardware behind it
    const Queues queues = QueuesOf(host, path);
    if (queues.count != 1 || queues.spread) continue;
    base::StrAppend(&single, single.empty() ? "" : ", ", device);
    base::StrAppend(&fix, fix.empty() ? "" : "\n", "ethtool -L ", device, " combined ", host.Processors(),
                    "   # where the device can\necho ", ProcessorMask(host.Processors()), " > ", path,
                    "/queues/rx-0/rps_cpus   # else");
  }
  if (single.empty()) return Good("spread over processors");
  return {.verdict = Verdict::kWarning,
          .what = single + ": one receive queue, and no receive packet steering",
          .why = "One processor takes every packet of the host; it is full long before the others have work.",
          .fix = fix};
}

}  // namespace rtpctl::doctor
