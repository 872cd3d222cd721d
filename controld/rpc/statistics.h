// All counters of the controller as names, help texts, labels and numbers: what GetStatistics
// answers.
//
// Names follow metrics-and-state.md §1 where it has one. Thread-safe.
#pragma once

#include <string>

#include "controld/call/settings.h"
#include "controld/export/exports.h"
#include "controld/listen/access_control.h"
#include "controld/listen/client_statistics.h"
#include "controld/listen/cookie_cache.h"
#include "controld/listen/ng_server.h"
#include "controld/listen/stream_listener.h"
#include "controld/listen/udp_listener.h"
#include "controld/shard/fleet_host.h"
#include "rtpengine/v1/admin.pb.h"

namespace controld::rpc {

// Where the numbers come from. All outlive their user.
struct StatisticsSources {
  const call::Counters& calls;
  const listen::NgServer& ng;
  const listen::CookieCache& cookies;
  const listen::ClientStatistics& clients;
  const listen::AccessControl& access;
  const listen::UdpListener& udp;
  const listen::StreamListener& streams;
  shard::FleetHost& fleet;
  int64_t started_unix = 0;
  const exporting::Exports* exports = nullptr;  // null: nothing is told to others
};

void CollectStatistics(const StatisticsSources& sources, int64_t now_unix,
                       rtpengine::v1::Statistics* out);

// The same for Prometheus.
std::string MetricsText(const StatisticsSources& sources, int64_t now_unix);

}  // namespace controld::rpc
