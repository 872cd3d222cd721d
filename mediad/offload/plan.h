// Which flow a stream wants in the kernel, or why none (media.md §12). Pure.
//
// A flow does with RTP exactly what session.cc would; where it could not, the stream stays in user space, or the
// payload types concerned go up. RTCP always goes up: the quality it reports is read here, and so SRTCP indices are
// counted in one place. Not here: what is installed already (difference and hand-over: call_flows.h).
#pragma once

#include <optional>
#include <vector>

#include "mediad/offload/flow.h"
#include "mediad/session/session.h"

namespace mediad::offload {

struct StreamPlan {
  // Of one media of a bundle. kInKernel: it is in the flow of the bundle's head.
  struct OfMember {
    session::MediaIndex media = session::kNoMedia;
    session::OffloadReason reason = session::OffloadReason::kNotExamined;
  };

  std::optional<Flow> flow;
  session::OffloadReason reason = session::OffloadReason::kNotExamined;  // without a flow
  std::vector<OfMember> members;  // of a bundle's head: those of all its media
};

// Precondition: the indices are valid; the media has its own ports, or is the head of a bundle.
StreamPlan PlanStream(const session::Session& session, session::MediaIndex media, size_t stream,
                      const Limits& limits);

}  // namespace mediad::offload
