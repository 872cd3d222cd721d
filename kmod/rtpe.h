/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the files of the module share: namespace, table, flow, output.
 *
 * Locking.  rtpe_net.lock (mutex) covers tables, the set of flows and all that
 * netlink and proc do.  Packets run under RCU and take no lock but flow.lock,
 * briefly, for the statistics of an SSRC and for a new route, and an SRTP
 * context's own, for its indices (srtp_context.h).  A flow's settings
 * never change (but its cookie): one with others takes its place.  Counters are
 * per CPU.
 */
#ifndef _RTPE_H
#define _RTPE_H

#include <linux/in.h>
#include <linux/in6.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/netfilter.h>
#include <linux/rhashtable.h>
#include <linux/skbuff.h>
#include <linux/spinlock.h>
#include <linux/u64_stats_sync.h>
#include <linux/workqueue.h>
#include <linux/xarray.h>
#include <net/checksum.h>
#include <net/dst.h>
#include <net/genetlink.h>
#include <net/ipv6.h>
#include <net/net_namespace.h>
#include <net/sock.h>

#include "compat/compat.h"
#include "header_extension.h"
#include "srtp.h"
#include "uapi/rtpengine.h"

#define RTPE_VERSION		"1.0"
#define RTPE_CALL_BUCKETS	256	/* per table */
#define RTPE_PT_OCTETS		16	/* bit n % 8 of octet n / 8 is payload type n */

struct proc_dir_entry;

/* An address and port; IPv4 in the first word, the others 0. */
struct rtpe_addr {
	union {
		__be32 ip4;
		struct in6_addr ip6;
		u32 word[4];
	};
	__be16 port;
	u16 family;		/* AF_INET, AF_INET6; 0 = none */
};

/* What an address contributes to UDP's checksum. */
static inline __wsum rtpe_addr_sum(const struct rtpe_addr *addr)
{
	__wsum sum = csum_add((__force __wsum)addr->word[0], (__force __wsum)(__force u32)addr->port);

	if (addr->family == AF_INET)
		return sum;
	sum = csum_add(sum, (__force __wsum)addr->word[1]);
	sum = csum_add(sum, (__force __wsum)addr->word[2]);
	return csum_add(sum, (__force __wsum)addr->word[3]);
}

struct rtpe_counter {
	u64 packets;
	u64 bytes;
};

/* Of one CPU: the flow itself, its payload types, its outputs. */
struct rtpe_cpu {
	struct u64_stats_sync sync;
	struct rtpe_counter counter[];
};

struct rtpe_reasons {
	u64 count[__RTPENGINE_REASON_LAST];
};

struct rtpe_pattern {
	u8 len;
	u8 byte[RTPENGINE_MAX_PATTERN];
};

/* Keys, and what of them may be told. */
struct rtpe_srtp {
	struct srtp_context *context;	/* NULL: plain */
	u8 suite;
	u8 flags;
};

/* A payload type of a flow (clock) or of an output (to). */
struct rtpe_pt {
	u8 pt;
	u8 action;
	u8 to;
	u32 clock;
	u32 ticks;		/* clock ticks per nanosecond, scaled by 2^32 */
	struct rtpe_pattern pattern;
};

struct rtpe_map {
	u32 from;
	u32 to;
	u32 ts;
	u16 seq;
};

/* RFC 3550 A.1, A.8. */
struct rtpe_ssrc {
	u32 ssrc;
	bool started;
	u8 last_pt;
	u16 max_seq;
	u16 bad_seq;
	u32 cycles;
	u32 base_seq;
	u32 jitter;		/* scaled by 16 */
	u32 transit;
	u32 clock;
	u32 last_ts;
	u32 duplicates;
	u32 reordered;
	u32 skipped;
	u32 resets;
	u64 expected_before;	/* expected before the last reset */
	u64 packets;
	u64 bytes;
	u64 first;
	u64 last;
};

/* What an output's packets have in their header extension, and have not. */
struct rtpe_extensions {
	struct rtpe_ext_element insert;	/* id 0: nothing */
	u8 remove[RTPE_EXT_IDS];
};

struct rtpe_output {
	struct rtpe_addr source;
	struct rtpe_addr dest;
	struct dst_entry __rcu *dst;
	u32 dst_cookie;
	u32 flags;
	u32 mark;
	u8 tos;
	u8 ttl;			/* 0 = the route's */
	u8 pt_count;
	u8 map_count;
	u16 id;			/* of IPv4: added to the RTP sequence number */
	__wsum sum;		/* of addresses and ports */
	atomic_t errors;
	struct rtpe_srtp srtp;
	struct rtpe_pt *pts;
	struct rtpe_map *maps;
	u8 *takes;				/* payload types; NULL: all */
	struct rtpe_extensions *extensions;	/* NULL: as they are */
};

