/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which of the last indices were received (RFC 3711 §3.3.2). Values only; the caller locks.
 * The twin of mediad/srtp/replay_window.h: states go to and fro between them.
 */
#ifndef _RTPENGINE_SRTP_REPLAY_H
#define _RTPENGINE_SRTP_REPLAY_H

#include <linux/string.h>
#include <linux/types.h>

#include "srtp.h"

struct srtp_replay {
	struct srtp_window window;	/* a ring */
	bool used;
};

static inline u64 srtp_replay_bit(u64 index)
{
	return 1ULL << (index % 64);
}

static inline u64 *srtp_replay_word(struct srtp_replay *replay, u64 index)
{
	return &replay->window.received[index / 64 % (SRTP_WINDOW / 64)];
}

static inline bool srtp_replay_has(const struct srtp_replay *replay, u64 index)
{
	return replay->window.received[index / 64 % (SRTP_WINDOW / 64)] & srtp_replay_bit(index);
}

/* Is @index too old for the window to know? */
static inline bool srtp_replay_below(const struct srtp_replay *replay, u64 index)
{
	return replay->used && index + SRTP_WINDOW <= replay->window.highest;
}

static inline bool srtp_replay_fresh(const struct srtp_replay *replay, u64 index)
{
	return !replay->used || index > replay->window.highest ||
	       (!srtp_replay_below(replay, index) && !srtp_replay_has(replay, index));
}

/* @index must be fresh, or at least not below the window. */
static inline void srtp_replay_commit(struct srtp_replay *replay, u64 index)
{
	struct srtp_window *window = &replay->window;
	u64 missed;

	if (!replay->used || index >= window->highest + SRTP_WINDOW) {
		memset(window->received, 0, sizeof(window->received));
	} else {
		for (missed = window->highest + 1; missed <= index; missed++)
			*srtp_replay_word(replay, missed) &= ~srtp_replay_bit(missed);
	}
	if (!replay->used || index > window->highest)
		window->highest = index;
	replay->used = true;
	*srtp_replay_word(replay, index) |= srtp_replay_bit(index);
}

/* Whatever @other has seen counts as seen. */
static inline void srtp_replay_merge(struct srtp_replay *replay, const struct srtp_replay *other)
{
	struct srtp_replay low = *other;
	u64 index;
	int i;

	if (!other->used)
		return;
	if (!replay->used || replay->window.highest < other->window.highest) {
		low = *replay;
		*replay = *other;
	}
	if (!low.used)
		return;
	/* Only what both windows cover: below it all is old anyway. */
	for (i = 0; i < SRTP_WINDOW && low.window.highest >= i; i++) {
		index = low.window.highest - i;
		if (srtp_replay_below(replay, index))
			break;
		if (srtp_replay_has(&low, index))
			*srtp_replay_word(replay, index) |= srtp_replay_bit(index);
	}
}

#endif
