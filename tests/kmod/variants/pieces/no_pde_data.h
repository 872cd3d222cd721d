/* SPDX-License-Identifier: GPL-2.0-only */
static inline void *PDE_DATA(const struct inode *inode)
{
	return pde_data(inode);
}
#define pde_data variant_without_pde_data
