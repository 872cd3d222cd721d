#include "mediad/offload/call_flows.h"

#include <algorithm>
#include <cerrno>
#include <utility>

#include "kmod/uapi/rtpengine.h"
#include "mediad/offload/adoption.h"
#include "mediad/offload/log_lines.h"
#include "mediad/session/secure_leg.h"

namespace mediad::offload {
namespace {

using session::OffloadNotes;
using session::OffloadReason;
using session::Session;
using session::SocketIndex;
using session::Stream;

// Between leaving the kernel because of what packets did and the next try.
constexpr std::chrono::milliseconds kPause(200);
// A refusal that may have been of the moment.
constexpr std::chrono::seconds kRetry(10);
constexpr std::chrono::nanoseconds kForever = std::chrono::nanoseconds::max();

bool OfTheMoment(int errno_value) {
  return errno_value != EOPNOTSUPP && errno_value != EINVAL && errno_value != ERANGE;
}

constexpr size_t kStates = RTPENGINE_MAX_STATES;

std::vector<ReceiveState> Received(const srtp::Receiver& receiver) {
  std::vector<ReceiveState> states;
  for (const srtp::Receiver::RtpState& state : receiver.ExportRtp(kStates)) {
    states.push_back({state.ssrc, state.history});
  }
  return states;
}

// The sender may have SSRCs of other media too: those of this one first.
std::vector<SendState> Sent(const srtp::Sender& sender, const session::Media& from) {
  std::vector<SendState> states;
  const auto add = [&](uint32_t ssrc) {
    const auto index = sender.ExportRtp(ssrc);
    const bool there = std::any_of(states.begin(), states.end(),
                                   [ssrc](const SendState& state) { return state.ssrc == ssrc; });
    if (index && !there && states.size() < kStates) states.push_back({ssrc, *index});
  };
  for (const rtp::Source& source : from.ingress.sources()) add(source.ssrc);
  for (const uint32_t ssrc : sender.RtpSsrcs()) add(ssrc);
  return states;
}

bool HasSrtp(const Flow& flow) {
  return flow.decrypt || std::any_of(flow.outputs.begin(), flow.outputs.end(),
                                     [](const Output& output) { return output.encrypt.has_value(); });
}

// A media of a bundle is where the bundle's head is, or has a reason of its own.
void FollowHead(const OffloadNotes& head, bool with_head, OffloadReason reason, OffloadNotes* notes) {
  notes->reason = with_head ? head.reason : reason;
  notes->detail = with_head ? head.detail : std::string();
  notes->since_unix_ms = with_head ? head.since_unix_ms : 0;
}

void NoteInKernel(const Member& member, const Flow& flow, const base::Now& now, Session* session) {
  if (!Holds(flow, member.media)) return;
  OffloadNotes& notes = NotesOf(&session->media()[member.media].streams[flow.stream]);
  notes.reason = OffloadReason::kInKernel;
  notes.detail.clear();
  notes.since_unix_ms = now.unix_us / 1000;
  ++notes.times;
}

}  // namespace

CallFlows::Entry* CallFlows::FindSocket(SocketIndex socket) {
  for (Entry& entry : entries_) {
    if (entry.flow.socket == socket) return &entry;
  }
  return nullptr;
}

CallFlows::Entry* CallFlows::FindId(FlowId id) {
  for (Entry& entry : entries_) {
    if (entry.id == id) return &entry;
  }
  return nullptr;
}

CallFlows::Hold* CallFlows::FindHold(SocketIndex socket) {
  for (Hold& hold : holds_) {
    if (hold.socket == socket) return &hold;
  }
  return nullptr;
}

bool CallFlows::wants_to_leave() const {
  return std::any_of(entries_.begin(), entries_.end(), [](const Entry& entry) { return !entry.leave.empty(); });
}

bool CallFlows::held_back() const {
  return std::any_of(holds_.begin(), holds_.end(), [](const Hold& hold) { return hold.until != kForever; });
}

void CallFlows::Leave(std::string_view reason) {
  if (leaving_.empty()) leaving_ = reason;
}

bool CallFlows::Plan(Session* session, const Status& status, const base::Now& now) {
  wanted_.clear();
  if (!leaving_.empty()) {
    // What is applied next has other positions of sockets.
    holds_.clear();
    for (Entry& entry : entries_) entry.leave = leaving_;
    return !entries_.empty();
  }
  for (Entry& entry : entries_) entry.claimed = false;
  for (size_t media = 0; media < session->media().size(); ++media) {
    const session::Media& one = session->media()[media];
    if (one.carrier != media) continue;
    for (size_t stream = 0; stream < one.streams.size(); ++stream) {
      if (stream % 2 == 1 && one.rtcp_mux) continue;
      PlanOne(session, static_cast<session::MediaIndex>(media), stream, status, now);
    }
  }
  for (Entry& entry : entries_) {
    if (!entry.claimed && entry.leave.empty()) entry.leave = "local address changed";
  }
  std::erase_if(holds_, [&now](const Hold& hold) { return hold.until <= now.monotonic; });
  return !wanted_.empty() || wants_to_leave();
}

void CallFlows::PlanOne(Session* session, session::MediaIndex media, size_t index, const Status& status,
                        const base::Now& now) {
  Stream& stream = session->media()[media].streams[index];
  StreamPlan plan = PlanStream(*session, media, index, status.limits);
  const std::vector<StreamPlan::OfMember> members = std::move(plan.members);
  Entry* const entry = stream.socket == session::kNoSocket ? nullptr : FindSocket(stream.socket);
  if (entry != nullptr) entry->claimed = true;
  PlanPort(session, media, index, std::move(plan), entry, status, now);
  for (const StreamPlan::OfMember& member : members) {
    if (member.media == media) continue;
    // Of what is found in the kernel only the port is known.
    const bool with_head = member.reason == OffloadReason::kInKernel || (entry != nullptr && entry->adopted);
    std::vector<Stream>& streams = session->media()[member.media].streams;
    if (index < streams.size()) FollowHead(NotesOf(&stream), with_head, member.reason, &NotesOf(&streams[index]));
  }
}

void CallFlows::PlanPort(Session* session, session::MediaIndex media, size_t index, StreamPlan plan, Entry* entry,
                         const Status& status, const base::Now& now) {
  Stream& stream = session->media()[media].streams[index];
  OffloadNotes& notes = NotesOf(&stream);
  if (entry != nullptr && entry->adopted) {
    // Until ICE has found the party again only the kernel knows where it is.
    if (plan.reason != OffloadReason::kIcePending) entry->leave = "worker restarted";
    notes.reason = OffloadReason::kInKernel;
    return;
  }
  if (plan.flow && !status.usable) {
    plan.flow.reset();
    plan.reason = OffloadReason::kUnavailable;
    if (notes.reason != plan.reason) LogUnsupported("interface to kernel module not open", *session, media, index);
  }
  if (!plan.flow && plan.reason == OffloadReason::kCipher && notes.reason != plan.reason) {
    LogUnsupported("SRTP transform not supported", *session, media, index);
  }
  if (!plan.flow) {
    notes.reason = plan.reason;
    notes.detail = plan.reason == OffloadReason::kUnavailable ? status.reason : std::string();
    if (entry != nullptr && entry->leave.empty()) entry->leave = OffloadText(notes);
    return;
  }
  if (entry != nullptr) {
    if (!(entry->flow == *plan.flow) && entry->leave.empty()) entry->leave = "outputs or addresses changed";
    notes.reason = OffloadReason::kInKernel;
    return;
  }
  if (const Hold* hold = FindHold(stream.socket); hold != nullptr && now.monotonic < hold->until) {
    if (hold->refusal.empty() || hold->flow == *plan.flow) {
      notes.reason = hold->refusal.empty() ? OffloadReason::kInstalling : OffloadReason::kRefused;
      notes.detail = hold->refusal;
      return;
    }
  }
  notes.reason = OffloadReason::kInstalling;
  notes.detail.clear();
  wanted_.push_back(*std::move(plan.flow));
}

std::vector<SocketIndex> CallFlows::sockets() const {
  std::vector<SocketIndex> sockets;
  for (const Entry& entry : entries_) {
    if (!entry.leave.empty()) sockets.push_back(entry.flow.socket);
  }
  if (!sockets.empty()) return sockets;
  for (const Flow& flow : wanted_) {
    // Plain RTP may be handled in both places for a moment.
    if (HasSrtp(flow)) sockets.push_back(flow.socket);
  }
  return sockets;
}

std::vector<Operation> CallFlows::Begin(Session* session, uint64_t mark) {
  installed_.clear();
  for (const Entry& entry : entries_) {
    if (entry.leave.empty()) continue;
    Operation& operation = batch_.emplace_back();
    operation.kind = Operation::Kind::kRemove;
    operation.id = entry.id;
  }
  const bool removes = !batch_.empty();
  for (const Flow& flow : wanted_) {
    if (removes) break;
    Operation& operation = batch_.emplace_back();
    operation.flow = flow;
    operation.mark = MarkOf(flow, *session, mark);
    operation.call = session->id();
    AddStates(flow, session, &operation);
  }
  mark_ = mark;
  wanted_.clear();
  return batch_;
}

std::vector<SocketIndex> CallFlows::installed_sockets() const {
  std::vector<SocketIndex> sockets;
  for (const Entry& entry : entries_) {
    if (std::count(installed_.begin(), installed_.end(), entry.id) != 0) sockets.push_back(entry.flow.socket);
  }
  return sockets;
}

std::vector<Operation> CallFlows::BeginRead() {
  installed_.clear();
  for (const Entry& entry : entries_) {
    Operation& operation = batch_.emplace_back();
    operation.kind = Operation::Kind::kRead;
    operation.id = entry.id;
  }
  return batch_;
}

std::vector<Operation> CallFlows::BeginSync(Session* session) {
  for (const FlowId id : installed_) {
    Entry* const entry = FindId(id);
    if (entry == nullptr) continue;
    Mark mark = MarkOf(entry->flow, *session, mark_);
    if (mark == entry->mark) continue;
    entry->mark = mark;
    Operation& operation = batch_.emplace_back();
    operation.kind = Operation::Kind::kSync;
    operation.id = id;
    operation.mark = std::move(mark);
    if (HasSrtp(entry->flow)) AddStates(entry->flow, session, &operation);
  }
  installed_.clear();
  return batch_;
}

void CallFlows::AddStates(const Flow& flow, Session* session, Operation* operation) {
  const session::Media& media = session->media()[flow.media];
  if (flow.decrypt) operation->receive = Received(*media.leg->protection(0).receiver());
  for (const Output& output : flow.outputs) {
    std::vector<SendState>& states = operation->send.emplace_back();
    if (!output.encrypt) continue;
    if (flow.verbatim) {
      // Passed as it was, it had the indices it came with.
      for (const ReceiveState& state : operation->receive) {
        states.push_back({state.ssrc, state.history.highest()});
      }
      continue;
    }
    const session::Media& to = session->media()[output.media];
    states = Sent(*session->media()[to.carrier].leg->protection(0).sender(), session->media()[output.from]);
  }
}

void CallFlows::Finish(const std::vector<Result>& results, const base::Now& now, Session* session,
                       std::vector<Moved>* moved) {
  const std::vector<Operation> batch = std::exchange(batch_, {});
  for (size_t i = 0; i < batch.size(); ++i) {
    static const Result kNone;
    FinishOne(batch[i], i < results.size() ? results[i] : kNone, now, session, moved);
  }
}

void CallFlows::FinishOne(const Operation& operation, const Result& result, const base::Now& now,
                          Session* session, std::vector<Moved>* moved) {
  if (operation.kind == Operation::Kind::kInstall) {
    if (result.ok) {
      OnInstalled(operation, result, now, session);
    } else {
      OnRefused(operation, result, now, session);
    }
    return;
  }
  Entry* const entry = FindId(operation.id);
  if (entry == nullptr) return;  // lost meanwhile
  if (operation.kind == Operation::Kind::kSync) {
    if (!result.ok) entry->leave = result.error;
    return;
  }
  if (result.report) {
    Merge(entry->flow, entry->last, *result.report, now, session, moved);
    entry->last = *result.report;
    entry->missed = 0;
  }
  const bool gone = operation.kind == Operation::Kind::kRemove || !result.ok;
  if (gone) Forget(operation.id, entry->leave.empty() ? result.error : entry->leave, session);
}

void CallFlows::OnInstalled(const Operation& operation, const Result& result, const base::Now& now,
                            Session* session) {
  Entry& entry = entries_.emplace_back();
  entry.id = result.id;
  entry.flow = operation.flow;
  entry.mark = operation.mark;
  for (const Member& member : entry.flow.members) {
    for (const rtp::Source& source : session->media()[member.media].ingress.sources()) entry.known.push_back(source.ssrc);
  }
  installed_.push_back(result.id);
  for (const Member& member : entry.flow.members) NoteInKernel(member, entry.flow, now, session);
  LogInstalled(entry.flow, *session);
}

void CallFlows::OnRefused(const Operation& operation, const Result& result, const base::Now& now,
                          Session* session) {
  const Flow& flow = operation.flow;
  OffloadNotes& notes = NotesOf(&session->media()[flow.media].streams[flow.stream]);
  notes.reason = OffloadReason::kRefused;
  notes.detail = result.error;
  Hold* hold = FindHold(flow.socket);
  if (hold == nullptr) hold = &holds_.emplace_back();
  *hold = {flow.socket, flow, result.error,
           OfTheMoment(result.errno_value) ? now.monotonic + kRetry : kForever};
  LogUnsupported(result.error, *session, flow.media, flow.stream);
}

void CallFlows::Forget(FlowId id, std::string_view reason, Session* session) {
  const auto entry = std::find_if(entries_.begin(), entries_.end(),
                                  [id](const Entry& one) { return one.id == id; });
  if (entry == entries_.end()) return;
  for (const Member& member : entry->flow.members) {
    if (!Holds(entry->flow, member.media)) continue;
    OffloadNotes& notes = NotesOf(&session->media()[member.media].streams[entry->flow.stream]);
    notes.reason = OffloadReason::kNotExamined;
    notes.since_unix_ms = 0;
    notes.removed = reason;
  }
  LogRemoved(entry->flow, reason, *session);
  removed_.push_back(id);
  entries_.erase(entry);
}

std::vector<Operation> CallFlows::Adopt(const std::vector<FlowReport>& found, Session* session,
                                        const base::Now& now) {
  installed_.clear();
  for (const FlowReport& report : found) {
    std::optional<Flow> flow = AdoptFlow(report, session);
    if (!flow) continue;
    for (const Member& member : flow->members) NoteInKernel(member, *flow, now, session);
    Entry& entry = entries_.emplace_back();
    entry.id = report.id;
    entry.adopted = true;
    entry.flow = *std::move(flow);
    Operation& operation = batch_.emplace_back();
    operation.kind = Operation::Kind::kAdopt;
    operation.id = report.id;
  }
  return batch_;
}

void CallFlows::OnReport(const FlowReport& report, const base::Now& now, Session* session,
                         std::vector<Moved>* moved) {
  Entry* const entry = FindId(report.id);
  if (entry == nullptr || report.order <= entry->last.order) return;
  entry->missed = 0;
  Merge(entry->flow, entry->last, report, now, session, moved);
  entry->last = report;
}

void CallFlows::OnDumpEnd(Session* session) {
  if (busy()) return;  // the result tells
  std::vector<FlowId> lost;
  for (Entry& entry : entries_) {
    // Once may be because it was installed while the dump went on.
    if (entry.missed++ != 0) lost.push_back(entry.id);
  }
  for (const FlowId id : lost) Forget(id, "removed by somebody else", session);
}

void CallFlows::OnTableLost(std::string_view reason, Session* session) {
  std::vector<FlowId> lost;
  for (const Entry& entry : entries_) lost.push_back(entry.id);
  for (const FlowId id : lost) Forget(id, reason, session);
}

void CallFlows::HoldBack(SocketIndex socket, const base::Now& now) {
  if (FindHold(socket) != nullptr) return;
  holds_.push_back({socket, {}, {}, now.monotonic + kPause});
}

void CallFlows::OnEvent(const FlowEvent& event, const base::Now& now) {
  Entry* const entry = FindId(event.id);
  if (entry == nullptr || !entry->leave.empty() || entry->adopted) return;
  switch (event.kind) {
    case FlowEvent::Kind::kSsrc:
      // One that came while the flow was not here, as others of the same party do, is none to leave for. Nor is the
      // first one, also when a report told of it before the event did.
      if (std::count(entry->known.begin(), entry->known.end(), event.ssrc) != 0) return;
      if (entry->known.empty() &&
          std::all_of(entry->last.sources.begin(), entry->last.sources.end(),
                      [&event](const SourceReport& source) { return source.ssrc == event.ssrc; })) {
        entry->known.push_back(event.ssrc);
        return;
      }
      entry->leave = "SSRC changed";
      break;
    default:
      // Packets of another source or payload type come up themselves; that none come is seen in the reports. What is not
      // authentic may be anybody's, and a roll-over counter that was lost the kernel finds as this process would.
      return;
  }
  HoldBack(entry->flow.socket, now);
}

}  // namespace mediad::offload
