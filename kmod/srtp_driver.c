// SPDX-License-Identifier: GPL-2.0-only
/*
 * A packet cannot wait, so drivers must be synchronous. On x86 those with AES instructions are
 * hidden behind asynchronous wrappers, for the moments at which the FPU belongs to somebody else;
 * what the API offers as synchronous is several times slower. The drivers inside the wrappers are
 * synchronous, though: they are asked for by their internal names, and used whenever
 * may_use_simd(). Where the best driver is not wrapped (other architectures, later kernels), there
 * is no internal one of a higher priority, and nothing of this happens.
 */

#include <linux/bottom_half.h>
#include <linux/err.h>
#include <linux/kmod.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "srtp_driver.h"
#include "srtp_kdf.h"
#include "srtp_transform.h"

#define INTERNAL_MASK		(CRYPTO_ALG_INTERNAL | CRYPTO_ALG_ASYNC)

DEFINE_PER_CPU(struct srtp_cpu *, srtp_cpus);

static bool have_ctrs;			/* every CPU has one */
static bool have_gcm;
static bool have_fast_gcm;

static struct crypto_skcipher *alloc_ctr(bool fast)
{
	struct crypto_skcipher *tfm;

	tfm = fast ? crypto_alloc_skcipher("__ctr(aes)", CRYPTO_ALG_INTERNAL, INTERNAL_MASK) :
		     crypto_alloc_skcipher("ctr(aes)", 0, CRYPTO_ALG_ASYNC);
	if (!IS_ERR(tfm) && sizeof(struct skcipher_request) + crypto_skcipher_reqsize(tfm) >
			    SRTP_REQUEST_SIZE) {
		crypto_free_skcipher(tfm);
		return ERR_PTR(-ENOENT);
	}
	return tfm;
}

static struct crypto_aead *alloc_gcm(bool fast)
{
	struct crypto_aead *tfm;

	tfm = fast ? crypto_alloc_aead("__gcm(aes)", CRYPTO_ALG_INTERNAL, INTERNAL_MASK) :
		     crypto_alloc_aead("gcm(aes)", 0, CRYPTO_ALG_ASYNC);
	if (!IS_ERR(tfm) && sizeof(struct aead_request) + crypto_aead_reqsize(tfm) >
			    SRTP_REQUEST_SIZE) {
		crypto_free_aead(tfm);
		return ERR_PTR(-ENOENT);
	}
	return tfm;
}

static int key_gcm(struct crypto_aead *tfm, const u8 *key, unsigned int key_len)
{
	return crypto_aead_setkey(tfm, key, key_len) ?: crypto_aead_setauthsize(tfm, SRTP_MAX_TAG);
}

int srtp_driver_aead(struct srtp_cpu *cpu, struct crypto_aead *tfm, u8 *text, unsigned int clear,
		     unsigned int len, bool seal)
{
	struct aead_request *request = &cpu->request.aead;

	sg_set_buf(&cpu->sg, text, clear + len + SRTP_MAX_TAG);
	aead_request_set_tfm(request, tfm);
	aead_request_set_callback(request, 0, NULL, NULL);
	aead_request_set_ad(request, clear);
	aead_request_set_crypt(request, &cpu->sg, &cpu->sg, seal ? len : len + SRTP_MAX_TAG,
			       cpu->iv);
	return seal ? crypto_aead_encrypt(request) : crypto_aead_decrypt(request);
}

/*
 * A tag that does not fit is to leave the packet as it was, for another ROC to be tried. Nothing
 * says in which state drivers leave it. All that are known have decrypted it by then, and
 * encryption makes it again what it was. One that differs is not used.
 */
static bool undoes(struct crypto_aead *tfm, bool simd)
{
	static const u8 key[16] = { 1 };
	const unsigned int clear = 12, len = 100;
	struct srtp_cpu *cpu;
	bool undone;
	u8 *text;

	if (key_gcm(tfm, key, sizeof(key)))
		return false;
	local_bh_disable();
	cpu = __this_cpu_read(srtp_cpus);
	text = cpu->scratch;
	memset(text, 0x5a, clear + len + SRTP_MAX_TAG);
	undone = (!simd || may_use_simd()) &&
		 srtp_driver_aead(cpu, tfm, text, clear, len, false) == -EBADMSG &&
		 !srtp_driver_aead(cpu, tfm, text, clear, len, true) &&
		 !memchr_inv(text, 0x5a, clear + len);
	local_bh_enable();
	return undone;
}

static int priority(struct crypto_tfm *tfm)
{
	return tfm->__crt_alg->cra_priority;
}

/* Looking for what is not there starts modprobe: done once, and remembered. */
static void look_for_gcm(void)
{
	struct crypto_aead *any = alloc_gcm(false), *fast = alloc_gcm(true);

	have_gcm = !IS_ERR(any) && undoes(any, false);
	have_fast_gcm = have_gcm && !IS_ERR(fast) && undoes(fast, true) &&
			priority(crypto_aead_tfm(fast)) > priority(crypto_aead_tfm(any));
	if (!IS_ERR(any))
		crypto_free_aead(any);
	if (!IS_ERR(fast))
		crypto_free_aead(fast);
}

