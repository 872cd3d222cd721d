// SPDX-License-Identifier: GPL-2.0-only
/* A flow told to user space: settings, counters, SSRCs, indices. */
#include <net/genetlink.h>

#include "rtpe.h"

/* Bytes that rtpe_put_flow() needs at most. */
u32 rtpe_flow_message_size(const struct rtpe_flow *flow)
{
	const u32 received = 64 + SRTP_STREAMS * 168, sent = 64 + SRTP_STREAMS * 44;
	const u32 pt = 84, out = 312, out_pt = 48, out_map = 36, ssrc = 208;
	u32 size = 608 + RTPENGINE_MAX_COOKIE + RTPENGINE_MAX_SSRCS * ssrc + flow->pt_count * pt;
	const struct rtpe_output *o;

	if (flow->srtp.context)
		size += received;
	for (o = flow->outputs; o < flow->outputs + flow->output_count; o++) {
		size += out + o->pt_count * out_pt + o->map_count * out_map;
		if (o->srtp.context)
			size += sent;
	}
	return size;
}

int rtpe_put_addr(struct sk_buff *msg, int type, const struct rtpe_addr *addr)
{
	struct sockaddr_in6 in6 = { .sin6_family = AF_INET6 };
	struct sockaddr_in in = { .sin_family = AF_INET };

	if (addr->family == AF_INET) {
		in.sin_addr.s_addr = addr->ip4;
		in.sin_port = addr->port;
		return nla_put(msg, type, sizeof(in), &in);
	}
	in6.sin6_addr = addr->ip6;
	in6.sin6_port = addr->port;
	return nla_put(msg, type, sizeof(in6), &in6);
}

static int rtpe_put_ns(struct sk_buff *msg, int type, u64 value, int pad)
{
	return value ? nla_put_u64_64bit(msg, type, value, pad) : 0;
}

static int rtpe_put_stats(struct sk_buff *msg, const struct rtpe_flow *flow)
{
	struct nlattr *nest = nla_nest_start(msg, RTPENGINE_FLOW_A_STATS);
	const int pad = RTPENGINE_STATS_A_PAD;
	struct rtpe_counter sum;

	rtpe_sum(flow, 0, &sum);
	if (!nest ||
	    nla_put_u64_64bit(msg, RTPENGINE_STATS_A_PACKETS, sum.packets, pad) ||
	    nla_put_u64_64bit(msg, RTPENGINE_STATS_A_BYTES, sum.bytes, pad) ||
	    nla_put_u64_64bit(msg, RTPENGINE_STATS_A_ERRORS, (u32)atomic_read(&flow->errors),
			      pad) ||
	    nla_put_u64_64bit(msg, RTPENGINE_STATS_A_UP, (u32)atomic_read(&flow->up), pad) ||
	    nla_put_u64_64bit(msg, RTPENGINE_STATS_A_RTCP, (u32)atomic_read(&flow->rtcp_count),
			      pad) ||
	    rtpe_put_ns(msg, RTPENGINE_STATS_A_FIRST, READ_ONCE(flow->first), pad) ||
	    rtpe_put_ns(msg, RTPENGINE_STATS_A_LAST, READ_ONCE(flow->last), pad) ||
	    nla_put_u8(msg, RTPENGINE_STATS_A_TOS, READ_ONCE(flow->tos)))
		return -EMSGSIZE;
	nla_nest_end(msg, nest);
	return 0;
}

static int rtpe_put_pt(struct sk_buff *msg, const struct rtpe_pt *pt, bool output)
{
	if (nla_put_u8(msg, RTPENGINE_PT_A_PT, pt->pt) ||
	    nla_put_u8(msg, RTPENGINE_PT_A_ACTION, pt->action) ||
	    (pt->pattern.len &&
	     nla_put(msg, RTPENGINE_PT_A_PATTERN, pt->pattern.len, pt->pattern.byte)))
		return -EMSGSIZE;
	return output ? nla_put_u8(msg, RTPENGINE_PT_A_TO, pt->to) :
			nla_put_u32(msg, RTPENGINE_PT_A_CLOCK, pt->clock);
}

