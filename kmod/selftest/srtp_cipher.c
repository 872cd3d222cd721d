// SPDX-License-Identifier: GPL-2.0-only
/*
 * Ciphers with session keys, through the code that packets go through and with every driver it may
 * choose: RFC 3711 appendix B.2, RFC 6188 §§7.1 and 7.3, RFC 7714 §§16 and 17.
 */

#include <linux/bottom_half.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "../srtp_bytes.h"
#include "../srtp_driver.h"
#include "../srtp_gcm.h"
#include "../srtp_kdf.h"
#include "../srtp_transform.h"
#include "hex.h"
#include "selftest.h"

#define STREAM			48
#define KEY_128			"000102030405060708090a0b0c0d0e0f"
#define KEY_256			"000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"
#define GCM_SALT		"517569642070726f2071756f"

static struct srtp_transform *set_up(struct selftest *test, u8 suite, const char *key,
				     const char *salt, bool rtcp)
{
	struct srtp_transform *transform = kzalloc(srtp_transform_size(), GFP_KERNEL);
	struct srtp_session_keys keys = {};
	int err;

	if (!transform) {
		selftest_fail(test, "no memory");
		return NULL;
	}
	hex_octets(key, keys.cipher, sizeof(keys.cipher));
	hex_octets(salt, keys.salt, sizeof(keys.salt));
	err = srtp_transform_key(transform, srtp_suite_find(suite), &keys, rtcp);
	if (err)
		selftest_fail(test, "suite %u: %d", suite, err);
	return transform;
}

static void tear_down(struct srtp_transform *transform)
{
	if (transform)
		srtp_transform_free(transform);
	kfree(transform);
}

/* Bottom halves are disabled: packets do not come in between. */
static void simd(bool on)
{
	__this_cpu_read(srtp_cpus)->without_simd = !on;
}

static int seal(const struct srtp_transform *transform, u8 *body, unsigned int len,
		unsigned int header, u32 word, bool fast)
{
	u8 tag[SRTP_MAX_TAG];
	int err;

	local_bh_disable();
	simd(fast);
	err = srtp_transform_seal(transform, body, len, header, word, tag);
	simd(true);
	local_bh_enable();
	return err;
}

static int open(const struct srtp_transform *transform, u8 *body, unsigned int len,
		unsigned int header, u32 word, bool fast)
{
	int err;

	local_bh_disable();
	simd(fast);
	err = srtp_transform_open(transform, body, len, header, body + len, &word, 1);
	simd(true);
	local_bh_enable();
	return err;
}

/* SSRC, ROC and sequence number 0 leave the salt as IV; a payload of zeros becomes the stream. */
static void key_stream(struct selftest *test, const char *name, u8 suite, const char *key,
		       const char *stream, bool fast, bool own)
{
	struct srtp_transform *transform;
	u8 *packet;
	int err;

	packet = kzalloc(RTP_FIXED_HEADER + STREAM + SRTP_MAX_TAG, GFP_KERNEL);
	if (!packet)
		return selftest_fail(test, "no memory");
	transform = set_up(test, suite, key, "f0f1f2f3f4f5f6f7f8f9fafbfcfd", false);
	if (own && !test->result && !transform->ctr &&
	    srtp_driver_ctr_own(transform->key, transform->key_len, &transform->ctr))
		selftest_fail(test, "%s: no driver", name);
	if (!test->result) {
		err = seal(transform, packet, RTP_FIXED_HEADER + STREAM, RTP_FIXED_HEADER, 0, fast);
		if (err || !hex_equal(stream, packet + RTP_FIXED_HEADER, STREAM))
			selftest_fail(test, "%s: %d", name, err);
	}
	tear_down(transform);
	kfree(packet);
}

