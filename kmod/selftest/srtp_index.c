// SPDX-License-Identifier: GPL-2.0-only
/* Guessing the roll-over counter: RFC 3711 §3.3.1, and senders that lose it. */

#include <linux/kernel.h>

#include "../srtp_index.h"
#include "selftest.h"

static void estimates(struct selftest *test)
{
	static const struct {
		u32 roc;
		u16 last, sequence;
		u64 expected;
	} cases[] = {
		{ 0, 0, 0, 0 },
		{ 0, 0, 0x8000, 0 },
		{ 0, 0, 0xffff, 0 },		/* there is none before 0 */
		{ 1, 0, 0x8000, 1 },
		{ 1, 0, 0x8001, 0 },
		{ 1, 0x7fff, 0xffff, 1 },
		{ 1, 0x8000, 0, 1 },
		{ 1, 0x8001, 0, 2 },
		{ 1, 0xffff, 0, 2 },
		{ 1, 0xffff, 0x7ffe, 2 },
		{ 1, 0xffff, 0x7fff, 1 },
		{ 0xffffffff, 0xffff, 0xfffe, 0xffffffffULL },
		{ 0xffffffff, 0xffff, 0, SRTP_MAX_ROC + 1 },
	};
	int i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		if (srtp_index_estimate(srtp_index(cases[i].roc, cases[i].last),
					cases[i].sequence) != cases[i].expected)
			selftest_fail(test, "estimate %d", i);
	}
}

/* Is @roc among the guesses? If so the packet is authentic, and taken. */
static bool receive(struct srtp_history *history, u32 roc, u16 sequence)
{
	struct srtp_guesses guesses;
	unsigned int i;

	srtp_index_guess(history, sequence, &guesses);
	for (i = 0; i < guesses.count; i++) {
		if (guesses.roc[i] != roc)
			continue;
		srtp_index_commit(history, roc, sequence);
		return true;
	}
	return false;
}

static void rolls_over(struct selftest *test)
{
	struct srtp_history history = {};
	u64 index;

	for (index = 65000; index < 3 * 65536; index += 50)
		EXPECT(test, receive(&history, index >> 16, index));
	EXPECT(test, history.main.window.highest >> 16 == 2);
	EXPECT(test, !receive(&history, 2, history.main.window.highest));
	EXPECT(test, !history.in_restarted);
}

static void begins_in_the_middle(struct selftest *test)
{
	struct srtp_history history = {};
	struct srtp_guesses guesses;

	srtp_index_guess(&history, 7, &guesses);
	EXPECT(test, guesses.count == 2 && guesses.roc[0] == 0 && guesses.roc[1] == 1);
	EXPECT(test, !guesses.replay);
	EXPECT(test, receive(&history, 1, 7));		/* one roll-over was missed */
	EXPECT(test, !receive(&history, 3, 8));
	EXPECT(test, receive(&history, 2, 8));
}

/* A sender goes on at ROC 0, and comes back to where it was. */
static void restarts(struct selftest *test)
{
	struct srtp_history history = {};
	struct srtp_guesses guesses;

	srtp_replay_commit(&history.main, srtp_index(5, 1000));
	EXPECT(test, receive(&history, 0, 1001));
	EXPECT(test, history.in_restarted);
	EXPECT(test, !receive(&history, 0, 1001));
	srtp_index_guess(&history, 1001, &guesses);
	EXPECT(test, guesses.replay);
	EXPECT(test, receive(&history, 0, 1002));
	EXPECT(test, receive(&history, 0, 1000));	/* reordered */
	EXPECT(test, !receive(&history, 1, 1003));	/* neither here nor there */
	EXPECT(test, !receive(&history, 4, 1003));
	EXPECT(test, receive(&history, 5, 1001));
	EXPECT(test, !history.in_restarted);
	EXPECT(test, !receive(&history, 5, 1000));
	EXPECT(test, history.main.window.highest == srtp_index(5, 1001));
	EXPECT(test, history.restarted.window.highest == srtp_index(0, 1002));
}

static void ends(struct selftest *test)
{
	struct srtp_history history = {};
	struct srtp_guesses guesses;

	srtp_replay_commit(&history.main, srtp_index(SRTP_MAX_ROC, 0xffff));
	srtp_index_guess(&history, 0, &guesses);
	EXPECT(test, guesses.count == 2 && guesses.roc[0] == SRTP_MAX_ROC && !guesses.roc[1]);
	EXPECT(test, !receive(&history, SRTP_MAX_ROC, 0xffff));
	EXPECT(test, receive(&history, SRTP_MAX_ROC, 0xfffe));
}

void selftest_srtp_index(struct selftest *test)
{
	estimates(test);
	rolls_over(test);
	begins_in_the_middle(test);
	restarts(test);
	ends(test);
}
