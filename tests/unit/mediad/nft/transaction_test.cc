// Messages out of plans, and values out of messages.
#include "mediad/nft/transaction.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <linux/netfilter/nf_tables.h>

#include "mediad/nft/wire.h"
#include "tests/unit/mediad/nft/fixture.h"

namespace mediad::nft {
namespace {

std::vector<const nlmsghdr*> MessagesOf(const Transaction& transaction) {
  std::vector<const nlmsghdr*> messages;
  int left = static_cast<int>(transaction.octets.size());
  const auto* message = reinterpret_cast<const nlmsghdr*>(transaction.octets.data());
  for (; mnl_nlmsg_ok(message, left); message = mnl_nlmsg_next(message, &left)) messages.push_back(message);
  EXPECT_EQ(left, 0);
  return messages;
}

Plan InstallationPlan(size_t ports) {
  Pinholes wanted;
  for (size_t i = 0; i < ports; ++i) {
    wanted[{*base::IpAddress::Parse("192.0.2.1"), static_cast<uint16_t>(10000 + i)}] =
        CommentText("call with a rather long name that takes some room " + std::to_string(i));
  }
  const auto plan = PlanInstallation(SettingsOf({{"table", "0"}}), {}, wanted, false);
  EXPECT_TRUE(plan.ok());
  return *plan;
}

TEST(NftTransactionTest, IsFramedAndAsksForOneAnswer) {
  const Transaction transaction = MakeTransaction(InstallationPlan(1), 77);
  const auto messages = MessagesOf(transaction);
  ASSERT_EQ(messages.size(), 9u);
  EXPECT_EQ(messages.front()->nlmsg_type, NFNL_MSG_BATCH_BEGIN);
  EXPECT_EQ(messages.back()->nlmsg_type, NFNL_MSG_BATCH_END);
  for (size_t i = 1; i + 1 < messages.size(); ++i) {
    EXPECT_EQ(messages[i]->nlmsg_seq, i);
    EXPECT_EQ((messages[i]->nlmsg_flags & NLM_F_ACK) != 0, i + 2 == messages.size());
  }
  EXPECT_EQ(transaction.last, 7u);
}

TEST(NftTransactionTest, ManyPortsTakeSeveralMessages) {
  const Transaction transaction = MakeTransaction(InstallationPlan(20000), std::nullopt);
  size_t with_elements = 0;
  for (const nlmsghdr* message : MessagesOf(transaction)) {
    EXPECT_LT(message->nlmsg_len, 65536u);
    with_elements += NFNL_MSG_TYPE(message->nlmsg_type) == NFT_MSG_NEWSETELEM;
  }
  EXPECT_EQ(with_elements, 100u);
}

TEST(NftTransactionTest, AnElementIsReadAsItWasMeant) {
  Ruleset ruleset;
  const Transaction transaction = MakeTransaction(InstallationPlan(1), std::nullopt);
  for (const nlmsghdr* message : MessagesOf(transaction)) AddMessage(message, &ruleset);
  ASSERT_EQ(ruleset.tables.size(), 1u);
  const Set* set = ruleset.tables[0].FindSet("media4");
  ASSERT_NE(set, nullptr);
  ASSERT_EQ(set->elements.size(), 1u);
  EXPECT_EQ(set->elements.at(Port("192.0.2.1:10000")),
            "call with a rather long name that takes some room 0");
}

TEST(NftTransactionTest, RulesAreReadAsTheyWereMeant) {
  Ruleset ruleset = Installed(
      SettingsOf({{"table", "0"}, {"nftables-base-chain", "input"}}), GuideRuleset());
  const Table& table = ruleset.tables[0];
  const Rule& jump = table.FindChain("input")->rules[0];
  EXPECT_EQ(jump.verdict, Verdict::kJump);
  EXPECT_EQ(jump.target, "rtpengine_0");
  EXPECT_TRUE(jump.udp && jump.counter && !jump.conditional && !jump.ports);
  const Rule& open = table.FindChain("rtpengine_0")->rules[1];
  EXPECT_EQ(open.verdict, Verdict::kAccept);
  EXPECT_EQ(open.set, "rtpengine_0_media6");
  EXPECT_TRUE(open.udp && open.counter && !open.conditional);
  EXPECT_EQ(open.comment, "rtpengine w1: open ports, IPv6");
}

TEST(NftTransactionTest, KeysAreAddressAndPort) {
  for (const char* text : {"192.0.2.1:30000", "[2001:db8::1]:65535"}) {
    const base::Endpoint port = Port(text);
    const auto key = KeyOf(port);
    EXPECT_EQ(key.size(), port.address.family() == base::Family::kIpv4 ? kKeyLengthV4 : kKeyLengthV6);
    EXPECT_EQ(PortOfKey(key, port.address.family()), port);
    EXPECT_EQ(PortOfKey({key.data(), 4}, port.address.family()), std::nullopt);
  }
}

// A message as the kernel sends it, written by hand.
class MessageTest : public testing::Test {
 protected:
  nlmsghdr* Begin(uint16_t type, uint8_t family) {
    nlmsghdr* message = mnl_nlmsg_put_header(room_);
    message->nlmsg_type = static_cast<uint16_t>(NFNL_SUBSYS_NFTABLES << 8 | type);
    auto* header = static_cast<nfgenmsg*>(mnl_nlmsg_put_extra_header(message, sizeof(nfgenmsg)));
    header->nfgen_family = family;
    return message;
  }
  alignas(8) char room_[4096] = {};
};

TEST_F(MessageTest, ARuleWithAnUnknownExpressionIsKnownByItsName) {
  Ruleset ruleset = GuideRuleset();
  nlmsghdr* message = Begin(NFT_MSG_NEWRULE, NFPROTO_INET);
  mnl_attr_put_strz(message, NFTA_RULE_TABLE, "filter");
  mnl_attr_put_strz(message, NFTA_RULE_CHAIN, "input");
  mnl_attr_put_u64(message, NFTA_RULE_HANDLE, htobe64(99));
  nlattr* list = mnl_attr_nest_start(message, NFTA_RULE_EXPRESSIONS);
  nlattr* element = mnl_attr_nest_start(message, NFTA_LIST_ELEM);
  mnl_attr_put_strz(message, NFTA_EXPR_NAME, "rtpengine");
  mnl_attr_nest_end(message, element);
  mnl_attr_nest_end(message, list);
  AddMessage(message, &ruleset);
  const Rule& rule = ruleset.tables[0].chains[0].rules.back();
  EXPECT_EQ(rule.handle, 99u);
  EXPECT_TRUE(rule.foreign_handler);
}

TEST_F(MessageTest, NotificationsNameTableSenderAndProcess) {
  nlmsghdr* message = Begin(NFT_MSG_DELTABLE, NFPROTO_INET);
  message->nlmsg_pid = 42;
  mnl_attr_put_strz(message, NFTA_TABLE_NAME, "rtpengine");
  auto heard = ParseNotification(message);
  ASSERT_TRUE(heard);
  EXPECT_EQ(heard->table, "rtpengine");
  EXPECT_EQ(heard->sender, 42u);
  EXPECT_EQ(heard->family, Family::kInet);
  EXPECT_FALSE(heard->end);
  message = Begin(NFT_MSG_NEWGEN, AF_UNSPEC);
  mnl_attr_put_u32(message, NFTA_GEN_ID, 1);
  mnl_attr_put_strz(message, NFTA_GEN_PROC_NAME, "nft");
  heard = ParseNotification(message);
  ASSERT_TRUE(heard);
  EXPECT_TRUE(heard->end);
  EXPECT_EQ(heard->process, "nft");
  EXPECT_EQ(heard->table, "");
}

TEST_F(MessageTest, AMessageThatIsTooShortIsNothing) {
  nlmsghdr* message = Begin(NFT_MSG_NEWTABLE, NFPROTO_INET);
  message->nlmsg_len = NLMSG_HDRLEN;
  Ruleset ruleset;
  AddMessage(message, &ruleset);
  EXPECT_TRUE(ruleset.tables.empty());
  EXPECT_FALSE(ParseNotification(message));
}

}  // namespace
}  // namespace mediad::nft
