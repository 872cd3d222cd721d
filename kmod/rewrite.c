// SPDX-License-Identifier: GPL-2.0-only
/*
 * RTP or RTCP made fit for an output: numbers, silence, header extension,
 * feedback.  The skb holds the payload of UDP and nothing before it.
 */
#include "rtpe.h"

#define RTCP_RTPFB	205
#define RTCP_PSFB	206

const struct rtpe_pt *rtpe_output_pt(const struct rtpe_output *out, u8 pt)
{
	unsigned int i;

	for (i = 0; i < out->pt_count; i++) {
		if (out->pts[i].pt == pt)
			return &out->pts[i];
	}
	return NULL;
}

/* Over the payload proper; padding keeps its count in the last byte. */
static void rtpe_silence(u8 *data, unsigned int len, unsigned int header,
			 const struct rtpe_pattern *pattern)
{
	unsigned int end = len, i;

	if (data[0] & 0x20) {
		if (len > header && data[len - 1] && data[len - 1] <= len - header)
			end -= data[len - 1];
		else
			data[0] &= ~0x20;
	}
	for (i = 0; header + i < end; i++)
		data[header + i] = pattern->byte[i % pattern->len];
}

static void rtpe_strip_extension(struct sk_buff *skb, unsigned int header, unsigned int extension)
{
	skb->data[0] &= ~0x10;
	memmove(skb->data + extension, skb->data, header - extension);
	__skb_pull(skb, extension);
}

/* The header is in the linear part and this skb's own. */
static int rtpe_change_extension(struct sk_buff *skb, unsigned int header, unsigned int extension,
				 const struct rtpe_extensions *wanted)
{
	unsigned int freed, growth;

	if (extension) {
		freed = rtpe_ext_remove(skb->data, header, extension, wanted->remove);
		__skb_pull(skb, freed);
		header -= freed;
		extension -= freed;
	}
	if (!wanted->insert.id)
		return 0;
	growth = rtpe_ext_growth(skb->data, header, extension, &wanted->insert);
	if (!growth)
		return 0;
	if (skb_cow(skb, growth))
		return RTPENGINE_REASON_OUT_NOMEM;
	__skb_push(skb, growth);
	rtpe_ext_insert(skb->data, header, extension, &wanted->insert, growth);
	return 0;
}

/* Keeps what is not feedback; what is cut off or has nonsense behind it ends there. */
static int rtpe_filter_feedback(struct sk_buff *skb)
{
	unsigned int at = 0, to = 0, size;
	u8 *data = skb->data;

	while (at + 4 <= skb->len) {
		size = 4 + 4 * get_unaligned_be16(data + at + 2);
		if (size > skb->len - at)
			break;
		if (data[at + 1] != RTCP_RTPFB && data[at + 1] != RTCP_PSFB) {
			if (to != at)
				memmove(data + to, data + at, size);
			to += size;
		}
		at += size;
	}
	if (!to)
		return RTPENGINE_REASON_OUT_FILTERED;
	__skb_trim(skb, to);
	return 0;
}

static int rtpe_rewrite_rtp(struct sk_buff *skb, const struct rtpe_packet *packet,
			    const struct rtpe_output *out, bool *changed)
{
	const struct rtpe_pattern *pattern = NULL;
	unsigned int header = packet->header;
	const struct rtpe_pt *pt = NULL;
	const struct rtpe_pt *in;
	bool strip, change, whole;
	unsigned int i;
	u8 *data;

	if (out->pt_count)
		pt = rtpe_output_pt(out, packet->pt);
	if (packet->pt_index >= 0) {
		in = &packet->flow->pts[packet->pt_index];
		if (in->action == RTPENGINE_ACTION_SILENCE)
			pattern = &in->pattern;
	}
	if (pt && pt->action == RTPENGINE_ACTION_SILENCE)
		pattern = &pt->pattern;
	strip = packet->extension && (out->flags & RTPENGINE_OUT_F_STRIP_EXT);
	change = !strip && out->extensions && (packet->extension || out->extensions->insert.id);
	whole = pattern || out->srtp.context;
	if (!whole && !strip && !change && !out->map_count && !(pt && pt->to != pt->pt))
		return 0;

	*changed = true;
	if (skb_ensure_writable(skb, whole ? skb->len : header))
		return RTPENGINE_REASON_OUT_NOMEM;
	data = skb->data;
	if (pt)
		data[1] = (data[1] & 0x80) | pt->to;
	for (i = 0; i < out->map_count; i++) {
		if (out->maps[i].from != packet->ssrc)
			continue;
		put_unaligned_be16(packet->seq + out->maps[i].seq, data + 2);
		put_unaligned_be32(packet->ts + out->maps[i].ts, data + 4);
		put_unaligned_be32(out->maps[i].to, data + 8);
		break;
	}
	if (pattern)
		rtpe_silence(data, skb->len, header, pattern);
	if (strip)
		rtpe_strip_extension(skb, header, packet->extension);
	return change ? rtpe_change_extension(skb, header, packet->extension, out->extensions) : 0;
}

/* Makes room behind the packet first: what is a clone's is not written to. */
static int rtpe_encrypt(struct sk_buff *skb, bool rtcp, struct srtp_context *srtp)
{
	unsigned int len, room = srtp_overhead(srtp, rtcp);
	enum srtp_result result;

	if (skb_cloned(skb) || skb_tailroom(skb) < room) {
		if (pskb_expand_head(skb, 0, max_t(int, 0, room - skb_tailroom(skb)), GFP_ATOMIC))
			return RTPENGINE_REASON_OUT_NOMEM;
	}
	len = skb->len;
	if (rtcp)
		result = srtp_protect_rtcp(srtp, skb->data, &len, skb_tailroom(skb));
	else
		result = srtp_protect_rtp(srtp, skb->data, &len, skb_tailroom(skb));
	if (result != SRTP_OK)
		return RTPENGINE_REASON_OUT_SRTP;
	skb_put(skb, len - skb->len);
	return 0;
}

/* 0, or enum rtpengine_reason. */
int rtpe_rewrite(struct sk_buff *skb, const struct rtpe_packet *packet,
		 struct rtpe_output *out, bool *changed)
{
	int err = 0;

	*changed = false;
	if (packet->rtp) {
		err = rtpe_rewrite_rtp(skb, packet, out, changed);
	} else if (packet->rtcp && (out->srtp.context || (out->flags & RTPENGINE_OUT_F_NO_FEEDBACK))) {
		*changed = true;
		err = skb_ensure_writable(skb, skb->len) ? RTPENGINE_REASON_OUT_NOMEM : 0;
	}
	if (!err && packet->rtcp && (out->flags & RTPENGINE_OUT_F_NO_FEEDBACK))
		err = rtpe_filter_feedback(skb);
	if (!err && out->srtp.context && (packet->rtp || packet->rtcp))
		err = rtpe_encrypt(skb, packet->rtcp, out->srtp.context);
	return err;
}
