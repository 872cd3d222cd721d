// Codec lists (sdp-rewriting.md §8, the profile without transcoding).
#include "controld/negotiate/codecs.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace controld::negotiate {
namespace {

using ::testing::ElementsAreArray;

sdp::Codec Codec(int payload_type, std::string name, uint32_t rate, uint32_t channels = 1) {
  sdp::Codec codec;
  codec.payload_type = payload_type;
  codec.name = std::move(name);
  codec.clock_rate = rate;
  codec.channels = channels;
  return codec;
}

const std::vector<sdp::Codec>& Received() {
  static const auto* codecs =
      new std::vector<sdp::Codec>{Codec(96, "opus", 48000, 2), Codec(8, "PCMA", 8000),
                                  Codec(0, "PCMU", 8000), Codec(97, "", 0),  // no rtpmap
                                  Codec(101, "telephone-event", 8000)};
  return *codecs;
}

std::vector<int> Numbers(const std::vector<sdp::Codec>& codecs) {
  std::vector<int> numbers;
  for (const sdp::Codec& codec : codecs) numbers.push_back(codec.payload_type);
  return numbers;
}

TEST(CodecMatches, NameRateAndChannels) {
  const sdp::Codec opus = Codec(96, "opus", 48000, 2), pcma = Codec(8, "PCMA", 8000);
  struct Case {
    const char* item;
    const sdp::Codec& codec;
    bool matches;
  };
  const Case cases[] = {
      {"PCMA", pcma, true},         {"pcma", pcma, true},        {"PCMA/8000", pcma, true},
      {"PCMA/8000/1", pcma, true},  {"PCMA/16000", pcma, false}, {"PCMA/8000/2", pcma, false},
      {"PCM", pcma, false},         {"PCMAX", pcma, false},      {"", pcma, false},
      {"8", pcma, false},           {"PCMU,PCMA", pcma, false},  {"opus", opus, true},
      {"OPUS/48000/2", opus, true}, {"opus/48000", opus, false}, {"opus//2", opus, false},
      {"PCMA/8000x", pcma, false},
  };
  for (const Case& test : cases) {
    EXPECT_EQ(CodecMatches(test.item, test.codec), test.matches) << test.item;
  }
  EXPECT_FALSE(CodecMatches("", Codec(97, "", 0)));
}

struct FilterCase {
  const char* name;
  std::vector<std::string> strip, except, offer;
  std::vector<int> kept;
};

class FilterCodecsTable : public ::testing::TestWithParam<FilterCase> {};

TEST_P(FilterCodecsTable, Keeps) {
  ng::CodecLists lists;
  lists.strip = GetParam().strip;
  lists.except = GetParam().except;
  lists.offer = GetParam().offer;
  EXPECT_THAT(Numbers(FilterCodecs(Received(), lists, false)), ElementsAreArray(GetParam().kept));
}

INSTANTIATE_TEST_SUITE_P(
    All, FilterCodecsTable,
    ::testing::Values(
        FilterCase{"nothing", {}, {}, {}, {96, 8, 0, 97, 101}},
        FilterCase{"strip", {"PCMU", "opus"}, {}, {}, {8, 97, 101}},
        FilterCase{"strip_with_rate", {"opus/48000"}, {}, {}, {96, 8, 0, 97, 101}},
        FilterCase{"strip_unknown", {"G722"}, {}, {}, {96, 8, 0, 97, 101}},
        FilterCase{"except_survives_all", {"all"}, {"PCMA", "PCMU"}, {}, {8, 0}},
        FilterCase{"except_survives_full", {"full"}, {"PCMA"}, {}, {8}},
        FilterCase{"named_goes_in_spite_of_except", {"PCMA"}, {"PCMA"}, {}, {96, 0, 97, 101}},
        FilterCase{"offer_re_adds_at_the_end",
                   {"opus", "PCMA"},
                   {},
                   {"PCMA", "opus"},
                   {0, 97, 101, 8, 96}},
        FilterCase{"offer_re_orders_nothing_kept", {}, {}, {"PCMU"}, {96, 8, 0, 97, 101}},
        FilterCase{"all_but_offered", {"all"}, {}, {"PCMU"}, {0}},
        FilterCase{"never_empty", {"all"}, {}, {}, {96, 8, 0, 97, 101}}),
    [](const auto& one) { return std::string(one.param.name); });

TEST(FilterCodecs, MayBeEmptyWhenAllowed) {
  ng::CodecLists lists;
  lists.strip = {"all"};
  EXPECT_TRUE(FilterCodecs(Received(), lists, true).empty());
}

TEST(FilterCodecs, IgnoreAndTranscodeHideNothing) {
  ng::CodecLists lists;
  lists.ignore = lists.mask = lists.consume = lists.accept = {"PCMA"};
  lists.transcode = {"G722"};
  EXPECT_EQ(FilterCodecs(Received(), lists, false).size(), Received().size());
}

TEST(MatchAnswer, OnlyWhatTheOffererListed) {
  const std::vector<sdp::Codec> offered = {Codec(8, "PCMA", 8000), Codec(0, "PCMU", 8000),
                                           Codec(96, "opus", 48000, 2)};
  struct Case {
    const char* why;
    std::vector<sdp::Codec> answered;
    std::vector<int> shown;
  };
  const Case cases[] = {
      {"order of the answer", {offered[1], offered[0]}, {0, 8}},
      {"not offered", {offered[0], Codec(9, "G722", 8000)}, {8}},
      {"case of names", {Codec(96, "OPUS", 48000, 2)}, {96}},
      {"same number, other format", {offered[0], Codec(96, "speex", 16000)}, {8}},
      {"same number, other channels", {offered[0], Codec(96, "opus", 48000, 1)}, {8}},
      {"nothing fits: all of it", {Codec(9, "G722", 8000), Codec(3, "GSM", 8000)}, {9, 3}},
      {"only the numbers differ: all of it", {Codec(97, "opus", 48000, 2)}, {97}},
  };
  for (const Case& test : cases) {
    EXPECT_THAT(Numbers(MatchAnswer(test.answered, offered, false)), ElementsAreArray(test.shown))
        << test.why;
  }
}

}  // namespace
}  // namespace controld::negotiate
