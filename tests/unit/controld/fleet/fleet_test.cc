// The fleet in virtual time: attaching, inventory, commands, losing and finding workers, liars.
#include "controld/fleet/fleet.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "controld/fleet/keyed_hash.h"
#include "proto/base/text.h"

namespace controld::fleet {
namespace {

using rtpengine::v1::Command;
using rtpengine::v1::CommandResult;
using rtpengine::v1::Hello;
using rtpengine::v1::WorkerFrame;
using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::HasSubstr;

constexpr uint32_t kShard = 1;
const std::string kLoopback("\x7f\0\0\1", 4);

class FleetTest : public testing::Test {
 protected:
  FleetTest() : fleet_(Settings()) { Advance(seconds(100)); }

  static FleetSettings Settings() {
    FleetSettings settings;
    settings.controller_name = "c1";
    settings.build = "test";
    settings.boot_epoch = 7;
    settings.lost_timeout = seconds(60);
    return settings;
  }

  static Hello MakeHello(const std::string& name, uint64_t epoch = 1) {
    Hello hello;
    hello.set_protocol_version(1);
    hello.set_name(name);
    hello.set_boot_epoch(epoch);
    hello.set_state(rtpengine::v1::READY);
    auto* interface = hello.add_interfaces();
    interface->set_name("default");
    interface->set_address(kLoopback);
    interface->set_port_min(30000);
    interface->set_port_max(30999);
    interface->set_ports_total(1000);
    return hello;
  }

  void Advance(std::chrono::nanoseconds by) {
    now_.monotonic += by;
    now_.unix_us += std::chrono::duration_cast<std::chrono::microseconds>(by).count();
  }
  // Steps of 100 ms, as the shell ticks; `heard`: the worker reports its load all the while.
  void Pass(std::chrono::nanoseconds time, StreamId heard = 0) {
    for (std::chrono::nanoseconds t{0}; t < time; t += milliseconds(100)) {
      Advance(milliseconds(100));
      if (heard != 0) Load(heard);
      fleet_.Tick(now_, &actions_);
    }
  }

  StreamId Open() {
    fleet_.StreamOpened(++streams_, "ipv4:192.0.2.1:5", now_);
    return streams_;
  }
  void Say(StreamId stream, const rtpengine::v1::WorkerMessage& message) {
    WorkerFrame frame;
    *frame.add_messages() = message;
    fleet_.OnFrame(stream, &frame, now_, &actions_);
  }
  void SayHello(StreamId stream, const Hello& hello) {
    rtpengine::v1::WorkerMessage message;
    *message.mutable_hello() = hello;
    Say(stream, message);
  }
  void Load(StreamId stream, rtpengine::v1::WorkerState state = rtpengine::v1::READY) {
    rtpengine::v1::WorkerMessage message;
    message.mutable_load()->set_state(state);
    Say(stream, message);
  }
  void Answer(StreamId stream, const CommandResult& result) {
    rtpengine::v1::WorkerMessage message;
    *message.mutable_result() = result;
    Say(stream, message);
  }

  // All actions of a kind, taken out of actions_.
  template <typename T>
  std::vector<T> Take() {
    std::vector<T> out;
    Actions rest;
    for (Action& action : actions_) {
      if (T* found = std::get_if<T>(&action)) {
        out.push_back(std::move(*found));
      } else {
        rest.push_back(std::move(action));
      }
    }
    actions_ = std::move(rest);
    return out;
  }
  std::vector<Command> Sent(StreamId stream) {
    std::vector<Command> out;
    for (SendMessage& send : Take<SendMessage>()) {
      EXPECT_EQ(send.stream, stream);
      if (send.message.has_command()) out.push_back(send.message.command());
    }
    return out;
  }

