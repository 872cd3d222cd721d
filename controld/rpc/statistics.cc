#include "controld/rpc/statistics.h"

#include <string>
#include <utility>
#include <vector>

#include "controld/ng/commands.h"
#include "controld/rpc/export_statistics.h"
#include "controld/rpc/media_statistics.h"
#include "proto/metrics/collector.h"
#include "proto/metrics/exposition.h"

namespace controld::rpc {
namespace {

using rtpengine::v1::Statistics;

// Help texts where the reference has them are its own.
void CollectCalls(const call::Counters& calls,
                  const std::vector<rtpengine::v1::WorkerInfo>& workers, int64_t uptime_s,
                  Collector* to) {
  to->Gauge("sessions", "Owned sessions", calls.calls.load(), {{"type", "own"}});
  // There is no standby, no transcoding and no player: these are known to be 0.
  to->Gauge("sessions", "Owned sessions", 0, {{"type", "foreign"}});
  to->Gauge("transcoded_media", "Transcoded media", 0);
  to->Gauge("media_cache", "Media cache size", 0);
  to->Gauge("player_cache", "Player cache size", 0);
  CollectStreams(workers, to);
  to->Gauge("uptime_seconds", "Uptime of rtpengine", uptime_s);
  to->Counter("sessions_total", "Total managed sessions", calls.finished.load());
  const std::pair<const char*, uint64_t> reasons[] = {
      {"rejected", calls.rejected.load()},
      {"timeout", calls.timed_out.load()},
      {"silent_timeout", calls.silent_timed_out.load()},
      {"final_timeout", calls.final_timed_out.load()},
      {"offer_timeout", calls.offer_timed_out.load()},
      {"terminated", calls.terminated.load()},
      {"force_terminated", calls.force_terminated.load()},
      {"worker_lost", calls.worker_lost.load()},
  };
  for (const auto& [reason, count] : reasons) {
    to->Counter("closed_sessions_total", "Total rejected sessions", count, {{"reason", reason}});
  }
}

// Of calls that are over.
void CollectFinished(const call::Counters& calls, Collector* to) {
  to->Counter("zero_packet_streams_total", "Total number of streams with no relayed packets",
              calls.zero_way.load());
  to->Counter("one_way_sessions_total", "Total number of 1-way streams", calls.one_way.load());
  const double seconds = calls.duration_s.load();
  const uint64_t timed = calls.timed.load();
  to->Gauge("call_duration_avg", "Average call duration",
            timed == 0 ? 0 : seconds / static_cast<double>(timed));
  to->Counter("call_duration_total", "Total calls duration", seconds);
  to->Counter("call_duration2_total", "Total calls duration squared", calls.duration2_s.load());
}

void CollectOwnCalls(const call::Counters& calls, Collector* to) {
  to->Counter("sessions_created_total", "Calls created", calls.created.load());
  to->Counter("sessions_adopted_total", "Calls taken over from workers after a restart of ours",
              calls.adopted.load());
  to->Counter("sessions_replayed_total", "Calls put back into a worker after a restart of it",
              calls.replayed.load());
  to->Counter("sessions_replay_failed_total", "Calls that could not be put back",
              calls.replay_failed.load());
}

void CollectNg(const StatisticsSources& sources, Collector* to) {
  const listen::NgCounters& ng = sources.ng.counters();
  to->Counter("ng_messages_total", "NG messages received", ng.received.load());
  to->Counter("ng_no_cookie_total", "NG messages without cookie, dropped", ng.no_cookie.load());
  to->Counter("ng_duplicates_total", "NG commands known by their cookie", ng.duplicates.load());
  to->Counter("ng_errors_total", "Error replies", ng.errors.load());
  to->Counter("ng_overload_total", "Commands refused because too many were waiting",
              ng.overloaded.load());
  to->Counter("ng_abandoned_total", "Commands that were given up without an answer",
              ng.abandoned.load());
  to->Counter("ng_replies_lost_total", "Replies that could not be sent",
              sources.udp.replies_lost() + sources.streams.counters().replies_lost.load());
  const listen::CookieCache::Totals cookies = sources.cookies.totals();
  to->Gauge("ng_commands_running", "Commands being carried out", cookies.running);
  to->Gauge("ng_cookies", "Replies kept for retransmissions", cookies.answered);
  to->Gauge("ng_cookie_bytes", "Memory of these replies", cookies.bytes);
  to->Counter("ng_cookies_dropped_early_total",
              "Times that replies were forgotten early to save memory", cookies.early_drops);
}

void CollectListeners(const StatisticsSources& sources, Collector* to) {
  const listen::AccessControl::Counters& refused = sources.access.counters();
  const char* help = "NG messages, HTTP requests and connections refused, by reason";
  to->Counter("ng_refused_total", help, refused.address.load(), {{"reason", "address"}});
  to->Counter("ng_refused_total", help, refused.rate.load(), {{"reason", "rate"}});
  to->Counter("ng_refused_total", help, refused.secret.load(), {{"reason", "secret"}});
  const listen::StreamCounters& streams = sources.streams.counters();
  to->Gauge("control_connections", "TCP control connections open now", streams.open.load());
  to->Counter("control_connections_total", "TCP control connections accepted",
              streams.accepted.load());
  help = "TCP control connections closed by us, by reason";
  to->Counter("control_connections_closed_total", help, streams.full.load(), {{"reason", "full"}});
  to->Counter("control_connections_closed_total", help, streams.idle.load(), {{"reason", "idle"}});
  to->Counter("control_connections_closed_total", help, streams.slow.load(), {{"reason", "slow"}});
  to->Counter("control_connections_closed_total", help, streams.faults.load(),
              {{"reason", "fault"}});
  to->Counter("http_requests_total", "HTTP requests of any kind", streams.http_requests.load());
}

void CollectClients(const listen::ClientStatistics& clients, Collector* to) {
  for (const auto& client : clients.clients()) {
    for (const ng::CommandRow& row : ng::CommandRows()) {
      const auto& counter = client.counters->commands[static_cast<size_t>(row.command)];
      const std::string name(row.name);
      to->Counter("requests_total", "", counter.count.load(),
                  {{"proxy", client.address}, {"request", name}});
      to->Counter("request_seconds_total", "",
                  static_cast<double>(counter.nanoseconds.load()) / 1e9,
                  {{"proxy", client.address}, {"request", name}});
    }
    to->Counter("errors_total", "", client.counters->errors.load(),
                {{"proxy", client.address}});
  }
}

void CollectFirewall(const std::string& worker, const rtpengine::v1::FirewallReport& firewall,
                     Collector* to) {
  to->Gauge("worker_nftables_in_place", "Whether the worker's packet filter rules are there",
            firewall.in_place() ? 1 : 0, {{"worker", worker}});
  to->Gauge("worker_nftables_open_ports", "Media ports open in the packet filter",
            firewall.open_ports(), {{"worker", worker}});
  to->Counter("worker_nftables_repairs_total",
              "Times that packet filter rules changed by somebody else were put back",
              firewall.repairs(), {{"worker", worker}});
  to->Counter("worker_nftables_failures_total", "Packet filter transactions that failed",
              firewall.failures(), {{"worker", worker}});
  to->Counter("worker_nftables_late_total",
              "Commands answered before their ports were known to be open", firewall.late(),
              {{"worker", worker}});
}

void CollectWorkers(shard::FleetHost& fleet,
                    const std::vector<rtpengine::v1::WorkerInfo>& workers, Collector* to) {
  const fleet::FleetCounters counters = fleet.counters();
  to->Counter("worker_attachments_total", "Streams of workers that attached", counters.attached);
  to->Counter("worker_detachments_total", "Streams of workers that ended", counters.detached);
  to->Counter("workers_lost_total", "Times that a worker gave no sign of life", counters.lost);
  to->Counter("workers_gone_total", "Times that a worker stayed away and its calls ended",
              counters.gone);
  to->Counter("worker_faults_total", "Streams ended because a worker broke the protocol",
              counters.faults);
  to->Counter("worker_command_timeouts_total", "Commands that a worker did not answer in time",
              counters.timeouts);
  to->Counter("worker_commands_resent_total", "Commands sent again after a re-attachment",
              counters.resent);
  to->Counter("worker_commands_waited_in_vain_total",
              "Commands whose worker did not come back in time", counters.waited_in_vain);
  for (const auto& worker : workers) {
    const std::string& name = worker.name();
    to->Gauge("worker_attached", "Whether the worker's stream is up", worker.attached() ? 1 : 0,
              {{"worker", name}, {"state", rtpengine::v1::WorkerState_Name(worker.state())}});
    to->Gauge("worker_sessions", "Calls of this controller on the worker", worker.calls(),
              {{"worker", name}});
    to->Gauge("worker_charged_streams", "Load charged at placement", worker.charged_streams(),
              {{"worker", name}});
    to->Gauge("worker_commands_in_flight", "Commands under way", worker.commands_in_flight(),
              {{"worker", name}});
    to->Counter("worker_commands_total", "Commands sent", worker.commands_sent(),
                {{"worker", name}});
    to->Counter("worker_commands_failed_total", "Commands that failed", worker.commands_failed(),
                {{"worker", name}});
    to->Counter("worker_packets_total", "Packets received", worker.load().packets(),
                {{"worker", name}});
    to->Counter("worker_bytes_total", "Octets received", worker.load().bytes(), {{"worker", name}});
    to->Gauge("worker_offloaded_streams", "Streams that the kernel forwards", worker.load().kernel().streams(),
              {{"worker", name}});
    to->Counter("worker_packet_errors_total", "Packets with errors", worker.load().errors(),
                {{"worker", name}});
    CollectExports(name, worker.load().exports(), to);
    if (worker.load().has_firewall()) CollectFirewall(name, worker.load().firewall(), to);
    for (const auto& interface : worker.load().interfaces()) {
      to->Gauge("worker_ports_used", "Ports in use", interface.ports_used(),
                {{"worker", name}, {"name", interface.name()}, {"address", AddressText(interface)}});
      to->Gauge("worker_ports", "Ports there are", interface.ports_total(),
                {{"worker", name}, {"name", interface.name()}, {"address", AddressText(interface)}});
    }
  }
}

}  // namespace

void CollectStatistics(const StatisticsSources& sources, int64_t now_unix, Statistics* out) {
  Collector to(out);
  const std::vector<rtpengine::v1::WorkerInfo> workers = sources.fleet.Describe();
  CollectCalls(sources.calls, workers, now_unix - sources.started_unix, &to);
  CollectPackets(workers, &to);
  CollectFinished(sources.calls, &to);
  CollectQuality(workers, &to);
  CollectClients(sources.clients, &to);
  CollectInterfaces(workers, &to);
  CollectOwnCalls(sources.calls, &to);
  CollectNg(sources, &to);
  CollectListeners(sources, &to);
  CollectWorkers(sources.fleet, workers, &to);
  if (sources.exports != nullptr) CollectExports(*sources.exports, &to);
}

std::string MetricsText(const StatisticsSources& sources, int64_t now_unix) {
  Statistics statistics;
  CollectStatistics(sources, now_unix, &statistics);
  return metrics::Exposition(statistics);
}

}  // namespace controld::rpc
