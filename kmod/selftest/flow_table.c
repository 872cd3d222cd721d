// SPDX-License-Identifier: GPL-2.0-only
/*
 * The flow table by itself, in a namespace and table that nobody else sees: both families, growing
 * and shrinking, limits, replacement, and a reader that never misses what is there all the time.
 */

#include <linux/err.h>
#include <linux/kthread.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>

#include "../rtpe.h"
#include "selftest.h"

#define FLOWS			2000

struct scene {
	struct rtpe_net rn;
	struct rtpe_table table;
	struct rtpe_addr steady;
	bool missed;
	u64 looks;
};

/*
 * Every second address is IPv6. Pairs of both families have the same first word and port, and
 * there are runs of the same address with other ports, and the reverse.
 */
static void address(unsigned int i, struct rtpe_addr *addr)
{
	unsigned int pair = i / 2;

	memset(addr, 0, sizeof(*addr));
	addr->family = i % 2 ? AF_INET6 : AF_INET;
	addr->word[0] = (__force u32)htonl(0x0a000001 + pair / 100);
	if (i % 2)
		addr->word[3] = pair % 10;
	addr->port = htons(30000 + 2 * (pair % 100));
}

static struct rtpe_flow *insert(struct scene *scene, const struct rtpe_addr *addr, bool replace,
				struct rtpe_flow **old)
{
	struct rtpe_flow *flow = rtpe_flow_alloc(0, 0);
	int err;

	if (!flow)
		return ERR_PTR(-ENOMEM);
	flow->local = *addr;
	mutex_lock(&scene->rn.lock);
	err = rtpe_flow_insert(&scene->table, flow, replace, old, NULL);
	mutex_unlock(&scene->rn.lock);
	if (!err)
		return flow;
	rtpe_flow_free(flow);
	return ERR_PTR(err);
}

static void remove(struct scene *scene, struct rtpe_flow *flow)
{
	mutex_lock(&scene->rn.lock);
	rtpe_flow_remove(flow);
	rtpe_flow_release(flow, 0, 0);
	mutex_unlock(&scene->rn.lock);
}

/* The flow is not to be touched, it is only to be told from others. */
static const struct rtpe_flow *look_up(struct scene *scene, const struct rtpe_addr *addr)
{
	const struct rtpe_flow *flow;

	rcu_read_lock();
	flow = rtpe_flow_lookup(&scene->rn, addr);
	rcu_read_unlock();
	return flow;
}

static int reader(void *argument)
{
	struct scene *scene = argument;

	while (!kthread_should_stop()) {
		if (!look_up(scene, &scene->steady))
			scene->missed = true;
		scene->looks++;
		cond_resched();
	}
	return 0;
}

static void fills_and_empties(struct selftest *test, struct scene *scene, struct rtpe_flow **flows)
{
	struct rtpe_flow *old;
	struct rtpe_addr addr;
	unsigned int i;

	for (i = 0; i < FLOWS; i++) {
		address(i, &addr);
		EXPECT(test, !look_up(scene, &addr));
		flows[i] = insert(scene, &addr, false, &old);
		if (IS_ERR(flows[i]))
			return selftest_fail(test, "flow %u: %ld", i, PTR_ERR(flows[i]));
		EXPECT(test, !old);
	}
	for (i = 0; i < FLOWS; i++) {
		address(i, &addr);
		EXPECT(test, look_up(scene, &addr) == flows[i]);
	}
	EXPECT(test, scene->table.flow_count == FLOWS + 1);
	/* From the middle, so that chains lose heads, bodies and tails. */
	for (i = 0; i < FLOWS; i++) {
		address((i * 7) % FLOWS, &addr);
		remove(scene, flows[(i * 7) % FLOWS]);
		flows[(i * 7) % FLOWS] = NULL;
		EXPECT(test, !look_up(scene, &addr));
	}
	for (i = 0; i < FLOWS; i++) {
		address(i, &addr);
		EXPECT(test, !look_up(scene, &addr));
	}
	EXPECT(test, scene->table.flow_count == 1);
}

static void limits(struct selftest *test, struct scene *scene)
{
	struct rtpe_flow *first, *second, *old;
	struct rtpe_addr addr, other;

	address(0, &addr);
	address(1, &other);
	first = insert(scene, &addr, false, &old);
	if (IS_ERR(first))
		return selftest_fail(test, "no flow");
	EXPECT(test, PTR_ERR(insert(scene, &addr, false, &old)) == -EADDRINUSE);
	EXPECT(test, look_up(scene, &addr) == first);
	scene->table.max_flows = scene->table.flow_count;
	EXPECT(test, PTR_ERR(insert(scene, &other, false, &old)) == -ENOSPC);
	EXPECT(test, !look_up(scene, &other));

	/* To replace one takes no place. */
	second = insert(scene, &addr, true, &old);
	if (IS_ERR(second)) {
		selftest_fail(test, "replace: %ld", PTR_ERR(second));
		return remove(scene, first);
	}
	EXPECT(test, old == first && look_up(scene, &addr) == second);
	EXPECT(test, first->id != second->id);
	mutex_lock(&scene->rn.lock);
	rtpe_flow_release(first, 0, 0);
	mutex_unlock(&scene->rn.lock);
	remove(scene, second);
	scene->table.max_flows = FLOWS + 1;
}

static struct scene *new_scene(void)
{
	struct scene *scene = kvzalloc(sizeof(*scene), GFP_KERNEL);

	if (!scene)
		return NULL;
	mutex_init(&scene->rn.lock);
	spin_lock_init(&scene->rn.gone_lock);
	INIT_LIST_HEAD(&scene->rn.gone);
	INIT_DELAYED_WORK(&scene->rn.gone_work, rtpe_gone_work);
	if (rtpe_flow_table_init(&scene->rn)) {
		kvfree(scene);
		return NULL;
	}
	scene->table.rn = &scene->rn;
	scene->table.max_flows = FLOWS + 1;
	xa_init_flags(&scene->table.flows, XA_FLAGS_ALLOC1);
	refcount_set(&scene->table.refs, 1);	/* never the last one: it is a part of the scene */
	address(FLOWS, &scene->steady);
	return scene;
}

static void end_scene(struct selftest *test, struct scene *scene)
{
	rcu_barrier();
	EXPECT(test, refcount_read(&scene->table.refs) == 1);
	EXPECT(test, atomic_read(&scene->rn.flow_count) == 0);
	xa_destroy(&scene->table.flows);
	rtpe_flow_table_exit(&scene->rn);
	kvfree(scene);
}

void selftest_flow_table(struct selftest *test)
{
	struct rtpe_flow **flows = kvcalloc(FLOWS, sizeof(*flows), GFP_KERNEL), *steady, *old;
	struct scene *scene = new_scene();
	struct task_struct *task;
	unsigned int i;

	if (!flows || !scene) {
		selftest_fail(test, "no memory");
		goto out;
	}
	steady = insert(scene, &scene->steady, false, &old);
	if (IS_ERR(steady)) {
		selftest_fail(test, "no flow");
		goto out;
	}
	task = kthread_run(reader, scene, "rtpe_selftest");
	if (IS_ERR(task))
		selftest_fail(test, "no thread");
	fills_and_empties(test, scene, flows);
	for (i = 0; i < FLOWS; i++) {
		if (!IS_ERR_OR_NULL(flows[i]))
			remove(scene, flows[i]);
	}
	limits(test, scene);
	if (!IS_ERR(task)) {
		kthread_stop(task);
		EXPECT(test, !scene->missed);
	}
	remove(scene, steady);
out:
	if (scene)
		end_scene(test, scene);
	kvfree(flows);
}