static int rtpe_put_flow_pts(struct sk_buff *msg, const struct rtpe_flow *flow, bool stats_only)
{
	struct nlattr *nest, *one;
	struct rtpe_counter sum;
	unsigned int i;

	if (!flow->pt_count)
		return 0;
	nest = nla_nest_start(msg, RTPENGINE_FLOW_A_PTS);
	if (!nest)
		return -EMSGSIZE;
	for (i = 0; i < flow->pt_count; i++) {
		rtpe_sum(flow, rtpe_counter_of_pt(flow, i), &sum);
		one = nla_nest_start(msg, 1);
		if (!one ||
		    (stats_only ? nla_put_u8(msg, RTPENGINE_PT_A_PT, flow->pts[i].pt) :
				  rtpe_put_pt(msg, &flow->pts[i], false)) ||
		    nla_put_u64_64bit(msg, RTPENGINE_PT_A_PACKETS, sum.packets,
				      RTPENGINE_PT_A_PAD) ||
		    nla_put_u64_64bit(msg, RTPENGINE_PT_A_BYTES, sum.bytes, RTPENGINE_PT_A_PAD))
			return -EMSGSIZE;
		nla_nest_end(msg, one);
	}
	nla_nest_end(msg, nest);
	return 0;
}

static int rtpe_put_ssrc(struct sk_buff *msg, const struct rtpe_ssrc *s)
{
	const int pad = RTPENGINE_SSRC_A_PAD;

	if (nla_put_u32(msg, RTPENGINE_SSRC_A_SSRC, s->ssrc))
		return -EMSGSIZE;
	if (!s->started)
		return 0;
	if (nla_put_u64_64bit(msg, RTPENGINE_SSRC_A_PACKETS, s->packets, pad) ||
	    nla_put_u64_64bit(msg, RTPENGINE_SSRC_A_BYTES, s->bytes, pad) ||
	    nla_put_u32(msg, RTPENGINE_SSRC_A_BASE_SEQ, s->base_seq) ||
	    nla_put_u32(msg, RTPENGINE_SSRC_A_EXT_SEQ, rtpe_ssrc_ext_seq(s)) ||
	    nla_put_s64(msg, RTPENGINE_SSRC_A_LOST, rtpe_ssrc_lost(s), pad) ||
	    nla_put_u64_64bit(msg, RTPENGINE_SSRC_A_DUPLICATES, s->duplicates, pad) ||
	    nla_put_u64_64bit(msg, RTPENGINE_SSRC_A_REORDERED, s->reordered, pad) ||
	    nla_put_u64_64bit(msg, RTPENGINE_SSRC_A_SKIPPED, s->skipped, pad) ||
	    nla_put_u64_64bit(msg, RTPENGINE_SSRC_A_RESETS, s->resets, pad) ||
	    nla_put_u32(msg, RTPENGINE_SSRC_A_JITTER, s->jitter >> 4) ||
	    nla_put_u32(msg, RTPENGINE_SSRC_A_CLOCK, s->clock) ||
	    nla_put_u8(msg, RTPENGINE_SSRC_A_LAST_PT, s->last_pt) ||
	    nla_put_u32(msg, RTPENGINE_SSRC_A_LAST_TS, s->last_ts) ||
	    nla_put_u64_64bit(msg, RTPENGINE_SSRC_A_FIRST, s->first, pad) ||
	    nla_put_u64_64bit(msg, RTPENGINE_SSRC_A_LAST, s->last, pad))
		return -EMSGSIZE;
	return 0;
}

static int rtpe_put_ssrcs(struct sk_buff *msg, struct rtpe_flow *flow)
{
	struct nlattr *nest, *one;
	struct rtpe_ssrc ssrc;
	unsigned int i;

	nest = nla_nest_start(msg, RTPENGINE_FLOW_A_SSRCS);
	if (!nest)
		return -EMSGSIZE;
	for (i = 0; i < RTPENGINE_MAX_SSRCS && rtpe_ssrc_copy(flow, i, &ssrc); i++) {
		one = nla_nest_start(msg, 1);
		if (!one || rtpe_put_ssrc(msg, &ssrc))
			return -EMSGSIZE;
		nla_nest_end(msg, one);
	}
	if (i)
		nla_nest_end(msg, nest);
	else
		nla_nest_cancel(msg, nest);
	return 0;
}

