#include "mediad/nft/check.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/mediad/nft/fixture.h"

namespace mediad::nft {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

const std::map<std::string, std::string> kOwn = {
    {"table", "0"}, {"port-min", "10000"}, {"port-max", "20000"}};
const std::map<std::string, std::string> kGuide = {{"table", "0"},
                                                   {"nftables-base-chain", "input"},
                                                   {"port-min", "10000"},
                                                   {"port-max", "20000"}};

Chain* Input(Ruleset* ruleset) {
  return const_cast<Chain*>(ruleset->Find(Family::kInet, "filter")->FindChain("input"));
}

Rule Drop(uint64_t handle) {
  Rule rule;
  rule.handle = handle;
  rule.verdict = Verdict::kDrop;
  return rule;
}

TEST(NftCheckTest, TheGuidesRulesLetMediaThroughInBothPlacements) {
  for (const auto& values : {kOwn, kGuide}) {
    const Settings settings = SettingsOf(values);
    EXPECT_THAT(Check(settings, Installed(settings, GuideRuleset())), IsEmpty());
  }
}

TEST(NftCheckTest, WhatIsNotInstalledIsSaid) {
  const auto findings = Check(SettingsOf(kGuide), GuideRuleset());
  ASSERT_EQ(findings.size(), 1u);
  EXPECT_THAT(findings[0].text, HasSubstr("not complete"));
  EXPECT_EQ(findings[0].command, "rtpctl nft apply");
  const auto missing = Check(SettingsOf(kGuide), {});
  ASSERT_EQ(missing.size(), 1u);
  EXPECT_THAT(missing[0].text, HasSubstr("nft add table inet filter"));
}

TEST(NftCheckTest, AnEarlierDropIsFound) {
  const Settings settings = SettingsOf(kGuide);
  Ruleset ruleset = Installed(settings, GuideRuleset());
  Chain* input = Input(&ruleset);
  input->rules.insert(input->rules.begin(), Drop(90));
  auto findings = Check(settings, ruleset);
  ASSERT_EQ(findings.size(), 1u);
  EXPECT_THAT(findings[0].text, HasSubstr("before the jump to 'rtpengine_0' (rule handle 90)"));
  // One that has nothing to do with our ports, or that has conditions, is none.
  input->rules[0].ports = PortRange{1, 9999};
  EXPECT_THAT(Check(settings, ruleset), IsEmpty());
  input->rules[0].ports = PortRange{9999, 10000};
  EXPECT_EQ(Check(settings, ruleset).size(), 1u);
  input->rules[0].conditional = true;
  EXPECT_THAT(Check(settings, ruleset), IsEmpty());
}

TEST(NftCheckTest, APolicyThatDropsIsFoundForOurOwnTable) {
  const Settings settings = SettingsOf(kOwn);
  Ruleset ruleset = Installed(settings, GuideRuleset());
  Chain* input = Input(&ruleset);
  input->hook->policy_drop = true;
  EXPECT_THAT(Check(settings, ruleset), IsEmpty());  // the range is accepted before
  input->rules.clear();
  const auto findings = Check(settings, ruleset);
  ASSERT_EQ(findings.size(), 1u);
  EXPECT_THAT(findings[0].text, HasSubstr("policy drop"));
  EXPECT_THAT(findings[0].command, HasSubstr("nftables-base-chain = input"));
  EXPECT_THAT(findings[0].command,
              HasSubstr("nft insert rule inet filter input udp dport 10000-20000 accept"));
  // With the jump in that chain there is nothing to complain about.
  const Settings guide = SettingsOf(kGuide);
  const auto none = Check(guide, Installed(guide, ruleset));
  EXPECT_TRUE(none.empty()) << none[0].text;
}

TEST(NftCheckTest, AJumpThatIsLeftToTheAdministratorIsMissed) {
  auto values = kGuide;
  values["nftables-base-chain"] = "none";
  const Settings settings = SettingsOf(values);
  Ruleset ruleset = Installed(settings, GuideRuleset());
  const auto findings = Check(settings, ruleset);
  ASSERT_EQ(findings.size(), 1u);
  EXPECT_THAT(findings[0].command, HasSubstr("jump rtpengine_0"));
}

TEST(NftCheckTest, FirewalldIsAHint) {
  const Settings settings = SettingsOf(kOwn);
  Ruleset ruleset = Installed(settings);
  ruleset.tables.push_back({Family::kInet, "firewalld", {}, {}});
  const auto findings = Check(settings, ruleset);
  ASSERT_EQ(findings.size(), 1u);
  EXPECT_EQ(findings[0].kind, Finding::Kind::kHint);
  EXPECT_THAT(findings[0].command, HasSubstr("firewall-cmd --permanent --add-port=10000-20000/udp"));
}

}  // namespace
}  // namespace mediad::nft
