// SPDX-License-Identifier: GPL-2.0-only
/*
 * To each output its packet: copy (copy.c), rewrite, route, UDP and IP headers, off.
 *
 * Sent as by a socket of this host, through the output hooks: firewalls,
 * connection tracking and accounting see it.
 */
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/udp.h>
#include <net/addrconf.h>
#include <net/checksum.h>
#include <net/ip.h>
#include <net/ip6_checksum.h>
#include <net/ip6_fib.h>
#include <net/ip6_route.h>
#include <net/ipv6.h>
#include <net/ipv6_stubs.h>
#include <net/route.h>
#include <net/udp.h>

#include "rtpe.h"

static struct dst_entry *rtpe_route4(struct net *net, const struct rtpe_output *out)
{
	struct flowi4 fl = {
		.flowi4_proto = IPPROTO_UDP,
		.flowi4_mark = out->mark,
		.flowi4_flags = FLOWI_FLAG_ANYSRC,
		.saddr = out->source.ip4,
		.daddr = out->dest.ip4,
		.fl4_sport = out->source.port,
		.fl4_dport = out->dest.port,
	};
	struct rtable *rt;

	compat_flowi4_set_tos(&fl, out->tos);
	rt = ip_route_output_flow(net, &fl, NULL);
	return IS_ERR(rt) ? NULL : &rt->dst;
}

static struct dst_entry *rtpe_route6(struct net *net, const struct rtpe_output *out)
{
#if IS_ENABLED(CONFIG_IPV6)
	struct flowi6 fl = {
		.flowi6_proto = IPPROTO_UDP,
		.flowi6_mark = out->mark,
		.flowi6_flags = FLOWI_FLAG_ANYSRC,
		.flowlabel = ip6_make_flowinfo(out->tos, 0),
		.saddr = out->source.ip6,
		.daddr = out->dest.ip6,
		.fl6_sport = out->source.port,
		.fl6_dport = out->dest.port,
	};
	struct dst_entry *dst = ipv6_stub->ipv6_dst_lookup_flow(net, NULL, &fl, NULL);

	return IS_ERR(dst) ? NULL : dst;
#else
	return NULL;
#endif
}

/*
 * The cached route while it holds, else a new one.  Valid under RCU.  The old
 * one lives until nobody looks at it.
 */
static struct dst_entry *rtpe_route(const struct rtpe_packet *packet, struct rtpe_output *out)
{
	struct dst_entry *dst = rcu_dereference(out->dst), *old;
	u32 cookie = 0;

	if (likely(dst && dst_check(dst, READ_ONCE(out->dst_cookie))))
		return dst;
	if (out->dest.family == AF_INET) {
		dst = rtpe_route4(packet->net, out);
	} else {
		dst = rtpe_route6(packet->net, out);
		if (dst && dst->ops->family == AF_INET6)
			cookie = rt6_get_cookie(container_of(dst, struct rt6_info, dst));
	}
	if (dst && dst->error) {
		dst_release(dst);
		dst = NULL;
	}
	/* As a pair: an old route with a later one's cookie would hold until routes change again. */
	spin_lock(&packet->flow->lock);
	WRITE_ONCE(out->dst_cookie, cookie);
	old = rcu_replace_pointer(out->dst, dst, lockdep_is_held(&packet->flow->lock));
	spin_unlock(&packet->flow->lock);
	dst_release(old);
	return dst;
}

void rtpe_output_release(struct rtpe_output *out)
{
	dst_release(rcu_dereference_protected(out->dst, true));
	srtp_put(out->srtp.context);
	kfree(out->pts);
	kfree(out->maps);
	kfree(out->takes);
	kfree(out->extensions);
}

/* The checksum it came with, for other addresses: the payload stays protected end to end. */
static __sum16 rtpe_update_checksum(const struct rtpe_packet *packet,
				    const struct rtpe_output *out)
{
	__wsum sum = ~csum_unfold(packet->checksum);

	sum = csum_sub(sum, packet->flow->sum);
	sum = csum_sub(sum, rtpe_addr_sum(&packet->source));
	return csum_fold(csum_add(sum, out->sum)) ?: CSUM_MANGLED_0;
}

