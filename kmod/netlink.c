// SPDX-License-Identifier: GPL-2.0-only
/* The generic netlink family, and commands about tables. */
#include <net/genetlink.h>

#include "rtpe.h"

static int rtpe_parse_table(struct nlattr *nest, struct nlattr **tb,
			    struct netlink_ext_ack *extack)
{
	int err;

	if (!nest) {
		NL_SET_ERR_MSG(extack, "RTPENGINE_A_TABLE is missing");
		return -EINVAL;
	}
	err = nla_parse_nested(tb, RTPENGINE_TABLE_A_MAX, nest, rtpe_table_policy, extack);
	if (err)
		return err;
	if (!tb[RTPENGINE_TABLE_A_ID])
		return RTPE_FAIL(extack, nest, -EINVAL, "table without its number");
	return 0;
}

/*
 * The table a request names, rn->lock being held.  @owner: the port that must
 * own it, 0 = whoever.
 */
struct rtpe_table *rtpe_netlink_table(struct rtpe_net *rn, struct nlattr *nest, u32 owner,
				      struct netlink_ext_ack *extack)
{
	struct nlattr *tb[RTPENGINE_TABLE_A_MAX + 1];
	int err = rtpe_parse_table(nest, tb, extack);
	struct rtpe_table *table;

	if (err)
		return ERR_PTR(err);
	table = rtpe_table_find(rn, nla_get_u32(tb[RTPENGINE_TABLE_A_ID]));
	if (!table)
		return ERR_PTR(RTPE_FAIL(extack, tb[RTPENGINE_TABLE_A_ID], -ENOENT,
					 "no such table"));
	if (owner && table->owner != owner)
		return ERR_PTR(RTPE_FAIL(extack, tb[RTPENGINE_TABLE_A_ID], -EPERM,
					 "the table is not this socket's, claim it first"));
	return table;
}

static int rtpe_put_reasons(struct sk_buff *msg, const struct rtpe_table *table)
{
	struct nlattr *nest = nla_nest_start(msg, RTPENGINE_TABLE_A_REASONS);
	unsigned int i;
	u64 sum;

	if (!nest)
		return -EMSGSIZE;
	for (i = 1; i < __RTPENGINE_REASON_LAST; i++) {
		sum = rtpe_reason_sum(table, i);
		/* Type 0 pads. */
		if (sum && nla_put_u64_64bit(msg, i, sum, 0))
			return -EMSGSIZE;
	}
	nla_nest_end(msg, nest);
	return 0;
}

static int rtpe_put_table(struct sk_buff *msg, const struct rtpe_table *table, u32 portid,
			  u32 seq, int flags, u8 cmd)
{
	unsigned long left;
	struct nlattr *nest;
	void *header;

	header = genlmsg_put(msg, portid, seq, &rtpe_genl_family, flags, cmd);
	if (!header)
		return -EMSGSIZE;
	left = !table->owner && time_before(jiffies, table->expires) ? table->expires - jiffies : 0;
	nest = nla_nest_start(msg, RTPENGINE_A_TABLE);
	if (!nest ||
	    nla_put_u32(msg, RTPENGINE_TABLE_A_ID, table->id) ||
	    nla_put_u8(msg, RTPENGINE_TABLE_A_HOOK, table->hook) ||
	    nla_put_s32(msg, RTPENGINE_TABLE_A_PRIORITY, table->priority) ||
	    nla_put_u32(msg, RTPENGINE_TABLE_A_LINGER, READ_ONCE(table->linger)) ||
	    nla_put_u32(msg, RTPENGINE_TABLE_A_MAX_FLOWS, table->max_flows) ||
	    nla_put_u32(msg, RTPENGINE_TABLE_A_FLOWS, table->flow_count) ||
	    nla_put_u32(msg, RTPENGINE_TABLE_A_OWNER, table->owner) ||
	    (!table->owner && !table->forever &&
	     nla_put_u32(msg, RTPENGINE_TABLE_A_LINGER_LEFT, jiffies_to_msecs(left))) ||
	    nla_put_u64_64bit(msg, RTPENGINE_TABLE_A_EVENTS_LOST,
			      atomic64_read(&table->events_lost), RTPENGINE_TABLE_A_PAD) ||
	    rtpe_put_reasons(msg, table)) {
		genlmsg_cancel(msg, header);
		return -EMSGSIZE;
	}
	nla_nest_end(msg, nest);
	genlmsg_end(msg, header);
	return 0;
}

static int rtpe_reply_table(struct genl_info *info, const struct rtpe_table *table, u8 cmd)
{
	struct sk_buff *msg = genlmsg_new(NLMSG_GOODSIZE, GFP_KERNEL);
	int err;

	if (!msg)
		return -ENOMEM;
	err = rtpe_put_table(msg, table, info->snd_portid, info->snd_seq, 0, cmd);
	if (err) {
		nlmsg_free(msg);
		return err;
	}
	return genlmsg_reply(msg, info);
}

