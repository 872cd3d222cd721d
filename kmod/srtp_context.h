/* SPDX-License-Identifier: GPL-2.0-only */
/* What is inside a context: one key, and the SSRCs it serves. */
#ifndef _RTPENGINE_SRTP_CONTEXT_H
#define _RTPENGINE_SRTP_CONTEXT_H

#include <linux/gfp.h>
#include <linux/refcount.h>
#include <linux/spinlock.h>

#include "srtp_index.h"
#include "srtp_transform.h"

/* A sender's is its part only. */
struct srtp_stream {
	union {
		struct {				/* receiver */
			struct srtp_history history;
			struct srtp_replay rtcp;
		};
		struct {				/* sender */
			struct {
				u64 highest;
				bool used;
			} sent;
			struct {
				u32 next;
				bool used;
			} sent_rtcp;
		};
	};
};

#define SRTP_SENDER_STREAM	offsetofend(struct srtp_stream, sent_rtcp)

struct srtp_context {
	bool sender;
	u8 mki_len;
	u8 *mki;				/* NULL: mki_len is 0 */
	struct srtp_transform *rtcp;		/* NULL: none */
	refcount_t refs;

	spinlock_t lock;			/* guards the next three; never held over cryptography */
	unsigned int count;
	u32 ssrcs[SRTP_STREAMS];		/* apart from their streams: one cache line to search */
	struct srtp_stream *streams[SRTP_STREAMS]; /* each made when it is used */

	struct srtp_transform rtp;		/* and its hmac */
};

/* NULL: not known. */
struct srtp_stream *srtp_stream_find(struct srtp_context *context, u32 ssrc);
/* Known from now on. NULL: one too many, or no memory. @gfp: GFP_ATOMIC and more. */
struct srtp_stream *srtp_stream_use(struct srtp_context *context, u32 ssrc, gfp_t gfp);
/* Is @ssrc known, or room for it? */
static inline bool srtp_stream_room(const struct srtp_context *context,
				    const struct srtp_stream *stream)
{
	return stream || context->count < SRTP_STREAMS;
}

#endif
