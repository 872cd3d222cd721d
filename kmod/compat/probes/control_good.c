// SPDX-License-Identifier: GPL-2.0-only
/* Control: compiles with every header tree that a module can be built with. */
#include <linux/module.h>
#include <linux/netfilter.h>
#include <net/genetlink.h>

MODULE_LICENSE("GPL");