struct rtpe_flow {
	/* looked at for each packet */
	struct rhash_head node;
	struct rtpe_addr local;
	struct rtpe_addr source;
	struct rtpe_table *table;
	struct rtpe_cpu __percpu *cpu;
	struct rtpe_srtp srtp;
	struct rtpe_pt *pts;
	struct rtpe_output *outputs;
	u32 flags;
	__wsum sum;		/* of address and port */
	u8 mismatch;
	u8 rtcp;
	u8 pt_other;
	u8 ssrc_policy;
	u8 pt_count;
	u8 output_count;
	u8 tos;
	bool idle_told;
	u64 first;
	u64 last;
	s8 pt_index[128];	/* -1 = not in pts */
	spinlock_t lock;	/* ssrcs, cookie; the outputs' routes with their cookies */
	struct rtpe_ssrc *ssrcs[RTPENGINE_MAX_SSRCS]; /* each made when it is known, there until the flow goes */

	/* rarely */
	atomic_t up;
	atomic_t errors;
	atomic_t rtcp_count;
	u32 id;
	u32 idle;		/* ms */
	u32 told[__RTPENGINE_EVENT_LAST]; /* jiffies, | 1 */
	u64 since;		/* installed */
	struct rtpe_call *call;
	struct list_head call_entry;
	u8 cookie_len;
	u8 cookie[RTPENGINE_MAX_COOKIE];
	u32 gone_since;		/* jiffies */
	u32 gone_port;		/* who wants to know the final state */
	u32 gone_seq;
	union {
		struct rcu_head rcu;
		struct list_head gone_entry;
	};
};

/* The file below calls/, shared by flows of the same name. */
struct rtpe_call {
	struct hlist_node entry;
	struct rtpe_table *table;
	struct list_head flows;
	struct proc_dir_entry *proc;
	char name[];
};

struct rtpe_table {
	struct list_head entry;
	struct rtpe_net *rn;
	refcount_t refs;	/* one of its own, one per flow until that is freed */
	u32 id;
	u32 owner;		/* netlink port, 0 = none */
	unsigned long expires;	/* jiffies; without owner */
	bool forever;		/* without owner, made by proc: does not expire */
	u8 hook;
	s32 priority;
	u32 linger;
	u32 max_flows;
	u32 flow_count;
	u32 next_id;
	u32 message_size;	/* of the largest flow so far */
	struct xarray flows;
	struct nf_hook_ops *ops;
	struct rtpe_reasons __percpu *reasons;
	atomic_t events;	/* of this second */
	unsigned long events_since;
	atomic64_t events_lost;
	struct proc_dir_entry *proc;
	struct proc_dir_entry *proc_calls;
	struct hlist_head calls[RTPE_CALL_BUCKETS];
	struct rcu_head rcu;
};

struct rtpe_net {
	struct net *net;
	struct mutex lock;
	struct list_head tables;
	u32 table_count;
	bool used;		/* had a table once */
	bool dying;		/* gets no tables any more; a file of /proc may still be open */
	struct rhashtable flows;
	atomic_t flow_count;	/* until freed */
	struct delayed_work housekeeping;
	struct proc_dir_entry *proc;
	spinlock_t gone_lock;
	struct list_head gone;	/* flows deleted whose final state is to be sent */
	struct delayed_work gone_work;
};

/* main.c */
extern unsigned int rtpe_max_flows;
extern unsigned int rtpe_max_other_flows;
extern unsigned int rtpe_max_other_srtp;

/* pernet.c */
struct rtpe_net *rtpe_net(struct net *net);
int rtpe_pernet_init(void);
void rtpe_pernet_exit(void);

/* table.c; all want rn->lock */
struct rtpe_table *rtpe_table_find(struct rtpe_net *rn, u32 id);
struct rtpe_table *rtpe_table_new(struct rtpe_net *rn, u32 id, u8 hook, s32 priority,
				  struct netlink_ext_ack *extack);
int rtpe_table_hook(struct rtpe_table *table, u8 hook, s32 priority,
		    struct netlink_ext_ack *extack);
s32 rtpe_hook_priority(u8 hook);
const char *rtpe_hook_name(u8 hook);
void rtpe_table_delete(struct rtpe_table *table);
void rtpe_table_abandon(struct rtpe_table *table);
void rtpe_table_put(struct rtpe_table *table);

