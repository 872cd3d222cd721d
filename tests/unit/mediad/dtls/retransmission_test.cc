// Handshakes over bad networks, in virtual time: retransmission, time-out, MTU.
#include <gtest/gtest.h>

#include <algorithm>
#include <ctime>
#include <vector>

#include "mediad/dtls/datagram_bio.h"
#include "mediad/dtls/records.h"
#include "tests/unit/mediad/dtls/pair.h"

namespace mediad::dtls {
namespace {

TEST(Retransmission, DoublesFromOneSecondAndEndsAfterThirty) {
  Pair pair(TestOptions(0, Setup::kActive), TestOptions(1, Setup::kPassive));
  const nanoseconds start = pair.now();
  std::vector<int64_t> sent;
  std::vector<uint8_t> sequence_numbers;
  pair.tap = [&](int, std::span<const uint8_t> datagram) {
    sent.push_back((pair.now() - start) / milliseconds(1));
    sequence_numbers.push_back(datagram[10]);
    return false;
  };
  pair.Start();
  pair.Run(start + seconds(30) - milliseconds(1));
  EXPECT_EQ(pair.a().state(), State::kHandshake);
  EXPECT_EQ(sent, (std::vector<int64_t>{0, 1000, 3000, 7000, 15000}));
  EXPECT_EQ(sequence_numbers, (std::vector<uint8_t>{0, 1, 2, 3, 4}));  // new records, no replays
  EXPECT_EQ(pair.a().counters().flights_sent, 5u);
  pair.Run(start + seconds(100));
  EXPECT_EQ(pair.a().state(), State::kFailed);
  EXPECT_EQ(pair.a().failure(), "no answer for 30 s");
  EXPECT_EQ(pair.a().NextDeadline(), std::nullopt);
  EXPECT_EQ(pair.b().state(), State::kIdle);
}

TEST(Retransmission, NothingHappensBeforeItsTime) {
  Association client(TestOptions(0, Setup::kActive));
  std::vector<uint8_t> datagram;
  const nanoseconds start = seconds(5);
  client.Start(start);
  ASSERT_TRUE(client.TakeDatagram(&datagram));
  EXPECT_EQ(client.NextDeadline(), start + seconds(1));
  for (int i = 0; i < 1000; ++i) client.OnTimer(start + milliseconds(i));
  EXPECT_FALSE(client.TakeDatagram(&datagram));
  client.OnTimer(start + seconds(1));
  EXPECT_TRUE(client.TakeDatagram(&datagram));
  EXPECT_EQ(client.NextDeadline(), start + seconds(3));
}

// Each datagram of the handshake is lost once, in its turn.
class LostDatagram : public ::testing::TestWithParam<int> {};
TEST_P(LostDatagram, IsMadeUpFor) {
  for (const bool cookie : {false, true}) {
    AssociationOptions server = TestOptions(1, Setup::kPassive);
    server.verify_cookie = cookie;
    Pair pair(TestOptions(0, Setup::kActive), server);
    pair.TrustEachOther();
    int count = 0;
    pair.tap = [&](int, std::span<const uint8_t>) { return count++ != GetParam(); };
    pair.Start();
    pair.Run(pair.now() + seconds(4));
    EXPECT_TRUE(pair.both(State::kEstablished)) << cookie;
    EXPECT_TRUE(pair.KeysAgree()) << cookie;
  }
}
INSTANTIATE_TEST_SUITE_P(EachInTurn, LostDatagram, ::testing::Range(0, 8));

// 20 % lost, 20 % twice, up to 200 ms late: both sides get there, or say that they did not, and
// never disagree.
class BadNetwork : public ::testing::TestWithParam<unsigned> {};
TEST_P(BadNetwork, IsSurvived) {
  AssociationOptions client = TestOptions(0, Setup::kActive);
  AssociationOptions server = TestOptions(1, Setup::kUndecided);
  client.mtu = server.mtu = 300;  // many datagrams
  server.verify_cookie = GetParam() % 2 == 0;
  Pair pair(client, server,
            {.loss = 0.2, .duplication = 0.2, .max_delay = milliseconds(200), .seed = GetParam()});
  pair.TrustEachOther();
  pair.Start();
  pair.Run(pair.now() + seconds(60));
  EXPECT_TRUE(pair.both(State::kEstablished)) << pair.a().failure() << " / " << pair.b().failure();
  EXPECT_TRUE(pair.KeysAgree());
}
INSTANTIATE_TEST_SUITE_P(Seeds, BadNetwork, ::testing::Range(1u, 21u));

TEST(Retransmission, MtuIsRespected) {
  for (const size_t mtu : {size_t{0}, size_t{256}, size_t{528}, size_t{1152}, size_t{100'000}}) {
    CertificateOptions rsa;
    rsa.rsa = true;
    static const std::shared_ptr<const Certificate> certificate =
        Certificate::Generate(rsa, "rsa", kUnix).value();
    AssociationOptions client = TestOptions(0, Setup::kActive);
    AssociationOptions server = TestOptions(1, Setup::kPassive);
    client.mtu = server.mtu = mtu;
    client.certificate = server.certificate = certificate;
    Pair pair(client, server);
    pair.Start();
    pair.Run();
    EXPECT_TRUE(pair.both(State::kUnverified)) << mtu;
    EXPECT_LE(pair.longest(), std::clamp(mtu, Association::kMinMtu, Association::kMaxMtu));
    EXPECT_GT(pair.longest(), std::min<size_t>(mtu, 1152) / 2);
  }
}

TEST(Retransmission, MtuIsRespectedWhereverTheFlightIsCut) {
  for (size_t mtu = Association::kMinMtu; mtu < 900; mtu += 11) {
    AssociationOptions client = TestOptions(0, Setup::kActive);
    AssociationOptions server = TestOptions(1, Setup::kPassive);
    client.mtu = server.mtu = mtu;
    Pair pair(client, server);
    pair.Start();
    pair.Run();
    EXPECT_TRUE(pair.both(State::kUnverified)) << mtu;
    EXPECT_LE(pair.longest(), mtu);
  }
}

TEST(Retransmission, TheQueueIsBounded) {
  Association client(TestOptions(0, Setup::kActive));
  const nanoseconds now = seconds(1);
  client.Start(now);
  for (int i = 0; i < 1000; ++i) {
    client.SetSetup(Setup::kPassive, now);
    client.SetSetup(Setup::kActive, now);
  }
  std::vector<uint8_t> datagram;
  size_t count = 0;
  while (client.TakeDatagram(&datagram)) ++count;
  EXPECT_EQ(count, Association::kMaxQueued);
}

// Where a library hands out copies of its timer, nothing is kept of them.
TEST(LibraryTimer, TellsACopyFromTheTimerItself) {
  Wire wire;
  wire.max_outgoing = 10;
  SSL* const ssl = SSL_new(TestCertificate(0)->context());
  wire.ssl = ssl;
  BIO* const bio = NewDatagramBio(&wire);
  SSL_set_bio(ssl, bio, bio);
  SSL_set_mtu(ssl, 1152);
  SSL_set_connect_state(ssl);
  SSL_do_handshake(ssl);
  EXPECT_TRUE(wire.timer.running());
  EXPECT_TRUE(wire.timer.shared()) << OpenSSL_version(OPENSSL_VERSION);
  EXPECT_EQ(wire.timer.Expire(ssl), 1);
  EXPECT_EQ(wire.written, 2u);

  timeval copy{time(nullptr) + 1, 0};
  LibraryTimer timer;
  SSL* const fresh = SSL_new(TestCertificate(0)->context());
  timer.OnSet(fresh, &copy);
  EXPECT_TRUE(timer.running());
  EXPECT_FALSE(timer.shared());
  EXPECT_EQ(timer.Expire(fresh), 0);
  copy = {0, 0};
  timer.OnSet(fresh, &copy);
  EXPECT_FALSE(timer.running());
  SSL_free(fresh);
  SSL_free(ssl);
}

}  // namespace
}  // namespace mediad::dtls
