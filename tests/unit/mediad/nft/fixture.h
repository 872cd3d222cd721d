// Helpers of the nftables tests: settings from option texts, and a kernel that is a function: plans become messages,
// messages become a rule set.
#pragma once

#include <gtest/gtest.h>
#include <libmnl/libmnl.h>
#include <linux/netfilter/nfnetlink.h>

#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "mediad/nft/decode.h"
#include "mediad/nft/plan.h"
#include "mediad/nft/settings.h"
#include "mediad/nft/syntax.h"
#include "mediad/nft/transaction.h"
#include "proto/base/options/parsed_options.h"

namespace mediad::nft {

inline absl::StatusOr<Settings> ParseSettings(const std::map<std::string, std::string>& values) {
  base::options::CommandLine line;
  line.values["worker-name"] = {"w1"};
  for (const auto& [key, value] : values) line.values[key] = {value};
  const auto parsed = base::options::ParseOptions(base::options::Daemon::kMediad, line, std::nullopt,
                                                  base::options::Environment());
  if (!parsed.ok()) return parsed.status();
  return MakeSettings(parsed->options);
}

inline Settings SettingsOf(const std::map<std::string, std::string>& values) {
  const auto settings = ParseSettings(values);
  EXPECT_TRUE(settings.ok()) << settings.status();
  return settings.ok() ? *settings : Settings();
}

inline base::Endpoint Port(const char* text) { return *base::Endpoint::Parse(text); }

// Objects are added by way of their messages. The rest is done on the values: libnftnl does not read the requests
// that it writes for elements.
inline void Carry(const Plan& plan, Ruleset* ruleset) {
  static uint64_t handle = 1000;
  using Op = Change::Op;
  for (const Change& change : plan) {
    auto* table = const_cast<Table*>(ruleset->Find(change.family, change.table));
    auto* chain = table == nullptr ? nullptr : const_cast<Chain*>(table->FindChain(change.chain));
    auto* set = table == nullptr ? nullptr : const_cast<Set*>(table->FindSet(change.set));
    const auto erase = [](auto& list, auto same) {
      const auto end = std::remove_if(list.begin(), list.end(), same);
      ASSERT_NE(end, list.end());
      list.erase(end, list.end());
    };
    switch (change.op) {
      case Op::kDeleteTable:
        erase(ruleset->tables, [&](const Table& one) { return &one == table; });
        break;
      case Op::kDeleteChain:
        ASSERT_NE(chain, nullptr);
        EXPECT_TRUE(chain->rules.empty()) << "the kernel refuses that";
        erase(table->chains, [&](const Chain& one) { return &one == chain; });
        break;
      case Op::kDeleteSet:
        erase(table->sets, [&](const Set& one) { return &one == set; });
        break;
      case Op::kDeleteRule:
        ASSERT_NE(chain, nullptr);
        erase(chain->rules, [&](const Rule& one) { return one.handle == change.handle; });
        break;
      case Op::kDeletePinholes:
        ASSERT_NE(set, nullptr);
        for (const auto& [port, comment] : change.pinholes) EXPECT_EQ(set->elements.erase(port), 1u);
        break;
      case Op::kAddPinholes:
        ASSERT_NE(set, nullptr);
        set->elements.insert(change.pinholes.begin(), change.pinholes.end());
        break;
      default: {
        const Transaction transaction = MakeTransaction({change}, std::nullopt);
        int left = static_cast<int>(transaction.octets.size());
        const auto* message = reinterpret_cast<const nlmsghdr*>(transaction.octets.data());
        for (; mnl_nlmsg_ok(message, left); message = mnl_nlmsg_next(message, &left)) {
          AddMessage(message, ruleset);
        }
        if (change.op == Op::kAddRule || change.op == Op::kInsertRule) {
          ASSERT_NE(chain, nullptr);
          ASSERT_FALSE(chain->rules.empty());
          chain->rules.back().handle = ++handle;
          if (change.op == Op::kInsertRule) {
            std::rotate(chain->rules.begin(), chain->rules.end() - 1, chain->rules.end());
          }
        }
        break;
      }
    }
  }
}

inline Ruleset Installed(const Settings& settings, Ruleset before = {}, const Pinholes& wanted = {}) {
  const auto plan = PlanInstallation(settings, before, wanted, false);
  EXPECT_TRUE(plan.ok()) << plan.status();
  if (plan.ok()) Carry(*plan, &before);
  return before;
}

// `table inet filter` of the installation guide, as far as it concerns us.
inline Ruleset GuideRuleset(const char* base_chain = "input", Family family = Family::kInet) {
  Ruleset ruleset;
  Table& table = ruleset.tables.emplace_back();
  table.family = family;
  table.name = "filter";
  Chain& input = table.chains.emplace_back();
  input.name = base_chain;
  input.hook = Hook{};
  Rule ssh;
  ssh.handle = 2;
  ssh.verdict = Verdict::kAccept;
  ssh.conditional = true;
  Rule media;
  media.handle = 3;
  media.verdict = Verdict::kAccept;
  media.udp = true;
  media.ports = PortRange{10000, 20000};
  Rule drop;
  drop.handle = 4;
  drop.verdict = Verdict::kDrop;
  drop.counter = true;
  input.rules = {ssh, media, drop};
  Chain& forward = table.chains.emplace_back();
  forward.name = "forward";
  forward.hook = Hook{Hook::Place::kOther, 0, true, true, "forward"};
  return ruleset;
}

// What the reference daemon leaves behind in a table: a chain with its comment rule, and the jump.
inline void AddReference(Table* table, const std::string& chain, const std::string& base_chain) {
  Rule comment;
  comment.handle = 50;
  comment.comment = "rtpengine UDP handler table 0";
  Rule native;
  native.handle = 51;
  native.foreign_handler = true;
  native.conditional = true;
  table->chains.push_back({chain, std::nullopt, {comment, native}});
  Rule jump;
  jump.handle = 52;
  jump.verdict = Verdict::kJump;
  jump.target = chain;
  jump.udp = jump.counter = true;
  auto* base = const_cast<Chain*>(table->FindChain(base_chain));
  base->rules.insert(base->rules.begin(), jump);
}

}  // namespace mediad::nft
