// SPDX-License-Identifier: GPL-2.0-only
/* A flow as user space wants it: attributes checked and made into settings. */
#include <linux/math64.h>
#include <net/ipv6.h>

#include "rtpe.h"

int rtpe_parse_addr(const struct nlattr *attr, struct rtpe_addr *addr,
		    struct netlink_ext_ack *extack)
{
	const struct sockaddr_in6 *in6 = nla_data(attr);
	const struct sockaddr_in *in = nla_data(attr);

	memset(addr, 0, sizeof(*addr));
	if (nla_len(attr) == sizeof(*in) && in->sin_family == AF_INET) {
		if (ipv4_is_multicast(in->sin_addr.s_addr) || ipv4_is_lbcast(in->sin_addr.s_addr) ||
		    ipv4_is_zeronet(in->sin_addr.s_addr))
			return RTPE_FAIL(extack, attr, -EINVAL, "not a unicast address");
		addr->ip4 = in->sin_addr.s_addr;
		addr->port = in->sin_port;
	} else if (nla_len(attr) == sizeof(*in6) && in6->sin6_family == AF_INET6) {
		if (ipv6_addr_is_multicast(&in6->sin6_addr) || ipv6_addr_any(&in6->sin6_addr) ||
		    ipv6_addr_v4mapped(&in6->sin6_addr))
			return RTPE_FAIL(extack, attr, -EINVAL, "not a unicast address");
		if (in6->sin6_scope_id)
			return RTPE_FAIL(extack, attr, -EINVAL, "addresses with a scope are not served");
		addr->ip6 = in6->sin6_addr;
		addr->port = in6->sin6_port;
	} else {
		return RTPE_FAIL(extack, attr, -EINVAL,
			    "neither struct sockaddr_in nor struct sockaddr_in6");
	}
	if (!addr->port)
		return RTPE_FAIL(extack, attr, -EINVAL, "port 0");
	addr->family = in->sin_family;
	return 0;
}

/* Elements of a nest of nests, -ERANGE if there are too many. */
int rtpe_count_nests(const struct nlattr *nest, int max, struct netlink_ext_ack *extack)
{
	const struct nlattr *attr;
	int count = 0, rem;

	if (!nest)
		return 0;
	nla_for_each_nested(attr, nest, rem) {
		if (++count > max)
			return RTPE_FAIL(extack, attr, -ERANGE, "too many elements");
	}
	return count;
}

static int rtpe_parse_pattern(struct nlattr *attr, const struct nlattr *nest, struct rtpe_pt *pt,
			      struct netlink_ext_ack *extack)
{
	if ((pt->action == RTPENGINE_ACTION_SILENCE) != !!attr)
		return RTPE_FAIL(extack, attr ?: nest, -EINVAL,
			    "a pattern belongs to action silence, and it must have one");
	if (!attr)
		return 0;
	if (!nla_len(attr))
		return RTPE_FAIL(extack, attr, -EINVAL, "empty pattern");
	pt->pattern.len = nla_len(attr);
	memcpy(pt->pattern.byte, nla_data(attr), nla_len(attr));
	return 0;
}

int rtpe_parse_pt(const struct nlattr *nest, struct rtpe_pt *pt, bool output,
		  struct netlink_ext_ack *extack)
{
	struct nlattr *tb[RTPENGINE_PT_A_MAX + 1];
	int err;

	err = nla_parse_nested(tb, RTPENGINE_PT_A_MAX, nest, rtpe_pt_policy, extack);
	if (err)
		return err;
	if (!tb[RTPENGINE_PT_A_PT])
		return RTPE_FAIL(extack, nest, -EINVAL, "payload type without its number");
	pt->pt = nla_get_u8(tb[RTPENGINE_PT_A_PT]);
	pt->to = pt->pt;
	pt->action = RTPENGINE_ACTION_FORWARD;
	pt->clock = 8000;
	if (tb[RTPENGINE_PT_A_ACTION])
		pt->action = nla_get_u8(tb[RTPENGINE_PT_A_ACTION]);
	if (tb[RTPENGINE_PT_A_CLOCK]) {
		if (output)
			return RTPE_FAIL(extack, tb[RTPENGINE_PT_A_CLOCK], -EINVAL,
				    "outputs have no clock rate");
		pt->clock = nla_get_u32(tb[RTPENGINE_PT_A_CLOCK]);
	}
	if (tb[RTPENGINE_PT_A_TO]) {
		if (!output)
			return RTPE_FAIL(extack, tb[RTPENGINE_PT_A_TO], -EINVAL,
				    "payload types are translated by outputs");
		pt->to = nla_get_u8(tb[RTPENGINE_PT_A_TO]);
	}
	if (output && pt->action == RTPENGINE_ACTION_UP)
		return RTPE_FAIL(extack, tb[RTPENGINE_PT_A_ACTION], -EINVAL,
			    "an output cannot give packets up");
	pt->ticks = div_u64((u64)pt->clock << 32, NSEC_PER_SEC);
	return rtpe_parse_pattern(tb[RTPENGINE_PT_A_PATTERN], nest, pt, extack);
}

