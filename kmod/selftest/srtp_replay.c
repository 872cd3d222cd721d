// SPDX-License-Identifier: GPL-2.0-only
/* The replay window at its edges, and against an array that forgets nothing. */

#include <linux/kernel.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "../srtp_replay.h"
#include "selftest.h"

#define TRIALS			4096

/* Takes @index if it is fresh. */
static bool take(struct srtp_replay *replay, u64 index)
{
	if (!srtp_replay_fresh(replay, index))
		return false;
	srtp_replay_commit(replay, index);
	return true;
}

static void edges(struct selftest *test)
{
	struct srtp_replay replay = {};

	EXPECT(test, srtp_replay_fresh(&replay, 0));
	EXPECT(test, take(&replay, 0));
	EXPECT(test, !take(&replay, 0));
	EXPECT(test, take(&replay, SRTP_WINDOW - 1));
	EXPECT(test, !take(&replay, 0));		/* the oldest one of the window: seen */
	EXPECT(test, take(&replay, 1));
	EXPECT(test, take(&replay, SRTP_WINDOW));
	EXPECT(test, srtp_replay_below(&replay, 0));
	EXPECT(test, !srtp_replay_below(&replay, 1));
	EXPECT(test, !take(&replay, 1));
	EXPECT(test, take(&replay, 2));
	/* A jump of just the window, one less, and far beyond. */
	EXPECT(test, take(&replay, 2 * SRTP_WINDOW));
	EXPECT(test, !take(&replay, SRTP_WINDOW));
	EXPECT(test, take(&replay, SRTP_WINDOW + 1));
	EXPECT(test, take(&replay, 3 * SRTP_WINDOW - 1));
	EXPECT(test, !take(&replay, 2 * SRTP_WINDOW));
	EXPECT(test, take(&replay, 1000000));
	EXPECT(test, take(&replay, 1000000 - SRTP_WINDOW + 1));
	EXPECT(test, !take(&replay, 1000000 - SRTP_WINDOW));
	EXPECT(test, replay.window.highest == 1000000);
}

/* Forward and back across the roll-over of the sequence number, and up to the last index. */
static void wraps(struct selftest *test)
{
	struct srtp_replay replay = {};
	const u64 last = (1ULL << 48) - 1;
	u64 index;

	for (index = 65536 - 300; index < 65536 + 300; index += 2)
		EXPECT(test, take(&replay, index));
	for (index = 65536 + 297; index > 65536 + 297 - 254; index -= 2)
		EXPECT(test, take(&replay, index));
	for (index = 65536 - 300; index < 65536 + 300; index += 2)
		EXPECT(test, !take(&replay, index));
	EXPECT(test, take(&replay, last));
	EXPECT(test, take(&replay, last - 1));
	EXPECT(test, !take(&replay, last));
	EXPECT(test, !take(&replay, 65536));
}

/* A pseudo-random walk; the array knows what really came. */
static void walks(struct selftest *test)
{
	struct srtp_replay replay = {};
	u32 state = 2463534242U;
	u64 index, highest = 0;
	bool expected;
	u8 *seen;
	int i;

	seen = kzalloc(TRIALS * 16, GFP_KERNEL);
	if (!seen)
		return selftest_fail(test, "no memory");
	for (i = 0; i < TRIALS && !test->result; i++) {
		state ^= state << 13;
		state ^= state >> 17;
		state ^= state << 5;
		index = highest + 8 > 300 ? highest + 8 - state % 300 : state % 16;
		expected = !seen[index] && (!i || index + SRTP_WINDOW > highest);
		if (take(&replay, index) != expected)
			selftest_fail(test, "walk: step %d, index %llu", i, index);
		seen[index] |= expected;
		highest = max(highest, expected ? index : 0);
	}
	kfree(seen);
}

/* Two halves of a stream merged know all of it, whichever of them is ahead. */
static void merges(struct selftest *test)
{
	struct srtp_replay even = {}, odd = {}, merged, none = {};
	u64 index;

	for (index = 1000; index < 1400; index += 2) {
		srtp_replay_commit(&even, index);
		if (index < 1300)
			srtp_replay_commit(&odd, index + 1);
	}
	merged = even;
	srtp_replay_merge(&merged, &odd);
	srtp_replay_merge(&odd, &even);
	EXPECT(test, !memcmp(&merged.window, &odd.window, sizeof(odd.window)));
	EXPECT(test, merged.window.highest == 1398);
	for (index = 1000; index < 1398; index++)
		EXPECT(test, srtp_replay_fresh(&merged, index) == (index > 1300 && index % 2));

	srtp_replay_merge(&merged, &none);
	EXPECT(test, !memcmp(&merged, &odd, sizeof(odd)));
	srtp_replay_merge(&none, &merged);
	EXPECT(test, !memcmp(&none, &odd, sizeof(odd)));

	/* One far behind adds nothing. */
	memset(&none, 0, sizeof(none));
	srtp_replay_commit(&none, 5);
	srtp_replay_merge(&merged, &none);
	EXPECT(test, !memcmp(&merged.window, &odd.window, sizeof(odd.window)));
	srtp_replay_merge(&none, &odd);
	EXPECT(test, !memcmp(&none.window, &odd.window, sizeof(odd.window)));
}

void selftest_srtp_replay(struct selftest *test)
{
	edges(test);
	wraps(test);
	walks(test);
	merges(test);
}