static void rtpe_push_udp(struct sk_buff *skb, const struct rtpe_packet *packet,
			  const struct rtpe_output *out, bool changed)
{
	struct udphdr *udp;
	unsigned int len;

	udp = __skb_push(skb, sizeof(*udp));
	skb_reset_transport_header(skb);
	len = skb->len;
	udp->source = out->source.port;
	udp->dest = out->dest.port;
	udp->len = htons(len);
	/* What came without a checksum gets none: nobody knows whether it is whole. */
	if (packet->no_checksum && out->dest.family == AF_INET) {
		udp->check = 0;
		skb->ip_summed = CHECKSUM_NONE;
		return;
	}
	if (packet->checksummed && !changed) {
		udp->check = rtpe_update_checksum(packet, out);
		skb->ip_summed = CHECKSUM_NONE;
		return;
	}
	if (out->dest.family == AF_INET)
		udp->check = ~csum_tcpudp_magic(out->source.ip4, out->dest.ip4, len,
						IPPROTO_UDP, 0);
	else
		udp->check = ~csum_ipv6_magic(&out->source.ip6, &out->dest.ip6, len,
					      IPPROTO_UDP, 0);
	skb->csum_start = skb_transport_header(skb) - skb->head;
	skb->csum_offset = offsetof(struct udphdr, check);
	skb->ip_summed = CHECKSUM_PARTIAL;
}

static int rtpe_send4(struct sk_buff *skb, const struct rtpe_packet *packet,
		      const struct rtpe_output *out, struct dst_entry *dst, u8 tos)
{
	struct iphdr *ip;

	ip = __skb_push(skb, sizeof(*ip));
	skb_reset_network_header(skb);
	ip->version = 4;
	ip->ihl = sizeof(*ip) / 4;
	ip->tos = tos;
	ip->frag_off = 0;
	ip->ttl = min_t(u8, out->ttl ?: ip4_dst_hoplimit(dst), packet->ttl_limit);
	ip->protocol = IPPROTO_UDP;
	ip->saddr = out->source.ip4;
	ip->daddr = out->dest.ip4;
	/* Differs within 65536 packets of a stream, and costs nothing. */
	if (packet->rtp)
		ip->id = htons(out->id + packet->seq);
	else
		__ip_select_ident(packet->net, ip, 1);
	skb->protocol = htons(ETH_P_IP);
	memset(IPCB(skb), 0, sizeof(*IPCB(skb)));
	return ip_local_out(packet->net, NULL, skb);
}

static int rtpe_send6(struct sk_buff *skb, const struct rtpe_packet *packet,
		      const struct rtpe_output *out, struct dst_entry *dst, u8 tos)
{
#if IS_ENABLED(CONFIG_IPV6)
	struct ipv6hdr *ip;

	ip = __skb_push(skb, sizeof(*ip));
	skb_reset_network_header(skb);
	ip6_flow_hdr(ip, tos, 0);
	ip->nexthdr = IPPROTO_UDP;
	ip->hop_limit = min_t(u8, out->ttl ?: ip6_dst_hoplimit(dst), packet->ttl_limit);
	ip->saddr = out->source.ip6;
	ip->daddr = out->dest.ip6;
	skb->protocol = htons(ETH_P_IPV6);
	memset(IP6CB(skb), 0, sizeof(*IP6CB(skb)));
	return ip6_local_out(packet->net, NULL, skb);
#else
	kfree_skb(skb);
	return -EAFNOSUPPORT;
#endif
}

/* Consumes the skb. */
static int rtpe_send(struct sk_buff *skb, const struct rtpe_packet *packet,
		     struct rtpe_output *out, bool changed)
{
	bool v4 = out->dest.family == AF_INET;
	unsigned int bytes = skb->len;
	struct dst_entry *dst;
	int err;
	u8 tos;

