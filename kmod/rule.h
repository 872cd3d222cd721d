/* SPDX-License-Identifier: GPL-2.0-only */
/* Forwarding for a firewall rule of another module, in place of a hook of our own. */
#ifndef _RTPENGINE_RULE_H
#define _RTPENGINE_RULE_H

#include <linux/types.h>

struct nf_hook_state;
struct sk_buff;

/*
 * Does for a packet what the hook of table number @table does, in the network namespace of @state.
 * The hook of @state is NF_INET_PRE_ROUTING or NF_INET_LOCAL_IN, its family IPv4 or IPv6; RCU read lock
 * held.  Returns NF_STOLEN (taken), NF_DROP, or NF_ACCEPT: the packet, unchanged, is for others; also
 * when there is no such table.
 */
unsigned int rtpengine_rule(struct sk_buff *skb, const struct nf_hook_state *state, u32 table);

#endif /* _RTPENGINE_RULE_H */