static int rtpe_put_extensions(struct sk_buff *msg, const struct rtpe_extensions *extensions)
{
	const struct rtpe_ext_element *element = &extensions->insert;

	if (memchr_inv(extensions->remove, 0, RTPE_EXT_IDS) &&
	    nla_put(msg, RTPENGINE_OUT_A_EXT_REMOVE, RTPE_EXT_IDS, extensions->remove))
		return -EMSGSIZE;
	if (element->id && (nla_put_u8(msg, RTPENGINE_OUT_A_EXT_ID, element->id) ||
			    nla_put(msg, RTPENGINE_OUT_A_EXT_VALUE, element->len, element->value)))
		return -EMSGSIZE;
	return 0;
}

static int rtpe_put_out_settings(struct sk_buff *msg, const struct rtpe_output *out)
{
	struct nlattr *nest, *one;
	unsigned int i;

	if (rtpe_put_addr(msg, RTPENGINE_OUT_A_SOURCE, &out->source) ||
	    rtpe_put_addr(msg, RTPENGINE_OUT_A_DEST, &out->dest) ||
	    nla_put_u32(msg, RTPENGINE_OUT_A_FLAGS, out->flags) ||
	    nla_put_u8(msg, RTPENGINE_OUT_A_TOS, out->tos) ||
	    (out->ttl && nla_put_u8(msg, RTPENGINE_OUT_A_TTL, out->ttl)) ||
	    (out->mark && nla_put_u32(msg, RTPENGINE_OUT_A_MARK, out->mark)) ||
	    (out->takes &&
	     nla_put(msg, RTPENGINE_OUT_A_TAKES, RTPE_PT_OCTETS, out->takes)) ||
	    (out->extensions && rtpe_put_extensions(msg, out->extensions)))
		return -EMSGSIZE;
	if (out->pt_count) {
		nest = nla_nest_start(msg, RTPENGINE_OUT_A_PTS);
		if (!nest)
			return -EMSGSIZE;
		for (i = 0; i < out->pt_count; i++) {
			one = nla_nest_start(msg, 1);
			if (!one || rtpe_put_pt(msg, &out->pts[i], true))
				return -EMSGSIZE;
			nla_nest_end(msg, one);
		}
		nla_nest_end(msg, nest);
	}
	if (!out->map_count)
		return 0;
	nest = nla_nest_start(msg, RTPENGINE_OUT_A_SSRC_MAP);
	if (!nest)
		return -EMSGSIZE;
	for (i = 0; i < out->map_count; i++) {
		one = nla_nest_start(msg, 1);
		if (!one || nla_put_u32(msg, RTPENGINE_MAP_A_FROM, out->maps[i].from) ||
		    nla_put_u32(msg, RTPENGINE_MAP_A_TO, out->maps[i].to) ||
		    nla_put_u16(msg, RTPENGINE_MAP_A_SEQ, out->maps[i].seq) ||
		    nla_put_u32(msg, RTPENGINE_MAP_A_TS, out->maps[i].ts))
			return -EMSGSIZE;
		nla_nest_end(msg, one);
	}
	nla_nest_end(msg, nest);
	return 0;
}

static int rtpe_put_output(struct sk_buff *msg, const struct rtpe_flow *flow, unsigned int i,
			   bool stats_only)
{
	const struct rtpe_output *out = &flow->outputs[i];
	struct rtpe_counter sum;
	struct nlattr *nest;

	if (nla_put_u8(msg, RTPENGINE_OUT_A_INDEX, i) ||
	    (!stats_only && rtpe_put_out_settings(msg, out)) ||
	    rtpe_put_srtp(msg, RTPENGINE_OUT_A_SRTP, true, &out->srtp, stats_only))
		return -EMSGSIZE;
	nest = nla_nest_start(msg, RTPENGINE_OUT_A_STATS);
	rtpe_sum(flow, rtpe_counter_of_output(flow, i), &sum);
	if (!nest ||
	    nla_put_u64_64bit(msg, RTPENGINE_STATS_A_PACKETS, sum.packets,
			      RTPENGINE_STATS_A_PAD) ||
	    nla_put_u64_64bit(msg, RTPENGINE_STATS_A_BYTES, sum.bytes, RTPENGINE_STATS_A_PAD) ||
	    nla_put_u64_64bit(msg, RTPENGINE_STATS_A_ERRORS, (u32)atomic_read(&out->errors),
			      RTPENGINE_STATS_A_PAD))
		return -EMSGSIZE;
	nla_nest_end(msg, nest);
	return 0;
}

