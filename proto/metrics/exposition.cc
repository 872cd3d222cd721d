#include "proto/metrics/exposition.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <set>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/strings/str_format.h"
#include "proto/base/text.h"

namespace metrics {
namespace {

using rtpengine::v1::Statistics;

// The numbers that are no counts: six decimals, always. Of an interface too.
constexpr std::string_view kInterface = "interface_";
constexpr std::string_view kFractions[] = {
    "request_seconds_total", "call_duration_avg", "call_duration_total", "call_duration2_total",
    "mos_total", "mos2_total", "jitter_total", "jitter2_total", "rtt_e2e_total", "rtt_e2e2_total",
    "rtt_dsct_total", "rtt_dsct2_total", "packetloss_total", "packetloss2_total",
    "jitter_measured_total", "jitter_measured2_total",
};

bool IsFraction(std::string_view name) {
  if (name.substr(0, kInterface.size()) == kInterface) name.remove_prefix(kInterface.size());
  return std::find(std::begin(kFractions), std::end(kFractions), name) != std::end(kFractions);
}

// What may stand between the quotes.
std::string Escape(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '\n') {
      out += "\\n";
      continue;
    }
    if (c == '\\' || c == '"') out.push_back('\\');
    out.push_back(c);
  }
  return out;
}

// The order that dashboards and people know; others follow by name.
size_t LabelRank(std::string_view label) {
  constexpr std::string_view kOrder[] = {"worker", "name",    "address", "direction",
                                         "proxy",  "request", "type",    "reason"};
  const auto* found = std::find(std::begin(kOrder), std::end(kOrder), label);
  return static_cast<size_t>(found - std::begin(kOrder));
}

std::string Labels(const Statistics::Value& value) {
  if (value.labels().empty()) return {};
  std::vector<std::pair<std::string, std::string>> labels(value.labels().begin(),
                                                          value.labels().end());
  std::sort(labels.begin(), labels.end(), [](const auto& a, const auto& b) {
    return std::pair(LabelRank(a.first), a.first) < std::pair(LabelRank(b.first), b.first);
  });
  std::string out = "{";
  for (const auto& [name, text] : labels) {
    base::StrAppend(&out, out.size() > 1 ? "," : "", name, "=\"", Escape(text), "\"");
  }
  return out + "}";
}

std::string Number(const Statistics::Value& value) {
  if (IsFraction(value.name())) return absl::StrFormat("%.6f", value.value());
  // Exact up to 2^53.
  if (value.value() == std::floor(value.value())) return absl::StrFormat("%.0f", value.value());
  return absl::StrFormat("%g", value.value());
}

}  // namespace

std::string Exposition(const Statistics& statistics) {
  std::string out;
  std::set<std::string_view> described;
  for (const Statistics::Value& value : statistics.values()) {
    const std::string& name = value.name();
    if (described.insert(name).second) {
      if (!value.help().empty()) {
        base::StrAppend(&out, "# HELP rtpengine_", name, " ", value.help(), "\n");
      }
      base::StrAppend(&out, "# TYPE rtpengine_", name, value.counter() ? " counter\n" : " gauge\n");
    }
    base::StrAppend(&out, "rtpengine_", name, Labels(value), " ", Number(value), "\n");
  }
  return out;
}

}  // namespace metrics
