// One party's end of ICE that is between the parties (NG ICE=force-relay): which addresses are the party's, and which
// of them it uses. We are a candidate and no agent: nothing is answered or sent here.
//
// A check is authentic if the credentials of both parties make it so; its source is not: who records one can send it
// from elsewhere. So the checks of the other party are passed on to where a check came from, and an answer from
// there, which only the party can give to what was just sent to it, shows that the address is its own. Of a party
// whose peer is lite, and sends no checks, a check has to suffice. RFC 8445 §7, RFC 7675. Nothing is ever forgotten
// but for want of room: all lists are bounded. Sans-IO; one thread.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mediad/session/leg_sockets.h"
#include "mediad/stun/message.h"
#include "proto/base/endpoint.h"
#include "rtpengine/v1/session.pb.h"

namespace mediad::session {

class IcePassage {
 public:
  static constexpr size_t kComponents = 2;
  static constexpr size_t kMostProven = 8;  // addresses of the party, of both components
  static constexpr size_t kMostUnproven = 8;
  static constexpr size_t kMostChecks = 32;   // passed on to the party, and not answered
  static constexpr unsigned kMostTries = 16;  // checks for one unproven address

  // An address of the party, as seen from one of our sockets.
  struct Way {
    SocketIndex socket = kNoSocket;
    base::Endpoint remote;
    bool operator==(const Way&) const = default;
  };
  // Who asked what was passed on to this party.
  struct Asker {
    uint32_t media = 0;
    SocketHandle socket = LegSockets::kNoHandle;  // of that media's passage
    base::Endpoint remote;
  };
  using Remotes = std::array<base::Endpoint, kComponents>;  // signalled; invalid: unknown

  void Apply(const rtpengine::v1::IcePassage& specification, const std::vector<LegSocket>& sockets,
             const Remotes& remotes);
  // The session has become part of another one: its port sets have other ids, and so have askers.
  void Shift(uint32_t offset);

  const std::string& ufrag() const { return ufrag_; }
  SocketIndex SocketOf(SocketHandle handle) const { return sockets_.SocketOf(handle); }
  SocketHandle HandleOf(SocketIndex socket) const { return sockets_.HandleOf(socket); }

  // Whose answer a check asks for; empty: it is not authentic.
  std::string_view OnRequest(const stun::MessageView& request, size_t component, const Way& from);
  // Where a check for the party goes; those it goes to are remembered as asked.
  std::vector<Way> PassRequest(const stun::MessageView& request, size_t component,
                               const Asker& asker);
  // Who asked; nullopt: nobody did, or somebody else answers.
  std::optional<Asker> OnResponse(const stun::MessageView& response, size_t component,
                                  const Way& from);
  // Something else came.
  bool Admits(size_t component, const Way& from) const;
  void OnMedia(size_t component, const Way& from, std::chrono::nanoseconds now);

  // Where media for the party goes: an address that is its own; nullopt: none is known yet.
  std::optional<Way> way(size_t component) const;

 private:
  struct Address {
    uint8_t component = 0;
    SocketHandle socket = LegSockets::kNoHandle;
    base::Endpoint remote;
    bool proven = false;
    bool nominated = false;  // a check that selects it came from there, or was answered there
    bool stale = false;      // from before the party restarted
    uint8_t tries = 0;
    uint32_t number = 0;  // order of arrival
  };
  struct Check {
    stun::TransactionId id{};
    uint8_t component = 0;
    SocketHandle socket = LegSockets::kNoHandle;  // it was sent from, to `remote`
    base::Endpoint remote;
    bool nominates = false;
    Asker asker;
  };

  Address* Find(size_t component, SocketHandle socket, const base::Endpoint& remote);
  const Address* Find(size_t component, SocketHandle socket, const base::Endpoint& remote) const;
  Address& FindOrAdd(size_t component, SocketHandle socket, const base::Endpoint& remote);
  void MakeRoom(bool proven);
  void Prove(size_t component, SocketHandle socket, const base::Endpoint& remote, bool nominated);
  void Consider(const Address& address, bool nominated);
  void Ask(const stun::MessageView& request, uint8_t component, SocketHandle socket,
           const base::Endpoint& remote, const Asker& asker, std::vector<Way>* ways);
  SocketHandle SocketFor(size_t component, const base::Endpoint& remote) const;

  std::string ufrag_, password_;  // the party's
  std::string peer_ufrag_, peer_password_;
  bool peer_lite_ = false;
  LegSockets sockets_;
  Remotes remotes_;
  std::vector<Address> addresses_;
  std::array<uint32_t, kComponents> current_{};  // number of the address in use; 0: none
  std::array<std::chrono::nanoseconds, kComponents> moved_at_{};  // by media
  std::vector<Check> checks_;
  size_t next_check_ = 0;  // that is overwritten, once the list is full
  uint32_t next_number_ = 1;
};

}  // namespace mediad::session
