// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a packet costs, beside the bare calls of the crypto API on the same octets. To be run with
 * -icount shift=0, where a nanosecond is an instruction. Loading it prints and fails.
 */

#include <crypto/hash.h>
#include <linux/err.h>
#include <linux/ktime.h>
#include <linux/module.h>
#include <linux/slab.h>

#include "selftest/srtp_fixture.h"
#include "srtp_context.h"
#include "srtp_driver.h"

#define PACKETS			200
#define SLOT			2048

struct bench {
	struct srtp_context *sender, *receiver;
	u8 *packets;
	unsigned int payload, plain, sealed;
};

static void fill(struct bench *bench, int round)
{
	int i;

	for (i = 0; i < PACKETS; i++) {
		u8 *packet = bench->packets + i * SLOT;

		memset(packet, i, bench->plain);
		plain_rtp(packet, 1, round * PACKETS + i);
	}
}

static u64 protect(struct bench *bench)
{
	u64 start = ktime_get_ns();
	unsigned int len;
	int i;

	for (i = 0; i < PACKETS; i++) {
		len = bench->plain;
		if (srtp_protect_rtp(bench->sender, bench->packets + i * SLOT, &len, 64))
			pr_alert("bench: protect failed\n");
	}
	start = ktime_get_ns() - start;
	bench->sealed = len;
	return start / PACKETS;
}

static u64 unprotect(struct bench *bench)
{
	u64 start = ktime_get_ns();
	unsigned int len;
	int i;

	for (i = 0; i < PACKETS; i++) {
		len = bench->sealed;
		if (srtp_unprotect_rtp(bench->receiver, bench->packets + i * SLOT, &len))
			pr_alert("bench: unprotect failed\n");
	}
	return (ktime_get_ns() - start) / PACKETS;
}

/* The ciphers by themselves, each keyed once. */
struct bare {
	struct crypto_skcipher *own, *ctr;	/* ctr: own, or the CPU's */
	struct crypto_aead *gcm;
	struct crypto_shash *hmac;
};

/* @internal: those that packets go through; else what the API offers by itself. */
static int bare_make(struct bare *bare, const struct srtp_suite_info *suite, bool internal)
{
	static const u8 key[SRTP_MAX_KEY] = { 1 };
	int err = 0;
	bool simd;

	if (suite->cipher == SRTP_CIPHER_AES_GCM) {
		if (internal)
			return srtp_driver_gcm(key, suite->key_len, &bare->gcm, &simd);
		bare->gcm = crypto_alloc_aead("gcm(aes)", 0, CRYPTO_ALG_ASYNC);
		return PTR_ERR_OR_ZERO(bare->gcm) ?:
		       crypto_aead_setkey(bare->gcm, key, suite->key_len);
	}
	if (suite->cipher == SRTP_CIPHER_AES_CM)
		err = srtp_driver_ctr_own(key, suite->key_len, &bare->own);
	if (err)
		return err;
	bare->ctr = bare->own;
	if (bare->own && internal && per_cpu(srtp_cpus, 0)->ctr_fast)
		bare->ctr = per_cpu(srtp_cpus, 0)->ctr_fast;	/* keyed by the packets before */
	bare->hmac = crypto_alloc_shash("hmac(sha1)", 0, 0);
	return PTR_ERR_OR_ZERO(bare->hmac) ?: crypto_shash_setkey(bare->hmac, key, 20);
}

static void bare_free(struct bare *bare)
{
	if (bare->own)
		crypto_free_skcipher(bare->own);
	if (!IS_ERR_OR_NULL(bare->gcm))
		crypto_free_aead(bare->gcm);
	if (!IS_ERR_OR_NULL(bare->hmac))
		crypto_free_shash(bare->hmac);
}

/* One call of the cipher for a packet; 0 = it went well. */
static int cipher(const struct bare *bare, struct bench *bench, u8 *packet, bool seal)
{
	struct srtp_cpu *cpu = per_cpu(srtp_cpus, 0);

	if (bare->ctr) {
		sg_set_buf(&cpu->sg, packet + 12, bench->payload);
		skcipher_request_set_tfm(&cpu->request.skcipher, bare->ctr);
		skcipher_request_set_callback(&cpu->request.skcipher, 0, NULL, NULL);
		skcipher_request_set_crypt(&cpu->request.skcipher, &cpu->sg, &cpu->sg,
					   bench->payload, cpu->iv);
		return crypto_skcipher_encrypt(&cpu->request.skcipher);
	}
	sg_set_buf(&cpu->sg, packet, bench->plain + 16);
	aead_request_set_tfm(&cpu->request.aead, bare->gcm);
	aead_request_set_callback(&cpu->request.aead, 0, NULL, NULL);
	aead_request_set_ad(&cpu->request.aead, 12);
	aead_request_set_crypt(&cpu->request.aead, &cpu->sg, &cpu->sg,
			       bench->payload + (seal ? 0 : 16), cpu->iv);
	return seal ? crypto_aead_encrypt(&cpu->request.aead) :
		      crypto_aead_decrypt(&cpu->request.aead);
}

