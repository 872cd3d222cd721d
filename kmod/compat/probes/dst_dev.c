// SPDX-License-Identifier: GPL-2.0-only
/* dst_dev(): the device of a route, which may change under the reader. */
#include <linux/module.h>
#include <net/dst.h>

struct net_device *probe(const struct dst_entry *dst);
struct net_device *probe(const struct dst_entry *dst)
{
	return dst_dev(dst);
}

MODULE_LICENSE("GPL");
