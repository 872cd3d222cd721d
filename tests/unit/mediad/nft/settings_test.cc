#include "mediad/nft/settings.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "proto/base/text.h"
#include "tests/unit/mediad/nft/fixture.h"

namespace mediad::nft {
namespace {

std::string ErrorOf(const std::map<std::string, std::string>& values) {
  const auto settings = ParseSettings(values);
  return settings.ok() ? "no error" : std::string(base::Message(settings.status()));
}

TEST(NftSettingsTest, WantedWithAKernelTableOrByName) {
  EXPECT_FALSE(SettingsOf({}).wanted);
  EXPECT_TRUE(SettingsOf({{"table", "0"}}).wanted);
  EXPECT_FALSE(SettingsOf({{"table", "0"}, {"nftables", "off"}}).wanted);
  EXPECT_TRUE(SettingsOf({{"nftables", "on"}}).wanted);
}

TEST(NftSettingsTest, TheBaseChainDecidesThePlacement) {
  const Settings own = SettingsOf({{"table", "3"}});
  EXPECT_TRUE(own.own_table);
  EXPECT_EQ(own.table, "rtpengine");
  EXPECT_EQ(own.chain, "input");
  const Settings filter = SettingsOf({{"table", "3"}, {"nftables-base-chain", "INPUT"}});
  EXPECT_FALSE(filter.own_table);
  EXPECT_EQ(filter.chain, "rtpengine_3");
  EXPECT_EQ(SettingsOf({{"nftables-base-chain", "INPUT"}}).chain, "rtpengine");
  EXPECT_EQ(AllTargets(own).size(), 1u);
  EXPECT_EQ(AllTargets(filter).size(), 3u);
  EXPECT_EQ(AllTargets(SettingsOf({{"nftables-family", "ip6,ip"}})).size(), 2u);
}

TEST(NftSettingsTest, NamesThatNftCouldNotReadAreRefused) {
  EXPECT_EQ(ErrorOf({{"nftables-chain", "my chain"}}),
            "Invalid value for 'nftables-chain' ('my chain'): letters, digits, _ - . / and no digit first");
  EXPECT_THAT(ErrorOf({{"nftables-table", "1st"}}), testing::HasSubstr("nftables-table"));
  EXPECT_THAT(ErrorOf({{"nftables-table", "filter"}}), testing::HasSubstr("nftables-base-chain"));
  EXPECT_THAT(ErrorOf({{"nftables-base-chain", "a;b"}}), testing::HasSubstr("nftables-base-chain"));
  EXPECT_THAT(ErrorOf({{"nftables-base-chain", "x"}, {"nftables-chain", "x"}}),
              testing::HasSubstr("must differ"));
}

TEST(NftSettingsTest, CommentsAreHarmless) {
  EXPECT_EQ(CommentText("call a\"b\\c\n\xc3\xa4*"), "call a_b_c____");
  EXPECT_EQ(CommentText(std::string(500, 'x')).size(), 120u);
  const Settings settings = SettingsOf({{"worker-name", std::string(300, 'w')}});
  EXPECT_LE(Mark(settings, "media to rtpengine").size(), 120u);
}

TEST(NftSettingsTest, MarksTellOurRulesFromOthers) {
  const Settings settings = SettingsOf({});
  Rule rule;
  rule.comment = Mark(settings, "open ports, IPv4");
  EXPECT_TRUE(IsMarked(rule));
  EXPECT_TRUE(IsMarkedBy(settings, rule));
  EXPECT_FALSE(IsMarkedBy(SettingsOf({{"worker-name", "w"}}), rule));
  rule.comment = "rtpengine UDP handler table 0";
  EXPECT_FALSE(IsMarked(rule));
  EXPECT_TRUE(IsReferences(rule));
  rule.comment = "Allow RTP media range";
  EXPECT_FALSE(IsMarked(rule) || IsReferences(rule));
}

}  // namespace
}  // namespace mediad::nft
