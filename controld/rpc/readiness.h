// Whether this controller can take calls: what /readyz says. Pure; any thread.
#pragma once

#include <string>
#include <vector>

#include "rtpengine/v1/admin.pb.h"

namespace controld::rpc {

// Why new calls are refused for want of a worker, a line for each worker; empty: they are not.
std::string ReasonsNotReady(const std::vector<rtpengine::v1::WorkerInfo>& workers);

}  // namespace controld::rpc
