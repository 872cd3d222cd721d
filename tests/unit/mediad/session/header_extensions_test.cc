// Header extensions that are cut out of what a party sends.
#include <gtest/gtest.h>

#include "tests/unit/mediad/session/fixture.h"

namespace mediad::session {
namespace {

using testing::Bytes;
using testing::kA;
using testing::kPortA;
using testing::kPortB;
using testing::Rtp;

constexpr char kPartyA[] = "198.51.100.1:4000";
constexpr char kPartyB[] = "198.51.100.2:5000";

Bytes Extended(std::initializer_list<uint8_t> elements) {
  Bytes packet = Rtp(0, 1, 10, 0);
  packet[0] |= 0x10;
  packet.insert(packet.end(), {0xbe, 0xde, 0, static_cast<uint8_t>(elements.size() / 4)});
  packet.insert(packet.end(), elements);
  packet.insert(packet.end(), {'e', 'n', 'd'});
  return packet;
}

TEST(StripTest, ExtensionsAreCutOutForEveryReceiver) {
  testing::Call call;
  call.AddParty(3, "198.51.100.3:6000", "", "tc/1");
  call.AddRoute(kA, 3);
  call.media(kA)->add_strip_extensions(2);
  call.Signal();
  const Bytes packet = Extended({0x10, 'a', 0x21, 'b', 'b', 0, 0, 0});
  EXPECT_EQ(call.Send(kPortA, kPartyA, packet), Drop::kNone);
  ASSERT_EQ(call.sinks->size(), 2u);
  EXPECT_EQ(call.Sent(0), Extended({0x10, 'a', 0, 0}));
  EXPECT_EQ(call.Sent(1), Extended({0x10, 'a', 0, 0}));
  // What the other party sends is not concerned.
  call.Send(kPortB, kPartyB, packet);
  EXPECT_EQ(call.Sent(0), packet);
}

TEST(StripTest, SilenceComesOnTop) {
  testing::Call call;
  call.media(kA)->add_strip_extensions(2);
  call.spec.mutable_routes(0)->set_silence_rtp(true);
  call.Signal();
  call.Send(kPortA, kPartyA, Extended({0x20, 'b', 0, 0}));
  Bytes expected = Rtp(0, 1, 10, 0);
  expected.insert(expected.end(), 3, 0xff);
  EXPECT_EQ(call.Sent(), expected);
}

}  // namespace
}  // namespace mediad::session
