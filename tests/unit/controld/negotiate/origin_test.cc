// The o= and s= lines over a dialogue (sdp-rewriting.md §4).
#include "controld/negotiate/origin.h"

#include <gmock/gmock.h>

#include "tests/unit/controld/negotiate/exchange.h"

namespace controld::negotiate {
namespace {

using ng::Flag;

// A body of A's with this o= and s= text.
std::string Body(const std::string& origin, const std::string& name = "-",
                 std::string_view lines = "") {
  return base::StrCat("v=0\r\no=", origin, "\r\ns=", name,
                      "\r\nc=IN IP4 192.0.2.10\r\nt=0 0\r\nm=audio 4000 RTP/AVP 8 0\r\n", lines);
}

class OriginTest : public Exchange {
 protected:
  std::string OriginOf(const ng::Request& request) { return First(Send(request), "o="); }
  std::string NameOf(const ng::Request& request) { return First(Send(request), "s="); }
  static std::string First(const std::string& sdp, std::string_view prefix) {
    const auto lines = call::LinesOf(sdp, prefix);
    return lines.empty() ? "none" : lines.front();
  }
  ng::Request From(const std::string& body, std::initializer_list<Flag> flags) {
    return call::With(call::Offer("c", "A", body), flags);
  }
};

TEST_F(OriginTest, WithoutFlagsTheSendersOwn) {
  EXPECT_EQ(OriginOf(From(Body("alice 7 7 IN IP4 192.0.2.10"), {})),
            "o=alice 7 7 IN IP4 192.0.2.10");
  EXPECT_EQ(OriginOf(From(Body("bob x -1 IN IP6 host.example"), {})),
            "o=bob x 18446744073709551615 IN IP6 host.example");
}

// Five offers in a row: body changes at the third. What each flag makes of them.
struct Case {
  const char* name;
  Flag flag;
  std::vector<std::string> origins;
};

class OriginFlags : public OriginTest, public ::testing::WithParamInterface<Case> {};

TEST_P(OriginFlags, Remember) {
  const struct {
    const char* origin;
    const char* lines;
  } messages[] = {{"alice 7 7 IN IP4 192.0.2.10", ""},
                  {"bob 8 9 IN IP4 192.0.2.11", ""},
                  {"bob 8 9 IN IP4 192.0.2.11", "a=x\r\n"},
                  {"bob 8 9 IN IP4 192.0.2.11", "a=x\r\n"}};
  for (size_t i = 0; i < 4; ++i) {
    EXPECT_EQ(OriginOf(From(Body(messages[i].origin, "-", messages[i].lines), {GetParam().flag})),
              "o=" + GetParam().origins[i])
        << i;
  }
}

INSTANTIATE_TEST_SUITE_P(
    All, OriginFlags,
    ::testing::Values(Case{"address",
                           Flag::kReplaceOrigin,
                           {"alice 7 7 IN IP4 203.0.113.5", "bob 8 9 IN IP4 203.0.113.5",
                            "bob 8 9 IN IP4 203.0.113.5", "bob 8 9 IN IP4 203.0.113.5"}},
                      Case{"username",
                           Flag::kReplaceUsername,
                           {"alice 7 7 IN IP4 192.0.2.10", "alice 8 9 IN IP4 192.0.2.11",
                            "alice 8 9 IN IP4 192.0.2.11", "alice 8 9 IN IP4 192.0.2.11"}},
                      Case{"version",
                           Flag::kReplaceSdpVersion,
                           {"alice 7 7 IN IP4 192.0.2.10", "bob 8 8 IN IP4 192.0.2.11",
                            "bob 8 9 IN IP4 192.0.2.11", "bob 8 9 IN IP4 192.0.2.11"}},
                      Case{"full",
                           Flag::kReplaceOriginFull,
                           {"alice 7 7 IN IP4 203.0.113.5", "alice 7 7 IN IP4 203.0.113.5",
                            "alice 7 8 IN IP4 203.0.113.5", "alice 7 8 IN IP4 203.0.113.5"}},
                      Case{"force_increment",
                           Flag::kForceIncrementSdpVersion,
                           {"alice 7 7 IN IP4 192.0.2.10", "bob 8 8 IN IP4 192.0.2.11",
                            "bob 8 9 IN IP4 192.0.2.11", "bob 8 10 IN IP4 192.0.2.11"}}),
    [](const auto& one) { return std::string(one.param.name); });

TEST_F(OriginTest, NewPortsCountAsAChange) {
  Send(call::With(OfferFromA(), {Flag::kReplaceSdpVersion}));
  EXPECT_EQ(OriginOf(call::With(OfferFromA("", 4002), {Flag::kReplaceSdpVersion})),
            "o=alice 7 8 IN IP4 192.0.2.10");
}

// What was printed without the flag is not compared with.
TEST_F(OriginTest, TheFirstFlaggedSdpKeepsTheVersion) {
  Send(OfferFromA());
  EXPECT_EQ(OriginOf(call::With(OfferFromA("a=x\r\n", 4002), {Flag::kReplaceSdpVersion})),
            "o=alice 7 7 IN IP4 192.0.2.10");
}

TEST_F(OriginTest, TheAddressOnceChosenStays) {
  EXPECT_EQ(OriginOf(call::With(OfferFromA(), {Flag::kReplaceOrigin})),
            "o=alice 7 7 IN IP4 203.0.113.5");
  worker_.interfaces.push_back(call::FakeInterface("priv", "10.0.0.5"));
  ng::Request request = call::With(OfferFromA(), {Flag::kReplaceOrigin});
  request.to_interface = "priv";
  const std::string offered = Send(request);
  EXPECT_EQ(First(offered, "c="), "c=IN IP4 10.0.0.5");
  EXPECT_EQ(First(offered, "o="), "o=alice 7 7 IN IP4 203.0.113.5");
  EXPECT_EQ(OriginOf(OfferFromA()), "o=alice 7 7 IN IP4 192.0.2.10");
}

TEST_F(OriginTest, SessionName) {
  EXPECT_EQ(NameOf(From(Body("a 1 1 IN IP4 192.0.2.10", "one"), {})), "s=one");
  EXPECT_EQ(NameOf(From(Body("a 1 1 IN IP4 192.0.2.10", "two"), {})), "s=two");
  EXPECT_EQ(NameOf(From(Body("a 1 1 IN IP4 192.0.2.10", "three"), {Flag::kReplaceSessionName})),
            "s=one");
}

TEST_F(OriginTest, EachSideHasItsMemory) {
  Send(OfferFromA());
  ng::Request answer = call::With(AnswerFromB(), {Flag::kReplaceOriginFull});
  answer.sdp =
      "v=0\r\no=bob 3 40 IN IP4 198.51.100.20\r\ns=-\r\nc=IN IP4 198.51.100.20\r\nt=0 0\r\n"
      "m=audio 5000 RTP/AVP 8\r\n";
  EXPECT_EQ(OriginOf(answer), "o=bob 3 40 IN IP4 203.0.113.5");
}

// The memory belongs to the dialogue, not to the branch.
TEST_F(OriginTest, ASecondBranchContinuesTheFirst) {
  ng::Request first = OfferFromA(), second = OfferFromA();
  first.via_branch = "b1";
  second.via_branch = "b2";
  Send(call::With(first, {Flag::kReplaceSdpVersion}));
  EXPECT_EQ(OriginOf(call::With(second, {Flag::kReplaceSdpVersion})),
            "o=alice 7 8 IN IP4 192.0.2.10");
}

TEST_F(OriginTest, WithoutALineAnIdIsMadeUpOnce) {
  const std::string body =
      "v=0\r\ns=-\r\nc=IN IP4 192.0.2.10\r\nt=0 0\r\nm=audio 4000 RTP/AVP 8\r\n";
  const std::string first = OriginOf(From(body, {}));
  EXPECT_THAT(first, ::testing::MatchesRegex("o=- [0-9]+ 0 IN IP4 203.0.113.5"));
  EXPECT_EQ(OriginOf(From(body, {})), first);
}

}  // namespace
}  // namespace controld::negotiate
