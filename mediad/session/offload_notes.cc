#include "mediad/session/offload_notes.h"

#include "proto/base/text.h"

namespace mediad::session {
namespace {

const char* Words(OffloadReason reason) {
  switch (reason) {
    case OffloadReason::kNotExamined: return "not examined yet";
    case OffloadReason::kInKernel: return "in the kernel";
    case OffloadReason::kInstalling: return "on its way into the kernel";
    case OffloadReason::kUnavailable: return "kernel forwarding is not available";
    case OffloadReason::kRefused: return "the kernel refused it";
    case OffloadReason::kNotConfirmed: return "the peer's address is not confirmed yet";
    case OffloadReason::kIcePending: return "ICE has not selected a pair yet";
    case OffloadReason::kNoEndpoint: return "a receiver's endpoint is unknown";
    case OffloadReason::kNatWait: return "a receiver behind NAT has to send first";
    case OffloadReason::kProtocol: return "the protocol is not RTP";
    case OffloadReason::kTrafficDropped: return "traffic of the call is dropped";
    case OffloadReason::kBlocked: return "the media is blocked";
    case OffloadReason::kKeysPending: return "SRTP keys are not negotiated";
    case OffloadReason::kCipher: return "the kernel does not have this SRTP transform";
    case OffloadReason::kPayloadTypes: return "every payload type is handled in user space";
    case OffloadReason::kBundle: return "payload types do not tell the bundled media apart";
    case OffloadReason::kRtcp: return "RTCP is read in user space";
    case OffloadReason::kLoop: return "a receiver is a port of the same call";
    case OffloadReason::kLimit: return "more receivers, payload types or SSRCs than the kernel takes";
    case OffloadReason::kFamily: return "a receiver is of another address family";
    case OffloadReason::kNoPort: return "no port";
  }
  return "";
}

}  // namespace

std::string OffloadText(const OffloadNotes& notes) {
  if (notes.detail.empty()) return Words(notes.reason);
  return base::StrCat(Words(notes.reason), ": ", notes.detail);
}

}  // namespace mediad::session