/* Applies what is given to a table that is there. */
static int rtpe_table_set(struct rtpe_table *table, struct nlattr **tb,
			  struct netlink_ext_ack *extack)
{
	s32 priority = table->priority;
	u8 hook = table->hook;
	int err;

	if (tb[RTPENGINE_TABLE_A_MAX_FLOWS] &&
	    nla_get_u32(tb[RTPENGINE_TABLE_A_MAX_FLOWS]) > READ_ONCE(rtpe_max_flows))
		return RTPE_FAIL(extack, tb[RTPENGINE_TABLE_A_MAX_FLOWS], -ERANGE,
				 "above the module parameter max_flows");
	if (tb[RTPENGINE_TABLE_A_HOOK]) {
		hook = nla_get_u8(tb[RTPENGINE_TABLE_A_HOOK]);
		if (hook != table->hook)
			priority = rtpe_hook_priority(hook);
	}
	if (tb[RTPENGINE_TABLE_A_PRIORITY])
		priority = nla_get_s32(tb[RTPENGINE_TABLE_A_PRIORITY]);
	err = rtpe_table_hook(table, hook, priority, extack);
	if (err)
		return err;
	if (tb[RTPENGINE_TABLE_A_LINGER])
		WRITE_ONCE(table->linger, nla_get_u32(tb[RTPENGINE_TABLE_A_LINGER]));
	if (tb[RTPENGINE_TABLE_A_MAX_FLOWS])
		table->max_flows = nla_get_u32(tb[RTPENGINE_TABLE_A_MAX_FLOWS]);
	return 0;
}

static int rtpe_claim(struct rtpe_net *rn, struct genl_info *info, struct nlattr **tb)
{
	u32 id = nla_get_u32(tb[RTPENGINE_TABLE_A_ID]);
	u8 hook = RTPENGINE_HOOK_INPUT_FIRST;
	struct rtpe_table *table;
	bool made = false;
	int err;

	table = rtpe_table_find(rn, id);
	if (table && table->owner && table->owner != info->snd_portid)
		return RTPE_FAIL(info->extack, tb[RTPENGINE_TABLE_A_ID], -EBUSY,
				 "the table is another socket's");
	if (!table) {
		if (tb[RTPENGINE_TABLE_A_HOOK])
			hook = nla_get_u8(tb[RTPENGINE_TABLE_A_HOOK]);
		table = rtpe_table_new(rn, id, hook, rtpe_hook_priority(hook), info->extack);
		if (IS_ERR(table))
			return PTR_ERR(table);
		made = true;
	}
	err = rtpe_table_set(table, tb, info->extack);
	if (!err) {
		table->owner = info->snd_portid;
		table->forever = false;
		err = rtpe_reply_table(info, table, RTPENGINE_CMD_TABLE_CLAIM);
	} else if (made) {
		rtpe_table_delete(table);
	}
	return err;
}

static int rtpe_nl_table_claim(struct sk_buff *skb, struct genl_info *info)
{
	struct rtpe_net *rn = rtpe_net(genl_info_net(info));
	struct nlattr *tb[RTPENGINE_TABLE_A_MAX + 1];
	int err = rtpe_parse_table(info->attrs[RTPENGINE_A_TABLE], tb, info->extack);

	if (err)
		return err;
	mutex_lock(&rn->lock);
	err = rtpe_claim(rn, info, tb);
	mutex_unlock(&rn->lock);
	return err;
}

/* Of the request; takes rn->lock in any case.  @owner: as above. */
static int rtpe_lock_table(struct rtpe_net *rn, struct genl_info *info, u32 owner,
			   struct rtpe_table **table)
{
	mutex_lock(&rn->lock);
	*table = rtpe_netlink_table(rn, info->attrs[RTPENGINE_A_TABLE], owner, info->extack);
	return PTR_ERR_OR_ZERO(*table);
}

static int rtpe_nl_table_set(struct sk_buff *skb, struct genl_info *info)
{
	struct rtpe_net *rn = rtpe_net(genl_info_net(info));
	struct nlattr *tb[RTPENGINE_TABLE_A_MAX + 1];
	int err = rtpe_parse_table(info->attrs[RTPENGINE_A_TABLE], tb, info->extack);
	struct rtpe_table *table;

	if (err)
		return err;
	err = rtpe_lock_table(rn, info, info->snd_portid, &table);
	if (!err)
		err = rtpe_table_set(table, tb, info->extack);
	if (!err)
		err = rtpe_reply_table(info, table, RTPENGINE_CMD_TABLE_SET);
	mutex_unlock(&rn->lock);
	return err;
}

