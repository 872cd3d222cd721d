// SPDX-License-Identifier: GPL-2.0-only
/*
 * A packet comes in: whose it is, and what becomes of it.
 *
 *   find the flow -> classify (classify.c) -> checksum -> authenticate and
 *   decrypt -> account (stats.c) -> forward (tx.c)
 *
 * Up to the checksum nothing is changed, and whatever is unclear is left to
 * the stack (NF_ACCEPT).
 */
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/module.h>
#include <linux/netfilter.h>
#include <linux/udp.h>
#include <net/checksum.h>
#include <net/dsfield.h>
#include <net/ip.h>
#include <net/ip6_checksum.h>
#include <net/ipv6.h>
#include <net/xfrm.h>

#include "rtpe.h"
#include "rule.h"

typedef unsigned int (*rtpe_receive_t)(struct rtpe_table *table, struct sk_buff *skb,
				       struct net *net);

/* What becomes of a packet with this reason. */
static bool rtpe_goes_up(enum rtpengine_reason reason)
{
	return (reason >= RTPENGINE_REASON_UP_MALFORMED &&
		reason <= RTPENGINE_REASON_UP_CHECKSUM) || reason == RTPENGINE_REASON_UP_POLICY;
}

/* Dropped because the flow wants it so: it counts as handled. */
static bool rtpe_is_wanted(enum rtpengine_reason reason)
{
	return reason == RTPENGINE_REASON_DROP_PT || reason == RTPENGINE_REASON_DROP_RTCP ||
	       reason == RTPENGINE_REASON_DROP_SINK || reason == RTPENGINE_REASON_DROP_ALL;
}

/* The stack has not looked at it yet. */
static bool rtpe_checksum_good(const struct sk_buff *skb, struct rtpe_packet *packet)
{
	const struct udphdr *udp = (const struct udphdr *)(skb->data + packet->udp);
	unsigned int len = packet->len + sizeof(*udp);
	__wsum sum;

	packet->checksum = udp->check;
	packet->checksummed = skb->ip_summed != CHECKSUM_PARTIAL;
	if (packet->source.family == AF_INET) {
		if (!udp->check) {
			packet->no_checksum = true;
			packet->checksummed = false;
			return true;
		}
		if (skb_csum_unnecessary(skb))
			return true;
		sum = csum_tcpudp_nofold(ip_hdr(skb)->saddr, ip_hdr(skb)->daddr, len,
					 IPPROTO_UDP, 0);
	} else {
		if (!udp->check)
			return false;
		if (skb_csum_unnecessary(skb))
			return true;
		sum = ~csum_unfold(csum_ipv6_magic(&ipv6_hdr(skb)->saddr, &ipv6_hdr(skb)->daddr,
						   len, IPPROTO_UDP, 0));
	}
	return !csum_fold(skb_checksum(skb, packet->udp, len, sum));
}

/* Leaves the skb with plain RTP or RTCP, or as it was. */
static enum rtpengine_reason rtpe_decrypt(struct sk_buff *skb, struct rtpe_packet *packet)
{
	unsigned int at = packet->udp + sizeof(struct udphdr);
	struct rtpe_flow *flow = packet->flow;
	unsigned int len = packet->len;
	enum srtp_result result;

	if (skb_ensure_writable(skb, skb->len))
		return RTPENGINE_REASON_UP_NOMEM;
	if (packet->rtcp)
		result = srtp_unprotect_rtcp(flow->srtp.context, skb->data + at, &len);
	else
		result = srtp_unprotect_rtp(flow->srtp.context, skb->data + at, &len);
	switch (result) {
	case SRTP_OK:
		__skb_trim(skb, at + len);
		packet->checksummed = false;
		return RTPENGINE_REASON_NONE;
	case SRTP_AUTHENTICATION:
		rtpe_event(flow, RTPENGINE_EVENT_AUTH, packet);
		return RTPENGINE_REASON_DROP_AUTH;
	case SRTP_REPLAY:
		return RTPENGINE_REASON_DROP_REPLAY;
	case SRTP_USER_SPACE:
		return RTPENGINE_REASON_UP_SRTP;
	default:
		return RTPENGINE_REASON_DROP_SRTP;
	}
}

static unsigned int rtpe_leave(struct rtpe_flow *flow, enum rtpengine_reason reason)
{
	rtpe_reason(flow->table, reason);
	if (rtpe_goes_up(reason)) {
		atomic_inc(&flow->up);
		return NF_ACCEPT;
	}
	if (!rtpe_is_wanted(reason))
		atomic_inc(&flow->errors);
	return NF_DROP;
}

/* From here on the packet is changed. */
static enum rtpengine_reason rtpe_process(struct sk_buff *skb, struct rtpe_packet *packet,
					  enum rtpengine_reason reason)
{
	struct rtpe_flow *flow = packet->flow;
	unsigned int at = packet->udp + sizeof(struct udphdr);
	enum rtpengine_reason failed;

