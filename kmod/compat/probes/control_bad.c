// SPDX-License-Identifier: GPL-2.0-only
/* Control: compiles with none, by the very error that a changed prototype gives. */
#include <linux/module.h>

static int one(int *number)
{
	return *number;
}

int control_bad(long *number);
int control_bad(long *number)
{
	return one(number);
}

MODULE_LICENSE("GPL");
