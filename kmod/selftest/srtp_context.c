// SPDX-License-Identifier: GPL-2.0-only
/* What a context remembers: streams, replays, indices that run out, and hand-overs. */

#include <linux/err.h>
#include <linux/kernel.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "../srtp_index.h"
#include "selftest.h"
#include "srtp_fixture.h"

#define SSRC			4096
#define ROOM			(PLAIN_RTP + SRTP_MAX_OVERHEAD)
#define SUITE			RTPENGINE_SRTP_AES_CM_128_HMAC_SHA1_80
#define GCM			RTPENGINE_SRTP_AEAD_AES_128_GCM

/* A party that sends, and two places that may receive: kernel and user space, say. */
struct scene {
	struct srtp_context *sender, *receiver, *other;
	u8 suite;
	u8 packet[ROOM];
	unsigned int len;
};

static struct srtp_context *context(u8 suite, bool sender)
{
	struct srtp_params params;

	counted_key(&params, suite, 1);
	return srtp_create(&params, sender);
}

static struct scene *new_scene(struct selftest *test, u8 suite)
{
	struct scene *scene = kzalloc(sizeof(*scene), GFP_KERNEL);

	if (!scene) {
		selftest_fail(test, "no memory");
		return NULL;
	}
	scene->suite = suite;
	scene->sender = context(suite, true);
	scene->receiver = context(suite, false);
	scene->other = context(suite, false);
	if (!IS_ERR(scene->sender) && !IS_ERR(scene->receiver) && !IS_ERR(scene->other))
		return scene;
	selftest_fail(test, "no context");
	if (!IS_ERR(scene->sender))
		srtp_put(scene->sender);
	if (!IS_ERR(scene->receiver))
		srtp_put(scene->receiver);
	if (!IS_ERR(scene->other))
		srtp_put(scene->other);
	kfree(scene);
	return NULL;
}

static void end_scene(struct scene *scene)
{
	srtp_put(scene->sender);
	srtp_put(scene->receiver);
	srtp_put(scene->other);
	kfree(scene);
}

/* Of @sequence the low 16 bits are sent, as ever. */
static enum srtp_result send(struct scene *scene, u32 ssrc, u32 sequence)
{
	scene->len = plain_rtp(scene->packet, ssrc, sequence);
	return BH_OFF(srtp_protect_rtp(scene->sender, scene->packet, &scene->len, ROOM - scene->len));
}

/* Sent with @roc whatever came before; the packet arrives at @receiver. */
static enum srtp_result pass(struct scene *scene, struct srtp_context *receiver, u32 ssrc, u32 roc,
			     u32 sequence)
{
	struct srtp_state state = {
		.ssrc = ssrc, .flags = SRTP_STATE_RTP, .rtp.highest = srtp_index(roc, sequence),
	};
	enum srtp_result result;
	u8 plain[PLAIN_RTP];

	if (roc && srtp_import(scene->sender, &state, 1))
		return SRTP_FAILED;
	result = send(scene, ssrc, sequence);
	if (result != SRTP_OK)
		return result;
	result = BH_OFF(srtp_unprotect_rtp(receiver, scene->packet, &scene->len));
	plain_rtp(plain, ssrc, sequence);
	if (result == SRTP_OK && (scene->len != PLAIN_RTP || memcmp(plain, scene->packet, PLAIN_RTP)))
		return SRTP_FAILED;
	return result;
}

static enum srtp_result pass_rtcp(struct scene *scene, struct srtp_context *receiver, u32 ssrc)
{
	enum srtp_result result;

	scene->len = plain_rtcp(scene->packet, ssrc);
	result = BH_OFF(srtp_protect_rtcp(scene->sender, scene->packet, &scene->len,
					  ROOM - scene->len));
	if (result == SRTP_OK)
		result = BH_OFF(srtp_unprotect_rtcp(receiver, scene->packet, &scene->len));
	return result;
}

