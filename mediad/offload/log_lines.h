// The lines about streams and the kernel that operators grep (config.md §6). Any thread.
#pragma once

#include <string_view>

#include "mediad/offload/flow.h"
#include "mediad/session/session.h"

namespace mediad::offload {

void LogInstalled(const Flow& flow, const session::Session& session);
void LogRemoved(const Flow& flow, std::string_view reason, const session::Session& session);
void LogUnsupported(std::string_view reason, const session::Session& session, session::MediaIndex media,
                    size_t stream);

}  // namespace mediad::offload
