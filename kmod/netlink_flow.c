// SPDX-License-Identifier: GPL-2.0-only
/* Commands about flows. */
#include <net/genetlink.h>

#include "rtpe.h"

/* One netlink attribute holds no more. */
#define RTPE_MAX_MESSAGE	65000

static bool rtpe_has_flag(struct nlattr **attrs, u32 flag)
{
	return attrs[RTPENGINE_A_FLAGS] && (nla_get_u32(attrs[RTPENGINE_A_FLAGS]) & flag);
}

/* The flow that a request names by ID or LOCAL.  rn->lock is held. */
static struct rtpe_flow *rtpe_named_flow(struct rtpe_table *table, struct nlattr **tb,
					 const struct nlattr *nest,
					 struct netlink_ext_ack *extack)
{
	struct rtpe_flow *flow;
	struct rtpe_addr local;
	int err;

	if (!tb[RTPENGINE_FLOW_A_ID] == !tb[RTPENGINE_FLOW_A_LOCAL])
		return ERR_PTR(RTPE_FAIL(extack, nest, -EINVAL,
					 "a flow is named by either ID or LOCAL"));
	if (tb[RTPENGINE_FLOW_A_ID]) {
		flow = xa_load(&table->flows, nla_get_u32(tb[RTPENGINE_FLOW_A_ID]));
	} else {
		err = rtpe_parse_addr(tb[RTPENGINE_FLOW_A_LOCAL], &local, extack);
		if (err)
			return ERR_PTR(err);
		rcu_read_lock();
		flow = rtpe_flow_lookup(table->rn, &local);
		rcu_read_unlock();
		if (flow && flow->table != table)
			flow = NULL;
	}
	if (!flow)
		return ERR_PTR(RTPE_FAIL(extack, nest, -ENOENT, "no such flow in this table"));
	return flow;
}

/*
 * Table and flow of a request, rn->lock being held: the common beginning.
 * @owner 0: needs no ownership.
 */
static struct rtpe_flow *rtpe_request_flow(struct rtpe_net *rn, struct genl_info *info, u32 owner,
					   struct nlattr **tb)
{
	struct nlattr *nest = info->attrs[RTPENGINE_A_FLOW];
	struct rtpe_table *table;
	int err;

	table = rtpe_netlink_table(rn, info->attrs[RTPENGINE_A_TABLE], owner, info->extack);
	if (IS_ERR(table))
		return ERR_CAST(table);
	if (!nest) {
		NL_SET_ERR_MSG(info->extack, "RTPENGINE_A_FLOW is missing");
		return ERR_PTR(-EINVAL);
	}
	err = nla_parse_nested(tb, RTPENGINE_FLOW_A_MAX, nest, rtpe_flow_policy, info->extack);
	if (err)
		return ERR_PTR(err);
	return rtpe_named_flow(table, tb, nest, info->extack);
}

/* The new flow's id, for those who asked by NLM_F_ECHO. */
static int rtpe_reply_new(struct genl_info *info, u32 table, u32 id)
{
	struct nlattr *nest;
	struct sk_buff *msg;
	void *header;

	msg = genlmsg_new(128, GFP_KERNEL);
	if (!msg)
		return -ENOMEM;
	header = genlmsg_put_reply(msg, info, &rtpe_genl_family, 0, RTPENGINE_CMD_FLOW_NEW);
	if (!header)
		goto out;
	nest = nla_nest_start(msg, RTPENGINE_A_TABLE);
	if (!nest || nla_put_u32(msg, RTPENGINE_TABLE_A_ID, table))
		goto out;
	nla_nest_end(msg, nest);
	nest = nla_nest_start(msg, RTPENGINE_A_FLOW);
	if (!nest || nla_put_u32(msg, RTPENGINE_FLOW_A_ID, id))
		goto out;
	nla_nest_end(msg, nest);
	genlmsg_end(msg, header);
	return genlmsg_reply(msg, info);
out:
	nlmsg_free(msg);
	return -EMSGSIZE;
}

static int rtpe_install(struct rtpe_net *rn, struct genl_info *info, struct rtpe_flow *flow,
			const char *call)
{
	bool replace = info->nlhdr->nlmsg_flags & NLM_F_REPLACE;
	struct rtpe_table *table;
	struct rtpe_flow *old;
	int err;

	table = rtpe_netlink_table(rn, info->attrs[RTPENGINE_A_TABLE], info->snd_portid,
				   info->extack);
	if (IS_ERR(table))
		return PTR_ERR(table);
	err = rtpe_flow_insert(table, flow, replace, &old, info->extack);
	if (err)
		return err;
	if (old)
		rtpe_flow_release(old, info->snd_portid, info->snd_seq);
	/* Without memory for it the flow has no file; it forwards all the same. */
	if (call[0])
		rtpe_call_join(flow, call);
	return 0;
}

