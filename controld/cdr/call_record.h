// The call record (CDR): one line of "name=value, " fields at the end of a call (metrics-and-state.md §3). Pure.
#pragma once

#include <string>
#include <string_view>

#include "controld/call/call_state.pb.h"
#include "proto/base/clock.h"
#include "rtpengine/v1/session.pb.h"

namespace controld::cdr {

// How a call ended.
struct Ending {
  std::string_view reason = "UNKNOWN";  // REGULAR, FORCED, TIMEOUT, SILENT_TIMEOUT, …
  // Its ports were closed before the statistics were told, as the reference does it on time-outs: local_relay_ip is
  // empty and local_relay_port 0, which scripts tell time-outs by.
  bool without_ports = false;
};

// Text of strangers (call-id, tags) is in it as it is, but for control characters, which become "?": a line is a line.
std::string CallRecord(const call::CallState& call, const rtpengine::v1::SessionStatistics& statistics,
                       const Ending& ending, base::Now now);

}  // namespace controld::cdr