  // An empty inventory: the worker is READY afterwards.
  StreamId AttachReady(const std::string& name, uint64_t epoch = 1) {
    const StreamId stream = Open();
    SayHello(stream, MakeHello(name, epoch));
    FinishInventory(stream);
    actions_.clear();
    return stream;
  }
  void FinishInventory(StreamId stream) {
    const auto commands = Sent(stream);
    ASSERT_EQ(commands.size(), 1u);
    ASSERT_TRUE(commands[0].has_list());
    CommandResult result;
    result.set_id(commands[0].id());
    result.mutable_list();
    Answer(stream, result);
  }

  static Command Apply(const std::string& call_id, uint32_t port = 0) {
    Command command;
    auto* session = command.mutable_apply()->mutable_session();
    session->set_id(call_id);
    auto* set = session->add_port_sets();
    set->set_id(1);
    set->set_count(2);
    set->set_port(port);
    return command;
  }
  static CommandResult Applied(CommandId id, uint32_t port = 30000) {
    CommandResult result;
    result.set_id(id);
    auto* allocation = result.mutable_apply()->add_allocations();
    allocation->set_id(1);
    allocation->set_address(kLoopback);
    allocation->set_port(port);
    return result;
  }
  CommandId Issue(const std::string& worker, const Command& command) {
    return fleet_.Issue(worker, kShard, command, now_, &actions_);
  }
  rtpengine::v1::WorkerInfo Info(const std::string& name) {
    for (auto& info : fleet_.Describe()) {
      if (info.name() == name) return info;
    }
    ADD_FAILURE() << "no worker " << name;
    return {};
  }
  // The stream was ended because the worker lied.
  void ExpectFault(StreamId stream, const std::string& text) {
    const auto ends = Take<EndStream>();
    ASSERT_EQ(ends.size(), 1u);
    EXPECT_EQ(ends[0].stream, stream);
    EXPECT_EQ(ends[0].code, EndCode::kInvalid);
    EXPECT_THAT(ends[0].reason, HasSubstr(text));
    EXPECT_EQ(fleet_.counters().faults, 1u);
  }

