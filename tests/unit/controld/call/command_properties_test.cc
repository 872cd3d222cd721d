// Properties that hold under any order of commands: a command that fails changes nothing, one that
// only looks changes nothing, what we print can be read, no port set outlives its use, and in the
// end everything is given back.
//
// Commands are drawn at random from a fixed seed, over a few calls, with bodies, flags, tags and
// worker errors that a proxy or a network may come up with (random_commands.h).
#include <gtest/gtest.h>

#include <cstdlib>
#include <map>
#include <set>

#include "controld/bencode/encode.h"
#include "controld/call/call_state.pb.h"
#include "controld/listen/statistics_tree.h"
#include "controld/ng/commands.h"
#include "controld/sdp/parse.h"
#include "tests/unit/controld/call/loop_directory.h"
#include "tests/unit/controld/call/random_commands.h"
#include "tests/unit/controld/call/service_fixture.h"

namespace controld::call {
namespace {

using ng::Command;

// PROPERTY_COMMANDS says another number. Sanitized builds are not optimised: they take ten times as
// long.
int Commands() {
#ifdef __SANITIZE_ADDRESS__
  constexpr int kCommands = 10'000;
#else
  constexpr int kCommands = 100'000;
#endif
  const char* wanted = std::getenv("PROPERTY_COMMANDS");
  return wanted != nullptr ? std::atoi(wanted) : kCommands;
}

bool OnlyLooks(Command command) {
  return command == Command::kQuery || command == Command::kList ||
         command == Command::kStatistics || command == Command::kPing ||
         command == Command::kTransform;
}

// Errors after which the call is gone by specification (ng-protocol.md §6.1.6).
bool EndsTheCall(const ng::Dictionary& reply) {
  return Text(reply, "error-reason") == "Ran out of ports";
}

class CommandProperties : public ServiceTest {
 protected:
  CommandProperties() {
    service_->SetDirectory(&directory_);
    gateway_.HaveCertificate();
  }

  // What is known of all calls, here and at the worker.
  struct Known {
    std::map<std::string, CallState> calls;
    std::string print;
  };
  Known Look() {
    Known known;
    known.calls = Calls();
    for (const auto& [call_id, state] : known.calls) state.AppendToString(&known.print);
    for (const auto& [call_id, held] : gateway_.held) {
      base::StrAppend(&known.print, call_id, held.session.generation(), held.session.record());
    }
    return known;
  }
  // What clients are told of them.
  std::string Told() {
    std::string print;
    for (const char* call_id : RandomCommands::kCallIds)
      bencode::Encode(Do(QueryFor(call_id)), &print);
    return print;
  }

  // By the ids that found them.
  std::map<std::string, CallState> Calls() {
    std::map<std::string, CallState> calls;
    for (const char* call_id : RandomCommands::kCallIds) {
      service_->Lend(call_id, [&](Loan loan) {
        if (!loan.found) return;
        calls[call_id] = std::move(loan.state);
        service_->TakeBack(call_id, "");
      });
    }
    return calls;
  }

  // Every port set is in use by a medium that is still there, and the worker has the same ones
  // open.
  void ExpectNoStrayPorts(const CallState& call) {
    std::set<uint32_t> used;
    for (const Party& party : call.parties()) {
      if (party.removed()) continue;
      for (const Media& media : party.media()) {
        for (const EndpointMap& map : media.maps()) {
          used.insert(map.port_set());
          used.insert(map.further_port_sets().begin(), map.further_port_sets().end());
        }
      }
    }
    // o= may go on naming the address of ports that are gone.
    for (const OutputMemory& memory : call.memory()) used.insert(memory.origin_port_set());
    for (const Party& party : call.parties()) used.insert(party.own().origin_port_set());
    const auto held = gateway_.held.find(call.call_id());
    ASSERT_NE(held, gateway_.held.end()) << call.call_id() << " has no session";
    ASSERT_EQ(held->second.session.port_sets_size(), call.port_sets_size());
    for (const auto& port_set : held->second.session.port_sets()) {
      ASSERT_EQ(used.count(port_set.id()), 1u) << "port set " << port_set.id() << " leaked";
    }
  }

  // What we print, we can read: as many sections, none without a format.
  void ExpectReadable(const std::string& text) {
    const auto sdp = sdp::Parse(text);
    ASSERT_TRUE(sdp.ok()) << sdp.status() << "\n" << text;
    ASSERT_EQ(sdp->media.size(), LinesOf(text, "m=").size()) << text;
    for (const sdp::MediaSection& section : sdp->media) {
      ASSERT_FALSE(section.protocol.empty()) << text;
      ASSERT_LE(section.port, 65535u) << text;
    }
  }

  // The commands that the listener carries out, on what it has of calls.
  ng::Dictionary CarryOutHere(const ng::Request& request) {
    ng::Dictionary reply;
    if (request.command == Command::kList) {
      std::vector<std::string> calls;
      service_->List(100, &calls);
      EXPECT_EQ(std::set<std::string>(calls.begin(), calls.end()), HeldIds());
    } else if (request.command == Command::kStatistics) {
      const listen::ClientStatistics clients({3, 4});
      const ng::Dictionary tree = listen::BuildStatisticsTree({counters_, clients, {}});
      const ng::Dictionary& now = *tree.Find("currentstatistics")->dictionary();
      EXPECT_EQ(*now.Find("sessionsown")->integer(), static_cast<int64_t>(gateway_.held.size()));
    }
    reply.Add("result", request.command == Command::kPing ? "pong" : "ok");
    return reply;
  }

