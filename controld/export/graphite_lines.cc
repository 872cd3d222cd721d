#include "controld/export/graphite_lines.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_format.h"
#include "controld/listen/statistics_tree.h"
#include "controld/ng/commands.h"
#include "proto/base/endpoint.h"
#include "proto/base/text.h"

namespace controld::exporting {
namespace {

std::string Seconds(double value) { return absl::StrFormat("%.6f", value); }

// A worker that started again counts from 0.
uint64_t Since(uint64_t now, uint64_t last) { return now > last ? now - last : 0; }

// "start recording" is no name to Graphite.
std::string NameOf(ng::Command command) {
  std::string name(ng::CommandName(command));
  std::replace(name.begin(), name.end(), ' ', '_');
  return name;
}

}  // namespace

template <typename Value>
void GraphiteLines::Line(const std::string& name, const Value& value) {
  base::StrAppend(&out_, prefix_, name, " ", value, end_);
}

GraphiteLines::Totals GraphiteLines::TotalsOf(const GraphiteSources& sources) {
  const call::Counters& calls = sources.calls;
  Totals now;
  now.forced = calls.force_terminated.load();
  now.regular = calls.terminated.load();
  now.silent = calls.silent_timed_out.load();
  now.final = calls.final_timed_out.load();
  now.offer = calls.offer_timed_out.load();
  now.timeout = calls.timed_out.load();
  now.rejected = calls.rejected.load();
  now.nobody = calls.zero_way.load();
  now.one_way = calls.one_way.load();
  now.timed = calls.timed.load();
  now.duration_s = calls.duration_s.load();
  for (const auto& worker : sources.workers) {
    const auto& load = worker.load();
    now.packets += load.packets();
    now.bytes += load.bytes();
    now.errors += load.errors();
    now.kernel_packets += load.kernel().packets();
    now.kernel_bytes += load.kernel().bytes();
    now.kernel_errors += load.kernel().errors();
  }
  return now;
}

void GraphiteLines::Commands(const GraphiteSources& sources) {
  for (const ng::Command command : listen::CommandsInOrder()) {
    const auto index = static_cast<size_t>(command);
    const listen::CommandInterval& one = sources.interval.commands[index];
    const std::string name = NameOf(command);
    Line(name + "_time_min", Seconds(one.least_s));
    Line(name + "_time_max", Seconds(one.most_s));
    Line(name + "_time_avg", Seconds(one.average_s));
    Line(name + "s_ps_min", one.least_rate);
    Line(name + "s_ps_max", one.most_rate);
    Line(name + "s_ps_avg", one.average_rate);
    Line(name + "_count", sources.times.count(index));
  }
}

void GraphiteLines::Sessions(const GraphiteSources& sources, const Totals& now) {
  const uint64_t ended = now.timed - last_.timed;
  const double duration = now.duration_s - last_.duration_s;
  Line("call_dur", Seconds(sources.interval.call_seconds));
  Line("average_call_dur", Seconds(ended == 0 ? 0 : duration / static_cast<double>(ended)));
  Line("forced_term_sess", now.forced - last_.forced);
  Line("managed_sess", sources.calls.finished.load());
  Line("managed_sess_min", sources.interval.least_calls);
  Line("managed_sess_max", sources.interval.most_calls);
  Line("current_sessions_total", sources.sessions.calls);
  Line("current_sessions_own", sources.sessions.calls);
  Line("current_sessions_foreign", 0);
  Line("current_transcoded_media", 0);
  Line("current_sessions_ipv4", sources.sessions.ipv4);
  Line("current_sessions_ipv6", sources.sessions.ipv6);
  Line("current_sessions_mixed", sources.sessions.mixed);
  Line("nopacket_relayed_sess", now.nobody - last_.nobody);
  Line("oneway_stream_sess", now.one_way - last_.one_way);
  Line("regular_term_sess", now.regular - last_.regular);
}

void GraphiteLines::Relayed(const Totals& now) {
  const uint64_t errors = Since(now.errors, last_.errors), packets = Since(now.packets, last_.packets),
                 bytes = Since(now.bytes, last_.bytes);
  const uint64_t kernel_errors = Since(now.kernel_errors, last_.kernel_errors),
                 kernel_packets = Since(now.kernel_packets, last_.kernel_packets),
                 kernel_bytes = Since(now.kernel_bytes, last_.kernel_bytes);
  Line("relayed_errors_user", errors);
  Line("relayed_packets_user", packets);
  Line("relayed_bytes_user", bytes);
  Line("relayed_errors_kernel", kernel_errors);
  Line("relayed_packets_kernel", kernel_packets);
  Line("relayed_bytes_kernel", kernel_bytes);
  Line("relayed_errors", errors + kernel_errors);
  Line("relayed_packets", packets + kernel_packets);
  Line("relayed_bytes", bytes + kernel_bytes);
}

// By name and address, whichever worker has them.
void GraphiteLines::Ports(const std::vector<rtpengine::v1::WorkerInfo>& workers) {
  struct Sum {
    uint64_t used = 0, total = 0;
  };
  std::vector<std::pair<std::string, Sum>> sums;
  for (const auto& worker : workers) {
    for (const auto& load : worker.load().interfaces()) {
      const auto address = base::IpAddress::FromBytes(load.address());
      const std::string name = base::StrCat(load.name(), "_", address ? address->ToString() : std::string());
      auto known = std::find_if(sums.begin(), sums.end(), [&](const auto& one) { return one.first == name; });
      if (known == sums.end()) known = sums.insert(sums.end(), {name, Sum()});
      known->second.used += load.ports_used();
      known->second.total += load.ports_total();
    }
  }
  for (const auto& [name, sum] : sums) {
    Line("ports_free_" + name, Since(sum.total, sum.used));
    Line("ports_used_" + name, sum.used);
  }
}

std::string GraphiteLines::Write(const GraphiteSources& sources, int64_t now_unix) {
  const Totals now = TotalsOf(sources);
  end_ = base::StrCat(" ", now_unix, "\n");
  Commands(sources);
  Sessions(sources, now);
  Relayed(now);
  Line("silent_timeout_sess", now.silent - last_.silent);
  Line("final_timeout_sess", now.final - last_.final);
  Line("offer_timeout_sess", now.offer - last_.offer);
  Line("timeout_sess", now.timeout - last_.timeout);
  Line("reject_sess", now.rejected - last_.rejected);
  Ports(sources.workers);
  last_ = now;
  return std::exchange(out_, {});
}

}  // namespace controld::exporting
