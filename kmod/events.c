// SPDX-License-Identifier: GPL-2.0-only
/* What listeners in user space should hear of a flow: seldom, and never at the packets' rate. */
#include <net/genetlink.h>

#include "rtpe.h"

#define EVENTS_PER_SECOND	1000

/* One of a kind per flow and second. */
static bool rtpe_event_due(struct rtpe_flow *flow, enum rtpengine_event type)
{
	u32 told = READ_ONCE(flow->told[type]);
	u32 now = (u32)jiffies | 1;

	if (told && now - told < HZ)
		return false;
	/* Another CPU may have been first. */
	return cmpxchg(&flow->told[type], told, now) == told;
}

static bool rtpe_event_admit(struct rtpe_table *table)
{
	unsigned long since = READ_ONCE(table->events_since);

	if (time_after_eq(jiffies, since + HZ) &&
	    cmpxchg(&table->events_since, since, jiffies) == since)
		atomic_set(&table->events, 0);
	if (atomic_inc_return(&table->events) <= EVENTS_PER_SECOND)
		return true;
	atomic64_inc(&table->events_lost);
	return false;
}

/* FLOW_SYNC may bring another one meanwhile. */
static int rtpe_put_event_cookie(struct sk_buff *msg, struct rtpe_flow *flow)
{
	int err = 0;

	spin_lock_bh(&flow->lock);
	if (flow->cookie_len)
		err = nla_put(msg, RTPENGINE_EVENT_A_COOKIE, flow->cookie_len, flow->cookie);
	spin_unlock_bh(&flow->lock);
	return err;
}

static int rtpe_put_event(struct sk_buff *msg, struct rtpe_flow *flow, enum rtpengine_event type,
			  const struct rtpe_packet *packet)
{
	if (nla_put_u32(msg, RTPENGINE_EVENT_A_TYPE, type) ||
	    nla_put_u32(msg, RTPENGINE_EVENT_A_FLOW_ID, flow->id) ||
	    rtpe_put_addr(msg, RTPENGINE_EVENT_A_LOCAL, &flow->local) ||
	    rtpe_put_event_cookie(msg, flow) ||
	    nla_put_u64_64bit(msg, RTPENGINE_EVENT_A_LAST, READ_ONCE(flow->last),
			      RTPENGINE_EVENT_A_PAD))
		return -EMSGSIZE;
	if (!packet)
		return 0;
	if (rtpe_put_addr(msg, RTPENGINE_EVENT_A_SOURCE, &packet->source))
		return -EMSGSIZE;
	if ((packet->rtp || packet->rtcp) &&
	    nla_put_u32(msg, RTPENGINE_EVENT_A_SSRC, packet->ssrc))
		return -EMSGSIZE;
	return packet->rtp ? nla_put_u8(msg, RTPENGINE_EVENT_A_PT, packet->pt) : 0;
}

/* Any context.  @packet may be NULL. */
void rtpe_event(struct rtpe_flow *flow, enum rtpengine_event type,
		const struct rtpe_packet *packet)
{
	struct net *net = flow->table->rn->net;
	struct nlattr *nest;
	struct sk_buff *msg;
	void *header;

	if (!genl_has_listeners(&rtpe_genl_family, net, 0) || !rtpe_event_due(flow, type) ||
	    !rtpe_event_admit(flow->table))
		return;
	msg = genlmsg_new(256 + RTPENGINE_MAX_COOKIE, GFP_ATOMIC);
	if (!msg)
		goto out_lost;
	header = genlmsg_put(msg, 0, 0, &rtpe_genl_family, 0, RTPENGINE_CMD_EVENT);
	if (!header)
		goto out_free;
	nest = nla_nest_start(msg, RTPENGINE_A_TABLE);
	if (!nest || nla_put_u32(msg, RTPENGINE_TABLE_A_ID, flow->table->id))
		goto out_free;
	nla_nest_end(msg, nest);
	nest = nla_nest_start(msg, RTPENGINE_A_EVENT);
	if (!nest || rtpe_put_event(msg, flow, type, packet))
		goto out_free;
	nla_nest_end(msg, nest);
	genlmsg_end(msg, header);
	genlmsg_multicast_netns(&rtpe_genl_family, net, msg, 0, 0, GFP_ATOMIC);
	return;

out_free:
	nlmsg_free(msg);
out_lost:
	atomic64_inc(&flow->table->events_lost);
}
