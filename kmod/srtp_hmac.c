// SPDX-License-Identifier: GPL-2.0-only

#include <crypto/hash.h>
#include <crypto/sha1.h>
#include <linux/err.h>
#include <linux/string.h>

#include "srtp_hmac.h"

#define INNER			0x36
#define OUTER			0x5c

static struct crypto_shash *sha1_tfm;

int srtp_hmac_init(void)
{
	struct crypto_shash *tfm = crypto_alloc_shash("sha1", 0, 0);

	if (IS_ERR(tfm))
		return PTR_ERR(tfm);
	sha1_tfm = tfm;
	return 0;
}

void srtp_hmac_exit(void)
{
	if (sha1_tfm)
		crypto_free_shash(sha1_tfm);
	sha1_tfm = NULL;
}

unsigned int srtp_hmac_size(void)
{
	return sha1_tfm ? 2 * crypto_shash_statesize(sha1_tfm) : 0;
}

static int pad(const u8 key[SRTP_AUTH_KEY], u8 padding, u8 *state)
{
	SHASH_DESC_ON_STACK(desc, sha1_tfm);
	u8 block[SHA1_BLOCK_SIZE];
	int err, i;

	memset(block, padding, sizeof(block));
	for (i = 0; i < SRTP_AUTH_KEY; i++)
		block[i] ^= key[i];
	desc->tfm = sha1_tfm;
	err = crypto_shash_init(desc) ?: crypto_shash_update(desc, block, sizeof(block)) ?:
	      crypto_shash_export(desc, state);
	memzero_explicit(block, sizeof(block));
	shash_desc_zero(desc);
	return err;
}

int srtp_hmac_key(const u8 key[SRTP_AUTH_KEY], u8 *states)
{
	BUILD_BUG_ON(SRTP_AUTH_KEY > SHA1_BLOCK_SIZE || SRTP_AUTH_KEY != SHA1_DIGEST_SIZE);
	if (!sha1_tfm)
		return -ENOENT;
	return pad(key, INNER, states) ?:
	       pad(key, OUTER, states + crypto_shash_statesize(sha1_tfm));
}

/* One call for the data: each has its price in saving the FPU. */
int srtp_hmac(const u8 *states, const u8 *data, unsigned int len, u8 digest[SRTP_AUTH_KEY])
{
	SHASH_DESC_ON_STACK(desc, sha1_tfm);

	desc->tfm = sha1_tfm;
	return crypto_shash_import(desc, states) ?:
	       crypto_shash_finup(desc, data, len, digest) ?:
	       crypto_shash_import(desc, states + crypto_shash_statesize(sha1_tfm)) ?:
	       crypto_shash_finup(desc, digest, SRTP_AUTH_KEY, digest);
}
