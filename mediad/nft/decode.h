// Answers of the kernel's nf_tables as values: one netlink message in, one table, chain, rule, set or bundle of
// elements out.
//
// libnftnl takes the messages apart, and trusts the kernel with that. Where it gives up (an expression it has no name
// for, as the reference's) the rule is walked here. What does not make sense is left out. Pure. Any thread.
#pragma once

#include <linux/netlink.h>

#include <cstdint>
#include <optional>
#include <string>

#include "mediad/nft/ruleset.h"

namespace mediad::nft {

// Adds what the message says to `ruleset`. Tables come before what is in them: the rest is dropped. Precondition:
// mnl_nlmsg_ok() held for the message.
void AddMessage(const nlmsghdr* message, Ruleset* ruleset);

// A rule with an expression that libnftnl does not know: handle, comment, and whether it is the reference's. Trusts no
// length within the message.
void AddUnknownRule(const nlmsghdr* message, Ruleset* ruleset);

// What a notification of the group NFNLGRP_NFTABLES is about.
struct Notification {
  bool end = false;           // the last one of a transaction
  uint32_t sender = 0;        // netlink port of who did it; 0: the kernel
  std::string process;        // its name, at the end of a transaction
  std::optional<Family> family;
  std::string table;          // that was changed; empty at the end
};
// Likewise.
std::optional<Notification> ParseNotification(const nlmsghdr* message);

}  // namespace mediad::nft
