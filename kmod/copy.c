// SPDX-License-Identifier: GPL-2.0-only
/*
 * A packet of its own for an output that is not the last.
 *
 * Memory for packets costs more than what is copied to it: taken, cleared
 * (init_on_alloc) and given back for each.  So each CPU keeps some that it has
 * copied to.  As TCP does with what it may have to send again, a clone is sent,
 * whose memory lies beside the one that is kept; and when that is gone, by
 * whatever way, the memory is written to again.  Packets may outlive the
 * module: they are skbs like any other.
 */
#include <linux/percpu.h>
#include <linux/skbuff.h>

#include "rtpe.h"

/*
 * Ethernet with VLAN tags, IPv6, UDP, an element of a header extension; more is
 * made when a device wants it.
 */
#define COPY_HEADROOM	128
/* An Ethernet frame and what SRTP adds, in 2048 octets with all that an skb adds. */
#define COPY_SIZE	SKB_WITH_OVERHEAD(2048)
/* Of a CPU; taken when as many copies are under way at a time. */
#define COPIES_KEPT	64

struct rtpe_copies {
	struct sk_buff *kept[COPIES_KEPT];
	unsigned int at;
};

static DEFINE_PER_CPU(struct rtpe_copies, rtpe_copies);

/* To be kept: its clones may write to their headers, and must not to the payload. */
static struct sk_buff *rtpe_copy_new(void)
{
	struct sk_buff *copy;

	/* Sockets throw away what has come from the memory's reserves. */
	copy = alloc_skb_fclone(COPY_SIZE, GFP_ATOMIC | __GFP_NOMEMALLOC | __GFP_NOWARN);
	if (copy)
		__skb_header_release(copy);
	return copy;
}

/* NULL: all are under way.  The same one as long as possible, for it is in the cache. */
static struct sk_buff *rtpe_copy_kept(void)
{
	struct rtpe_copies *copies = this_cpu_ptr(&rtpe_copies);
	struct sk_buff *copy = copies->kept[copies->at];

	if (likely(copy && !skb_cloned(copy)))
		return copy;
	if (copy)
		copies->at = (copies->at + 1) % COPIES_KEPT;
	copy = copies->kept[copies->at];
	if (!copy)
		copy = copies->kept[copies->at] = rtpe_copy_new();
	return copy && !skb_cloned(copy) ? copy : NULL;
}

/*
 * All of the skb, to be rewritten, with @tail octets of room behind it.  Then
 * comes rtpe_copy_finish() or rtpe_copy_drop(); bottom halves are off until then.
 */
struct sk_buff *rtpe_copy_begin(const struct sk_buff *skb, unsigned int tail)
{
	unsigned int size = COPY_HEADROOM + skb->len + tail;
	struct sk_buff *copy = NULL;

	if (likely(size <= COPY_SIZE))
		copy = rtpe_copy_kept();
	if (unlikely(!copy)) {
		copy = alloc_skb(size, GFP_ATOMIC);
		if (!copy)
			return NULL;
	}
	copy->data = copy->head + COPY_HEADROOM;
	copy->len = skb->len;
	skb_set_tail_pointer(copy, skb->len);
	if (likely(!skb_is_nonlinear(skb)))
		memcpy(copy->data, skb->data, skb->len);
	else
		skb_copy_bits(skb, 0, copy->data, skb->len);
	skb_copy_hash(copy, skb);
	return copy;
}

static bool rtpe_copy_is_kept(const struct sk_buff *copy)
{
	return copy->fclone == SKB_FCLONE_ORIG;
}

/* -> what is to be sent. */
struct sk_buff *rtpe_copy_finish(struct sk_buff *copy)
{
	return rtpe_copy_is_kept(copy) ? skb_clone(copy, GFP_ATOMIC) : copy;
}

void rtpe_copy_drop(struct sk_buff *copy)
{
	if (!rtpe_copy_is_kept(copy))
		kfree_skb(copy);
}

/* When no packet comes any more. */
void rtpe_copy_exit(void)
{
	int cpu, i;

	for_each_possible_cpu(cpu) {
		for (i = 0; i < COPIES_KEPT; i++)
			kfree_skb(per_cpu(rtpe_copies, cpu).kept[i]);
	}
}