	/* Ethernet's padding, or bytes behind what UDP says */
	if (skb->len > at + packet->len && pskb_trim_rcsum(skb, at + packet->len))
		return RTPENGINE_REASON_UP_NOMEM;
	if (flow->srtp.context && (packet->rtp || packet->rtcp)) {
		failed = rtpe_decrypt(skb, packet);
		if (unlikely(failed))
			return failed;
	}
	packet->now = ktime_get_ns();
	rtpe_account(packet);
	if (reason)
		return reason;
	if (unlikely(!flow->output_count || (flow->flags & RTPENGINE_FLOW_F_DROP)))
		return RTPENGINE_REASON_DROP_SINK;
	__skb_pull(skb, at);
	rtpe_forward(skb, packet);
	return RTPENGINE_REASON_NONE;
}

/* RTCP that user space wants to see too: the original goes up, a copy is processed. */
static unsigned int rtpe_take_copy(struct sk_buff *skb, struct rtpe_packet *packet)
{
	struct sk_buff *copy = skb_copy(skb, GFP_ATOMIC);
	enum rtpengine_reason reason;
	unsigned int verdict;

	if (!copy)
		return rtpe_leave(packet->flow, RTPENGINE_REASON_UP_NOMEM);
	reason = rtpe_process(copy, packet, RTPENGINE_REASON_NONE);
	if (!reason)
		return NF_ACCEPT;
	kfree_skb(copy);
	verdict = rtpe_leave(packet->flow, reason);
	return rtpe_is_wanted(reason) ? NF_ACCEPT : verdict;
}

static unsigned int rtpe_take(struct sk_buff *skb, struct rtpe_packet *packet)
{
	struct rtpe_flow *flow = packet->flow;
	enum rtpengine_reason reason;

	reason = rtpe_classify(skb, packet);
	if (unlikely(reason && !rtpe_is_wanted(reason)))
		return rtpe_leave(flow, reason);
	if (unlikely(!rtpe_checksum_good(skb, packet)))
		return rtpe_leave(flow, RTPENGINE_REASON_UP_CHECKSUM);
	/* What a socket would ask: hooks come before it. */
	if (unlikely(!xfrm_policy_check(NULL, XFRM_POLICY_IN, skb, packet->source.family)))
		return rtpe_leave(flow, RTPENGINE_REASON_UP_POLICY);
	if (packet->rtcp && flow->rtcp == RTPENGINE_ACTION_COPY)
		return rtpe_take_copy(skb, packet);
	reason = rtpe_process(skb, packet, reason);
	if (likely(!reason))
		return NF_STOLEN;
	return rtpe_leave(flow, reason);
}

/*
 * Several datagrams in one skb (GRO, UDP_SEGMENT over veth): each is looked at
 * by itself, and those that are not taken come in again one by one.
 */
static unsigned int rtpe_segments(struct rtpe_table *table, struct rtpe_flow *flow,
				  struct sk_buff *skb, struct net *net, rtpe_receive_t receive)
{
	struct sk_buff *segments, *segment, *next;

	/* Others would become fragments. */
	if (!(skb_shinfo(skb)->gso_type & SKB_GSO_UDP_L4))
		return rtpe_leave(flow, RTPENGINE_REASON_UP_FRAGMENT);
	segments = skb_gso_segment(skb, NETIF_F_SG | NETIF_F_IP_CSUM | NETIF_F_IPV6_CSUM);
	if (IS_ERR_OR_NULL(segments))
		return rtpe_leave(flow, RTPENGINE_REASON_UP_NOMEM);
	/* The first one of a list is the skb itself, and is to have no other owner. */
	consume_skb(skb);
	skb_list_walk_safe(segments, segment, next) {
		skb_mark_not_on_list(segment);
		switch (receive(table, segment, net)) {
		case NF_STOLEN:
			break;
		case NF_DROP:
			kfree_skb(segment);
			break;
		default:
			skb_dst_drop(segment);
			nf_reset_ct(segment);
			netif_rx(segment);
		}
	}
	return NF_STOLEN;
}

/*
 * Flows may send to each other, and each packet sent may become several.  So
 * that this ends, what comes from this host itself, or arrives where others
 * than the machine's administrator may install flows, goes on with less to live.
 */
static u8 rtpe_ttl_limit(const struct rtpe_packet *packet, const struct sk_buff *skb, u8 ttl)
{
	if (likely(!(skb->dev->flags & IFF_LOOPBACK) && net_eq(packet->net, &init_net)))
		return 255;
	return ttl - min_t(u8, ttl, 1);
}

