/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Encryption and authentication of one packet whose index is known: RFC 3711 §§4.1 and 4.2,
 * RFC 6188, RFC 7714. Not which index that is (srtp_index.h), nor where tag, MKI and index stand
 * (srtp.c).
 *
 * @body is header and payload, without what SRTP adds; @header the octets of it that stay in the
 * clear. @word is authenticated with it: the ROC for SRTP, E-bit and index for SRTCP.
 */
#ifndef _RTPENGINE_SRTP_TRANSFORM_H
#define _RTPENGINE_SRTP_TRANSFORM_H

#include "srtp.h"

struct crypto_aead;
struct crypto_skcipher;
struct srtp_session_keys;

enum srtp_cipher { SRTP_CIPHER_NULL, SRTP_CIPHER_AES_CM, SRTP_CIPHER_AES_GCM };

/* Lengths in octets. Session keys are as long as master keys. */
struct srtp_suite_info {
	u8 key_len;
	u8 salt_len;
	u8 rtp_tag_len;
	u8 rtcp_tag_len;	/* never the short one of the _32 suites (RFC 3711 §5.2) */
	u8 cipher;
};

/* NULL: there is none of that number. */
const struct srtp_suite_info *srtp_suite_find(unsigned int suite);

struct srtp_transform {
	u8 cipher;
	u8 tag_len;
	u8 key_len;
	bool rtcp;
	bool encrypts;
	bool simd;			/* gcm needs srtp_may_use_simd() */
	u32 salt[4];			/* filled up with zeros */
	u8 key[SRTP_MAX_KEY] __aligned(16);
	struct crypto_aead *gcm;	/* NULL: not AEAD */
	struct crypto_skcipher *ctr;	/* NULL: the CPU's get the key */
	u8 hmac[];			/* of srtp_hmac.h; not for AEAD */
};

/* Octets of one, after srtp_init(). */
size_t srtp_transform_size(void);

/*
 * Process context. @transform is of srtp_transform_size(), all zeros; afterwards it is for
 * srtp_transform_free() in any case. @params fit the suite.
 */
int srtp_transform_key(struct srtp_transform *transform, const struct srtp_suite_info *suite,
		       const struct srtp_session_keys *keys, bool rtcp);
int srtp_transform_init(struct srtp_transform *transform, const struct srtp_params *params,
			bool rtcp);
/* What it has; not its own memory, which has no secrets any more. */
void srtp_transform_free(struct srtp_transform *transform);

/* The tag of AEAD is part of the ciphertext: MKI and index of SRTCP come after it. */
static inline bool srtp_transform_aead(const struct srtp_transform *transform)
{
	return transform->cipher == SRTP_CIPHER_AES_GCM;
}

/*
 * Bottom halves are disabled for both of these.
 *
 * Encrypts in place. At least 4 octets and the tag may be written behind @body: the tag of AEAD is
 * there afterwards, and @word otherwise; the other tag is at @tag.
 */
int srtp_transform_seal(const struct srtp_transform *transform, u8 *body, unsigned int len,
			unsigned int header, u32 word, u8 tag[SRTP_MAX_TAG]);

/*
 * Decrypts in place with the first of @words that fits, and returns its position. -EBADMSG: none
 * does; then, and after any other error, nothing has changed. @tag is behind @body, not necessarily
 * next to it, except for AEAD; there are 4 octets behind @body at least.
 */
int srtp_transform_open(const struct srtp_transform *transform, u8 *body, unsigned int len,
			unsigned int header, const u8 *tag, const u32 *words, unsigned int count);

#endif
