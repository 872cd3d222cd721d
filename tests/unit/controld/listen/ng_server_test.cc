// The NG protocol's outside without sockets: framing, errors, ping, list, cookies, log lines.
#include "controld/listen/ng_server.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "controld/listen/dump.h"
#include "proto/base/log.h"
#include "proto/base/text.h"

namespace controld::listen {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::MatchesRegex;

constexpr fleet::HashKey kKey{3, 4};

class FakeSink final : public ReplySink {
 public:
  void SendReply(const ReplyPath& path, std::string_view message) override {
    sent.emplace_back(path.peer.port, std::string(message));
  }
  std::vector<std::pair<uint16_t, std::string>> sent;
};

class FakeDispatcher final : public Dispatcher {
 public:
  bool Handle(ng::Request&& request, const base::Endpoint& origin, Respond&& respond) override {
    if (full) return false;
    requests.push_back(std::move(request));
    origins.push_back(origin.ToString());
    responds.push_back(std::move(respond));
    return true;
  }
  void List(size_t limit, Listed done) override {
    asked.push_back(limit);
    std::vector<std::string> answer = calls;
    if (answer.size() > limit) answer.resize(limit);
    done(std::move(answer));
  }
  void Reply(size_t i, std::string_view result) {
    ng::Dictionary reply;
    reply.Add("result", result);
    responds[i](std::move(reply));
  }

  bool full = false;
  std::vector<ng::Request> requests;
  std::vector<std::string> origins;
  std::vector<Respond> responds;
  std::vector<size_t> asked;
  std::vector<std::string> calls = {"a", "b", "c"};
};

class NgServerTest : public testing::Test {
 protected:
  NgServerTest() {
    base::log::SetSink([this](base::log::Severity severity, base::log::Subsystem subsystem,
                              const base::log::Context& context, std::string_view text) {
      const std::string_view name = base::log::SubsystemName(subsystem);
      log_.push_back(
          base::StrCat(static_cast<int>(severity), " [", context.call_id, "] [", name, "] ", text));
    });
  }
  ~NgServerTest() override {
    // What is given up replies: as long as server and sink are there.
    dispatcher_.responds.clear();
    base::log::SetSink({});
  }

  void Receive(std::string_view message, uint16_t port = 5) {
    ReplyPath path;
    path.sink = &sink_;
    path.peer = *base::Endpoint::Parse(base::StrCat("192.0.2.1:", port));
    server_.Receive(message, path, base::ReadClocks());
  }
  // The only reply to the message; empty: none.
  std::string Ask(std::string_view message) {
    sink_.sent.clear();
    Receive(message);
    if (sink_.sent.empty()) return "";
    EXPECT_EQ(sink_.sent.size(), 1u);
    return sink_.sent[0].second;
  }
  static std::string Error(std::string_view text) {
    return base::StrCat("d6:result5:error12:error-reason", text.size(), ":", text, "e");
  }

