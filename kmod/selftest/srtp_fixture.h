/* SPDX-License-Identifier: GPL-2.0-only */
/* Keys and packets for the tests of SRTP. */
#ifndef _RTPENGINE_SELFTEST_SRTP_FIXTURE_H
#define _RTPENGINE_SELFTEST_SRTP_FIXTURE_H

#include <linux/bottom_half.h>
#include <linux/string.h>

#include "../srtp_bytes.h"
#include "../srtp_transform.h"

/* What a packet's hook has done already. */
#define BH_OFF(call) ({			\
	typeof(call) _result;		\
					\
	local_bh_disable();		\
	_result = (call);		\
	local_bh_enable();		\
	_result;			\
})

/* Counted up from @seed, as tests/kmod/srtp/suites.h does. */
static inline void counted_key(struct srtp_params *params, u8 suite, u8 seed)
{
	const struct srtp_suite_info *info = srtp_suite_find(suite);
	unsigned int i;

	memset(params, 0, sizeof(*params));
	params->suite = suite;
	params->key_len = info->key_len;
	params->salt_len = info->salt_len;
	for (i = 0; i < info->key_len; i++)
		params->key[i] = seed + 3 * i;
	for (i = 0; i < info->salt_len; i++)
		params->salt[i] = 7 * seed + i;
}

#define PLAIN_RTP		32
/* 20 octets of payload. */
static inline unsigned int plain_rtp(u8 *packet, u32 ssrc, u16 sequence)
{
	memset(packet, 0x55, PLAIN_RTP);
	packet[0] = 0x80;
	packet[1] = 0;
	packet[2] = sequence >> 8;
	packet[3] = sequence;
	srtp_store32(sequence * 160, packet + 4);
	srtp_store32(ssrc, packet + 8);
	return PLAIN_RTP;
}

#define PLAIN_RTCP		32
/* A receiver report with one block. */
static inline unsigned int plain_rtcp(u8 *packet, u32 ssrc)
{
	memset(packet, 0x33, PLAIN_RTCP);
	packet[0] = 0x81;
	packet[1] = 201;
	packet[2] = 0;
	packet[3] = PLAIN_RTCP / 4 - 1;
	srtp_store32(ssrc, packet + 4);
	return PLAIN_RTCP;
}

#endif
