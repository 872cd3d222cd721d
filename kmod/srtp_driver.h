/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The crypto API for packets: the fastest drivers that answer at once, and the memory a CPU needs
 * while it calls them.
 */
#ifndef _RTPENGINE_SRTP_DRIVER_H
#define _RTPENGINE_SRTP_DRIVER_H

#include <asm/simd.h>
#include <crypto/aead.h>
#include <crypto/skcipher.h>
#include <linux/percpu.h>
#include <linux/scatterlist.h>

#include "srtp.h"

#define SRTP_REQUEST_SIZE	768	/* request and what its driver wants behind it */
#define SRTP_SCRATCH_SIZE	(SRTP_MAX_PACKET + SRTP_MAX_OVERHEAD)

/*
 * Kept out of per-CPU memory, which scatterlists cannot name. Whoever uses it has bottom halves
 * disabled.
 */
struct srtp_cpu {
	union {
		struct skcipher_request skcipher;
		struct aead_request aead;
		u8 memory[SRTP_REQUEST_SIZE];
	} request CRYPTO_MINALIGN_ATTR;
	struct scatterlist sg;		/* of one entry */
	u8 iv[16];
	u8 scratch[SRTP_SCRATCH_SIZE] __aligned(16);
	/*
	 * AES in counter mode. It gets the key of each packet anew, so that no key needs a cipher of 1 kB. That of
	 * the last packet stays in it. @ctr_fast is NULL if there is nothing better than @ctr; it needs
	 * srtp_may_use_simd().
	 */
	struct crypto_skcipher *ctr_fast, *ctr;
	bool without_simd;		/* a self-test wants to see what happens then */
};

DECLARE_PER_CPU(struct srtp_cpu *, srtp_cpus);

int srtp_driver_init(void);
void srtp_driver_exit(void);

static inline bool srtp_may_use_simd(const struct srtp_cpu *cpu)
{
	return may_use_simd() && !cpu->without_simd;
}

/*
 * Process context, before srtp_driver_ctr(). Leaves @own NULL where that may set the key for each packet, or
 * else makes one that has it.
 */
int srtp_driver_ctr_key(const u8 *key, unsigned int key_len, struct crypto_skcipher **own);
int srtp_driver_ctr_own(const u8 *key, unsigned int key_len, struct crypto_skcipher **own);
/* En- or decrypts. The IV is in @cpu. Bottom halves are disabled. */
int srtp_driver_ctr(struct srtp_cpu *cpu, struct crypto_skcipher *own, const u8 *key,
		    unsigned int key_len, u8 *text, unsigned int len);

/*
 * One for each key: the API may allocate memory, and sleep, to set one of GCM. @simd: it needs srtp_may_use_simd().
 */
int srtp_driver_gcm(const u8 *key, unsigned int key_len, struct crypto_aead **gcm, bool *simd);

/*
 * @text begins with @clear octets of associated data, @len octets of text follow, and the tag. The
 * IV is in @cpu. -EBADMSG: the tag does not fit; then encryption makes the text what it was (but
 * not the tag). Bottom halves are disabled.
 */
int srtp_driver_aead(struct srtp_cpu *cpu, struct crypto_aead *tfm, u8 *text, unsigned int clear,
		     unsigned int len, bool seal);

#endif
