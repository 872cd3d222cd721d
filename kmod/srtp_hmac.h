/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * HMAC-SHA1 (RFC 2104) of two states: SHA1 after the inner and after the outer padding. They are all that a key is; an
 * "hmac(sha1)" of the crypto API has them too, and a cipher of its own around them.
 */
#ifndef _RTPENGINE_SRTP_HMAC_H
#define _RTPENGINE_SRTP_HMAC_H

#include "srtp_kdf.h"

/* Process context; without it nothing else of these is called. */
int srtp_hmac_init(void);
void srtp_hmac_exit(void);

/* Octets of both states; 0: the kernel has no SHA1. */
unsigned int srtp_hmac_size(void);
/* @states is secret from then on. */
int srtp_hmac_key(const u8 key[SRTP_AUTH_KEY], u8 *states);
/* Any context. */
int srtp_hmac(const u8 *states, const u8 *data, unsigned int len, u8 digest[SRTP_AUTH_KEY]);

#endif
