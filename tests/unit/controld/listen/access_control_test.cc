// Who may command us: prefixes, rates, the secret, and how little is said about refusals.
#include "controld/listen/access_control.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "proto/base/log.h"
#include "proto/base/text.h"

namespace controld::listen {
namespace {

using namespace std::chrono_literals;

base::IpAddress Ip(std::string_view text) { return *base::IpAddress::Parse(text); }

class AccessControlTest : public testing::Test {
 protected:
  AccessControlTest() {
    base::log::SetSink([this](base::log::Severity, base::log::Subsystem, const base::log::Context&,
                              std::string_view text) { log_.emplace_back(text); });
  }
  ~AccessControlTest() override { base::log::SetSink({}); }

  void Allow(const std::vector<std::string>& values, uint32_t rate = 0) {
    AccessControl::Rules rules;
    rules.allow = *AccessControl::ParseAllow(values);
    rules.messages_per_second = rate;
    access_.SetRules(std::move(rules));
  }

  AccessControl access_{fleet::HashKey{1, 2}};
  std::vector<std::string> log_;
};

TEST_F(AccessControlTest, PrefixesContainTheirAddresses) {
  struct Row {
    const char* prefix;
    const char* address;
    bool contained;
  };
  const Row rows[] = {
      {"192.0.2.0/24", "192.0.2.255", true},    {"192.0.2.0/24", "192.0.3.0", false},
      {"192.0.2.77/25", "192.0.2.127", true},   {"192.0.2.77/25", "192.0.2.128", false},
      {"192.0.2.7", "192.0.2.7", true},         {"192.0.2.7", "192.0.2.6", false},
      {"0.0.0.0/0", "203.0.113.9", true},       {"0.0.0.0/0", "::1", false},
      {"2001:db8::/33", "2001:db8:7fff::1", true}, {"2001:db8::/33", "2001:db8:8000::1", false},
      {"::1", "::1", true},                     {"::/0", "127.0.0.1", false},
  };
  for (const Row& row : rows) {
    const auto prefix = AddressPrefix::Parse(row.prefix);
    ASSERT_TRUE(prefix) << row.prefix;
    EXPECT_EQ(prefix->Contains(Ip(row.address)), row.contained) << row.prefix << " " << row.address;
  }
  for (const char* bad : {"", "x", "192.0.2.0/", "192.0.2.0/33", "::/129", "1.2.3.4/-1", "1.2.3/8",
                          "192.0.2.0/24/1", "1.2.3.4/ 8", "host.example"}) {
    EXPECT_FALSE(AddressPrefix::Parse(bad)) << bad;
    EXPECT_FALSE(AccessControl::ParseAllow({"::1", bad}).ok()) << bad;
  }
}

TEST_F(AccessControlTest, WithoutRulesEverybodyMay) {
  EXPECT_TRUE(access_.AdmitMessage(Ip("203.0.113.1"), 1s));
  EXPECT_TRUE(access_.AdmitSecret("", Ip("203.0.113.1"), 1s));
  EXPECT_FALSE(access_.needs_secret());
}

TEST_F(AccessControlTest, OnlyThoseOnTheListMay) {
  Allow({"192.0.2.0/24", "::1"});
  EXPECT_TRUE(access_.AdmitMessage(Ip("192.0.2.1"), 1s));
  EXPECT_TRUE(access_.AdmitConnection(Ip("::1"), 1s));
  EXPECT_FALSE(access_.AdmitMessage(Ip("192.0.3.1"), 1s));
  EXPECT_FALSE(access_.AdmitConnection(Ip("::2"), 1s));
  EXPECT_EQ(access_.counters().address.load(), 2u);
  Allow({});  // a reload
  EXPECT_TRUE(access_.AdmitMessage(Ip("192.0.3.1"), 1s));
}

TEST_F(AccessControlTest, WhatWasLeftToUsSaysWhatOpensItAndFollowsTheNetworks) {
  AccessControl::Rules rules;
  rules.near = true;
  rules.allow = *AccessControl::ParseAllow({"10.0.0.0/8"});
  access_.SetRules(rules);
  EXPECT_TRUE(access_.AdmitMessage(Ip("10.1.1.1"), 100s));
  EXPECT_FALSE(access_.AdmitMessage(Ip("192.0.2.1"), 100s));
  EXPECT_EQ(access_.counters().address.load(), 1u);
  ASSERT_EQ(log_.size(), 1u);
  EXPECT_NE(log_[0].find("listen-ng-allow opens it to others"), std::string::npos) << log_[0];
  access_.SetNear(*AccessControl::ParseAllow({"192.0.2.0/24"}));
  EXPECT_TRUE(access_.AdmitMessage(Ip("192.0.2.1"), 100s));
  EXPECT_FALSE(access_.AdmitMessage(Ip("10.1.1.1"), 100s));
  Allow({"203.0.113.1"});
  access_.SetNear(*AccessControl::ParseAllow({"192.0.2.0/24"}));
  EXPECT_FALSE(access_.AdmitMessage(Ip("192.0.2.1"), 100s)) << "what was written is not replaced";
}

TEST_F(AccessControlTest, RefusalsMakeOneLineInTenSeconds) {
  Allow({"192.0.2.1"});
  for (int i = 0; i < 1000; ++i) access_.AdmitMessage(Ip("192.0.3.1"), 100s + i * 1ms);
  ASSERT_EQ(log_.size(), 1u);
  access_.AdmitMessage(Ip("192.0.3.2"), 111s);
  ASSERT_EQ(log_.size(), 2u);
  EXPECT_EQ(log_[1],
            "Refused NG messages: 1000 since the last such line, this one from 192.0.3.2: not in "
            "listen-ng-allow");
}

TEST_F(AccessControlTest, RatesAreOfOnePeer) {
  Allow({}, 10);
  int admitted = 0;
  for (int i = 0; i < 100; ++i) admitted += access_.AdmitMessage(Ip("192.0.2.1"), 50s) ? 1 : 0;
  EXPECT_EQ(admitted, 10);
  EXPECT_TRUE(access_.AdmitMessage(Ip("192.0.2.2"), 50s));
  // A tenth of a second is one message; a long silence is worth no more than a second.
  EXPECT_TRUE(access_.AdmitMessage(Ip("192.0.2.1"), 50s + 110ms));
  EXPECT_FALSE(access_.AdmitMessage(Ip("192.0.2.1"), 50s + 120ms));
  admitted = 0;
  for (int i = 0; i < 100; ++i) admitted += access_.AdmitMessage(Ip("192.0.2.1"), 500s) ? 1 : 0;
  EXPECT_EQ(admitted, 10);
  EXPECT_EQ(access_.counters().rate.load(), 90u + 1u + 90u);
}

TEST_F(AccessControlTest, ForgedPeersDoNotFillTheMemory) {
  Allow({}, 1);
  EXPECT_TRUE(access_.AdmitMessage(Ip("192.0.2.1"), 50s));
  size_t admitted = 0;
  for (int i = 0; i < 20'000; ++i) {
    const auto peer = Ip(base::StrCat("10.", i / 65536, ".", i / 256 % 256, ".", i % 256));
    admitted += access_.AdmitMessage(peer, 50s) ? 1 : 0;
  }
  // All beyond the cap share one account, which is empty at first.
  EXPECT_LT(admitted, AccessControl::kMaxPeers + 2);
  // Those who were silent make room.
  EXPECT_TRUE(access_.AdmitMessage(Ip("192.0.2.9"), 53s));
}

TEST_F(AccessControlTest, TheSecretHasToBeExact) {
  AccessControl::Rules rules;
  rules.secret = "open sesame";
  access_.SetRules(std::move(rules));
  EXPECT_TRUE(access_.needs_secret());
  EXPECT_TRUE(access_.AdmitSecret("open sesame", Ip("::1"), 1s));
  for (const char* wrong : {"", "open", "open sesame ", "open sesamE", "open sesameopen sesame"}) {
    EXPECT_FALSE(access_.AdmitSecret(wrong, Ip("::1"), 1s)) << wrong;
  }
  EXPECT_EQ(access_.counters().secret.load(), 5u);
}

}  // namespace
}  // namespace controld::listen
