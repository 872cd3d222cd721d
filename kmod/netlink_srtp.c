// SPDX-License-Identifier: GPL-2.0-only
/* SRTP keys from user space, and index states to and fro.  Keys never go back. */
#include <linux/string.h>

#include "rtpe.h"

static int rtpe_parse_window(const struct nlattr *index, const struct nlattr *window, bool sender,
			     struct srtp_window *out, struct netlink_ext_ack *extack)
{
	if (!index) {
		if (window)
			return RTPE_FAIL(extack, window, -EINVAL, "a replay window without its index");
		return 0;
	}
	out->highest = nla_len(index) == sizeof(u64) ? nla_get_u64(index) : nla_get_u32(index);
	if (window) {
		if (sender)
			return RTPE_FAIL(extack, window, -EINVAL, "senders have no replay window");
		memcpy(out->received, nla_data(window), sizeof(out->received));
	}
	/* The highest one was received, whatever the window says. */
	if (!sender)
		out->received[out->highest / 64 % ARRAY_SIZE(out->received)] |=
			1ULL << (out->highest % 64);
	return 0;
}

static int rtpe_parse_state(const struct nlattr *nest, bool sender, struct srtp_state *state,
			    struct netlink_ext_ack *extack)
{
	struct nlattr *tb[RTPENGINE_STATE_A_MAX + 1];
	int err;

	BUILD_BUG_ON(sizeof(state->rtp.received) != RTPENGINE_WINDOW);
	memset(state, 0, sizeof(*state));
	err = nla_parse_nested(tb, RTPENGINE_STATE_A_MAX, nest, rtpe_state_policy, extack);
	if (err)
		return err;
	if (!tb[RTPENGINE_STATE_A_SSRC])
		return RTPE_FAIL(extack, nest, -EINVAL, "SRTP state without its SSRC");
	state->ssrc = nla_get_u32(tb[RTPENGINE_STATE_A_SSRC]);
	if (tb[RTPENGINE_STATE_A_RESTART_INDEX] && sender)
		return RTPE_FAIL(extack, tb[RTPENGINE_STATE_A_RESTART_INDEX], -EINVAL,
				 "only receivers know restarts");
	if (tb[RTPENGINE_STATE_A_IN_RESTART] && !tb[RTPENGINE_STATE_A_RESTART_INDEX])
		return RTPE_FAIL(extack, tb[RTPENGINE_STATE_A_IN_RESTART], -EINVAL,
				 "IN_RESTART without RESTART_INDEX");
	err = rtpe_parse_window(tb[RTPENGINE_STATE_A_INDEX], tb[RTPENGINE_STATE_A_WINDOW],
				sender, &state->rtp, extack);
	if (!err)
		err = rtpe_parse_window(tb[RTPENGINE_STATE_A_RESTART_INDEX],
					tb[RTPENGINE_STATE_A_RESTART_WINDOW],
					sender, &state->restarted, extack);
	if (!err)
		err = rtpe_parse_window(tb[RTPENGINE_STATE_A_RTCP_INDEX],
					tb[RTPENGINE_STATE_A_RTCP_WINDOW],
					sender, &state->rtcp, extack);
	if (tb[RTPENGINE_STATE_A_INDEX])
		state->flags |= SRTP_STATE_RTP;
	if (tb[RTPENGINE_STATE_A_RESTART_INDEX])
		state->flags |= SRTP_STATE_RESTARTED;
	if (tb[RTPENGINE_STATE_A_IN_RESTART])
		state->flags |= SRTP_STATE_IN_RESTARTED;
	if (tb[RTPENGINE_STATE_A_RTCP_INDEX])
		state->flags |= SRTP_STATE_RTCP;
	return err;
}

int rtpe_merge_states(const struct nlattr *states, bool sender, struct srtp_context *context,
		      struct netlink_ext_ack *extack)
{
	const struct nlattr *attr;
	struct srtp_state state;
	int rem, err;

	if (!states)
		return 0;
	nla_for_each_nested(attr, states, rem) {
		err = rtpe_parse_state(attr, sender, &state, extack);
		if (err)
			return err;
		err = srtp_import(context, &state, 1);
		if (err == -ENOSPC)
			return RTPE_FAIL(extack, attr, err, "SRTP states of too many SSRCs");
		if (err == -EINVAL)
			return RTPE_FAIL(extack, attr, err, "not an SRTP index");
		if (err)
			return err;
	}
	return 0;
}

static int rtpe_fill_params(struct nlattr **tb, const struct nlattr *nest,
			    struct srtp_params *params, struct netlink_ext_ack *extack)
{
	u32 flags = 0;

	if (!tb[RTPENGINE_SRTP_A_SUITE] || !tb[RTPENGINE_SRTP_A_KEY] || !tb[RTPENGINE_SRTP_A_SALT])
		return RTPE_FAIL(extack, nest, -EINVAL, "SRTP wants SUITE, KEY and SALT");
	params->suite = nla_get_u32(tb[RTPENGINE_SRTP_A_SUITE]);
	params->key_len = nla_len(tb[RTPENGINE_SRTP_A_KEY]);
	params->salt_len = nla_len(tb[RTPENGINE_SRTP_A_SALT]);
	memcpy(params->key, nla_data(tb[RTPENGINE_SRTP_A_KEY]), params->key_len);
	memcpy(params->salt, nla_data(tb[RTPENGINE_SRTP_A_SALT]), params->salt_len);
	if (tb[RTPENGINE_SRTP_A_MKI]) {
		params->mki_len = nla_len(tb[RTPENGINE_SRTP_A_MKI]);
		memcpy(params->mki, nla_data(tb[RTPENGINE_SRTP_A_MKI]), params->mki_len);
	}
	if (tb[RTPENGINE_SRTP_A_FLAGS])
		flags = nla_get_u32(tb[RTPENGINE_SRTP_A_FLAGS]);
	params->unencrypted_srtp = flags & RTPENGINE_SRTP_F_UNENCRYPTED_SRTP;
	params->unencrypted_srtcp = flags & RTPENGINE_SRTP_F_UNENCRYPTED_SRTCP;
	return flags;
}

