// A call as the admin commands print it (config.md §5, `list sessions`). Scripts rely on the layout.
// Pure.
#pragma once

#include <string>

#include "controld/call/call_state.pb.h"
#include "proto/base/clock.h"
#include "rtpengine/v1/session.pb.h"

namespace controld::call {

// One line of a list.
std::string SessionLine(const CallState& call);
// The whole call; without statistics its streams are left out. `default_tos` is that of calls for
// which none was asked.
std::string SessionText(const CallState& call, const rtpengine::v1::SessionStatistics& statistics,
                        base::Now now, int default_tos);
// One party of it.
std::string PartyText(const CallState& call, const Party& party,
                      const rtpengine::v1::SessionStatistics& statistics, base::Now now);

}  // namespace controld::call
