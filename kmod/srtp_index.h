/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The 48-bit index of SRTP packets: the roll-over counter (ROC) is not sent, it is guessed.
 * RFC 3711 §3.3.1 and appendix A. Values only; the caller locks.
 *
 * A receiver tries more than the RFC's estimate: ROC + 1, ROC - 1 and 0, because senders lose their
 * counter (failover) or have been sending before anybody listened. A sender that went back is
 * followed by a second window, so that both places it may send from are known:
 *
 *   indices   0 ........ restarted.highest ........ main.highest
 *                        ^ window                   ^ window
 *
 * An index above main or in its window is its affair. One below is old and refused, unless
 * a recovery found it and either no restart was known, or the restarted window expects it and has
 * not seen it. Both windows only ever move up. The rules are those of mediad/srtp/rtp_index.h, for
 * a stream changes hands in the middle.
 */
#ifndef _RTPENGINE_SRTP_INDEX_H
#define _RTPENGINE_SRTP_INDEX_H

#include "srtp_replay.h"

#define SRTP_MAX_ROC		0xffffffffULL
#define SRTP_MAX_RTCP_INDEX	0x7fffffffU
#define SRTP_GUESSES		5

struct srtp_history {
	struct srtp_replay main;
	struct srtp_replay restarted;
	bool in_restarted;
};

struct srtp_guesses {
	unsigned int count;
	u32 roc[SRTP_GUESSES];	/* most likely first, each once, without those that are replays */
	bool replay;		/* the most likely one was left out */
};

static inline u64 srtp_index(u64 roc, u16 sequence)
{
	return roc << 16 | sequence;
}

/* The ROC that brings @sequence closest to @highest; SRTP_MAX_ROC + 1 when all are used up. */
u64 srtp_index_estimate(u64 highest, u16 sequence);

/* Where @sequence most likely is: SRTP_MAX_ROC + 1 if nowhere. */
u64 srtp_index_likely(const struct srtp_history *history, u16 sequence);
/* Where @sequence may be; nothing is changed. */
void srtp_index_guess(const struct srtp_history *history, u16 sequence,
		      struct srtp_guesses *guesses);
bool srtp_index_acceptable(const struct srtp_history *history, u64 roc, u16 sequence);
/* An authentic packet with a ROC that is acceptable. */
void srtp_index_commit(struct srtp_history *history, u32 roc, u16 sequence);

#endif