static const struct {
	const char *name;
	u8 suite;
	const char *key, *stream;
} key_streams[] = {
	{
		"RFC 3711, 128 bits", RTPENGINE_SRTP_AES_CM_128_HMAC_SHA1_80,
		"2b7e151628aed2a6abf7158809cf4f3c",
		"e03ead0935c95e80e166b16dd92b4eb4d23513162b02d0f72a43a2fe4a5f97ab"
		"41e95b3bb0a2e8dd477901e4fca894c0",
	},
	{
		"RFC 6188, 192 bits", RTPENGINE_SRTP_AES_192_CM_HMAC_SHA1_80,
		"eab234764e517b2d3d160d587d8c86219740f65f99b6bcf7",
		"35096cba4610028dc1b57503804ce37c5de986291dcce161d5165ec4568f5c9a"
		"474a40c77894bc17180202272a4c264d",
	},
	{
		"RFC 6188, 256 bits", RTPENGINE_SRTP_AES_256_CM_HMAC_SHA1_80,
		"57f82fe3613fd170a85ec93c40b1f0922ec4cb0dc025b58272147cc438944a98",
		"92bdd28a93c3f52511c677d08b5515a49da71b2378a854f67050756ded165bac"
		"63c4868b7096d88421b563b8c94c9a31",
	},
};

struct gcm_vector {
	const char *name;
	u8 suite;
	bool rtcp;
	u32 word;
	const char *key, *clear, *plain, *sealed;
};

#define RTP_CLEAR	"8040f17b8041f8d35501a0b2"
#define RTP_PLAIN	"47616c6c696120657374206f6d6e69732064697669736120696e20706172746573" \
			"2074726573"
#define RTCP_CLEAR	"81c8000d4d617273"
#define RTCP_PLAIN	"4e5450314e545032525450200000042a0000e9304c756e61deadbeefdeadbeef" \
			"deadbeefdeadbeefdeadbeef"

static const struct gcm_vector gcm_vectors[] = {
	{
		"RFC 7714, SRTP, 128 bits", RTPENGINE_SRTP_AEAD_AES_128_GCM, false, 0,
		KEY_128, RTP_CLEAR, RTP_PLAIN,
		"f24de3a3fb34de6cacba861c9d7e4bcabe633bd50d294e6f42a5f47a51c7d19b36de3adf8833"
		"899d7f27beb16a9152cf765ee4390cce",
	},
	{
		"RFC 7714, SRTP, 256 bits", RTPENGINE_SRTP_AEAD_AES_256_GCM, false, 0,
		KEY_256, RTP_CLEAR, RTP_PLAIN,
		"32b1de78a822fe12ef9f78fa332e33aab18012389a58e2f3b50b2a0276ffae0f1ba63799b87b"
		"7aa3db36dfffd6b0f9bb7878d7a76c13",
	},
	{
		"RFC 7714, SRTCP, 128 bits", RTPENGINE_SRTP_AEAD_AES_128_GCM, true, 0x800005d4,
		KEY_128, RTCP_CLEAR, RTCP_PLAIN,
		"63e94885dcdab67ca727d7662f6b7e997ff5c0f76c06f32dc676a5f1730d6fda4ce09b4686303ded"
		"0bb9275bc84aa45896cf4d2fc5abf87245d9eade",
	},
	{
		"RFC 7714, SRTCP, 256 bits", RTPENGINE_SRTP_AEAD_AES_256_GCM, true, 0x800005d4,
		KEY_256, RTCP_CLEAR, RTCP_PLAIN,
		"d50ae4d1f5ce5d304ba297e47d470c282c3ece5dbffe0a50a2eaa5c1110555be8415f658c61de047"
		"6f1b6fad1d1eb30c4446839f57ff6f6cb26ac3be",
	},
};