/* The same octets, and nothing else: one cipher call, one digest. */
static u64 once(const struct bare *bare, struct bench *bench, bool seal)
{
	u64 start = ktime_get_ns();
	u8 digest[20], *packet;
	int i, err = 0;

	for (i = 0; i < PACKETS; i++) {
		packet = bench->packets + i * SLOT;
		if (bare->hmac) {
			SHASH_DESC_ON_STACK(desc, bare->hmac);

			desc->tfm = bare->hmac;
			err |= crypto_shash_digest(desc, packet, bench->plain + 4, digest);
		}
		if (bare->ctr || bare->gcm)
			err |= cipher(bare, bench, packet, seal);
	}
	start = ktime_get_ns() - start;
	if (err)
		pr_alert("bench: the cipher failed\n");
	return start / PACKETS;
}

static void run(u8 suite, const char *name, unsigned int payload)
{
	struct bench bench = { .payload = payload, .plain = 12 + payload };
	u64 sealed = 0, opened = 0, bare_sealed = 0, bare_opened = 0, slow = 0;
	struct bare internal = {}, wrapped = {};
	struct srtp_params params;
	int i;

	counted_key(&params, suite, 1);
	bench.sender = srtp_create(&params, true);
	bench.receiver = srtp_create(&params, false);
	bench.packets = kzalloc(PACKETS * SLOT, GFP_KERNEL);
	if (IS_ERR(bench.sender) || IS_ERR(bench.receiver) || !bench.packets ||
	    bare_make(&internal, srtp_suite_find(suite), true) ||
	    bare_make(&wrapped, srtp_suite_find(suite), false)) {
		pr_alert("bench: not set up\n");
		goto out;
	}
	local_bh_disable();
	for (i = 0; i < 3; i++) {	/* the last round counts */
		fill(&bench, i);
		sealed = protect(&bench);
		opened = unprotect(&bench);
	}
	for (i = 0; i < 2; i++) {
		bare_sealed = once(&internal, &bench, true);
		bare_opened = once(&internal, &bench, false);
		slow = once(&wrapped, &bench, true);
		once(&wrapped, &bench, false);
	}
	local_bh_enable();
	pr_alert("bench: %s payload %u: protect %llu of %llu, unprotect %llu of %llu, without internal drivers %llu\n",
		 name, payload, sealed, bare_sealed, opened, bare_opened, slow);
out:
	if (!IS_ERR(bench.sender))
		srtp_put(bench.sender);
	if (!IS_ERR(bench.receiver))
		srtp_put(bench.receiver);
	bare_free(&internal);
	bare_free(&wrapped);
	kfree(bench.packets);
}

static int __init bench_init(void)
{
	static const unsigned int payloads[] = { 160, 1200 };
	int i, err = srtp_init();

	if (err)
		return err;
	for (i = 0; i < ARRAY_SIZE(payloads); i++) {
		run(RTPENGINE_SRTP_AES_CM_128_HMAC_SHA1_80, "AES_CM_128_HMAC_SHA1_80", payloads[i]);
		run(RTPENGINE_SRTP_AES_256_CM_HMAC_SHA1_80, "AES_256_CM_HMAC_SHA1_80", payloads[i]);
		run(RTPENGINE_SRTP_AEAD_AES_128_GCM, "AEAD_AES_128_GCM", payloads[i]);
		run(RTPENGINE_SRTP_AEAD_AES_256_GCM, "AEAD_AES_256_GCM", payloads[i]);
		run(RTPENGINE_SRTP_NULL_HMAC_SHA1_80, "NULL_HMAC_SHA1_80", payloads[i]);
	}
	srtp_exit();
	return -EAGAIN;
}

module_init(bench_init);
MODULE_DESCRIPTION("costs of the SRTP of nft_rtpengine");
MODULE_LICENSE("GPL");
