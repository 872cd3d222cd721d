// Properties that hold under any order of commands: a command that fails changes nothing, no port set
// outlives its use, an answer fits its offer, and in the end everything is given back.
//
// Commands are drawn at random from a fixed seed, over a few calls, with bodies, flags, tags and worker
// errors that a proxy or a network may come up with.
#include <gtest/gtest.h>

#include <cstdlib>
#include <random>
#include <set>

#include "controld/bencode/encode.h"
#include "controld/call/call_state.pb.h"
#include "controld/ng/parse_request.h"
#include "controld/sdp/parse.h"
#include "tests/unit/controld/call/service_fixture.h"

namespace controld::call {
namespace {

// Enough for every run; PROPERTY_COMMANDS=100000 for more.
int Commands() {
  const char* wanted = std::getenv("PROPERTY_COMMANDS");
  return wanted != nullptr ? std::atoi(wanted) : 10'000;
}

class CommandProperties : public ServiceTest {
 protected:
  size_t Draw(size_t below) { return std::uniform_int_distribution<size_t>(0, below - 1)(engine_); }
  bool Chance(size_t one_in) { return Draw(one_in) == 0; }
  template <size_t kSize>
  const char* Pick(const char* const (&choices)[kSize]) {
    return choices[Draw(kSize)];
  }

  std::string Section(size_t index) {
    static const char* const kSections[] = {
        "m=audio % RTP/AVP 8 0\r\n",
        "m=audio % RTP/AVP 0 8 101\r\na=rtpmap:101 telephone-event/8000\r\n",
        "m=audio % RTP/AVPF 96\r\na=rtpmap:96 opus/48000/2\r\na=rtcp-mux\r\n",
        "m=video % RTP/AVP 98\r\na=rtpmap:98 VP8/90000\r\na=sendonly\r\n",
        "m=video %/2 RTP/AVP 98\r\n",
        "m=audio % RTP/SAVP 8\r\na=crypto:1 AES_CM_128_HMAC_SHA1_80 "
        "inline:b0CjsI18358RTSnGu/SiX5v7g88acEHzdBMvJ8qF\r\n",
        "m=audio % RTP/AVP 8\r\na=crypto:7 AES_CM_128_HMAC_SHA1_32 "
        "inline:RYbQ6hb49vXnYQm+eWltIZcePZAmlB1TpWGhbgG7|2^20|1:4\r\n",
        "m=image % udptl t38\r\n",
        "m=message % TCP/MSRP *\r\n",
        "m=application % FOO x\r\n",
        "m=audio % RTP/AVP x\r\n",
    };
    static const char* const kExtra[] = {"", "", "a=mid:a\r\n", "a=mid:b\r\n", "a=inactive\r\n",
                                         "c=IN IP4 0.0.0.0\r\n", "c=IN IP6 2001:db8::9\r\n",
                                         "a=rtcp-mux\r\n", "a=extmap:1 urn:x\r\n", "a=ptime:20\r\n"};
    std::string text = Pick(kSections);
    const std::string port = Chance(8) ? "0" : base::StrCat(4000 + 10 * Draw(4) + 100 * index);
    text.replace(text.find('%'), 1, port);
    return text + Pick(kExtra);
  }

  std::string Body() {
    if (Chance(40)) return "v=1\r\nnonsense";
    if (Chance(40)) return "";
    std::string body = base::StrCat("v=0\r\no=u ", Draw(3), " ", Draw(5), " IN IP4 h\r\ns=-\r\n");
    if (!Chance(30)) base::StrAppend(&body, "c=IN IP4 198.51.100.", 1 + Draw(3), "\r\n");
    body += "t=0 0\r\n";
    for (size_t i = 0, sections = Draw(4); i <= sections; ++i) body += Section(i);
    return body;
  }