static int rtpe_parse_flow_pts(struct rtpe_flow *flow, const struct nlattr *nest,
			       struct netlink_ext_ack *extack)
{
	const struct nlattr *attr;
	struct rtpe_pt *pt;
	int i = 0, rem, err;

	if (!nest)
		return 0;
	nla_for_each_nested(attr, nest, rem) {
		pt = &flow->pts[i];
		err = rtpe_parse_pt(attr, pt, false, extack);
		if (err)
			return err;
		if (flow->pt_index[pt->pt] >= 0)
			return RTPE_FAIL(extack, attr, -EINVAL, "payload type given twice");
		flow->pt_index[pt->pt] = i++;
	}
	return 0;
}

static int rtpe_parse_ssrcs(struct rtpe_flow *flow, const struct nlattr *nest,
			    struct netlink_ext_ack *extack)
{
	struct nlattr *tb[RTPENGINE_SSRC_A_MAX + 1];
	const struct nlattr *attr;
	int rem, err;
	u32 ssrc;

	err = rtpe_count_nests(nest, RTPENGINE_MAX_SSRCS, extack);
	if (err <= 0)
		return err;
	if (flow->ssrc_policy == RTPENGINE_SSRC_IGNORE)
		return RTPE_FAIL(extack, nest, -EINVAL, "SSRCs given, but they are to be ignored");
	nla_for_each_nested(attr, nest, rem) {
		err = nla_parse_nested(tb, RTPENGINE_SSRC_A_MAX, attr, rtpe_ssrc_policy, extack);
		if (err)
			return err;
		if (!tb[RTPENGINE_SSRC_A_SSRC])
			return RTPE_FAIL(extack, attr, -EINVAL, "SSRC without its number");
		ssrc = nla_get_u32(tb[RTPENGINE_SSRC_A_SSRC]);
		if (rtpe_ssrc_find(flow, ssrc))
			return RTPE_FAIL(extack, attr, -EINVAL, "SSRC given twice");
		if (!rtpe_ssrc_add(flow, ssrc, GFP_KERNEL_ACCOUNT))
			return -ENOMEM;
	}
	return 0;
}

/* What to do with which packets. */
static int rtpe_parse_policies(struct rtpe_flow *flow, struct nlattr **tb,
			       struct netlink_ext_ack *extack)
{
	bool rtp = flow->flags & RTPENGINE_FLOW_F_RTP;

	if (tb[RTPENGINE_FLOW_A_MISMATCH]) {
		if (!flow->source.family)
			return RTPE_FAIL(extack, tb[RTPENGINE_FLOW_A_MISMATCH], -EINVAL,
				    "MISMATCH without SOURCE");
		flow->mismatch = nla_get_u8(tb[RTPENGINE_FLOW_A_MISMATCH]);
	}
	flow->rtcp = RTPENGINE_ACTION_FORWARD;
	if (tb[RTPENGINE_FLOW_A_RTCP]) {
		if (!(flow->flags & RTPENGINE_FLOW_F_RTCP))
			return RTPE_FAIL(extack, tb[RTPENGINE_FLOW_A_RTCP], -EINVAL,
				    "RTCP of a flow without F_RTCP");
		flow->rtcp = nla_get_u8(tb[RTPENGINE_FLOW_A_RTCP]);
		if (flow->rtcp == RTPENGINE_ACTION_SILENCE)
			return RTPE_FAIL(extack, tb[RTPENGINE_FLOW_A_RTCP], -ERANGE,
				    "RTCP cannot be silenced");
	}
	if (!rtp && (tb[RTPENGINE_FLOW_A_PT_OTHER] || tb[RTPENGINE_FLOW_A_PTS] ||
		     tb[RTPENGINE_FLOW_A_SSRC_POLICY] || tb[RTPENGINE_FLOW_A_SSRCS])) {
		NL_SET_ERR_MSG(extack, "payload types and SSRCs want F_RTP");
		return -EINVAL;
	}
	flow->pt_other = flow->pt_count ? RTPENGINE_ACTION_UP : RTPENGINE_ACTION_FORWARD;
	if (tb[RTPENGINE_FLOW_A_PT_OTHER])
		flow->pt_other = nla_get_u8(tb[RTPENGINE_FLOW_A_PT_OTHER]);
	flow->ssrc_policy = rtp ? RTPENGINE_SSRC_LEARN : RTPENGINE_SSRC_IGNORE;
	if (tb[RTPENGINE_FLOW_A_SSRC_POLICY])
		flow->ssrc_policy = nla_get_u8(tb[RTPENGINE_FLOW_A_SSRC_POLICY]);
	return 0;
}

static int rtpe_parse_addresses(struct rtpe_flow *flow, struct nlattr **tb,
				struct netlink_ext_ack *extack)
{
	int err;

