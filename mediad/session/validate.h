// Whether a specification makes sense, before anything is allocated for it.
//
// Only what contradicts itself or goes beyond our limits; ports and interfaces are the shell's business.
// Pure function; any thread.
#pragma once

#include "absl/status/status.h"
#include "rtpengine/v1/session.pb.h"

namespace mediad::session {

// INVALID_ARGUMENT: it contradicts itself (Error INVALID); RESOURCE_EXHAUSTED: too large (Error LIMIT).
absl::Status Validate(const rtpengine::v1::Session& specification);

}  // namespace mediad::session
