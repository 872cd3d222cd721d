/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _RTPENGINE_SRTP_KDF_H
#define _RTPENGINE_SRTP_KDF_H

#include "srtp.h"

#define SRTP_AUTH_KEY		20

/* To be erased by who has them. */
struct srtp_session_keys {
	u8 cipher[SRTP_MAX_KEY];	/* as much of it as the master key is long */
	u8 auth[SRTP_AUTH_KEY];
	u8 salt[SRTP_MAX_SALT];		/* as much as the master salt is long */
};

/* @key_len 16, 24 or 32, @salt_len at most 14; else -EINVAL. Process context. */
int srtp_kdf(const u8 *key, size_t key_len, const u8 *salt, size_t salt_len, bool rtcp,
	     struct srtp_session_keys *keys);

#endif
