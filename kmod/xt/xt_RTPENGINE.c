// SPDX-License-Identifier: GPL-2.0-only
/*
 * The target RTPENGINE of iptables, for rule sets that are not migrated yet:
 *
 *   iptables -I INPUT -p udp -j RTPENGINE --id 0
 *
 * What it does not take goes on with the next rule.  New installations need none of this: nft_rtpengine
 * has hooks of its own.
 */
#include <linux/module.h>
#include <linux/netfilter.h>
#include <linux/netfilter/x_tables.h>

#include "rule.h"
#include "rtpengine.h"
#include "xt_RTPENGINE.h"

static unsigned int target(struct sk_buff *skb, const struct xt_action_param *par)
{
	const struct xt_rtpengine_info *info = par->targinfo;
	unsigned int verdict = rtpengine_rule(skb, par->state, info->id);

	return verdict == NF_ACCEPT ? XT_CONTINUE : verdict;
}

static int check(const struct xt_tgchk_param *par)
{
	const struct xt_rtpengine_info *info = par->targinfo;

	if (info->id > RTPENGINE_MAX_TABLE_ID) {
		pr_info_ratelimited("xt_RTPENGINE: --id %u is above %u\n", info->id,
				    RTPENGINE_MAX_TABLE_ID);
		return -ERANGE;
	}
	return 0;
}

static struct xt_target targets[] __read_mostly = {
	{
		.name		= "RTPENGINE",
		.family		= NFPROTO_IPV4,
		.hooks		= 1 << NF_INET_PRE_ROUTING | 1 << NF_INET_LOCAL_IN,
		.target		= target,
		.targetsize	= sizeof(struct xt_rtpengine_info),
		.checkentry	= check,
		.me		= THIS_MODULE,
	},
	{
		.name		= "RTPENGINE",
		.family		= NFPROTO_IPV6,
		.hooks		= 1 << NF_INET_PRE_ROUTING | 1 << NF_INET_LOCAL_IN,
		.target		= target,
		.targetsize	= sizeof(struct xt_rtpengine_info),
		.checkentry	= check,
		.me		= THIS_MODULE,
	},
};

static int __init xt_rtpengine_init(void)
{
	return xt_register_targets(targets, ARRAY_SIZE(targets));
}

static void __exit xt_rtpengine_exit(void)
{
	xt_unregister_targets(targets, ARRAY_SIZE(targets));
}

module_init(xt_rtpengine_init);
module_exit(xt_rtpengine_exit);

MODULE_LICENSE("GPL");
MODULE_AUTHOR("the rtpengine authors");
MODULE_DESCRIPTION("iptables target RTPENGINE: forwards media in the kernel");
MODULE_ALIAS("ipt_RTPENGINE");
MODULE_ALIAS("ip6t_RTPENGINE");
