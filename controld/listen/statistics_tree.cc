#include "controld/listen/statistics_tree.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_format.h"
#include "controld/listen/quality_totals.h"
#include "controld/ng/commands.h"
#include "proto/base/endpoint.h"
#include "proto/base/text.h"

namespace controld::listen {
namespace {

namespace v1 = rtpengine::v1;
using ng::Command;
using ng::Dictionary;
using ng::List;

// The order of the commands in the tree.
constexpr std::array kOrder = {
    Command::kPing,          Command::kOffer,          Command::kAnswer,
    Command::kDelete,        Command::kQuery,          Command::kList,
    Command::kStartRecording, Command::kStopRecording, Command::kPauseRecording,
    Command::kStartForwarding, Command::kStopForwarding, Command::kBlockDtmf,
    Command::kUnblockDtmf,   Command::kBlockMedia,     Command::kUnblockMedia,
    Command::kPlayMedia,     Command::kStopMedia,      Command::kPlayDtmf,
    Command::kStatistics,    Command::kSilenceMedia,   Command::kUnsilenceMedia,
    Command::kPublish,       Command::kSubscribeRequest, Command::kSubscribeAnswer,
    Command::kUnsubscribe,   Command::kInjectStart,    Command::kInjectStop,
    Command::kConnect,       Command::kCli,            Command::kTransform,
    Command::kCreate,        Command::kCreateAnswer,   Command::kMesh,
};
static_assert(kOrder.size() + 1 == kCommands, "every command stands in the tree");

int64_t Integer(uint64_t value) { return static_cast<int64_t>(value); }
std::string Text(double value) { return absl::StrFormat("%.6f", value); }
std::string ShortName(Command command) {
  return absl::AsciiStrToLower(base::ToAbsl(ng::CommandShortName(command)));
}

double Deviation(double sum, double squares, double samples) {
  if (samples <= 0) return 0;
  const double mean = sum / samples;
  return std::sqrt(std::max(0.0, squares / samples - mean * mean));
}

// The five values of one quantity.
void AddSamples(const char* name, const v1::SampleTotals& totals, Dictionary* out) {
  const auto samples = static_cast<double>(totals.samples());
  out->Add(base::StrCat(name, "_total"), Text(totals.sum()));
  out->Add(base::StrCat(name, "2_total"), Text(totals.sum_of_squares()));
  out->Add(base::StrCat(name, "_samples_total"), Integer(totals.samples()));
  out->Add(base::StrCat(name, "_average"),
           Text(totals.samples() == 0 ? 0 : totals.sum() / samples));
  out->Add(base::StrCat(name, "_stddev"),
           Text(Deviation(totals.sum(), totals.sum_of_squares(), samples)));
}

void AddQuality(const v1::QualityTotals& quality, Dictionary* out) {
  AddSamples("jitter", quality.jitter(), out);
  AddSamples("rtt_e2e", quality.round_trip_time(), out);
  AddSamples("rtt_dsct", quality.round_trip_time_leg(), out);
  AddSamples("packetloss", quality.packet_loss(), out);
  AddSamples("jitter_measured", {}, out);
}

Dictionary CountersOf(const v1::Counters& counters) {
  Dictionary out;
  out.Add("packets", Integer(counters.packets()));
  out.Add("bytes", Integer(counters.bytes()));
  out.Add("errors", Integer(counters.errors()));
  return out;
}

class Tree {
 public:
  explicit Tree(const StatisticsTreeSources& sources) : sources_(sources) {
    for (const v1::WorkerInfo& worker : sources.workers) {
      const v1::LoadReport& load = worker.load();
      packets_ += load.packets();
      bytes_ += load.bytes();
      errors_ += load.errors();
      kernel_packets_ += load.kernel().packets();
      kernel_bytes_ += load.kernel().bytes();
      kernel_errors_ += load.kernel().errors();
      if (!worker.attached()) continue;  // what it does now is not known
      packet_rate_ += load.packets_per_second();
      byte_rate_ += load.bytes_per_second();
      error_rate_ += load.errors_per_second();
      active_media_ += load.active_media();
      kernel_packet_rate_ += load.kernel().packets_per_second();
      kernel_byte_rate_ += load.kernel().bytes_per_second();
      kernel_error_rate_ += load.kernel().errors_per_second();
      kernel_media_ += load.kernel().active_media();
      mixed_media_ += load.kernel().mixed_media();
    }
    for (const v1::WorkerInfo& worker : sources.workers) {
      for (const v1::InterfaceLoad& interface : worker.load().interfaces()) {
        Add(interface.quality(), &quality_);
      }
    }
  }