/* flow_table.c */
int rtpe_flow_cache_init(void);
void rtpe_flow_cache_exit(void);
int rtpe_flow_table_init(struct rtpe_net *rn);
void rtpe_flow_table_exit(struct rtpe_net *rn);
struct rtpe_flow *rtpe_flow_lookup(struct rtpe_net *rn, const struct rtpe_addr *local);
struct rtpe_flow *rtpe_flow_alloc(unsigned int pt_count, unsigned int output_count);
int rtpe_flow_insert(struct rtpe_table *table, struct rtpe_flow *flow, bool replace,
		     struct rtpe_flow **old, struct netlink_ext_ack *extack);
void rtpe_flow_remove(struct rtpe_flow *flow);
void rtpe_flow_release(struct rtpe_flow *flow, u32 portid, u32 seq);
void rtpe_flow_free(struct rtpe_flow *flow);
void rtpe_gone_work(struct work_struct *work);
void rtpe_gone_exit(struct rtpe_net *rn);

/* rx.c */
unsigned int rtpe_hook4(void *priv, struct sk_buff *skb, const struct nf_hook_state *state);
unsigned int rtpe_hook6(void *priv, struct sk_buff *skb, const struct nf_hook_state *state);

/* A packet on its way; offsets are from the first byte of the UDP payload. */
struct rtpe_packet {
	struct rtpe_flow *flow;
	struct net *net;
	struct rtpe_addr source;
	u64 now;		/* ns */
	unsigned int udp;	/* offset of the UDP header in the skb, while it has one */
	unsigned int len;	/* UDP payload, as received */
	u32 ssrc;
	u32 ts;
	u16 seq;
	u16 header;		/* RTP: with CSRCs and extension */
	u16 extension;		/* RTP: bytes of it, 0 = none */
	u8 pt;
	s8 pt_index;
	u8 tos;
	u8 ttl_limit;		/* send with no more */
	bool rtcp;
	bool rtp;
	bool no_checksum;	/* came without, IPv4 */
	bool checksummed;	/* came with this one, and it was right */
	__sum16 checksum;
};

/* rewrite.c */
int rtpe_rewrite(struct sk_buff *skb, const struct rtpe_packet *packet,
		 struct rtpe_output *out, bool *changed);
const struct rtpe_pt *rtpe_output_pt(const struct rtpe_output *out, u8 pt);

/* copy.c */
struct sk_buff *rtpe_copy_begin(const struct sk_buff *skb, unsigned int tail);
struct sk_buff *rtpe_copy_finish(struct sk_buff *copy);
void rtpe_copy_drop(struct sk_buff *copy);
void rtpe_copy_exit(void);

/* tx.c */
void rtpe_forward(struct sk_buff *skb, const struct rtpe_packet *packet);
void rtpe_output_release(struct rtpe_output *out);

/* classify.c */
enum rtpengine_reason rtpe_classify(struct sk_buff *skb, struct rtpe_packet *packet);

/* stats.c */
struct rtpe_ssrc *rtpe_ssrc_find(struct rtpe_flow *flow, u32 ssrc);
bool rtpe_ssrc_room(const struct rtpe_flow *flow);
/* NULL: one too many, or no memory.  Once the flow is visible its lock is held. */
struct rtpe_ssrc *rtpe_ssrc_add(struct rtpe_flow *flow, u32 ssrc, gfp_t gfp);
/* A copy of one; false: there are not so many. */
bool rtpe_ssrc_copy(struct rtpe_flow *flow, unsigned int i, struct rtpe_ssrc *copy);
void rtpe_account(const struct rtpe_packet *packet);
void rtpe_count(struct rtpe_flow *flow, unsigned int counter, unsigned int bytes);
void rtpe_reason(struct rtpe_table *table, enum rtpengine_reason reason);
void rtpe_sum(const struct rtpe_flow *flow, unsigned int counter, struct rtpe_counter *sum);
u64 rtpe_reason_sum(const struct rtpe_table *table, unsigned int reason);
const char *rtpe_reason_name(unsigned int reason);
u32 rtpe_ssrc_ext_seq(const struct rtpe_ssrc *ssrc);
s64 rtpe_ssrc_lost(const struct rtpe_ssrc *ssrc);

/* Whether RTCP is ever decrypted or sent. */
static inline bool rtpe_takes_rtcp(const struct rtpe_flow *flow)
{
	return (flow->flags & RTPENGINE_FLOW_F_RTCP) && flow->rtcp != RTPENGINE_ACTION_UP;
}

static inline unsigned int rtpe_counter_of_pt(const struct rtpe_flow *flow, unsigned int pt)
{
	return 1 + pt;
}

static inline unsigned int rtpe_counter_of_output(const struct rtpe_flow *flow, unsigned int i)
{
	return 1 + flow->pt_count + i;
}

/* events.c; any context */
void rtpe_event(struct rtpe_flow *flow, enum rtpengine_event type,
		const struct rtpe_packet *packet);

