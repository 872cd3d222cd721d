#include "controld/negotiate/candidates.h"

#include <gtest/gtest.h>

#include <set>

#include "proto/base/endpoint.h"

namespace controld::negotiate {
namespace {

TEST(CandidatesTest, ReadsWhatCanBeChecked) {
  const auto candidate = ParseCandidate(
      "842163049 1 udp 1677729535 198.51.100.88 46154 typ srflx raddr 192.168.0.2 rport 46154 generation 0");
  ASSERT_TRUE(candidate);
  EXPECT_EQ(candidate->foundation(), "842163049");
  EXPECT_EQ(candidate->component(), 1u);
  EXPECT_EQ(candidate->priority(), 1677729535u);
  EXPECT_EQ(candidate->endpoint().address(), base::IpAddress::Parse("198.51.100.88")->ToBytes());
  EXPECT_EQ(candidate->endpoint().port(), 46154u);
  EXPECT_EQ(candidate->type(), rtpengine::v1::ICE_SERVER_REFLEXIVE);
  EXPECT_TRUE(ParseCandidate("1 2 UDP 1 2001:db8::1 1 typ relay"));
}

TEST(CandidatesTest, LeavesTheOthers) {
  for (const char* text :
       {"", "1", "1 1 TCP 1 192.0.2.1 9 typ host tcptype active", "1 1 UDP nonsense",
        "1 3 UDP 1 192.0.2.1 4000 typ host", "1 0 UDP 1 192.0.2.1 4000 typ host",
        "1 1 UDP 1 8f3c2d7e-1111.local 4000 typ host", "1 1 UDP 1 192.0.2.1 0 typ host",
        "1 1 UDP 1 192.0.2.1 65536 typ host", "1 1 UDP 4294967296 192.0.2.1 4000 typ host",
        "1 1 UDP 1 0.0.0.0 4000 typ host", "1 1 UDP 1 192.0.2.1 4000 typ other",
        "1 1 UDP 1 192.0.2.1 4000 type host", "\xff 1 UDP 1 192.0.2.1 4000 typ host"}) {
    EXPECT_FALSE(ParseCandidate(text)) << text;
  }
}

TEST(CandidatesTest, PrioritiesAreThoseOfTheRecordedAnswers) {
  EXPECT_EQ(CandidatePriority(1, 0), 2130706431u);
  EXPECT_EQ(CandidatePriority(2, 0), 2130706430u);
  EXPECT_EQ(CandidatePriority(1, 1), 2130706175u);
  EXPECT_EQ(CandidatePriority(2, 3), 2130705662u);
}

TEST(CandidatesTest, FurtherAddressesAreAlwaysLessWanted) {
  for (int position = 1; position < 60; ++position) {
    EXPECT_LT(CandidatePriority(1, position), CandidatePriority(1, position - 1));
    EXPECT_LT(CandidatePriority(2, position), CandidatePriority(1, position));
  }
}

TEST(CandidatesTest, FoundationsTellAddressesApart) {
  const std::string one = Foundation("c1", "\xcb\x71\x01");
  EXPECT_EQ(one.size(), 16u);
  EXPECT_EQ(one, Foundation("c1", "\xcb\x71\x01"));
  EXPECT_NE(one, Foundation("c1", "\xcb\x71\x02"));
  EXPECT_NE(one, Foundation("c2", "\xcb\x71\x01"));
}

}  // namespace
}  // namespace controld::negotiate