static void parameters(struct selftest *test)
{
	struct srtp_params params;

	counted_key(&params, SUITE, 1);
	params.key_len--;
	EXPECT(test, PTR_ERR(srtp_create(&params, true)) == -EINVAL);
	counted_key(&params, SUITE, 1);
	params.salt_len = 12;
	EXPECT(test, PTR_ERR(srtp_create(&params, true)) == -EINVAL);
	counted_key(&params, SUITE, 1);
	params.mki_len = SRTP_MAX_MKI + 1;
	EXPECT(test, PTR_ERR(srtp_create(&params, true)) == -EINVAL);
	params.mki_len = 0;
	params.suite = 0;
	EXPECT(test, PTR_ERR(srtp_create(&params, true)) == -EOPNOTSUPP);
	params.suite = RTPENGINE_SRTP_MAX + 1;
	EXPECT(test, PTR_ERR(srtp_create(&params, true)) == -EOPNOTSUPP);
}

static void replays(struct selftest *test, struct scene *scene)
{
	u32 last = 70000;
	int i;

	for (i = 60000; i <= 70000; i += 2)	/* through a roll-over */
		EXPECT(test, pass(scene, scene->receiver, SSRC, 0, i) == SRTP_OK);
	EXPECT(test, pass(scene, scene->receiver, SSRC, 0, last) == SRTP_REPLAY);
	EXPECT(test, pass(scene, scene->receiver, SSRC, 0, last - 1) == SRTP_OK);
	EXPECT(test, pass(scene, scene->receiver, SSRC, 0, last - 1) == SRTP_REPLAY);
	EXPECT(test, pass(scene, scene->receiver, SSRC, 0, last - SRTP_WINDOW + 1) == SRTP_OK);
	EXPECT(test, pass(scene, scene->receiver, SSRC, 0, last - SRTP_WINDOW - 1) == SRTP_REPLAY);
}

static void reports(struct selftest *test, struct scene *scene)
{
	u8 copy[ROOM];
	unsigned int len;
	int i;

	for (i = 0; i < 10; i++)
		EXPECT(test, pass_rtcp(scene, scene->receiver, SSRC) == SRTP_OK);
	scene->len = plain_rtcp(scene->packet, SSRC);
	EXPECT(test, BH_OFF(srtp_protect_rtcp(scene->sender, scene->packet, &scene->len,
					      ROOM - scene->len)) == SRTP_OK);
	len = scene->len;
	memcpy(copy, scene->packet, len);
	EXPECT(test, BH_OFF(srtp_unprotect_rtcp(scene->receiver, scene->packet, &scene->len)) ==
		     SRTP_OK);
	memcpy(scene->packet, copy, len);
	scene->len = len;
	EXPECT(test, BH_OFF(srtp_unprotect_rtcp(scene->receiver, scene->packet, &scene->len)) ==
		     SRTP_REPLAY);
	EXPECT(test, scene->len == len && !memcmp(scene->packet, copy, len));
}

/* As many SSRCs as there is room for; one more is user space's, and untouched. */
static void fills_up(struct selftest *test, struct scene *scene)
{
	u8 copy[ROOM];
	u32 ssrc;

	for (ssrc = 0; ssrc < SRTP_STREAMS; ssrc++)
		EXPECT(test, pass(scene, scene->receiver, ssrc, 0, 100 + ssrc) == SRTP_OK);
	EXPECT(test, send(scene, ssrc, 1) == SRTP_USER_SPACE);
	EXPECT(test, scene->len == plain_rtp(copy, ssrc, 1) &&
		     !memcmp(copy, scene->packet, scene->len));
	scene->len += 10;
	EXPECT(test, BH_OFF(srtp_unprotect_rtp(scene->receiver, scene->packet, &scene->len)) ==
		     SRTP_USER_SPACE);
	EXPECT(test, !memcmp(copy, scene->packet, PLAIN_RTP));
	for (ssrc = 0; ssrc < SRTP_STREAMS; ssrc++)
		EXPECT(test, pass(scene, scene->receiver, ssrc, 0, 200) == SRTP_OK);
	/* What is not authentic takes no place. */
	EXPECT(test, srtp_export(scene->other, NULL, 0) == 0);
	EXPECT(test, send(scene, 0, 300) == SRTP_OK);
	scene->packet[20] ^= 1;
	EXPECT(test, BH_OFF(srtp_unprotect_rtp(scene->other, scene->packet, &scene->len)) ==
		     SRTP_AUTHENTICATION);
	EXPECT(test, srtp_export(scene->other, NULL, 0) == 0);
}