  ng::Request RandomRequest() {
    static const char* const kCommandNames[] = {"offer", "offer", "offer", "answer", "answer",
                                                "answer", "delete", "query"};
    static const char* const kTags[] = {"A", "B", "C", "D"};
    static const char* const kFlags[] = {
        "", "", "", "replace-origin", "replace-origin-full replace-SDP-version", "port-latching",
        "no-port-latching", "rtcp-mux=[offer]", "rtcp-mux=[require]", "rtcp-mux=[demux]",
        "via-branch=x", "via-branch=y", "new-branch", "sip-message-type=reply sip-code=200",
        "sdp-media-remove=[video]", "sdp-media-remove=[audio video image message application]",
        "address-family=IP6", "direction=[default priv]", "generate-mid", "codec-strip-all",
        "codec=[strip=[all]] allow-no-codec-media", "reuse-codecs", "static-codecs", "ptime=40",
        "extmap=[mask=[all]]", "alias-key=sdp", "alias-key=address", "sdp-attr=[foo=[add=[x]]]",
        "transport-protocol=RTP/AVPF", "transport-protocol=RTP/SAVP", "transport-protocol=RTP/AVP",
        "SDES=[nonew]", "SDES-only-AES_CM_128_HMAC_SHA1_32", "SDES=[order:NULL_HMAC_SHA1_80 static]",
        "OSRTP-offer", "OSRTP-accept", "OSRTP-offer-legacy", "OSRTP-accept-legacy", "delete-delay=0",
        "delete-delay=30", "to-tag", "SIP-source-address", "loop-protect", "replace-zero-address"};
    ng::Dictionary keys;
    keys.Add("command", Pick(kCommandNames));
    keys.Add("call-id", base::StrCat("call", Draw(3)));
    if (!Chance(30)) keys.Add("from-tag", Pick(kTags));
    if (!Chance(3)) keys.Add("to-tag", Pick(kTags));
    keys.Add("rtpp-flags", base::StrCat(Pick(kFlags), " ", Pick(kFlags)));
    if (!Chance(40)) keys.Add("sdp", Body());
    return ng::ParseRequest(keys);
  }

  // What the worker holds of a call is its whole state; what a query says also covers what was not
  // sent. Times of the last signal are part of it.
  std::string Fingerprint(const std::string& call_id, bool with_query) {
    const auto held = gateway_.held.find(call_id);
    std::string print = held == gateway_.held.end()
                            ? "no session"
                            : held->second.session.SerializeAsString();
    if (with_query) bencode::Encode(Do(QueryFor(call_id)), &print);
    return print;
  }

  // Every port set of a session is in use by a medium that is still there.
  void ExpectNoStrayPorts(const std::string& call_id) {
    const auto held = gateway_.held.find(call_id);
    if (held == gateway_.held.end()) return;
    CallState state;
    ASSERT_TRUE(state.ParseFromString(held->second.session.record()));
    std::set<uint32_t> used;
    for (const Party& party : state.parties()) {
      if (party.removed()) continue;
      for (const Media& media : party.media()) {
        for (const EndpointMap& map : media.maps()) used.insert(map.port_set());
      }
    }
    // o= may go on naming the address of ports that are gone.
    for (const OutputMemory& memory : state.memory()) used.insert(memory.origin_port_set());
    for (const auto& port_set : held->second.session.port_sets()) {
      ASSERT_EQ(used.count(port_set.id()), 1u) << "port set " << port_set.id() << " leaked";
    }
  }

  // So that calls do not grow for ever.
  void DeleteAll() {
    for (const char* call_id : {"call0", "call1", "call2"}) {
      ng::Request request = Message(ng::Command::kDelete, call_id);
      request.delete_delay = 0;
      Do(std::move(request));
    }
  }