/* Both directions, and no bit of the tag is without meaning. */
static void gcm(struct selftest *test, const struct gcm_vector *vector, bool fast)
{
	unsigned int clear = strlen(vector->clear) / 2, len = strlen(vector->plain) / 2, i;
	struct srtp_transform *transform;
	u8 *packet;

	packet = kzalloc(256, GFP_KERNEL);
	if (!packet)
		return selftest_fail(test, "no memory");
	transform = set_up(test, vector->suite, vector->key, GCM_SALT, vector->rtcp);
	hex_octets(vector->clear, packet, clear);
	hex_octets(vector->plain, packet + clear, len);
	len += clear;
	if (test->result ||
	    seal(transform, packet, len, clear, vector->word, fast) ||
	    !hex_equal(vector->sealed, packet + clear, len - clear + SRTP_MAX_TAG))
		selftest_fail(test, "%s: seal", vector->name);
	for (i = 0; i < 8 * SRTP_MAX_TAG && !test->result; i++) {
		packet[len + i / 8] ^= 1 << i % 8;
		if (open(transform, packet, len, clear, vector->word, fast) != -EBADMSG)
			selftest_fail(test, "%s: damage %u", vector->name, i);
		packet[len + i / 8] ^= 1 << i % 8;
		if (!hex_equal(vector->sealed, packet + clear, len - clear + SRTP_MAX_TAG))
			selftest_fail(test, "%s: changed by failure %u", vector->name, i);
	}
	if (!test->result &&
	    (open(transform, packet, len, clear, vector->word, fast) ||
	     !hex_equal(vector->plain, packet + clear, len - clear)))
		selftest_fail(test, "%s: open", vector->name);
	tear_down(transform);
	kfree(packet);
}

/* GCM without the crypto API against that: the same comes out, and each opens what the other has sealed. */
static void both_gcms(struct selftest *test, u8 suite, const char *hex)
{
	struct srtp_transform *transform = set_up(test, suite, hex, GCM_SALT, false);
	unsigned int header, len, size = 256;
	u8 *one, *other, key[SRTP_MAX_KEY], iv[12];
	unsigned int key_len = strlen(hex) / 2;

	one = kzalloc(2 * size, GFP_KERNEL);
	other = one + size;
	if (!one)
		selftest_fail(test, "no memory");
	hex_octets(hex, key, sizeof(key));
	hex_octets(GCM_SALT, iv, sizeof(iv));	/* of zeros for SSRC and index */
	for (len = 12; len < 100 && !test->result; len++) {
		header = len < 60 ? 12 : 12 + len % 48;
		memset(one, 0, 12);
		memset(one + 12, len, len - 12);
		memcpy(other, one, len);
		if (seal(transform, one, len, header, 0, true) ||
		    srtp_gcm_crypt(key, key_len, iv, other, header, len - header, true) ||
		    memcmp(one, other, len + SRTP_MAX_TAG))
			selftest_fail(test, "seal %u of %u", len - header, len);
		else if (open(transform, other, len, header, 0, true) ||
			 srtp_gcm_crypt(key, key_len, iv, one, header, len - header, false) ||
			 memcmp(one, other, len) || memchr_inv(one + 12, len, len - 12))
			selftest_fail(test, "open %u of %u", len - header, len);
		one[0]++;
		if (srtp_gcm_crypt(key, key_len, iv, one, header, len - header, false) != -EBADMSG)
			selftest_fail(test, "damage of %u", len);
	}
	tear_down(transform);
	kfree(one);
}

void selftest_srtp_cipher(struct selftest *test)
{
	int i;

	for (i = 0; i < 3 * ARRAY_SIZE(key_streams); i++)
		key_stream(test, key_streams[i / 3].name, key_streams[i / 3].suite,
			   key_streams[i / 3].key, key_streams[i / 3].stream, i % 3 == 1, i % 3 == 2);
	for (i = 0; i < 2 * ARRAY_SIZE(gcm_vectors); i++)
		gcm(test, &gcm_vectors[i / 2], i % 2);
	both_gcms(test, RTPENGINE_SRTP_AEAD_AES_128_GCM, KEY_128);
	both_gcms(test, RTPENGINE_SRTP_AEAD_AES_256_GCM, KEY_256);
}
