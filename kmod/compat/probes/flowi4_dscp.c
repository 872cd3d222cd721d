// SPDX-License-Identifier: GPL-2.0-only
/* flowi4.flowi4_dscp; it was flowi4_tos, with room for bits that are no part of the code point. */
#include <linux/module.h>
#include <net/flow.h>
#include <net/inet_dscp.h>

void probe(struct flowi4 *flow, u8 tos);
void probe(struct flowi4 *flow, u8 tos)
{
	flow->flowi4_dscp = inet_dsfield_to_dscp(tos);
}

MODULE_LICENSE("GPL");
