/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * AES-GCM (NIST SP 800-38D) without the crypto API, for the moments at which the FPU belongs to somebody else: slow, and
 * without memory of its own for each key. IVs of 96 bits, tags of 128.
 */
#ifndef _RTPENGINE_SRTP_GCM_H
#define _RTPENGINE_SRTP_GCM_H

#include <linux/types.h>

/*
 * @text begins with @clear octets of associated data, @len octets of text follow, and the tag. -EBADMSG: the tag does not
 * fit; the text is decrypted all the same, as by drivers. Any context.
 */
int srtp_gcm_crypt(const u8 *key, unsigned int key_len, const u8 iv[12], u8 *text,
		   unsigned int clear, unsigned int len, bool seal);

#endif
