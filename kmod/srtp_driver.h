/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The crypto API for packets: the fastest drivers that answer at once, and the memory a CPU needs
 * while it calls them.
 */
#ifndef _RTPENGINE_SRTP_DRIVER_H
#define _RTPENGINE_SRTP_DRIVER_H

#include <crypto/aead.h>
#include <crypto/hash.h>
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
	u8 scratch[SRTP_SCRATCH_SIZE];
};

DECLARE_PER_CPU(struct srtp_cpu *, srtp_cpus);

int srtp_driver_init(void);
void srtp_driver_exit(void);

/* @fast is NULL if there is nothing better than @any; it needs may_use_simd(). */
int srtp_driver_ctr(const u8 *key, unsigned int key_len, struct crypto_skcipher **fast,
		    struct crypto_skcipher **any);
int srtp_driver_gcm(const u8 *key, unsigned int key_len, struct crypto_aead **fast,
		    struct crypto_aead **any);
int srtp_driver_hmac(const u8 *key, unsigned int key_len, struct crypto_shash **hmac);

/*
 * @text begins with @clear octets of associated data, @len octets of text follow, and the tag. The
 * IV is in @cpu. -EBADMSG: the tag does not fit; then encryption makes the text what it was (but
 * not the tag). Bottom halves are disabled.
 */
int srtp_driver_aead(struct srtp_cpu *cpu, struct crypto_aead *tfm, u8 *text, unsigned int clear,
		     unsigned int len, bool seal);

#endif
