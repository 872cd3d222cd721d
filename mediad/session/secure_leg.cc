#include "mediad/session/secure_leg.h"

#include <algorithm>
#include <utility>

#include "mediad/ice/priority.h"

namespace mediad::session {
namespace {

namespace v1 = rtpengine::v1;

constexpr auto kNever = std::chrono::nanoseconds::max();

std::string Text(std::span<const uint8_t> octets) {
  return std::string(reinterpret_cast<const char*>(octets.data()), octets.size());
}

void SetEndpoint(const base::Endpoint& endpoint, v1::Endpoint* out) {
  out->set_address(endpoint.address.ToBytes());
  out->set_port(endpoint.port);
}

std::optional<ice::RemoteCandidate> CandidateOf(const v1::IceCandidate& candidate) {
  const auto address = base::IpAddress::FromBytes(candidate.endpoint().address());
  if (!address || candidate.component() < 1 || candidate.component() > ice::kMaxComponents) {
    return std::nullopt;
  }
  ice::RemoteCandidate out;
  out.component = static_cast<uint8_t>(candidate.component());
  out.endpoint = {*address, static_cast<uint16_t>(candidate.endpoint().port())};
  out.priority = candidate.priority();
  out.type = static_cast<ice::CandidateType>(candidate.type());
  out.foundation = candidate.foundation();
  return out;
}

}  // namespace

void SecureLeg::Apply(const v1::Media& specification, const std::vector<LegSocket>& sockets,
                      const Remotes& remotes, const Circumstances& circumstances,
                      const base::Now& now) {
  sockets_.Assign(sockets);
  remotes_ = remotes;
  mux_ = specification.rtcp_mux();
  secured_ = specification.has_srtp();
  reencrypts_ = specification.srtp().reencrypt();
  if (specification.has_ice()) {
    ApplyIce(specification, now);
  } else {
    agent_.reset();
  }
  if (specification.srtp().has_dtls()) {
    ApplyDtls(specification.srtp(), circumstances, now);
  } else {
    for (auto& handshakes : handshakes_) handshakes.reset();
    ApplyKeys(specification.srtp(), circumstances);
  }
  unfinished_ = true;  // what is to be sent first waits for the clock
}

void SecureLeg::ApplyKeys(const v1::Srtp& srtp, const Circumstances& circumstances) {
  Protection& protection = protections_[0];
  protection.SetReceive(srtp.has_receive() ? ParametersOf(srtp.receive()) : std::nullopt,
                        {PositionsOf(srtp.receive()), 0});
  const auto send = srtp.has_send() ? ParametersOf(srtp.send()) : std::nullopt;
  if (circumstances.moved && send == protection.send()) protection.RestartSend();
  protection.SetSend(send, {PositionsOf(srtp.send()), circumstances.first_rtcp_index});
  protections_[1] = Protection();
}

void SecureLeg::ApplyDtls(const v1::Srtp& srtp, const Circumstances& circumstances,
                          const base::Now& now) {
  for (size_t component = 0; component < kComponents; ++component) {
    std::unique_ptr<DtlsHandshakes>& handshakes = handshakes_[component];
    if (component == 1 && mux_) {
      handshakes.reset();
      break;
    }
    const bool fresh = handshakes == nullptr;
    if (fresh) {
      handshakes = std::make_unique<DtlsHandshakes>(*services_);
      // Keys from SDP end here, unless those of an earlier handshake take their place.
      protections_[component].SetReceive(std::nullopt);
      protections_[component].SetSend(std::nullopt);
    }
    bool done = false;
    for (const v1::DtlsKeys& keys : srtp.dtls().established()) {
      if (!fresh || keys.rtcp() != (component == 1)) continue;
      protections_[component].SetReceive(ParametersOf(keys.receive()),
                                         {PositionsOf(keys.receive()), 0});
      protections_[component].SetSend(ParametersOf(keys.send()), {PositionsOf(keys.send()),
                                                                  circumstances.first_rtcp_index});
      done = keys.association() == srtp.dtls().association();
    }
    handshakes->Apply(srtp.dtls(), ice(), done, now);
  }
  StartDtls(now);
}

void SecureLeg::ApplyIce(const v1::Media& specification, const base::Now& now) {
  const v1::Ice& wanted = specification.ice();
  ice::Parameters parameters;
  parameters.local_ufrag = wanted.local_ufrag();
  parameters.local_password = wanted.local_password();
  parameters.remote_ufrag = wanted.remote_ufrag();
  parameters.remote_password = wanted.remote_password();
  parameters.controlling = wanted.controlling();
  parameters.lite = wanted.lite();
  parameters.remote_lite = wanted.remote_lite();
  parameters.trickle = wanted.remote_trickle();
  parameters.end_of_candidates = wanted.end_of_candidates();
  parameters.components = mux_ ? 1 : 2;
  parameters.tie_breaker = wanted.tie_breaker();
  std::vector<uint32_t> order = {specification.port_set()};
  order.insert(order.end(), wanted.further_port_sets().begin(), wanted.further_port_sets().end());
  const std::vector<LegSocket>& sockets = sockets_.all();
  for (size_t handle = 0; handle < sockets.size(); ++handle) {
    const LegSocket& socket = sockets[handle];
    const auto place = std::find(order.begin(), order.end(), socket.port_set);
    if (socket.socket == kNoSocket || place == order.end()) continue;
    if (socket.component >= parameters.components) continue;
    const auto component = static_cast<uint8_t>(socket.component + 1);
    const auto preference = static_cast<uint16_t>(65535 - (place - order.begin()));
    parameters.local_candidates.push_back(
        {static_cast<SocketHandle>(handle), component, socket.local,
         ice::CandidatePriority(ice::CandidateType::kHost, preference, component)});
  }
  for (const v1::IceCandidate& candidate : wanted.remote_candidates()) {
    if (auto remote = CandidateOf(candidate)) {
      parameters.remote_candidates.push_back(*std::move(remote));
    }
  }
  if (agent_ == nullptr) {
    agent_ = std::make_unique<ice::Agent>(*services_->random, services_->software);
  }
  agent_->Apply(parameters, now.monotonic);
  // Sockets may have other numbers now.
  for (size_t component = 0; component < kComponents; ++component) paths_[component] = path(component);
  TakeIceEvents();
}

SecureLeg::Path SecureLeg::PathOf(const ice::SelectedPair& pair) const {
  return {sockets_.SocketOf(pair.socket), sockets_.PortSetOf(pair.socket), pair.remote};
}

void SecureLeg::TakeIceEvents() {
  while (const std::optional<ice::Event> event = agent_->NextEvent()) {
    if (event->kind == ice::Event::Kind::kSelected) {
      paths_[event->pair.component - 1u] = PathOf(event->pair);
    } else if (event->kind == ice::Event::Kind::kCompleted) {
      completed_ = true;
    }
  }
}

// A client begins when it knows where to: with ICE once a pair is valid, otherwise at the signalled endpoint.
void SecureLeg::StartDtls(const base::Now& now) {
  for (size_t component = 0; component < kComponents; ++component) {
    DtlsHandshakes* handshakes = handshakes_[component].get();
    if (handshakes == nullptr || !handshakes->wants_start()) continue;
    if (agent_ != nullptr) {
      const auto& selected = agent_->selected(static_cast<uint8_t>(component + 1));
      if (selected) handshakes->Start(selected->socket, selected->remote, now);
      continue;
    }
    if (!remotes_[component].valid()) continue;
    for (size_t handle = 0; handle < sockets_.all().size(); ++handle) {
      const LegSocket& socket = sockets_.all()[handle];
      if (socket.socket == kNoSocket || socket.component != component) continue;
      handshakes->Start(static_cast<SocketHandle>(handle), remotes_[component], now);
      break;
    }
  }
}

Drop SecureLeg::OnStun(SocketIndex socket, const base::Endpoint& source,
                       std::span<const uint8_t> packet, const base::Now& now) {
  const ice::Outcome outcome =
      agent_->OnStun(sockets_.HandleOf(socket), source, packet, now.monotonic);
  TakeIceEvents();
  StartDtls(now);
  switch (outcome) {
    case ice::Outcome::kRefused: return Drop::kStunRefused;
    case ice::Outcome::kInvalid: return Drop::kStunInvalid;
    case ice::Outcome::kAnswered:
    case ice::Outcome::kResponse:
    case ice::Outcome::kIgnored: return Drop::kNone;
  }
  return Drop::kNone;
}

Drop SecureLeg::OnDtls(size_t component, SocketIndex socket, const base::Endpoint& source,
                       std::span<const uint8_t> packet, const base::Now& now) {
  DtlsHandshakes* handshakes = handshakes_[component].get();
  if (handshakes == nullptr) return Drop::kDtlsUnexpected;
  const bool expected = ice() || source.address == remotes_[component].address;
  return handshakes->OnDatagram(sockets_.HandleOf(socket), source, packet, expected, now);
}

void SecureLeg::OnTimer(const base::Now& now) {
  if (agent_ != nullptr) {
    const auto deadline = agent_->NextDeadline();
    if (deadline && *deadline <= now.monotonic) agent_->OnTimer(now.monotonic);
    TakeIceEvents();
    StartDtls(now);
  }
  for (auto& handshakes : handshakes_) {
    if (handshakes != nullptr) handshakes->OnTimer(now);
  }
}

std::chrono::nanoseconds SecureLeg::next_deadline() const {
  if (unfinished_) return std::chrono::nanoseconds(0);
  std::chrono::nanoseconds next = kNever;
  if (agent_ != nullptr) next = agent_->NextDeadline().value_or(kNever);
  for (const auto& handshakes : handshakes_) {
    if (handshakes != nullptr) next = std::min(next, handshakes->next_deadline());
  }
  return next;
}

void SecureLeg::Flush(SinkList* sinks) { unfinished_ = !FlushAll(sinks); }

bool SecureLeg::FlushAll(SinkList* sinks) {
  while (agent_ != nullptr) {
    if (sinks->full()) return false;
    ice::Transmit transmit;
    if (!agent_->NextTransmit(&transmit)) break;
    const SocketIndex socket = sockets_.SocketOf(transmit.socket);
    if (socket != kNoSocket) sinks->AddControl(socket, transmit.destination, transmit.octets);
  }
  for (auto& handshakes : handshakes_) {
    if (handshakes != nullptr && !handshakes->Flush(sockets_, sinks)) return false;
  }
  return true;
}

std::optional<SecureLeg::Path> SecureLeg::path(size_t component) const {
  const auto& selected = agent_->selected(static_cast<uint8_t>(component + 1));
  if (!selected) return std::nullopt;
  return PathOf(*selected);
}

std::optional<SecureLeg::Path> SecureLeg::TakePath(size_t component) {
  return std::exchange(paths_[component], std::nullopt);
}

bool SecureLeg::TakeKeys(size_t component, v1::DtlsKeys* out) {
  DtlsHandshakes* handshakes = handshakes_[component].get();
  const dtls::Keys* keys = handshakes == nullptr ? nullptr : handshakes->TakeKeys();
  if (keys == nullptr) return false;
  out->set_rtcp(component == 1);
  out->set_association(handshakes->association());
  out->mutable_receive()->set_suite(std::string(keys->suite));
  out->mutable_receive()->set_key(Text(keys->receive.key()));
  out->mutable_receive()->set_salt(Text(keys->receive.salt()));
  out->mutable_send()->set_suite(std::string(keys->suite));
  out->mutable_send()->set_key(Text(keys->send.key()));
  out->mutable_send()->set_salt(Text(keys->send.salt()));
  protections_[component].SetReceive(ParametersOf(out->receive()));
  protections_[component].SetSend(ParametersOf(out->send()));
  return true;
}

std::optional<std::string> SecureLeg::TakeFailure(size_t component) {
  DtlsHandshakes* handshakes = handshakes_[component].get();
  return handshakes == nullptr ? std::nullopt : handshakes->TakeFailure();
}

bool SecureLeg::TakeProgress(size_t component, std::chrono::nanoseconds now, v1::DtlsKeys* keys) {
  if (component == 1 && &protection(0) == &protection(1)) return false;
  keys->set_rtcp(component == 1);
  return protection(component).TakeProgress(now, keys->mutable_receive(), keys->mutable_send());
}

void SecureLeg::FillStatistics(size_t component, bool explain, v1::StreamStatistics* out) const {
  out->set_receive_suite(std::string(protection(component).receive_suite()));
  out->set_send_suite(std::string(protection(component).send_suite()));
  if (handshakes_[component] != nullptr) handshakes_[component]->FillStatus(out->mutable_dtls());
  if (agent_ == nullptr) return;
  v1::IceStatus* status = out->mutable_ice();
  status->set_state(static_cast<v1::IceState>(agent_->state()));
  status->set_controlling(agent_->controlling());
  status->set_checks_sent(agent_->counters().checks_sent);
  status->set_checks_received(agent_->counters().checks_received);
  status->set_checks_refused(agent_->counters().checks_refused);
  status->set_responses(agent_->counters().responses);
  const auto& selected = agent_->selected(static_cast<uint8_t>(component + 1));
  for (const ice::PairStatus& pair : agent_->pairs()) {
    if (pair.component != component + 1) continue;
    v1::IcePair entry;
    SetEndpoint(pair.local, entry.mutable_local());
    SetEndpoint(pair.remote, entry.mutable_remote());
    entry.set_remote_type(static_cast<v1::IceCandidateType>(pair.remote_type));
    entry.set_state(static_cast<v1::IcePairState>(pair.state));
    entry.set_nominated(pair.nominated);
    entry.set_checks_sent(pair.checks_sent);
    if (selected && selected->socket == pair.socket && selected->remote == pair.remote) {
      *status->mutable_selected() = entry;
    }
    if (explain) *status->add_pairs() = std::move(entry);
  }
}

}  // namespace mediad::session