int rtpe_nl_flow_new(struct sk_buff *skb, struct genl_info *info)
{
	struct rtpe_net *rn = rtpe_net(genl_info_net(info));
	char call[RTPENGINE_MAX_CALL + 1];
	struct rtpe_flow *flow;
	u32 table = 0, id = 0;
	int err;

	if (!info->attrs[RTPENGINE_A_FLOW]) {
		NL_SET_ERR_MSG(info->extack, "RTPENGINE_A_FLOW is missing");
		return -EINVAL;
	}
	flow = rtpe_parse_flow(info->attrs[RTPENGINE_A_FLOW], call, info->extack);
	if (IS_ERR(flow))
		return PTR_ERR(flow);
	if (rtpe_flow_message_size(flow) > RTPE_MAX_MESSAGE) {
		NL_SET_ERR_MSG(info->extack, "the flow would not fit a netlink message");
		err = -E2BIG;
	} else {
		mutex_lock(&rn->lock);
		err = rtpe_install(rn, info, flow, call);
		if (!err) {
			table = flow->table->id;
			id = flow->id;
		}
		mutex_unlock(&rn->lock);
	}
	if (err) {
		rtpe_flow_free(flow);
		return err;
	}
	if (info->nlhdr->nlmsg_flags & NLM_F_ECHO)
		return rtpe_reply_new(info, table, id);
	return 0;
}

int rtpe_nl_flow_del(struct sk_buff *skb, struct genl_info *info)
{
	struct rtpe_net *rn = rtpe_net(genl_info_net(info));
	struct nlattr *tb[RTPENGINE_FLOW_A_MAX + 1];
	struct rtpe_flow *flow;
	int err = 0;

	mutex_lock(&rn->lock);
	flow = rtpe_request_flow(rn, info, info->snd_portid, tb);
	if (IS_ERR(flow)) {
		err = PTR_ERR(flow);
	} else {
		rtpe_flow_remove(flow);
		rtpe_flow_release(flow, info->snd_portid, info->snd_seq);
	}
	mutex_unlock(&rn->lock);
	return err;
}

int rtpe_nl_flow_get(struct sk_buff *skb, struct genl_info *info)
{
	struct rtpe_net *rn = rtpe_net(genl_info_net(info));
	struct nlattr *tb[RTPENGINE_FLOW_A_MAX + 1];
	struct sk_buff *msg = NULL;
	struct rtpe_flow *flow;
	int err;

	mutex_lock(&rn->lock);
	flow = rtpe_request_flow(rn, info, 0, tb);
	if (IS_ERR(flow)) {
		err = PTR_ERR(flow);
		goto out;
	}
	err = -ENOMEM;
	msg = genlmsg_new(rtpe_flow_message_size(flow), GFP_KERNEL);
	if (msg)
		err = rtpe_put_flow(msg, flow, info->snd_portid, info->snd_seq, 0,
				    RTPENGINE_CMD_FLOW_GET,
				    rtpe_has_flag(info->attrs, RTPENGINE_F_STATS_ONLY));
out:
	mutex_unlock(&rn->lock);
	if (err) {
		nlmsg_free(msg);
		return err;
	}
	return genlmsg_reply(msg, info);
}

static int rtpe_sync_srtp(struct nlattr *nest, struct rtpe_srtp *srtp, bool sender,
			  struct netlink_ext_ack *extack)
{
	struct nlattr *tb[RTPENGINE_SRTP_A_MAX + 1];
	int err;

	if (!nest)
		return 0;
	if (!srtp->context)
		return RTPE_FAIL(extack, nest, -EINVAL, "SRTP state for what has no SRTP");
	err = nla_parse_nested(tb, RTPENGINE_SRTP_A_MAX, nest, rtpe_srtp_policy, extack);
	if (err)
		return err;
	if (tb[RTPENGINE_SRTP_A_SUITE] || tb[RTPENGINE_SRTP_A_KEY] || tb[RTPENGINE_SRTP_A_SALT] ||
	    tb[RTPENGINE_SRTP_A_MKI] || tb[RTPENGINE_SRTP_A_FLAGS])
		return RTPE_FAIL(extack, nest, -EINVAL, "a flow's keys do not change");
	return rtpe_merge_states(tb[RTPENGINE_SRTP_A_STATES], sender, srtp->context, extack);
}