	dst = rtpe_route(packet, out);
	if (unlikely(!dst)) {
		err = RTPENGINE_REASON_OUT_ROUTE;
		goto out_free;
	}
	if (unlikely(skb->len > U16_MAX - 2 * sizeof(struct ipv6hdr)) ||
	    skb_cow_head(skb, LL_RESERVED_SPACE(dst_dev(dst)) + dst->header_len +
			 sizeof(struct udphdr) +
			 (v4 ? sizeof(struct iphdr) : sizeof(struct ipv6hdr)))) {
		err = RTPENGINE_REASON_OUT_NOMEM;
		goto out_free;
	}
	skb->mark = out->mark;
	skb->ignore_df = 1;
	tos = out->flags & RTPENGINE_OUT_F_COPY_TOS ? packet->tos : out->tos;
	skb->priority = rt_tos2priority(tos);
	skb_dst_set_noref(skb, dst);
	rtpe_push_udp(skb, packet, out, changed);
	if (v4)
		err = rtpe_send4(skb, packet, out, dst, tos);
	else
		err = rtpe_send6(skb, packet, out, dst, tos);
	if (unlikely(net_xmit_eval(err)))
		return RTPENGINE_REASON_OUT_SEND;
	rtpe_count(packet->flow, rtpe_counter_of_output(packet->flow, out - packet->flow->outputs),
		   bytes);
	return 0;

out_free:
	kfree_skb(skb);
	return err;
}

static void rtpe_output_failed(const struct rtpe_packet *packet, struct rtpe_output *out, int err)
{
	if (err != RTPENGINE_REASON_OUT_FILTERED)
		atomic_inc(&out->errors);
	rtpe_reason(packet->flow->table, err);
}

static void rtpe_output(struct sk_buff *skb, const struct rtpe_packet *packet,
			struct rtpe_output *out)
{
	bool changed;
	int err = rtpe_rewrite(skb, packet, out, &changed);

	if (likely(!err))
		err = rtpe_send(skb, packet, out, changed);
	else
		kfree_skb(skb);
	if (unlikely(err))
		rtpe_output_failed(packet, out, err);
}

static bool rtpe_output_wants(const struct rtpe_packet *packet, const struct rtpe_output *out)
{
	const struct rtpe_pt *pt;

	if (!(out->flags & (packet->rtcp ? RTPENGINE_OUT_F_RTCP : RTPENGINE_OUT_F_RTP)))
		return false;
	if (!packet->rtp)
		return true;
	if (out->takes && !(out->takes[packet->pt / 8] & 1 << packet->pt % 8))
		return false;
	if (!out->pt_count)
		return true;
	pt = rtpe_output_pt(out, packet->pt);
	return !pt || pt->action != RTPENGINE_ACTION_DROP;
}

static int rtpe_send_copy(const struct sk_buff *skb, const struct rtpe_packet *packet,
			  struct rtpe_output *out)
{
	unsigned int tail = 0;
	struct sk_buff *copy;
	bool changed;
	int err;

	if (out->srtp.context)
		tail = srtp_overhead(out->srtp.context, packet->rtcp);
	copy = rtpe_copy_begin(skb, tail);
	if (unlikely(!copy))
		return RTPENGINE_REASON_OUT_NOMEM;
	err = rtpe_rewrite(copy, packet, out, &changed);
	if (unlikely(err)) {
		rtpe_copy_drop(copy);
		return err;
	}
	copy = rtpe_copy_finish(copy);
	return likely(copy) ? rtpe_send(copy, packet, out, changed) : RTPENGINE_REASON_OUT_NOMEM;
}

static void rtpe_output_copy(const struct sk_buff *skb, const struct rtpe_packet *packet,
			     struct rtpe_output *out)
{
	int err = rtpe_send_copy(skb, packet, out);

	if (unlikely(err))
		rtpe_output_failed(packet, out, err);
}

/* The skb begins with the payload of UDP.  Consumes it: the last output gets it. */
void rtpe_forward(struct sk_buff *skb, const struct rtpe_packet *packet)
{
	struct rtpe_flow *flow = packet->flow;
	struct rtpe_output *out, *last = NULL;

	for (out = flow->outputs; out < flow->outputs + flow->output_count; out++) {
		if (!rtpe_output_wants(packet, out))
			continue;
		if (last)
			rtpe_output_copy(skb, packet, last);
		last = out;
	}
	if (unlikely(!last)) {
		consume_skb(skb);
		return;
	}
	/* As a packet that never was received */
	skb_orphan(skb);
	skb_scrub_packet(skb, true);
	skb->encapsulation = 0;
	rtpe_output(skb, packet, last);
}