int srtp_driver_gcm(const u8 *key, unsigned int key_len, struct crypto_aead **gcm, bool *simd)
{
	struct crypto_aead *tfm = ERR_PTR(-ENOENT);

	if (!have_gcm)
		return -ENOENT;
	*simd = have_fast_gcm;
	if (have_fast_gcm)
		tfm = alloc_gcm(true);
	if (IS_ERR(tfm)) {
		*simd = false;	/* unloaded meanwhile: slower, not worse */
		tfm = alloc_gcm(false);
	}
	if (IS_ERR(tfm))
		return PTR_ERR(tfm);
	*gcm = tfm;
	return key_gcm(tfm, key, key_len);
}

/* False: there is nothing better than @ctr, and nothing to look for again. */
static bool make_fast_ctr(struct srtp_cpu *cpu)
{
	struct crypto_skcipher *fast = alloc_ctr(true);

	if (IS_ERR(fast))
		return false;
	if (priority(crypto_skcipher_tfm(fast)) <= priority(crypto_skcipher_tfm(cpu->ctr))) {
		crypto_free_skcipher(fast);
		return false;
	}
	cpu->ctr_fast = fast;
	return true;
}

/*
 * Some architectures' drivers use the FPU to set a key, wherever that is done. They are those that do not let it be
 * used while bottom halves are disabled.
 */
static bool keys_anywhere(void)
{
	bool simd;

	local_bh_disable();
	simd = may_use_simd();
	local_bh_enable();
	return simd;
}

/* Each CPU has its own, for a key is set in them. */
static void make_ctrs(void)
{
	struct crypto_skcipher *any;
	bool fast = true;
	int cpu;

	if (!keys_anywhere())
		return;
	for_each_possible_cpu(cpu) {
		any = alloc_ctr(false);
		if (IS_ERR(any))
			return;
		per_cpu(srtp_cpus, cpu)->ctr = any;
		fast = fast && make_fast_ctr(per_cpu(srtp_cpus, cpu));
	}
	have_ctrs = true;
}

static void free_cpu(struct srtp_cpu *cpu)
{
	if (!cpu)
		return;
	if (cpu->ctr_fast)
		crypto_free_skcipher(cpu->ctr_fast);
	if (cpu->ctr)
		crypto_free_skcipher(cpu->ctr);
	kfree_sensitive(cpu);
}

int srtp_driver_ctr_own(const u8 *key, unsigned int key_len, struct crypto_skcipher **own)
{
	struct crypto_skcipher *tfm = alloc_ctr(false);

	if (IS_ERR(tfm))
		return PTR_ERR(tfm);
	*own = tfm;
	return crypto_skcipher_setkey(tfm, key, key_len);
}

int srtp_driver_ctr_key(const u8 *key, unsigned int key_len, struct crypto_skcipher **own)
{
	return have_ctrs ? 0 : srtp_driver_ctr_own(key, key_len, own);
}

static struct crypto_skcipher *keyed_ctr(struct srtp_cpu *cpu, const u8 *key, unsigned int key_len)
{
	bool fast = cpu->ctr_fast && srtp_may_use_simd(cpu);
	struct crypto_skcipher *tfm = fast ? cpu->ctr_fast : cpu->ctr;
	int err = crypto_skcipher_setkey(tfm, key, key_len);

	return likely(!err) ? tfm : ERR_PTR(err);
}

int srtp_driver_ctr(struct srtp_cpu *cpu, struct crypto_skcipher *own, const u8 *key,
		    unsigned int key_len, u8 *text, unsigned int len)
{
	struct crypto_skcipher *tfm = own ?: keyed_ctr(cpu, key, key_len);
	struct skcipher_request *request = &cpu->request.skcipher;

	if (IS_ERR(tfm))
		return PTR_ERR(tfm);
	sg_set_buf(&cpu->sg, text, len);
	skcipher_request_set_tfm(request, tfm);
	skcipher_request_set_callback(request, 0, NULL, NULL);
	skcipher_request_set_crypt(request, &cpu->sg, &cpu->sg, len, cpu->iv);
	return crypto_skcipher_encrypt(request);
}

int srtp_driver_init(void)
{
	struct srtp_cpu *memory;
	int cpu;

	/* A generic driver that is built in keeps the API from looking for better ones. */
	request_module("crypto-aes");
	request_module("crypto-sha1");
	for_each_possible_cpu(cpu) {
		memory = kzalloc_node(sizeof(*memory), GFP_KERNEL, cpu_to_node(cpu));
		if (!memory) {
			srtp_driver_exit();
			return -ENOMEM;
		}
		sg_init_table(&memory->sg, 1);
		per_cpu(srtp_cpus, cpu) = memory;
	}
	make_ctrs();
	look_for_gcm();
	return 0;
}

void srtp_driver_exit(void)
{
	int cpu;

	for_each_possible_cpu(cpu) {
		free_cpu(per_cpu(srtp_cpus, cpu));
		per_cpu(srtp_cpus, cpu) = NULL;
	}
}
