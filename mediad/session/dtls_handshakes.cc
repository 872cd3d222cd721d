#include "mediad/session/dtls_handshakes.h"

#include <algorithm>
#include <utility>

#include "mediad/dtls/records.h"

namespace mediad::session {
namespace {

namespace v1 = rtpengine::v1;
using dtls::State;

constexpr auto kNever = std::chrono::nanoseconds::max();
constexpr char kNoCertificate[] =
    "the certificate that was signalled is no longer known to this worker";

// Address and port as octets, for the cookie.
std::string OctetsOf(const base::Endpoint& endpoint) {
  std::string octets = endpoint.address.ToBytes();
  octets.push_back(static_cast<char>(endpoint.port >> 8));
  octets.push_back(static_cast<char>(endpoint.port & 0xff));
  return octets;
}

std::span<const uint8_t> Span(const std::string& octets) {
  return {reinterpret_cast<const uint8_t*>(octets.data()), octets.size()};
}

int Progress(State state) {
  switch (state) {
    case State::kEstablished: return 5;
    case State::kClosed: return 4;
    case State::kUnverified: return 3;
    case State::kHandshake: return 2;
    case State::kIdle: return 1;
    case State::kFailed: return 0;
  }
  return 0;
}

}  // namespace

void DtlsHandshakes::Apply(const v1::Dtls& specification, bool ice, bool done,
                           const base::Now& now) {
  if (!applied_ || specification.association() != association_) {
    handshakes_.clear();
    done_ = done;
    keys_ready_ = failure_ready_ = false;
    failure_.clear();
    verified_peer_ = base::Endpoint();
  }
  applied_ = true;
  ice_ = ice;
  association_ = specification.association();
  certificate_ = services_.certificate(specification.certificate());
  setup_ = static_cast<dtls::Setup>(specification.setup());
  media::Fingerprint fingerprint;
  if (const auto hash = media::ParseFingerprintHash(specification.fingerprint_hash())) {
    fingerprint = {*hash, specification.fingerprint()};
  }
  fingerprint_ = fingerprint;
  for (Handshake& handshake : handshakes_) {
    handshake.association.SetSetup(setup_, now.monotonic);
    handshake.association.SetPeerFingerprint(fingerprint_);
  }
  if (certificate_ == nullptr && !done_ && failure_.empty()) {
    failure_ = kNoCertificate;
    failure_ready_ = true;
  }
  Settle();
}

DtlsHandshakes::Handshake& DtlsHandshakes::Add(SocketHandle socket, const base::Endpoint& peer,
                                               bool expected, const base::Now& now) {
  dtls::AssociationOptions options;
  options.certificate = certificate_;
  options.setup = setup_;
  options.mtu = services_.mtu;
  options.verify_cookie = !ice_;
  handshakes_.push_back({socket, peer, expected, now.monotonic, dtls::Association(std::move(options))});
  Handshake& handshake = handshakes_.back();
  handshake.association.SetPeerFingerprint(fingerprint_);
  handshake.association.Start(now.monotonic);
  return handshake;
}

void DtlsHandshakes::Start(SocketHandle socket, const base::Endpoint& peer, const base::Now& now) {
  if (!wants_start() || certificate_ == nullptr || !failure_.empty()) return;
  Add(socket, peer, true, now);
}

DtlsHandshakes::Handshake* DtlsHandshakes::Find(const base::Endpoint& source) {
  for (Handshake& handshake : handshakes_) {
    if (ice_ || handshake.peer == source) return &handshake;
  }
  return nullptr;
}

// A place for a new handshake with `source`; null: the budget is used up, or others have a better right.
DtlsHandshakes::Handshake* DtlsHandshakes::Admit(SocketHandle socket, const base::Endpoint& source,
                                                 bool expected, const base::Now& now) {
  if (!services_.take_handshake(source.address, now.monotonic)) return nullptr;
  // What strangers use up is no loss to the party itself.
  if (!expected && !budget_.Take(dtls::BucketOptions(), now.monotonic)) return nullptr;
  if (handshakes_.size() >= kMaxHandshakes) {
    auto worst = handshakes_.end();
    for (auto it = handshakes_.begin(); it != handshakes_.end(); ++it) {
      if (it->expected && !expected) continue;
      if (worst == handshakes_.end() || it->last_used < worst->last_used) worst = it;
    }
    if (worst == handshakes_.end()) return nullptr;
    handshakes_.erase(worst);
  }
  return &Add(socket, source, expected, now);
}

Drop DtlsHandshakes::OnDatagram(SocketHandle socket, const base::Endpoint& source,
                                std::span<const uint8_t> datagram, bool expected,
                                const base::Now& now) {
  Handshake* handshake = Find(source);
  if (handshake == nullptr) {
    if (!dtls::IsClientHello(datagram) || setup_ == dtls::Setup::kActive) return Drop::kDtlsInvalid;
    if (done_ || certificate_ == nullptr) return Drop::kDtlsInvalid;
    handshake = Admit(socket, source, expected, now);
    if (handshake == nullptr) return Drop::kDtlsLimit;
  }
  handshake->last_used = now.monotonic;
  if (ice_) {  // answers go where the records come from: both were checked
    handshake->socket = socket;
    handshake->peer = source;
  }
  const std::string octets = OctetsOf(source);
  const bool taken = handshake->association.OnDatagram(datagram, Span(octets), now.monotonic);
  Settle();
  return taken ? Drop::kNone : Drop::kDtlsInvalid;
}

// Draws the conclusions after anything has happened.
void DtlsHandshakes::Settle() {
  for (auto it = handshakes_.begin(); it != handshakes_.end();) {
    if (it->association.state() != State::kFailed) {
      ++it;
      continue;
    }
    const bool news = it->expected || failure_ != it->association.failure();
    failure_ = it->association.failure();
    // Otherwise another one may still succeed. Strangers are not reported again and again.
    if (handshakes_.size() == 1 && news) failure_ready_ = true;
    // A client that failed does not begin again by itself. A server waits for the next greeting.
    if (it->association.role() == dtls::Role::kClient) return;
    it = handshakes_.erase(it);
  }
  if (done_) return;
  for (Handshake& handshake : handshakes_) {
    if (handshake.association.state() != State::kEstablished) continue;
    done_ = keys_ready_ = true;
    failure_.clear();
    failure_ready_ = false;
    verified_peer_ = handshake.peer;
    Handshake winner = std::move(handshake);
    handshakes_.clear();
    handshakes_.push_back(std::move(winner));
    return;
  }
}

void DtlsHandshakes::OnTimer(const base::Now& now) {
  for (Handshake& handshake : handshakes_) {
    const auto deadline = handshake.association.NextDeadline();
    if (deadline && *deadline <= now.monotonic) handshake.association.OnTimer(now.monotonic);
  }
  Settle();
}

std::chrono::nanoseconds DtlsHandshakes::next_deadline() const {
  std::chrono::nanoseconds next = kNever;
  for (const Handshake& handshake : handshakes_) {
    if (const auto deadline = handshake.association.NextDeadline()) next = std::min(next, *deadline);
  }
  return next;
}

bool DtlsHandshakes::Flush(const LegSockets& sockets, SinkList* sinks) {
  for (Handshake& handshake : handshakes_) {
    const SocketIndex socket = sockets.SocketOf(handshake.socket);
    for (;;) {
      if (sinks->full()) return false;
      if (!handshake.association.TakeDatagram(&datagram_)) break;
      if (socket != kNoSocket) sinks->AddControl(socket, handshake.peer, datagram_);
    }
  }
  return true;
}

const dtls::Keys* DtlsHandshakes::TakeKeys() {
  if (!std::exchange(keys_ready_, false) || handshakes_.empty()) return nullptr;
  const std::optional<dtls::Keys>& keys = handshakes_.front().association.keys();
  return keys ? &*keys : nullptr;
}

std::optional<std::string> DtlsHandshakes::TakeFailure() {
  if (!std::exchange(failure_ready_, false)) return std::nullopt;
  return failure_;
}

const DtlsHandshakes::Handshake* DtlsHandshakes::Foremost() const {
  const Handshake* foremost = nullptr;
  for (const Handshake& handshake : handshakes_) {
    if (foremost == nullptr || Progress(handshake.association.state()) >
                                   Progress(foremost->association.state())) {
      foremost = &handshake;
    }
  }
  return foremost;
}

void DtlsHandshakes::FillStatus(v1::DtlsStatus* status) const {
  status->set_client(setup_ == dtls::Setup::kActive);
  const Handshake* foremost = Foremost();
  if (foremost == nullptr) {
    status->set_state(done_ ? v1::DTLS_ESTABLISHED
                            : failure_.empty() ? v1::DTLS_IDLE : v1::DTLS_FAILED);
    status->set_failure(failure_);
    return;
  }
  const dtls::Association& association = foremost->association;
  status->set_state(static_cast<v1::DtlsState>(association.state()));
  if (association.role() != dtls::Role::kUndecided) {
    status->set_client(association.role() == dtls::Role::kClient);
  }
  status->set_failure(association.state() == State::kFailed ? association.failure() : failure_);
  if (association.keys()) status->set_suite(std::string(association.keys()->suite));
  status->set_records_received(association.counters().records_received);
  status->set_flights_sent(association.counters().flights_sent);
}

}  // namespace mediad::session