  std::set<std::string> HeldIds() const {
    std::set<std::string> ids;
    for (const auto& [call_id, held] : gateway_.held) ids.insert(call_id);
    return ids;
  }

  ng::Dictionary CarryOut(ng::Request request) {
    switch (request.command) {
      case Command::kList:
      case Command::kStatistics:
      case Command::kPing:
        return CarryOutHere(request);
      default:
        return Do(std::move(request));
    }
  }

  // The next one, and what holds before and after it.
  void Step(int number) {
    now_ = At(0.01 * number);
    ng::Request request = dice_.Chance(40) ? commands_.Fragment() : commands_.Next();
    const Command command = request.command;
    const bool with_query = number % 64 == 0;  // it takes longer than all the rest
    const std::string told = with_query ? Told() : "";
    if (!OnlyLooks(command) && dice_.Chance(50)) {
      const auto code =
          dice_.Chance(3) ? rtpengine::v1::Error::PORTS_EXHAUSTED : rtpengine::v1::Error::INVALID;
      gateway_.FailNextApply(code, "the test says so");
    }
    const ng::Dictionary reply = CarryOut(std::move(request));
    gateway_.fail_next_apply.reset();
    const std::string result = Text(reply, "result");
    ++results_[command][result];
    Known after = Look();
    if ((result == "error" && !EndsTheCall(reply)) || OnlyLooks(command)) {
      ASSERT_TRUE(after.print == before_.print && (!with_query || Told() == told))
          << ng::CommandName(command) << " changed something: " << Text(reply, "error-reason");
    }
    if (reply.Find("sdp") != nullptr) ExpectReadable(Text(reply, "sdp"));
    ASSERT_EQ(service_->size(), gateway_.held.size()) << ng::CommandName(command);
    for (const auto& [call_id, state] : after.calls) ExpectNoStrayPorts(state);
    before_ = std::move(after);
  }

  std::string LastCommand() const {
    std::string text;
    bencode::Encode(commands_.last(), &text);
    return text;
  }

  // So that calls do not grow for ever.
  void DeleteAll() {
    std::vector<std::string> calls;
    service_->List(1000, &calls);
    // Parts of a call that became one of several each go by their own id.
    for (const char* call_id : RandomCommands::kCallIds) calls.push_back(call_id);
    for (const std::string& call_id : calls) {
      ng::Request request = Message(Command::kDelete, call_id);
      request.delete_delay = 0;
      Do(std::move(request));
    }
  }

  void ExpectNothingLeft() {
    EXPECT_TRUE(gateway_.held.empty());
    EXPECT_EQ(service_->size(), 0u);
    EXPECT_EQ(counters_.calls.load(), 0);
    for (const auto& [worker, streams] : gateway_.charges) EXPECT_EQ(streams, 0) << worker;
  }

  LoopDirectory directory_{service_};
  Known before_;
  Dice dice_{20'26};
  RandomCommands commands_{dice_};
  std::map<Command, std::map<std::string, int>> results_;
};

TEST_F(CommandProperties, HoldUnderAnyOrder) {
  const int commands = Commands();
  for (int i = 0; i < commands; ++i) {
    Step(i);
    if (HasFailure()) FAIL() << "command " << i << " was " << LastCommand();
    if (i % 97 == 0) {
      TickAt(0.01 * i);
      before_ = Look();
    }
    if (i % 60 == 59) {
      DeleteAll();
      ExpectNothingLeft();
      before_ = Look();
    }
    if (gateway_.sent.size() > 1000) gateway_.sent.clear();
  }
  DeleteAll();
  ExpectNothingLeft();
  if (HasFailure()) return;
  // The mixture is one that reaches all of it: each command that can succeed did, and each that can
  // fail failed.
  for (const ng::CommandRow& row : ng::CommandRows()) {
    if (row.command == Command::kCli) continue;  // text, not a command on calls
    std::map<std::string, int>& results = results_[row.command];
    switch (row.command) {
      case Command::kPing:
        EXPECT_GT(results["pong"], 0);
        break;
      case Command::kList:
      case Command::kStatistics:
        EXPECT_GT(results["ok"], 0);
        break;
      case Command::kPlayMedia:
      case Command::kStopMedia:
      case Command::kPlayDtmf:
      case Command::kStartRecording:
      case Command::kStartForwarding:
        EXPECT_EQ(results["ok"], 0) << row.name;
        EXPECT_GT(results["error"], 0) << row.name;
        break;
      default:
        EXPECT_GT(results["ok"], commands / 20'000) << row.name;
        if (row.command != Command::kDelete) {
          EXPECT_GT(results["error"], commands / 20'000) << row.name;
        }
    }
  }
  EXPECT_GT(results_[Command::kOffer]["ok"], commands / 20);
  EXPECT_GT(results_[Command::kAnswer]["ok"], commands / 20);
}

}  // namespace
}  // namespace controld::call