	err = rtpe_parse_addr(tb[RTPENGINE_FLOW_A_LOCAL], &flow->local, extack);
	flow->sum = rtpe_addr_sum(&flow->local);
	if (err || !tb[RTPENGINE_FLOW_A_SOURCE])
		return err;
	err = rtpe_parse_addr(tb[RTPENGINE_FLOW_A_SOURCE], &flow->source, extack);
	if (err)
		return err;
	if (flow->source.family != flow->local.family)
		return RTPE_FAIL(extack, tb[RTPENGINE_FLOW_A_SOURCE], -EINVAL,
			    "SOURCE and LOCAL differ in family");
	return 0;
}

void rtpe_parse_cookie(struct rtpe_flow *flow, const struct nlattr *attr)
{
	if (!attr)
		return;
	spin_lock_bh(&flow->lock);
	flow->cookie_len = nla_len(attr);
	memcpy(flow->cookie, nla_data(attr), flow->cookie_len);
	spin_unlock_bh(&flow->lock);
}

static int rtpe_fill_flow(struct rtpe_flow *flow, struct nlattr **tb,
			  struct netlink_ext_ack *extack)
{
	int err;

	flow->flags = nla_get_u32(tb[RTPENGINE_FLOW_A_FLAGS]);
	err = rtpe_parse_addresses(flow, tb, extack);
	if (err)
		return err;
	err = rtpe_parse_policies(flow, tb, extack);
	if (err)
		return err;
	rtpe_parse_cookie(flow, tb[RTPENGINE_FLOW_A_COOKIE]);
	if (tb[RTPENGINE_FLOW_A_IDLE])
		flow->idle = nla_get_u32(tb[RTPENGINE_FLOW_A_IDLE]);
	err = rtpe_parse_flow_pts(flow, tb[RTPENGINE_FLOW_A_PTS], extack);
	if (err)
		return err;
	err = rtpe_parse_ssrcs(flow, tb[RTPENGINE_FLOW_A_SSRCS], extack);
	if (err)
		return err;
	if (tb[RTPENGINE_FLOW_A_SRTP]) {
		if (!(flow->flags & (RTPENGINE_FLOW_F_RTP | RTPENGINE_FLOW_F_RTCP)))
			return RTPE_FAIL(extack, tb[RTPENGINE_FLOW_A_SRTP], -EINVAL,
				    "SRTP for a flow that is neither RTP nor RTCP");
		err = rtpe_parse_srtp(tb[RTPENGINE_FLOW_A_SRTP], false, rtpe_takes_rtcp(flow),
				      &flow->srtp, extack);
		if (err)
			return err;
	}
	return rtpe_parse_outputs(flow, tb[RTPENGINE_FLOW_A_OUTPUTS], extack);
}

/* A flow not yet in a table; @call (RTPENGINE_MAX_CALL + 1 bytes) gets the name, or nothing. */
struct rtpe_flow *rtpe_parse_flow(struct nlattr *nest, char *call,
				  struct netlink_ext_ack *extack)
{
	struct nlattr *tb[RTPENGINE_FLOW_A_MAX + 1];
	struct rtpe_flow *flow;
	int pts, outputs, err;

	err = nla_parse_nested(tb, RTPENGINE_FLOW_A_MAX, nest, rtpe_flow_policy, extack);
	if (err)
		return ERR_PTR(err);
	if (!tb[RTPENGINE_FLOW_A_LOCAL] || !tb[RTPENGINE_FLOW_A_FLAGS])
		return ERR_PTR(RTPE_FAIL(extack, nest, -EINVAL, "a flow wants LOCAL and FLAGS"));
	if (tb[RTPENGINE_FLOW_A_ID])
		return ERR_PTR(RTPE_FAIL(extack, tb[RTPENGINE_FLOW_A_ID], -EINVAL,
				    "the kernel chooses the flow's ID"));
	pts = rtpe_count_nests(tb[RTPENGINE_FLOW_A_PTS], RTPENGINE_MAX_PTS, extack);
	if (pts < 0)
		return ERR_PTR(pts);
	outputs = rtpe_count_nests(tb[RTPENGINE_FLOW_A_OUTPUTS], RTPENGINE_MAX_OUTPUTS, extack);
	if (outputs < 0)
		return ERR_PTR(outputs);
	call[0] = '\0';
	if (tb[RTPENGINE_FLOW_A_CALL] &&
	    nla_strscpy(call, tb[RTPENGINE_FLOW_A_CALL], RTPENGINE_MAX_CALL + 1) <= 0)
		return ERR_PTR(RTPE_FAIL(extack, tb[RTPENGINE_FLOW_A_CALL], -EINVAL,
					 "a call's name is empty"));

	flow = rtpe_flow_alloc(pts, outputs);
	if (!flow)
		return ERR_PTR(-ENOMEM);
	err = rtpe_fill_flow(flow, tb, extack);
	if (err) {
		rtpe_flow_free(flow);
		return ERR_PTR(err);
	}
	return flow;
}