static int rtpe_nl_table_del(struct sk_buff *skb, struct genl_info *info)
{
	struct rtpe_net *rn = rtpe_net(genl_info_net(info));
	struct rtpe_table *table;
	int err;

	err = rtpe_lock_table(rn, info, 0, &table);
	if (!err && table->owner && table->owner != info->snd_portid) {
		NL_SET_ERR_MSG(info->extack, "the table is another socket's");
		err = -EBUSY;
	}
	if (!err)
		rtpe_table_delete(table);
	mutex_unlock(&rn->lock);
	return err;
}

static int rtpe_nl_table_get(struct sk_buff *skb, struct genl_info *info)
{
	struct rtpe_net *rn = rtpe_net(genl_info_net(info));
	struct rtpe_table *table;
	int err;

	err = rtpe_lock_table(rn, info, 0, &table);
	if (!err)
		err = rtpe_reply_table(info, table, RTPENGINE_CMD_TABLE_GET);
	mutex_unlock(&rn->lock);
	return err;
}

static int rtpe_nl_table_dump(struct sk_buff *msg, struct netlink_callback *cb)
{
	struct rtpe_net *rn = rtpe_net(sock_net(cb->skb->sk));
	struct rtpe_table *table;
	int err = 0;
	u32 id;

	mutex_lock(&rn->lock);
	for (id = cb->args[0]; id <= RTPENGINE_MAX_TABLE_ID; id++) {
		table = rtpe_table_find(rn, id);
		if (!table)
			continue;
		err = rtpe_put_table(msg, table, NETLINK_CB(cb->skb).portid, cb->nlh->nlmsg_seq,
				     NLM_F_MULTI, RTPENGINE_CMD_TABLE_GET);
		if (err)
			break;
	}
	cb->args[0] = id;
	mutex_unlock(&rn->lock);
	return msg->len ? msg->len : err;
}

static const struct genl_ops rtpe_genl_ops[] = {
	{
		.cmd = RTPENGINE_CMD_INFO_GET,
		.flags = GENL_UNS_ADMIN_PERM,
		.doit = rtpe_nl_info,
	}, {
		.cmd = RTPENGINE_CMD_TABLE_CLAIM,
		.flags = GENL_UNS_ADMIN_PERM,
		.doit = rtpe_nl_table_claim,
	}, {
		.cmd = RTPENGINE_CMD_TABLE_SET,
		.flags = GENL_UNS_ADMIN_PERM,
		.doit = rtpe_nl_table_set,
	}, {
		.cmd = RTPENGINE_CMD_TABLE_DEL,
		.flags = GENL_UNS_ADMIN_PERM,
		.doit = rtpe_nl_table_del,
	}, {
		.cmd = RTPENGINE_CMD_TABLE_GET,
		.flags = GENL_UNS_ADMIN_PERM,
		.doit = rtpe_nl_table_get,
		.dumpit = rtpe_nl_table_dump,
	}, {
		.cmd = RTPENGINE_CMD_FLOW_NEW,
		.flags = GENL_UNS_ADMIN_PERM,
		.doit = rtpe_nl_flow_new,
	}, {
		.cmd = RTPENGINE_CMD_FLOW_DEL,
		.flags = GENL_UNS_ADMIN_PERM,
		.doit = rtpe_nl_flow_del,
	}, {
		.cmd = RTPENGINE_CMD_FLOW_GET,
		.flags = GENL_UNS_ADMIN_PERM,
		.doit = rtpe_nl_flow_get,
		.start = rtpe_nl_flow_dump_start,
		.dumpit = rtpe_nl_flow_dump,
	}, {
		.cmd = RTPENGINE_CMD_FLOW_SYNC,
		.flags = GENL_UNS_ADMIN_PERM,
		.doit = rtpe_nl_flow_sync,
	}, {
		.cmd = RTPENGINE_CMD_SELFTEST,
		.flags = GENL_ADMIN_PERM,
		.doit = rtpe_nl_selftest,
	},
};

static const struct genl_multicast_group rtpe_genl_groups[] = {
	{ .name = RTPENGINE_MCGRP_EVENTS },
};

struct genl_family rtpe_genl_family __ro_after_init = {
	.name = RTPENGINE_GENL_NAME,
	.version = RTPENGINE_GENL_VERSION,
	.maxattr = RTPENGINE_A_MAX,
	.policy = rtpe_policy,
	.netnsok = true,
	.parallel_ops = true,
	.module = THIS_MODULE,
	.ops = rtpe_genl_ops,
	.n_ops = ARRAY_SIZE(rtpe_genl_ops),
	COMPAT_RESV_START_OP(__RTPENGINE_CMD_LAST)
	.mcgrps = rtpe_genl_groups,
	.n_mcgrps = ARRAY_SIZE(rtpe_genl_groups),
};

int rtpe_netlink_init(void)
{
	return genl_register_family(&rtpe_genl_family);
}

void rtpe_netlink_exit(void)
{
	genl_unregister_family(&rtpe_genl_family);
}