  base::Now now_;
  Fleet fleet_;
  Actions actions_;
  StreamId streams_ = 0;
  base::SystemRandom random_;
};

TEST_F(FleetTest, HelloIsWelcomedAndTheInventoryTakenPageByPage) {
  const StreamId stream = Open();
  SayHello(stream, MakeHello("m1"));
  auto sends = Take<SendMessage>();
  ASSERT_EQ(sends.size(), 2u);
  EXPECT_EQ(sends[0].message.welcome().controller_name(), "c1");
  EXPECT_EQ(sends[0].message.welcome().boot_epoch(), 7u);
  const Command first = sends[1].message.command();
  EXPECT_EQ(first.list().owner(), "c1");
  EXPECT_EQ(first.list().after(), "");
  EXPECT_EQ(Info("m1").state(), rtpengine::v1::JOINING);
  EXPECT_FALSE(fleet_.Place({}, random_).worker);

  CommandResult page;
  page.set_id(first.id());
  page.mutable_list()->set_more(true);
  page.mutable_list()->add_sessions()->set_id("call-1");
  page.mutable_list()->add_sessions()->set_id("call-2");
  Answer(stream, page);
  const auto pages = Take<InventoryPage>();
  ASSERT_EQ(pages.size(), 1u);
  ASSERT_EQ(pages[0].records.size(), 2u);
  EXPECT_EQ(pages[0].records[1].id(), "call-2");
  const auto commands = Sent(stream);
  ASSERT_EQ(commands.size(), 1u);
  EXPECT_EQ(commands[0].list().after(), "call-2");
  EXPECT_TRUE(fleet_.Joining());

  CommandResult last;
  last.set_id(commands[0].id());
  last.mutable_list();
  Answer(stream, last);
  const auto done = Take<InventoryDone>();
  ASSERT_EQ(done.size(), 1u);
  EXPECT_EQ(done[0].worker, "m1");
  EXPECT_EQ(Info("m1").state(), rtpengine::v1::READY);
  EXPECT_FALSE(fleet_.Joining());
  EXPECT_TRUE(fleet_.Place({}, random_).worker);
}

TEST_F(FleetTest, WrongProtocolVersionIsRefused) {
  Hello hello = MakeHello("m1");
  hello.set_protocol_version(2);
  SayHello(Open(), hello);
  const auto ends = Take<EndStream>();
  ASSERT_EQ(ends.size(), 1u);
  EXPECT_EQ(ends[0].code, EndCode::kPrecondition);
  EXPECT_TRUE(fleet_.Describe().empty());
}

TEST_F(FleetTest, FirstMessageHasToBeHelloAndInTime) {
  const StreamId silent = Open();
  Load(Open());
  auto ends = Take<EndStream>();
  ASSERT_EQ(ends.size(), 1u);
  EXPECT_EQ(ends[0].reason, "the first message has to be Hello");
  Pass(seconds(5));
  ends = Take<EndStream>();
  ASSERT_EQ(ends.size(), 1u);
  EXPECT_EQ(ends[0].stream, silent);
}

TEST_F(FleetTest, ResultsReachTheirIssuerInAnyOrder) {
  const StreamId stream = AttachReady("m1");
  const CommandId first = Issue("m1", Apply("a"));
  const CommandId second = Issue("m1", Apply("b"));
  EXPECT_EQ(Sent(stream).size(), 2u);
  EXPECT_EQ(Info("m1").commands_in_flight(), 2u);
  Answer(stream, Applied(second, 30002));
  Answer(stream, Applied(first, 30000));
  const auto results = Take<DeliverResult>();
  ASSERT_EQ(results.size(), 2u);
  EXPECT_EQ(results[0].issuer, kShard);
  EXPECT_EQ(results[0].result.id(), second);
  EXPECT_EQ(results[0].result.apply().allocations(0).port(), 30002u);
  EXPECT_EQ(results[1].result.id(), first);
  EXPECT_EQ(Info("m1").commands_in_flight(), 0u);
}

TEST_F(FleetTest, UnansweredCommandTimesOutAndALateAnswerIsTolerated) {
  const StreamId stream = AttachReady("m1");
  const CommandId id = Issue("m1", Apply("a"));
  Pass(milliseconds(4900), stream);
  EXPECT_TRUE(Take<DeliverResult>().empty());
  Pass(milliseconds(100), stream);
  const auto results = Take<DeliverResult>();
  ASSERT_EQ(results.size(), 1u);
  EXPECT_EQ(results[0].result.id(), id);
  EXPECT_EQ(results[0].result.error().text(), "timeout");
  EXPECT_EQ(fleet_.counters().timeouts, 1u);
  Answer(stream, Applied(id));
  EXPECT_TRUE(Take<DeliverResult>().empty());
  EXPECT_TRUE(Take<EndStream>().empty());
  // But only once.
  Answer(stream, Applied(id));
  ExpectFault(stream, "a result of no command");
}

TEST_F(FleetTest, CommandsForNobodyFailAtOnce) {
  const CommandId id = Issue("nobody", Apply("a"));
  const auto results = Take<DeliverResult>();
  ASSERT_EQ(results.size(), 1u);
  EXPECT_EQ(results[0].result.id(), id);
  EXPECT_EQ(results[0].result.error().text(), "no such worker");
}

TEST_F(FleetTest, BrokenStreamIsNoPlaceForCallsButCommandsWait) {
  const StreamId old = AttachReady("m1");
  const CommandId sent = Issue("m1", Apply("a"));
  Sent(old);
  fleet_.StreamClosed(old, now_, &actions_);
  EXPECT_FALSE(fleet_.Place({}, random_).worker);
  const CommandId later = Issue("m1", Apply("b"));
  Pass(seconds(1));
  EXPECT_TRUE(Take<DeliverResult>().empty());

  const StreamId stream = Open();
  SayHello(stream, MakeHello("m1"));
  FinishInventory(stream);
  const auto done = Take<InventoryDone>();
  ASSERT_EQ(done.size(), 1u);
  // Nothing goes out before the shard has dealt with the inventory.
  EXPECT_TRUE(Sent(stream).empty());
  fleet_.ReleaseWaiting("m1", stream, kShard, now_, &actions_);
  const auto commands = Sent(stream);
  ASSERT_EQ(commands.size(), 2u);
  EXPECT_EQ(commands[0].id(), sent);
  EXPECT_EQ(commands[0].apply().session().id(), "a");
  EXPECT_EQ(commands[1].id(), later);
  EXPECT_EQ(fleet_.counters().resent, 2u);
  Answer(stream, Applied(sent));
  EXPECT_EQ(Take<DeliverResult>().size(), 1u);
}

TEST_F(FleetTest, ReleaseConcernsOneShardAndTheRightStream) {
  const StreamId old = AttachReady("m1");
  fleet_.StreamClosed(old, now_, &actions_);
  Issue("m1", Apply("a"));
  const StreamId stream = Open();
  SayHello(stream, MakeHello("m1"));
  FinishInventory(stream);
  fleet_.ReleaseWaiting("m1", stream, kShard + 1, now_, &actions_);
  fleet_.ReleaseWaiting("m1", old, kShard, now_, &actions_);
  EXPECT_TRUE(Sent(stream).empty());
  fleet_.ReleaseWaiting("m1", stream, kShard, now_, &actions_);
  EXPECT_EQ(Sent(stream).size(), 1u);
}

TEST_F(FleetTest, WaitingCommandsFailAfterTwoSeconds) {
  const StreamId stream = AttachReady("m1");
  fleet_.StreamClosed(stream, now_, &actions_);
  const CommandId id = Issue("m1", Apply("a"));
  Pass(milliseconds(1900));
  EXPECT_TRUE(Take<DeliverResult>().empty());
  Pass(milliseconds(200));
  const auto results = Take<DeliverResult>();
  ASSERT_EQ(results.size(), 1u);
  EXPECT_EQ(results[0].result.id(), id);
  EXPECT_EQ(results[0].result.error().text(), "worker lost");
  EXPECT_EQ(fleet_.counters().waited_in_vain, 1u);
}

TEST_F(FleetTest, SilentForThreeSecondsIsLostThenGone) {
  const StreamId stream = AttachReady("m1");
  Pass(seconds(10), stream);
  EXPECT_EQ(Info("m1").state(), rtpengine::v1::READY);
  Issue("m1", Apply("a"));
  ASSERT_EQ(Sent(stream).size(), 1u);
  Pass(milliseconds(2900));
  EXPECT_EQ(Info("m1").state(), rtpengine::v1::READY);
  Pass(milliseconds(100));
  EXPECT_EQ(Info("m1").state(), rtpengine::v1::LOST);
  EXPECT_FALSE(Info("m1").attached());
  const auto ends = Take<EndStream>();
  ASSERT_EQ(ends.size(), 1u);
  EXPECT_EQ(ends[0].code, EndCode::kLost);
  ASSERT_EQ(Take<DeliverResult>().size(), 1u);
  // Nobody waits for a worker that is lost.
  Issue("m1", Apply("b"));
  EXPECT_EQ(Take<DeliverResult>()[0].result.error().text(), "worker lost");
  Pass(milliseconds(56'900));
  EXPECT_TRUE(Take<WorkerGone>().empty());
  Pass(milliseconds(200));
  const auto gone = Take<WorkerGone>();
  ASSERT_EQ(gone.size(), 1u);
  EXPECT_EQ(gone[0].worker, "m1");
  Pass(seconds(100));
  EXPECT_TRUE(Take<WorkerGone>().empty());  // said once
  // It may come back all the same.
  AttachReady("m1");
  EXPECT_EQ(Info("m1").state(), rtpengine::v1::READY);
}

TEST_F(FleetTest, AttachingAgainReplacesTheOlderStream) {
  for (const uint64_t epoch : {uint64_t{1}, uint64_t{2}}) {
    const StreamId old = AttachReady("m1");
    const StreamId stream = Open();
    SayHello(stream, MakeHello("m1", epoch));
    const auto ends = Take<EndStream>();
    ASSERT_EQ(ends.size(), 1u);
    EXPECT_EQ(ends[0].stream, old);
    EXPECT_EQ(ends[0].code, EndCode::kReplaced);
    EXPECT_EQ(fleet_.View("m1")->boot_epoch, epoch);
    // What the old stream still says is ignored.
    Load(old, rtpengine::v1::DRAINING);
    fleet_.StreamClosed(old, now_, &actions_);
    FinishInventory(stream);
    EXPECT_EQ(Info("m1").state(), rtpengine::v1::READY);
    EXPECT_EQ(fleet_.Describe().size(), 1u);
    fleet_.StreamClosed(stream, now_, &actions_);
    actions_.clear();
  }
}

TEST_F(FleetTest, UnansweredInventoryEndsTheStream) {
  const StreamId stream = Open();
  SayHello(stream, MakeHello("m1"));
  Pass(seconds(5), stream);
  ExpectFault(stream, "no inventory in time");
}

TEST_F(FleetTest, LoadIsChargedAtPlacement) {
  AttachReady("m1");
  call::PlacementNeeds needs;
  needs.streams = 3;
  EXPECT_EQ(fleet_.Place(needs, random_).worker->name, "m1");
  fleet_.Place(needs, random_);
  EXPECT_EQ(Info("m1").charged_streams(), 6u);
  EXPECT_EQ(Info("m1").calls(), 2u);
  fleet_.Discharge("m1", 3);
  fleet_.Charge("m1", 5);
  EXPECT_EQ(Info("m1").charged_streams(), 8u);
  fleet_.Discharge("m1", 100);
  fleet_.Discharge("m1", 100);
  fleet_.Discharge("m1", 100);
  EXPECT_EQ(Info("m1").charged_streams(), 0u);
  EXPECT_EQ(Info("m1").calls(), 0u);
}

TEST_F(FleetTest, ChargeBeforeAttachIsKept) {
  fleet_.Charge("m1", 2);
  Pass(seconds(100));
  EXPECT_TRUE(Take<WorkerGone>().empty());
  EXPECT_EQ(fleet_.View("m1"), nullptr);
  AttachReady("m1");
  EXPECT_EQ(Info("m1").charged_streams(), 2u);
}

TEST_F(FleetTest, DrainingComesFromReportsAndFromTheCommand) {
  const StreamId stream = AttachReady("m1");
  Load(stream, rtpengine::v1::DRAINED);
  EXPECT_EQ(Info("m1").state(), rtpengine::v1::DRAINED);
  EXPECT_EQ(fleet_.Place({}, random_).refusal, call::PlacementRefusal::kNoWorker);
  Command command;
  command.mutable_drain()->set_drain(false);
  CommandResult result;
  result.set_id(Issue("m1", command));
  Answer(stream, result);
  EXPECT_EQ(Info("m1").state(), rtpengine::v1::READY);
}

rtpengine::v1::Certificate MakeCertificate(char octet) {
  rtpengine::v1::Certificate certificate;
  certificate.add_fingerprints()->set_hash("sha-256");
  certificate.mutable_fingerprints(0)->set_digest(std::string(32, octet));
  return certificate;
}

TEST_F(FleetTest, NegotiationSeesTheCertificatesOfToday) {
  const StreamId stream = Open();
  Hello hello = MakeHello("m1");
  *hello.add_certificates() = MakeCertificate('a');
  SayHello(stream, hello);
  const auto before = fleet_.View("m1");
  ASSERT_EQ(before->certificates.size(), 1u);

  rtpengine::v1::WorkerMessage report;
  *report.mutable_load()->add_certificates() = MakeCertificate('b');
  *report.mutable_load()->add_certificates() = MakeCertificate('a');
  Say(stream, report);
  ASSERT_EQ(fleet_.View("m1")->certificates.size(), 2u);
  EXPECT_EQ(fleet_.View("m1")->certificates[0].fingerprints(0).digest(), std::string(32, 'b'));
  EXPECT_EQ(before->certificates.size(), 1u);
  Load(stream);
  EXPECT_EQ(fleet_.View("m1")->certificates.size(), 2u);
}

TEST_F(FleetTest, EventsGoOnButOnlyOurs) {
  const StreamId stream = AttachReady("m1");
  rtpengine::v1::WorkerMessage message;
  message.mutable_event()->set_session("call-1");
  message.mutable_event()->set_owner("c1");
  message.mutable_event()->mutable_idle();
  Say(stream, message);
  const auto events = Take<SessionEvent>();
  ASSERT_EQ(events.size(), 1u);
  EXPECT_EQ(events[0].worker, "m1");
  EXPECT_EQ(events[0].event.session(), "call-1");
  message.mutable_event()->set_owner("c2");
  Say(stream, message);
  ExpectFault(stream, "another controller");
}

struct Lie {
  const char* name;
  void (*tell)(CommandResult* result);
  const char* fault;
};

class LyingWorkerTest : public FleetTest, public testing::WithParamInterface<Lie> {};

TEST_P(LyingWorkerTest, IsCutOff) {
  const StreamId stream = AttachReady("m1");
  const CommandId id = Issue("m1", Apply("a", 30010));
  CommandResult result = Applied(id, 30010);
  GetParam().tell(&result);
  Answer(stream, result);
  ExpectFault(stream, GetParam().fault);
  EXPECT_FALSE(Info("m1").attached());
  ASSERT_EQ(fleet_.Warnings().size(), 1u);
  EXPECT_THAT(fleet_.Warnings()[0], HasSubstr(GetParam().fault));
  // The issuer is not left waiting, unless the command is still good.
  Pass(seconds(3));
  const auto results = Take<DeliverResult>();
  ASSERT_EQ(results.size(), 1u);
  EXPECT_TRUE(results[0].result.has_error());
}

INSTANTIATE_TEST_SUITE_P(
    Lies, LyingWorkerTest,
    testing::Values(
        Lie{"UnknownId", [](CommandResult* r) { r->set_id(999); }, "a result of no command"},
        Lie{"OtherKind", [](CommandResult* r) { r->mutable_statistics(); }, "another kind"},
        Lie{"NoKind", [](CommandResult* r) { r->clear_result(); }, "another kind"},
        Lie{"NothingAllocated", [](CommandResult* r) { r->mutable_apply()->clear_allocations(); },
            "0 port sets allocated, 1 asked for"},
        Lie{"OtherSet",
            [](CommandResult* r) { r->mutable_apply()->mutable_allocations(0)->set_id(2); },
            "port set 2 was not asked for"},
        Lie{"OtherPort",
            [](CommandResult* r) { r->mutable_apply()->mutable_allocations(0)->set_port(30012); },
            "port 30012 instead of 30010"},
        Lie{"OtherAddress",
            [](CommandResult* r) {
              r->mutable_apply()->mutable_allocations(0)->set_address("abcd");
            },
            "outside the announced ranges"},
        Lie{"NoAddress",
            [](CommandResult* r) {
              r->mutable_apply()->mutable_allocations(0)->set_address("abc");
            },
            "not an address"}),
    [](const auto& test) { return test.param.name; });

TEST_F(FleetTest, PortsOutsideTheRangeAreRefused) {
  const StreamId stream = AttachReady("m1");
  // The pair's second port would be 31000.
  Answer(stream, Applied(Issue("m1", Apply("a")), 30999));
  ExpectFault(stream, "port 30999 of port set 1 is outside");
}

TEST_F(FleetTest, InventoryIsNotBelievedBlindly) {
  const StreamId stream = Open();
  SayHello(stream, MakeHello("m1"));
  const auto commands = Sent(stream);
  CommandResult result;
  result.set_id(commands[0].id());
  auto* allocation = result.mutable_list()->add_sessions()->add_allocations();
  allocation->set_address(kLoopback);
  allocation->set_port(80);
  Answer(stream, result);
  ExpectFault(stream, "port 80");
  EXPECT_TRUE(Take<InventoryPage>().empty());
}

TEST_F(FleetTest, EmptyPageWithMoreToComeDoesNotLoop) {
  const StreamId stream = Open();
  SayHello(stream, MakeHello("m1"));
  CommandResult result;
  result.set_id(Sent(stream)[0].id());
  result.mutable_list()->set_more(true);
  Answer(stream, result);
  ExpectFault(stream, "an empty page");
}

TEST_F(FleetTest, HelloIsValidated) {
  const std::vector<std::pair<std::string, void (*)(Hello*)>> cases = {
      {"name", [](Hello* h) { h->set_name(""); }},
      {"name", [](Hello* h) { h->set_name(std::string(256, 'x')); }},
      {"no interface", [](Hello* h) { h->clear_interfaces(); }},
      {"no valid address", [](Hello* h) { h->mutable_interfaces(0)->set_address("12345"); }},
      {"advertised", [](Hello* h) { h->mutable_interfaces(0)->set_advertised("12345"); }},
      {"port range", [](Hello* h) { h->mutable_interfaces(0)->set_port_min(0); }},
      {"port range", [](Hello* h) { h->mutable_interfaces(0)->set_port_max(70000); }},
      {"port range", [](Hello* h) { h->mutable_interfaces(0)->set_port_min(40000); }},
      {"without name", [](Hello* h) { h->mutable_interfaces(0)->set_name(""); }},
      {"alias", [](Hello* h) { h->mutable_interfaces(0)->set_alias_of("x"); }},
      {"without SHA-256", [](Hello* h) { h->add_certificates(); }},
      {"invalid fingerprint",
       [](Hello* h) {
         auto* fingerprint = h->add_certificates()->add_fingerprints();
         fingerprint->set_hash("sha-256");
         fingerprint->set_digest("short");
       }},
  };
  for (const auto& [fault, change] : cases) {
    Hello hello = MakeHello("m1");
    change(&hello);
    SayHello(Open(), hello);
    const auto ends = Take<EndStream>();
    ASSERT_EQ(ends.size(), 1u) << fault;
    EXPECT_THAT(ends[0].reason, HasSubstr(fault));
  }
  EXPECT_TRUE(fleet_.Describe().empty());
}

TEST_F(FleetTest, NumberOfWorkersIsBounded) {
  for (size_t i = 0; i < Fleet::kMaxWorkers; ++i) {
    const StreamId stream = Open();
    SayHello(stream, MakeHello(base::StrCat("m", i)));
    ASSERT_TRUE(Take<EndStream>().empty());
  }
  SayHello(Open(), MakeHello("one more"));
  ASSERT_EQ(Take<EndStream>().size(), 1u);
  // When one is gone there is room.
  for (StreamId stream = 1; stream <= 3; ++stream) fleet_.StreamClosed(stream, now_, &actions_);
  Advance(seconds(60));
  fleet_.Tick(now_, &actions_);
  actions_.clear();
  SayHello(Open(), MakeHello("one more"));
  EXPECT_TRUE(Take<EndStream>().empty());
}

TEST(KeyedHashTest, MatchesThePublishedVectors) {
  // Aumasson and Bernstein's reference vectors: key 00…0f, input 00…(n-1).
  const HashKey key{0x0706050403020100, 0x0f0e0d0c0b0a0908};
  std::string input;
  EXPECT_EQ(KeyedHash(key, input), 0x726fdb47dd0e0e31u);
  for (char c = 0; c < 8; ++c) input.push_back(c);
  EXPECT_EQ(KeyedHash(key, input), 0x93f5f5799a932462u);
  for (char c = 8; c < 15; ++c) input.push_back(c);
  EXPECT_EQ(KeyedHash(key, input), 0xa129ca6149be45e5u);
}

}  // namespace
}  // namespace controld::fleet
