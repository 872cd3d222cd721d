// A DTMF event that a worker reports, in the forms in which others are told of it (media.md §8, ng-protocol.md §11). Pure.
#pragma once

#include <optional>
#include <string>

#include "controld/call/call_state.pb.h"
#include "proto/base/clock.h"
#include "rtpengine/v1/worker.pb.h"

namespace controld::call {

struct DtmfReport {
  std::string json;          // one line: syslog, UDP
  std::string notification;  // bencode, without cookie: NG clients on TCP
  std::string destination;   // the call's own, "address:port"; empty: none
};

// nullopt: the call has no such media, or it is no event of DTMF.
std::optional<DtmfReport> ReportDtmf(const CallState& call, const rtpengine::v1::DtmfEvent& event, base::Now now);

}  // namespace controld::call
