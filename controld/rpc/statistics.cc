#include "controld/rpc/statistics.h"

#include <string>
#include <utility>

#include "controld/ng/commands.h"
#include "proto/base/endpoint.h"

namespace controld::rpc {
namespace {

using rtpengine::v1::Statistics;

using Labels = std::initializer_list<std::pair<const char*, std::string>>;

class Collector {
 public:
  explicit Collector(Statistics* out) : out_(*out) {}

  template <typename Number>
  void Counter(const char* name, const char* help, Number value, Labels labels = {}) {
    Add(name, help, static_cast<double>(value), labels)->set_counter(true);
  }
  template <typename Number>
  void Gauge(const char* name, const char* help, Number value, Labels labels = {}) {
    Add(name, help, static_cast<double>(value), labels);
  }

 private:
  Statistics::Value* Add(const char* name, const char* help, double value, Labels labels) {
    Statistics::Value* added = out_.add_values();
    added->set_name(name);
    added->set_help(help);
    added->set_value(value);
    for (const auto& [key, text] : labels) (*added->mutable_labels())[key] = text;
    return added;
  }

  Statistics& out_;
};

void CollectCalls(const call::Counters& calls, Collector* to) {
  to->Gauge("sessions", "Calls held now", calls.calls.load(), {{"type", "own"}});
  to->Counter("sessions_created_total", "Calls created", calls.created.load());
  to->Counter("sessions_total", "Calls finished", calls.finished.load());
  const char* help = "Calls ended, by reason";
  to->Counter("closed_sessions_total", help, calls.rejected.load(), {{"reason", "rejected"}});
  to->Counter("closed_sessions_total", help, calls.timed_out.load(), {{"reason", "timeout"}});
  to->Counter("closed_sessions_total", help, calls.silent_timed_out.load(),
              {{"reason", "silent_timeout"}});
  to->Counter("closed_sessions_total", help, calls.final_timed_out.load(),
              {{"reason", "final_timeout"}});
  to->Counter("closed_sessions_total", help, calls.offer_timed_out.load(),
              {{"reason", "offer_timeout"}});
  to->Counter("closed_sessions_total", help, calls.terminated.load(), {{"reason", "terminated"}});
  to->Counter("closed_sessions_total", help, calls.force_terminated.load(),
              {{"reason", "force_terminated"}});
  to->Counter("closed_sessions_total", help, calls.worker_lost.load(), {{"reason", "worker_lost"}});
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
              sources.udp.replies_lost());
  const listen::CookieCache::Totals cookies = sources.cookies.totals();
  to->Gauge("ng_commands_running", "Commands being carried out", cookies.running);
  to->Gauge("ng_cookies", "Replies kept for retransmissions", cookies.answered);
  to->Gauge("ng_cookie_bytes", "Memory of these replies", cookies.bytes);
  to->Counter("ng_cookies_dropped_early_total",
              "Times that replies were forgotten early to save memory", cookies.early_drops);
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
    to->Counter("errors_total", "Error replies by client", client.counters->errors.load(),
                {{"proxy", client.address}});
  }
}

void CollectWorkers(shard::FleetHost& fleet, Collector* to) {
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
  for (const auto& worker : fleet.Describe()) {
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
    to->Counter("packets_total", "Packets received by workers", worker.load().packets(),
                {{"worker", name}, {"type", "userspace"}});
    to->Counter("bytes_total", "Octets received by workers", worker.load().bytes(),
                {{"worker", name}, {"type", "userspace"}});
    to->Counter("packet_errors_total", "Packets with errors", worker.load().errors(),
                {{"worker", name}, {"type", "userspace"}});
    for (const auto& interface : worker.load().interfaces()) {
      const auto address = base::IpAddress::FromBytes(interface.address());
      const std::string text = address ? address->ToString() : std::string();
      const uint32_t used = interface.ports_used(), total = interface.ports_total();
      to->Gauge("ports_used", "Ports in use", used,
                {{"worker", name}, {"name", interface.name()}, {"address", text}});
      to->Gauge("ports_free", "Ports free", total > used ? total - used : 0,
                {{"worker", name}, {"name", interface.name()}, {"address", text}});
      to->Gauge("ports", "Ports there are", total,
                {{"worker", name}, {"name", interface.name()}, {"address", text}});
    }
  }
}

}  // namespace

void CollectStatistics(const StatisticsSources& sources, int64_t now_unix, Statistics* out) {
  Collector to(out);
  CollectCalls(sources.calls, &to);
  to.Gauge("uptime_seconds", "Seconds since the start", now_unix - sources.started_unix);
  CollectNg(sources, &to);
  CollectClients(sources.clients, &to);
  CollectWorkers(sources.fleet, &to);
}

}  // namespace controld::rpc
