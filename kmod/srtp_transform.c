// SPDX-License-Identifier: GPL-2.0-only

#include <crypto/algapi.h>
#include <linux/err.h>
#include <linux/string.h>

#include "srtp_bytes.h"
#include "srtp_driver.h"
#include "srtp_gcm.h"
#include "srtp_hmac.h"
#include "srtp_kdf.h"
#include "srtp_transform.h"

#define GCM_TAG			16
#define WORD			4

static const struct srtp_suite_info suites[] = {
	[RTPENGINE_SRTP_AES_CM_128_HMAC_SHA1_80] = { 16, 14, 10, 10, SRTP_CIPHER_AES_CM },
	[RTPENGINE_SRTP_AES_CM_128_HMAC_SHA1_32] = { 16, 14, 4, 10, SRTP_CIPHER_AES_CM },
	[RTPENGINE_SRTP_AES_192_CM_HMAC_SHA1_80] = { 24, 14, 10, 10, SRTP_CIPHER_AES_CM },
	[RTPENGINE_SRTP_AES_192_CM_HMAC_SHA1_32] = { 24, 14, 4, 10, SRTP_CIPHER_AES_CM },
	[RTPENGINE_SRTP_AES_256_CM_HMAC_SHA1_80] = { 32, 14, 10, 10, SRTP_CIPHER_AES_CM },
	[RTPENGINE_SRTP_AES_256_CM_HMAC_SHA1_32] = { 32, 14, 4, 10, SRTP_CIPHER_AES_CM },
	[RTPENGINE_SRTP_AEAD_AES_128_GCM] = { 16, 12, 16, 16, SRTP_CIPHER_AES_GCM },
	[RTPENGINE_SRTP_AEAD_AES_256_GCM] = { 32, 12, 16, 16, SRTP_CIPHER_AES_GCM },
	[RTPENGINE_SRTP_NULL_HMAC_SHA1_80] = { 16, 14, 10, 10, SRTP_CIPHER_NULL },
	[RTPENGINE_SRTP_NULL_HMAC_SHA1_32] = { 16, 14, 4, 10, SRTP_CIPHER_NULL },
};

const struct srtp_suite_info *srtp_suite_find(unsigned int suite)
{
	return suite < ARRAY_SIZE(suites) && suites[suite].key_len ? &suites[suite] : NULL;
}

size_t srtp_transform_size(void)
{
	return sizeof(struct srtp_transform) + srtp_hmac_size();
}

int srtp_transform_key(struct srtp_transform *transform, const struct srtp_suite_info *suite,
		       const struct srtp_session_keys *keys, bool rtcp)
{
	u8 salt[sizeof(transform->salt)] = {};
	int err = 0, i;

	transform->cipher = suite->cipher;
	transform->rtcp = rtcp;
	transform->encrypts = suite->cipher != SRTP_CIPHER_NULL;
	transform->tag_len = rtcp ? suite->rtcp_tag_len : suite->rtp_tag_len;
	transform->key_len = suite->key_len;
	memcpy(transform->key, keys->cipher, suite->key_len);
	memcpy(salt, keys->salt, sizeof(keys->salt));
	for (i = 0; i < ARRAY_SIZE(transform->salt); i++)
		transform->salt[i] = srtp_load32(salt + 4 * i);
	memzero_explicit(salt, sizeof(salt));
	if (suite->cipher == SRTP_CIPHER_AES_GCM)
		return srtp_driver_gcm(keys->cipher, suite->key_len, &transform->gcm,
				       &transform->simd);
	if (suite->cipher == SRTP_CIPHER_AES_CM)
		err = srtp_driver_ctr_key(keys->cipher, suite->key_len, &transform->ctr);
	return err ?: srtp_hmac_key(keys->auth, transform->hmac);
}

