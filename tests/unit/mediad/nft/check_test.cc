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

// Interfaces may have port ranges of their own.
TEST(NftCheckTest, EachRangeOfMediaPortsIsLookedAt) {
  const Settings settings = SettingsOf(kGuide);
  Ruleset ruleset = Installed(settings, GuideRuleset());
  Chain* input = Input(&ruleset);
  input->rules.insert(input->rules.begin(), Drop(90));
  input->rules[0].ports = PortRange{40000, 41000};
  EXPECT_THAT(CheckEach(settings, {{10000, 20000}}, ruleset), IsEmpty());
  EXPECT_EQ(CheckEach(settings, {{10000, 20000}, {40000, 50000}}, ruleset).size(), 1u);
  input->rules[0].ports.reset();  // for both the same is wrong
  EXPECT_EQ(CheckEach(settings, {{10000, 20000}, {40000, 50000}}, ruleset).size(), 1u);
  Settings none = settings;
  none.wanted = false;  // nothing to say of rules that are not to be there
  EXPECT_THAT(CheckEach(none, {{10000, 20000}}, {}), IsEmpty());
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

Rule Lead(Verdict verdict, const std::string& target, bool conditional = false) {
  Rule rule;
  rule.verdict = verdict;
  rule.target = target;
  rule.conditional = conditional;
  return rule;
}

Rule AcceptPorts(uint16_t first, uint16_t last) {
  Rule rule;
  rule.verdict = Verdict::kAccept;
  rule.udp = true;
  rule.ports = PortRange{first, last};
  return rule;
}

TEST(NftCheckTest, JumpsAreFollowed) {
  const Settings settings = SettingsOf(kOwn);
  Ruleset ruleset = Installed(settings, GuideRuleset());
  Table* filter = const_cast<Table*>(ruleset.Find(Family::kInet, "filter"));
  filter->chains.push_back({"udp", std::nullopt, {AcceptPorts(10000, 20000)}});
  filter->chains.push_back({"bad", std::nullopt, {Drop(91)}});
  const auto find = [&](std::vector<Rule> rules) {
    Input(&ruleset)->rules = std::move(rules);
    return Check(settings, ruleset);
  };
  EXPECT_THAT(find({Lead(Verdict::kJump, "udp"), Drop(90)}), IsEmpty());
  // Behind a condition that is not understood media is meant all the same.
  EXPECT_THAT(find({Lead(Verdict::kJump, "udp", true), Drop(90)}), IsEmpty());
  EXPECT_EQ(find({Lead(Verdict::kJump, "nowhere"), Drop(90)}).size(), 1u);
  const auto findings = find({Lead(Verdict::kJump, "bad"), AcceptPorts(10000, 20000)});
  ASSERT_EQ(findings.size(), 1u);
  EXPECT_THAT(findings[0].text, HasSubstr("chain 'bad' of table 'inet filter' drops media (rule handle 91)"));
  EXPECT_THAT(findings[0].command, HasSubstr("nft insert rule inet filter input udp dport 10000-20000 accept"));
  EXPECT_THAT(find({Lead(Verdict::kJump, "bad", true), AcceptPorts(10000, 20000)}), IsEmpty());
  // A goto does not come back; the policy is accept, so far.
  filter->chains.push_back({"idle", std::nullopt, {}});
  EXPECT_THAT(find({Lead(Verdict::kGoto, "idle"), Drop(90)}), IsEmpty());
  EXPECT_EQ(find({Lead(Verdict::kJump, "idle"), Drop(90)}).size(), 1u);
  Input(&ruleset)->hook->policy_drop = true;
  EXPECT_EQ(find({Lead(Verdict::kGoto, "idle"), AcceptPorts(10000, 20000)}).size(), 1u);
  // A loop, which the kernel would refuse.
  filter->chains.push_back({"loop", std::nullopt, {Lead(Verdict::kJump, "loop")}});
  EXPECT_EQ(find({Lead(Verdict::kJump, "loop"), Drop(90)}).size(), 1u);
}

TEST(NftCheckTest, AnAcceptWithConditionsCountsWhereMediaIsMeant) {
  const Settings settings = SettingsOf(kOwn);
  Ruleset ruleset = Installed(settings, GuideRuleset());
  Rule accept = AcceptPorts(10000, 20000);
  accept.conditional = true;  // from some addresses, say
  Input(&ruleset)->rules = {accept, Drop(90)};
  EXPECT_THAT(Check(settings, ruleset), IsEmpty());
  Input(&ruleset)->rules[0].ports.reset();
  EXPECT_EQ(Check(settings, ruleset).size(), 1u);
  Input(&ruleset)->rules[0].ports = PortRange{10000, 15000};
  EXPECT_EQ(Check(settings, ruleset).size(), 1u);
}

// `table inet firewalld` of release 1.3, as far as it concerns us. Zones: their rules, in the order they are led to.
Table Firewalld(const std::vector<std::pair<std::string, std::vector<Rule>>>& zones) {
  Table table{Family::kInet, "firewalld", {}, {}};
  Hook hook;
  hook.priority = 10;
  table.chains.push_back(
      {"filter_INPUT", hook, {Lead(Verdict::kAccept, "", true), Lead(Verdict::kJump, "filter_INPUT_ZONES"), Drop(80)}});
  Chain leading{"filter_INPUT_ZONES", std::nullopt, {}};
  for (const auto& [name, rules] : zones) {
    const std::string chain = "filter_IN_" + name;
    leading.rules.push_back(Lead(Verdict::kGoto, chain, true));
    table.chains.push_back({chain, std::nullopt, {Lead(Verdict::kJump, chain + "_allow"), Drop(81)}});
    table.chains.push_back({chain + "_allow", std::nullopt, rules});
  }
  // The default zone comes last, whatever the packet; it may be one of the others.
  leading.rules.push_back(Lead(Verdict::kGoto, "filter_IN_" + zones.back().first));
  table.chains.push_back(leading);
  return table;
}

TEST(NftCheckTest, FirewalldIsMendedByItsOwnMeans) {
  const Settings settings = SettingsOf(kOwn);
  const Ruleset ours = Installed(settings);
  const auto find = [&](const std::vector<std::pair<std::string, std::vector<Rule>>>& zones) {
    Ruleset ruleset = ours;
    ruleset.tables.push_back(Firewalld(zones));
    return Check(settings, ruleset);
  };
  const Rule media = AcceptPorts(10000, 20000);
  auto findings = find({{"public", {AcceptPorts(546, 546)}}});
  ASSERT_EQ(findings.size(), 1u);
  EXPECT_EQ(findings[0].kind, Finding::Kind::kProblem);
  EXPECT_THAT(findings[0].text, HasSubstr("zone 'public'; an accept in another table does not help"));
  EXPECT_EQ(findings[0].command,
            "firewall-cmd --permanent --zone=public --add-port=10000-20000/udp && firewall-cmd --reload");
  EXPECT_THAT(find({{"public", {media}}}), IsEmpty());
  EXPECT_THAT(find({{"dmz", {media}}, {"public", {media}}}), IsEmpty());
  // Which zone media comes in by is not known.
  findings = find({{"dmz", {}}, {"public", {media}}});
  ASSERT_EQ(findings.size(), 1u);
  EXPECT_EQ(findings[0].kind, Finding::Kind::kHint);
  EXPECT_THAT(findings[0].text, HasSubstr("zone 'dmz'"));
  findings = find({{"dmz", {}}, {"public", {}}});
  ASSERT_EQ(findings.size(), 2u);
  EXPECT_EQ(findings[0].kind, Finding::Kind::kProblem);
  EXPECT_THAT(findings[1].command, HasSubstr("--zone=public"));
}

TEST(NftCheckTest, FirewalldWithoutZonesThatAreKnown) {
  const Settings settings = SettingsOf(kOwn);
  Ruleset ruleset = Installed(settings);
  ruleset.tables.push_back({Family::kInet, "firewalld", {{"filter_INPUT", Hook{}, {Drop(80)}}}, {}});
  const auto findings = Check(settings, ruleset);
  ASSERT_EQ(findings.size(), 1u);
  EXPECT_EQ(findings[0].command, "firewall-cmd --permanent --add-port=10000-20000/udp && firewall-cmd --reload");
  ruleset.tables.back().chains.clear();
  EXPECT_THAT(Check(settings, ruleset), IsEmpty());
}

TEST(NftCheckTest, BesideFirewalldNobodyIsSentToATableFilter) {
  Ruleset ruleset;
  ruleset.tables.push_back(Firewalld({{"public", {}}}));
  const auto findings = Check(SettingsOf(kGuide), ruleset);
  ASSERT_EQ(findings.size(), 2u);
  EXPECT_THAT(findings[0].text, HasSubstr("leave nftables-base-chain out"));
  EXPECT_THAT(findings[1].command, HasSubstr("firewall-cmd"));
}

}  // namespace
}  // namespace mediad::nft
