// SPDX-License-Identifier: GPL-2.0-only
/* genl_family.resv_start_op: from which command on all but a few flags of a message are refused. */
#include <linux/module.h>
#include <net/genetlink.h>

struct genl_family probe = { .resv_start_op = 1 };

MODULE_LICENSE("GPL");
