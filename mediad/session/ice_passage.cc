#include "mediad/session/ice_passage.h"

#include <algorithm>

namespace mediad::session {
namespace {

// A party that uses two addresses at once must not make every packet move it.
constexpr std::chrono::seconds kBetweenMoves{3};

}  // namespace

void IcePassage::Apply(const rtpengine::v1::IcePassage& specification,
                       const std::vector<LegSocket>& sockets, const Remotes& remotes) {
  sockets_.Assign(sockets);
  remotes_ = remotes;
  const bool restarted =
      !ufrag_.empty() && (ufrag_ != specification.ufrag() || password_ != specification.password());
  const bool peer_restarted = !peer_ufrag_.empty() && peer_ufrag_ != specification.peer_ufrag();
  ufrag_ = specification.ufrag();
  password_ = specification.password();
  peer_ufrag_ = specification.peer_ufrag();
  peer_password_ = specification.peer_password();
  peer_lite_ = specification.peer_lite();
  // What was found goes on to serve until something is found again.
  for (Address& address : addresses_) {
    if (restarted) address.stale = true;
    if (restarted || peer_restarted) address.nominated = false;
    address.tries = 0;
  }
}

void IcePassage::Shift(uint32_t offset) {
  sockets_.Shift(offset);
  checks_.clear();  // they are asked again
  next_check_ = 0;
}

IcePassage::Address* IcePassage::Find(size_t component, SocketHandle socket,
                                      const base::Endpoint& remote) {
  for (Address& address : addresses_) {
    if (address.component == component && address.socket == socket && address.remote == remote) {
      return &address;
    }
  }
  return nullptr;
}

const IcePassage::Address* IcePassage::Find(size_t component, SocketHandle socket,
                                            const base::Endpoint& remote) const {
  return const_cast<IcePassage*>(this)->Find(component, socket, remote);
}

IcePassage::Address& IcePassage::FindOrAdd(size_t component, SocketHandle socket,
                                           const base::Endpoint& remote) {
  if (Address* known = Find(component, socket, remote)) return *known;
  MakeRoom(false);
  Address address;
  address.component = static_cast<uint8_t>(component);
  address.socket = socket;
  address.remote = remote;
  address.number = next_number_++;
  if (next_number_ == 0) next_number_ = 1;
  addresses_.push_back(address);
  return addresses_.back();
}

// Unproven and proven addresses have room of their own: strangers with a recording push out nobody.
void IcePassage::MakeRoom(bool proven) {
  const size_t most = proven ? kMostProven : kMostUnproven;
  auto oldest = addresses_.end();
  size_t count = 0;
  for (auto address = addresses_.begin(); address != addresses_.end(); ++address) {
    if (address->proven != proven) continue;
    ++count;
    if (current_[address->component] == address->number) continue;
    if (oldest == addresses_.end() || address->number < oldest->number) oldest = address;
  }
  if (count >= most && oldest != addresses_.end()) addresses_.erase(oldest);
}

std::string_view IcePassage::OnRequest(const stun::MessageView& request, size_t component,
                                       const Way& from) {
  const auto& username = request.username();
  if (!username || peer_ufrag_.empty() || peer_password_.empty()) return {};
  const size_t colon = username->find(':');
  if (colon == std::string_view::npos || username->substr(0, colon) != peer_ufrag_) return {};
  if (!ufrag_.empty() && username->substr(colon + 1) != ufrag_) return {};
  if (!request.VerifyIntegrity(peer_password_)) return {};
  const SocketHandle socket = sockets_.HandleOf(from.socket);
  Address& address = FindOrAdd(component, socket, from.remote);
  address.nominated |= request.use_candidate();
  if (address.proven && !address.stale) {
    Consider(address, request.use_candidate());
  } else if (peer_lite_) {
    Prove(component, socket, from.remote, request.use_candidate());
  }
  return peer_ufrag_;
}

// To the address in use, or as long as none is, to the signalled one; and to those that may prove to be the party's.
std::vector<IcePassage::Way> IcePassage::PassRequest(const stun::MessageView& request,
                                                     size_t component, const Asker& asker) {
  std::vector<Way> ways;
  const auto number = static_cast<uint8_t>(component);
  bool known = false;
  for (const Address& address : addresses_) {
    if (address.number != current_[component]) continue;
    known = true;
    Ask(request, number, address.socket, address.remote, asker, &ways);
  }
  const base::Endpoint& signalled = remotes_[component];
  if (!known && signalled.valid()) {
    Ask(request, number, SocketFor(component, signalled), signalled, asker, &ways);
  }
  for (Address& address : addresses_) {
    const bool open = !address.proven || address.stale;
    if (address.component != component || !open || address.tries >= kMostTries) continue;
    ++address.tries;
    Ask(request, number, address.socket, address.remote, asker, &ways);
  }
  return ways;
}

void IcePassage::Ask(const stun::MessageView& request, uint8_t component, SocketHandle socket,
                     const base::Endpoint& remote, const Asker& asker, std::vector<Way>* ways) {
  const Way way{sockets_.SocketOf(socket), remote};
  if (way.socket == kNoSocket || std::find(ways->begin(), ways->end(), way) != ways->end()) return;
  ways->push_back(way);
  Check check{request.transaction(), component, socket, remote, request.use_candidate(), asker};
  for (Check& known : checks_) {
    if (known.id != check.id || known.socket != socket || !(known.remote == remote)) continue;
    known = check;  // the same, sent again
    return;
  }
  if (checks_.size() < kMostChecks) {
    checks_.push_back(check);
  } else {
    checks_[next_check_] = check;
    next_check_ = (next_check_ + 1) % kMostChecks;
  }
}

std::optional<IcePassage::Asker> IcePassage::OnResponse(const stun::MessageView& response,
                                                        size_t component, const Way& from) {
  const SocketHandle socket = sockets_.HandleOf(from.socket);
  for (const Check& check : checks_) {
    if (check.id != response.transaction() || check.component != component) continue;
    if (check.socket != socket || !(check.remote == from.remote)) continue;
    const Asker asker = check.asker;
    // An error may come without: it is passed on, and shows nothing.
    const bool authentic = !password_.empty() && response.VerifyIntegrity(password_);
    const bool success = response.message_class() == stun::Class::kSuccess;
    if (success && !authentic) return std::nullopt;
    if (authentic) Prove(component, socket, from.remote, success && check.nominates);
    return asker;
  }
  return std::nullopt;
}

void IcePassage::Prove(size_t component, SocketHandle socket, const base::Endpoint& remote,
                       bool nominated) {
  Address* known = Find(component, socket, remote);
  if (known == nullptr || !known->proven) {
    MakeRoom(true);
    known = &FindOrAdd(component, socket, remote);
  }
  known->proven = true;
  known->stale = false;
  known->tries = 0;
  known->nominated |= nominated;
  Consider(*known, known->nominated);
  // The first address after a restart ends those of before.
  std::erase_if(addresses_, [&](const Address& address) {
    return address.stale && address.proven && address.component == component;
  });
}

// What was nominated last is used; before anything is, what was found first.
void IcePassage::Consider(const Address& address, bool nominated) {
  uint32_t& current = current_[address.component];
  for (const Address& used : addresses_) {
    if (used.number == current && !used.stale && !nominated) return;
  }
  current = address.number;
}

bool IcePassage::Admits(size_t component, const Way& from) const {
  const Address* address = Find(component, sockets_.HandleOf(from.socket), from.remote);
  return address != nullptr && address->proven;
}

void IcePassage::OnMedia(size_t component, const Way& from, std::chrono::nanoseconds now) {
  const Address* address = Find(component, sockets_.HandleOf(from.socket), from.remote);
  if (address == nullptr || !address->proven || address->number == current_[component]) return;
  if (moved_at_[component].count() != 0 && now < moved_at_[component] + kBetweenMoves) return;
  moved_at_[component] = now;
  current_[component] = address->number;
}

std::optional<IcePassage::Way> IcePassage::way(size_t component) const {
  for (const Address& address : addresses_) {
    if (address.number != current_[component]) continue;
    const SocketIndex socket = sockets_.SocketOf(address.socket);
    if (socket == kNoSocket) return std::nullopt;
    return Way{socket, address.remote};
  }
  return std::nullopt;
}

SocketHandle IcePassage::SocketFor(size_t component, const base::Endpoint& remote) const {
  for (size_t handle = 0; handle < sockets_.all().size(); ++handle) {
    const LegSocket& socket = sockets_.all()[handle];
    if (socket.socket == kNoSocket || socket.component != component) continue;
    if (socket.local.address.family() == remote.address.family())
      return static_cast<SocketHandle>(handle);
  }
  return LegSockets::kNoHandle;
}

}  // namespace mediad::session
