// SPDX-License-Identifier: GPL-2.0-only
/* A flow in words, for proc.  No keys. */
#include <linux/seq_file.h>

#include "rtpe.h"

static const char * const rtpe_action_names[] = {
	[RTPENGINE_ACTION_UP] = "up",
	[RTPENGINE_ACTION_FORWARD] = "forward",
	[RTPENGINE_ACTION_DROP] = "drop",
	[RTPENGINE_ACTION_SILENCE] = "silence",
	[RTPENGINE_ACTION_COPY] = "copy",
};

static const char * const rtpe_suite_names[] = {
	[RTPENGINE_SRTP_AES_CM_128_HMAC_SHA1_80] = "AES_CM_128_HMAC_SHA1_80",
	[RTPENGINE_SRTP_AES_CM_128_HMAC_SHA1_32] = "AES_CM_128_HMAC_SHA1_32",
	[RTPENGINE_SRTP_AES_192_CM_HMAC_SHA1_80] = "AES_192_CM_HMAC_SHA1_80",
	[RTPENGINE_SRTP_AES_192_CM_HMAC_SHA1_32] = "AES_192_CM_HMAC_SHA1_32",
	[RTPENGINE_SRTP_AES_256_CM_HMAC_SHA1_80] = "AES_256_CM_HMAC_SHA1_80",
	[RTPENGINE_SRTP_AES_256_CM_HMAC_SHA1_32] = "AES_256_CM_HMAC_SHA1_32",
	[RTPENGINE_SRTP_AEAD_AES_128_GCM] = "AEAD_AES_128_GCM",
	[RTPENGINE_SRTP_AEAD_AES_256_GCM] = "AEAD_AES_256_GCM",
	[RTPENGINE_SRTP_NULL_HMAC_SHA1_80] = "NULL_HMAC_SHA1_80",
	[RTPENGINE_SRTP_NULL_HMAC_SHA1_32] = "NULL_HMAC_SHA1_32",
};

static void rtpe_show_addr(struct seq_file *m, const char *what, const struct rtpe_addr *addr)
{
	if (addr->family == AF_INET)
		seq_printf(m, "%s inet4 %pI4:%u\n", what, &addr->ip4, ntohs(addr->port));
	else
		seq_printf(m, "%s inet6 [%pI6c]:%u\n", what, &addr->ip6, ntohs(addr->port));
}

static void rtpe_show_counter(struct seq_file *m, const char *what,
			      const struct rtpe_counter *sum)
{
	seq_printf(m, "%s %20llu bytes, %20llu packets", what, sum->bytes, sum->packets);
}

static void rtpe_show_options(struct seq_file *m, const struct rtpe_flow *flow)
{
	static const char * const policies[] = {
		[RTPENGINE_SSRC_IGNORE] = "",
		[RTPENGINE_SSRC_UP] = " SSRC-known-only",
		[RTPENGINE_SSRC_LEARN] = " SSRC-tracking",
	};

	seq_printf(m, "    options:%s%s%s%s%s%s",
		   flow->flags & RTPENGINE_FLOW_F_RTP ? " RTP" : "",
		   flow->flags & RTPENGINE_FLOW_F_RTCP ? " RTCP" : "",
		   flow->flags & RTPENGINE_FLOW_F_DROP ? " drop" : "",
		   flow->flags & RTPENGINE_FLOW_F_DROP_ALL ? " drop-all" : "",
		   flow->pt_count ? " PT-filter" : "", policies[flow->ssrc_policy]);
	if (flow->flags & RTPENGINE_FLOW_F_RTCP)
		seq_printf(m, " RTCP-%s", rtpe_action_names[flow->rtcp]);
	if (flow->srtp.context)
		seq_printf(m, " SRTP %s", rtpe_suite_names[flow->srtp.suite]);
	seq_putc(m, '\n');
}

static void rtpe_show_ssrcs(struct seq_file *m, struct rtpe_flow *flow)
{
	struct rtpe_ssrc s;
	unsigned int i;

	for (i = 0; i < RTPENGINE_MAX_SSRCS && rtpe_ssrc_copy(flow, i, &s); i++) {
		seq_printf(m, "    SSRC in: %08x [seq %u, %llu packets, %lld lost, %u duplicates, %u reordered, jitter %u/%u]\n",
			   s.ssrc, rtpe_ssrc_ext_seq(&s), s.packets, rtpe_ssrc_lost(&s),
			   s.duplicates, s.reordered, s.jitter >> 4, s.clock);
	}
}

static void rtpe_show_extensions(struct seq_file *m, const struct rtpe_extensions *extensions)
{
	unsigned int id;

	seq_puts(m, " extensions");
	for (id = 0; id < 8 * RTPE_EXT_IDS; id++) {
		if (extensions->remove[id / 8] & 1 << id % 8)
			seq_printf(m, " -%u", id);
	}
	if (extensions->insert.id)
		seq_printf(m, " +%u=%*pE", extensions->insert.id, extensions->insert.len,
			   extensions->insert.value);
}

static void rtpe_show_output(struct seq_file *m, const struct rtpe_flow *flow, unsigned int i)
{
	const struct rtpe_output *out = &flow->outputs[i];
	struct rtpe_counter sum;

	seq_printf(m, "    output #%u (%s%s)", i, out->flags & RTPENGINE_OUT_F_RTP ? "RTP" : "",
		   out->flags & RTPENGINE_OUT_F_RTCP ? " RTCP" : "");
	if (out->srtp.context)
		seq_printf(m, " SRTP %s", rtpe_suite_names[out->srtp.suite]);
	if (out->flags & RTPENGINE_OUT_F_STRIP_EXT)
		seq_puts(m, " no extensions");
	else if (out->extensions)
		rtpe_show_extensions(m, out->extensions);
	seq_putc(m, '\n');
	rtpe_show_addr(m, "       src", &out->source);
	rtpe_show_addr(m, "       dst", &out->dest);
	rtpe_sum(flow, rtpe_counter_of_output(flow, i), &sum);
	rtpe_show_counter(m, "       stats:", &sum);
	seq_printf(m, ", %20u errors\n", atomic_read(&out->errors));
}

/* Under RCU. */
void rtpe_show_flow(struct seq_file *m, struct rtpe_flow *flow)
{
	u64 last = READ_ONCE(flow->last);
	struct rtpe_counter sum;
	unsigned int i;

	rtpe_show_addr(m, "local", &flow->local);
	if (flow->source.family)
		rtpe_show_addr(m, "    expect", &flow->source);
	rtpe_sum(flow, 0, &sum);
	rtpe_show_counter(m, "    stats:", &sum);
	seq_printf(m, ", %20u errors, %20u up\n", atomic_read(&flow->errors),
		   atomic_read(&flow->up));
	for (i = 0; i < flow->pt_count; i++) {
		rtpe_sum(flow, rtpe_counter_of_pt(flow, i), &sum);
		seq_printf(m, "        RTP payload type %3u (%s):", flow->pts[i].pt,
			   rtpe_action_names[flow->pts[i].action]);
		rtpe_show_counter(m, "", &sum);
		seq_putc(m, '\n');
	}
	if (last)
		seq_printf(m, "    last packet: %llu ms ago\n",
			   div_u64(ktime_get_ns() - last, NSEC_PER_MSEC));
	else
		seq_puts(m, "    last packet: none\n");
	rtpe_show_ssrcs(m, flow);
	rtpe_show_options(m, flow);
	for (i = 0; i < flow->output_count; i++)
		rtpe_show_output(m, flow, i);
	seq_putc(m, '\n');
}
