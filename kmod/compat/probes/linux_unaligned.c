// SPDX-License-Identifier: GPL-2.0-only
/* <linux/unaligned.h>; it was <asm/unaligned.h>. */
#include <linux/module.h>
#include <linux/unaligned.h>

u32 probe(const void *p);
u32 probe(const void *p)
{
	return get_unaligned_be32(p);
}

MODULE_LICENSE("GPL");
