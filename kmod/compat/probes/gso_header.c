// SPDX-License-Identifier: GPL-2.0-only
/* <net/gso.h>: skb_gso_segment() moved there from <linux/netdevice.h>. */
#include <linux/module.h>
#include <net/gso.h>

struct sk_buff *probe(struct sk_buff *skb);
struct sk_buff *probe(struct sk_buff *skb)
{
	return skb_gso_segment(skb, 0);
}

MODULE_LICENSE("GPL");
