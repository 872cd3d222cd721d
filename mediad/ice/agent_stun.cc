// What an agent makes of the peer's STUN messages: RFC 8445 §7.2.5, §7.3, RFC 8489 §9.1.3; see
// agent.h.
#include <algorithm>

#include "mediad/ice/agent.h"
#include "mediad/ice/priority.h"

namespace mediad::ice {
namespace {

using stun::Attribute;
using stun::Class;

constexpr uint16_t kBadRequest = 400;
constexpr uint16_t kUnauthorized = 401;
constexpr uint16_t kUnknownAttribute = 420;
constexpr uint16_t kRoleConflict = 487;

// The second part of USERNAME names who sends the check.
std::string_view PeerPart(std::string_view username) {
  return username.substr(username.find(':') + 1);
}

}  // namespace

Outcome Agent::OnStun(uint16_t socket, const base::Endpoint& source,
                      std::span<const uint8_t> datagram, Time now) {
  const auto message = stun::MessageView::Parse(datagram);
  if (!message || message->fingerprint() != stun::Fingerprint::kValid) return Outcome::kInvalid;
  if (message->method() != stun::kBinding) return Outcome::kInvalid;
  switch (message->message_class()) {
    case Class::kRequest:
      return OnRequest(*message, socket, source, now);
    case Class::kSuccess:
    case Class::kError:
      return OnResponse(*message, socket, source, now);
    case Class::kIndication:
      break;
  }
  return Outcome::kIgnored;
}

Outcome Agent::OnRequest(const stun::MessageView& request, uint16_t socket,
                         const base::Endpoint& source, Time now) {
  if (!applied_) return Outcome::kIgnored;
  Refusal refusal = Examine(request);
  const bool authentic = refusal.code != kBadRequest && refusal.code != kUnauthorized;
  // A check in another peer's name (a branch that lost, the time before a restart) is answered, but
  // neither lets it in nor is checked: it would not take our credentials for it.
  const bool learn = refusal.code == 0 &&
                     (!remote_known() || PeerPart(*request.username()) == parameters_.remote_ufrag);
  if (learn && PeerHasToSwitch(request)) refusal = {kRoleConflict, "Role conflict"};
  if (authentic) ++counters_.checks_received;
  if (refusal.code != 0) {
    ++counters_.checks_refused;
    if (authentic || MayRefuse(now)) Answer(request, socket, source, refusal);
    return Outcome::kRefused;
  }
  Answer(request, socket, source, refusal);
  const LocalCandidate* local = FindLocal(socket);
  if (local != nullptr && learn) Learn(request, *local, source, now);
  Advance(now);
  return Outcome::kAnswered;
}

Agent::Refusal Agent::Examine(const stun::MessageView& request) const {
  const auto& username = request.username();
  if (!username || !request.has_integrity()) return {kBadRequest, "Bad request"};
  const std::string& ours = parameters_.local_ufrag;
  const bool names_us = username->size() > ours.size() &&
                        username->substr(0, ours.size()) == ours && (*username)[ours.size()] == ':';
  if (!names_us || !request.VerifyIntegrity(parameters_.local_password)) {
    return {kUnauthorized, "Unauthorized"};
  }
  if (!request.unknown().empty()) return {kUnknownAttribute, "Unknown attribute"};
  return {};
}

bool Agent::PeerHasToSwitch(const stun::MessageView& request) {
  const auto& theirs = controlling_ ? request.controlling() : request.controlled();
  if (!theirs) return false;
  // Where one side is lite the roles are given.
  if (parameters_.lite != parameters_.remote_lite) return true;
  const bool we_control = parameters_.tie_breaker >= *theirs;
  if (we_control == controlling_) return true;
  SwitchRole(we_control);
  return false;
}

void Agent::Answer(const stun::MessageView& request, uint16_t socket, const base::Endpoint& source,
                   const Refusal& refusal) {
  stun::MessageWriter answer(refusal.code == 0 ? Class::kSuccess : Class::kError, stun::kBinding,
                             request.transaction());
  if (!software_.empty()) answer.AddText(Attribute::kSoftware, software_);
  if (refusal.code == 0) {
    answer.AddXorMappedAddress(source);
  } else {
    answer.AddErrorCode(refusal.code, refusal.reason);
    if (refusal.code == kUnknownAttribute) answer.AddUnknownAttributes(request.unknown());
  }
  answer.AddIntegrity(parameters_.local_password);
  answer.AddFingerprint();
  outbox_.Put(socket, source, answer);
}

bool Agent::MayRefuse(Time now) {
  const auto earned = (now - errors_counted_at_) / kErrorInterval;
  if (earned > 0) {
    errors_left_ = static_cast<unsigned>(std::min<int64_t>(kErrorBurst, errors_left_ + earned));
    errors_counted_at_ = now;
  }
  if (errors_left_ == 0) return false;
  --errors_left_;
  return true;
}

void Agent::Learn(const stun::MessageView& request, const LocalCandidate& local,
                  const base::Endpoint& source, Time now) {
  Pair* pair = check_list_.Find(local.component, local.socket, source);
  if (pair == nullptr) pair = AddPeerReflexive(local, source, request.priority());
  if (pair == nullptr) return;
  Admit(*pair);
  if (!remote_known()) pair->peer_ufrag = PeerPart(*request.username());
  const bool nominates = request.use_candidate() && !controlling_;
  if (parameters_.lite) {
    Succeed(*pair, nominates, now);
  } else if (pair->valid) {
    if (nominates && !pair->nominated) Nominate(*pair, now);
  } else {
    pair->nominate_when_valid |= nominates;
    check_list_.Trigger(*pair);
  }
}

Pair* Agent::AddPeerReflexive(const LocalCandidate& local, const base::Endpoint& source,
                              std::optional<uint32_t> priority) {
  for (const RemoteCandidate& known : remote_candidates_) {
    const bool same = known.component == local.component && known.endpoint == source;
    if (same) return check_list_.Add(local, known);
  }
  if (!MakeRoomForPeerReflexive()) return nullptr;
  const uint32_t usual = CandidatePriority(CandidateType::kPeerReflexive, 0xffff, local.component);
  return check_list_.Add(local, {local.component, source, priority.value_or(usual),
                                 CandidateType::kPeerReflexive, std::string()});
}

bool Agent::MakeRoomForPeerReflexive() {
  const Pair* oldest = nullptr;
  size_t count = 0;
  for (const Pair& pair : check_list_.pairs()) {
    if (pair.remote.type != CandidateType::kPeerReflexive) continue;
    ++count;
    const auto& selected = selected_[pair.local.component - 1u];
    const bool in_use =
        selected && pair.Is(selected->component, selected->socket, selected->remote);
    if (!in_use && !pair.nominated && (oldest == nullptr || pair.number < oldest->number))
      oldest = &pair;
  }
  if (count < kMaxPeerReflexive) return true;
  if (oldest == nullptr) return false;
  std::erase_if(admitted_, [&](const Address& address) {
    return address.Is(oldest->local.component, oldest->local.socket, oldest->remote.endpoint);
  });
  const uint64_t number = oldest->number;
  check_list_.RemoveIf([number](const Pair& pair) { return pair.number == number; });
  return true;
}

Outcome Agent::OnResponse(const stun::MessageView& response, uint16_t socket,
                          const base::Endpoint& source, Time now) {
  Pair* pair = check_list_.FindTransaction(socket, source, response.transaction());
  if (pair == nullptr || !response.VerifyIntegrity(parameters_.remote_password))
    return Outcome::kIgnored;
  if (!response.unknown().empty()) return Outcome::kIgnored;
  const bool current = pair->transaction && pair->transaction->id == response.transaction();
  const Transaction transaction = current ? *pair->transaction : *pair->replaced;
  if (response.message_class() == Class::kSuccess) {
    ++counters_.responses;
    Admit(*pair);
    Succeed(*pair, transaction.use_candidate || pair->nominate_when_valid, now);
  } else {
    if (!response.error_code() || !current) return Outcome::kIgnored;
    ++counters_.responses;
    OnError(*pair, transaction, *response.error_code());
  }
  Advance(now);
  return Outcome::kResponse;
}

void Agent::OnError(Pair& pair, const Transaction& transaction, uint16_t code) {
  const bool roles_given = parameters_.lite != parameters_.remote_lite;
  if (code != kRoleConflict || roles_given || ++pair.role_conflicts > kMaxRoleConflicts) {
    Fail(pair);
    return;
  }
  // The tie-breaker stays: it is the same for all media of the call.
  if (transaction.controlling == controlling_) SwitchRole(!controlling_);
  if (!pair.valid) check_list_.Trigger(pair);
}

}  // namespace mediad::ice
