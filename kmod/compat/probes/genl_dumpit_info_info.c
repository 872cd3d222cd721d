// SPDX-License-Identifier: GPL-2.0-only
/* genl_dumpit_info() holds a struct genl_info; before that it had the attributes itself. */
#include <linux/module.h>
#include <net/genetlink.h>

struct nlattr **probe(struct netlink_callback *cb);
struct nlattr **probe(struct netlink_callback *cb)
{
	return genl_dumpit_info(cb)->info.attrs;
}

MODULE_LICENSE("GPL");
