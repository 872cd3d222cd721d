// SPDX-License-Identifier: GPL-2.0-only
/* Flows by local address and port: found by packets under RCU, changed under rn->lock. */
#include <linux/jhash.h>
#include <linux/slab.h>

#include "rtpe.h"

#define GONE_RETRY	(HZ / 50)
#define GONE_TIME	(5 * HZ)

static inline u32 rtpe_hash_addr(const struct rtpe_addr *addr, u32 seed)
{
	if (addr->family == AF_INET)
		return jhash_2words((__force u32)addr->ip4, (__force u32)addr->port, seed);
	return jhash2(addr->word, 4, seed ^ (__force u32)addr->port);
}

static u32 rtpe_key_hash(const void *data, u32 len, u32 seed)
{
	return rtpe_hash_addr(data, seed);
}

static u32 rtpe_flow_hash(const void *data, u32 len, u32 seed)
{
	const struct rtpe_flow *flow = data;

	return rtpe_hash_addr(&flow->local, seed);
}

static int rtpe_flow_compare(struct rhashtable_compare_arg *arg, const void *object)
{
	const struct rtpe_addr *key = arg->key;
	const struct rtpe_addr *local = &((const struct rtpe_flow *)object)->local;

	return key->port != local->port || key->family != local->family ||
	       key->word[0] != local->word[0] ||
	       (key->family == AF_INET6 && !ipv6_addr_equal(&key->ip6, &local->ip6));
}

static const struct rhashtable_params rtpe_flow_params = {
	.head_offset = offsetof(struct rtpe_flow, node),
	.key_len = sizeof(struct rtpe_addr),
	.key_offset = offsetof(struct rtpe_flow, local),
	.hashfn = rtpe_key_hash,
	.obj_hashfn = rtpe_flow_hash,
	.obj_cmpfn = rtpe_flow_compare,
	.automatic_shrinking = true,
};

static struct kmem_cache *rtpe_flow_cache;

/*
 * What all namespaces but the initial one have together: not all memory of a
 * flow is charged to the cgroup that asked for it (ciphers, files of /proc and
 * SSRCs that come are not), and who makes namespaces can have many.
 */
static atomic_t rtpe_other_flows, rtpe_other_srtp;

int rtpe_flow_cache_init(void)
{
	rtpe_flow_cache = KMEM_CACHE(rtpe_flow, SLAB_ACCOUNT);
	return rtpe_flow_cache ? 0 : -ENOMEM;
}

/* After the last one was freed. */
void rtpe_flow_cache_exit(void)
{
	kmem_cache_destroy(rtpe_flow_cache);
}

int rtpe_flow_table_init(struct rtpe_net *rn)
{
	return rhashtable_init(&rn->flows, &rtpe_flow_params);
}

void rtpe_flow_table_exit(struct rtpe_net *rn)
{
	rhashtable_destroy(&rn->flows);
}

struct rtpe_flow *rtpe_flow_lookup(struct rtpe_net *rn, const struct rtpe_addr *local)
{
	return rhashtable_lookup(&rn->flows, local, rtpe_flow_params);
}

struct rtpe_flow *rtpe_flow_alloc(unsigned int pt_count, unsigned int output_count)
{
	struct rtpe_flow *flow = kmem_cache_zalloc(rtpe_flow_cache, GFP_KERNEL);
	size_t size = struct_size(flow->cpu, counter, 1 + pt_count + output_count);
	int cpu;

	if (!flow)
		return NULL;
	spin_lock_init(&flow->lock);
	memset(flow->pt_index, -1, sizeof(flow->pt_index));
	flow->pt_count = pt_count;
	flow->output_count = output_count;
	flow->since = ktime_get_ns();
	flow->cpu = __alloc_percpu_gfp(size, sizeof(u64), GFP_KERNEL_ACCOUNT);
	if (!flow->cpu)
		goto out;
	if (pt_count) {
		flow->pts = kcalloc(pt_count, sizeof(*flow->pts), GFP_KERNEL_ACCOUNT);
		if (!flow->pts)
			goto out;
	}
	if (output_count) {
		flow->outputs = kcalloc(output_count, sizeof(*flow->outputs), GFP_KERNEL_ACCOUNT);
		if (!flow->outputs)
			goto out;
	}
	for_each_possible_cpu(cpu)
		u64_stats_init(&per_cpu_ptr(flow->cpu, cpu)->sync);
	return flow;

out:
	rtpe_flow_free(flow);
	return NULL;
}

