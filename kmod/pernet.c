// SPDX-License-Identifier: GPL-2.0-only
/*
 * What there is per network namespace, and what happens to it as time goes by:
 * owners' sockets close, tables expire, flows fall idle, the namespace ends.
 */
#include <linux/netlink.h>
#include <linux/sched/clock.h>
#include <net/netns/generic.h>

#include "rtpe.h"

#define HOUSEKEEPING	(HZ / 4)

static unsigned int rtpe_net_id __read_mostly;

struct rtpe_net *rtpe_net(struct net *net)
{
	return net_generic(net, rtpe_net_id);
}

static void rtpe_check_idle(struct rtpe_table *table, u64 now)
{
	struct rtpe_flow *flow;
	unsigned long id;
	u64 since;

	xa_for_each(&table->flows, id, flow) {
		if (!flow->idle || READ_ONCE(flow->idle_told))
			continue;
		since = READ_ONCE(flow->last) ?: flow->since;
		/* A packet may have come after "now". */
		if ((s64)(now - since) < (s64)flow->idle * NSEC_PER_MSEC)
			continue;
		WRITE_ONCE(flow->idle_told, true);
		rtpe_event(flow, RTPENGINE_EVENT_IDLE, NULL);
	}
}

static void rtpe_housekeeping(struct work_struct *work)
{
	struct rtpe_net *rn = container_of(to_delayed_work(work), struct rtpe_net, housekeeping);
	struct rtpe_table *table, *next;
	u64 now = ktime_get_ns();

	mutex_lock(&rn->lock);
	list_for_each_entry_safe(table, next, &rn->tables, entry) {
		if (!table->owner && !table->forever && time_after_eq(jiffies, table->expires))
			rtpe_table_delete(table);
		else
			rtpe_check_idle(table, now);
	}
	if (!list_empty(&rn->tables))
		schedule_delayed_work(&rn->housekeeping, HOUSEKEEPING);
	mutex_unlock(&rn->lock);
}

/* A netlink socket has closed, maybe that of a table's owner. */
static int rtpe_netlink_notify(struct notifier_block *nb, unsigned long event, void *data)
{
	struct netlink_notify *notify = data;
	struct rtpe_table *table, *next;
	struct rtpe_net *rn;

	if (event != NETLINK_URELEASE || notify->protocol != NETLINK_GENERIC || !notify->portid)
		return NOTIFY_DONE;
	rn = rtpe_net(notify->net);
	mutex_lock(&rn->lock);
	list_for_each_entry_safe(table, next, &rn->tables, entry) {
		if (table->owner == notify->portid)
			rtpe_table_abandon(table);
	}
	mutex_unlock(&rn->lock);
	return NOTIFY_DONE;
}

static struct notifier_block rtpe_netlink_notifier = {
	.notifier_call = rtpe_netlink_notify,
};

static int __net_init rtpe_net_init(struct net *net)
{
	struct rtpe_net *rn = rtpe_net(net);
	int err;

	rn->net = net;
	mutex_init(&rn->lock);
	INIT_LIST_HEAD(&rn->tables);
	INIT_DELAYED_WORK(&rn->housekeeping, rtpe_housekeeping);
	spin_lock_init(&rn->gone_lock);
	INIT_LIST_HEAD(&rn->gone);
	INIT_DELAYED_WORK(&rn->gone_work, rtpe_gone_work);
	err = rtpe_flow_table_init(rn);
	if (err)
		return err;
	err = rtpe_proc_net_init(rn);
	if (err)
		rtpe_flow_table_exit(rn);
	return err;
}

static void __net_exit rtpe_net_exit(struct net *net)
{
	struct rtpe_net *rn = rtpe_net(net);
	struct rtpe_table *table, *next;

	mutex_lock(&rn->lock);
	rn->dying = true;
	list_for_each_entry_safe(table, next, &rn->tables, entry)
		rtpe_table_delete(table);
	mutex_unlock(&rn->lock);
	cancel_delayed_work_sync(&rn->housekeeping);
	/* Callbacks of flows and tables still look at the namespace. */
	if (rn->used)
		rcu_barrier();
	rtpe_gone_exit(rn);
	rtpe_proc_net_exit(rn);
	rtpe_flow_table_exit(rn);
}

/* A device operation: flows let go of routes before the devices go. */
static struct pernet_operations rtpe_net_ops = {
	.init = rtpe_net_init,
	.exit = rtpe_net_exit,
	.id = &rtpe_net_id,
	.size = sizeof(struct rtpe_net),
};

int rtpe_pernet_init(void)
{
	int err = register_pernet_device(&rtpe_net_ops);

	if (err)
		return err;
	err = netlink_register_notifier(&rtpe_netlink_notifier);
	if (err)
		unregister_pernet_device(&rtpe_net_ops);
	return err;
}

void rtpe_pernet_exit(void)
{
	netlink_unregister_notifier(&rtpe_netlink_notifier);
	unregister_pernet_device(&rtpe_net_ops);
}