static void recovers(struct selftest *test, struct scene *scene)
{
	EXPECT(test, pass(scene, scene->receiver, SSRC, 1, 1000) == SRTP_OK);
	EXPECT(test, pass(scene, scene->receiver, SSRC, 2, 1001) == SRTP_OK);
	EXPECT(test, pass(scene, scene->receiver, SSRC, 4, 1002) == SRTP_AUTHENTICATION);
	EXPECT(test, pass(scene, scene->receiver, SSRC + 1, 2, 1) == SRTP_AUTHENTICATION);
	EXPECT(test, pass(scene, scene->other, SSRC + 2, 0, 5) == SRTP_OK);
}

static void runs_out(struct selftest *test, struct scene *scene)
{
	struct srtp_state state = {
		.ssrc = SSRC, .flags = SRTP_STATE_RTP | SRTP_STATE_RTCP,
		.rtp.highest = srtp_index(SRTP_MAX_ROC, 0xffff),
		.rtcp.highest = SRTP_MAX_RTCP_INDEX,
	};

	EXPECT(test, !srtp_import(scene->sender, &state, 1));
	EXPECT(test, send(scene, SSRC, 0xffff) == SRTP_OK);
	EXPECT(test, send(scene, SSRC, 0) == SRTP_EXHAUSTED);
	EXPECT(test, pass_rtcp(scene, scene->receiver, SSRC) == SRTP_OK);
	EXPECT(test, pass_rtcp(scene, scene->receiver, SSRC) == SRTP_EXHAUSTED);
	state.rtcp.highest = 5;		/* an old state does not begin anew */
	EXPECT(test, !srtp_import(scene->sender, &state, 1));
	EXPECT(test, pass_rtcp(scene, scene->receiver, SSRC) == SRTP_EXHAUSTED);

	state.rtcp.highest = SRTP_MAX_RTCP_INDEX + 1ULL;
	EXPECT(test, !srtp_import(scene->sender, &state, 1));
	EXPECT(test, srtp_import(scene->receiver, &state, 1) == -EINVAL);
	state.rtcp.highest = 0;
	state.rtp.highest = 1ULL << 48;
	EXPECT(test, srtp_import(scene->sender, &state, 1) == -EINVAL);
	state.rtp.highest = 5;
	state.flags |= SRTP_STATE_RESTARTED;
	EXPECT(test, srtp_import(scene->sender, &state, 1) == -EINVAL);
	state.restarted.highest = 5;
	EXPECT(test, srtp_import(scene->receiver, &state, 1) == -EINVAL);
	state.flags = SRTP_STATE_RTP | SRTP_STATE_IN_RESTARTED;
	EXPECT(test, srtp_import(scene->receiver, &state, 1) == -EINVAL);
}

static void copy_state(struct selftest *test, struct srtp_context *from, struct srtp_context *to)
{
	struct srtp_state states[2];
	unsigned int count = srtp_export(from, states, ARRAY_SIZE(states));

	EXPECT(test, count == 1 && !srtp_import(to, states, count));
}

/*
 * A stream changes hands in the middle of reordered packets. What was received is not received
 * again, what is still under way is. Then the first one empties its queue and hands over again.
 */
static void changes_hands(struct selftest *test, struct scene *scene)
{
	struct srtp_context *first = scene->receiver, *second = scene->other;
	int i;

	for (i = 65000; i < 65700; i++) {
		if (i % 5)
			EXPECT(test, pass(scene, first, SSRC, 0, i) == SRTP_OK);
	}
	EXPECT(test, pass_rtcp(scene, first, SSRC) == SRTP_OK);
	copy_state(test, first, second);
	for (i = 65450; i < 65700; i += 10)
		EXPECT(test, pass(scene, second, SSRC, 0, i) == SRTP_OK);
	for (i = 65450; i < 65700; i++) {
		if (i % 5 || i % 10 == 0)
			EXPECT(test, pass(scene, second, SSRC, 0, i) == SRTP_REPLAY);
	}
	for (i = 65455; i < 65700; i += 10)
		EXPECT(test, pass(scene, first, SSRC, 0, i) == SRTP_OK);
	copy_state(test, first, second);
	for (i = 65450; i < 65700; i++)
		EXPECT(test, pass(scene, second, SSRC, 0, i) == SRTP_REPLAY);
	EXPECT(test, pass(scene, second, SSRC, 0, 65700) == SRTP_OK);
	copy_state(test, second, first);
	EXPECT(test, pass(scene, first, SSRC, 0, 65700) == SRTP_REPLAY);
	EXPECT(test, pass(scene, first, SSRC, 0, 65701) == SRTP_OK);
}

