// SPDX-License-Identifier: GPL-2.0-only
/* Tables: their hooks, their owner, their end. */
#include <linux/netfilter_ipv4.h>
#include <linux/netfilter_ipv6.h>

#include "rtpe.h"

#define RTPE_HOOK_OPS	2	/* IPv4 and IPv6 */

struct rtpe_table *rtpe_table_find(struct rtpe_net *rn, u32 id)
{
	struct rtpe_table *table;

	list_for_each_entry_rcu(table, &rn->tables, entry, lockdep_is_held(&rn->lock)) {
		if (table->id == id)
			return table;
	}
	return NULL;
}

s32 rtpe_hook_priority(u8 hook)
{
	switch (hook) {
	case RTPENGINE_HOOK_PREROUTING:
		return NF_IP_PRI_RAW_BEFORE_DEFRAG;
	case RTPENGINE_HOOK_INPUT_LAST:
		return NF_IP_PRI_FILTER + 1;
	default:
		return NF_IP_PRI_FILTER - 1;
	}
}

const char *rtpe_hook_name(u8 hook)
{
	static const char * const names[] = {
		[RTPENGINE_HOOK_PREROUTING] = "prerouting",
		[RTPENGINE_HOOK_INPUT_FIRST] = "input-first",
		[RTPENGINE_HOOK_INPUT_LAST] = "input-last",
	};

	return hook < ARRAY_SIZE(names) ? names[hook] : "?";
}

/* Puts hooks there, and only then takes away the present ones. */
int rtpe_table_hook(struct rtpe_table *table, u8 hook, s32 priority,
		    struct netlink_ext_ack *extack)
{
	struct nf_hook_ops *ops, *old = table->ops;
	unsigned int i;
	int err;

	if (old && table->hook == hook && table->priority == priority)
		return 0;
	ops = kcalloc(RTPE_HOOK_OPS, sizeof(*ops), GFP_KERNEL_ACCOUNT);
	if (!ops)
		return -ENOMEM;
	for (i = 0; i < RTPE_HOOK_OPS; i++) {
		ops[i].hook = i ? rtpe_hook6 : rtpe_hook4;
		ops[i].pf = i ? NFPROTO_IPV6 : NFPROTO_IPV4;
		ops[i].priv = table;
		ops[i].hooknum = hook == RTPENGINE_HOOK_PREROUTING ? NF_INET_PRE_ROUTING :
								     NF_INET_LOCAL_IN;
		ops[i].priority = priority;
	}
	err = nf_register_net_hooks(table->rn->net, ops, RTPE_HOOK_OPS);
	if (err) {
		NL_SET_ERR_MSG(extack, "netfilter refused the hooks");
		kfree(ops);
		return err;
	}
	table->ops = ops;
	table->hook = hook;
	table->priority = priority;
	if (old) {
		nf_unregister_net_hooks(table->rn->net, old, RTPE_HOOK_OPS);
		/* netfilter may look at the old ones until then */
		synchronize_net();
		kfree(old);
	}
	return 0;
}

struct rtpe_table *rtpe_table_new(struct rtpe_net *rn, u32 id, u8 hook, s32 priority,
				  struct netlink_ext_ack *extack)
{
	struct rtpe_table *table;
	int err;

	if (rn->dying) {
		NL_SET_ERR_MSG(extack, "the namespace is going");
		return ERR_PTR(-ENODEV);
	}
	if (rn->table_count >= RTPENGINE_MAX_TABLES) {
		NL_SET_ERR_MSG(extack, "too many tables in this namespace");
		return ERR_PTR(-ENOSPC);
	}
	table = kvzalloc(sizeof(*table), GFP_KERNEL_ACCOUNT);
	if (!table)
		return ERR_PTR(-ENOMEM);
	table->reasons = __alloc_percpu_gfp(sizeof(struct rtpe_reasons), sizeof(u64),
					    GFP_KERNEL_ACCOUNT);
	if (!table->reasons) {
		kvfree(table);
		return ERR_PTR(-ENOMEM);
	}
	table->rn = rn;
	table->id = id;
	refcount_set(&table->refs, 1);
	/* BH: the last reference may go in an RCU callback. */
	xa_init_flags(&table->flows, XA_FLAGS_ALLOC1 | XA_FLAGS_LOCK_BH | XA_FLAGS_ACCOUNT);
	table->max_flows = READ_ONCE(rtpe_max_flows);
	table->events_since = jiffies;

	err = rtpe_proc_table_add(table);
	if (err)
		goto out_put;
	err = rtpe_table_hook(table, hook, priority, extack);
	if (err)
		goto out_proc;

	list_add_tail_rcu(&table->entry, &rn->tables);
	rn->table_count++;
	rn->used = true;
	schedule_delayed_work(&rn->housekeeping, 0);
	return table;

out_proc:
	rtpe_proc_table_remove(table);
out_put:
	rtpe_table_put(table);
	return ERR_PTR(err);
}

void rtpe_table_put(struct rtpe_table *table)
{
	if (!refcount_dec_and_test(&table->refs))
		return;
	xa_destroy(&table->flows);
	free_percpu(table->reasons);
	kfree(table->ops);
	kvfree(table);
}

static void rtpe_table_rcu(struct rcu_head *rcu)
{
	rtpe_table_put(container_of(rcu, struct rtpe_table, rcu));
}

void rtpe_table_delete(struct rtpe_table *table)
{
	struct rtpe_net *rn = table->rn;
	struct rtpe_flow *flow;
	unsigned long id;

	list_del_rcu(&table->entry);
	rn->table_count--;
	nf_unregister_net_hooks(rn->net, table->ops, RTPE_HOOK_OPS);
	xa_for_each(&table->flows, id, flow) {
		rtpe_flow_remove(flow);
		rtpe_flow_release(flow, 0, 0);
		cond_resched();
	}
	rtpe_proc_table_remove(table);
	call_rcu(&table->rcu, rtpe_table_rcu);
}

/* The owner is gone. */
void rtpe_table_abandon(struct rtpe_table *table)
{
	table->owner = 0;
	if (!table->linger) {
		rtpe_table_delete(table);
		return;
	}
	table->expires = jiffies + msecs_to_jiffies(table->linger);
}