int rtpe_parse_srtp(struct nlattr *nest, bool sender, bool rtcp, struct rtpe_srtp *srtp,
		    struct netlink_ext_ack *extack)
{
	struct nlattr *tb[RTPENGINE_SRTP_A_MAX + 1];
	struct srtp_context *context;
	struct srtp_params params = {};
	int flags, err;

	BUILD_BUG_ON(SRTP_MAX_MKI != RTPENGINE_MAX_MKI);
	BUILD_BUG_ON(SRTP_STREAMS != RTPENGINE_MAX_STATES);
	err = nla_parse_nested(tb, RTPENGINE_SRTP_A_MAX, nest, rtpe_srtp_policy, extack);
	if (err)
		return err;
	flags = rtpe_fill_params(tb, nest, &params, extack);
	if (flags < 0)
		return flags;
	params.rtp_only = !rtcp;
	context = srtp_create(&params, sender);
	memzero_explicit(&params, sizeof(params));
	if (IS_ERR(context)) {
		err = PTR_ERR(context);
		if (err == -EINVAL)
			return RTPE_FAIL(extack, nest, err,
					 "lengths of key and salt do not fit the suite");
		if (err == -ENOMEM)
			return err;
		return RTPE_FAIL(extack, tb[RTPENGINE_SRTP_A_SUITE], -EOPNOTSUPP,
				 "this kernel cannot do the suite");
	}
	srtp->context = context;
	srtp->suite = nla_get_u32(tb[RTPENGINE_SRTP_A_SUITE]);
	srtp->flags = flags;
	/* Freed with the flow on failure. */
	return rtpe_merge_states(tb[RTPENGINE_SRTP_A_STATES], sender, context, extack);
}

static bool rtpe_put_window(struct sk_buff *msg, const struct srtp_window *window, int index,
			    int type, bool sender)
{
	if (nla_put_u64_64bit(msg, index, window->highest, RTPENGINE_STATE_A_PAD))
		return false;
	return sender || !nla_put(msg, type, sizeof(window->received), window->received);
}

static bool rtpe_put_state(struct sk_buff *msg, const struct srtp_state *state, bool sender)
{
	struct nlattr *nest = nla_nest_start(msg, 1);

	if (!nest || nla_put_u32(msg, RTPENGINE_STATE_A_SSRC, state->ssrc))
		return false;
	if ((state->flags & SRTP_STATE_RTP) &&
	    !rtpe_put_window(msg, &state->rtp, RTPENGINE_STATE_A_INDEX,
			     RTPENGINE_STATE_A_WINDOW, sender))
		return false;
	if ((state->flags & SRTP_STATE_RESTARTED) &&
	    !rtpe_put_window(msg, &state->restarted, RTPENGINE_STATE_A_RESTART_INDEX,
			     RTPENGINE_STATE_A_RESTART_WINDOW, sender))
		return false;
	if ((state->flags & SRTP_STATE_IN_RESTARTED) &&
	    nla_put_flag(msg, RTPENGINE_STATE_A_IN_RESTART))
		return false;
	if (state->flags & SRTP_STATE_RTCP) {
		if (nla_put_u32(msg, RTPENGINE_STATE_A_RTCP_INDEX, state->rtcp.highest))
			return false;
		if (!sender && nla_put(msg, RTPENGINE_STATE_A_RTCP_WINDOW,
				       sizeof(state->rtcp.received), state->rtcp.received))
			return false;
	}
	nla_nest_end(msg, nest);
	return true;
}

static bool rtpe_put_states(struct sk_buff *msg, struct srtp_context *context, bool sender)
{
	struct nlattr *nest = nla_nest_start(msg, RTPENGINE_SRTP_A_STATES);
	struct srtp_state *states;
	unsigned int count, i;
	bool ok = nest;

	states = kcalloc(SRTP_STREAMS, sizeof(*states), GFP_KERNEL);
	if (!states)
		return false;
	count = srtp_export(context, states, SRTP_STREAMS);
	for (i = 0; ok && i < count; i++)
		ok = rtpe_put_state(msg, &states[i], sender);
	kfree(states);
	if (ok)
		nla_nest_end(msg, nest);
	return ok;
}

/* May sleep. */
int rtpe_put_srtp(struct sk_buff *msg, int type, bool sender, const struct rtpe_srtp *srtp,
		  bool stats_only)
{
	struct nlattr *nest;

	if (!srtp->context)
		return 0;
	nest = nla_nest_start(msg, type);
	if (!nest)
		return -EMSGSIZE;
	if (!stats_only && (nla_put_u32(msg, RTPENGINE_SRTP_A_SUITE, srtp->suite) ||
			    nla_put_u32(msg, RTPENGINE_SRTP_A_FLAGS, srtp->flags)))
		return -EMSGSIZE;
	if (!rtpe_put_states(msg, srtp->context, sender))
		return -EMSGSIZE;
	nla_nest_end(msg, nest);
	return 0;
}
