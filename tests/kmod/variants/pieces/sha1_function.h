/* SPDX-License-Identifier: GPL-2.0-only */
/* lib/crypto has a function of this name. */
#include <linux/types.h>

void sha1(const u8 *data, size_t len, u8 out[20]);
