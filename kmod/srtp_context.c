// SPDX-License-Identifier: GPL-2.0-only
/* Contexts: their life, their SSRCs, and the states of those on their way in and out. */

#include <linux/err.h>
#include <linux/lockdep.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "srtp_context.h"
#include "srtp_driver.h"
#include "srtp_hmac.h"

static struct kmem_cache *context_cache;

static int check(const struct srtp_params *params)
{
	const struct srtp_suite_info *suite = srtp_suite_find(params->suite);

	if (!suite)
		return -EOPNOTSUPP;
	if (params->key_len != suite->key_len || params->salt_len != suite->salt_len ||
	    params->mki_len > SRTP_MAX_MKI)
		return -EINVAL;
	return 0;
}

static int init(struct srtp_context *context, const struct srtp_params *params)
{
	int err = srtp_transform_init(&context->rtp, params, false);

	if (err)
		return err;
	if (params->mki_len) {
		context->mki = kmemdup(params->mki, params->mki_len, GFP_KERNEL_ACCOUNT);
		if (!context->mki)
			return -ENOMEM;
		context->mki_len = params->mki_len;
	}
	if (params->rtp_only)
		return 0;
	context->rtcp = kzalloc(srtp_transform_size(), GFP_KERNEL_ACCOUNT);
	return context->rtcp ? srtp_transform_init(context->rtcp, params, true) : -ENOMEM;
}

struct srtp_context *srtp_create(const struct srtp_params *params, bool sender)
{
	struct srtp_context *context;
	int err = check(params);

	if (err)
		return ERR_PTR(err);
	context = kmem_cache_zalloc(context_cache, GFP_KERNEL_ACCOUNT);
	if (!context)
		return ERR_PTR(-ENOMEM);
	refcount_set(&context->refs, 1);
	spin_lock_init(&context->lock);
	context->sender = sender;
	err = init(context, params);
	if (err) {
		srtp_put(context);
		return ERR_PTR(err);
	}
	return context;
}

struct srtp_context *srtp_get(struct srtp_context *context)
{
	refcount_inc(&context->refs);
	return context;
}

void srtp_put(struct srtp_context *context)
{
	unsigned int i;

	if (!context || !refcount_dec_and_test(&context->refs))
		return;
	for (i = 0; i < context->count; i++)
		kfree(context->streams[i]);
	srtp_transform_free(&context->rtp);
	if (context->rtcp)
		srtp_transform_free(context->rtcp);
	kfree(context->rtcp);
	kfree(context->mki);
	kmem_cache_free(context_cache, context);
}

struct srtp_stream *srtp_stream_find(struct srtp_context *context, u32 ssrc)
{
	unsigned int i;

	lockdep_assert_held(&context->lock);
	for (i = 0; i < context->count; i++) {
		if (context->ssrcs[i] == ssrc)
			return context->streams[i];
	}
	return NULL;
}

struct srtp_stream *srtp_stream_use(struct srtp_context *context, u32 ssrc, gfp_t gfp)
{
	struct srtp_stream *stream = srtp_stream_find(context, ssrc);

	if (stream || context->count == SRTP_STREAMS)
		return stream;
	stream = kzalloc(context->sender ? SRTP_SENDER_STREAM : sizeof(*stream), gfp);
	if (!stream)
		return NULL;
	context->ssrcs[context->count] = ssrc;
	context->streams[context->count++] = stream;
	return stream;
}

static void export_replay(const struct srtp_replay *replay, u32 flag, struct srtp_window *window,
			  struct srtp_state *state)
{
	if (!replay->used)
		return;
	*window = replay->window;
	state->flags |= flag;
}

static void export_receiver(const struct srtp_stream *stream, struct srtp_state *state)
{
	export_replay(&stream->history.main, SRTP_STATE_RTP, &state->rtp, state);
	export_replay(&stream->history.restarted, SRTP_STATE_RESTARTED, &state->restarted, state);
	export_replay(&stream->rtcp, SRTP_STATE_RTCP, &state->rtcp, state);
	if (stream->history.in_restarted)
		state->flags |= SRTP_STATE_IN_RESTARTED;
}

static void export_sender(const struct srtp_stream *stream, struct srtp_state *state)
{
	if (stream->sent.used) {
		state->flags |= SRTP_STATE_RTP;
		state->rtp.highest = stream->sent.highest;
	}
	if (stream->sent_rtcp.used) {
		state->flags |= SRTP_STATE_RTCP;
		state->rtcp.highest = stream->sent_rtcp.next;
	}
}

unsigned int srtp_export(struct srtp_context *context, struct srtp_state *states, unsigned int max)
{
	unsigned int i, count;

	spin_lock_bh(&context->lock);
	count = context->count;
	for (i = 0; i < count && i < max; i++) {
		memset(&states[i], 0, sizeof(states[i]));
		states[i].ssrc = context->ssrcs[i];
		if (context->sender)
			export_sender(context->streams[i], &states[i]);
		else
			export_receiver(context->streams[i], &states[i]);
	}
	spin_unlock_bh(&context->lock);
	return count;
}

