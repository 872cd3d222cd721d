// DTLS and ICE in the packet path: a session against parties that speak them with the project's own engines.
#include <algorithm>

#include "secure_fixture.h"

namespace mediad::session::testing {
namespace {

constexpr char kPartyA[] = "198.51.100.1:4000", kPartyB[] = "198.51.100.2:5000";
constexpr char kStranger[] = "192.0.2.66:6666";

// Party B: a DTLS association behind one address.
class DtlsParty {
 public:
  DtlsParty(dtls::Setup setup, const SecureCall& call, std::string address)
      : certificate(NewCertificate()), address_(std::move(address)) {
    dtls::AssociationOptions options;
    options.certificate = certificate;
    options.setup = setup;
    association = std::make_unique<dtls::Association>(std::move(options));
    association->SetPeerFingerprint(call.certificate->fingerprint(media::FingerprintHash::kSha256));
    association->Start(call.now.monotonic);
  }

  // Both sides speak until neither has anything to say.
  void Talk(SecureCall& call, SocketIndex socket) {
    for (int round = 0; round < 40; ++round) {
      bool any = false;
      std::vector<uint8_t> datagram;
      while (association->TakeDatagram(&datagram)) {
        any = true;
        call.Send(socket, address_, datagram);
        Hear(call);
      }
      if (call.session.next_deadline() <= call.now.monotonic) {
        call.session.OnTimer(call.now, call.sinks.get());
        any |= Hear(call);
      }
      for (const SecureEvent& event : call.session.TakeSecureEvents()) events.push_back(event);
      if (!any) return;
    }
  }

  std::shared_ptr<const dtls::Certificate> certificate;
  std::unique_ptr<dtls::Association> association;
  std::vector<SecureEvent> events;

 private:
  bool Hear(SecureCall& call) {
    bool any = false;
    const std::vector<uint8_t> source = {203, 0, 113, 1};
    for (size_t i = 0; i < call.sinks->size(); ++i) {
      if ((*call.sinks)[i].destination.ToString() != address_) continue;
      any = true;
      association->OnDatagram(call.Sent(i), source, call.now.monotonic);
    }
    call.sinks->Clear();
    return any;
  }

