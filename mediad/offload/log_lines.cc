#include "mediad/offload/log_lines.h"

#include <string>

#include "proto/base/log.h"
#include "proto/base/text.h"

namespace mediad::offload {
namespace {

using base::log::Severity;

constexpr auto kCore = base::log::Subsystem::kCore;

std::string Source(const Flow& flow) { return flow.source.valid() ? flow.source.ToString() : "any"; }

}  // namespace

void LogInstalled(const Flow& flow, const session::Session& session) {
  base::log::Context context;
  context.call_id = session.id();
  if (!base::log::Enabled(Severity::kInfo, kCore, context)) return;
  const session::Media& media = session.media()[flow.media];
  const std::string source = Source(flow), local = flow.local.ToString();
  const uint16_t port = flow.local.port;
  session.Log(Severity::kInfo, media, port,
              base::StrCat("Kernelizing media stream: remote ", source, " -> local ", local));
  if (flow.outputs.empty()) {
    session.Log(Severity::kInfo, media, port,
                base::StrCat("Kernelizing media stream: ", source, " -> ", local, " -> void"));
  }
  for (const Output& output : flow.outputs) {
    session.Log(Severity::kInfo, media, port,
                base::StrCat("Kernelizing media stream: ", source, " -> ", local, " | ",
                             output.source.ToString(), " -> ", output.destination.ToString()));
  }
}

void LogRemoved(const Flow& flow, std::string_view reason, const session::Session& session) {
  base::log::Context context;
  context.call_id = session.id();
  base::log::Log(Severity::kInfo, kCore, context, "Removing media stream from kernel: local ",
                 flow.local.ToString(), " (", reason, ")");
}

void LogUnsupported(std::string_view reason, const session::Session& session, session::MediaIndex media,
                    size_t stream) {
  const session::Media& one = session.media()[media];
  const session::SocketIndex socket = one.streams[stream].socket;
  const uint16_t port = socket == session::kNoSocket ? uint16_t{0} : session.sockets()[socket].local.port;
  session.Log(Severity::kWarning, one, port,
              base::StrCat("No support for kernel packet forwarding available (", reason, ")"));
}

}  // namespace mediad::offload
