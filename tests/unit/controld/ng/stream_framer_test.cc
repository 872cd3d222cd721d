// NG messages in a stream: every way to cut it into pieces gives the same messages.
#include "controld/ng/stream_framer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace controld::ng {
namespace {

using Result = StreamFramer::Result;
using testing::ElementsAre;

// Everything in `stream`, fed in pieces of `piece` octets; a fault is the last entry, with a '!'.
std::vector<std::string> Split(std::string_view stream, size_t piece, StreamFramer* framer) {
  std::vector<std::string> out;
  for (size_t at = 0; at < stream.size(); at += piece) {
    framer->Append(stream.substr(at, piece));
    std::string_view message;
    for (;;) {
      const Result result = framer->Next(&message);
      if (result == Result::kIncomplete) break;
      if (result == Result::kInvalid) {
        out.push_back("!" + std::string(framer->fault()));
        return out;
      }
      out.push_back((result == Result::kGreeting ? "<" : "") + std::string(message));
    }
  }
  return out;
}

TEST(StreamFramerTest, MessagesBackToBack) {
  const std::string stream =
      "c1 d7:command4:pinge"
      "c2 {\"command\":\"ping\",\"x\":\"} \\\" e\"}\r\n\n"
      "c3 d3:sdp5:e e e4:listli1ei-2e0:eec4 de";
  for (size_t piece = 1; piece <= stream.size(); ++piece) {
    StreamFramer framer;
    EXPECT_THAT(Split(stream, piece, &framer),
                ElementsAre("c1 d7:command4:pinge",
                            "c2 {\"command\":\"ping\",\"x\":\"} \\\" e\"}",
                            "c3 d3:sdp5:e e e4:listli1ei-2e0:ee", "c4 de"))
        << piece;
    EXPECT_FALSE(framer.partial());
  }
}

TEST(StreamFramerTest, APartialMessageWaits) {
  StreamFramer framer;
  EXPECT_THAT(Split("c d7:comm", 100, &framer), ElementsAre());
  EXPECT_TRUE(framer.partial());
  EXPECT_THAT(Split("and4:pinge", 100, &framer), ElementsAre("c d7:command4:pinge"));
  EXPECT_FALSE(framer.partial());
}

TEST(StreamFramerTest, WhatCannotBeDelimitedEndsTheStream) {
  for (size_t piece : {1, 3, 1000}) {
    StreamFramer no_format, no_cookie, bad;
    EXPECT_THAT(Split("c hello\nc d7:command4:pinge", piece, &no_format),
                ElementsAre("!Invalid NG data format in stream"));
    EXPECT_THAT(Split("c de d7:command4:pinge", piece, &no_cookie),
                ElementsAre("c de", "!No cookie in stream"));
    EXPECT_THAT(Split("c dx1:ae", piece, &bad), ElementsAre("!Invalid bencode in stream"));
    std::string_view out;
    bad.Append("c de");
    EXPECT_EQ(bad.Next(&out), Result::kInvalid);
  }
}

TEST(StreamFramerTest, SizesAreBounded) {
  const std::string payload = "d1:a" + std::to_string(200'000) + ":" + std::string(200'000, 'x') + "e";
  StreamFramer large;
  EXPECT_THAT(Split("c " + payload, 1400, &large), ElementsAre("c " + payload));
  for (size_t piece : {1, 100, 100'000}) {
    StreamFramer cookie, message(false, 1000);
    EXPECT_THAT(Split(std::string(5000, 'c'), piece, &cookie), ElementsAre("!No cookie in stream"));
    EXPECT_THAT(Split("c " + payload, piece, &message),
                ElementsAre("!Message in stream is too long"));
  }
}

TEST(StreamFramerTest, AGreetingIsALineBeforeTheMessages) {
  const std::string stream = "AUTH x y\r\nc d7:command4:pinge";
  for (size_t piece = 1; piece <= stream.size(); ++piece) {
    StreamFramer framer(true);
    EXPECT_THAT(Split(stream, piece, &framer), ElementsAre("<AUTH x y", "c d7:command4:pinge"));
  }
  StreamFramer endless(true);
  EXPECT_THAT(Split(std::string(3000, 'a'), 1, &endless), ElementsAre("!Greeting is too long"));
}

}  // namespace
}  // namespace controld::ng