  std::mt19937_64 engine_{20'26};
};

// Errors after which the call is gone by specification (ng-protocol.md §6.1.6).
bool EndsTheCall(const ng::Dictionary& reply) {
  return Text(reply, "error-reason") == "Ran out of ports";
}

TEST_F(CommandProperties, HoldUnderAnyOrder) {
  const int commands = Commands();
  int failed = 0, succeeded = 0, refused = 0;
  for (int i = 0; i < commands && !HasFatalFailure(); ++i) {
    now_ = At(0.01 * i);
    ng::Request request = RandomRequest();
    const std::string call_id = *request.call_id;
    const bool with_query = i % 16 == 0;  // it takes longer than all the rest
    const std::string before = Fingerprint(call_id, with_query);
    if (request.command != ng::Command::kQuery && Chance(50)) {
      ++refused;
      const auto code = Chance(3) ? rtpengine::v1::Error::PORTS_EXHAUSTED
                                  : rtpengine::v1::Error::INVALID;
      gateway_.FailNextApply(code, "the test says so");
    }
    const ng::Dictionary reply = Do(std::move(request));
    gateway_.fail_next_apply.reset();
    const std::string result = Text(reply, "result");
    if (result == "error" && !EndsTheCall(reply)) {
      ++failed;
      ASSERT_EQ(Fingerprint(call_id, with_query), before)
          << "command " << i << " failed with " << Text(reply, "error-reason");
    } else if (result == "ok") {
      ++succeeded;
    }
    ExpectNoStrayPorts(call_id);
    if (i % 97 == 0) TickAt(0.01 * i);
    if (i % 60 == 59) DeleteAll();
    if (gateway_.sent.size() > 1000) gateway_.sent.clear();
  }
  // The mixture is one that reaches all of it.
  EXPECT_GT(failed, commands / 20);
  EXPECT_GT(succeeded, commands / 4);
  EXPECT_GT(refused, commands / 100);

  DeleteAll();
  EXPECT_TRUE(gateway_.held.empty());
  EXPECT_EQ(counters_.calls.load(), 0);
  for (const auto& [worker, streams] : gateway_.charges) EXPECT_EQ(streams, 0) << worker;
}

// The codecs of `answered` in a section that both sides see as RTP are among those of `offered`.
void ExpectSubset(const sdp::MediaSection& answered, const sdp::MediaSection& offered) {
  for (const sdp::Codec& codec : answered.codecs) {
    bool listed = false;
    for (const sdp::Codec& other : offered.codecs) {
      listed = listed || other.payload_type == codec.payload_type;
    }
    EXPECT_TRUE(listed) << codec.payload_type;
  }
}

// RFC 3264 §6: as many sections as were offered, of the same types, in the same order; nothing that
// was not offered, and no port where none was offered.
TEST_F(CommandProperties, AnAnswerFitsItsOffer) {
  static const char* const kFormats[] = {"8", "0 8", "8 0 101", "101 3 0", "18"};
  static const char* const kFlags[] = {"", "codec-strip-PCMA", "reuse-codecs", "single-codec",
                                       "static-codecs", "ptime=30", "generate-mid"};
  for (int round = 0; round < 2'000; ++round) {
    const std::string call_id = base::StrCat("r", round);
    const size_t sections = 1 + Draw(4);
    std::string offer = "v=0\r\no=a 1 1 IN IP4 h\r\ns=-\r\nc=IN IP4 198.51.100.1\r\nt=0 0\r\n";
    std::string answer = "v=0\r\no=b 1 1 IN IP4 h\r\ns=-\r\nc=IN IP4 198.51.100.2\r\nt=0 0\r\n";
    bool usable = false;
    for (size_t i = 0; i < sections; ++i) {
      const char* type = Chance(3) ? "video" : "audio";
      const bool offered = !Chance(5), accepted = offered && !Chance(4);
      usable = usable || accepted;
      base::StrAppend(&offer, "m=", type, " ", offered ? 4000 + 10 * i : 0, " RTP/AVP ", "8 0 101 3\r\n");
      base::StrAppend(&answer, "m=", type, " ", accepted ? 5000 + 10 * i : 0, " RTP/AVP ",
                      Pick(kFormats), "\r\n");
    }
    if (!usable) continue;
    const auto send = [&](const char* command, const std::string& body) {
      ng::Dictionary keys;
      keys.Add("command", command);
      keys.Add("call-id", call_id);
      keys.Add("from-tag", "A");
      if (std::string_view(command) == "answer") keys.Add("to-tag", "B");
      keys.Add("rtpp-flags", Pick(kFlags));
      keys.Add("sdp", body);
      return Text(Do(ng::ParseRequest(keys)), "sdp");
    };
    const auto theirs = sdp::Parse(send("offer", offer));
    const auto ours = sdp::Parse(send("answer", answer));
    const auto sent = sdp::Parse(offer);
    ASSERT_TRUE(theirs.ok() && ours.ok()) << call_id;
    ASSERT_EQ(theirs->media.size(), sections);
    ASSERT_EQ(ours->media.size(), sections);
    for (size_t i = 0; i < sections; ++i) {
      EXPECT_EQ(ours->media[i].type_text, sent->media[i].type_text);
      if (sent->media[i].port == 0) {
        EXPECT_EQ(ours->media[i].port, 0u);
      }
      const bool something_fits = ours->media[i].formats != "18";  // else the answer's own list, §8.2
      if (ours->media[i].port != 0 && something_fits) ExpectSubset(ours->media[i], sent->media[i]);
    }
    // What we print, we read the same way again: parse and print are stable.
    const auto again = sdp::Parse(send("offer", offer));
    ASSERT_TRUE(again.ok());
    EXPECT_EQ(again->media.size(), sections);
    ASSERT_EQ(ResultOf(DeleteFor(call_id)), "ok");
  }
}

}  // namespace
}  // namespace controld::call
