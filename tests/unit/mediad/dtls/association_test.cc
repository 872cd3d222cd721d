// Handshakes of two associations: roles, profiles, verification, retransmission.
#include "mediad/dtls/association.h"

#include <gtest/gtest.h>

#include <string>
#include <tuple>

#include "tests/unit/mediad/dtls/pair.h"

namespace mediad::dtls {
namespace {

Pair ActiveAndPassive(NetworkOptions network = {}) {
  return {TestOptions(0, Setup::kActive), TestOptions(1, Setup::kPassive), network};
}

TEST(Association, GivesBothSidesTheSameKeys) {
  Pair pair = ActiveAndPassive();
  pair.TrustEachOther();
  pair.Start();
  EXPECT_EQ(pair.a().state(), State::kHandshake);
  EXPECT_EQ(pair.b().state(), State::kIdle);
  EXPECT_EQ(pair.b().role(), Role::kUndecided);
  pair.Run();
  EXPECT_TRUE(pair.both(State::kEstablished)) << pair.a().failure() << pair.b().failure();
  EXPECT_TRUE(pair.KeysAgree());
  EXPECT_EQ(pair.a().role(), Role::kClient);
  EXPECT_EQ(pair.b().role(), Role::kServer);
  EXPECT_EQ(pair.a().NextDeadline(), std::nullopt);
  EXPECT_EQ(pair.b().NextDeadline(), std::nullopt);
  EXPECT_EQ(pair.a().counters().flights_sent, 2u);
  EXPECT_EQ(pair.b().counters().flights_sent, 2u);
  EXPECT_EQ(pair.a().counters().records_ignored, 0u);
}

TEST(Association, EveryHandshakeHasKeysOfItsOwn) {
  std::string seen;
  for (int i = 0; i < 2; ++i) {
    Pair pair = ActiveAndPassive();
    pair.TrustEachOther();
    pair.Start();
    pair.Run();
    ASSERT_TRUE(pair.KeysAgree());
    const auto key = pair.a().keys()->send.key();
    const std::string text(key.begin(), key.end());
    EXPECT_NE(text, seen);
    seen = text;
  }
}

// What one side said × what the other said → the role of the first.
struct SetupCase {
  Setup a, b;
  Role role_of_a;
};
class Setups : public ::testing::TestWithParam<SetupCase> {};
TEST_P(Setups, DecideTheRoles) {
  Pair pair(TestOptions(0, GetParam().a), TestOptions(1, GetParam().b));
  pair.TrustEachOther();
  pair.Start();
  pair.Run();
  EXPECT_EQ(pair.a().role(), GetParam().role_of_a);
  EXPECT_EQ(pair.both(State::kEstablished), GetParam().role_of_a != Role::kUndecided);
}
INSTANTIATE_TEST_SUITE_P(
    All, Setups,
    ::testing::Values(SetupCase{Setup::kActive, Setup::kPassive, Role::kClient},
                      SetupCase{Setup::kPassive, Setup::kActive, Role::kServer},
                      SetupCase{Setup::kActive, Setup::kUndecided, Role::kClient},
                      SetupCase{Setup::kUndecided, Setup::kActive, Role::kServer},
                      SetupCase{Setup::kUndecided, Setup::kUndecided, Role::kUndecided},
                      SetupCase{Setup::kUndecided, Setup::kPassive, Role::kUndecided},
                      SetupCase{Setup::kPassive, Setup::kUndecided, Role::kUndecided},
                      SetupCase{Setup::kPassive, Setup::kPassive, Role::kUndecided}));

TEST(Association, TwoClientsEndWithATimeOut) {
  Pair pair(TestOptions(0, Setup::kActive), TestOptions(1, Setup::kActive));
  pair.TrustEachOther();
  pair.Start();
  pair.Run();
  EXPECT_TRUE(pair.both(State::kFailed));
  EXPECT_EQ(pair.a().failure(), "no answer for 30 s");
  EXPECT_GT(pair.a().counters().records_ignored, 0u);
}

TEST(Association, TheAnswerDecidesWhatWasUndecided) {
  Pair pair(TestOptions(0, Setup::kUndecided), TestOptions(1, Setup::kPassive));
  pair.TrustEachOther();
  pair.Start();
  pair.Run(pair.now() + seconds(100));
  EXPECT_TRUE(pair.both(State::kIdle));
  pair.a().SetSetup(Setup::kActive, pair.now());
  pair.Run(pair.now() + seconds(5));
  EXPECT_TRUE(pair.both(State::kEstablished));
  pair.a().SetSetup(Setup::kPassive, pair.now());  // too late to matter
  EXPECT_TRUE(pair.both(State::kEstablished));
}

TEST(Association, ARoleThatTheAnswerContradictsIsGivenUp) {
  Pair pair(TestOptions(0, Setup::kActive), TestOptions(1, Setup::kActive));
  pair.TrustEachOther();
  pair.Start();
  pair.Run(pair.now() + seconds(5));
  pair.a().SetSetup(Setup::kPassive, pair.now());
  EXPECT_EQ(pair.a().state(), State::kIdle);
  pair.Run(pair.now() + seconds(20));
  EXPECT_TRUE(pair.both(State::kEstablished));
  EXPECT_EQ(pair.a().role(), Role::kServer);
}

TEST(Association, IgnoresDatagramsUntilItIsStarted) {
  Pair pair(TestOptions(0, Setup::kActive), TestOptions(1, Setup::kPassive));
  pair.TrustEachOther();
  pair.a().Start(pair.now());
  pair.Run(pair.now() + seconds(2));
  EXPECT_EQ(pair.b().state(), State::kIdle);
  EXPECT_EQ(pair.b().counters().records_received, 0u);
  pair.b().Start(pair.now());
  pair.Run();
  EXPECT_TRUE(pair.both(State::kEstablished));
}

class ProfileTest : public ::testing::TestWithParam<size_t> {};
TEST_P(ProfileTest, IsAgreedOnWhenItIsAllThatAPeerHas) {
  const Profile& profile = kProfiles[GetParam()];
  AssociationOptions limited = TestOptions(1, Setup::kPassive);
  limited.profiles = profile.name;
  Pair pair(TestOptions(0, Setup::kActive), limited);
  pair.TrustEachOther();
  pair.Start();
  pair.Run();
  ASSERT_TRUE(pair.both(State::kEstablished));
  EXPECT_TRUE(pair.KeysAgree());
  EXPECT_EQ(pair.a().keys()->suite, profile.suite);
  EXPECT_EQ(pair.a().keys()->send.key().size(), profile.key);
  EXPECT_EQ(pair.a().keys()->send.salt().size(), profile.salt);
}
INSTANTIATE_TEST_SUITE_P(All, ProfileTest, ::testing::Range<size_t>(0, kProfileCount));

TEST(Association, PrefersProfilesInTheOrderOfTheList) {
  for (size_t first = 0; first < kProfileCount; ++first) {
    AssociationOptions limited = TestOptions(0, Setup::kActive);
    limited.profiles.clear();
    for (size_t i = kProfileCount; i-- > first;)  // the client's order is the other way round
      limited.profiles +=
          std::string(limited.profiles.empty() ? "" : ":") + std::string(kProfiles[i].name);
    Pair pair(limited, TestOptions(1, Setup::kPassive));
    pair.TrustEachOther();
    pair.Start();
    pair.Run();
    ASSERT_TRUE(pair.both(State::kEstablished));
    EXPECT_EQ(pair.a().keys()->suite, kProfiles[first].suite);
  }
}

TEST(Association, FailsWithoutACommonProfile) {
  AssociationOptions a = TestOptions(0, Setup::kActive);
  a.profiles = "SRTP_AEAD_AES_256_GCM";
  AssociationOptions b = TestOptions(1, Setup::kPassive);
  b.profiles = "SRTP_AES128_CM_SHA1_80";
  Pair pair(a, b);
  pair.TrustEachOther();
  pair.Start();
  pair.Run();
  EXPECT_TRUE(pair.both(State::kFailed));
  EXPECT_EQ(pair.a().failure(), "no SRTP profile in common");
  EXPECT_FALSE(pair.a().keys());
}

class HashTest : public ::testing::TestWithParam<media::FingerprintHash> {};
TEST_P(HashTest, VerifiesThePeer) {
  Pair pair = ActiveAndPassive();
  pair.TrustEachOther(GetParam());
  pair.Start();
  pair.Run();
  EXPECT_TRUE(pair.both(State::kEstablished));
}
TEST_P(HashTest, RefusesAnotherCertificate) {
  Pair pair = ActiveAndPassive();
  pair.b().SetPeerFingerprint(TestCertificate(0)->fingerprint(GetParam()));
  media::Fingerprint wrong = TestCertificate(1)->fingerprint(GetParam());
  wrong.digest.back() = static_cast<char>(wrong.digest.back() ^ 1);
  pair.a().SetPeerFingerprint(wrong);
  pair.Start();
  pair.Run();
  EXPECT_EQ(pair.a().state(), State::kFailed);
  EXPECT_EQ(pair.a().failure(), "fingerprint mismatch");
  EXPECT_FALSE(pair.a().keys());
  EXPECT_EQ(pair.b().state(), State::kClosed);  // it is told
  EXPECT_EQ(pair.a().NextDeadline(), std::nullopt);
}
INSTANTIATE_TEST_SUITE_P(All, HashTest, ::testing::ValuesIn(media::kFingerprintHashes));

TEST(Association, WaitsForALateFingerprint) {
  Pair pair = ActiveAndPassive();
  pair.Start();
  pair.Run();
  EXPECT_TRUE(pair.both(State::kUnverified));
  EXPECT_FALSE(pair.a().keys() || pair.b().keys());
  pair.a().SetPeerFingerprint({});  // none
  EXPECT_EQ(pair.a().state(), State::kUnverified);

  pair.a().SetPeerFingerprint(TestCertificate(1)->fingerprint(media::FingerprintHash::kSha384));
  EXPECT_EQ(pair.a().state(), State::kEstablished);
  EXPECT_TRUE(pair.a().keys());
  pair.b().SetPeerFingerprint(TestCertificate(1)->fingerprint(media::FingerprintHash::kSha384));
  EXPECT_EQ(pair.b().state(), State::kFailed);
  EXPECT_EQ(pair.b().failure(), "fingerprint mismatch");
  EXPECT_FALSE(pair.b().keys());
  pair.b().SetPeerFingerprint(TestCertificate(0)->fingerprint(media::FingerprintHash::kSha384));
  EXPECT_EQ(pair.b().state(), State::kFailed);  // for good
}

TEST(Association, AnotherFingerprintEndsWhatWasEstablished) {
  Pair pair = ActiveAndPassive();
  pair.TrustEachOther();
  pair.Start();
  pair.Run();
  pair.a().SetPeerFingerprint(TestCertificate(1)->fingerprint(media::FingerprintHash::kSha512));
  EXPECT_EQ(pair.a().state(), State::kEstablished);  // another digest of the same
  pair.a().SetPeerFingerprint(TestCertificate(0)->fingerprint(media::FingerprintHash::kSha512));
  EXPECT_EQ(pair.a().state(), State::kFailed);
  EXPECT_FALSE(pair.a().keys());
}

TEST(Association, ClosesAndIsClosed) {
  Pair pair = ActiveAndPassive();
  pair.TrustEachOther();
  pair.Start();
  pair.Run();
  pair.a().Close();
  EXPECT_EQ(pair.a().state(), State::kClosed);
  EXPECT_EQ(pair.b().state(), State::kEstablished);
  pair.Run(pair.now() + seconds(1));
  EXPECT_EQ(pair.b().state(), State::kClosed);
  EXPECT_TRUE(pair.KeysAgree());  // media may still be on its way

  Pair early = ActiveAndPassive();
  early.a().Close();
  early.Start();
  early.Run();
  EXPECT_EQ(early.a().state(), State::kClosed);
  EXPECT_EQ(early.b().state(), State::kIdle);
}

TEST(Association, RsaTakesPart) {
  CertificateOptions rsa;
  rsa.rsa = true;
  AssociationOptions server = TestOptions(1, Setup::kPassive);
  server.certificate = Certificate::Generate(rsa, "rsa", kUnix).value();
  Pair pair(TestOptions(0, Setup::kActive), server);
  pair.a().SetPeerFingerprint(server.certificate->fingerprint(media::FingerprintHash::kSha1));
  pair.b().SetPeerFingerprint(TestCertificate(0)->fingerprint(media::FingerprintHash::kSha1));
  pair.Start();
  pair.Run();
  EXPECT_TRUE(pair.both(State::kEstablished)) << pair.a().failure() << pair.b().failure();
  RecordProperty("server_octets", static_cast<int>(pair.octets(1)));
}

TEST(Association, ACallOutlivesTheRotationOfItsCertificate) {
  AssociationOptions client = TestOptions(0, Setup::kActive);
  client.certificate = Certificate::Generate({}, "old", kUnix).value();
  const media::Fingerprint old = client.certificate->fingerprint(media::FingerprintHash::kSha256);
  Pair pair(client, TestOptions(1, Setup::kPassive));
  client.certificate.reset();  // the store has forgotten it; the association holds it
  pair.TrustEachOther();
  pair.b().SetPeerFingerprint(old);
  pair.Start();
  pair.Run();
  EXPECT_TRUE(pair.both(State::kEstablished));
}

}  // namespace
}  // namespace mediad::dtls
