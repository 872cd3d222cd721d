// What a stranger can do to a handshake, and what not; cookies; nothing leaks.
#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

#include "mediad/dtls/records.h"
#include "tests/unit/mediad/dtls/pair.h"

namespace mediad::dtls {
namespace {

using Octets = std::vector<uint8_t>;

Octets MakeRecord(uint8_t type, uint16_t epoch, uint8_t sequence, const Octets& content) {
  Octets record = {type,
                   0xfe,
                   0xfd,
                   static_cast<uint8_t>(epoch >> 8),
                   static_cast<uint8_t>(epoch),
                   0,
                   0,
                   0,
                   0,
                   0,
                   sequence,
                   static_cast<uint8_t>(content.size() >> 8),
                   static_cast<uint8_t>(content.size())};
  record.insert(record.end(), content.begin(), content.end());
  return record;
}

// One whole message.
Octets Message(uint8_t type, uint8_t number, const Octets& body) {
  Octets message = {type, 0, 0, static_cast<uint8_t>(body.size()), 0, number, 0, 0,
                    0,    0, 0, static_cast<uint8_t>(body.size())};
  message.insert(message.end(), body.begin(), body.end());
  return message;
}

Pair TrustingPair() {
  Pair pair(TestOptions(0, Setup::kActive), TestOptions(1, Setup::kPassive));
  pair.TrustEachOther();
  return pair;
}

// Before each datagram of the handshake both sides get all of these.
std::vector<Octets> Harmless() {
  return {
      {},
      {22},
      {0x80, 0, 1, 2},
      Octets(2000, 22),
      MakeRecord(21, 0, 77, {2, 40}),  // fatal alert, in plain text
      MakeRecord(21, 0, 78, {1, 0}),   // close_notify
      MakeRecord(21, 0, 79, {2}),
      MakeRecord(20, 0, 80, {1}),  // ChangeCipherSpec out of turn
      MakeRecord(20, 0, 81, {1, 1}),
      MakeRecord(22, 0, 82, {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}),  // HelloRequest
      MakeRecord(22, 0, 83, Message(20, 3, Octets(12))),            // Finished in plain text
      MakeRecord(22, 0, 84, Message(4, 3, Octets(12))),
      MakeRecord(22, 0, 85, {11, 0, 0, 9, 0, 1, 0, 0, 8, 0, 0, 9}),  // fragment beyond its message
      MakeRecord(23, 0, 86, {1, 2, 3}),                              // data in plain text
      MakeRecord(22, 1, 5, Octets(40, 0xaa)),                        // encrypted, or so it says
      MakeRecord(23, 2, 5, Octets(40, 0xaa)),
  };
}

TEST(Stranger, DoesNoHarmWithWhatNobodyBelieves) {
  Pair pair = TrustingPair();
  bool injecting = false;
  pair.tap = [&](int, std::span<const uint8_t>) {
    if (injecting) return true;
    injecting = true;
    for (const Octets& datagram : Harmless())
      for (const int to : {0, 1}) pair.Inject(to, datagram);
    injecting = false;
    return true;
  };
  pair.Start();
  pair.Run(pair.now() + seconds(10));
  EXPECT_TRUE(pair.both(State::kEstablished)) << pair.a().failure() << pair.b().failure();
  EXPECT_TRUE(pair.KeysAgree());
  EXPECT_EQ(pair.a().counters().restarts + pair.b().counters().restarts, 0u);
  EXPECT_GT(pair.a().counters().records_ignored, 10u);
}

TEST(Stranger, DoesNoHarmAfterwards) {
  Pair pair = TrustingPair();
  Octets hello;
  pair.tap = [&](int from, std::span<const uint8_t> datagram) {
    if (from == 0 && hello.empty()) hello.assign(datagram.begin(), datagram.end());
    return true;
  };
  pair.Start();
  pair.Run();
  ASSERT_TRUE(IsClientHello(hello));
  for (int i = 0; i < 50; ++i) {
    for (const Octets& datagram : Harmless())
      for (const int to : {0, 1}) pair.Inject(to, datagram);
    EXPECT_FALSE(pair.Inject(1, hello));
  }
  pair.Run();
  EXPECT_TRUE(pair.both(State::kEstablished));
  EXPECT_TRUE(pair.KeysAgree());
}

// The one thing OpenSSL cannot ignore: a well-formed message that is wrong. It costs the handshake;
// the next one goes through.
TEST(Stranger, AForgedMessageCostsAServerItsHandshakeOnly) {
  Pair pair(TestOptions(0, Setup::kActive), TestOptions(1, Setup::kPassive));
  pair.TrustEachOther();
  pair.b().Start(pair.now());
  EXPECT_TRUE(pair.Inject(1, MakeRecord(22, 0, 0, Message(1, 0, Octets(30, 0x55)))));
  EXPECT_EQ(pair.b().state(), State::kIdle);
  EXPECT_EQ(pair.b().counters().restarts, 1u);
  pair.a().Start(pair.now());
  pair.Run();
  EXPECT_TRUE(pair.both(State::kEstablished)) << pair.a().failure() << pair.b().failure();
}

TEST(Stranger, AForgedMessageMakesAClientBeginAgain) {
  Pair pair = TrustingPair();
  pair.a().Start(pair.now());
  pair.Inject(0, MakeRecord(22, 0, 0, Message(2, 0, Octets(38, 0x55))));
  EXPECT_EQ(pair.a().state(), State::kHandshake);
  EXPECT_EQ(pair.a().counters().restarts, 1u);
  pair.Run(pair.now() + milliseconds(100));  // what was sent before finds nobody
  pair.b().Start(pair.now());
  pair.Run();
  EXPECT_TRUE(pair.both(State::kEstablished)) << pair.a().failure() << pair.b().failure();
}

TEST(Stranger, RestartsAreBoundedAndTheReasonIsNamed) {
  Pair pair(TestOptions(0, Setup::kActive), TestOptions(1, Setup::kPassive));
  pair.b().Start(pair.now());
  for (unsigned i = 0; i <= Association::kMaxRestarts; ++i) {
    EXPECT_EQ(pair.b().state(), State::kIdle);
    pair.Inject(1, MakeRecord(22, 0, 0, Message(1, 0, Octets(30, 0x55))));
  }
  EXPECT_EQ(pair.b().state(), State::kFailed);
  EXPECT_FALSE(pair.b().failure().empty());
}

TEST(Stranger, AnAlertThatWasNotBelievedIsNamedInTheEnd) {
  AssociationOptions client = TestOptions(0, Setup::kActive);
  Pair pair(client, TestOptions(1, Setup::kPassive));
  pair.a().Start(pair.now());
  pair.Inject(0, MakeRecord(21, 0, 1, {2, 40}));
  pair.Run();
  EXPECT_EQ(pair.a().failure(), "no answer for 30 s; alert received: handshake failure");
}

TEST(Stranger, ChangedOctetsEndInKeysOrInAReasonButNeverInDifferentKeys) {
  std::mt19937 random(4711);
  int established = 0;
  for (int round = 0; round < 60; ++round) {
    Pair pair = TrustingPair();
    bool injecting = false;
    pair.tap = [&](int from, std::span<const uint8_t> datagram) {
      if (injecting || random() % 3 != 0) return true;
      injecting = true;  // the changed one comes first
      Octets changed(datagram.begin(), datagram.end());
      for (unsigned i = 0; i <= random() % 4; ++i)
        changed[random() % changed.size()] ^= static_cast<uint8_t>(1 + random() % 255);
      pair.Inject(1 - from, changed);
      injecting = false;
      return true;
    };
    pair.Start();
    pair.Run(pair.now() + seconds(100));
    if (pair.both(State::kEstablished)) {
      EXPECT_TRUE(pair.KeysAgree());
      ++established;
    } else {
      EXPECT_NE(pair.a().state(), State::kHandshake);
      EXPECT_NE(pair.b().state(), State::kHandshake);
    }
  }
  EXPECT_GT(established, 10);
}

TEST(Cookie, IsAskedForBeforeAnythingElse) {
  AssociationOptions options = TestOptions(1, Setup::kPassive);
  options.verify_cookie = true;
  Pair pair(TestOptions(0, Setup::kActive), options);
  pair.TrustEachOther();
  std::vector<Octets> crossed;
  pair.tap = [&](int, std::span<const uint8_t> datagram) {
    crossed.emplace_back(datagram.begin(), datagram.end());
    return true;
  };
  pair.Start();
  pair.Run();
  ASSERT_TRUE(pair.both(State::kEstablished));
  ASSERT_GT(crossed.size(), 3u);
  EXPECT_EQ(crossed[1][kRecordHeader], 3);          // HelloVerifyRequest
  EXPECT_LT(crossed[1].size(), crossed[0].size());  // no amplification
  EXPECT_TRUE(IsClientHello(crossed[2]));

  // The ClientHello that carries the cookie is worth nothing from elsewhere, nor to another
  // association.
  Association other(options);
  other.Start(pair.now());
  const uint8_t source[] = {'a'};
  Octets datagram;
  for (int i = 0; i < 1000; ++i) {
    other.OnDatagram(crossed[2], source, pair.now());
    EXPECT_EQ(other.state(), State::kIdle);
    while (other.TakeDatagram(&datagram)) EXPECT_LT(datagram.size(), crossed[2].size());
  }
  EXPECT_EQ(other.NextDeadline(), std::nullopt);
}

TEST(Cookie, BelongsToItsSource) {
  AssociationOptions options = TestOptions(1, Setup::kPassive);
  options.verify_cookie = true;
  Association client(TestOptions(0, Setup::kActive)), server(options);
  const nanoseconds now = seconds(1);
  const uint8_t here[] = {1, 2, 3}, elsewhere[] = {1, 2, 4};
  client.Start(now);
  server.Start(now);
  Octets datagram;
  ASSERT_TRUE(client.TakeDatagram(&datagram));
  server.OnDatagram(datagram, here, now);
  ASSERT_TRUE(server.TakeDatagram(&datagram));
  client.OnDatagram(datagram, {}, now);
  ASSERT_TRUE(client.TakeDatagram(&datagram));
  server.OnDatagram(datagram, elsewhere, now);
  EXPECT_EQ(server.state(), State::kIdle);
  server.OnDatagram(datagram, here, now);
  EXPECT_EQ(server.state(), State::kHandshake);
}

TEST(Association, ManyOfThemLeaveNothingBehind) {
  for (int i = 0; i < 64; ++i) {
    Pair pair = TrustingPair();
    pair.Start();
    pair.Run(pair.now() + milliseconds(10 * (i % 8)));  // destroyed in every stage
  }
}

}  // namespace
}  // namespace mediad::dtls