static int rtpe_put_outputs(struct sk_buff *msg, const struct rtpe_flow *flow, bool stats_only)
{
	struct nlattr *nest, *one;
	unsigned int i;

	if (!flow->output_count)
		return 0;
	nest = nla_nest_start(msg, RTPENGINE_FLOW_A_OUTPUTS);
	if (!nest)
		return -EMSGSIZE;
	for (i = 0; i < flow->output_count; i++) {
		one = nla_nest_start(msg, 1);
		if (!one || rtpe_put_output(msg, flow, i, stats_only))
			return -EMSGSIZE;
		nla_nest_end(msg, one);
	}
	nla_nest_end(msg, nest);
	return 0;
}

static int rtpe_put_settings(struct sk_buff *msg, const struct rtpe_flow *flow)
{
	if ((flow->call && nla_put_string(msg, RTPENGINE_FLOW_A_CALL, flow->call->name)) ||
	    nla_put_u32(msg, RTPENGINE_FLOW_A_FLAGS, flow->flags) ||
	    (flow->idle && nla_put_u32(msg, RTPENGINE_FLOW_A_IDLE, flow->idle)))
		return -EMSGSIZE;
	if (flow->source.family &&
	    (rtpe_put_addr(msg, RTPENGINE_FLOW_A_SOURCE, &flow->source) ||
	     nla_put_u8(msg, RTPENGINE_FLOW_A_MISMATCH, flow->mismatch)))
		return -EMSGSIZE;
	if ((flow->flags & RTPENGINE_FLOW_F_RTCP) &&
	    nla_put_u8(msg, RTPENGINE_FLOW_A_RTCP, flow->rtcp))
		return -EMSGSIZE;
	if ((flow->flags & RTPENGINE_FLOW_F_RTP) &&
	    (nla_put_u8(msg, RTPENGINE_FLOW_A_PT_OTHER, flow->pt_other) ||
	     nla_put_u8(msg, RTPENGINE_FLOW_A_SSRC_POLICY, flow->ssrc_policy)))
		return -EMSGSIZE;
	return 0;
}

/* A whole message; it stays as it was on -EMSGSIZE.  May sleep. */
int rtpe_put_flow(struct sk_buff *msg, struct rtpe_flow *flow, u32 portid, u32 seq, int flags,
		  u8 cmd, bool stats_only)
{
	struct nlattr *nest;
	void *header;

	header = genlmsg_put(msg, portid, seq, &rtpe_genl_family, flags, cmd);
	if (!header)
		return -EMSGSIZE;
	nest = nla_nest_start(msg, RTPENGINE_A_TABLE);
	if (!nest || nla_put_u32(msg, RTPENGINE_TABLE_A_ID, flow->table->id))
		goto out_cancel;
	nla_nest_end(msg, nest);
	nest = nla_nest_start(msg, RTPENGINE_A_FLOW);
	if (!nest ||
	    nla_put_u32(msg, RTPENGINE_FLOW_A_ID, flow->id) ||
	    rtpe_put_addr(msg, RTPENGINE_FLOW_A_LOCAL, &flow->local) ||
	    (flow->cookie_len &&
	     nla_put(msg, RTPENGINE_FLOW_A_COOKIE, flow->cookie_len, flow->cookie)) ||
	    (!stats_only && rtpe_put_settings(msg, flow)) ||
	    rtpe_put_stats(msg, flow) ||
	    rtpe_put_flow_pts(msg, flow, stats_only) ||
	    rtpe_put_ssrcs(msg, flow) ||
	    rtpe_put_srtp(msg, RTPENGINE_FLOW_A_SRTP, false, &flow->srtp, stats_only) ||
	    rtpe_put_outputs(msg, flow, stats_only))
		goto out_cancel;
	nla_nest_end(msg, nest);
	genlmsg_end(msg, header);
	return 0;

out_cancel:
	genlmsg_cancel(msg, header);
	return -EMSGSIZE;
}
