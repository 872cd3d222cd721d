#include "controld/admin/statistics_text.h"

#include <iterator>
#include <string_view>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_format.h"
#include "controld/json/encode.h"
#include "controld/ng/commands.h"
#include "proto/base/text.h"

namespace controld::admin {
namespace {

using ng::Dictionary;
using ng::List;
using ng::Value;

struct Row {
  std::string_view key, description, unit = {};
};

constexpr Row kSessions[] = {
    {"sessionsown", "Owned sessions"},   {"sessionsforeign", "Foreign sessions"},
    {"sessionstotal", "Total sessions"}, {"transcodedmedia", "Transcoded media"},
    {"mediacache", "Media cache size"},  {"playercache", "Player cache size"},
};
constexpr Row kRates[] = {
    {"packetrate_user", "Packets per second (userspace)"},
    {"byterate_user", "Bytes per second (userspace)"},
    {"errorrate_user", "Errors per second (userspace)"},
    {"packetrate_kernel", "Packets per second (kernel)"},
    {"byterate_kernel", "Bytes per second (kernel)"},
    {"errorrate_kernel", "Errors per second (kernel)"},
    {"packetrate", "Packets per second (total)"},
    {"byterate", "Bytes per second (total)"},
    {"errorrate", "Errors per second (total)"},
};
constexpr Row kStreams[] = {
    {"media_userspace", "Userspace-only media streams"},
    {"media_kernel", "Kernel-only media streams"},
    {"media_mixed", "Mixed kernel/userspace media streams"},
};
constexpr Row kTotals[] = {
    {"uptime", "Uptime of rtpengine", " seconds"},
    {"managedsessions", "Total managed sessions"},
    {"rejectedsessions", "Total rejected sessions"},
    {"timeoutsessions", "Total timed-out sessions via TIMEOUT"},
    {"silenttimeoutsessions", "Total timed-out sessions via SILENT_TIMEOUT"},
    {"finaltimeoutsessions", "Total timed-out sessions via FINAL_TIMEOUT"},
    {"offertimeoutsessions", "Total timed-out sessions via OFFER_TIMEOUT"},
    {"regularterminatedsessions", "Total regular terminated sessions"},
    {"forcedterminatedsessions", "Total forced terminated sessions"},
    {"relayedpackets_user", "Total relayed packets (userspace)"},
    {"relayedpacketerrors_user", "Total relayed packet errors (userspace)"},
    {"relayedbytes_user", "Total relayed bytes (userspace)"},
    {"relayedpackets_kernel", "Total relayed packets (kernel)"},
    {"relayedpacketerrors_kernel", "Total relayed packet errors (kernel)"},
    {"relayedbytes_kernel", "Total relayed bytes (kernel)"},
    {"relayedpackets", "Total relayed packets"},
    {"relayedpacketerrors", "Total relayed packet errors"},
    {"relayedbytes", "Total relayed bytes"},
    {"zerowaystreams", "Total number of streams with no relayed packets"},
    {"onewaystreams", "Total number of 1-way streams"},
    {"avgcallduration", "Average call duration", " seconds"},
    {"totalcallsduration", "Total calls duration", " seconds"},
    {"totalcallsduration2", "Total calls duration squared", " seconds squared"},
    {"totalcallsduration_stddev", "Total calls duration standard deviation", " seconds"},
};
constexpr Row kLosses[] = {
    {"packets_lost", "Packets lost"},
    {"rtp_duplicates", "Duplicate RTP packets"},
    {"rtp_skips", "RTP sequence skips"},
    {"rtp_seq_resets", "RTP sequence resets"},
    {"rtp_reordered", "Out-of-order RTP packets"},
};
// Sampled quantities, each with five values.
constexpr Row kMos[] = {{"mos", "MOS"}};
constexpr Row kVoip[] = {
    {"jitter", "jitter (reported)"},          {"rtt_e2e", "end-to-end round-trip time"},
    {"rtt_dsct", "discrete round-trip time"}, {"packetloss", "packet loss"},
    {"jitter_measured", "jitter (measured)"},
};

const Dictionary& Sub(const Dictionary& tree, std::string_view key) {
  static const Dictionary empty;
  const Value* value = tree.Find(key);
  return value != nullptr && value->dictionary() != nullptr ? *value->dictionary() : empty;
}

const List& Items(const Dictionary& tree, std::string_view key) {
  static const List empty;
  const Value* value = tree.Find(key);
  return value != nullptr && value->list() != nullptr ? *value->list() : empty;
}

std::string Text(const Dictionary& from, std::string_view key) {
  const Value* value = from.Find(key);
  if (value == nullptr) return "0";
  return value->string() != nullptr ? *value->string() : base::StrCat(*value->integer());
}

int64_t Integer(const Dictionary& from, std::string_view key) {
  const Value* value = from.Find(key);
  return value == nullptr || value->integer() == nullptr ? 0 : *value->integer();
}

void Line(std::string_view description, std::string_view value, std::string* out) {
  absl::StrAppendFormat(out, " %-48s:%s\n", base::ToAbsl(description), base::ToAbsl(value));
}

void Lines(const Row* first, const Row* last, const Dictionary& from, std::string* out) {
  for (; first != last; ++first) {
    Line(first->description, base::StrCat(Text(from, first->key), first->unit), out);
  }
}
template <size_t kSize>
void Lines(const Row (&rows)[kSize], const Dictionary& from, std::string* out) {
  Lines(std::begin(rows), std::end(rows), from, out);
}

template <size_t kSize>
void Samples(const Row (&rows)[kSize], const Dictionary& from, std::string* out) {
  for (const auto& [key, name, unit] : rows) {
    Line(base::StrCat("Sum of all ", name, " values sampled"),
         Text(from, base::StrCat(key, "_total")), out);
    Line(base::StrCat("Sum of all ", name, " square values sampled"),
         Text(from, base::StrCat(key, "2_total")), out);
    Line(base::StrCat("Total number of ", name, " samples"),
         Text(from, base::StrCat(key, "_samples_total")), out);
    Line(base::StrCat("Average ", name), Text(from, base::StrCat(key, "_average")), out);
    Line(base::StrCat(name, " standard deviation"), Text(from, base::StrCat(key, "_stddev")), out);
  }
}

// A column per command, a row per client; the commands are known by the keys of the tree.
void ControlTable(const Dictionary& control, std::string* out) {
  constexpr std::string_view kPrefix = "total", kSuffix = "count";
  std::vector<std::string> keys;
  absl::StrAppendFormat(out, " %20s ", "Proxy");
  for (const auto& [key, value] : control.entries()) {
    if (!absl::StartsWith(key, base::ToAbsl(kPrefix))) continue;
    keys.push_back(key.substr(kPrefix.size()));
    std::string name = keys.back().substr(0, keys.back().size() - kSuffix.size());
    for (const ng::CommandRow& row : ng::CommandRows()) {
      const absl::string_view proper = base::ToAbsl(ng::CommandShortName(row.command));
      if (absl::EqualsIgnoreCase(proper, name)) name = std::string(proper);
    }
    absl::StrAppendFormat(out, "| %10s ", name);
  }
  out->push_back('\n');
  for (const Value& proxy : Items(control, "proxies")) {
    if (proxy.dictionary() == nullptr) continue;
    absl::StrAppendFormat(out, " %20s ", Text(*proxy.dictionary(), "proxy"));
    for (const std::string& key : keys) {
      absl::StrAppendFormat(out, "| %10d ", Integer(*proxy.dictionary(), key));
    }
    out->push_back('\n');
  }
}

// An average, or what C prints of 0/0.
std::string Average(int decimals, const Dictionary& voip, std::string_view name) {
  double average = 0;
  if (Integer(voip, base::StrCat(name, "_samples_total")) == 0 ||
      !absl::SimpleAtod(Text(voip, base::StrCat(name, "_average")), &average)) {
    return "-nan";
  }
  return absl::StrFormat("%3.*f", decimals, average);
}

std::string InterfaceText(const Dictionary& interface) {
  const std::string address = Text(interface, "address");
  const Dictionary& ports = Sub(interface, "ports");
  const Dictionary& in = Sub(interface, "ingress");
  const Dictionary& out = Sub(interface, "egress");
  const Dictionary& voip = Sub(interface, "voip_metrics");
  const int64_t used = Integer(ports, "used"), all = Integer(ports, "totals");
  std::string text = absl::StrFormat("Interface '%s' address '%s' (%s)\n Port range: %d - %d\n",
                                     Text(interface, "name"), address,
                                     address.find(':') == std::string::npos ? "IPv4" : "IPv6",
                                     Integer(ports, "min"), Integer(ports, "max"));
  absl::StrAppendFormat(
      &text, " Ports used: %5d / %5d (%5.1f%%)\n Packets/bytes/errors:\n", used, all,
      all == 0 ? 0 : 100.0 * static_cast<double>(used) / static_cast<double>(all));
  absl::StrAppendFormat(&text, "  Ingress:   %10d / %10d / %10d\n", Integer(in, "packets"),
                        Integer(in, "bytes"), Integer(in, "errors"));
  absl::StrAppendFormat(&text, "  Egress:    %10d / %10d / %10d\n", Integer(out, "packets"),
                        Integer(out, "bytes"), Integer(out, "errors"));
  absl::StrAppendFormat(&text, " Packets lost/duplicates: %10d / %10d\n",
                        Integer(interface, "packets_lost"), Integer(interface, "duplicates"));
  base::StrAppend(&text, " MOS:    avg ", Average(1, voip, "mos"), ", packet loss avg ",
                  Average(0, voip, "packetloss"), "%\n");
  base::StrAppend(&text, " Jitter: avg ", Average(0, voip, "jitter"), " (measured ",
                  Average(0, voip, "jitter_measured"), ")\n");
  base::StrAppend(&text, " RTT:    e2e ", Average(0, voip, "rtt_e2e"), ", dsct ",
                  Average(0, voip, "rtt_dsct"), "\n\n");
  return text;
}

// What stays between quotes; all other texts of the tree are numbers.
bool IsText(std::string_view key) {
  return key == "proxy" || key == "name" || key == "address" || key == "chain";
}

void AppendJson(const Dictionary& tree, std::string* out);

void AppendJson(std::string_view key, const Value& value, std::string* out) {
  if (value.dictionary() != nullptr) return AppendJson(*value.dictionary(), out);
  if (value.string() != nullptr && !IsText(key)) {
    out->append(*value.string());
    return;
  }
  if (value.list() == nullptr) return json::Encode(value, out);
  out->push_back('[');
  for (const Value& item : *value.list()) {
    if (out->back() != '[') out->push_back(',');
    AppendJson(key, item, out);
  }
  out->push_back(']');
}

void AppendJson(const Dictionary& tree, std::string* out) {
  out->push_back('{');
  for (const auto& [key, value] : tree.entries()) {
    if (out->back() != '{') out->push_back(',');
    json::Encode(Value(key), out);
    out->push_back(':');
    AppendJson(key, value, out);
  }
  out->push_back('}');
}

}  // namespace

std::string TotalsText(const Dictionary& tree) {
  const Dictionary& current = Sub(tree, "currentstatistics");
  const Dictionary& voip = Sub(tree, "voip_metrics");
  std::string out = "\nStatistics over currently running sessions:\n\n";
  Lines(kSessions, current, &out);
  Lines(kRates, current, &out);
  Lines(kStreams, current, &out);
  out += "\nTotal statistics (does not include current running sessions):\n\n";
  Lines(kTotals, Sub(tree, "totalstatistics"), &out);
  out += "\n\nMOS statistics:\n\n";
  Samples(kMos, Sub(tree, "mos"), &out);
  out += "\n\nVoIP metrics:\n\n";
  Samples(kVoip, voip, &out);
  Lines(kLosses, voip, &out);
  out += "\n\nControl statistics:\n\n";
  ControlTable(Sub(tree, "controlstatistics"), &out);
  out += "\n\n";
  for (const Value& item : Items(tree, "interfaces")) {
    if (item.dictionary() == nullptr) continue;
    const Dictionary& interface = *item.dictionary();
    base::StrAppend(&out, "VoIP metrics for interface ", Text(interface, "name"), "/",
                    Text(interface, "address"), ":\n");
    Samples(kMos, Sub(interface, "voip_metrics"), &out);
    Samples(kVoip, Sub(interface, "voip_metrics"), &out);
  }
  return out;
}

std::string CountersText(const Dictionary& tree) {
  std::string out = "\nCurrent per-second counters:\n\n";
  Lines(kRates, Sub(tree, "currentstatistics"), &out);
  return out;
}

std::string InterfacesText(const Dictionary& tree) {
  std::string out;
  for (const Value& item : Items(tree, "interfaces")) {
    if (item.dictionary() != nullptr) out += InterfaceText(*item.dictionary());
  }
  return out;
}

std::string JsonText(const Dictionary& tree) {
  std::string out;
  AppendJson(tree, &out);
  return out;
}

}  // namespace controld::admin
