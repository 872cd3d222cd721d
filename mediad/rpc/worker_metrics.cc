#include "mediad/rpc/worker_metrics.h"

#include <algorithm>
#include <limits>

#include "proto/base/endpoint.h"
#include "proto/base/text.h"
#include "proto/metrics/collector.h"
#include "proto/metrics/exposition.h"

namespace mediad::rpc {
namespace {

namespace v1 = rtpengine::v1;
using metrics::Collector;

constexpr char kAttached[] = "attached";

bool IsAttached(const v1::Peer& peer) { return peer.state() == kAttached; }

void CollectMedia(const v1::LoadReport& load, Collector* to) {
  const v1::KernelLoad& kernel = load.kernel();
  to->Gauge("mediad_sessions", "Calls with media here", load.sessions());
  const char* help = "Media that received RTP in the last 2 seconds, by who carried it";
  const uint32_t elsewhere = kernel.active_media() + kernel.mixed_media();
  to->Gauge("mediad_active_media", help, load.active_media() - std::min(load.active_media(), elsewhere),
            {{"type", "userspace"}});
  to->Gauge("mediad_active_media", help, kernel.active_media(), {{"type", "kernel"}});
  to->Gauge("mediad_active_media", help, kernel.mixed_media(), {{"type", "mixed"}});
  help = "Media packets received, by who carried them";
  to->Counter("mediad_packets_total", help, load.packets(), {{"type", "userspace"}});
  to->Counter("mediad_packets_total", help, kernel.packets(), {{"type", "kernel"}});
  help = "Octets of these packets";
  to->Counter("mediad_bytes_total", help, load.bytes(), {{"type", "userspace"}});
  to->Counter("mediad_bytes_total", help, kernel.bytes(), {{"type", "kernel"}});
  help = "Packets that were dropped or could not be sent on";
  to->Counter("mediad_packet_errors_total", help, load.errors(), {{"type", "userspace"}});
  to->Counter("mediad_packet_errors_total", help, kernel.errors(), {{"type", "kernel"}});
}

void CollectKernel(const v1::LoadReport& load, Collector* to) {
  const bool known = load.has_kernel_offload();
  to->Gauge("mediad_kernel_available", "Whether the kernel carries media for this worker",
            known && load.kernel_offload().available() ? 1 : 0);
  to->Gauge("mediad_kernel_streams", "Streams that the kernel forwards", load.kernel().streams());
}

void CollectPacketFilter(const v1::FirewallReport& firewall, Collector* to) {
  to->Gauge("mediad_nftables_in_place", "Whether the packet filter rules are there",
            firewall.in_place() ? 1 : 0);
  to->Gauge("mediad_nftables_open_ports", "Media ports open in the packet filter",
            firewall.open_ports());
  to->Counter("mediad_nftables_repairs_total",
              "Times that packet filter rules changed by somebody else were put back",
              firewall.repairs());
  to->Counter("mediad_nftables_failures_total", "Packet filter transactions that failed",
              firewall.failures());
  to->Counter("mediad_nftables_late_total",
              "Commands answered before their ports were known to be open", firewall.late());
}

void CollectDirection(const std::string& name, const std::string& address, const char* direction,
                      const v1::Counters& counters, Collector* to) {
  const Collector::Labels labels = {
      {"name", name}, {"address", address}, {"direction", direction}};
  to->Counter("mediad_interface_packets_total", "Packets through a media address",
              counters.packets(), labels);
  to->Counter("mediad_interface_bytes_total", "Octets of these packets", counters.bytes(), labels);
  to->Counter("mediad_interface_errors_total", "Packets dropped or not sent, by media address",
              counters.errors(), labels);
}

void CollectInterfaces(const v1::LoadReport& load, Collector* to) {
  for (const v1::InterfaceLoad& interface : load.interfaces()) {
    const auto parsed = base::IpAddress::FromBytes(interface.address());
    const std::string address = parsed ? parsed->ToString() : "";
    to->Gauge("mediad_ports_used", "Media ports in use", interface.ports_used(),
              {{"name", interface.name()}, {"address", address}});
    to->Gauge("mediad_ports", "Media ports there are", interface.ports_total(),
              {{"name", interface.name()}, {"address", address}});
    CollectDirection(interface.name(), address, "ingress", interface.ingress(), to);
    CollectDirection(interface.name(), address, "egress", interface.egress(), to);
  }
}

void CollectExports(const v1::ExportLoad& load, Collector* to) {
  to->Counter("mediad_homer_sent_total", "RTCP datagrams sent to Homer", load.homer_sent());
  to->Counter("mediad_homer_dropped_total", "RTCP datagrams that Homer did not get",
              load.homer_dropped());
  to->Counter("mediad_rtcp_lines_total", "RTCP datagrams written to syslog", load.rtcp_lines());
  to->Counter("mediad_dtmf_events_total", "DTMF events received and reported", load.dtmf_events());
  to->Counter("mediad_dtmf_suppressed_total",
              "DTMF events not reported: faster than anybody dials", load.dtmf_suppressed());
}

void CollectProcess(const v1::LoadReport& load, Collector* to) {
  to->Gauge("mediad_resident_bytes", "Memory of the process", load.resident_bytes());
  to->Gauge("mediad_host_cpu_percent", "Processor time in use on the host, 0 to 100",
            load.cpu_percent());
  to->Gauge("mediad_host_load_average", "Load average of the host, 1 minute", load.load_average());
  int64_t expires = std::numeric_limits<int64_t>::max();
  for (const v1::Certificate& certificate : load.certificates()) {
    expires = std::min(expires, certificate.not_after_unix());
  }
  if (load.certificates().empty()) return;
  to->Gauge("mediad_dtls_certificate_expiry_seconds",
            "Unix time at which the first of the DTLS certificates in use expires", expires);
}

}  // namespace

void CollectWorker(const WorkerSnapshot& worker, v1::Statistics* out) {
  Collector to(out);
  to.Gauge("mediad_info", "The worker's name and build", 1,
           {{"worker", worker.name}, {"build", worker.build}});
  to.Gauge("mediad_uptime_seconds", "Time since the start", worker.uptime_s);
  to.Gauge("mediad_draining", "Whether new calls are refused", worker.draining ? 1 : 0);
  to.Gauge("mediad_ready", "What /readyz says", ReasonsNotReady(worker).empty() ? 1 : 0);
  for (const v1::Peer& controller : worker.controllers) {
    to.Gauge("mediad_controller_attached", "Whether the stream to a controller is up",
             IsAttached(controller) ? 1 : 0, {{"address", controller.address()}});
  }
  CollectMedia(worker.load, &to);
  CollectKernel(worker.load, &to);
  CollectInterfaces(worker.load, &to);
  if (worker.load.has_firewall()) CollectPacketFilter(worker.load.firewall(), &to);
  if (worker.load.has_exports()) CollectExports(worker.load.exports(), &to);
  CollectProcess(worker.load, &to);
}

std::vector<std::string> ReasonsNotReady(const WorkerSnapshot& worker) {
  std::vector<std::string> reasons;
  if (worker.draining) reasons.push_back("draining: new calls are refused");
  if (std::none_of(worker.controllers.begin(), worker.controllers.end(), IsAttached)) {
    reasons.push_back("no controller is attached");
  }
  const auto& interfaces = worker.load.interfaces();
  const bool full = !interfaces.empty() &&
                    std::all_of(interfaces.begin(), interfaces.end(), [](const auto& interface) {
                      return interface.ports_used() >= interface.ports_total();
                    });
  if (full) reasons.push_back("all media ports are in use");
  return reasons;
}

runtime::HttpReply AnswerProbe(std::string_view path, const std::optional<WorkerSnapshot>& worker) {
  if (path != "/metrics" && path != "/livez" && path != "/readyz") return {404, "not found\n"};
  if (!worker) return {503, "the worker does not answer\n"};
  if (path == "/livez") return {200, "ok\n"};
  if (path == "/metrics") {
    v1::Statistics statistics;
    CollectWorker(*worker, &statistics);
    return {200, metrics::Exposition(statistics)};
  }
  const std::vector<std::string> reasons = ReasonsNotReady(*worker);
  if (reasons.empty()) return {200, "ok\n"};
  std::string body;
  for (const std::string& reason : reasons) base::StrAppend(&body, reason, "\n");
  return {503, body};
}

}  // namespace mediad::rpc
