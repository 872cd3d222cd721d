// SPDX-License-Identifier: GPL-2.0-only
/* Key derivation: RFC 3711 appendix B.3, RFC 6188 §§7.2 and 7.4. */

#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/string.h>

#include "../srtp_kdf.h"
#include "hex.h"
#include "selftest.h"

static const struct {
	const char *name, *key, *salt;
	const char *session_key, *session_salt, *session_auth;
} vectors[] = {
	{
		"RFC 3711, 128 bits",
		"e1f97a0d3e018be0d64fa32c06de4139", "0ec675ad498afeebb6960b3aabe6",
		"c61e7a93744f39ee10734afe3ff7a087", "30cbbc08863d8c85d49db34a9ae1",
		"cebe321f6ff7716b6fd4ab49af256a156d38baa4",
	},
	{
		"RFC 6188, 192 bits",
		"73edc66c4fa15776fb57f9505c17136550ffda71f3e8e5f1", "c8522f3acd4ce86d5add78edbb11",
		"31874736a8f1143870c26e4857d8a5b2c4a354407faadabb", "2372b82d639b6d8503a47adc0a6c",
		"355b10973cd95b9eacf4061c7e1a7151e7cfbfcb",
	},
	{
		"RFC 6188, 256 bits",
		"f0f04914b513f2763a1b1fa130f10e2998f6f6e43e4309d1e622a0e332b9f1b6",
		"3b04803de51ee7c96423ab5b78d2",
		"5ba1064e30ec51613cad926c5a28ef731ec7fb397f70a960653caf06554cd8c4",
		"fa31791685ca444a9e07c6c64e93", "fd9c32d39ed5fbb5a9dc96b30818454d1313dc05",
	},
};

void selftest_srtp_kdf(struct selftest *test)
{
	u8 key[SRTP_MAX_KEY], salt[SRTP_MAX_SALT];
	struct srtp_session_keys keys, rtcp;
	unsigned int i, key_len, salt_len;

	for (i = 0; i < ARRAY_SIZE(vectors); i++) {
		key_len = hex_octets(vectors[i].key, key, sizeof(key));
		salt_len = hex_octets(vectors[i].salt, salt, sizeof(salt));
		if (srtp_kdf(key, key_len, salt, salt_len, false, &keys) ||
		    !hex_equal(vectors[i].session_key, keys.cipher, key_len) ||
		    !hex_equal(vectors[i].session_salt, keys.salt, salt_len) ||
		    !hex_equal(vectors[i].session_auth, keys.auth, sizeof(keys.auth)))
			selftest_fail(test, "%s", vectors[i].name);
		EXPECT(test, !srtp_kdf(key, key_len, salt, salt_len, true, &rtcp));
		EXPECT(test, memcmp(&keys, &rtcp, sizeof(keys)));
	}
	EXPECT(test, srtp_kdf(key, 15, salt, 14, false, &keys) == -EINVAL);
	EXPECT(test, srtp_kdf(key, 16, salt, 15, false, &keys) == -EINVAL);
}
