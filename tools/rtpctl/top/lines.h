// `rtpctl top` without a terminal: a block of lines for each interval, or one line of JSON. Pure.
#pragma once

#include <string>

#include "tools/rtpctl/output/table.h"
#include "tools/rtpctl/top/view.h"

namespace rtpctl::top {

// Ended by an empty line.
std::string BlockText(const Model& model, const View& view, const Style& style);
// {"time", "controller", "calls", …, "workers": […], "call_list": […]}, or {"time", "target",
// "error"}. What is not known is null.
std::string BlockJson(const Model& model, const View& view);

}  // namespace rtpctl::top
