// SPDX-License-Identifier: GPL-2.0-only
/*
 * Counting: what was handled, by CPU; what was not and why; RFC 3550 A.1, A.3
 * and A.8 for each SSRC.
 */
#include <linux/math64.h>

#include "rtpe.h"

#define MAX_DROPOUT	3000
#define MAX_MISORDER	100

void rtpe_count(struct rtpe_flow *flow, unsigned int counter, unsigned int bytes)
{
	struct rtpe_cpu *cpu = this_cpu_ptr(flow->cpu);

	u64_stats_update_begin(&cpu->sync);
	cpu->counter[counter].packets++;
	cpu->counter[counter].bytes += bytes;
	u64_stats_update_end(&cpu->sync);
}

void rtpe_sum(const struct rtpe_flow *flow, unsigned int counter, struct rtpe_counter *sum)
{
	struct rtpe_counter part;
	struct rtpe_cpu *cpu;
	unsigned int start;
	int i;

	memset(sum, 0, sizeof(*sum));
	for_each_possible_cpu(i) {
		cpu = per_cpu_ptr(flow->cpu, i);
		do {
			start = compat_u64_fetch_begin(&cpu->sync);
			part = cpu->counter[counter];
		} while (compat_u64_fetch_retry(&cpu->sync, start));
		sum->packets += part.packets;
		sum->bytes += part.bytes;
	}
}

void rtpe_reason(struct rtpe_table *table, enum rtpengine_reason reason)
{
	this_cpu_inc(table->reasons->count[reason]);
}

u64 rtpe_reason_sum(const struct rtpe_table *table, unsigned int reason)
{
	u64 sum = 0;
	int i;

	for_each_possible_cpu(i)
		sum += READ_ONCE(per_cpu_ptr(table->reasons, i)->count[reason]);
	return sum;
}

const char *rtpe_reason_name(unsigned int reason)
{
	static const char * const names[] = {
		[RTPENGINE_REASON_UP_MALFORMED] = "up, malformed, IP options or not unicast",
		[RTPENGINE_REASON_UP_FRAGMENT] = "up, fragment",
		[RTPENGINE_REASON_UP_STUN] = "up, STUN",
		[RTPENGINE_REASON_UP_DTLS] = "up, DTLS",
		[RTPENGINE_REASON_UP_NOT_RTP] = "up, not RTP",
		[RTPENGINE_REASON_UP_RTCP] = "up, RTCP",
		[RTPENGINE_REASON_UP_SOURCE] = "up, source",
		[RTPENGINE_REASON_UP_PT] = "up, payload type",
		[RTPENGINE_REASON_UP_SSRC] = "up, SSRC",
		[RTPENGINE_REASON_UP_SRTP] = "up, SRTP",
		[RTPENGINE_REASON_UP_NOMEM] = "up, no memory",
		[RTPENGINE_REASON_UP_TTL] = "up, in a loop",
		[RTPENGINE_REASON_UP_CHECKSUM] = "up, bad checksum",
		[RTPENGINE_REASON_DROP_SOURCE] = "dropped, source",
		[RTPENGINE_REASON_DROP_PT] = "dropped, payload type",
		[RTPENGINE_REASON_DROP_RTCP] = "dropped, RTCP",
		[RTPENGINE_REASON_DROP_SINK] = "dropped, sink",
		[RTPENGINE_REASON_DROP_ALL] = "dropped, all traffic",
		[RTPENGINE_REASON_DROP_AUTH] = "dropped, not authentic",
		[RTPENGINE_REASON_DROP_REPLAY] = "dropped, replay",
		[RTPENGINE_REASON_DROP_SRTP] = "dropped, malformed SRTP",
		[RTPENGINE_REASON_DROP_NOMEM] = "dropped, no memory",
		[RTPENGINE_REASON_OUT_ROUTE] = "output, no route",
		[RTPENGINE_REASON_OUT_NOMEM] = "output, no memory",
		[RTPENGINE_REASON_OUT_SRTP] = "output, SRTP",
		[RTPENGINE_REASON_OUT_SEND] = "output, refused",
		[RTPENGINE_REASON_OUT_FILTERED] = "output, RTCP filtered",
		[RTPENGINE_REASON_UP_POLICY] = "up, without IPsec",
	};

	BUILD_BUG_ON(ARRAY_SIZE(names) != __RTPENGINE_REASON_LAST);
	return reason < ARRAY_SIZE(names) && names[reason] ? names[reason] : "none";
}

struct rtpe_ssrc *rtpe_ssrc_find(struct rtpe_flow *flow, u32 ssrc)
{
	struct rtpe_ssrc *one;
	unsigned int i;

	/* Places fill up from the first and are never given back. */
	for (i = 0; i < RTPENGINE_MAX_SSRCS; i++) {
		one = smp_load_acquire(&flow->ssrcs[i]);
		if (!one || one->ssrc == ssrc)
			return one;
	}
	return NULL;
}

bool rtpe_ssrc_room(const struct rtpe_flow *flow)
{
	return !READ_ONCE(flow->ssrcs[RTPENGINE_MAX_SSRCS - 1]);
}

struct rtpe_ssrc *rtpe_ssrc_add(struct rtpe_flow *flow, u32 ssrc, gfp_t gfp)
{
	struct rtpe_ssrc *one;
	unsigned int i;

	for (i = 0; i < RTPENGINE_MAX_SSRCS && flow->ssrcs[i]; i++)
		;
	if (i == RTPENGINE_MAX_SSRCS)
		return NULL;
	one = kzalloc(sizeof(*one), gfp);
	if (!one)
		return NULL;
	one->ssrc = ssrc;
	smp_store_release(&flow->ssrcs[i], one);
	return one;
}

