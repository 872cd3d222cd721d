// SPDX-License-Identifier: GPL-2.0-only
/* Whole packets, as the user-space implementation has them, protected and unprotected. */

#include <linux/err.h>
#include <linux/kernel.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "../srtp_index.h"
#include "hex.h"
#include "selftest.h"
#include "srtp_fixture.h"
#include "srtp_vectors.h"

#define ROOM			256

static struct srtp_context *open_context(const struct srtp_vector *vector, bool sender)
{
	struct srtp_state state = { .flags = vector->rtcp ? SRTP_STATE_RTCP : SRTP_STATE_RTP };
	struct srtp_context *context;
	struct srtp_params params;
	unsigned int i;

	counted_key(&params, vector->suite, vector->seed);
	params.mki_len = vector->mki_len;
	for (i = 0; i < vector->mki_len; i++)
		params.mki[i] = sender ? 0xf0 + i : 0;
	params.unencrypted_srtp = params.unencrypted_srtcp = vector->unencrypted;
	context = srtp_create(&params, sender);
	if (IS_ERR(context))
		return context;

	state.ssrc = 0xcafebabe;
	if (vector->rtcp)
		state.rtcp.highest = vector->index;
	else
		state.rtp.highest = vector->index - !sender;
	if ((sender || !vector->rtcp) && srtp_import(context, &state, 1)) {
		srtp_put(context);
		return ERR_PTR(-EINVAL);
	}
	return context;
}

static enum srtp_result unprotect(const struct srtp_vector *vector, struct srtp_context *context,
				  u8 *packet, unsigned int *len)
{
	return vector->rtcp ? BH_OFF(srtp_unprotect_rtcp(context, packet, len)) :
			      BH_OFF(srtp_unprotect_rtp(context, packet, len));
}

static void seals(struct selftest *test, int number, u8 *packet)
{
	const struct srtp_vector *vector = &srtp_vectors[number];
	struct srtp_context *sender = open_context(vector, true);
	unsigned int len, trailer;
	enum srtp_result result;

	if (IS_ERR(sender))
		return selftest_fail(test, "vector %d: no sender: %ld", number, PTR_ERR(sender));
	len = hex_octets(vector->plain, packet, ROOM);
	trailer = srtp_overhead(sender, vector->rtcp);
	memset(packet + len, 0xee, ROOM - len);
	result = vector->rtcp ? BH_OFF(srtp_protect_rtcp(sender, packet, &len, trailer - 1)) :
				BH_OFF(srtp_protect_rtp(sender, packet, &len, trailer - 1));
	if (result != SRTP_NO_ROOM || !hex_equal(vector->plain, packet, len))
		selftest_fail(test, "vector %d: without room: %d", number, result);
	result = vector->rtcp ? BH_OFF(srtp_protect_rtcp(sender, packet, &len, trailer)) :
				BH_OFF(srtp_protect_rtp(sender, packet, &len, trailer));
	if (result != SRTP_OK || !hex_equal(vector->sealed, packet, len) || packet[len] != 0xee)
		selftest_fail(test, "vector %d: protect: %d", number, result);
	srtp_put(sender);
}

/* Every octet that is not the MKI, or decides where things stand, is authenticated. */
static void notices_damage(struct selftest *test, int number, struct srtp_context *receiver,
			   u8 *packet, unsigned int size)
{
	const struct srtp_vector *vector = &srtp_vectors[number];
	unsigned int at, len, mki_end = size, tag = srtp_overhead(receiver, vector->rtcp) -
						    vector->mki_len - (vector->rtcp ? 4 : 0);
	enum srtp_result result;
	u8 kept;

	if (vector->suite != RTPENGINE_SRTP_AEAD_AES_128_GCM &&
	    vector->suite != RTPENGINE_SRTP_AEAD_AES_256_GCM)
		mki_end -= tag;
	for (at = 1; at < size; at++) {
		if (at >= mki_end - vector->mki_len && at < mki_end)
			continue;
		kept = packet[at];
		packet[at] ^= 0x10;
		len = size;
		result = unprotect(vector, receiver, packet, &len);
		if (result == SRTP_OK || len != size)
			selftest_fail(test, "vector %d: octet %u damaged: %d", number, at, result);
		packet[at] = kept;
		if (!hex_equal(vector->sealed, packet, size))
			selftest_fail(test, "vector %d: octet %u damaged: changed", number, at);
	}
	for (len = 0; len < size; len = at + 1) {
		at = len;
		result = unprotect(vector, receiver, packet, &len);
		if (result == SRTP_OK || len != at || !hex_equal(vector->sealed, packet, size))
			selftest_fail(test, "vector %d: cut to %u: %d", number, at, result);
	}
}

static void opens(struct selftest *test, int number, u8 *packet)
{
	const struct srtp_vector *vector = &srtp_vectors[number];
	struct srtp_context *receiver = open_context(vector, false);
	unsigned int len, size;
	enum srtp_result result;

	if (IS_ERR(receiver))
		return selftest_fail(test, "vector %d: no receiver: %ld", number,
				     PTR_ERR(receiver));
	size = len = hex_octets(vector->sealed, packet, ROOM);
	notices_damage(test, number, receiver, packet, size);
	result = unprotect(vector, receiver, packet, &len);
	if (result != SRTP_OK || !hex_equal(vector->plain, packet, len))
		selftest_fail(test, "vector %d: unprotect: %d", number, result);

	len = hex_octets(vector->sealed, packet, ROOM);
	result = unprotect(vector, receiver, packet, &len);
	if (result != SRTP_REPLAY && result != SRTP_AUTHENTICATION)
		selftest_fail(test, "vector %d: a second time: %d", number, result);
	srtp_put(receiver);
}

void selftest_srtp_packets(struct selftest *test)
{
	u8 *packet = kzalloc(ROOM + 1, GFP_KERNEL);
	int i;

	if (!packet)
		return selftest_fail(test, "no memory");
	for (i = 0; i < ARRAY_SIZE(srtp_vectors); i++) {
		if (!(srtp_suites() & 1U << srtp_vectors[i].suite))
			continue;	/* refused to whoever asks for it */
		seals(test, i, packet);
		opens(test, i, packet);
	}
	kfree(packet);
}
