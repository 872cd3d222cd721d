// SPDX-License-Identifier: GPL-2.0-only
/*
 * The operators' window: /proc/rtpengine, a link into the reader's own network
 * namespace.  Nothing here directs media.
 *
 *   control          w   "add N", "del N": make or delete table N, if nobody owns it
 *   list             r   numbers of the tables
 *   N/control        rw  settings; "linger MS"
 *   N/list           r   the flows
 *   N/status         r   counters of the table
 *   N/calls/NAME     r   the flows of a call
 *
 * Readers hold RCU, not rn->lock: removing a file waits for them with the lock
 * held.  Keys are never shown.
 */
#include <linux/capability.h>
#include <linux/proc_fs.h>
#include <linux/seq_file.h>
#include <linux/uaccess.h>

#include "rtpe.h"

#define RTPE_PROC_NAME	"rtpengine"
#define MAX_COMMAND	32

static struct proc_dir_entry *rtpe_proc_link;

/* The namespace's administrator, not the machine's, owns its files. */
static void rtpe_proc_own(struct proc_dir_entry *entry, struct net *net)
{
	kuid_t uid = make_kuid(net->user_ns, 0);
	kgid_t gid = make_kgid(net->user_ns, 0);

	if (uid_valid(uid) && gid_valid(gid))
		proc_set_user(entry, uid, gid);
}

/* "WORD N" */
static int rtpe_proc_command(struct file *file, const char __user *buf, size_t len,
			     struct rtpe_net *rn, char *word, u32 *number)
{
	char text[MAX_COMMAND + 1], *end;

	if (!file_ns_capable(file, rn->net->user_ns, CAP_NET_ADMIN))
		return -EPERM;
	if (len > MAX_COMMAND)
		return -EINVAL;
	if (copy_from_user(text, buf, len))
		return -EFAULT;
	text[len] = '\0';
	end = strim(text);
	word = strscpy(word, strsep(&end, " "), MAX_COMMAND) > 0 ? word : NULL;
	if (!word || !end || kstrtou32(end, 10, number))
		return -EINVAL;
	return 0;
}

static ssize_t rtpe_proc_control_write(struct file *file, const char __user *buf, size_t len,
				       loff_t *pos)
{
	struct rtpe_net *rn = pde_data(file_inode(file));
	struct rtpe_table *table;
	char word[MAX_COMMAND];
	int err;
	u32 id;

	err = rtpe_proc_command(file, buf, len, rn, word, &id);
	if (err)
		return err;
	if (id > RTPENGINE_MAX_TABLE_ID)
		return -ERANGE;
	mutex_lock(&rn->lock);
	table = rtpe_table_find(rn, id);
	if (!strcmp(word, "add")) {
		err = -EEXIST;
		if (!table) {
			table = rtpe_table_new(rn, id, RTPENGINE_HOOK_INPUT_FIRST,
					       rtpe_hook_priority(RTPENGINE_HOOK_INPUT_FIRST),
					       NULL);
			err = PTR_ERR_OR_ZERO(table);
			if (!err)
				table->forever = true;
		}
	} else if (!strcmp(word, "del")) {
		err = !table ? -ENOENT : table->owner ? -EBUSY : 0;
		if (!err)
			rtpe_table_delete(table);
	} else {
		err = -EINVAL;
	}
	mutex_unlock(&rn->lock);
	return err ?: len;
}

static const struct proc_ops rtpe_control_ops = {
	.proc_write = rtpe_proc_control_write,
	.proc_lseek = noop_llseek,
};

static int rtpe_list_show(struct seq_file *m, void *v)
{
	struct rtpe_net *rn = m->private;
	struct rtpe_table *table;

	rcu_read_lock();
	list_for_each_entry_rcu(table, &rn->tables, entry)
		seq_printf(m, "%u\n", table->id);
	rcu_read_unlock();
	return 0;
}

static int rtpe_table_control_show(struct seq_file *m, void *v)
{
	struct rtpe_table *table = m->private;

	seq_printf(m, "hook %s\npriority %d\nlinger %u\nmax-flows %u\n",
		   rtpe_hook_name(READ_ONCE(table->hook)), READ_ONCE(table->priority),
		   READ_ONCE(table->linger), READ_ONCE(table->max_flows));
	return 0;
}

static int rtpe_table_control_open(struct inode *inode, struct file *file)
{
	return single_open(file, rtpe_table_control_show, pde_data(inode));
}

static ssize_t rtpe_table_control_write(struct file *file, const char __user *buf, size_t len,
					loff_t *pos)
{
	struct rtpe_table *table = pde_data(file_inode(file));
	char word[MAX_COMMAND];
	u32 linger;
	int err;

	err = rtpe_proc_command(file, buf, len, table->rn, word, &linger);
	if (err)
		return err;
	if (strcmp(word, "linger"))
		return -EINVAL;
	if (linger > RTPENGINE_MAX_LINGER)
		return -ERANGE;
	WRITE_ONCE(table->linger, linger);
	return len;
}

