// An ICE agent among anything: datagrams of strangers, of a peer that knows the credentials,
// answers to the agent's checks, time, and signalling, in any order.
//
// The input is a list of steps: what, an argument, a length, then that many octets. What
// has to hold: an input makes at most three messages, only authenticated ones let a source in, the
// tables stay within their bounds, the agent rests sooner or later.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>
#include <vector>

#include "mediad/ice/agent.h"
#include "mediad/stun/message_writer.h"

namespace {

using mediad::ice::Agent;
using mediad::ice::CandidateType;
using mediad::ice::Outcome;
using mediad::ice::Parameters;
using mediad::ice::Transmit;
using mediad::stun::Attribute;
using mediad::stun::Class;
using mediad::stun::MessageView;
using mediad::stun::MessageWriter;
using std::chrono::milliseconds;

constexpr char kOurUfrag[] = "ours";
constexpr char kOurPassword[] = "ourpasswordourpassword";
constexpr char kPeerPassword[] = "alicealicealicealice22";

void Require(bool condition) {
  if (!condition) std::abort();
}

class Counter final : public base::Random {
 public:
  uint64_t Next() override { return ++value_; }

 private:
  uint64_t value_ = 0;
};

base::Endpoint Peer(uint8_t which) {
  return {*base::IpAddress::FromBytes(which % 2 == 0 ? "\x0a\x0b\x0c\x0d" : "\x0a\x0b\x0c\x0e"),
          static_cast<uint16_t>(5000 + which)};
}

class Driver {
 public:
  Driver() {
    parameters_.local_ufrag = kOurUfrag;
    parameters_.local_password = kOurPassword;
    parameters_.tie_breaker = 1000;
    parameters_.components = 2;
    parameters_.local_candidates = {{0, 1, Peer(200), 2130706431}, {1, 2, Peer(201), 2130706430}};
    agent_.Apply(parameters_, now_);
    Collect();
  }

  void Step(uint8_t kind, uint8_t argument, std::span<const uint8_t> octets) {
    const uint16_t socket = argument % 3;  // the third is none of the agent's
    switch (kind % 8) {
      case 0:
        return Stranger(socket, Peer(argument), octets);
      case 1:
      case 2:
        return Check(socket, Peer(argument / 4), octets);
      case 3:
        return Answer(argument, octets);
      case 4:
        return PassTime(milliseconds(argument * argument));
      case 5:
        return Signal(argument, octets);
      case 6:
        agent_.OnMedia(static_cast<uint8_t>(1 + argument % 2), socket, Peer(argument), now_);
        return Collect();
      default:
        // Anything, wrapped into a valid FINGERPRINT.
        return Sealed(socket, Peer(argument), octets);
    }
  }

  void Finish() {
    PassTime(std::chrono::hours(1));
    Require(!agent_.NextDeadline());
    Require(agent_.pairs().size() <= mediad::ice::CheckList::kMaxPairs);
  }

 private:
  void Collect() {
    int messages = 0;
    for (Transmit transmit; agent_.NextTransmit(&transmit); ++messages) {
      Require(transmit.octets.size() <= MessageWriter::kMaxSize && transmit.destination.valid());
      const auto view = MessageView::Parse(transmit.octets);
      Require(view && view->fingerprint() == mediad::stun::Fingerprint::kValid);
      if (view->message_class() != Class::kRequest) continue;
      asked_ = view->transaction();
      asked_at_ = transmit.destination;
      asked_from_ = transmit.socket;
    }
    Require(messages <= 3);
    for (int events = 0; agent_.NextEvent(); ++events) Require(events < 5);
  }

  // Nothing that is not authenticated lets its source in.
  void Stranger(uint16_t socket, const base::Endpoint& source, std::span<const uint8_t> octets) {
    const auto component = static_cast<uint8_t>(1 + socket % 2);
    const bool before = agent_.Admits(component, socket, source);
    const Outcome outcome = agent_.OnStun(socket, source, octets, now_);
    const auto view = MessageView::Parse(octets);
    const bool authentic =
        view && (view->VerifyIntegrity(kOurPassword) || view->VerifyIntegrity(kPeerPassword));
    if (!authentic) {
      Require(outcome != Outcome::kAnswered && outcome != Outcome::kResponse);
      Require(agent_.Admits(component, socket, source) == before);
    }
    Collect();
  }

