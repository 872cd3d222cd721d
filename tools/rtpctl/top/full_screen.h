// `rtpctl top` on a terminal: keys, signals and rounds in, the screen out. The main thread.
#pragma once

#include <cstdint>

#include "tools/rtpctl/client/session.h"
#include "tools/rtpctl/top/poller.h"
#include "tools/rtpctl/top/view.h"

namespace rtpctl::top {

struct Settings {
  double interval_s = 1;
  uint64_t count = 0;  // intervals until the end; 0: no end
  View view;
  Wanted wanted;
};

// Whether there is a terminal to draw on.
bool HasScreen();
// Returns rtpctl's exit status.
int RunFullScreen(Session* session, const Settings& settings);
// Without one: a block of lines for each interval.
int RunLines(Session* session, const Settings& settings);

}  // namespace rtpctl::top