  Dictionary Build() const {
    Dictionary mos, voip;
    AddSamples("mos", quality_.mos(), &mos);
    AddQuality(quality_, &voip);
    const v1::SequenceTotals& sequence = quality_.sequence();
    voip.Add("packets_lost", static_cast<int64_t>(sequence.lost()));
    voip.Add("rtp_duplicates", static_cast<int64_t>(sequence.duplicates()));
    voip.Add("rtp_skips", static_cast<int64_t>(sequence.skips()));
    voip.Add("rtp_seq_resets", static_cast<int64_t>(sequence.resets()));
    voip.Add("rtp_reordered", static_cast<int64_t>(sequence.reordered()));
    Dictionary out;
    out.Add("currentstatistics", Current());
    out.Add("totalstatistics", Totals());
    if (sources_.interval) out.Add("intervalstatistics", Interval(*sources_.interval));
    out.Add("mos", std::move(mos));
    out.Add("voip_metrics", std::move(voip));
    out.Add("controlstatistics", Control());
    out.Add("interfaces", Interfaces());
    out.Add("transcoders", List());
    out.Add("poller_threads", List());
    out.Add("bufferpools", Dictionary());
    return out;
  }

 private:
  struct Both {
    const char* name;
    uint64_t user;
    uint64_t kernel;
  };
  static void AddBoth(std::initializer_list<Both> all, Dictionary* out) {
    for (const Both& one : all) out->Add(base::StrCat(one.name, "_user"), Integer(one.user));
    for (const Both& one : all) out->Add(base::StrCat(one.name, "_kernel"), Integer(one.kernel));
    for (const Both& one : all) out->Add(one.name, Integer(one.user + one.kernel));
  }

  Dictionary Current() const {
    Dictionary out;
    const int64_t calls = sources_.calls.calls.load();
    out.Add("sessionsown", calls);
    out.Add("sessionsforeign", int64_t{0});
    out.Add("sessionstotal", calls);
    for (const char* none : {"transcodedmedia", "mediacache", "playercache"}) {
      out.Add(none, int64_t{0});
    }
    AddBoth({{"packetrate", packet_rate_, kernel_packet_rate_},
             {"byterate", byte_rate_, kernel_byte_rate_},
             {"errorrate", error_rate_, kernel_error_rate_}},
            &out);
    const uint64_t elsewhere = kernel_media_ + mixed_media_;
    out.Add("media_userspace", Integer(active_media_ > elsewhere ? active_media_ - elsewhere : 0));
    out.Add("media_kernel", Integer(kernel_media_));
    out.Add("media_mixed", Integer(mixed_media_));
    return out;
  }

  Dictionary Totals() const {
    const call::Counters& calls = sources_.calls;
    Dictionary out;
    out.Add("uptime", base::StrCat(sources_.uptime_s));
    const std::pair<const char*, uint64_t> ended[] = {
        {"managedsessions", calls.finished.load()},
        {"rejectedsessions", calls.rejected.load()},
        {"timeoutsessions", calls.timed_out.load()},
        {"silenttimeoutsessions", calls.silent_timed_out.load()},
        {"finaltimeoutsessions", calls.final_timed_out.load()},
        {"offertimeoutsessions", calls.offer_timed_out.load()},
        {"regularterminatedsessions", calls.terminated.load()},
        {"forcedterminatedsessions", calls.force_terminated.load()}};
    for (const auto& [name, count] : ended) out.Add(name, Integer(count));
    AddBoth({{"relayedpackets", packets_, kernel_packets_},
             {"relayedpacketerrors", errors_, kernel_errors_},
             {"relayedbytes", bytes_, kernel_bytes_}},
            &out);
    out.Add("zerowaystreams", Integer(calls.zero_way.load()));
    out.Add("onewaystreams", Integer(calls.one_way.load()));
    const double sum = calls.duration_s.load(), squares = calls.duration2_s.load();
    const auto timed = static_cast<double>(calls.timed.load());
    out.Add("avgcallduration", Text(timed == 0 ? 0 : sum / timed));
    out.Add("totalcallsduration", Text(sum));
    out.Add("totalcallsduration2", Text(squares));
    out.Add("totalcallsduration_stddev", Text(Deviation(sum, squares, timed)));
    return out;
  }