  CookieCache cookies_{kKey, base::ReadClocks().monotonic};
  ClientStatistics clients_{kKey};
  FakeDispatcher dispatcher_;
  FakeSink sink_;
  std::vector<std::string> log_;
  NgServer server_{cookies_, clients_, dispatcher_, {}};
};

constexpr char kQuery[] = "d7:command5:query7:call-id3:c@de";

TEST_F(NgServerTest, PingNeedsNobody) {
  EXPECT_EQ(Ask("c1 d7:command4:pinge"), "c1 d6:result4:ponge");
  EXPECT_EQ(Ask("c2 {\"command\":\"ping\"}"), "c2 {\"result\":\"pong\"}");
  EXPECT_TRUE(dispatcher_.requests.empty());
}

TEST_F(NgServerTest, TracesWhatComesAndWhatGoes) {
  std::vector<std::string> traced;
  NgServer::Options options;
  options.trace = [&traced](const TracedMessage& message) {
    traced.push_back(base::StrCat(message.source.ToString(), " > ", message.destination.ToString(), " [",
                                  message.call_id, "] ", message.octets));
  };
  NgServer server(cookies_, clients_, dispatcher_, std::move(options));
  const auto receive = [&](std::string_view text, uint16_t port) {
    ReplyPath path;
    path.sink = &sink_;
    path.peer = *base::Endpoint::Parse(base::StrCat("192.0.2.1:", port));
    path.local = *base::IpAddress::Parse("192.0.2.2");
    path.local_port = 22;
    server.Receive(text, path, base::ReadClocks());
  };
  receive("p d7:command4:pinge", 5);
  receive("p d7:command4:pinge", 5);
  EXPECT_THAT(traced, ElementsAre());
  const std::string query = base::StrCat("q ", kQuery);
  receive(query, 5);
  receive(query, 6);  // waits with the first
  dispatcher_.Reply(0, "ok");
  receive(query, 5);
  const std::string in = "192.0.2.1:5 > 192.0.2.2:22 [c@d] " + query;
  const std::string out = "192.0.2.2:22 > 192.0.2.1:5 [c@d] q d6:result2:oke";
  EXPECT_THAT(traced, ElementsAre(in, "192.0.2.1:6 > 192.0.2.2:22 [c@d] " + query, out,
                                  "192.0.2.2:22 > 192.0.2.1:6 [c@d] q d6:result2:oke", in, out));
  traced.clear();
  receive("x hello", 5);
  EXPECT_THAT(traced, ElementsAre("192.0.2.1:5 > 192.0.2.2:22 [] x hello",
                                  "192.0.2.2:22 > 192.0.2.1:5 [] x " + Error("Invalid NG data format")));
  dispatcher_.responds.clear();
}

TEST_F(NgServerTest, WithoutCookieThereIsNoReply) {
  EXPECT_EQ(Ask("nospace"), "");
  EXPECT_EQ(Ask(" d7:command4:pinge"), "");
  EXPECT_EQ(Ask(""), "");
  EXPECT_EQ(server_.counters().no_cookie.load(), 3u);
  EXPECT_EQ(log_[0],
            "4 [] [control] Received invalid NG data (no cookie) from 192.0.2.1:5: nospace");
}

TEST_F(NgServerTest, ProtocolErrors) {
  EXPECT_EQ(Ask("e1 "), "e1 " + Error("Invalid data (no payload)"));
  EXPECT_EQ(Ask("e2 hello"), "e2 " + Error("Invalid NG data format"));
  EXPECT_EQ(Ask("e3 d7:command"), "e3 " + Error("Could not decode bencode dictionary"));
  EXPECT_EQ(Ask("e4 de"), "e4 " + Error("Dictionary contains no key \"command\""));
  EXPECT_EQ(Ask("e5 d7:command5:hellue"), "e5 " + Error("Unrecognized command"));
  EXPECT_EQ(Ask("e6 d7:command10:statisticse"), "e6 " + Error("No command handler"));
  EXPECT_EQ(Ask("e7 {\"command\":"),
            "e7 {\"result\":\"error\",\"error-reason\":\"Failed to parse JSON document\"}");
  EXPECT_EQ(server_.counters().errors.load(), 7u);
}

TEST_F(NgServerTest, ErrorRepliesAreLoggedInsteadOfReplying) {
  Ask("x d7:command10:frobnicate7:call-id13:f-none@goldene");
  EXPECT_THAT(
      log_,
      ElementsAre("6 [f-none@golden] [control] Received command 'frobnicate' from 192.0.2.1:5",
                  "4 [f-none@golden] [control] Protocol error in packet from 192.0.2.1:5: "
                  "Unrecognized command [d7:command10:frobnicate7:call-id13:f-none@goldene]"));
}

TEST_F(NgServerTest, CommandsGoToTheirCallAndComeBack) {
  EXPECT_EQ(Ask(base::StrCat("q ", kQuery)), "");
  ASSERT_EQ(dispatcher_.requests.size(), 1u);
  EXPECT_EQ(dispatcher_.requests[0].command, ng::Command::kQuery);
  EXPECT_EQ(dispatcher_.requests[0].call_id, "c@d");
  EXPECT_EQ(dispatcher_.origins[0], "192.0.2.1:5");
  dispatcher_.Reply(0, "ok");
  ASSERT_EQ(sink_.sent.size(), 1u);
  EXPECT_EQ(sink_.sent[0].second, "q d6:result2:oke");
  ASSERT_EQ(log_.size(), 2u);
  EXPECT_EQ(log_[0], "6 [c@d] [control] Received command 'query' from 192.0.2.1:5");
  EXPECT_THAT(log_[1],
              MatchesRegex("6 \\[c@d\\] \\[control\\] Replying to 'query' from 192.0.2.1:5 "
                           "\\(elapsed time [0-9]+\\.[0-9]{6} sec\\)"));
}

TEST_F(NgServerTest, DuplicatesNeverRunTwice) {
  Receive(base::StrCat("q ", kQuery), 1);
  Receive(base::StrCat("q ", kQuery), 2);
  Receive("q something else", 3);
  ASSERT_EQ(dispatcher_.requests.size(), 1u);
  EXPECT_TRUE(sink_.sent.empty());
  EXPECT_EQ(log_.back(), "6 [] [control] Detected command from 192.0.2.1:3 as a duplicate");
  dispatcher_.Reply(0, "ok");
  const std::string reply = "q d6:result2:oke";
  EXPECT_THAT(sink_.sent,
              ElementsAre(std::pair(1, reply), std::pair(2, reply), std::pair(3, reply)));
  sink_.sent.clear();
  Receive(base::StrCat("q ", kQuery), 4);
  EXPECT_THAT(sink_.sent, ElementsAre(std::pair(4, reply)));
  EXPECT_EQ(server_.counters().duplicates.load(), 3u);
  EXPECT_EQ(dispatcher_.requests.size(), 1u);
}

TEST_F(NgServerTest, ErrorsAreCachedToo) {
  const std::string error = "e " + Error("Unrecognized command");
  EXPECT_EQ(Ask("e d7:command5:hellue"), error);
  EXPECT_EQ(Ask("e d7:command4:pinge"), error);
}

TEST_F(NgServerTest, SecondResponseIsIgnored) {
  Receive(base::StrCat("q ", kQuery));
  dispatcher_.Reply(0, "ok");
  dispatcher_.Reply(0, "error");
  EXPECT_EQ(sink_.sent.size(), 1u);
}

TEST_F(NgServerTest, CommandThatIsGivenUpIsAnswered) {
  Receive(base::StrCat("q ", kQuery));
  dispatcher_.responds.clear();
  ASSERT_EQ(sink_.sent.size(), 1u);
  EXPECT_EQ(sink_.sent[0].second, "q " + Error("Command was given up"));
  EXPECT_EQ(server_.counters().abandoned.load(), 1u);
  EXPECT_EQ(cookies_.totals().running, 0u);
}

TEST_F(NgServerTest, ButNotWhileShuttingDown) {
  Receive(base::StrCat("q ", kQuery));
  server_.BeQuiet();
  dispatcher_.responds.clear();
  EXPECT_TRUE(sink_.sent.empty());
}

TEST_F(NgServerTest, OverloadIsAnsweredAtOnce) {
  dispatcher_.full = true;
  EXPECT_EQ(Ask("o1 d7:command5:offer7:call-id1:ce"),
            "o1 " + Error("Parallel session limit reached"));
  EXPECT_EQ(Ask("o2 d7:command5:offer7:call-id1:c8:supportsl10:load limitee"),
            "o2 d6:result10:load limit7:message19:Load limit exceedede");
  EXPECT_EQ(Ask(base::StrCat("o3 ", kQuery)), "o3 " + Error("Load limit exceeded"));
  EXPECT_EQ(server_.counters().overloaded.load(), 3u);
  EXPECT_EQ(Ask("o4 d7:command4:pinge"), "o4 d6:result4:ponge");
}

TEST_F(NgServerTest, ListLimits) {
  EXPECT_EQ(Ask("l1 d7:command4:liste"), "l1 d5:callsl1:a1:b1:ce6:result2:oke");
  EXPECT_EQ(Ask("l2 d7:command4:list5:limiti2ee"), "l2 d5:callsl1:a1:be6:result2:oke");
  EXPECT_EQ(Ask("l3 d7:command4:list5:limiti0ee"), "l3 d5:callsle6:result2:oke");
  EXPECT_EQ(Ask("l4 d7:command4:list5:limiti-1ee"), "l4 " + Error("invalid limit, must be >= 0"));
  EXPECT_THAT(dispatcher_.asked, ElementsAre(32u, 2u, 0u));
}

TEST_F(NgServerTest, ListStaysWithinADatagram) {
  dispatcher_.calls.assign(5000, std::string(50, 'x'));
  EXPECT_LT(Ask("l d7:command4:list5:limiti1000000ee").size(), 65'000u);
}

TEST_F(NgServerTest, WarningsOfTheParserAreLogged) {
  Receive("w d7:command5:offer7:call-id1:c5:flagsl12:no-such-flagee");
  ASSERT_EQ(log_.size(), 2u);
  EXPECT_EQ(log_[1], "4 [c] [core] Unknown flag encountered: 'no-such-flag'");
}

TEST_F(NgServerTest, RequestsAreCountedPerClient) {
  Ask("s1 d7:command4:pinge");
  Ask("s2 d7:command4:pinge");
  Ask("s3 d7:command5:hellue");
  const auto clients = clients_.clients();
  ASSERT_EQ(clients.size(), 1u);
  EXPECT_EQ(clients[0].address, "192.0.2.1");
  EXPECT_EQ(clients[0].counters->commands[static_cast<size_t>(ng::Command::kPing)].count.load(),
            2u);
  EXPECT_EQ(clients[0].counters->errors.load(), 1u);
}

TEST(ClientStatisticsTest, IsBounded) {
  ClientStatistics statistics(kKey);
  for (uint32_t i = 0; i < ClientStatistics::kMaxClients + 10; ++i) {
    const uint8_t octets[4] = {10, static_cast<uint8_t>(i >> 16), static_cast<uint8_t>(i >> 8),
                               static_cast<uint8_t>(i)};
    statistics.Get(base::IpAddress::V4(octets))
        ->Count(ng::Command::kPing, std::chrono::microseconds(3), false);
  }
  const auto clients = statistics.clients();
  ASSERT_EQ(clients.size(), ClientStatistics::kMaxClients + 1);
  EXPECT_EQ(clients.back().address, "other");
  const auto& pings = clients.back().counters->commands[static_cast<size_t>(ng::Command::kPing)];
  EXPECT_EQ(pings.count.load(), 10u);
  EXPECT_EQ(pings.nanoseconds.load(), 30'000u);
}

TEST(DumpTest, LooksAsRecorded) {
  ng::Dictionary dictionary;
  dictionary.Add("command", "offer");
  dictionary.Add("limit", 3);
  dictionary.Add("flags", ng::List{ng::Value("a"), ng::Value("b\"c\r\n")});
  dictionary.Add("none", ng::List{});
  EXPECT_EQ(DumpForLog(dictionary),
            R"({ "command": "offer", "limit": 3, "flags": [ "a", "b\"c\r\n" ], "none": [ ] })");
  EXPECT_EQ(DumpForLog({}), "{ }");
}

TEST(DumpTest, HidesKeys) {
  ng::Dictionary dictionary;
  dictionary.Add("sdp", "a=crypto:1 NULL_HMAC_SHA1_80 inline:c2VjcmV0|2^31 X\r\n"
                        "a=crypto:2 Y INLINE:c2VjcmV0\r\na=z");
  const std::string text = DumpForLog(dictionary);
  EXPECT_EQ(text.find("c2VjcmV0"), std::string::npos) << text;
  EXPECT_EQ(text, R"({ "sdp": "a=crypto:1 NULL_HMAC_SHA1_80 inline:<hidden>|2^31 X\r\n)"
                  R"(a=crypto:2 Y INLINE:<hidden>\r\na=z" })");
}

}  // namespace
}  // namespace controld::listen
