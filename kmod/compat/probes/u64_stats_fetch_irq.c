// SPDX-License-Identifier: GPL-2.0-only
/* u64_stats_fetch_begin_irq(): gone where the plain form is good in interrupts too. */
#include <linux/module.h>
#include <linux/u64_stats_sync.h>

unsigned int probe(const struct u64_stats_sync *sync);
unsigned int probe(const struct u64_stats_sync *sync)
{
	return u64_stats_fetch_begin_irq(sync);
}

MODULE_LICENSE("GPL");
