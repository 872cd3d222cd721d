// SPDX-License-Identifier: GPL-2.0-only
/* The files below calls/: one per call, with the flows that carry its name. */
#include <linux/ctype.h>
#include <linux/jhash.h>
#include <linux/proc_fs.h>
#include <linux/seq_file.h>

#include "rtpe.h"

#define MAX_FILE_NAME	255

static struct hlist_head *rtpe_call_bucket(struct rtpe_table *table, const char *name)
{
	return &table->calls[jhash(name, strlen(name), 0) % RTPE_CALL_BUCKETS];
}

/* A name that a file may have; long ones end in a hash of the whole. */
static void rtpe_call_file_name(const char *name, char *file)
{
	const char *c;
	char *to = file;

	for (c = name; *c; c++) {
		if (to - file > MAX_FILE_NAME - 12) {
			sprintf(to, "~%08x", jhash(name, strlen(name), 0));
			return;
		}
		if ((isascii(*c) && isalnum(*c)) || strchr("-_~", *c) || (*c == '.' && c != name))
			*to++ = *c;
		else
			to += sprintf(to, "%%%02X", (u8)*c);
	}
	*to = '\0';
}

static int rtpe_call_show(struct seq_file *m, void *v)
{
	struct rtpe_call *call = m->private;
	struct rtpe_flow *flow;

	rcu_read_lock();
	list_for_each_entry_rcu(flow, &call->flows, call_entry)
		rtpe_show_flow(m, flow);
	rcu_read_unlock();
	return 0;
}

static struct rtpe_call *rtpe_call_new(struct rtpe_table *table, const char *name)
{
	char file[MAX_FILE_NAME + 1];
	struct rtpe_call *call;

	call = kzalloc(sizeof(*call) + strlen(name) + 1, GFP_KERNEL_ACCOUNT);
	if (!call)
		return NULL;
	strcpy(call->name, name);
	INIT_LIST_HEAD(&call->flows);
	call->table = table;
	rtpe_call_file_name(name, file);
	call->proc = proc_create_single_data(file, 0444, table->proc_calls, rtpe_call_show, call);
	if (!call->proc) {
		kfree(call);
		return NULL;
	}
	hlist_add_head(&call->entry, rtpe_call_bucket(table, name));
	return call;
}

int rtpe_call_join(struct rtpe_flow *flow, const char *name)
{
	struct rtpe_call *call;

	hlist_for_each_entry(call, rtpe_call_bucket(flow->table, name), entry) {
		if (!strcmp(call->name, name))
			goto found;
	}
	call = rtpe_call_new(flow->table, name);
	if (!call)
		return -ENOMEM;
found:
	list_add_tail_rcu(&flow->call_entry, &call->flows);
	flow->call = call;
	return 0;
}

void rtpe_call_leave(struct rtpe_flow *flow)
{
	struct rtpe_call *call = flow->call;

	if (!call)
		return;
	flow->call = NULL;
	list_del_rcu(&flow->call_entry);
	if (!list_empty(&call->flows))
		return;
	hlist_del(&call->entry);
	/* Waits for readers. */
	proc_remove(call->proc);
	kfree(call);
}
