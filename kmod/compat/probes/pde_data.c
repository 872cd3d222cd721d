// SPDX-License-Identifier: GPL-2.0-only
/* pde_data(); before it was a function the macro was called PDE_DATA(). */
#include <linux/module.h>
#include <linux/proc_fs.h>

void *probe(const struct inode *inode);
void *probe(const struct inode *inode)
{
	return pde_data(inode);
}

MODULE_LICENSE("GPL");