static const struct proc_ops rtpe_table_control_ops = {
	.proc_open = rtpe_table_control_open,
	.proc_read = seq_read,
	.proc_write = rtpe_table_control_write,
	.proc_lseek = seq_lseek,
	.proc_release = single_release,
};

static int rtpe_table_status_show(struct seq_file *m, void *v)
{
	struct rtpe_table *table = m->private;
	unsigned long expires = READ_ONCE(table->expires);
	u32 owner = READ_ONCE(table->owner);
	unsigned int i;
	u64 sum;

	seq_printf(m, "Refcount:    %u\n", refcount_read(&table->refs));
	seq_printf(m, "Owner:       %u\n", owner);
	seq_printf(m, "Flows:       %u\n", READ_ONCE(table->flow_count));
	seq_printf(m, "Max flows:   %u\n", READ_ONCE(table->max_flows));
	seq_printf(m, "Hook:        %s, priority %d\n", rtpe_hook_name(READ_ONCE(table->hook)),
		   READ_ONCE(table->priority));
	seq_printf(m, "Linger:      %u ms\n", READ_ONCE(table->linger));
	if (!owner && !READ_ONCE(table->forever))
		seq_printf(m, "Ends in:     %u ms\n", time_before(jiffies, expires) ?
			   jiffies_to_msecs(expires - jiffies) : 0);
	seq_printf(m, "Events lost: %llu\n", (u64)atomic64_read(&table->events_lost));
	for (i = 1; i < __RTPENGINE_REASON_LAST; i++) {
		sum = rtpe_reason_sum(table, i);
		if (sum)
			seq_printf(m, "Packets %s: %llu\n", rtpe_reason_name(i), sum);
	}
	return 0;
}

/* The position is the flow's id. */
static void *rtpe_flows_start(struct seq_file *m, loff_t *pos) __acquires(RCU)
{
	struct rtpe_table *table = pde_data(file_inode(m->file));
	struct rtpe_flow *flow;
	unsigned long id = *pos;

	rcu_read_lock();
	flow = *pos > U32_MAX ? NULL : xa_find(&table->flows, &id, U32_MAX, XA_PRESENT);
	*pos = id;
	return flow;
}

static void *rtpe_flows_next(struct seq_file *m, void *v, loff_t *pos)
{
	struct rtpe_table *table = pde_data(file_inode(m->file));
	struct rtpe_flow *flow;
	unsigned long id = *pos;

	flow = xa_find_after(&table->flows, &id, U32_MAX, XA_PRESENT);
	*pos = flow ? id : (loff_t)U32_MAX + 1;
	return flow;
}

static void rtpe_flows_stop(struct seq_file *m, void *v) __releases(RCU)
{
	rcu_read_unlock();
}

static int rtpe_flows_show(struct seq_file *m, void *v)
{
	rtpe_show_flow(m, v);
	return 0;
}

static const struct seq_operations rtpe_flows_ops = {
	.start = rtpe_flows_start,
	.next = rtpe_flows_next,
	.stop = rtpe_flows_stop,
	.show = rtpe_flows_show,
};

int rtpe_proc_table_add(struct rtpe_table *table)
{
	struct rtpe_net *rn = table->rn;
	struct proc_dir_entry *control, *list, *status;
	char name[12];

	snprintf(name, sizeof(name), "%u", table->id);
	table->proc = proc_mkdir(name, rn->proc);
	if (!table->proc)
		return -ENOMEM;
	table->proc_calls = proc_mkdir("calls", table->proc);
	control = proc_create_data("control", 0660, table->proc, &rtpe_table_control_ops, table);
	list = proc_create_seq_data("list", 0444, table->proc, &rtpe_flows_ops, table);
	status = proc_create_single_data("status", 0444, table->proc, rtpe_table_status_show, table);
	if (!table->proc_calls || !control || !list || !status) {
		proc_remove(table->proc);
		return -ENOMEM;
	}
	rtpe_proc_own(control, rn->net);
	return 0;
}

void rtpe_proc_table_remove(struct rtpe_table *table)
{
	proc_remove(table->proc);
}

int rtpe_proc_net_init(struct rtpe_net *rn)
{
	struct proc_dir_entry *control, *list;

	rn->proc = proc_mkdir(RTPE_PROC_NAME, rn->net->proc_net);
	if (!rn->proc)
		return -ENOMEM;
	control = proc_create_data("control", 0220, rn->proc, &rtpe_control_ops, rn);
	list = proc_create_single_data("list", 0444, rn->proc, rtpe_list_show, rn);
	if (!control || !list) {
		proc_remove(rn->proc);
		return -ENOMEM;
	}
	rtpe_proc_own(control, rn->net);
	return 0;
}

void rtpe_proc_net_exit(struct rtpe_net *rn)
{
	proc_remove(rn->proc);
}

int rtpe_proc_init(void)
{
	rtpe_proc_link = proc_symlink(RTPE_PROC_NAME, NULL, "self/net/" RTPE_PROC_NAME);
	return rtpe_proc_link ? 0 : -ENOMEM;
}

void rtpe_proc_exit(void)
{
	proc_remove(rtpe_proc_link);
}
