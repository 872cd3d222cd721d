/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * SRTP and SRTCP (RFC 3711, 6188, 7714): what a party sends is authenticated and decrypted, what is
 * sent to it is protected. Octets in place; not where packets come from, not what is counted.
 *
 * A context is one direction with one key: a receiver or a sender, never both. Several flows may
 * share it (RTP and RTCP of a party on two ports). Transcryption is srtp_unprotect_rtp() and then
 * srtp_protect_rtp() for each output.
 */
#ifndef _RTPENGINE_SRTP_H
#define _RTPENGINE_SRTP_H

#include <linux/types.h>

#include "uapi/rtpengine.h"

#define SRTP_MAX_KEY		32
#define SRTP_MAX_SALT		14
#define SRTP_MAX_MKI		RTPENGINE_MAX_MKI
#define SRTP_MAX_TAG		16
/* What protection adds at most: tag, MKI and the index of SRTCP. */
#define SRTP_MAX_OVERHEAD	(SRTP_MAX_TAG + SRTP_MAX_MKI + 4)
/* A larger packet, protected, is left to user space. */
#define SRTP_MAX_PACKET		9216
/* SSRCs of a context. Packets of a further one are left to user space: nothing is ever evicted. */
#define SRTP_STREAMS		RTPENGINE_MAX_STATES

/* A master key as SDP or DTLS gave it; session keys are derived here. */
struct srtp_params {
	u8 suite;			/* enum rtpengine_srtp_suite */
	u8 key_len;			/* as the suite wants them */
	u8 salt_len;
	u8 mki_len;			/* 0: none */
	bool unencrypted_srtp;		/* RFC 4568 §6.3 */
	bool unencrypted_srtcp;		/* a receiver goes by the E-bit of each packet */
	bool rtp_only;			/* SRTCP never comes: no keys for it */
	u8 key[SRTP_MAX_KEY];
	u8 salt[SRTP_MAX_SALT];
	/* Sender: appended to each packet. Receiver: the length is cut off, the value not compared. */
	u8 mki[SRTP_MAX_MKI];
};

enum srtp_result {
	SRTP_OK,
	SRTP_AUTHENTICATION,	/* the tag does not fit: drop */
	SRTP_REPLAY,		/* received before, or too old to know: drop */
	SRTP_MALFORMED,		/* not RTP (RTCP) with tag, MKI and index: drop */
	SRTP_NO_ROOM,		/* sender: the buffer ends too early */
	SRTP_EXHAUSTED,		/* sender: all indices are used, the key must be changed: drop */
	SRTP_FAILED,		/* the crypto API refused, two CPUs raced, no memory; may be half done: drop */
	SRTP_USER_SPACE,	/* nothing was changed: too large, one SSRC too many, or SRTCP with rtp_only */
};

struct srtp_context;

/*
 * Process context; may load crypto modules. -EINVAL: lengths do not fit the suite; -EOPNOTSUPP: no
 * such suite; -ENOENT and others: the kernel has no synchronous driver for it. The caller holds a
 * reference. @params may be erased afterwards.
 */
struct srtp_context *srtp_create(const struct srtp_params *params, bool sender);
struct srtp_context *srtp_get(struct srtp_context *context);
/* Any context, also an RCU callback: but after no packet can be using it any more. NULL is fine. */
void srtp_put(struct srtp_context *context);

/*
 * Bottom halves are disabled. @packet is linear, writable and in the direct mapping (skb->data is),
 * from the first octet of RTP. Without SRTP_OK nothing of it
 * was changed, except for SRTP_FAILED and after a race lost (SRTP_REPLAY).
 *
 * Unprotect: @len shrinks. Protect: @len grows; @room is what may be written behind it, at least
 * srtp_overhead() to avoid SRTP_NO_ROOM.
 */
enum srtp_result srtp_unprotect_rtp(struct srtp_context *receiver, u8 *packet, unsigned int *len);
/*
 * Whether srtp_unprotect_rtp() would accept it now, as a packet that did not come: nothing is learned
 * of it.  Its octets are decrypted, or not.
 */
bool srtp_authentic_rtp(struct srtp_context *receiver, u8 *packet, unsigned int len);
enum srtp_result srtp_unprotect_rtcp(struct srtp_context *receiver, u8 *packet, unsigned int *len);
enum srtp_result srtp_protect_rtp(struct srtp_context *sender, u8 *packet, unsigned int *len,
				  unsigned int room);
enum srtp_result srtp_protect_rtcp(struct srtp_context *sender, u8 *packet, unsigned int *len,
				   unsigned int room);
/* 0 for RTCP with rtp_only: that is not protected at all. */
unsigned int srtp_overhead(const struct srtp_context *context, bool rtcp);

/*
 * Received indices: the highest, and which of the 256 up to it. The bit of index n is bit n % 64 of
 * word n / 64 % 4, as in mediad/srtp/replay_window.h; words are in host order.
 */
#define SRTP_WINDOW		256
struct srtp_window {
	u64 highest;
	u64 received[SRTP_WINDOW / 64];
};

#define SRTP_STATE_RTP		(1 << 0)	/* rtp is set */
#define SRTP_STATE_RESTARTED	(1 << 1)	/* receiver: restarted is set */
#define SRTP_STATE_IN_RESTARTED	(1 << 2)	/* receiver: where the last packet was */
#define SRTP_STATE_RTCP		(1 << 3)	/* rtcp is set */

/*
 * All that is to be known about an SSRC. RTP: 48 bits of index, ROC << 16 | sequence number.
 * A sender has no windows: rtp.highest, and in rtcp.highest the next index to be used.
 */
struct srtp_state {
	u32 ssrc;
	u32 flags;
	struct srtp_window rtp;
	struct srtp_window restarted;	/* where a sender goes on that lost its ROC: srtp_index.h */
	struct srtp_window rtcp;
};

/* Fills at most @max of @states and returns how many there are. Never sleeps. */
unsigned int srtp_export(struct srtp_context *context, struct srtp_state *states, unsigned int max);
/*
 * Merges: what either side has seen counts as seen, the higher index wins. So neither a hand-over
 * to the kernel, nor one repeated after user space has emptied its sockets, lets a packet through
 * twice; an older state does no harm. -EINVAL: no such index; -ENOSPC: one SSRC too many; -ENOMEM.
 * Those before it have been taken then. Never sleeps.
 */
int srtp_import(struct srtp_context *context, const struct srtp_state *states, unsigned int count);

/* Before anything else, in process context. */
int srtp_init(void);
/* Bit n: suite n has drivers here. */
u32 srtp_suites(void);
void srtp_exit(void);

#endif
