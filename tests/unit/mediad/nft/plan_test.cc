#include "mediad/nft/plan.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "proto/base/text.h"
#include "tests/unit/mediad/nft/fixture.h"

namespace mediad::nft {
namespace {

using testing::HasSubstr;

const std::map<std::string, std::string> kOwn = {{"table", "0"}};
const std::map<std::string, std::string> kGuide = {
    {"table", "0"}, {"nftables-chain", "rtpengine"}, {"nftables-base-chain", "input"}};

std::string PlanText(const Settings& settings, const Ruleset& installed, const Pinholes& wanted = {},
                     bool keep = false) {
  const auto plan = PlanInstallation(settings, installed, wanted, keep);
  return plan.ok() ? Syntax(*plan) : std::string(base::Message(plan.status()));
}

TEST(NftPlanTest, OwnTableIsMadeAtOnce) {
  EXPECT_EQ(PlanText(SettingsOf(kOwn), {}, {{Port("192.0.2.1:30000"), "call a"}}),
            "add table inet rtpengine\n"
            "add set inet rtpengine media4 { type ipv4_addr . inet_service; counter; }\n"
            "add element inet rtpengine media4 { 192.0.2.1 . 30000 comment \"call a\" }\n"
            "add set inet rtpengine media6 { type ipv6_addr . inet_service; counter; }\n"
            "add chain inet rtpengine input { type filter hook input priority -10; policy accept; }\n"
            "add rule inet rtpengine input ip daddr . udp dport @media4 counter accept comment "
            "\"rtpengine w1: open ports, IPv4\"\n"
            "add rule inet rtpengine input ip6 daddr . udp dport @media6 counter accept comment "
            "\"rtpengine w1: open ports, IPv6\"\n");
}

TEST(NftPlanTest, GuidePlacementAddsOneChainAndOneJump) {
  EXPECT_EQ(PlanText(SettingsOf(kGuide), GuideRuleset()),
            "add set inet filter rtpengine_media4 { type ipv4_addr . inet_service; counter; }\n"
            "add set inet filter rtpengine_media6 { type ipv6_addr . inet_service; counter; }\n"
            "add chain inet filter rtpengine\n"
            "add rule inet filter rtpengine ip daddr . udp dport @rtpengine_media4 counter accept comment "
            "\"rtpengine w1: open ports, IPv4\"\n"
            "add rule inet filter rtpengine ip6 daddr . udp dport @rtpengine_media6 counter accept comment "
            "\"rtpengine w1: open ports, IPv6\"\n"
            "insert rule inet filter input meta l4proto udp counter jump rtpengine comment "
            "\"rtpengine w1: media to rtpengine\"\n");
}

TEST(NftPlanTest, WhatIsCompleteNeedsNothing) {
  const Pinholes ports = {{Port("192.0.2.1:30000"), "call a"}, {Port("[2001:db8::1]:30002"), ""}};
  for (const auto& [values, before] : {std::pair(kOwn, Ruleset()), std::pair(kGuide, GuideRuleset())}) {
    const Settings settings = SettingsOf(values);
    const Ruleset installed = Installed(settings, before, ports);
    EXPECT_EQ(PlanText(settings, installed, ports), "");
    EXPECT_EQ(Missing(settings, installed), "");
  }
}

TEST(NftPlanTest, RemovalLeavesWhatWasThereBefore) {
  for (const auto& [values, before] : {std::pair(kOwn, Ruleset()), std::pair(kGuide, GuideRuleset())}) {
    const Settings settings = SettingsOf(values);
    Ruleset installed = Installed(settings, before, {{Port("192.0.2.1:30000"), ""}});
    Carry(PlanRemoval(settings, installed), &installed);
    ASSERT_EQ(installed.tables.size(), before.tables.size());
    if (before.tables.empty()) continue;
    ASSERT_EQ(installed.tables[0].chains.size(), before.tables[0].chains.size());
    EXPECT_EQ(installed.tables[0].chains[0].rules.size(), before.tables[0].chains[0].rules.size());
    EXPECT_TRUE(installed.tables[0].sets.empty());
    EXPECT_TRUE(PlanRemoval(settings, installed).empty());
  }
}

TEST(NftPlanTest, FamiliesAreThoseWhereTheBaseChainIs) {
  auto values = kGuide;
  values["nftables-base-chain"] = "INPUT";
  Ruleset both = GuideRuleset("INPUT", Family::kIp);
  both.tables.push_back(GuideRuleset("INPUT", Family::kIp6).tables[0]);
  const std::string text = PlanText(SettingsOf(values), both);
  EXPECT_THAT(text, HasSubstr("insert rule ip filter INPUT meta l4proto udp"));
  EXPECT_THAT(text, HasSubstr("insert rule ip6 filter INPUT meta l4proto udp"));
  EXPECT_THAT(text, testing::Not(HasSubstr("ip6 daddr . udp dport @rtpengine_media6 counter accept "
                                           "comment \"rtpengine w1: open ports, IPv6\"\nadd rule ip ")));
  values["nftables-family"] = "ip6";
  EXPECT_THAT(PlanText(SettingsOf(values), both), testing::Not(HasSubstr(" ip filter ")));
}

TEST(NftPlanTest, AppendPutsTheJumpLast) {
  auto values = kGuide;
  values["nftables-append"] = "true";
  EXPECT_THAT(PlanText(SettingsOf(values), GuideRuleset()), HasSubstr("add rule inet filter input meta"));
}

TEST(NftPlanTest, BaseChainNoneMakesNoJump) {
  auto values = kGuide;
  values["nftables-base-chain"] = "none";
  const Settings settings = SettingsOf(values);
  Ruleset installed = Installed(settings, GuideRuleset());
  EXPECT_EQ(installed.tables[0].chains[0].rules.size(), 3u);
  EXPECT_EQ(Missing(settings, installed), "immediate-goto rule not found in 'INPUT' or 'input'");
  Rule jump;
  jump.handle = 77;
  jump.verdict = Verdict::kGoto;
  jump.target = "rtpengine";
  installed.tables[0].chains[0].rules.push_back(jump);
  EXPECT_EQ(Missing(settings, installed), "");
  // The administrator's jump stays, and so does the chain it leads to.
  Carry(PlanRemoval(settings, installed), &installed);
  ASSERT_NE(installed.tables[0].FindChain("rtpengine"), nullptr);
  EXPECT_TRUE(installed.tables[0].FindChain("rtpengine")->rules.empty());
  EXPECT_EQ(installed.tables[0].chains[0].rules.size(), 4u);
}

TEST(NftPlanTest, EmptyBaseChainHangsOurChainOnTheHook) {
  auto values = kGuide;
  values["nftables-base-chain"] = "";
  const Settings settings = SettingsOf(values);
  EXPECT_THAT(PlanText(settings, GuideRuleset()),
              HasSubstr("add chain inet filter rtpengine { type filter hook input priority 0; policy "
                        "accept; }"));
  EXPECT_EQ(PlanText(settings, Installed(settings, GuideRuleset())), "");
}

TEST(NftPlanTest, MissingPlacesAreNamedWithTheirCommand) {
  const Settings settings = SettingsOf(kGuide);
  EXPECT_EQ(PlanText(settings, {}),
            "there is no table 'inet filter'; create it with: nft add table inet filter && nft 'add chain "
            "inet filter input { type filter hook input priority 0; policy accept; }'");
  EXPECT_EQ(PlanText(settings, GuideRuleset("INPUT")),
            "there is no chain 'input' of table 'inet filter'; create it with: nft 'add chain inet "
            "filter input { type filter hook input priority 0; policy accept; }'");
  auto values = kGuide;
  values["nftables-base-chain"] = "forward";
  EXPECT_THAT(PlanText(SettingsOf(values), GuideRuleset()), HasSubstr("hangs on hook 'forward'"));
}

TEST(NftPlanTest, SomebodyElsesChainIsLeftAlone) {
  auto values = kGuide;
  values["nftables-chain"] = "forward";
  EXPECT_THAT(PlanText(SettingsOf(values), GuideRuleset()), HasSubstr("left alone"));
  Ruleset used = GuideRuleset();
  Rule rule;
  rule.handle = 60;
  rule.verdict = Verdict::kAccept;
  used.tables[0].chains.push_back({"rtpengine", std::nullopt, {rule}});
  EXPECT_THAT(PlanText(SettingsOf(kGuide), used), HasSubstr("rules that are not ours"));
}

TEST(NftPlanTest, TheReferencesLeftoversAreReplaced) {
  Ruleset before = GuideRuleset();
  AddReference(&before.tables[0], "rtpengine", "input");
  const Settings settings = SettingsOf(kGuide);
  const Ruleset after = Installed(settings, before);
  EXPECT_EQ(after.tables[0].chains[0].rules.size(), 4u);
  EXPECT_TRUE(after.tables[0].chains[0].rules[0].comment.find("rtpengine w1") == 0);
  EXPECT_EQ(PlanText(settings, after), "");
}

TEST(NftPlanTest, TheReferencesDefaultChainsGoWithOurOwnTableToo) {
  Ruleset before = GuideRuleset("INPUT", Family::kIp);
  AddReference(&before.tables[0], "rtpengine_0", "INPUT");
  const Ruleset after = Installed(SettingsOf(kOwn), before);
  EXPECT_EQ(after.Find(Family::kIp, "filter")->FindChain("rtpengine_0"), nullptr);
  EXPECT_EQ(after.Find(Family::kIp, "filter")->FindChain("INPUT")->rules.size(), 3u);
}

TEST(NftPlanTest, AnotherReferencesTableIsLeftAlone) {
  Ruleset before = GuideRuleset("INPUT", Family::kIp);
  AddReference(&before.tables[0], "rtpengine_0", "INPUT");
  const std::string text = PlanText(SettingsOf({{"table", "7"}}), before);
  EXPECT_THAT(text, testing::Not(HasSubstr("delete")));
}

TEST(NftPlanTest, LeftoversOfOtherSettingsOfOursGo) {
  // From the guide's placement to our own table, and back.
  const Settings own = SettingsOf(kOwn);
  const Settings guide = SettingsOf(kGuide);
  const Ruleset first = Installed(guide, GuideRuleset());
  const Ruleset second = Installed(own, first);
  EXPECT_EQ(second.Find(Family::kInet, "filter")->chains.size(), 2u);
  EXPECT_TRUE(second.Find(Family::kInet, "filter")->sets.empty());
  const Ruleset third = Installed(guide, second);
  EXPECT_EQ(third.Find(Family::kInet, "rtpengine"), nullptr);
}

TEST(NftPlanTest, AnotherWorkersRulesAreLeftAlone) {
  auto values = kGuide;
  values["nftables-chain"] = "second";
  values["worker-name"] = "w2";
  const Settings second = SettingsOf(values);
  const Ruleset both = Installed(second, Installed(SettingsOf(kGuide), GuideRuleset()));
  EXPECT_EQ(PlanText(SettingsOf(kGuide), both), "");
  EXPECT_EQ(PlanText(second, both), "");
  Ruleset one = both;
  Carry(PlanRemoval(second, one), &one);
  EXPECT_EQ(PlanText(SettingsOf(kGuide), one), "");
}

TEST(NftPlanTest, DuplicatesAndStrayJumpsGo) {
  const Settings settings = SettingsOf(kGuide);
  Ruleset twice = Installed(settings, GuideRuleset());
  for (const char* name : {"input", "rtpengine"}) {
    auto* chain = const_cast<Chain*>(twice.tables[0].FindChain(name));
    std::vector<Rule> copies = chain->rules;
    for (Rule& rule : copies) rule.handle += 10000;
    chain->rules.insert(chain->rules.end(), copies.begin(), copies.end());
  }
  const auto plan = PlanInstallation(settings, twice, {}, false);
  ASSERT_TRUE(plan.ok());
  Carry(*plan, &twice);
  EXPECT_EQ(PlanText(settings, twice), "");
  size_t jumps = 0;
  for (const Rule& rule : twice.tables[0].FindChain("input")->rules) jumps += rule.target == "rtpengine";
  EXPECT_EQ(jumps, 1u);
  EXPECT_EQ(twice.tables[0].FindChain("input")->rules.size(), 7u);  // theirs are doubled: not our business
}

TEST(NftPlanTest, ABaseChainWithNothingButOurJumpIsNotOurs) {
  const Settings settings = SettingsOf(kGuide);
  Ruleset empty = GuideRuleset();
  empty.tables[0].chains[0].rules.clear();
  Ruleset installed = Installed(settings, empty);
  EXPECT_EQ(PlanText(settings, installed), "");
  Carry(PlanRemoval(settings, installed), &installed);
  ASSERT_NE(installed.tables[0].FindChain("input"), nullptr);
  EXPECT_TRUE(installed.tables[0].FindChain("input")->rules.empty());
  // Nor is it for other settings of ours.
  installed = Installed(settings, empty);
  EXPECT_NE(Installed(SettingsOf(kOwn), installed).Find(Family::kInet, "filter")->FindChain("input"),
            nullptr);
}

TEST(NftPlanTest, PortsFollowTheCalls) {
  const Settings settings = SettingsOf(kOwn);
  const Pinholes old = {{Port("192.0.2.1:30000"), "call a"}, {Port("192.0.2.1:30002"), "call b"}};
  const Ruleset installed = Installed(settings, {}, old);
  const Pinholes wanted = {{Port("192.0.2.1:30002"), "call b"}, {Port("192.0.2.1:30004"), "call c"}};
  EXPECT_EQ(PlanText(settings, installed, wanted),
            "delete element inet rtpengine media4 { 192.0.2.1 . 30000 }\n"
            "add element inet rtpengine media4 { 192.0.2.1 . 30004 comment \"call c\" }\n");
  EXPECT_EQ(PlanText(settings, installed, wanted, true),
            "add element inet rtpengine media4 { 192.0.2.1 . 30004 comment \"call c\" }\n");
  const auto targets = Resolve(settings, installed);
  ASSERT_TRUE(targets.ok());
  EXPECT_EQ(Syntax(PlanPinholes(*targets, {{Port("[2001:db8::1]:4000"), ""}}, {})),
            "add element inet rtpengine media6 { 2001:db8::1 . 4000 }\n");
  EXPECT_TRUE(PlanPinholes(*targets, {}, {}).empty());
}

TEST(NftPlanTest, AChainOnAnotherPlaceIsMadeAnew) {
  const Settings settings = SettingsOf(kOwn);
  Ruleset installed = Installed(settings);
  auto values = kOwn;
  values["nftables-priority"] = "5";
  const Settings moved = SettingsOf(values);
  const auto plan = PlanInstallation(moved, installed, {}, false);
  ASSERT_TRUE(plan.ok());
  Carry(*plan, &installed);
  EXPECT_EQ(installed.tables[0].chains[0].hook->priority, 5);
  EXPECT_EQ(PlanText(moved, installed), "");
}

}  // namespace
}  // namespace mediad::nft