bool rtpe_ssrc_copy(struct rtpe_flow *flow, unsigned int i, struct rtpe_ssrc *copy)
{
	const struct rtpe_ssrc *one;

	spin_lock_bh(&flow->lock);
	one = flow->ssrcs[i];
	if (one)
		*copy = *one;
	spin_unlock_bh(&flow->lock);
	return one;
}

u32 rtpe_ssrc_ext_seq(const struct rtpe_ssrc *ssrc)
{
	return ssrc->cycles + ssrc->max_seq;
}

s64 rtpe_ssrc_lost(const struct rtpe_ssrc *ssrc)
{
	u64 expected;

	if (!ssrc->started)
		return 0;
	expected = ssrc->expected_before + (u32)(rtpe_ssrc_ext_seq(ssrc) - ssrc->base_seq) + 1;
	return expected - ssrc->packets;
}

static void rtpe_start_sequence(struct rtpe_ssrc *s, u16 base, u16 seq)
{
	s->base_seq = base;
	s->cycles = seq < base ? 65536 : 0;
	s->max_seq = seq;
	s->started = true;
	s->bad_seq = seq;	/* cannot come next */
}

/* RFC 3550 A.1, without probation: the first packet counts. */
static void rtpe_update_sequence(struct rtpe_ssrc *s, u16 seq)
{
	u16 delta = seq - s->max_seq;

	if (likely(delta && delta < MAX_DROPOUT && s->started)) {
		if (seq < s->max_seq)
			s->cycles += 65536;
		s->max_seq = seq;
		s->skipped += delta - 1;
	} else if (!s->started) {
		rtpe_start_sequence(s, seq, seq);
	} else if (!delta) {
		s->duplicates++;
	} else if (delta <= 65536 - MAX_MISORDER) {
		if (seq == s->bad_seq) {
			/* Two in a row: it went on elsewhere, beginning with the one before. */
			s->expected_before += (u32)(rtpe_ssrc_ext_seq(s) - s->base_seq) + 1;
			rtpe_start_sequence(s, seq - 1, seq);
			s->resets++;
		} else {
			s->bad_seq = seq + 1;
		}
	} else {
		s->reordered++;
	}
}

/* RFC 3550 A.8 */
static void rtpe_update_jitter(struct rtpe_ssrc *s, const struct rtpe_packet *packet)
{
	const struct rtpe_flow *flow = packet->flow;
	u32 clock = 8000, ticks = (8000ULL << 32) / NSEC_PER_SEC;
	u32 transit;
	s32 d;

	if (packet->pt_index >= 0) {
		clock = flow->pts[packet->pt_index].clock;
		ticks = flow->pts[packet->pt_index].ticks;
	}
	transit = (u32)mul_u64_u32_shr(packet->now, ticks, 32) - packet->ts;
	if (s->packets && s->clock == clock) {
		d = abs((s32)(transit - s->transit));
		s->jitter += d - ((s->jitter + 8) >> 4);
	}
	s->clock = clock;
	s->transit = transit;
}

/* Without a place for the SSRC (another CPU took the last one, no memory) it just goes uncounted there. */
static void rtpe_account_rtp(const struct rtpe_packet *packet)
{
	struct rtpe_flow *flow = packet->flow;
	bool learned = false;
	struct rtpe_ssrc *s;

	spin_lock(&flow->lock);
	s = rtpe_ssrc_find(flow, packet->ssrc);
	if (unlikely(!s)) {
		s = rtpe_ssrc_add(flow, packet->ssrc, GFP_ATOMIC | __GFP_NOWARN);
		learned = s;
	}
	if (likely(s)) {
		rtpe_update_sequence(s, packet->seq);
		rtpe_update_jitter(s, packet);
		if (unlikely(!s->packets))
			s->first = packet->now;
		s->packets++;
		s->bytes += packet->len;
		s->last = packet->now;
		s->last_ts = packet->ts;
		s->last_pt = packet->pt;
	}
	spin_unlock(&flow->lock);
	if (unlikely(learned))
		rtpe_event(flow, RTPENGINE_EVENT_SSRC, packet);
}

/* A packet is taken, and authentic. */
void rtpe_account(const struct rtpe_packet *packet)
{
	struct rtpe_flow *flow = packet->flow;
	struct rtpe_cpu *cpu = this_cpu_ptr(flow->cpu);
	unsigned int pt = rtpe_counter_of_pt(flow, packet->pt_index);

	u64_stats_update_begin(&cpu->sync);
	cpu->counter[0].packets++;
	cpu->counter[0].bytes += packet->len;
	if (packet->pt_index >= 0) {
		cpu->counter[pt].packets++;
		cpu->counter[pt].bytes += packet->len;
	}
	u64_stats_update_end(&cpu->sync);

	if (unlikely(!READ_ONCE(flow->first)))
		WRITE_ONCE(flow->first, packet->now);
	WRITE_ONCE(flow->last, packet->now);
	if (flow->tos != packet->tos)
		WRITE_ONCE(flow->tos, packet->tos);
	if (unlikely(READ_ONCE(flow->idle_told)))
		WRITE_ONCE(flow->idle_told, false);
	if (packet->rtcp)
		atomic_inc(&flow->rtcp_count);
	else if (packet->rtp && flow->ssrc_policy != RTPENGINE_SSRC_IGNORE)
		rtpe_account_rtp(packet);
}
