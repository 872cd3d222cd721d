/* SPDX-License-Identifier: GPL-2.0-only */
/* What is inside a context: one key, and the SSRCs it serves. */
#ifndef _RTPENGINE_SRTP_CONTEXT_H
#define _RTPENGINE_SRTP_CONTEXT_H

#include <linux/refcount.h>
#include <linux/spinlock.h>

#include "srtp_index.h"
#include "srtp_transform.h"

/* A sender's context ends with less memory than this: SRTP_SENDER_STREAM for each. */
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

/* Whole words: those of 64 bits are aligned less on some machines of 32. */
#define SRTP_SENDER_STREAM	ALIGN(offsetofend(struct srtp_stream, sent_rtcp), sizeof(u64))

struct srtp_context {
	struct srtp_transform rtp;
	struct srtp_transform rtcp;		/* tag_len 0: none */
	bool sender;
	u8 stream_size;
	u8 mki_len;
	u8 mki[SRTP_MAX_MKI];
	refcount_t refs;

	spinlock_t lock;			/* guards what follows; never held over cryptography */
	unsigned int count;
	u32 ssrcs[SRTP_STREAMS];		/* apart from their streams: one cache line to search */
	u64 streams[];				/* of stream_size octets each */
};

/* NULL: not known. */
struct srtp_stream *srtp_stream_find(struct srtp_context *context, u32 ssrc);
/* Known from now on. NULL: one too many. */
struct srtp_stream *srtp_stream_use(struct srtp_context *context, u32 ssrc);
/* Is @ssrc known, or room for it? */
static inline bool srtp_stream_room(const struct srtp_context *context,
				    const struct srtp_stream *stream)
{
	return stream || context->count < SRTP_STREAMS;
}

#endif
