/* SPDX-License-Identifier: GPL-2.0-only */
/* Octets of RTP and RTCP that SRTP has to know: RFC 3550 §§5.1 and 6.4.1. */
#ifndef _RTPENGINE_SRTP_BYTES_H
#define _RTPENGINE_SRTP_BYTES_H

#include <linux/string.h>
#include <linux/types.h>
#include <asm/byteorder.h>

#define RTP_FIXED_HEADER	12
#define RTCP_HEADER		8	/* never encrypted: first word and SSRC of the sender */

static inline u16 srtp_load16(const u8 *at)
{
	return at[0] << 8 | at[1];
}

static inline u32 srtp_load32(const u8 *at)
{
	__be32 value;

	memcpy(&value, at, sizeof(value));
	return be32_to_cpu(value);
}

static inline void srtp_store32(u32 value, u8 *at)
{
	__be32 octets = cpu_to_be32(value);

	memcpy(at, &octets, sizeof(octets));
}

/* With CSRC list and extension; 0: not RTP, or the header does not end in the packet. */
static inline unsigned int srtp_rtp_header(const u8 *packet, unsigned int len)
{
	unsigned int size;

	if (len < RTP_FIXED_HEADER || packet[0] >> 6 != 2)
		return 0;
	size = RTP_FIXED_HEADER + 4 * (packet[0] & 0x0f);
	if (packet[0] & 0x10) {
		if (len < size + 4)
			return 0;
		size += 4 + 4 * srtp_load16(packet + size + 2);
	}
	return size <= len ? size : 0;
}

static inline bool srtp_is_rtcp(const u8 *packet, unsigned int len)
{
	return len >= RTCP_HEADER && packet[0] >> 6 == 2;
}

#endif
