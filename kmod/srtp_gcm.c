// SPDX-License-Identifier: GPL-2.0-only

#include <crypto/aes.h>
#include <crypto/algapi.h>
#include <linux/errno.h>
#include <linux/minmax.h>
#include <linux/string.h>

#include "srtp_bytes.h"
#include "srtp_gcm.h"

#define TAG			16
#define IV			12

/* 128 bits; the first of them is the highest of @high. */
struct block {
	u64 high, low;
};

static u64 load64(const u8 *at)
{
	return (u64)srtp_load32(at) << 32 | srtp_load32(at + 4);
}

static void store64(u64 value, u8 *at)
{
	srtp_store32(value >> 32, at);
	srtp_store32(value, at + 4);
}

/* @sum times @h in GF(2^128), §6.3. The same steps whatever the bits are. */
static void multiply(struct block *sum, const struct block *h)
{
	struct block z = {}, v = *h;
	int i;

	for (i = 0; i < 128; i++) {
		u64 bit = (i < 64 ? sum->high >> (63 - i) : sum->low >> (127 - i)) & 1;
		u64 carry = v.low & 1;

		z.high ^= v.high & -bit;
		z.low ^= v.low & -bit;
		v.low = v.low >> 1 | v.high << 63;
		v.high = v.high >> 1 ^ (0xe1ULL << 56 & -carry);
	}
	*sum = z;
	memzero_explicit(&v, sizeof(v));
}

/* GHASH of @data, filled up with zeros. */
static void hash(struct block *sum, const struct block *h, const u8 *data, unsigned int len)
{
	u8 last[AES_BLOCK_SIZE];
	unsigned int n;

	for (; len; data += n, len -= n) {
		n = min_t(unsigned int, len, AES_BLOCK_SIZE);
		memset(last, 0, sizeof(last));
		memcpy(last, data, n);
		sum->high ^= load64(last);
		sum->low ^= load64(last + 8);
		multiply(sum, h);
	}
}

/* The counter is 1 for the tag, and goes on from 2 with the text. */
static void stream(const struct crypto_aes_ctx *aes, const u8 iv[IV], u32 counter,
		   u8 block[AES_BLOCK_SIZE])
{
	memcpy(block, iv, IV);
	srtp_store32(counter, block + IV);
	aes_encrypt(aes, block, block);
}

static void crypt(const struct crypto_aes_ctx *aes, const u8 iv[IV], u8 *text, unsigned int len)
{
	u8 block[AES_BLOCK_SIZE];
	unsigned int i;

	for (i = 0; i < len; i++) {
		if (i % AES_BLOCK_SIZE == 0)
			stream(aes, iv, 2 + i / AES_BLOCK_SIZE, block);
		text[i] ^= block[i % AES_BLOCK_SIZE];
	}
	memzero_explicit(block, sizeof(block));
}

static void tag_of(const struct crypto_aes_ctx *aes, const u8 iv[IV], const u8 *text,
		   unsigned int clear, unsigned int len, u8 tag[TAG])
{
	u8 block[AES_BLOCK_SIZE] = {};
	struct block h, sum = {};

	aes_encrypt(aes, block, block);
	h.high = load64(block);
	h.low = load64(block + 8);
	hash(&sum, &h, text, clear);
	hash(&sum, &h, text + clear, len);
	sum.high ^= 8ULL * clear;
	sum.low ^= 8ULL * len;
	multiply(&sum, &h);
	stream(aes, iv, 1, block);
	store64(sum.high ^ load64(block), tag);
	store64(sum.low ^ load64(block + 8), tag + 8);
	memzero_explicit(block, sizeof(block));
	memzero_explicit(&h, sizeof(h));
	memzero_explicit(&sum, sizeof(sum));
}

int srtp_gcm_crypt(const u8 *key, unsigned int key_len, const u8 iv[IV], u8 *text,
		   unsigned int clear, unsigned int len, bool seal)
{
	u8 tag[TAG], *end = text + clear + len;
	struct crypto_aes_ctx aes;
	int err = aes_expandkey(&aes, key, key_len);

	if (err)
		return err;
	if (seal)
		crypt(&aes, iv, text + clear, len);
	tag_of(&aes, iv, text, clear, len, tag);
	if (seal) {
		memcpy(end, tag, TAG);
	} else {
		crypt(&aes, iv, text + clear, len);
		err = crypto_memneq(tag, end, TAG) ? -EBADMSG : 0;
	}
	memzero_explicit(&aes, sizeof(aes));
	return err;
}
