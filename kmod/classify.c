// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a packet is, and whether its flow takes it: by its first bytes (RFC 7983,
 * 5761), its source, its payload type and its SSRC.
 *
 * No reason: it is taken.  Whatever is unclear goes up.
 */
#include <linux/udp.h>
#include <net/ipv6.h>

#include "rtpe.h"

#define RTP_HEADER	12
#define RTCP_HEADER	8
#define STUN_COOKIE	0x2112a442

static bool rtpe_same_addr(const struct rtpe_addr *a, const struct rtpe_addr *b)
{
	if (a->port != b->port || a->word[0] != b->word[0])
		return false;
	return a->family == AF_INET || ipv6_addr_equal(&a->ip6, &b->ip6);
}

/* Payload of flows that are not RTP (udptl) may begin with any byte. */
static enum rtpengine_reason rtpe_classify_other(const u8 *data, unsigned int len)
{
	if (len >= RTP_HEADER && data[0] < 4 && get_unaligned_be32(data + 4) == STUN_COOKIE)
		return RTPENGINE_REASON_UP_STUN;
	if (len >= RTP_HEADER && data[0] >= 20 && data[0] < 64 && data[1] == 0xfe &&
	    (data[2] == 0xff || data[2] == 0xfd))
		return RTPENGINE_REASON_UP_DTLS;
	return RTPENGINE_REASON_NONE;
}

static enum rtpengine_reason rtpe_check_source(const struct rtpe_packet *packet)
{
	struct rtpe_flow *flow = packet->flow;

	if (!flow->source.family || likely(rtpe_same_addr(&flow->source, &packet->source)))
		return RTPENGINE_REASON_NONE;
	if (flow->flags & RTPENGINE_FLOW_F_SOURCE_EVENT)
		rtpe_event(flow, RTPENGINE_EVENT_SOURCE, packet);
	if (flow->mismatch == RTPENGINE_ACTION_DROP)
		return RTPENGINE_REASON_DROP_SOURCE;
	return flow->mismatch == RTPENGINE_ACTION_UP ? RTPENGINE_REASON_UP_SOURCE :
						       RTPENGINE_REASON_NONE;
}

static enum rtpengine_reason rtpe_classify_rtcp(struct rtpe_packet *packet, const u8 *data)
{
	struct rtpe_flow *flow = packet->flow;

	if (!(flow->flags & RTPENGINE_FLOW_F_RTCP) || data[1] < 200 || data[1] > 207 ||
	    packet->len < RTCP_HEADER)
		return RTPENGINE_REASON_UP_RTCP;
	packet->rtcp = true;
	packet->ssrc = get_unaligned_be32(data + 4);
	if (flow->rtcp == RTPENGINE_ACTION_UP)
		return RTPENGINE_REASON_UP_RTCP;
	return flow->rtcp == RTPENGINE_ACTION_DROP ? RTPENGINE_REASON_DROP_RTCP :
						     RTPENGINE_REASON_NONE;
}

/* RFC 3550 5.1, 5.3.1 */
static bool rtpe_parse_rtp(struct sk_buff *skb, struct rtpe_packet *packet)
{
	unsigned int at = packet->udp + sizeof(struct udphdr);
	const u8 *data = skb->data + at;
	unsigned int header = RTP_HEADER + 4 * (data[0] & 0x0f), extension = 0;

	if (packet->len < RTP_HEADER)
		return false;
	packet->pt = data[1] & 0x7f;
	packet->seq = get_unaligned_be16(data + 2);
	packet->ts = get_unaligned_be32(data + 4);
	packet->ssrc = get_unaligned_be32(data + 8);
	if (data[0] & 0x10) {
		if (header + 4 > packet->len || !pskb_may_pull(skb, at + header + 4))
			return false;
		extension = 4 + 4 * get_unaligned_be16(skb->data + at + header + 2);
		header += extension;
	}
	if (header > packet->len || !pskb_may_pull(skb, at + header))
		return false;
	packet->header = header;
	packet->extension = extension;
	packet->rtp = true;
	return true;
}

