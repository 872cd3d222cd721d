// SPDX-License-Identifier: GPL-2.0-only

#include "srtp_index.h"

u64 srtp_index_estimate(u64 highest, u16 sequence)
{
	const u64 half = 0x8000;
	u64 roc = highest >> 16;
	u64 last = highest & 0xffff;

	if (last < half)
		return sequence > last + half && roc > 0 ? roc - 1 : roc;
	return last - half > sequence ? roc + 1 : roc;
}

/* Of the place the last packet was at. */
static u64 here_highest(const struct srtp_history *history)
{
	return history->in_restarted ? history->restarted.window.highest :
				       history->main.window.highest;
}

bool srtp_index_acceptable(const struct srtp_history *history, u64 roc, u16 sequence)
{
	u64 index = srtp_index(roc, sequence);

	if (!srtp_replay_below(&history->main, index))
		return srtp_replay_fresh(&history->main, index);
	if (!history->restarted.used)
		return roc != srtp_index_estimate(history->main.window.highest, sequence);
	return roc == srtp_index_estimate(history->restarted.window.highest, sequence) &&
	       srtp_replay_fresh(&history->restarted, index);
}

static void add_guess(struct srtp_guesses *guesses, const struct srtp_history *history, u64 roc,
		      u16 sequence)
{
	unsigned int i;

	if (roc > SRTP_MAX_ROC)
		return;
	for (i = 0; i < guesses->count; i++) {
		if (guesses->roc[i] == roc)
			return;
	}
	if (srtp_index_acceptable(history, roc, sequence))
		guesses->roc[guesses->count++] = roc;
}

u64 srtp_index_likely(const struct srtp_history *history, u16 sequence)
{
	return history->main.used ? srtp_index_estimate(here_highest(history), sequence) : 0;
}

void srtp_index_guess(const struct srtp_history *history, u16 sequence,
		      struct srtp_guesses *guesses)
{
	u64 here = srtp_index_likely(history, sequence), there = here;

	if (history->restarted.used)
		there = srtp_index_estimate(history->in_restarted ?
					    history->main.window.highest :
					    history->restarted.window.highest, sequence);

	guesses->count = 0;
	guesses->replay = !srtp_index_acceptable(history, here, sequence);
	add_guess(guesses, history, here, sequence);
	add_guess(guesses, history, there, sequence);
	add_guess(guesses, history, here + 1, sequence);
	if (here)
		add_guess(guesses, history, here - 1, sequence);
	add_guess(guesses, history, 0, sequence);
}

void srtp_index_commit(struct srtp_history *history, u32 roc, u16 sequence)
{
	u64 index = srtp_index(roc, sequence);

	history->in_restarted = srtp_replay_below(&history->main, index);
	srtp_replay_commit(history->in_restarted ? &history->restarted : &history->main, index);
}
