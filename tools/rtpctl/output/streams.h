// The streams of a call, and who forwards them, in words. Pure; any thread.
#pragma once

#include <string>

#include "rtpengine/v1/admin.pb.h"
#include "tools/rtpctl/output/text.h"

namespace rtpctl {

// visit(party, media, stream)
template <typename Visit>
void ForEachStream(const rtpengine::v1::CallInfo& call, Visit visit) {
  for (const auto& party : call.parties()) {
    for (const auto& media : party.media()) {
      for (const auto& stream : media.statistics().streams()) visit(party, media, stream);
    }
  }
}

// "kernel", "installing", "user space"
inline std::string PlaceText(const rtpengine::v1::Offload& offload) {
  if (offload.in_kernel()) return "kernel";
  return offload.reason() == rtpengine::v1::OFFLOAD_INSTALLING ? "installing" : "user space";
}

// Why the kernel does not forward it.
inline std::string WhyText(const rtpengine::v1::StreamStatistics& stream) {
  if (!stream.has_offload()) return "the worker has no kernel table (option table)";
  return Printable(stream.offload().text());
}

}  // namespace rtpctl
