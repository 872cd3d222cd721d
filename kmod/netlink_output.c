// SPDX-License-Identifier: GPL-2.0-only
/* A flow's outputs as user space wants them: attributes checked and made into settings. */
#include <linux/random.h>

#include "rtpe.h"

static int rtpe_parse_out_pts(struct rtpe_output *out, const struct nlattr *nest,
			      struct netlink_ext_ack *extack)
{
	int count = rtpe_count_nests(nest, RTPENGINE_MAX_PTS, extack);
	const struct nlattr *attr;
	struct rtpe_pt pt = {};
	int rem, err;

	if (count <= 0)
		return count;
	out->pts = kcalloc(count, sizeof(*out->pts), GFP_KERNEL_ACCOUNT);
	if (!out->pts)
		return -ENOMEM;
	nla_for_each_nested(attr, nest, rem) {
		err = rtpe_parse_pt(attr, &pt, true, extack);
		if (err)
			return err;
		if (rtpe_output_pt(out, pt.pt))
			return RTPE_FAIL(extack, attr, -EINVAL, "payload type given twice");
		out->pts[out->pt_count++] = pt;
	}
	return 0;
}

static int rtpe_parse_maps(struct rtpe_output *out, const struct nlattr *nest,
			   struct netlink_ext_ack *extack)
{
	int count = rtpe_count_nests(nest, RTPENGINE_MAX_SSRCS, extack);
	struct nlattr *tb[RTPENGINE_MAP_A_MAX + 1];
	const struct nlattr *attr;
	struct rtpe_map *map;
	int rem, err;

	if (count <= 0)
		return count;
	if (out->flags & RTPENGINE_OUT_F_RTCP)
		return RTPE_FAIL(extack, nest, -EINVAL, "SSRCs of RTCP are not rewritten");
	out->maps = kcalloc(count, sizeof(*out->maps), GFP_KERNEL_ACCOUNT);
	if (!out->maps)
		return -ENOMEM;
	nla_for_each_nested(attr, nest, rem) {
		map = &out->maps[out->map_count++];
		err = nla_parse_nested(tb, RTPENGINE_MAP_A_MAX, attr, rtpe_map_policy, extack);
		if (err)
			return err;
		if (!tb[RTPENGINE_MAP_A_FROM] || !tb[RTPENGINE_MAP_A_TO])
			return RTPE_FAIL(extack, attr, -EINVAL, "an SSRC map wants FROM and TO");
		map->from = nla_get_u32(tb[RTPENGINE_MAP_A_FROM]);
		map->to = nla_get_u32(tb[RTPENGINE_MAP_A_TO]);
		if (tb[RTPENGINE_MAP_A_SEQ])
			map->seq = nla_get_u16(tb[RTPENGINE_MAP_A_SEQ]);
		if (tb[RTPENGINE_MAP_A_TS])
			map->ts = nla_get_u32(tb[RTPENGINE_MAP_A_TS]);
	}
	return 0;
}

static int rtpe_parse_extensions(struct rtpe_output *out, struct nlattr **tb,
				 struct netlink_ext_ack *extack)
{
	struct nlattr *id = tb[RTPENGINE_OUT_A_EXT_ID], *value = tb[RTPENGINE_OUT_A_EXT_VALUE];
	struct nlattr *remove = tb[RTPENGINE_OUT_A_EXT_REMOVE];
	struct rtpe_ext_element *element;

	if (!id != !value)
		return RTPE_FAIL(extack, id ?: value, -EINVAL,
			    "a header extension element wants EXT_ID and EXT_VALUE");
	if (!id && !remove)
		return 0;
	if (!(out->flags & RTPENGINE_OUT_F_RTP))
		return RTPE_FAIL(extack, id ?: remove, -EINVAL, "header extensions are RTP's");
	if (value && !nla_len(value))
		return RTPE_FAIL(extack, value, -EINVAL, "empty header extension element");
	out->extensions = kzalloc(sizeof(*out->extensions), GFP_KERNEL_ACCOUNT);
	if (!out->extensions)
		return -ENOMEM;
	if (remove)
		memcpy(out->extensions->remove, nla_data(remove), RTPE_EXT_IDS);
	if (id) {
		element = &out->extensions->insert;
		element->id = nla_get_u8(id);
		element->len = nla_len(value);
		memcpy(element->value, nla_data(value), element->len);
	}
	return 0;
}

