#include "controld/rpc/readiness.h"

#include "proto/base/text.h"

namespace controld::rpc {

std::string ReasonsNotReady(const std::vector<rtpengine::v1::WorkerInfo>& workers) {
  if (workers.empty()) return "no worker has ever attached\n";
  std::string reasons;
  for (const auto& worker : workers) {
    if (!worker.attached()) {
      base::StrAppend(&reasons, "worker ", worker.name(), " is not attached\n");
    } else if (worker.state() != rtpengine::v1::READY) {
      base::StrAppend(&reasons, "worker ", worker.name(), " is draining\n");
    } else {
      return {};
    }
  }
  return reasons;
}

}  // namespace controld::rpc
