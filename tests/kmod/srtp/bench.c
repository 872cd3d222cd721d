// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a packet costs, beside the bare calls of the crypto API on the same octets. To be run with
 * -icount shift=0, where a nanosecond is an instruction. Loading it prints and fails.
 */

#include <asm/simd.h>
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

/* One call of the cipher for a packet; 0 = it went well. */
static int cipher(struct crypto_skcipher *ctr, struct crypto_aead *gcm, struct bench *bench,
		  u8 *packet, bool seal)
{
	struct srtp_cpu *cpu = per_cpu(srtp_cpus, 0);

	if (ctr) {
		sg_set_buf(&cpu->sg, packet + 12, bench->payload);
		skcipher_request_set_tfm(&cpu->request.skcipher, ctr);
		skcipher_request_set_callback(&cpu->request.skcipher, 0, NULL, NULL);
		skcipher_request_set_crypt(&cpu->request.skcipher, &cpu->sg, &cpu->sg,
					   bench->payload, cpu->iv);
		return crypto_skcipher_encrypt(&cpu->request.skcipher);
	}
	sg_set_buf(&cpu->sg, packet, bench->plain + 16);
	aead_request_set_tfm(&cpu->request.aead, gcm);
	aead_request_set_callback(&cpu->request.aead, 0, NULL, NULL);
	aead_request_set_ad(&cpu->request.aead, 12);
	aead_request_set_crypt(&cpu->request.aead, &cpu->sg, &cpu->sg,
			       bench->payload + (seal ? 0 : 16), cpu->iv);
	return seal ? crypto_aead_encrypt(&cpu->request.aead) :
		      crypto_aead_decrypt(&cpu->request.aead);
}

/* The same octets, and nothing else: one cipher call, one digest. */
static u64 bare(struct bench *bench, bool fast, bool seal)
{
	const struct srtp_transform *rtp = &bench->receiver->rtp;
	struct crypto_skcipher *ctr = fast && rtp->ctr_fast ? rtp->ctr_fast : rtp->ctr;
	struct crypto_aead *gcm = fast && rtp->gcm_fast ? rtp->gcm_fast : rtp->gcm;
	u8 digest[20], *packet;
	u64 start = ktime_get_ns();
	int i, err = 0;

	for (i = 0; i < PACKETS; i++) {
		packet = bench->packets + i * SLOT;
		if (rtp->hmac) {
			SHASH_DESC_ON_STACK(desc, rtp->hmac);

			desc->tfm = rtp->hmac;
			err |= crypto_shash_digest(desc, packet, bench->plain + 4, digest);
		}
		if (ctr || gcm)
			err |= cipher(ctr, gcm, bench, packet, seal);
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
	struct srtp_params params;
	int i;

	counted_key(&params, suite, 1);
	bench.sender = srtp_create(&params, true);
	bench.receiver = srtp_create(&params, false);
	bench.packets = kzalloc(PACKETS * SLOT, GFP_KERNEL);
	if (IS_ERR(bench.sender) || IS_ERR(bench.receiver) || !bench.packets)
		return;
	local_bh_disable();
	for (i = 0; i < 3; i++) {	/* the last round counts */
		fill(&bench, i);
		sealed = protect(&bench);
		opened = unprotect(&bench);
	}
	for (i = 0; i < 2; i++) {
		bare_sealed = bare(&bench, true, true);
		bare_opened = bare(&bench, true, false);
		slow = bare(&bench, false, true);
		bare(&bench, false, false);
	}
	local_bh_enable();
	pr_alert("bench: %s payload %u: protect %llu of %llu, unprotect %llu of %llu, without internal drivers %llu\n",
		 name, payload, sealed, bare_sealed, opened, bare_opened, slow);
	srtp_put(bench.sender);
	srtp_put(bench.receiver);
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