/* The part that IPv4 and IPv6 have in common. */
static unsigned int rtpe_receive(struct rtpe_packet *packet, struct sk_buff *skb,
				 const struct udphdr *udp, rtpe_receive_t receive)
{
	struct rtpe_flow *flow = packet->flow;
	unsigned int len = ntohs(udp->len), verdict;

	packet->source.port = udp->source;
	if (unlikely(skb_is_gso(skb)))
		return rtpe_segments(flow->table, flow, skb, packet->net, receive);
	if (unlikely(len < sizeof(*udp) || packet->udp + len > skb->len || !udp->source))
		return rtpe_leave(flow, RTPENGINE_REASON_UP_MALFORMED);
	if (unlikely(!packet->ttl_limit))
		return rtpe_leave(flow, RTPENGINE_REASON_UP_TTL);
	packet->len = len - sizeof(*udp);
	packet->pt_index = -1;
	packet->extension = 0;
	packet->header = 0;
	packet->rtcp = false;
	packet->rtp = false;
	packet->no_checksum = false;
	/* Behind a queue to user space (NFQUEUE) it is a process that comes here. */
	local_bh_disable();
	verdict = rtpe_take(skb, packet);
	local_bh_enable();
	return verdict;
}

static unsigned int rtpe_receive4(struct rtpe_table *table, struct sk_buff *skb, struct net *net)
{
	const struct iphdr *ip = ip_hdr(skb);
	const struct udphdr *udp;
	struct rtpe_packet packet;
	struct rtpe_addr local;
	struct udphdr header;
	unsigned int at;

	if (ip->protocol != IPPROTO_UDP || (ip->frag_off & htons(IP_OFFSET)) ||
	    skb->pkt_type != PACKET_HOST)
		return NF_ACCEPT;
	at = skb_network_offset(skb) + ip->ihl * 4;
	udp = skb_header_pointer(skb, at, sizeof(header), &header);
	if (unlikely(!udp))
		return NF_ACCEPT;
	local.ip4 = ip->daddr;
	local.port = udp->dest;
	local.family = AF_INET;
	packet.flow = rtpe_flow_lookup(table->rn, &local);
	if (!packet.flow || packet.flow->table != table)
		return NF_ACCEPT;
	if (unlikely(ip_is_fragment(ip)))
		return rtpe_leave(packet.flow, RTPENGINE_REASON_UP_FRAGMENT);
	/* Options are the stack's to judge: source routes among them. */
	if (unlikely(ip->ihl != sizeof(*ip) / 4 || ipv4_is_zeronet(ip->saddr) ||
		     ipv4_is_multicast(ip->saddr) || ipv4_is_lbcast(ip->saddr)))
		return rtpe_leave(packet.flow, RTPENGINE_REASON_UP_MALFORMED);

	packet.net = net;
	packet.source.ip4 = ip->saddr;
	packet.source.family = AF_INET;
	packet.udp = at;
	packet.tos = ip->tos;
	packet.ttl_limit = rtpe_ttl_limit(&packet, skb, ip->ttl);
	return rtpe_receive(&packet, skb, udp, rtpe_receive4);
}

static unsigned int rtpe_receive6(struct rtpe_table *table, struct sk_buff *skb, struct net *net)
{
	const struct ipv6hdr *ip = ipv6_hdr(skb);
	unsigned int at = skb_network_offset(skb) + sizeof(*ip);
	const struct udphdr *udp;
	struct rtpe_packet packet;
	struct rtpe_addr local;
	struct udphdr header;

	/* Extension headers are the stack's to judge, and fragments its to put together. */
	if (ip->nexthdr != IPPROTO_UDP || skb->pkt_type != PACKET_HOST)
		return NF_ACCEPT;
	udp = skb_header_pointer(skb, at, sizeof(header), &header);
	if (unlikely(!udp))
		return NF_ACCEPT;
	local.ip6 = ip->daddr;
	local.port = udp->dest;
	local.family = AF_INET6;
	packet.flow = rtpe_flow_lookup(table->rn, &local);
	if (!packet.flow || packet.flow->table != table)
		return NF_ACCEPT;
	if (unlikely(ipv6_addr_is_multicast(&ip->saddr) || ipv6_addr_any(&ip->saddr)))
		return rtpe_leave(packet.flow, RTPENGINE_REASON_UP_MALFORMED);

	packet.net = net;
	packet.source.ip6 = ip->saddr;
	packet.source.family = AF_INET6;
	packet.udp = at;
	packet.tos = ipv6_get_dsfield(ip);
	packet.ttl_limit = rtpe_ttl_limit(&packet, skb, ip->hop_limit);
	return rtpe_receive(&packet, skb, udp, rtpe_receive6);
}

unsigned int rtpe_hook4(void *priv, struct sk_buff *skb, const struct nf_hook_state *state)
{
	return rtpe_receive4(priv, skb, state->net);
}

unsigned int rtpe_hook6(void *priv, struct sk_buff *skb, const struct nf_hook_state *state)
{
	return rtpe_receive6(priv, skb, state->net);
}

unsigned int rtpengine_rule(struct sk_buff *skb, const struct nf_hook_state *state, u32 id)
{
	struct rtpe_table *table;

	list_for_each_entry_rcu(table, &rtpe_net(state->net)->tables, entry) {
		if (table->id != id)
			continue;
		return state->pf == NFPROTO_IPV6 ? rtpe_receive6(table, skb, state->net) :
						   rtpe_receive4(table, skb, state->net);
	}
	return NF_ACCEPT;
}
EXPORT_SYMBOL_GPL(rtpengine_rule);