static int rtpe_sync_outputs(struct rtpe_flow *flow, struct nlattr *outputs,
			     struct netlink_ext_ack *extack)
{
	struct nlattr *tb[RTPENGINE_OUT_A_MAX + 1];
	struct nlattr *attr;
	int rem, err;
	u8 index;

	if (!outputs)
		return 0;
	nla_for_each_nested(attr, outputs, rem) {
		err = nla_parse_nested(tb, RTPENGINE_OUT_A_MAX, attr, rtpe_out_policy, extack);
		if (err)
			return err;
		if (!tb[RTPENGINE_OUT_A_INDEX])
			return RTPE_FAIL(extack, attr, -EINVAL, "output without INDEX");
		index = nla_get_u8(tb[RTPENGINE_OUT_A_INDEX]);
		if (index >= flow->output_count)
			return RTPE_FAIL(extack, tb[RTPENGINE_OUT_A_INDEX], -ENOENT,
					 "no such output");
		err = rtpe_sync_srtp(tb[RTPENGINE_OUT_A_SRTP], &flow->outputs[index].srtp, true,
				     extack);
		if (err)
			return err;
	}
	return 0;
}

int rtpe_nl_flow_sync(struct sk_buff *skb, struct genl_info *info)
{
	struct rtpe_net *rn = rtpe_net(genl_info_net(info));
	struct nlattr *tb[RTPENGINE_FLOW_A_MAX + 1];
	struct rtpe_flow *flow;
	int err;

	mutex_lock(&rn->lock);
	flow = rtpe_request_flow(rn, info, info->snd_portid, tb);
	err = PTR_ERR_OR_ZERO(flow);
	if (!err)
		err = rtpe_sync_srtp(tb[RTPENGINE_FLOW_A_SRTP], &flow->srtp, false, info->extack);
	if (!err)
		err = rtpe_sync_outputs(flow, tb[RTPENGINE_FLOW_A_OUTPUTS], info->extack);
	if (!err)
		rtpe_parse_cookie(flow, tb[RTPENGINE_FLOW_A_COOKIE]);
	mutex_unlock(&rn->lock);
	return err;
}

/* A dump goes by ids: what is added or deleted meanwhile is there or not, the rest once. */
int rtpe_nl_flow_dump_start(struct netlink_callback *cb)
{
	struct rtpe_net *rn = rtpe_net(sock_net(cb->skb->sk));
	struct nlattr **attrs = compat_dump_attrs(cb);
	struct rtpe_table *table;
	int err = 0;

	mutex_lock(&rn->lock);
	table = rtpe_netlink_table(rn, attrs[RTPENGINE_A_TABLE], 0, cb->extack);
	if (IS_ERR(table))
		err = PTR_ERR(table);
	else
		cb->min_dump_alloc = min_t(u32, table->message_size + NLMSG_HDRLEN + GENL_HDRLEN,
					   U16_MAX);
	mutex_unlock(&rn->lock);
	return err;
}

int rtpe_nl_flow_dump(struct sk_buff *msg, struct netlink_callback *cb)
{
	struct rtpe_net *rn = rtpe_net(sock_net(cb->skb->sk));
	struct nlattr **attrs = compat_dump_attrs(cb);
	unsigned long id = cb->args[0];
	struct rtpe_table *table;
	struct rtpe_flow *flow;
	int err = 0;

	mutex_lock(&rn->lock);
	table = rtpe_netlink_table(rn, attrs[RTPENGINE_A_TABLE], 0, cb->extack);
	if (IS_ERR(table))
		goto out;	/* deleted meanwhile: that was all */
	xa_for_each_start(&table->flows, id, flow, id) {
		err = rtpe_put_flow(msg, flow, NETLINK_CB(cb->skb).portid, cb->nlh->nlmsg_seq,
				    NLM_F_MULTI, RTPENGINE_CMD_FLOW_GET,
				    rtpe_has_flag(attrs, RTPENGINE_F_STATS_ONLY));
		if (err)
			break;
		cb->args[0] = id + 1;
	}
out:
	mutex_unlock(&rn->lock);
	return msg->len ? msg->len : err;
}
