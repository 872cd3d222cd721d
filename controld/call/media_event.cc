#include "controld/call/media_event.h"

#include <utility>

#include "controld/call/call_model.h"
#include "controld/call/call_table.h"
#include "controld/call/change.h"
#include "controld/call/commands.h"
#include "controld/call/srtp_progress.h"
#include "proto/base/log.h"
#include "proto/base/text.h"

namespace controld::call {
namespace {

namespace v1 = rtpengine::v1;
using base::log::Log;
using base::log::Severity;
using base::log::Subsystem;

constexpr size_t kLongestReason = 256;
constexpr char kNothingNew[] = "nothing new";

template <typename Items, typename Item>
bool Differs(const Items& items, const Item& item) {
  for (const auto& known : items) {
    if (known.rtcp() == item.rtcp()) return known.SerializeAsString() != item.SerializeAsString();
  }
  return true;
}

// One entry for each component.
template <typename Items, typename Item>
void Replace(Items* items, const Item& item) {
  for (auto& known : *items) {
    if (known.rtcp() == item.rtcp()) {
      known = item;
      return;
    }
  }
  *items->Add() = item;
}

bool Take(const v1::IceCompleted& completed, uint64_t generation, Media* media) {
  // One from before a restart says nothing.
  if (!media->ice().in_use() || generation < media->ice().generation()) return false;
  IcePair pair;
  pair.set_rtcp(completed.rtcp());
  pair.set_port_set(completed.port_set());
  *pair.mutable_remote() = completed.remote();
  if (!Differs(media->ice().selected(), pair)) return false;
  Replace(media->mutable_ice()->mutable_selected(), pair);
  return true;
}

bool Take(const v1::DtlsEstablished& established, Media* media) {
  const v1::DtlsKeys& keys = established.keys();
  const bool current = media->dtls().agreed() || media->dtls().offered();
  if (!current || keys.association() != media->dtls().association()) return false;
  if (!Differs(media->dtls().established(), keys)) return false;
  Replace(media->mutable_dtls()->mutable_established(), keys);
  media->mutable_dtls()->clear_failure();
  return true;
}

bool Take(const v1::DtlsFailed& failed, Media* media) {
  const std::string reason = failed.reason().substr(0, kLongestReason);
  if (!media->has_dtls() || media->dtls().failure() == reason) return false;
  media->mutable_dtls()->set_failure(reason);
  return true;
}

uint32_t MediaOf(const v1::Event& event) {
  switch (event.event_case()) {
    case v1::Event::kIceCompleted: return event.ice_completed().media();
    case v1::Event::kDtlsEstablished: return event.dtls_established().media();
    case v1::Event::kDtlsFailed: return event.dtls_failed().media();
    case v1::Event::kSrtpProgress: return event.srtp_progress().media();
    default: return 0;
  }
}

std::string RemoteText(const v1::Endpoint& endpoint) { return FromProto(endpoint).ToString(); }

void LogEvent(const CallState& call, const v1::Event& event) {
  const base::log::Context context = LogContext(call);
  if (event.has_ice_completed()) {
    Log(Severity::kInfo, Subsystem::kIce, context, "ICE negotiated: peer for component ",
        event.ice_completed().rtcp() ? 2 : 1, " is ", RemoteText(event.ice_completed().remote()));
  } else if (event.has_dtls_established()) {
    Log(Severity::kInfo, Subsystem::kCrypto, context, "DTLS-SRTP successfully negotiated using ",
        event.dtls_established().keys().send().suite());
  } else if (event.has_dtls_failed()) {
    Log(Severity::kWarning, Subsystem::kCrypto, context, "DTLS: handshake failed: ",
        event.dtls_failed().reason().substr(0, kLongestReason));
  }
}

}  // namespace

bool TakeMediaEvent(const v1::Event& event, CallState* call) {
  Media* media = FindMedia(call, MediaOf(event));
  if (media == nullptr) return false;
  if (event.has_ice_completed()) return Take(event.ice_completed(), event.generation(), media);
  if (event.has_dtls_established()) return Take(event.dtls_established(), media);
  if (event.has_srtp_progress()) return TakeProgress(event.srtp_progress(), media);
  return event.has_dtls_failed() && Take(event.dtls_failed(), media);
}

void HandleMediaEvent(CallTable& table, const v1::Event& event) {
  Change change;
  change.record_only = true;  // it comes from the worker
  change.refused = kNothingNew;
  change.work = [event](CallState* draft, const WorkerView&) -> std::string {
    if (!TakeMediaEvent(event, draft)) return kNothingNew;
    LogEvent(*draft, event);
    return "";
  };
  ChangeCall(table, event.session(), kNothingNew, std::move(change), [](ng::Dictionary) {});
}

}  // namespace controld::call
