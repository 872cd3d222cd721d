// SPDX-License-Identifier: GPL-2.0-only
/*
 * Session keys from master keys: RFC 3711 §4.3, RFC 6188 §3, RFC 7714 §11. The key derivation rate
 * is 0, so keys are derived once.
 */

#include <crypto/aes.h>
#include <linux/string.h>

#include "srtp_kdf.h"

/* The key stream of AES in counter mode, its counter from 0 in the last two octets of the IV. */
static void derive(const struct crypto_aes_ctx *aes, const u8 *salt, size_t salt_len, u8 label,
		   u8 *target, size_t len)
{
	u8 iv[AES_BLOCK_SIZE] = {}, block[AES_BLOCK_SIZE];
	size_t n;

	memcpy(iv, salt, salt_len);	/* a salt of 96 bits is filled up with zeros */
	iv[7] ^= label;			/* key_id; index DIV rate is 0 */
	for (; len; target += n, len -= n) {
		n = min_t(size_t, len, sizeof(block));
		aes_encrypt(aes, block, iv);
		memcpy(target, block, n);
		iv[15]++;
	}
	memzero_explicit(block, sizeof(block));
}

int srtp_kdf(const u8 *key, size_t key_len, const u8 *salt, size_t salt_len, bool rtcp,
	     struct srtp_session_keys *keys)
{
	u8 label = rtcp ? 3 : 0;
	struct crypto_aes_ctx aes;
	int err;

	if (salt_len > sizeof(keys->salt))
		return -EINVAL;
	err = aes_expandkey(&aes, key, key_len);
	if (err)
		return err;
	memset(keys, 0, sizeof(*keys));
	derive(&aes, salt, salt_len, label, keys->cipher, key_len);
	derive(&aes, salt, salt_len, label + 1, keys->auth, sizeof(keys->auth));
	derive(&aes, salt, salt_len, label + 2, keys->salt, salt_len);
	memzero_explicit(&aes, sizeof(aes));
	return 0;
}