  void Sealed(uint16_t socket, const base::Endpoint& source, std::span<const uint8_t> octets) {
    MessageWriter writer(static_cast<Class>(octets.size() % 4), 1, asked_);
    while (octets.size() >= 3) {
      const size_t length = std::min<size_t>(octets[2] % 32, octets.size() - 3);
      writer.AddText(static_cast<Attribute>(octets[0] << 8 | octets[1]),
                     {reinterpret_cast<const char*>(octets.data()) + 3, length});
      octets = octets.subspan(3 + length);
    }
    writer.AddFingerprint();
    if (writer.ok()) Stranger(socket, source, writer.message());
  }

  void Check(uint16_t socket, const base::Endpoint& source, std::span<const uint8_t> octets) {
    const uint8_t flags = octets.empty() ? 0 : octets[0];
    MessageWriter writer(Class::kRequest, 1, {flags});
    writer.AddText(Attribute::kUsername, (flags & 1) != 0 ? "ours:aaaa" : "ours:bbbb");
    const uint64_t tie_breaker = octets.size() < 2 ? 0 : octets[1] * uint64_t{10};
    if ((flags & 2) != 0) writer.AddUint64(Attribute::kIceControlling, tie_breaker);
    if ((flags & 4) != 0) writer.AddUint64(Attribute::kIceControlled, tie_breaker);
    if ((flags & 8) != 0) writer.AddFlag(Attribute::kUseCandidate);
    if ((flags & 16) != 0) writer.AddUint32(Attribute::kPriority, flags * 1000u);
    writer.AddIntegrity(kOurPassword);
    writer.AddFingerprint();
    Stranger(socket, source, writer.message());
  }

  // To the last check, in one of several ways.
  void Answer(uint8_t how, std::span<const uint8_t> octets) {
    const bool error = (how & 1) != 0;
    MessageWriter writer(error ? Class::kError : Class::kSuccess, 1, asked_);
    if (error) writer.AddErrorCode((how & 2) != 0 ? 487 : 400, "");
    if (octets.empty()) writer.AddXorMappedAddress(Peer(200));
    writer.AddIntegrity((how & 4) != 0 ? "wrong" : kPeerPassword);
    writer.AddFingerprint();
    Stranger(asked_from_, (how & 8) != 0 ? Peer(how) : asked_at_, writer.message());
  }

  void PassTime(Agent::Time time) {
    const Agent::Time end = now_ + time;
    for (int turns = 0;; ++turns) {
      Require(turns < 100000);
      const auto deadline = agent_.NextDeadline();
      if (!deadline || *deadline > end) break;
      now_ = std::max(now_, *deadline);
      agent_.OnTimer(now_);
      Collect();
    }
    now_ = end;
  }

  void Signal(uint8_t flags, std::span<const uint8_t> octets) {
    parameters_.remote_ufrag = (flags & 1) != 0 ? "aaaa" : (flags & 2) != 0 ? "bbbb" : "";
    parameters_.remote_password = kPeerPassword;
    parameters_.local_ufrag = kOurUfrag;
    parameters_.controlling = (flags & 4) != 0;
    parameters_.lite = (flags & 8) != 0;
    parameters_.remote_lite = (flags & 16) != 0;
    parameters_.components = (flags & 32) != 0 ? 1 : 2;
    parameters_.trickle = (flags & 64) != 0;
    parameters_.end_of_candidates = (flags & 128) != 0;
    parameters_.remote_candidates.clear();
    for (const uint8_t octet : octets) {
      parameters_.remote_candidates.push_back({static_cast<uint8_t>(1 + octet % 2), Peer(octet / 4),
                                               octet * 77u, static_cast<CandidateType>(octet % 4),
                                               std::to_string(octet % 5)});
    }
    agent_.Apply(parameters_, now_);
    Collect();
    if (!parameters_.lite || !parameters_.remote_lite) return;
    for (uint8_t component = 1; component <= 2; ++component) {
      Require(!agent_.selected(component) || agent_.selected(component)->component == component);
    }
  }

  Counter random_;
  Agent agent_{random_, "fuzz"};
  Parameters parameters_;
  Agent::Time now_{std::chrono::seconds(1)};
  mediad::stun::TransactionId asked_{};
  base::Endpoint asked_at_ = Peer(0);
  uint16_t asked_from_ = 0;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  std::span<const uint8_t> input(data, std::min<size_t>(size, 1024));
  Driver driver;
  while (input.size() >= 3) {
    const size_t length = std::min<size_t>(input[2], input.size() - 3);
    driver.Step(input[0], input[1], input.subspan(3, length));
    input = input.subspan(3 + length);
  }
  driver.Finish();
  return 0;
}