static int rtpe_parse_out_addresses(struct rtpe_output *out, struct nlattr **tb,
				    const struct nlattr *nest, struct netlink_ext_ack *extack)
{
	int err;

	if (!tb[RTPENGINE_OUT_A_SOURCE] || !tb[RTPENGINE_OUT_A_DEST] || !tb[RTPENGINE_OUT_A_FLAGS])
		return RTPE_FAIL(extack, nest, -EINVAL, "an output wants SOURCE, DEST and FLAGS");
	err = rtpe_parse_addr(tb[RTPENGINE_OUT_A_SOURCE], &out->source, extack);
	if (err)
		return err;
	err = rtpe_parse_addr(tb[RTPENGINE_OUT_A_DEST], &out->dest, extack);
	if (err)
		return err;
	if (out->source.family != out->dest.family)
		return RTPE_FAIL(extack, tb[RTPENGINE_OUT_A_DEST], -EINVAL,
			    "SOURCE and DEST differ in family");
	return 0;
}

static int rtpe_parse_output(const struct rtpe_flow *flow, struct rtpe_output *out,
			     const struct nlattr *nest, struct netlink_ext_ack *extack)
{
	struct nlattr *tb[RTPENGINE_OUT_A_MAX + 1];
	int err;

	err = nla_parse_nested(tb, RTPENGINE_OUT_A_MAX, nest, rtpe_out_policy, extack);
	if (err)
		return err;
	err = rtpe_parse_out_addresses(out, tb, nest, extack);
	if (err)
		return err;
	out->flags = nla_get_u32(tb[RTPENGINE_OUT_A_FLAGS]);
	if (!(out->flags & (RTPENGINE_OUT_F_RTP | RTPENGINE_OUT_F_RTCP)))
		return RTPE_FAIL(extack, tb[RTPENGINE_OUT_A_FLAGS], -EINVAL,
			    "an output for neither RTP nor RTCP");
	if (tb[RTPENGINE_OUT_A_TOS])
		out->tos = nla_get_u8(tb[RTPENGINE_OUT_A_TOS]);
	if (tb[RTPENGINE_OUT_A_TTL])
		out->ttl = nla_get_u8(tb[RTPENGINE_OUT_A_TTL]);
	if (tb[RTPENGINE_OUT_A_MARK])
		out->mark = nla_get_u32(tb[RTPENGINE_OUT_A_MARK]);
	if (tb[RTPENGINE_OUT_A_TAKES]) {
		out->takes = nla_memdup(tb[RTPENGINE_OUT_A_TAKES], GFP_KERNEL_ACCOUNT);
		if (!out->takes)
			return -ENOMEM;
	}
	out->id = get_random_u32();
	out->sum = csum_add(rtpe_addr_sum(&out->source), rtpe_addr_sum(&out->dest));
	err = rtpe_parse_out_pts(out, tb[RTPENGINE_OUT_A_PTS], extack);
	if (err)
		return err;
	err = rtpe_parse_maps(out, tb[RTPENGINE_OUT_A_SSRC_MAP], extack);
	if (err)
		return err;
	err = rtpe_parse_extensions(out, tb, extack);
	if (err || !tb[RTPENGINE_OUT_A_SRTP])
		return err;
	if (!(flow->flags & (RTPENGINE_FLOW_F_RTP | RTPENGINE_FLOW_F_RTCP)))
		return RTPE_FAIL(extack, tb[RTPENGINE_OUT_A_SRTP], -EINVAL,
			    "SRTP for a flow that is neither RTP nor RTCP");
	return rtpe_parse_srtp(tb[RTPENGINE_OUT_A_SRTP], true,
			       rtpe_takes_rtcp(flow) && (out->flags & RTPENGINE_OUT_F_RTCP),
			       &out->srtp, extack);
}

int rtpe_parse_outputs(struct rtpe_flow *flow, const struct nlattr *nest,
		       struct netlink_ext_ack *extack)
{
	const struct nlattr *attr;
	int i = 0, rem, err;

	if (!nest)
		return 0;
	nla_for_each_nested(attr, nest, rem) {
		err = rtpe_parse_output(flow, &flow->outputs[i++], attr, extack);
		if (err)
			return err;
	}
	return 0;
}
