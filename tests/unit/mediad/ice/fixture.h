// One agent in virtual time, and a peer that is a script.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "mediad/ice/agent.h"
#include "mediad/ice/priority.h"
#include "mediad/stun/message_writer.h"
#include "tests/unit/mediad/ports/fake_random.h"

namespace mediad::ice::testing {

using std::chrono::milliseconds;
using std::chrono::seconds;
using stun::Attribute;
using Octets = std::vector<uint8_t>;

inline base::Endpoint At(const char* text) { return *base::Endpoint::Parse(text); }

inline constexpr char kSoftware[] = "rtpengine";
inline constexpr char kOurUfrag[] = "oursours";
inline constexpr char kOurPassword[] = "ourpasswordourpassword";
inline constexpr char kPeerUfrag[] = "aaaa";
inline constexpr char kPeerPassword[] = "alicealicealicealice22";
inline constexpr uint64_t kOurTieBreaker = 0x8000000000000000;
inline const base::Endpoint kPeer = At("198.51.100.1:4000");
inline const base::Endpoint kOther = At("198.51.100.1:4444");
inline const base::Endpoint kPeerRtcp = At("198.51.100.1:4001");
inline constexpr uint16_t kRtp = 10;  // socket indices
inline constexpr uint16_t kRtcp = 11;

inline Parameters UsualParameters() {
  Parameters parameters;
  parameters.local_ufrag = kOurUfrag;
  parameters.local_password = kOurPassword;
  parameters.remote_ufrag = kPeerUfrag;
  parameters.remote_password = kPeerPassword;
  parameters.tie_breaker = kOurTieBreaker;
  parameters.local_candidates = {{kRtp, 1, At("203.0.113.1:30000"), 2130706431}};
  parameters.remote_candidates = {{1, kPeer, 2130706431, CandidateType::kHost, "1"}};
  return parameters;
}

inline void AddRtcp(Parameters* parameters) {
  parameters->components = 2;
  parameters->local_candidates.push_back({kRtcp, 2, At("203.0.113.1:30001"), 2130706430});
  parameters->remote_candidates.push_back({2, kPeerRtcp, 2130706430, CandidateType::kHost, "1"});
}

struct Sent {
  Agent::Time at{0};
  uint16_t socket = 0;
  base::Endpoint to;
  Octets octets;

  stun::MessageView view() const { return *stun::MessageView::Parse(octets); }
  bool is(stun::Class message_class) const { return view().message_class() == message_class; }
};

// A check of the peer's; what is cleared is left out.
struct PeerCheck {
  stun::Class message_class = stun::Class::kRequest;
  std::optional<std::string> username = std::string(kOurUfrag) + ":" + kPeerUfrag;
  std::optional<uint32_t> priority = 1862270975;
  std::optional<uint64_t> controlling;
  std::optional<uint64_t> controlled;
  bool use_candidate = false;
  std::vector<uint16_t> further;  // attributes, one octet each
  std::optional<std::string> password = kOurPassword;
  bool fingerprint = true;
  stun::TransactionId transaction{0x0a, 0x0b, 0x0c, 0x0d, 0x0e, 0x0f, 0, 1, 2, 3, 4, 5};

  Octets Build() const {
    stun::MessageWriter writer(message_class, stun::kBinding, transaction);
    if (username) writer.AddText(Attribute::kUsername, *username);
    if (priority) writer.AddUint32(Attribute::kPriority, *priority);
    if (controlling) writer.AddUint64(Attribute::kIceControlling, *controlling);
    if (controlled) writer.AddUint64(Attribute::kIceControlled, *controlled);
    if (use_candidate) writer.AddFlag(Attribute::kUseCandidate);
    for (const uint16_t type : further) writer.AddText(static_cast<Attribute>(type), "x");
    if (password) writer.AddIntegrity(*password);
    if (fingerprint) writer.AddFingerprint();
    return {writer.message().begin(), writer.message().end()};
  }
};

inline Octets Success(const Sent& check, const char* password = kPeerPassword) {
  stun::MessageWriter writer(stun::Class::kSuccess, stun::kBinding, check.view().transaction());
  writer.AddXorMappedAddress(At("203.0.113.1:30000"));
  writer.AddIntegrity(password);
  writer.AddFingerprint();
  return {writer.message().begin(), writer.message().end()};
}

inline Octets Error(const Sent& check, uint16_t code, bool integrity = true) {
  stun::MessageWriter writer(stun::Class::kError, stun::kBinding, check.view().transaction());
  writer.AddErrorCode(code, "Reason");
  if (integrity) writer.AddIntegrity(kPeerPassword);
  writer.AddFingerprint();
  return {writer.message().begin(), writer.message().end()};
}

class AgentTest : public ::testing::Test {
 protected:
  void Apply() {
    agent.Apply(parameters, now);
    Collect();
  }
  void Control() {
    parameters.controlling = true;
    Apply();
  }
  Outcome Receive(const Octets& octets, const base::Endpoint& from = kPeer,
                  uint16_t socket = kRtp) {
    const Outcome outcome = agent.OnStun(socket, from, octets, now);
    Collect();
    return outcome;
  }
  Outcome Receive(const PeerCheck& check, const base::Endpoint& from = kPeer,
                  uint16_t socket = kRtp) {
    return Receive(check.Build(), from, socket);
  }
  // All deadlines in the time that passes.
  void Pass(Agent::Time time) {
    const Agent::Time end = now + time;
    for (int turns = 0; turns < 100000; ++turns) {
      const auto deadline = agent.NextDeadline();
      if (!deadline || *deadline > end) {
        now = end;
        return;
      }
      now = std::max(now, *deadline);
      agent.OnTimer(now);
      Collect();
    }
    FAIL() << "the agent never rests";
  }
  void Collect() {
    for (Transmit transmit; agent.NextTransmit(&transmit);) {
      sent.push_back({now, transmit.socket, transmit.destination,
                      Octets(transmit.octets.begin(), transmit.octets.end())});
    }
    while (const auto event = agent.NextEvent()) events.push_back(*event);
  }
  // What was sent since the last time.
  std::vector<Sent> Taken() { return std::exchange(sent, {}); }
  std::vector<Sent> Checks() {
    std::vector<Sent> checks;
    for (Sent& message : Taken()) {
      if (message.is(stun::Class::kRequest)) checks.push_back(std::move(message));
    }
    return checks;
  }
  // The only message sent since the last time.
  Sent Only() {
    std::vector<Sent> messages = Taken();
    EXPECT_EQ(messages.size(), 1u);
    return messages.empty() ? Sent{{}, 0, {}, PeerCheck().Build()} : messages.front();
  }
  std::vector<Event::Kind> Events() {
    std::vector<Event::Kind> kinds;
    for (const Event& event : std::exchange(events, {})) kinds.push_back(event.kind);
    return kinds;
  }
  std::optional<base::Endpoint> Target(uint8_t component = 1) const {
    const auto& selected = agent.selected(component);
    return selected ? std::optional(selected->remote) : std::nullopt;
  }

  ports::test::FakeRandom random;
  Agent agent{random, kSoftware};
  Parameters parameters = UsualParameters();
  Agent::Time now{seconds(1000)};
  std::vector<Sent> sent;
  std::vector<Event> events;
};

}  // namespace mediad::ice::testing
