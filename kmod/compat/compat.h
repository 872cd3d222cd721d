/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The newest kernel's interfaces, for those that have older ones: the rest of the module is written
 * for the newest and does not know that there are others.  What a kernel has is found out by compiling
 * (compat/conftest); no version number is ever looked at, as distributions port interfaces back.
 *
 * docs/kernel.md has a table of what each probe is for.
 */
#ifndef _RTPENGINE_COMPAT_H
#define _RTPENGINE_COMPAT_H

#include "compat/generated.h"

#include <linux/module.h>
#include <linux/netdevice.h>
#include <linux/proc_fs.h>
#include <linux/skbuff.h>
#include <linux/u64_stats_sync.h>
#include <net/dst.h>
#include <net/flow.h>
#include <net/genetlink.h>
#include <net/inet_ecn.h>

#if HAVE_LINUX_UNALIGNED
#include <linux/unaligned.h>
#else
#include <asm/unaligned.h>
#endif

#if HAVE_FLOWI4_DSCP
#include <net/inet_dscp.h>
#endif

#if HAVE_GSO_HEADER
#include <net/gso.h>
#endif

#if !HAVE_PDE_DATA
static inline void *pde_data(const struct inode *inode)
{
	return PDE_DATA(inode);
}
#endif

#if !HAVE_DST_DEV
static inline struct net_device *dst_dev(const struct dst_entry *dst)
{
	return dst->dev;
}
#endif

/* Counters are read where an interrupt may count, and on 32 bits that once needed a form of its own. */
static inline unsigned int compat_u64_fetch_begin(const struct u64_stats_sync *sync)
{
#if HAVE_U64_STATS_FETCH_IRQ
	return u64_stats_fetch_begin_irq(sync);
#else
	return u64_stats_fetch_begin(sync);
#endif
}

static inline bool compat_u64_fetch_retry(const struct u64_stats_sync *sync, unsigned int start)
{
#if HAVE_U64_STATS_FETCH_IRQ
	return u64_stats_fetch_retry_irq(sync, start);
#else
	return u64_stats_fetch_retry(sync, start);
#endif
}

/* In a struct genl_family: commands before @op may use NLM_F_REPLACE, as they may where nothing is checked. */
#if HAVE_GENL_RESV_START_OP
#define COMPAT_RESV_START_OP(op)	.resv_start_op = (op),
#else
#define COMPAT_RESV_START_OP(op)
#endif

/* The attributes of a dump's request, parsed by the family's policy. */
static inline struct nlattr **compat_dump_attrs(struct netlink_callback *cb)
{
#if HAVE_GENL_DUMPIT_INFO_INFO
	return genl_dumpit_info(cb)->info.attrs;
#else
	return genl_dumpit_info(cb)->attrs;
#endif
}

static inline void compat_flowi4_set_tos(struct flowi4 *flow, u8 tos)
{
#if HAVE_FLOWI4_DSCP
	flow->flowi4_dscp = inet_dsfield_to_dscp(tos);
#else
	flow->flowi4_tos = tos & ~INET_ECN_MASK;
#endif
}

#endif /* _RTPENGINE_COMPAT_H */
