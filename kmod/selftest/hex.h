/* SPDX-License-Identifier: GPL-2.0-only */
/* Vectors are written as the RFCs print them. */
#ifndef _RTPENGINE_SELFTEST_HEX_H
#define _RTPENGINE_SELFTEST_HEX_H

#include <linux/kernel.h>
#include <linux/string.h>

/* How many octets there are, and them; 0 if there is no room. */
static inline unsigned int hex_octets(const char *hex, u8 *octets, unsigned int room)
{
	unsigned int count = strlen(hex) / 2;

	return count <= room && !hex2bin(octets, hex, count) ? count : 0;
}

static inline bool hex_equal(const char *hex, const u8 *octets, unsigned int count)
{
	unsigned int i;
	u8 octet;

	if (strlen(hex) != 2 * count)
		return false;
	for (i = 0; i < count; i++) {
		if (hex2bin(&octet, hex + 2 * i, 1) || octet != octets[i])
			return false;
	}
	return true;
}

#endif