static void import_replay(struct srtp_replay *replay, const struct srtp_state *state, u32 flag,
			  const struct srtp_window *window)
{
	struct srtp_replay other = { .window = *window, .used = state->flags & flag };

	*srtp_replay_word(&other, window->highest) |= srtp_replay_bit(window->highest);
	srtp_replay_merge(replay, &other);
}

static void import_receiver(struct srtp_stream *stream, const struct srtp_state *state)
{
	struct srtp_history *history = &stream->history;
	bool nothing = !history->main.used;

	import_replay(&history->main, state, SRTP_STATE_RTP, &state->rtp);
	import_replay(&history->restarted, state, SRTP_STATE_RESTARTED, &state->restarted);
	import_replay(&stream->rtcp, state, SRTP_STATE_RTCP, &state->rtcp);
	if (nothing)
		history->in_restarted = state->flags & SRTP_STATE_IN_RESTARTED;
}

static void import_sender(struct srtp_stream *stream, const struct srtp_state *state)
{
	if (state->flags & SRTP_STATE_RTP) {
		stream->sent.used = true;
		stream->sent.highest = max(stream->sent.highest, state->rtp.highest);
	}
	if (state->flags & SRTP_STATE_RTCP) {
		stream->sent_rtcp.used = true;
		stream->sent_rtcp.next = max_t(u32, stream->sent_rtcp.next, state->rtcp.highest);
	}
}

static bool valid(const struct srtp_context *context, const struct srtp_state *state)
{
	const u64 rtp_limit = srtp_index(SRTP_MAX_ROC, 0xffff);
	/* A sender that has used all of them is to stay exhausted. */
	const u64 rtcp_limit = SRTP_MAX_RTCP_INDEX + (context->sender ? 1ULL : 0);
	u32 known = SRTP_STATE_RTP | SRTP_STATE_RTCP;

	if (!context->sender)
		known |= SRTP_STATE_RESTARTED | SRTP_STATE_IN_RESTARTED;
	if (state->flags & ~known)
		return false;
	/* A restart is one from somewhere, and lags behind. */
	if (state->flags & SRTP_STATE_RESTARTED &&
	    (!(state->flags & SRTP_STATE_RTP) || state->restarted.highest >= state->rtp.highest))
		return false;
	if (state->flags & SRTP_STATE_IN_RESTARTED && !(state->flags & SRTP_STATE_RESTARTED))
		return false;
	return state->rtp.highest <= rtp_limit && state->rtcp.highest <= rtcp_limit;
}

int srtp_import(struct srtp_context *context, const struct srtp_state *states, unsigned int count)
{
	struct srtp_stream *stream;
	unsigned int i;
	int err = 0;

	spin_lock_bh(&context->lock);
	for (i = 0; i < count && !err; i++) {
		if (!valid(context, &states[i])) {
			err = -EINVAL;
			break;
		}
		stream = srtp_stream_use(context, states[i].ssrc,
					 GFP_ATOMIC | __GFP_ACCOUNT | __GFP_NOWARN);
		if (!stream)
			err = context->count < SRTP_STREAMS ? -ENOMEM : -ENOSPC;
		else if (context->sender)
			import_sender(stream, &states[i]);
		else
			import_receiver(stream, &states[i]);
	}
	spin_unlock_bh(&context->lock);
	return err;
}

static u32 usable;

static bool try(unsigned int suite)
{
	const struct srtp_suite_info *info = srtp_suite_find(suite);
	struct srtp_params params = { .suite = suite };
	struct srtp_context *context;

	if (!info)
		return false;
	params.key_len = info->key_len;
	params.salt_len = info->salt_len;
	context = srtp_create(&params, false);
	if (IS_ERR(context))
		return false;
	srtp_put(context);
	return true;
}

int srtp_init(void)
{
	unsigned int suite;
	int err = srtp_driver_init();

	if (err)
		return err;
	srtp_hmac_init();	/* without it there are fewer suites */
	context_cache = kmem_cache_create("rtpe_srtp", sizeof(struct srtp_context) + srtp_hmac_size(),
					  16, SLAB_ACCOUNT, NULL);
	if (!context_cache) {
		srtp_exit();
		return -ENOMEM;
	}
	for (suite = 0; suite <= RTPENGINE_SRTP_MAX; suite++) {
		if (try(suite))
			usable |= 1U << suite;
	}
	return 0;
}

u32 srtp_suites(void)
{
	return usable;
}

void srtp_exit(void)
{
	kmem_cache_destroy(context_cache);
	srtp_hmac_exit();
	srtp_driver_exit();
}