static int rtpe_srtp_count(const struct rtpe_flow *flow)
{
	int count = !!flow->srtp.context;
	unsigned int i;

	for (i = 0; i < flow->output_count; i++)
		count += !!flow->outputs[i].srtp.context;
	return count;
}

static void rtpe_uncharge(struct rtpe_net *rn, const struct rtpe_flow *flow)
{
	if (!net_eq(rn->net, &init_net)) {
		atomic_dec(&rtpe_other_flows);
		atomic_sub(rtpe_srtp_count(flow), &rtpe_other_srtp);
	}
	atomic_dec(&rn->flow_count);
}

/* Nobody can see it any more.  Any context. */
void rtpe_flow_free(struct rtpe_flow *flow)
{
	unsigned int i;

	if (flow->table)
		rtpe_uncharge(flow->table->rn, flow);
	for (i = 0; flow->outputs && i < flow->output_count; i++)
		rtpe_output_release(&flow->outputs[i]);
	srtp_put(flow->srtp.context);
	if (flow->table)
		rtpe_table_put(flow->table);
	free_percpu(flow->cpu);
	kfree(flow->outputs);
	kfree(flow->pts);
	for (i = 0; i < RTPENGINE_MAX_SSRCS; i++)
		kfree(flow->ssrcs[i]);
	kmem_cache_free(rtpe_flow_cache, flow);
}

/*
 * Counts the flow until it is freed.  One that takes another's place may be
 * there beside it until that has told its end, but not without limit.
 */
static int rtpe_charge(struct rtpe_table *table, const struct rtpe_flow *flow, bool replaces,
		       struct netlink_ext_ack *extack)
{
	struct rtpe_net *rn = table->rn;
	int flows, srtp;

	if (!replaces && table->flow_count >= table->max_flows) {
		NL_SET_ERR_MSG(extack, "the table is full");
		return -ENOSPC;
	}
	if (atomic_inc_return(&rn->flow_count) > (u64)READ_ONCE(rtpe_max_flows) << replaces) {
		atomic_dec(&rn->flow_count);
		NL_SET_ERR_MSG(extack, "too many flows in this namespace (module parameter max_flows)");
		return -ENOSPC;
	}
	if (net_eq(rn->net, &init_net))
		return 0;
	flows = atomic_inc_return(&rtpe_other_flows);
	srtp = atomic_add_return(rtpe_srtp_count(flow), &rtpe_other_srtp);
	if (flows > (u64)READ_ONCE(rtpe_max_other_flows) << replaces)
		NL_SET_ERR_MSG(extack, "too many flows in all namespaces but the initial one (module parameter max_other_flows)");
	else if (rtpe_srtp_count(flow) && srtp > (u64)READ_ONCE(rtpe_max_other_srtp) << replaces)
		NL_SET_ERR_MSG(extack, "too many SRTP keys in all namespaces but the initial one (module parameter max_other_srtp)");
	else
		return 0;
	rtpe_uncharge(rn, flow);
	return -ENOSPC;
}

/*
 * Takes the flow over; on failure it stays the caller's.  With @replace a flow
 * of the same address in the same table makes place and comes back in @old,
 * removed but not released.
 */
int rtpe_flow_insert(struct rtpe_table *table, struct rtpe_flow *flow, bool replace,
		     struct rtpe_flow **old, struct netlink_ext_ack *extack)
{
	struct rtpe_net *rn = table->rn;
	struct rtpe_flow *present;
	int err;

	*old = NULL;
	rcu_read_lock();
	present = rtpe_flow_lookup(rn, &flow->local);
	rcu_read_unlock();
	/* rn->lock keeps it */
	if (present && (!replace || present->table != table)) {
		if (present->table == table)
			NL_SET_ERR_MSG(extack, "there is a flow with this local address");
		else
			NL_SET_ERR_MSG(extack, "another table has a flow with this local address");
		return -EADDRINUSE;
	}
	err = rtpe_charge(table, flow, present, extack);
	if (err)
		return err;

	flow->table = table;	/* proc may see it as soon as it has an id */
	err = xa_alloc_cyclic_bh(&table->flows, &flow->id, flow, XA_LIMIT(1, U32_MAX),
				 &table->next_id, GFP_KERNEL_ACCOUNT);
	if (err < 0)
		goto out_charge;
	if (present)
		err = rhashtable_replace_fast(&rn->flows, &present->node, &flow->node,
					      rtpe_flow_params);
	else
		err = rhashtable_insert_fast(&rn->flows, &flow->node, rtpe_flow_params);
	if (err) {
		xa_erase_bh(&table->flows, flow->id);
		synchronize_rcu();
		NL_SET_ERR_MSG(extack, "no place in the hash table");
		goto out_charge;
	}
	refcount_inc(&table->refs);
	table->flow_count++;
	if (present) {
		xa_erase_bh(&table->flows, present->id);
		table->flow_count--;
		*old = present;
	}
	table->message_size = max(table->message_size, rtpe_flow_message_size(flow));
	return 0;

out_charge:
	flow->table = NULL;
	rtpe_uncharge(rn, flow);
	return err;
}

