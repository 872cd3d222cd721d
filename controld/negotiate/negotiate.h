// Offer/answer: from a call, a request and its SDP to the changed call and the plan of the outgoing SDP
// (sdp-rewriting.md §3, §6, §8, §9, §11). Pure: no I/O, no clock, no randomness but what is passed.
//
// Two steps, because ports are the worker's: Negotiate() changes the call and names the port sets it needs;
// after the worker allocated them, WriteSdp() (write_sdp.h) prints the answer to the proxy.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "controld/call/call_state.pb.h"
#include "controld/call/settings.h"
#include "controld/call/worker_gateway.h"
#include "controld/negotiate/dtls.h"
#include "controld/negotiate/ice.h"
#include "controld/negotiate/passage.h"
#include "controld/ng/request.h"
#include "controld/sdp/session_description.h"
#include "proto/base/clock.h"

namespace controld::negotiate {

// How a=rtcp and a=rtcp-mux are printed.
enum class MuxForm : uint8_t {
  kNone,      // a=rtcp:<RTCP port>
  kFallback,  // a=rtcp:<RTCP port>, a=rtcp-mux
  kOnly,      // a=rtcp:<RTP port>, a=rtcp-mux
};

// One section of the outgoing SDP, for the receiver's medium `media_id`.
struct OutgoingSection {
  uint32_t media_id = 0;
  int source = -1;  // index into OutgoingSdp::source.media; -1: the message left it out
  bool rejected = false;
  bool zero_connection = false;
  std::vector<sdp::Codec> codecs;
  std::string formats;   // non-RTP, or nothing known
  std::string protocol;  // as printed
  bool rtp = false;
  sdp::Direction direction = sdp::Direction::kSendrecv;
  MuxForm mux = MuxForm::kNone;
  std::string mid;
  std::string label;  // printed in place of the source's a=label
  int ptime = 0, maxptime = 0;
  std::vector<sdp::Extmap> extmaps;
  bool extmap_allow_mixed = false;
  DtlsLines dtls;
  IceLines ice;
  uint32_t transport = 0;  // media id of the bundle's head whose candidates are shown; 0: its own
  bool bundle_only = false;
  bool zero_port = false;  // bundle=strict: printed with port 0, and yet not rejected
  bool unprotected = false;  // plain twin of a secure section: without the keys of its medium
  // Printed with the sender's own address and port: sections never proxied (type `message`), or whose ICE passes.
  bool untouched = false;
  // In place of everything but mid and label, for sections that go on as their author wrote them.
  std::optional<std::vector<sdp::Attribute>> as_received;
  std::vector<PassedCandidate> candidates;  // ours, behind them
};

struct OutgoingSdp {
  sdp::SessionDescription source;
  std::vector<OutgoingSection> sections;
  std::vector<std::string> groups;  // values of a=group
  uint32_t sender = 0, receiver = 0;  // party ids
  bool is_offer = false;
};

struct Outcome {
  std::string error;  // error-reason; the call may be half changed then: its caller drops it
  OutgoingSdp outgoing;
  std::vector<std::string> warnings;
};

// What has to hold before a call is made or touched; the error-reason, or empty.
std::string CheckSdp(const ng::Request& request, const sdp::SessionDescription& sdp,
                     const call::Settings& settings);

Outcome Negotiate(call::CallState* call, const ng::Request& request, sdp::SessionDescription sdp,
                  const call::WorkerView& worker, const call::Settings& settings,
                  base::Random& random, base::Now now);

}  // namespace controld::negotiate