int srtp_transform_init(struct srtp_transform *transform, const struct srtp_params *params,
			bool rtcp)
{
	struct srtp_session_keys keys;
	int err;

	err = srtp_kdf(params->key, params->key_len, params->salt, params->salt_len, rtcp, &keys) ?:
	      srtp_transform_key(transform, srtp_suite_find(params->suite), &keys, rtcp);
	memzero_explicit(&keys, sizeof(keys));
	if (rtcp ? params->unencrypted_srtcp : params->unencrypted_srtp)
		transform->encrypts = false;
	return err;
}

void srtp_transform_free(struct srtp_transform *transform)
{
	if (transform->gcm)
		crypto_free_aead(transform->gcm);
	if (transform->ctr)
		crypto_free_skcipher(transform->ctr);
	memzero_explicit(transform, srtp_transform_size());
}

static bool encrypted(const struct srtp_transform *transform, u32 word)
{
	return transform->rtcp ? word >> 31 : transform->encrypts;
}

/* RFC 3711 §4.1.1: salt * 2^16 XOR SSRC * 2^64 XOR index * 2^16. */
static void ctr_iv(const struct srtp_transform *transform, const u8 *body, u32 word, u8 iv[16])
{
	u32 ssrc = srtp_load32(body + (transform->rtcp ? 4 : 8));
	u64 index = (u64)(word & 0x7fffffff) << 16;

	if (!transform->rtcp)
		index = (u64)word << 32 | (u32)srtp_load16(body + 2) << 16;
	srtp_store32(transform->salt[0], iv);
	srtp_store32(transform->salt[1] ^ ssrc, iv + 4);
	srtp_store32(transform->salt[2] ^ (u32)(index >> 32), iv + 8);
	srtp_store32(transform->salt[3] ^ (u32)index, iv + 12);
}

/* RFC 7714 §§8.1 and 9.1: two octets of zero, SSRC and index, XOR salt. */
static void gcm_iv(const struct srtp_transform *transform, const u8 *body, u32 word, u8 iv[16])
{
	u32 ssrc = srtp_load32(body + (transform->rtcp ? 4 : 8));
	u64 index = word & 0x7fffffff;

	if (!transform->rtcp)
		index = (u64)word << 16 | srtp_load16(body + 2);
	srtp_store32(transform->salt[0] ^ ssrc >> 16, iv);
	srtp_store32(transform->salt[1] ^ (ssrc << 16 | (u32)(index >> 32)), iv + 4);
	srtp_store32(transform->salt[2] ^ (u32)index, iv + 8);
}

static int ctr_crypt(const struct srtp_transform *transform, u8 *body, unsigned int len,
		     unsigned int header, u32 word)
{
	struct srtp_cpu *cpu = __this_cpu_read(srtp_cpus);

	if (transform->cipher != SRTP_CIPHER_AES_CM || !encrypted(transform, word) ||
	    len == header)
		return 0;
	ctr_iv(transform, body, word, cpu->iv);
	return srtp_driver_ctr(cpu, transform->ctr, transform->key, transform->key_len,
			       body + header, len - header);
}

/* As srtp_driver_aead(), at any moment. */
static int aead(const struct srtp_transform *transform, struct srtp_cpu *cpu, u8 *text,
		unsigned int clear, unsigned int len, bool seal)
{
	if (unlikely(transform->simd && !srtp_may_use_simd(cpu)))
		return srtp_gcm_crypt(transform->key, transform->key_len, cpu->iv, text, clear,
				      len, seal);
	return srtp_driver_aead(cpu, transform->gcm, text, clear, len, seal);
}

/* No array: those cost a canary of the stack. */
struct gcm_tag {
	u64 first, second;
};

/*
 * AEAD authenticates the header beside the ciphertext, or everything if nothing is encrypted
 * (RFC 7714 §§7 and 9.3). SRTP is that already, as it stands in the packet.
 */