/* No packet that arrives from now on finds it. */
void rtpe_flow_remove(struct rtpe_flow *flow)
{
	struct rtpe_table *table = flow->table;

	rhashtable_remove_fast(&table->rn->flows, &flow->node, rtpe_flow_params);
	xa_erase_bh(&table->flows, flow->id);
	table->flow_count--;
}

static void rtpe_flow_rcu(struct rcu_head *rcu)
{
	struct rtpe_flow *flow = container_of(rcu, struct rtpe_flow, rcu);
	struct rtpe_net *rn = flow->table->rn;
	unsigned long flags;

	if (!flow->gone_port) {
		rtpe_flow_free(flow);
		return;
	}
	flow->gone_since = jiffies;
	spin_lock_irqsave(&rn->gone_lock, flags);
	list_add_tail(&flow->gone_entry, &rn->gone);
	spin_unlock_irqrestore(&rn->gone_lock, flags);
	schedule_delayed_work(&rn->gone_work, 0);
}

/*
 * After rtpe_flow_remove(): frees it when no packet is at it any more, and
 * tells the final state to @portid (0: nobody).
 */
void rtpe_flow_release(struct rtpe_flow *flow, u32 portid, u32 seq)
{
	rtpe_call_leave(flow);
	flow->gone_port = portid;
	flow->gone_seq = seq;
	call_rcu(&flow->rcu, rtpe_flow_rcu);
}

static int rtpe_gone_send(struct rtpe_flow *flow)
{
	struct sk_buff *msg = genlmsg_new(rtpe_flow_message_size(flow), GFP_KERNEL);
	int err;

	if (!msg)
		return -ENOMEM;
	err = rtpe_put_flow(msg, flow, flow->gone_port, flow->gone_seq, 0,
			    RTPENGINE_CMD_FLOW_GONE, true);
	if (err) {
		nlmsg_free(msg);
		return err;
	}
	return genlmsg_unicast(flow->table->rn->net, msg, flow->gone_port);
}

/* Has no room for one of them: all that are for @port wait, unless they have long enough. */
static void rtpe_gone_wait(struct list_head *flows, u32 port, struct list_head *waiting)
{
	struct rtpe_flow *flow, *next;

	list_for_each_entry_safe(flow, next, flows, gone_entry) {
		if (flow->gone_port != port)
			continue;
		if ((u32)jiffies - flow->gone_since < GONE_TIME) {
			list_move_tail(&flow->gone_entry, waiting);
		} else {
			list_del(&flow->gone_entry);
			rtpe_flow_free(flow);
		}
	}
}

/* Sends final states, in order to each receiver; waits a while for one that has no room. */
void rtpe_gone_work(struct work_struct *work)
{
	struct rtpe_net *rn = container_of(to_delayed_work(work), struct rtpe_net, gone_work);
	LIST_HEAD(waiting);
	struct rtpe_flow *flow;
	LIST_HEAD(flows);
	int err;

	spin_lock_irq(&rn->gone_lock);
	list_splice_init(&rn->gone, &flows);
	spin_unlock_irq(&rn->gone_lock);
	while (!list_empty(&flows)) {
		flow = list_first_entry(&flows, struct rtpe_flow, gone_entry);
		err = rtpe_gone_send(flow);
		if (err == -EAGAIN || err == -ENOMEM) {
			rtpe_gone_wait(&flows, flow->gone_port, &waiting);
		} else {
			list_del(&flow->gone_entry);
			rtpe_flow_free(flow);
		}
		cond_resched();
	}
	if (list_empty(&waiting))
		return;
	/* Before those that came meanwhile */
	spin_lock_irq(&rn->gone_lock);
	list_splice(&waiting, &rn->gone);
	spin_unlock_irq(&rn->gone_lock);
	schedule_delayed_work(&rn->gone_work, GONE_RETRY);
}

/* The namespace has no sockets any more.  After rcu_barrier(). */
void rtpe_gone_exit(struct rtpe_net *rn)
{
	struct rtpe_flow *flow, *next;

	cancel_delayed_work_sync(&rn->gone_work);
	list_for_each_entry_safe(flow, next, &rn->gone, gone_entry)
		rtpe_flow_free(flow);
}