/*
 * With SRTP only of what is authentic: whoever hears of it acts on it, and a
 * forged packet says anything.  That costs a copy and its tag, so it is asked
 * only when an event is due.
 */
static void rtpe_tell(struct sk_buff *skb, const struct rtpe_packet *packet,
		      enum rtpengine_event type)
{
	unsigned int at = packet->udp + sizeof(struct udphdr);
	struct rtpe_flow *flow = packet->flow;
	u32 told = READ_ONCE(flow->told[type]);
	struct sk_buff *copy;
	bool authentic;

	if (!flow->srtp.context) {
		rtpe_event(flow, type, packet);
		return;
	}
	if (!genl_has_listeners(&rtpe_genl_family, packet->net, 0) ||
	    (told && ((u32)jiffies | 1) - told < HZ))
		return;
	copy = skb_copy(skb, GFP_ATOMIC);
	if (!copy)
		return;	/* the next one, maybe */
	authentic = srtp_authentic_rtp(flow->srtp.context, copy->data + at, packet->len);
	kfree_skb(copy);
	if (authentic)
		rtpe_event(flow, type, packet);
}

static enum rtpengine_reason rtpe_classify_rtp(struct sk_buff *skb, struct rtpe_packet *packet)
{
	struct rtpe_flow *flow = packet->flow;
	u8 action;

	if (!(flow->flags & RTPENGINE_FLOW_F_RTP) || !rtpe_parse_rtp(skb, packet))
		return RTPENGINE_REASON_UP_NOT_RTP;

	packet->pt_index = flow->pt_index[packet->pt];
	action = packet->pt_index < 0 ? flow->pt_other : flow->pts[packet->pt_index].action;
	if (unlikely(action == RTPENGINE_ACTION_UP)) {
		rtpe_tell(skb, packet, RTPENGINE_EVENT_PT);
		return RTPENGINE_REASON_UP_PT;
	}
	if (flow->ssrc_policy != RTPENGINE_SSRC_IGNORE &&
	    unlikely(!rtpe_ssrc_find(flow, packet->ssrc)) &&
	    (flow->ssrc_policy == RTPENGINE_SSRC_UP || !rtpe_ssrc_room(flow))) {
		rtpe_tell(skb, packet, RTPENGINE_EVENT_SSRC);
		return RTPENGINE_REASON_UP_SSRC;
	}
	return action == RTPENGINE_ACTION_DROP ? RTPENGINE_REASON_DROP_PT : RTPENGINE_REASON_NONE;
}

/* Fills in what the packet is; its bytes stay as they are. */
enum rtpengine_reason rtpe_classify(struct sk_buff *skb, struct rtpe_packet *packet)
{
	struct rtpe_flow *flow = packet->flow;
	unsigned int at = packet->udp + sizeof(struct udphdr);
	enum rtpengine_reason reason;
	const u8 *data;

	if (!pskb_may_pull(skb, at + min_t(unsigned int, packet->len, RTP_HEADER)))
		return RTPENGINE_REASON_UP_NOMEM;
	if (unlikely(flow->flags & RTPENGINE_FLOW_F_DROP_ALL))
		return RTPENGINE_REASON_DROP_ALL;
	data = skb->data + at;

	if (!(flow->flags & (RTPENGINE_FLOW_F_RTP | RTPENGINE_FLOW_F_RTCP))) {
		reason = rtpe_classify_other(data, packet->len);
		return reason ?: rtpe_check_source(packet);
	}
	if (unlikely(packet->len < RTCP_HEADER))
		return RTPENGINE_REASON_UP_NOT_RTP;
	if (unlikely(data[0] >> 6 != 2)) {
		if (data[0] < 4)
			return RTPENGINE_REASON_UP_STUN;
		return data[0] >= 20 && data[0] < 64 ? RTPENGINE_REASON_UP_DTLS :
						       RTPENGINE_REASON_UP_NOT_RTP;
	}
	reason = rtpe_check_source(packet);
	if (unlikely(reason))
		return reason;
	if (data[1] >= 194 && data[1] <= 223)
		return rtpe_classify_rtcp(packet, data);
	return rtpe_classify_rtp(skb, packet);
}