  static Dictionary Interval(const IntervalStatistics& interval) {
    Dictionary out;
    out.Add("totalcallsduration", Text(interval.call_seconds));
    out.Add("minmanagedsessions", interval.least_calls);
    out.Add("maxmanagedsessions", interval.most_calls);
    for (const Command command : kOrder) {
      const CommandInterval& one = interval.commands[static_cast<size_t>(command)];
      const std::string delay = base::StrCat(ng::CommandName(command), "delay");
      out.Add("min" + delay, Text(one.least_s));
      out.Add("max" + delay, Text(one.most_s));
      out.Add("avg" + delay, Text(one.average_s));
    }
    for (const Command command : kOrder) {
      const CommandInterval& one = interval.commands[static_cast<size_t>(command)];
      const std::string rate = base::StrCat(ng::CommandName(command), "requestrate");
      out.Add("min" + rate, Integer(one.least_rate));
      out.Add("max" + rate, Integer(one.most_rate));
      out.Add("avg" + rate, Integer(one.average_rate));
    }
    return out;
  }

  Dictionary Control() const {
    std::array<uint64_t, kCommands> totals{};
    List proxies;
    for (const ClientStatistics::Client& client : sources_.clients.clients()) {
      Dictionary proxy;
      proxy.Add("proxy", client.address);
      for (const Command command : kOrder) {
        const auto index = static_cast<size_t>(command);
        const CommandCounter& counter = client.counters->commands[index];
        const uint64_t count = counter.count.load();
        totals[index] += count;
        const std::string name = ShortName(command);
        proxy.Add(base::StrCat(name, "count"), Integer(count));
        proxy.Add(base::StrCat(name, "duration"),
                  Text(static_cast<double>(counter.nanoseconds.load()) / 1e9));
      }
      proxy.Add("errorcount", Integer(client.counters->errors.load()));
      proxies.push_back(std::move(proxy));
    }
    Dictionary out;
    out.Add("proxies", std::move(proxies));
    for (const Command command : kOrder) {
      out.Add(base::StrCat("total", ShortName(command), "count"),
              Integer(totals[static_cast<size_t>(command)]));
    }
    return out;
  }

  List Interfaces() const {
    List out;
    for (const v1::WorkerInfo& worker : sources_.workers) {
      for (const v1::Interface& interface : worker.interfaces()) {
        if (interface.alias_of().empty()) out.push_back(InterfaceOf(worker, interface));
      }
    }
    return out;
  }

  static Dictionary InterfaceOf(const v1::WorkerInfo& worker, const v1::Interface& interface) {
    v1::InterfaceLoad load;
    for (const v1::InterfaceLoad& candidate : worker.load().interfaces()) {
      if (candidate.name() == interface.name() && candidate.address() == interface.address()) {
        load = candidate;
      }
    }
    const auto address = base::IpAddress::FromBytes(interface.address());
    const int64_t used = interface.ports_used(), total = interface.ports_total();
    Dictionary ports;
    ports.Add("min", int64_t{interface.port_min()});
    ports.Add("max", int64_t{interface.port_max()});
    ports.Add("used", used);
    const double percent =
        total == 0 ? 0 : 100.0 * static_cast<double>(used) / static_cast<double>(total);
    ports.Add("used_pct", absl::StrFormat("%.2f", percent));
    ports.Add("free", std::max<int64_t>(0, total - used));
    ports.Add("totals", total);
    Dictionary voip;
    AddSamples("mos", load.quality().mos(), &voip);
    AddQuality(load.quality(), &voip);
    Dictionary out;
    out.Add("name", interface.name());
    out.Add("address", address ? address->ToString() : std::string());
    out.Add("ports", std::move(ports));
    out.Add("packets_lost", static_cast<int64_t>(load.quality().sequence().lost()));
    out.Add("duplicates", static_cast<int64_t>(load.quality().sequence().duplicates()));
    out.Add("voip_metrics", std::move(voip));
    out.Add("ingress", CountersOf(load.ingress()));
    out.Add("egress", CountersOf(load.egress()));
    return out;
  }

  const StatisticsTreeSources& sources_;
  uint64_t packets_ = 0, bytes_ = 0, errors_ = 0;
  uint64_t packet_rate_ = 0, byte_rate_ = 0, error_rate_ = 0, active_media_ = 0;
  uint64_t kernel_packets_ = 0, kernel_bytes_ = 0, kernel_errors_ = 0;
  uint64_t kernel_packet_rate_ = 0, kernel_byte_rate_ = 0, kernel_error_rate_ = 0;
  uint64_t kernel_media_ = 0, mixed_media_ = 0;
  v1::QualityTotals quality_;
};

}  // namespace

absl::Span<const Command> CommandsInOrder() { return kOrder; }

Dictionary BuildStatisticsTree(const StatisticsTreeSources& sources) { return Tree(sources).Build(); }

}  // namespace controld::listen