/* netlink.c */
extern struct genl_family rtpe_genl_family;
int rtpe_netlink_init(void);
void rtpe_netlink_exit(void);
struct rtpe_table *rtpe_netlink_table(struct rtpe_net *rn, struct nlattr *nest, u32 owner,
				      struct netlink_ext_ack *extack);
int rtpe_put_addr(struct sk_buff *msg, int type, const struct rtpe_addr *addr);

/* netlink_module.c */
int rtpe_nl_info(struct sk_buff *skb, struct genl_info *info);
int rtpe_nl_selftest(struct sk_buff *skb, struct genl_info *info);

/* netlink_policy.c */
extern const struct nla_policy rtpe_policy[RTPENGINE_A_MAX + 1];
extern const struct nla_policy rtpe_table_policy[RTPENGINE_TABLE_A_MAX + 1];
extern const struct nla_policy rtpe_flow_policy[RTPENGINE_FLOW_A_MAX + 1];
extern const struct nla_policy rtpe_out_policy[RTPENGINE_OUT_A_MAX + 1];
extern const struct nla_policy rtpe_pt_policy[RTPENGINE_PT_A_MAX + 1];
extern const struct nla_policy rtpe_ssrc_policy[RTPENGINE_SSRC_A_MAX + 1];
extern const struct nla_policy rtpe_map_policy[RTPENGINE_MAP_A_MAX + 1];
extern const struct nla_policy rtpe_srtp_policy[RTPENGINE_SRTP_A_MAX + 1];
extern const struct nla_policy rtpe_state_policy[RTPENGINE_STATE_A_MAX + 1];

/* netlink_parse.c */
struct rtpe_flow *rtpe_parse_flow(struct nlattr *nest, char *call,
				  struct netlink_ext_ack *extack);
#define RTPE_FAIL(extack, attr, err, text) ({			\
	NL_SET_ERR_MSG_ATTR(extack, attr, text);		\
	err;							\
})

int rtpe_parse_addr(const struct nlattr *attr, struct rtpe_addr *addr,
		    struct netlink_ext_ack *extack);
void rtpe_parse_cookie(struct rtpe_flow *flow, const struct nlattr *attr);
int rtpe_count_nests(const struct nlattr *nest, int max, struct netlink_ext_ack *extack);
int rtpe_parse_pt(const struct nlattr *nest, struct rtpe_pt *pt, bool output,
		  struct netlink_ext_ack *extack);

/* netlink_output.c */
int rtpe_parse_outputs(struct rtpe_flow *flow, const struct nlattr *nest,
		       struct netlink_ext_ack *extack);

/* netlink_srtp.c */
int rtpe_parse_srtp(struct nlattr *nest, bool sender, bool rtcp, struct rtpe_srtp *srtp,
		    struct netlink_ext_ack *extack);
int rtpe_merge_states(const struct nlattr *states, bool sender, struct srtp_context *context,
		      struct netlink_ext_ack *extack);
int rtpe_put_srtp(struct sk_buff *msg, int type, bool sender, const struct rtpe_srtp *srtp,
		  bool stats_only);

/* netlink_flow.c */
int rtpe_nl_flow_new(struct sk_buff *skb, struct genl_info *info);
int rtpe_nl_flow_del(struct sk_buff *skb, struct genl_info *info);
int rtpe_nl_flow_get(struct sk_buff *skb, struct genl_info *info);
int rtpe_nl_flow_sync(struct sk_buff *skb, struct genl_info *info);
int rtpe_nl_flow_dump_start(struct netlink_callback *cb);
int rtpe_nl_flow_dump(struct sk_buff *msg, struct netlink_callback *cb);

/* netlink_put.c */
u32 rtpe_flow_message_size(const struct rtpe_flow *flow);
int rtpe_put_flow(struct sk_buff *msg, struct rtpe_flow *flow, u32 portid, u32 seq, int flags,
		  u8 cmd, bool stats_only);

/* proc.c; want rn->lock except init and exit */
int rtpe_proc_init(void);
void rtpe_proc_exit(void);
int rtpe_proc_net_init(struct rtpe_net *rn);
void rtpe_proc_net_exit(struct rtpe_net *rn);
int rtpe_proc_table_add(struct rtpe_table *table);
void rtpe_proc_table_remove(struct rtpe_table *table);

/* proc_flow.c */
void rtpe_show_flow(struct seq_file *m, struct rtpe_flow *flow);

/* calls.c; want rn->lock */
int rtpe_call_join(struct rtpe_flow *flow, const char *name);
void rtpe_call_leave(struct rtpe_flow *flow);

#endif /* _RTPE_H */
