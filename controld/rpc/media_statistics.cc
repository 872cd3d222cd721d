#include "controld/rpc/media_statistics.h"

#include <cstdint>
#include <map>
#include <utility>

#include "controld/listen/quality_totals.h"
#include "proto/base/endpoint.h"
#include "proto/base/text.h"

namespace controld::rpc {
namespace {

namespace v1 = rtpengine::v1;

struct Quantity {
  const char* name;
  const char* text;
  v1::SampleTotals (*totals)(const v1::QualityTotals& quality);
};
const Quantity kQuantities[] = {
    {"mos", "MOS", [](const v1::QualityTotals& of) { return of.mos(); }},
    {"jitter", "jitter (reported)", [](const v1::QualityTotals& of) { return of.jitter(); }},
    {"rtt_e2e", "end-to-end round-trip time",
     [](const v1::QualityTotals& of) { return of.round_trip_time(); }},
    {"rtt_dsct", "discrete round-trip time",
     [](const v1::QualityTotals& of) { return of.round_trip_time_leg(); }},
    {"packetloss", "packet loss", [](const v1::QualityTotals& of) { return of.packet_loss(); }},
    // Measuring is the option measure-rtp, which there is not.
    {"jitter_measured", "jitter (measured)",
     [](const v1::QualityTotals&) { return v1::SampleTotals(); }},
};

void CollectSamples(const v1::QualityTotals& quality, const char* prefix, Collector::Labels labels,
                    Collector* to) {
  for (const Quantity& quantity : kQuantities) {
    const v1::SampleTotals totals = quantity.totals(quality);
    const std::string name = base::StrCat(prefix, quantity.name);
    to->Counter(name + "_total", base::StrCat("Sum of all ", quantity.text, " values sampled"),
                totals.sum(), labels);
    to->Counter(name + "2_total",
                base::StrCat("Sum of all ", quantity.text, " square values sampled"),
                totals.sum_of_squares(), labels);
    to->Counter(name + "_samples_total",
                base::StrCat("Total number of ", quantity.text, " samples"), totals.samples(),
                labels);
  }
}

struct InterfaceSum {
  uint64_t used = 0, total = 0;
  v1::Counters ingress, egress;
  v1::QualityTotals quality;
};

void Add(const v1::Counters& from, v1::Counters* to) {
  to->set_packets(to->packets() + from.packets());
  to->set_bytes(to->bytes() + from.bytes());
  to->set_errors(to->errors() + from.errors());
}

}  // namespace

std::string AddressText(const v1::InterfaceLoad& interface) {
  const auto address = base::IpAddress::FromBytes(interface.address());
  return address ? address->ToString() : std::string();
}

void CollectStreams(const Workers& workers, Collector* to) {
  uint64_t active = 0, kernel = 0, mixed = 0;
  for (const auto& worker : workers) {
    if (!worker.attached()) continue;
    active += worker.load().active_media();
    kernel += worker.load().kernel().active_media();
    mixed += worker.load().kernel().mixed_media();
  }
  const char* help = "Userspace-only media streams";
  const uint64_t user = active > kernel + mixed ? active - kernel - mixed : 0;
  to->Gauge("mediastreams", help, user, {{"type", "userspace"}});
  to->Gauge("mediastreams", help, kernel, {{"type", "kernel"}});
  to->Gauge("mediastreams", help, mixed, {{"type", "mixed"}});
}

void CollectPackets(const Workers& workers, Collector* to) {
  uint64_t packets = 0, errors = 0, octets = 0;
  uint64_t kernel_packets = 0, kernel_errors = 0, kernel_octets = 0;
  for (const auto& worker : workers) {
    packets += worker.load().packets();
    errors += worker.load().errors();
    octets += worker.load().bytes();
    kernel_packets += worker.load().kernel().packets();
    kernel_errors += worker.load().kernel().errors();
    kernel_octets += worker.load().kernel().bytes();
  }
  to->Counter("packets_total", "Total relayed packets (userspace)", packets,
              {{"type", "userspace"}});
  to->Counter("packet_errors_total", "Total relayed packet errors (userspace)", errors,
              {{"type", "userspace"}});
  to->Counter("bytes_total", "Total relayed bytes (userspace)", octets, {{"type", "userspace"}});
  to->Counter("packets_total", "", kernel_packets, {{"type", "kernel"}});
  to->Counter("packet_errors_total", "", kernel_errors, {{"type", "kernel"}});
  to->Counter("bytes_total", "", kernel_octets, {{"type", "kernel"}});
}

void CollectQuality(const Workers& workers, Collector* to) {
  v1::QualityTotals quality;
  for (const auto& worker : workers) {
    for (const auto& interface : worker.load().interfaces()) {
      listen::Add(interface.quality(), &quality);
    }
  }
  CollectSamples(quality, "", {}, to);
  const v1::SequenceTotals& sequence = quality.sequence();
  to->Counter("packets_lost", "Packets lost", sequence.lost());
  to->Counter("rtp_duplicates", "Duplicate RTP packets", sequence.duplicates());
  to->Counter("rtp_skips", "RTP sequence skips", sequence.skips());
  to->Counter("rtp_seq_resets", "RTP sequence resets", sequence.resets());
  to->Counter("rtp_reordered", "Out-of-order RTP packets", sequence.reordered());
}

void CollectInterfaces(const Workers& workers, Collector* to) {
  std::map<std::pair<std::string, std::string>, InterfaceSum> sums;  // by name and address
  for (const auto& worker : workers) {
    for (const auto& interface : worker.load().interfaces()) {
      InterfaceSum& sum = sums[{interface.name(), AddressText(interface)}];
      sum.used += interface.ports_used();
      sum.total += interface.ports_total();
      Add(interface.ingress(), &sum.ingress);
      Add(interface.egress(), &sum.egress);
      listen::Add(interface.quality(), &sum.quality);
    }
  }
  for (const auto& [key, sum] : sums) {
    const auto& [name, address] = key;
    const uint64_t free = sum.total > sum.used ? sum.total - sum.used : 0;
    to->Gauge("ports_used", "", sum.used, {{"name", name}, {"address", address}});
    to->Gauge("ports_free", "", free, {{"name", name}, {"address", address}});
    to->Gauge("ports", "", sum.total, {{"name", name}, {"address", address}});
    to->Counter("interface_packets_lost", "", sum.quality.sequence().lost(),
                {{"name", name}, {"address", address}});
    to->Counter("interface_duplicates", "", sum.quality.sequence().duplicates(),
                {{"name", name}, {"address", address}});
    CollectSamples(sum.quality, "interface_", {{"name", name}, {"address", address}}, to);
    const std::pair<const char*, const v1::Counters*> directions[] = {{"ingress", &sum.ingress},
                                                                      {"egress", &sum.egress}};
    for (const auto& [direction, counters] : directions) {
      const Collector::Labels labels = {
          {"name", name}, {"address", address}, {"direction", direction}};
      to->Gauge("interface_packets", "", counters->packets(), labels);
      to->Gauge("interface_bytes", "", counters->bytes(), labels);
      to->Gauge("interface_errors", "", counters->errors(), labels);
    }
  }
}

}  // namespace controld::rpc
