// rtpctl stats [--watch SECONDS]: counters and gauges of the controller, once or again and again.
#include <chrono>
#include <cmath>
#include <map>
#include <memory>
#include <thread>

#include "proto/base/text.h"
#include "tools/rtpctl/commands/commands.h"
#include "tools/rtpctl/output/text.h"

namespace rtpctl {

namespace v1 = rtpengine::v1;

namespace {

std::string NameWithLabels(const v1::Statistics::Value& value) {
  const std::map<std::string, std::string> labels(value.labels().begin(), value.labels().end());
  std::string text = Printable(value.name());
  if (labels.empty()) return text;
  std::string inner;
  for (const auto& [key, label] : labels) {
    inner += base::StrCat(inner.empty() ? "" : ",", Printable(key), "=", Printable(label));
  }
  return base::StrCat(text, "{", inner, "}");
}

// The incumbent's help texts are of a name's first value, or none; for people each has to be true (docs/metrics.md has the
// same words).
std::string Meaning(const v1::Statistics::Value& value) {
  static const auto& words = *new std::map<std::string, std::string>{
      {"sessions", "Calls, by who owns them"},
      {"mediastreams", "Media that received RTP in the last 2 seconds, by who carried it"},
      {"closed_sessions_total", "Calls that ended or were refused, by reason"},
      {"packets_total", "Media packets received, by who carried them"},
      {"packet_errors_total", "Packets that were dropped or could not be sent on"},
      {"bytes_total", "Octets of media received"},
      {"requests_total", "NG commands, by client and command"},
      {"request_seconds_total", "Time they took"},
      {"errors_total", "Error replies, by client"},
      {"ports_used", "Media ports in use"},
      {"ports_free", "Media ports free"},
      {"ports", "Media ports there are"},
      {"interface_packets", "Packets through a media address"},
      {"interface_bytes", "Octets of these packets"},
      {"interface_errors", "Packets dropped or not sent"},
      {"interface_packets_lost", "Packets lost, by media address"},
      {"interface_duplicates", "Duplicate packets, by media address"},
  };
  const auto found = words.find(value.name());
  return found == words.end() ? Printable(value.help()) : found->second;
}

std::string Value(double value) {
  return FormatNumber(value, std::floor(value) == value && std::fabs(value) < 1e15 ? 0 : 3);
}

// The change per second of a counter; "-" when it is none, is new, or was reset.
std::string Rate(const v1::Statistics::Value& value, const std::map<std::string, double>& before,
                 double seconds) {
  const auto found = before.find(NameWithLabels(value));
  if (!value.counter() || found == before.end() || seconds <= 0 || value.value() < found->second) {
    return "-";
  }
  return FormatNumber((value.value() - found->second) / seconds, 1);
}

int Watch(Session* session, double period_s) {
  using Clock = std::chrono::steady_clock;
  v1::Statistics before;
  Clock::time_point before_at;
  for (bool first = true;; first = false) {
    v1::Statistics statistics;
    const int result =
        session->Call(&v1::Calls::Stub::GetStatistics, v1::GetStatisticsRequest(), &statistics);
    if (result != kExitOk) return result;
    const Clock::time_point at = Clock::now();
    if (!session->PrintedJson(statistics, JsonLayout::kOneLine)) {
      const double seconds = std::chrono::duration<double>(at - before_at).count();
      if (session->style().width > 0) session->out() << "\033[H\033[2J";  // a terminal: in place
      session->out() << StatisticsText(statistics, first ? nullptr : &before, seconds,
                                       session->style())
                     << "\n"
                     << std::flush;
    }
    if (!session->out()) return kExitOk;  // the reader went away
    before = std::move(statistics);
    before_at = at;
    std::this_thread::sleep_for(std::chrono::duration<double>(period_s));
  }
}

}  // namespace

std::string StatisticsText(const v1::Statistics& now, const v1::Statistics* before, double seconds,
                           const Style& style) {
  std::map<std::string, double> earlier;
  if (before != nullptr) {
    for (const auto& value : before->values()) earlier[NameWithLabels(value)] = value.value();
  }
  std::vector<Column> columns = {{"NAME"}, {"VALUE", true}};
  if (before != nullptr) columns.push_back({"PER SECOND", true});
  columns.push_back({"MEANING", false, true});
  Table table(std::move(columns));
  for (const auto& value : now.values()) {
    std::vector<Cell> row = {NameWithLabels(value), Value(value.value())};
    if (before != nullptr) row.push_back(Rate(value, earlier, seconds));
    row.push_back({Meaning(value), Color::kDim});
    table.Add(std::move(row));
  }
  return table.Render(style);
}

void AddStats(CLI::App* parent, Session* session) {
  auto* command = parent->add_subcommand("stats", "Counters and gauges of the controller");
  auto watch = std::make_shared<double>(0);
  command->add_option("--watch", *watch, "Again every so many seconds, with rates; Ctrl-C ends it")
      ->check(CLI::Range(0.1, 86400.0));
  command->footer(
      "Examples:\n"
      "  rtpctl stats\n"
      "  rtpctl stats --watch 2\n"
      "  rtpctl stats --watch 10 --json >> statistics.jsonl   # one line each");
  command->callback([session, watch] {
    session->set_command([session, watch] {
      if (*watch > 0) return Watch(session, *watch);
      v1::Statistics statistics;
      const int result =
          session->Call(&v1::Calls::Stub::GetStatistics, v1::GetStatisticsRequest(), &statistics);
      if (result != kExitOk || session->PrintedJson(statistics)) return result;
      session->out() << StatisticsText(statistics, nullptr, 0, session->style());
      return kExitOk;
    });
  });
}

}  // namespace rtpctl