/* The second sender goes on where the first one was. */
static void sender_changes_hands(struct selftest *test, struct scene *scene)
{
	struct srtp_context *second = context(scene->suite, true), *first = scene->sender;

	if (IS_ERR(second))
		return selftest_fail(test, "no context");
	EXPECT(test, pass(scene, scene->receiver, SSRC, 7, 65000) == SRTP_AUTHENTICATION);
	EXPECT(test, pass_rtcp(scene, scene->receiver, SSRC) == SRTP_OK);
	copy_state(test, first, scene->sender = second);
	EXPECT(test, send(scene, SSRC, 10) == SRTP_OK);
	EXPECT(test, pass_rtcp(scene, scene->receiver, SSRC) == SRTP_OK);
	copy_state(test, second, scene->sender = first);
	EXPECT(test, pass_rtcp(scene, scene->receiver, SSRC) == SRTP_OK);
	EXPECT(test, send(scene, SSRC, 11) == SRTP_OK);
	srtp_put(second);
}

/* Without ciphers for SRTCP a packet of it is nobody's, and RTP is what it was. */
static void rtp_only(struct selftest *test, struct scene *scene)
{
	struct srtp_context *sender = scene->sender, *receiver = scene->receiver;
	struct srtp_params params;
	int i;

	counted_key(&params, scene->suite, 1);
	params.rtp_only = true;
	scene->sender = srtp_create(&params, true);
	scene->receiver = srtp_create(&params, false);
	if (IS_ERR(scene->sender) || IS_ERR(scene->receiver)) {
		selftest_fail(test, "no context");
		goto out;
	}
	for (i = 0; i < SRTP_STREAMS; i++)
		EXPECT(test, pass(scene, scene->receiver, SSRC + i, 0, 11) == SRTP_OK);
	EXPECT(test, pass(scene, receiver, SSRC, 0, 12) == SRTP_OK);
	scene->len = plain_rtcp(scene->packet, SSRC);
	EXPECT(test, BH_OFF(srtp_protect_rtcp(scene->sender, scene->packet, &scene->len,
					      ROOM - scene->len)) == SRTP_USER_SPACE);
	EXPECT(test, BH_OFF(srtp_protect_rtcp(sender, scene->packet, &scene->len,
					      ROOM - scene->len)) == SRTP_OK);
	EXPECT(test, BH_OFF(srtp_unprotect_rtcp(scene->receiver, scene->packet, &scene->len)) ==
	       SRTP_USER_SPACE);
	EXPECT(test, BH_OFF(srtp_unprotect_rtcp(receiver, scene->packet, &scene->len)) == SRTP_OK);
out:
	if (!IS_ERR(scene->sender))
		srtp_put(scene->sender);
	if (!IS_ERR(scene->receiver))
		srtp_put(scene->receiver);
	scene->sender = sender;
	scene->receiver = receiver;
}

void selftest_srtp_context(struct selftest *test)
{
	static void (*const scenes[])(struct selftest *test, struct scene *scene) = {
		replays, reports, fills_up, recovers, runs_out, changes_hands, sender_changes_hands,
		rtp_only,
	};
	struct scene *scene;
	int i;

	parameters(test);
	for (i = 0; i < 2 * ARRAY_SIZE(scenes) && !test->result; i++) {
		scene = new_scene(test, i % 2 ? GCM : SUITE);
		if (!scene)
			return;
		scenes[i / 2](test, scene);
		end_scene(scene);
	}
}
