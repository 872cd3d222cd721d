// The engine with real sockets on the loopback interface.
#include "mediad/relay/engine.h"

#include <ctime>
#include <fstream>
#include <map>

#include "mediad/relay/udp_socket.h"
#include "tests/unit/mediad/relay/engine_fixture.h"

namespace mediad::relay {
namespace {

TEST_F(EngineTest, RelaysBothWaysAndAnswersWithStatistics) {
  Peer a, b;
  const v1::CommandResult applied = Apply(TwoParties("one", a, b));
  ASSERT_FALSE(applied.has_error()) << applied.DebugString();
  ASSERT_EQ(applied.apply().allocations_size(), 2);
  EXPECT_EQ(applied.apply().allocations(0).interface(), "default");
  EXPECT_EQ(applied.apply().allocations(0).port() % 2, 0u);
  EXPECT_EQ(PortsUsed(), 4u);
  a.Send(Rtp(1), Ours(applied, 0));
  const auto at_b = b.Receive();
  ASSERT_TRUE(at_b);
  EXPECT_EQ(at_b->bytes, Rtp(1));
  EXPECT_EQ(at_b->from, Ours(applied, 1));
  b.Send(Rtp(2), Ours(applied, 1));
  const auto at_a = a.Receive();
  ASSERT_TRUE(at_a);
  EXPECT_EQ(at_a->from, Ours(applied, 0));

  const auto confirmed = Await([](const v1::Event& event) { return event.has_confirmed(); });
  ASSERT_TRUE(confirmed);
  EXPECT_EQ(confirmed->session(), "one");
  EXPECT_EQ(confirmed->owner(), "test");
  EXPECT_EQ(confirmed->generation(), 1u);
  EXPECT_EQ(confirmed->confirmed().endpoint().port(), a.endpoint().port);

  const v1::CommandResult queried = Query("one");
  EXPECT_EQ(queried.statistics().media(0).streams(0).ingress().packets(), 1u);
  EXPECT_EQ(engine_->Totals().sessions, 1u);
  EXPECT_EQ(engine_->Totals().packets, 2u);
  EXPECT_EQ(engine_->Totals().bytes, 344u);
  google::protobuf::RepeatedPtrField<v1::InterfaceLoad> loads;
  table_->DescribeLoad(&loads);
  engine_->AddTraffic(&loads);
  EXPECT_EQ(loads.Get(0).ingress().packets(), 2u);
  EXPECT_EQ(loads.Get(0).ingress().bytes(), 344u);
  EXPECT_EQ(loads.Get(0).egress().packets(), 2u);
  EXPECT_EQ(loads.Get(1).ingress().packets(), 0u);
  const v1::CommandResult deleted = Delete("one");
  EXPECT_EQ(deleted.statistics().media(1).streams(0).egress().bytes(), 172u);
  EXPECT_EQ(PortsUsed(), 0u);
  EXPECT_EQ(engine_->Totals().sessions, 0u);
  EXPECT_EQ(Query("one").error().code(), v1::Error::UNKNOWN_SESSION);
}

TEST_F(EngineTest, RelaysBetweenFamiliesAndSetsTos) {
  Peer a, b(true);
  v1::Session session = TwoParties("six", a, b);
  session.mutable_media(0)->set_tos(184);
  const v1::CommandResult applied = Apply(session);
  ASSERT_FALSE(applied.has_error()) << applied.DebugString();
  a.Send(Rtp(1), Ours(applied, 0));
  ASSERT_TRUE(b.Receive());
  b.Send(Rtp(2), Ours(applied, 1));
  auto at_a = a.Receive();
  ASSERT_TRUE(at_a);
  EXPECT_EQ(at_a->tos, 184);
  session.set_generation(2);
  session.mutable_media(0)->set_tos(0);
  Apply(session);
  b.Send(Rtp(3), Ours(applied, 1));
  at_a = a.Receive();
  ASSERT_TRUE(at_a);
  EXPECT_EQ(at_a->tos, 0);
}

TEST_F(EngineTest, CutsDatagramsBeyond8192Octets) {
  Peer a, b;
  const v1::CommandResult applied = Apply(TwoParties("long", a, b));
  a.Send(Rtp(1, 8180), Ours(applied, 0));
  auto at_b = b.Receive();
  ASSERT_TRUE(at_b);
  EXPECT_EQ(at_b->bytes.size(), 8192u);
  a.Send(Rtp(1, 9000), Ours(applied, 0));
  at_b = b.Receive();
  ASSERT_TRUE(at_b);
  EXPECT_EQ(at_b->bytes, Rtp(1, 9000).substr(0, 8192));
  v1::QuerySession request;
  request.set_id("long");
  request.set_owner("test");
  request.set_explain(true);
  const v1::CommandResult queried = Ask(&Engine::Query, request);
  ASSERT_EQ(queried.statistics().media(0).streams(0).explain().drops_size(), 1);
  EXPECT_EQ(queried.statistics().media(0).streams(0).explain().drops(0).reason(), v1::DROP_TRUNCATED);
}

TEST_F(EngineTest, SurvivesUnreachablePeers) {
  std::optional<Peer> a(std::in_place);
  Peer b;
  const v1::CommandResult applied = Apply(TwoParties("gone", *a, b));
  a.reset();  // what is sent to it comes back as "connection refused"
  for (uint16_t i = 0; i < 20; ++i) b.Send(Rtp(i), Ours(applied, 1));
  const auto failed = Await([](const v1::Event& event) { return event.has_failed(); }, milliseconds(300));
  EXPECT_FALSE(failed) << failed->DebugString();
  EXPECT_EQ(Query("gone").statistics().media(1).streams(0).ingress().packets(), 20u);
}

// The shard stands still while one port is flooded and another one gets a packet: both have their turn.
TEST_F(EngineTest, AFloodedPortDoesNotStarveTheOthers) {
  Peer flooding, other, listener;
  const base::Endpoint flooded = Ours(Apply(TwoParties("flooded", flooding, listener)), 0);
  const base::Endpoint quiet = Ours(Apply(TwoParties("quiet", other, listener)), 0);
  constexpr uint16_t kFlood = 150;
  {
    std::lock_guard<std::mutex> hold(mutex_);  // what the shard has to report waits for it
    flooding.Send(Rtp(0), flooded);
    ASSERT_TRUE(listener.Receive());
    for (uint16_t i = 1; i <= kFlood; ++i) flooding.Send(Rtp(i), flooded);
    other.Send(Rtp(1000), quiet);
  }
  size_t before = 0;
  for (auto packet = listener.Receive(); packet && packet->bytes != Rtp(1000); packet = listener.Receive()) ++before;
  EXPECT_LT(before, 8u);
  for (size_t i = before; i < kFlood; ++i) ASSERT_TRUE(listener.Receive());
}

TEST(UdpSocketTest, HasTheReceiveBufferThatTheSystemAllows) {
  UdpSocket socket;
  ASSERT_EQ(socket.Bind({*base::IpAddress::Parse("127.0.0.1"), 0}), 0);
  int allowed = 0, size = 0;
  std::ifstream("/proc/sys/net/core/rmem_max") >> allowed;
  ASSERT_GT(allowed, 0);
  socklen_t length = sizeof size;
  ASSERT_EQ(getsockopt(socket.fd(), SOL_SOCKET, SO_RCVBUF, &size, &length), 0);
  EXPECT_GE(size, 2 * std::min(allowed, UdpSocket::kReceiveBuffer));
}

TEST_F(EngineTest, KeepsPortsOverGenerationsAndGivesBackTheRtcpPort) {
  Peer a, b;
  v1::Session session = TwoParties("mux", a, b);
  const v1::CommandResult first = Apply(session);
  session.set_generation(2);
  session.mutable_media(0)->set_rtcp_mux(true);
  session.mutable_port_sets(0)->set_count(1);
  const v1::CommandResult second = Apply(session);
  ASSERT_FALSE(second.has_error()) << second.DebugString();
  EXPECT_EQ(Ours(second, 0), Ours(first, 0));
  EXPECT_EQ(PortsUsed(), 3u);
  a.Send(Rtp(1), Ours(second, 0));
  EXPECT_TRUE(b.Receive());
  UdpSocket probe;
  EXPECT_EQ(probe.Bind(Ours(first, 0, 1)), 0) << "the RTCP port is closed";

  session.set_generation(3);
  session.mutable_port_sets(0)->set_count(2);
  EXPECT_EQ(Apply(session).error().code(), v1::Error::INVALID);
  a.Send(Rtp(2), Ours(second, 0));  // nothing has changed
  EXPECT_TRUE(b.Receive());
}

TEST_F(EngineTest, NewPortSetsComeAndOldOnesGo) {
  Peer a, b;
  v1::Session session = TwoParties("reoffer", a, b);
  const v1::CommandResult first = Apply(session);
  v1::PortSet* fresh = session.add_port_sets();
  fresh->set_id(7);
  fresh->set_family(v1::IPV4);
  fresh->set_count(2);
  session.mutable_media(1)->set_port_set(7);
  session.mutable_media(1)->add_late_port_sets(2);
  session.set_generation(2);
  const v1::CommandResult second = Apply(session);
  ASSERT_EQ(second.apply().allocations_size(), 3);
  EXPECT_EQ(Ours(second, 1), Ours(first, 1));
  b.Send(Rtp(1), Ours(second, 1));
  EXPECT_TRUE(a.Receive());
  a.Send(Rtp(2), Ours(second, 0));
  auto at_b = b.Receive();
  ASSERT_TRUE(at_b);
  EXPECT_EQ(at_b->from, Ours(second, 2));

  session.mutable_media(1)->clear_late_port_sets();
  session.mutable_port_sets()->DeleteSubrange(1, 1);
  session.set_generation(3);
  const v1::CommandResult third = Apply(session);
  EXPECT_EQ(Ours(third, 1), Ours(second, 2));
  EXPECT_EQ(PortsUsed(), 4u);
  b.Send(Rtp(3), Ours(third, 1));
  EXPECT_TRUE(a.Receive());
}

TEST_F(EngineTest, PinnedPortsAreHonouredOrRefused) {
  Peer a, b;
  v1::Session session = TwoParties("pinned", a, b);
  session.mutable_port_sets(0)->set_port(Range() + 10u);
  session.mutable_port_sets(0)->set_address(base::IpAddress::Parse("127.0.0.1")->ToBytes());
  const v1::CommandResult applied = Apply(session);
  ASSERT_FALSE(applied.has_error()) << applied.DebugString();
  EXPECT_EQ(Ours(applied, 0).port, Range() + 10);
  session.set_id("too late");
  const v1::CommandResult refused = Apply(session);
  EXPECT_TRUE(refused.has_error());
  EXPECT_EQ(PortsUsed(), 4u) << "nothing is kept of a refused session";
  EXPECT_EQ(engine_->Totals().sessions, 1u);
}

TEST_F(EngineTest, BindFailureOfAPinnedPortSaysWhichAndWhy) {
  Peer a, b;
  const base::Endpoint taken{*base::IpAddress::Parse("127.0.0.1"), static_cast<uint16_t>(Range() + 12)};
  UdpSocket other;
  ASSERT_EQ(other.Bind(taken), 0);
  v1::Session session = TwoParties("bind", a, b);
  session.mutable_port_sets(1)->set_port(taken.port);
  const v1::CommandResult refused = Apply(session);
  EXPECT_EQ(refused.error().code(), v1::Error::BIND_FAILED);
  EXPECT_EQ(refused.error().errno_value(), EADDRINUSE);
  EXPECT_EQ(refused.error().port(), taken.port);
  EXPECT_EQ(PortsUsed(), 0u);
}

TEST_F(EngineTest, ExhaustionIsRolledBack) {
  Peer a, b;
  for (int i = 0; i < kPorts / 4; ++i) {
    const v1::CommandResult applied = Apply(TwoParties("n" + std::to_string(i), a, b));
    ASSERT_FALSE(applied.has_error()) << applied.DebugString();
  }
  const v1::CommandResult refused = Apply(TwoParties("one too many", a, b));
  EXPECT_EQ(refused.error().code(), v1::Error::PORTS_EXHAUSTED);
  Delete("n0");
  v1::Session big = TwoParties("big", a, b);
  *big.add_port_sets() = big.port_sets(0);
  big.mutable_port_sets(2)->set_id(3);
  EXPECT_EQ(Apply(big).error().code(), v1::Error::PORTS_EXHAUSTED);
  EXPECT_EQ(PortsUsed(), kPorts - 4u);
}

TEST_F(EngineTest, RefusesWhatItMust) {
  Peer a, b;
  v1::Session session = TwoParties("s", a, b);
  session.mutable_port_sets(0)->set_interface("nowhere");
  EXPECT_EQ(Apply(session).error().code(), v1::Error::UNKNOWN_INTERFACE);
  session.mutable_port_sets(0)->clear_interface();
  session.mutable_routes(0)->set_to(99);
  EXPECT_EQ(Apply(session).error().code(), v1::Error::INVALID);
  session = TwoParties("s", a, b);
  session.set_generation(5);
  EXPECT_FALSE(Apply(session).has_error());
  EXPECT_FALSE(Apply(session).has_error()) << "the same again is fine";
  session.set_generation(4);
  EXPECT_EQ(Apply(session).error().code(), v1::Error::STALE);
  EXPECT_EQ(Delete("unknown").error().code(), v1::Error::UNKNOWN_SESSION);

  engine_->SetDraining(true);
  EXPECT_TRUE(engine_->draining());
  EXPECT_EQ(Apply(TwoParties("new", a, b)).error().code(), v1::Error::DRAINING_REFUSED);
  session.set_generation(6);
  EXPECT_FALSE(Apply(session).has_error()) << "those it has go on";
  engine_->Stop();
  EXPECT_EQ(Apply(session).error().code(), v1::Error::SHUTTING_DOWN);
}

TEST_F(EngineTest, OwnersAreApart) {
  Peer a, b;
  v1::Session session = TwoParties("same", a, b);
  ASSERT_FALSE(Apply(session).has_error());
  session.set_owner("another");
  ASSERT_FALSE(Apply(session).has_error());
  EXPECT_EQ(engine_->Totals().sessions, 2u);
  EXPECT_EQ(List("", 0).list().sessions_size(), 1);
}

TEST_F(EngineTest, PagesThroughTheSessionsOfAllShards) {
  Open(3);
  Peer a, b;
  std::map<std::string, int> seen;
  for (int i = 0; i < 6; ++i) Apply(TwoParties("call " + std::to_string(i), a, b));
  std::string after;
  for (int pages = 0; pages < 10; ++pages) {
    const v1::CommandResult page = List(after, 2);
    ASSERT_FALSE(page.has_error());
    EXPECT_LE(page.list().sessions_size(), 2);
    for (const v1::SessionRecord& one : page.list().sessions()) {
      ++seen[one.id()];
      EXPECT_EQ(one.record(), "record of " + one.id());
      EXPECT_EQ(one.allocations_size(), 2);
      EXPECT_FALSE(one.idle());
      after = one.id();
    }
    if (!page.list().more()) break;
  }
  EXPECT_EQ(seen.size(), 6u);
  for (const auto& [id, times] : seen) EXPECT_EQ(times, 1) << id;
}

TEST_F(EngineTest, PagingPassesACallWithAnEmptyId) {
  Open(2);
  Peer a, b;
  std::map<std::string, int> seen;
  for (const char* id : {"", "x", "y", "z"}) ASSERT_FALSE(Apply(TwoParties(id, a, b)).has_error());
  std::string after;
  bool more = true;
  for (int pages = 0; more && pages < 10; ++pages) {
    const v1::CommandResult page = List(after, 1);
    for (const v1::SessionRecord& one : page.list().sessions()) {
      ++seen[one.id()];
      after = one.id();
    }
    more = page.list().more();
  }
  EXPECT_FALSE(more);
  EXPECT_EQ(seen, (std::map<std::string, int>{{"", 1}, {"x", 1}, {"y", 1}, {"z", 1}}));
}

TEST_F(EngineTest, SaysOncePerGenerationThatASessionIsIdle) {
  Peer a, b;
  v1::Session session = TwoParties("idle", a, b);
  for (v1::Media& media : *session.mutable_media()) media.set_idle_limit_s(1);
  const auto is_idle = [](const v1::Event& event) { return event.has_idle(); };
  Apply(session);
  const auto idle = Await(is_idle);
  ASSERT_TRUE(idle);
  EXPECT_EQ(idle->idle().last_liveness(), v1::CHECKED);
  EXPECT_EQ(idle->generation(), 1u);
  EXPECT_TRUE(List("", 0).list().sessions(0).idle());
  EXPECT_FALSE(Await(is_idle, milliseconds(1500)));
  session.set_generation(2);
  Apply(session);
  const auto again = Await(is_idle);
  ASSERT_TRUE(again);
  EXPECT_EQ(again->generation(), 2u);
}

TEST_F(EngineTest, DeadlineStopsTheMediaUntilItIsMoved) {
  Peer a, b;
  v1::Session session = TwoParties("deadline", a, b);
  session.set_deadline_unix(time(nullptr) + 1);
  const v1::CommandResult applied = Apply(session);
  const auto is_deadline = [](const v1::Event& event) { return event.has_deadline(); };
  ASSERT_TRUE(Await(is_deadline));
  a.Send(Rtp(1), Ours(applied, 0));
  EXPECT_FALSE(b.Receive(milliseconds(200)));
  EXPECT_FALSE(Await(is_deadline, milliseconds(1200)));
  session.set_generation(2);
  session.set_deadline_unix(0);
  Apply(session);
  EXPECT_TRUE(b.Receive());  // it waited in the socket
}

TEST_F(EngineTest, OrphansEndByThemselves) {
  Open(1, 1);
  Peer a, b;
  v1::Session session = TwoParties("orphan", a, b);
  for (v1::Media& media : *session.mutable_media()) media.set_idle_limit_s(1);
  Apply(session);
  ASSERT_TRUE(Await([](const v1::Event& event) { return event.has_idle(); }));
  EXPECT_EQ(engine_->Totals().sessions, 1u);
  for (int i = 0; i < 50 && engine_->Totals().sessions != 0; ++i) {
    std::unique_lock<std::mutex> lock(mutex_);
    changed_.wait_for(lock, milliseconds(100));
  }
  EXPECT_EQ(engine_->Totals().sessions, 0u);
  EXPECT_EQ(PortsUsed(), 0u);
}

TEST_F(EngineTest, PiercesNat) {
  Peer a, b;
  v1::Session session = TwoParties("pierce", a, b);
  session.mutable_media(0)->set_pierce_nat(true);
  Apply(session);
  const auto piercing = a.Receive();
  ASSERT_TRUE(piercing);
  EXPECT_EQ(piercing->bytes, std::string("\x80\x7f\xff\xff\0\0\0\0\0\0\0\0", 12));
}

TEST_F(EngineTest, SendsReportsOfItsOwnWhileItIsToldTo) {
  Peer a, b;
  v1::Session session = TwoParties("reports", a, b);
  for (v1::Media& media : *session.mutable_media()) {
    media.set_rtcp_mux(true);
    media.set_generate_rtcp(true);
    media.set_rtcp_interval_ms(100);
    media.set_cname("box");
  }
  const v1::CommandResult applied = Apply(session);
  ASSERT_FALSE(applied.has_error());
  a.Send(Rtp(1), Ours(applied, 0));
  ASSERT_TRUE(b.Receive());
  const auto report = b.Receive();
  ASSERT_TRUE(report);
  EXPECT_EQ(report->from, Ours(applied, 1));
  ASSERT_EQ(report->bytes.size(), 28u + 4 + 12);
  EXPECT_EQ(static_cast<uint8_t>(report->bytes[1]), 200);
  EXPECT_EQ(report->bytes[23], 1);  // packets
  EXPECT_EQ(report->bytes.substr(38, 3), "box");
  EXPECT_FALSE(a.Receive(milliseconds(0)));  // nothing was sent to it
  EXPECT_FALSE(Delete("reports").has_error());
}

TEST_F(EngineTest, ManyCommandsAtOnceAreAllAnswered) {
  Open(2);
  Peer a, b;
  std::atomic<int> answered{0}, good{0};
  constexpr int kCommands = 2000;
  std::promise<void> all;
  const auto count = [&](const v1::CommandResult& result) {
    if (!result.has_error()) ++good;
    if (++answered == kCommands) all.set_value();
  };
  for (int i = 0; i < kCommands / 2; ++i) {
    v1::ApplySession apply;
    *apply.mutable_session() = TwoParties("c" + std::to_string(i % 4), a, b);
    engine_->Apply(std::move(apply), count);
    v1::QuerySession query;
    query.set_id("c" + std::to_string(i % 4));
    query.set_owner("test");
    engine_->Query(std::move(query), count);
  }
  ASSERT_EQ(all.get_future().wait_for(std::chrono::seconds(20)), std::future_status::ready);
  EXPECT_EQ(good, kCommands) << "in the order they were given";
}

// Sessions on several shards: whichever they are on, one becomes part of another.
TEST_F(EngineTest, ASessionBecomesPartOfAnother) {
  Open(3);
  for (const std::string id : {"other 1", "other 2", "other 3", "other 4"}) {
    Peer a, b, c, d;
    const v1::CommandResult one = Apply(TwoParties("one", a, b));
    const v1::CommandResult two = Apply(TwoParties(id, c, d));
    ASSERT_FALSE(one.has_error() || two.has_error());
    c.Send(Rtp(1), Ours(two, 0));
    ASSERT_TRUE(d.Receive());

    // a and c hear each other; b and d are still there.
    v1::Session both = TwoParties("one", a, b);
    both.set_generation(2);
    both.clear_routes();
    const v1::Session other = TwoParties(id, c, d);
    constexpr uint32_t kOffset = 10;
    for (int i = 0; i < 2; ++i) {
      v1::PortSet* ports = both.add_port_sets();
      *ports = other.port_sets(i);
      ports->set_id(ports->id() + kOffset);
      v1::Media* media = both.add_media();
      *media = other.media(i);
      media->set_id(media->id() + kOffset);
      media->set_port_set(media->port_set() + kOffset);
    }
    for (const auto& [from, to] : {std::pair(1u, kOffset + 1), std::pair(kOffset + 1, 1u)}) {
      v1::Route* route = both.add_routes();
      route->set_from(from);
      route->set_to(to);
    }
    v1::Absorption* absorption = both.add_absorbs();
    absorption->set_session(id);
    absorption->set_offset(kOffset);
    const v1::CommandResult joined = Apply(both);
    ASSERT_FALSE(joined.has_error()) << joined.DebugString();
    ASSERT_EQ(joined.apply().allocations_size(), 4);
    EXPECT_EQ(joined.apply().allocations(2).port(), two.apply().allocations(0).port());
    EXPECT_EQ(Query(id).error().code(), v1::Error::UNKNOWN_SESSION);
    EXPECT_EQ(PortsUsed(), 8u);

    a.Send(Rtp(2), Ours(joined, 0));
    const auto at_c = c.Receive();
    ASSERT_TRUE(at_c);
    EXPECT_EQ(at_c->from, Ours(two, 0));
    c.Send(Rtp(3), Ours(two, 0));
    ASSERT_TRUE(a.Receive());
    // The packet from before counts on.
    EXPECT_EQ(Query("one").statistics().media(2).streams(0).ingress().packets(), 2u);
    ASSERT_FALSE(Delete("one").has_error());
    EXPECT_EQ(PortsUsed(), 0u);
  }
}

TEST_F(EngineTest, AFailedAbsorptionChangesNothing) {
  Open(3);
  for (const std::string id : {"other 1", "other 2", "other 3", "other 4"}) {
    Peer a, b, c, d;
    ASSERT_FALSE(Apply(TwoParties("one", a, b)).has_error());
    const v1::CommandResult two = Apply(TwoParties(id, c, d));
    v1::Session both = TwoParties("one", a, b);
    both.set_generation(2);
    v1::Absorption* absorption = both.add_absorbs();
    absorption->set_session(id);
    absorption->set_offset(1);  // below the ids in use
    EXPECT_EQ(Apply(both).error().code(), v1::Error::INVALID);
    absorption->set_offset(10);
    both.add_absorbs()->set_session("nosuch");
    EXPECT_EQ(Apply(both).error().code(), v1::Error::INVALID);
    // More ports than there are, once the other's are in.
    both.mutable_absorbs()->RemoveLast();
    for (uint32_t i = 0; i < kPorts; ++i) {
      *both.add_port_sets() = both.port_sets(0);
      both.mutable_port_sets(both.port_sets_size() - 1)->set_id(100 + i);
    }
    EXPECT_EQ(Apply(both).error().code(), v1::Error::PORTS_EXHAUSTED);
    EXPECT_EQ(PortsUsed(), 8u);
    c.Send(Rtp(1), Ours(two, 0));
    const auto at_d = d.Receive();
    ASSERT_TRUE(at_d);
    EXPECT_EQ(at_d->from, Ours(two, 1));
    ASSERT_FALSE(Delete(id).has_error());
    ASSERT_FALSE(Delete("one").has_error());
    EXPECT_EQ(PortsUsed(), 0u);
  }
}

}  // namespace
}  // namespace mediad::relay