  std::string address_;
};

v1::Dtls* SetDtls(SecureCall& call, v1::DtlsSetup setup, const dtls::Certificate& peer) {
  v1::Media* media = call.media(kB);
  media->set_rtcp_mux(true);
  v1::Dtls* dtls = media->mutable_srtp()->mutable_dtls();
  dtls->set_setup(setup);
  dtls->set_certificate(call.certificate->id());
  dtls->set_fingerprint_hash("sha-256");
  dtls->set_fingerprint(peer.id());
  return dtls;
}

void ExpectMediaBothWays(SecureCall& call, const DtlsParty& party) {
  const dtls::Keys& keys = *party.association->keys();
  srtp::Parameters send, receive;
  send.suite = receive.suite = media::FindSuite(keys.suite);
  const auto text = [](std::span<const uint8_t> octets) {
    return std::string(octets.begin(), octets.end());
  };
  send.key = text(keys.send.key());
  send.salt = text(keys.send.salt());
  receive.key = text(keys.receive.key());
  receive.salt = text(keys.receive.salt());
  auto sender = *srtp::Sender::Create(send);
  auto receiver = *srtp::Receiver::Create(receive);
  ASSERT_EQ(call.Send(kPortB, kPartyB, Protected(*sender, Rtp(0, 1, 9))), Drop::kNone);
  EXPECT_EQ(call.Sent(), Rtp(0, 1, 9));
  ASSERT_EQ(call.Send(kPortA, kPartyA, Rtp(0, 5, 7)), Drop::kNone);
  EXPECT_EQ(Opened(*receiver, call.Sent()), Rtp(0, 5, 7));
}

class DtlsRoles : public ::testing::TestWithParam<std::pair<v1::DtlsSetup, dtls::Setup>> {};

TEST_P(DtlsRoles, AVerifiedHandshakeGivesKeysForMedia) {
  SecureCall call;
  DtlsParty party(GetParam().second, call, kPartyB);
  SetDtls(call, GetParam().first, *party.certificate);
  call.Apply();
  EXPECT_EQ(call.Send(kPortB, kPartyB, Rtp(0, 1, 9)), Drop::kSrtpNoKey);
  party.Talk(call, kPortB);
  ASSERT_EQ(party.association->state(), dtls::State::kEstablished);
  ASSERT_EQ(party.events.size(), 1u);
  EXPECT_EQ(party.events[0].kind, SecureEvent::Kind::kDtlsEstablished);
  ExpectMediaBothWays(call, party);
  EXPECT_EQ(call.Statistics().media(1).streams(0).dtls().state(), v1::DTLS_ESTABLISHED);
}

INSTANTIATE_TEST_SUITE_P(
    All, DtlsRoles,
    ::testing::Values(std::pair(v1::DTLS_ACTIVE, dtls::Setup::kPassive),
                      std::pair(v1::DTLS_PASSIVE, dtls::Setup::kActive),
                      std::pair(v1::DTLS_UNDECIDED, dtls::Setup::kActive)));

TEST(DtlsLeg, AWrongCertificateGivesNothing) {
  SecureCall call;
  DtlsParty party(dtls::Setup::kActive, call, kPartyB);
  SetDtls(call, v1::DTLS_PASSIVE, *NewCertificate());
  call.Apply();
  party.Talk(call, kPortB);
  ASSERT_FALSE(party.events.empty());
  EXPECT_EQ(party.events.back().kind, SecureEvent::Kind::kDtlsFailed);
  EXPECT_EQ(party.events.back().reason, "fingerprint mismatch");
  EXPECT_EQ(call.Send(kPortB, kPartyB, Rtp(0, 1, 9)), Drop::kSrtpNoKey);
}

// Who greets first has no advantage: the handshake of the party itself counts.
TEST(DtlsLeg, AStrangersClientHelloDoesNotStandInTheWay) {
  SecureCall call;
  DtlsParty stranger(dtls::Setup::kActive, call, kStranger);
  DtlsParty party(dtls::Setup::kActive, call, kPartyB);
  SetDtls(call, v1::DTLS_PASSIVE, *party.certificate);
  call.Apply();
  stranger.Talk(call, kPortB);
  EXPECT_EQ(call.TargetOf(kB), kPartyB);
  party.Talk(call, kPortB);
  ASSERT_EQ(party.association->state(), dtls::State::kEstablished);
  ExpectMediaBothWays(call, party);
}

TEST(DtlsLeg, GreetingsBeyondTheBudgetAreDropped) {
  SecureCall call;
  DtlsParty party(dtls::Setup::kActive, call, kPartyB);
  SetDtls(call, v1::DTLS_PASSIVE, *party.certificate);
  call.Apply();
  call.handshakes_left = 0;
  std::vector<uint8_t> hello;
  ASSERT_TRUE(party.association->TakeDatagram(&hello));
  EXPECT_EQ(call.Send(kPortB, kStranger, hello), Drop::kDtlsLimit);
  EXPECT_TRUE(call.sinks->empty());
}

// What a restarted worker is told: the keys of before serve at once.
TEST(DtlsLeg, KeysOfAnEarlierHandshakeServe) {
  SecureCall call;
  DtlsParty party(dtls::Setup::kActive, call, kPartyB);
  SetDtls(call, v1::DTLS_PASSIVE, *party.certificate);
  call.Apply();
  party.Talk(call, kPortB);
  ASSERT_EQ(party.events.size(), 1u);

  SecureCall next;
  v1::Dtls* dtls = SetDtls(next, v1::DTLS_PASSIVE, *party.certificate);
  *dtls->add_established() = party.events[0].keys;
  dtls->set_certificate("of a process that has gone");
  next.Apply();
  next.session.OnTimer(next.now, next.sinks.get());
  EXPECT_FALSE(next.session.has_secure_events());
  ExpectMediaBothWays(next, party);
}

TEST(DtlsLeg, ACertificateThatHasGoneIsAFailureInWords) {
  SecureCall call;
  DtlsParty party(dtls::Setup::kActive, call, kPartyB);
  SetDtls(call, v1::DTLS_PASSIVE, *party.certificate)->set_certificate("unknown");
  call.Apply();
  call.session.OnTimer(call.now, call.sinks.get());
  const auto events = call.session.TakeSecureEvents();
  ASSERT_EQ(events.size(), 1u);
  EXPECT_EQ(events[0].kind, SecureEvent::Kind::kDtlsFailed);
  EXPECT_NE(events[0].reason.find("no longer known"), std::string::npos);
}

// ---- ICE

ice::Parameters PartyIce(const SecureCall& call) {
  ice::Parameters parameters;
  parameters.local_ufrag = "partyufr";
  parameters.local_password = "partypasswordpartypassword";
  parameters.remote_ufrag = "oursufrg";
  parameters.remote_password = "ourspasswordourspassword12";
  parameters.controlling = true;
  parameters.components = 1;
  parameters.tie_breaker = 99;
  parameters.local_candidates = {{0, 1, At(kPartyB), 2130706431}};
  const base::Endpoint ours = call.session.sockets()[kPortB].local;
  parameters.remote_candidates = {{1, ours, 2130706431, ice::CandidateType::kHost, "f"}};
  return parameters;
}

void SetIce(SecureCall& call) {
  v1::Media* media = call.media(kB);
  media->set_rtcp_mux(true);
  v1::Ice* ice = media->mutable_ice();
  ice->set_local_ufrag("oursufrg");
  ice->set_local_password("ourspasswordourspassword12");
  ice->set_remote_ufrag("partyufr");
  ice->set_remote_password("partypasswordpartypassword");
  ice->set_tie_breaker(1);
}

// Runs the party's agent against the session for half a second.
void RunIce(SecureCall& call, ice::Agent& agent, const std::string& address) {
  for (int step = 0; step < 100; ++step) {
    call.Pass(std::chrono::milliseconds(5));
    agent.OnTimer(call.now.monotonic);
    for (bool any = true; any;) {
      any = false;
      ice::Transmit transmit;
      while (agent.NextTransmit(&transmit)) {
        any = true;
        const Bytes octets(transmit.octets.begin(), transmit.octets.end());
        call.Send(kPortB, address, octets);
        const std::vector<Sink> sinks(call.sinks->begin(), call.sinks->end());
        for (const Sink& sink : sinks) {
          if (sink.destination.ToString() != address) continue;
          agent.OnStun(0, call.session.sockets()[kPortB].local, sink.bytes, call.now.monotonic);
        }
      }
      if (call.session.next_deadline() > call.now.monotonic) continue;
      call.session.OnTimer(call.now, call.sinks.get());
      for (const Sink& sink : *call.sinks) {
        if (sink.destination.ToString() != address) continue;
        agent.OnStun(0, call.session.sockets()[kPortB].local, sink.bytes, call.now.monotonic);
        any = true;
      }
    }
  }
}

TEST(IceLeg, OnlyCheckedAddressesAreHeard) {
  SecureCall call;
  SetIce(call);
  call.Apply();
  EXPECT_EQ(call.Send(kPortB, kPartyB, Rtp(0, 1, 9)), Drop::kIceSource);
  EXPECT_EQ(call.Send(kPortA, kPartyA, Rtp(0, 1, 7)), Drop::kNone);  // to the signalled address

  CountingRandom random;
  ice::Agent agent(random, "party");
  agent.Apply(PartyIce(call), call.now.monotonic);
  RunIce(call, agent, kPartyB);
  EXPECT_EQ(agent.state(), ice::State::kCompleted);
  EXPECT_EQ(call.Send(kPortB, kPartyB, Rtp(0, 2, 9)), Drop::kNone);
  EXPECT_EQ(call.Send(kPortB, kStranger, Rtp(0, 3, 9)), Drop::kIceSource);
  const v1::IceStatus status = call.Statistics(true).media(1).streams(0).ice();
  EXPECT_EQ(status.state(), v1::ICE_COMPLETED);
  EXPECT_GE(status.pairs_size(), 1);
  const auto events = call.session.TakeSecureEvents();
  ASSERT_FALSE(events.empty());
  EXPECT_EQ(events.back().kind, SecureEvent::Kind::kIceCompleted);
  EXPECT_EQ(events.back().remote.ToString(), kPartyB);
}

TEST(IceLeg, TheSelectedAddressIsWhereMediaGoes) {
  SecureCall call;
  SetIce(call);
  call.Apply();
  CountingRandom random;
  ice::Agent agent(random, "party");
  agent.Apply(PartyIce(call), call.now.monotonic);
  RunIce(call, agent, kStranger);  // the party is behind a NAT
  ASSERT_EQ(call.Send(kPortA, kPartyA, Rtp(0, 1, 7)), Drop::kNone);
  EXPECT_EQ((*call.sinks)[0].destination.ToString(), kStranger);
}

TEST(IceLeg, StunWithTheWrongPasswordIsRefusedAndOpensNothing) {
  SecureCall call;
  SetIce(call);
  call.Apply();
  CountingRandom random;
  ice::Agent agent(random, "party");
  ice::Parameters wrong = PartyIce(call);
  wrong.remote_password = "someotherpasswordatall12345";
  agent.Apply(wrong, call.now.monotonic);
  RunIce(call, agent, kStranger);
  EXPECT_EQ(call.Send(kPortB, kStranger, Rtp(0, 1, 9)), Drop::kIceSource);
  EXPECT_EQ(call.TargetOf(kB), kPartyB);
}

TEST(IceLeg, WithoutIceStunIsNotAnswered) {
  SecureCall call;
  call.Apply();
  CountingRandom random;
  ice::Agent agent(random, "party");
  agent.Apply(PartyIce(call), call.now.monotonic);
  agent.OnTimer(call.now.monotonic);
  ice::Transmit transmit;
  ASSERT_TRUE(agent.NextTransmit(&transmit));
  EXPECT_EQ(call.Send(kPortB, kPartyB, Bytes(transmit.octets.begin(), transmit.octets.end())),
            Drop::kStunUnexpected);
  EXPECT_TRUE(call.sinks->empty());
}

}  // namespace
}  // namespace mediad::session::testing