static int gcm_rtp(const struct srtp_transform *transform, u8 *body, unsigned int len,
		   unsigned int header, u32 word, bool seal)
{
	unsigned int clear = encrypted(transform, word) ? header : len;
	struct srtp_cpu *cpu = __this_cpu_read(srtp_cpus);
	struct gcm_tag tag;
	int err;

	gcm_iv(transform, body, word, cpu->iv);
	if (seal)
		return aead(transform, cpu, body, clear, len - clear, true);
	memcpy(&tag, body + len, GCM_TAG);
	err = aead(transform, cpu, body, clear, len - clear, false);
	if (err == -EBADMSG) {
		gcm_iv(transform, body, word, cpu->iv);
		if (aead(transform, cpu, body, clear, len - clear, true))
			err = -EIO;
		memcpy(body + len, &tag, GCM_TAG);
	}
	return err;
}

/*
 * SRTCP authenticates the word too (RFC 7714 §9.2), which follows the tag in the packet: it is put
 * together elsewhere.
 */
static int gcm_rtcp(const struct srtp_transform *transform, u8 *body, unsigned int len,
		    unsigned int header, u32 word, bool seal)
{
	unsigned int clear = encrypted(transform, word) ? header : len;
	struct srtp_cpu *cpu = __this_cpu_read(srtp_cpus);
	u8 *text = cpu->scratch;
	int err;

	gcm_iv(transform, body, word, cpu->iv);
	memcpy(text, body, clear);
	srtp_store32(word, text + clear);
	memcpy(text + clear + WORD, body + clear, len - clear + (seal ? 0 : GCM_TAG));
	err = aead(transform, cpu, text, clear + WORD, len - clear, seal);
	if (!err)
		memcpy(body + clear, text + clear + WORD, len - clear + (seal ? GCM_TAG : 0));
	return err;
}

static int gcm(const struct srtp_transform *transform, u8 *body, unsigned int len,
	       unsigned int header, u32 word, bool seal)
{
	return transform->rtcp ? gcm_rtcp(transform, body, len, header, word, seal) :
				 gcm_rtp(transform, body, len, header, word, seal);
}

int srtp_transform_seal(const struct srtp_transform *transform, u8 *body, unsigned int len,
			unsigned int header, u32 word, u8 tag[SRTP_MAX_TAG])
{
	u8 digest[SRTP_AUTH_KEY];
	int err;

	if (srtp_transform_aead(transform))
		return gcm(transform, body, len, header, word, true);
	err = ctr_crypt(transform, body, len, header, word);
	if (err)
		return err;
	srtp_store32(word, body + len);
	err = srtp_hmac(transform->hmac, body, len + WORD, digest);
	if (!err)
		memcpy(tag, digest, transform->tag_len);
	return err;
}

/* The word stands behind the body while the tag is computed, over what is there otherwise. */
static int authenticate(const struct srtp_transform *transform, u8 *body, unsigned int len,
			const u8 *tag, const u32 *words, unsigned int count)
{
	u8 digest[SRTP_AUTH_KEY], wanted[SRTP_MAX_TAG], there[WORD];
	int err = -EBADMSG;
	unsigned int i;

	memcpy(wanted, tag, transform->tag_len);
	memcpy(there, body + len, WORD);
	for (i = 0; i < count; i++) {
		srtp_store32(words[i], body + len);
		err = srtp_hmac(transform->hmac, body, len + WORD, digest);
		if (err)
			break;
		if (!crypto_memneq(digest, wanted, transform->tag_len))
			break;
		err = -EBADMSG;
	}
	memcpy(body + len, there, WORD);
	return err ?: i;
}

int srtp_transform_open(const struct srtp_transform *transform, u8 *body, unsigned int len,
			unsigned int header, const u8 *tag, const u32 *words, unsigned int count)
{
	int err = -EBADMSG, fits;
	unsigned int i;

	if (srtp_transform_aead(transform)) {
		for (i = 0; i < count && err == -EBADMSG; i++)
			err = gcm(transform, body, len, header, words[i], false);
		return err ?: i - 1;
	}
	fits = authenticate(transform, body, len, tag, words, count);
	if (fits < 0)
		return fits;
	err = ctr_crypt(transform, body, len, header, words[fits]);
	return err ?: fits;
}
