// SPDX-License-Identifier: GPL-2.0-only
/*
 * What becomes of a packet. Received: guess the index, authenticate and decrypt, then commit the
 * index, so that what is not authentic leaves no trace. Sent: take the index, encrypt, add the tag.
 * The lock is held for indices only; a second CPU with the same packet loses at the commit.
 *
 *   SRTP          header, payload, MKI, tag
 *   AEAD          header, payload, tag, MKI
 *   SRTCP         header, payload, E-bit and index, MKI, tag
 *   AEAD's SRTCP  header, payload, tag, E-bit and index, MKI
 */

#include <linux/errno.h>
#include <linux/minmax.h>
#include <linux/string.h>

#include "srtp_bytes.h"
#include "srtp_context.h"

#define WORD			4
#define ENCRYPTED		0x80000000U
#define LEARN			(GFP_ATOMIC | __GFP_NOWARN)

unsigned int srtp_overhead(const struct srtp_context *context, bool rtcp)
{
	if (!rtcp)
		return context->rtp.tag_len + context->mki_len;
	return context->rtcp ? context->rtcp->tag_len + WORD + context->mki_len : 0;
}

static enum srtp_result failure(int err, bool replay)
{
	if (err != -EBADMSG)
		return SRTP_FAILED;
	return replay ? SRTP_REPLAY : SRTP_AUTHENTICATION;
}

struct received {
	u8 *packet;
	const u8 *tag;
	unsigned int body, header;
	u32 ssrc;
	u16 sequence;
	struct srtp_stream *stream;	/* once found it stays where it is; NULL: new */
};

static const struct srtp_history nothing;

/* The ROC that is tried first, SRTP_MAX_ROC + 1 if it would be a replay. */
static enum srtp_result guess_rtp(struct srtp_context *receiver, struct received *in, u64 *roc)
{
	const struct srtp_history *history;
	struct srtp_stream *stream;
	u16 sequence = in->sequence;
	bool room;

	spin_lock(&receiver->lock);
	stream = in->stream = srtp_stream_find(receiver, in->ssrc);
	room = srtp_stream_room(receiver, stream);
	history = stream ? &stream->history : &nothing;
	*roc = srtp_index_likely(history, sequence);
	if (!srtp_index_acceptable(history, *roc, sequence))
		*roc = SRTP_MAX_ROC + 1;
	spin_unlock(&receiver->lock);
	return room ? SRTP_OK : SRTP_USER_SPACE;
}

/* What else it may be, after @tried. */
static void guess_again(struct srtp_context *receiver, u32 ssrc, u16 sequence, u64 tried,
			struct srtp_guesses *guesses)
{
	struct srtp_stream *stream;

	spin_lock(&receiver->lock);
	stream = srtp_stream_find(receiver, ssrc);
	srtp_index_guess(stream ? &stream->history : &nothing, sequence, guesses);
	spin_unlock(&receiver->lock);
	if (guesses->count && guesses->roc[0] == tried)
		memmove(guesses->roc, guesses->roc + 1, --guesses->count * sizeof(u32));
}

static enum srtp_result commit_rtp(struct srtp_context *receiver, const struct received *in, u32 roc)
{
	enum srtp_result result = SRTP_OK;
	struct srtp_stream *stream = in->stream;
	u16 sequence = in->sequence;

	spin_lock(&receiver->lock);
	if (!stream)
		stream = srtp_stream_use(receiver, in->ssrc, LEARN);
	if (!stream)
		result = SRTP_FAILED;
	else if (!srtp_index_acceptable(&stream->history, roc, sequence))
		result = SRTP_REPLAY;
	else
		srtp_index_commit(&stream->history, roc, sequence);
	spin_unlock(&receiver->lock);
	return result;
}

/* With another ROC than @tried, which was not it or would be a replay. */
static noinline enum srtp_result open_otherwise(struct srtp_context *receiver,
						const struct received *in, u64 tried, u32 *roc)
{
	struct srtp_guesses guesses;
	int fits;

	guess_again(receiver, in->ssrc, in->sequence, tried, &guesses);
	fits = srtp_transform_open(&receiver->rtp, in->packet, in->body, in->header, in->tag,
				   guesses.roc, guesses.count);
	if (fits < 0)
		return failure(fits, tried > SRTP_MAX_ROC);
	*roc = guesses.roc[fits];
	return SRTP_OK;
}

/* Authenticates, decrypts, and says with which ROC. */
static enum srtp_result open_rtp(struct srtp_context *receiver, struct received *in, u32 *roc)
{
	enum srtp_result result;
	u64 likely;
	int fits;

	result = guess_rtp(receiver, in, &likely);
	if (result != SRTP_OK)
		return result;
	if (likely <= SRTP_MAX_ROC) {
		*roc = likely;
		fits = srtp_transform_open(&receiver->rtp, in->packet, in->body, in->header,
					   in->tag, roc, 1);
		if (fits != -EBADMSG)
			return fits < 0 ? SRTP_FAILED : SRTP_OK;
	}
	return open_otherwise(receiver, in, likely, roc);
}

/* Where things stand in a packet of @len octets. */
static enum srtp_result look_at_rtp(const struct srtp_context *receiver, u8 *packet,
				    unsigned int len, struct received *in)
{
	unsigned int trailer = srtp_overhead(receiver, false);

	if (len < RTP_FIXED_HEADER + trailer)
		return SRTP_MALFORMED;
	if (len > SRTP_MAX_PACKET)
		return SRTP_USER_SPACE;
	in->packet = packet;
	in->body = len - trailer;
	in->header = srtp_rtp_header(packet, in->body);
	if (!in->header)
		return SRTP_MALFORMED;
	in->tag = packet + in->body + (srtp_transform_aead(&receiver->rtp) ? 0 : receiver->mki_len);
	in->sequence = srtp_load16(packet + 2);
	in->ssrc = srtp_load32(packet + 8);
	return SRTP_OK;
}

enum srtp_result srtp_unprotect_rtp(struct srtp_context *receiver, u8 *packet, unsigned int *len)
{
	struct received in;
	enum srtp_result result = look_at_rtp(receiver, packet, *len, &in);
	u32 roc;

	if (result != SRTP_OK)
		return result;
	result = open_rtp(receiver, &in, &roc);
	if (result == SRTP_OK)
		result = commit_rtp(receiver, &in, roc);
	if (result == SRTP_OK)
		*len = in.body;
	return result;
}

bool srtp_authentic_rtp(struct srtp_context *receiver, u8 *packet, unsigned int len)
{
	struct received in;
	u32 roc;

	return look_at_rtp(receiver, packet, len, &in) == SRTP_OK &&
	       open_rtp(receiver, &in, &roc) == SRTP_OK;
}

static enum srtp_result look_up_rtcp(struct srtp_context *receiver, u32 ssrc, u32 index)
{
	enum srtp_result result = SRTP_OK;
	struct srtp_stream *stream;

	spin_lock(&receiver->lock);
	stream = srtp_stream_find(receiver, ssrc);
	if (!srtp_stream_room(receiver, stream))
		result = SRTP_USER_SPACE;
	else if (stream && !srtp_replay_fresh(&stream->rtcp, index))
		result = SRTP_REPLAY;
	spin_unlock(&receiver->lock);
	return result;
}

static enum srtp_result commit_rtcp(struct srtp_context *receiver, u32 ssrc, u32 index)
{
	enum srtp_result result = SRTP_OK;
	struct srtp_stream *stream;

	spin_lock(&receiver->lock);
	stream = srtp_stream_use(receiver, ssrc, LEARN);
	if (!stream)
		result = SRTP_FAILED;
	else if (!srtp_replay_fresh(&stream->rtcp, index))
		result = SRTP_REPLAY;
	else
		srtp_replay_commit(&stream->rtcp, index);
	spin_unlock(&receiver->lock);
	return result;
}

static enum srtp_result open_rtcp(struct srtp_context *receiver, u8 *packet, unsigned int body)
{
	const struct srtp_transform *rtcp = receiver->rtcp;
	bool aead = srtp_transform_aead(rtcp);
	u32 ssrc = srtp_load32(packet + 4), word;
	const u8 *end = packet + body;
	enum srtp_result result;
	int fits;

	word = srtp_load32(aead ? end + rtcp->tag_len : end);
	result = look_up_rtcp(receiver, ssrc, word & ~ENCRYPTED);
	if (result != SRTP_OK)
		return result;
	fits = srtp_transform_open(rtcp, packet, body, RTCP_HEADER,
				   aead ? end : end + WORD + receiver->mki_len, &word, 1);
	if (fits < 0)
		return failure(fits, false);
	return commit_rtcp(receiver, ssrc, word & ~ENCRYPTED);
}

enum srtp_result srtp_unprotect_rtcp(struct srtp_context *receiver, u8 *packet, unsigned int *len)
{
	enum srtp_result result;
	unsigned int trailer;

	if (!receiver->rtcp)
		return SRTP_USER_SPACE;
	trailer = srtp_overhead(receiver, true);
	if (*len < RTCP_HEADER + trailer || !srtp_is_rtcp(packet, *len))
		return SRTP_MALFORMED;
	if (*len > SRTP_MAX_PACKET)
		return SRTP_USER_SPACE;
	result = open_rtcp(receiver, packet, *len - trailer);
	if (result == SRTP_OK)
		*len -= trailer;
	return result;
}

/*
 * Packets that come twice or late are protected as what they are: this is a relay. So the ROC
 * follows the RFC's estimate, and only ever moves up.
 */
static enum srtp_result next_rtp(struct srtp_context *sender, u32 ssrc, u16 sequence, u32 *word)
{
	struct srtp_stream *stream;
	enum srtp_result result = SRTP_OK;
	u64 roc = 0;

	spin_lock(&sender->lock);
	stream = srtp_stream_find(sender, ssrc);
	if (stream && stream->sent.used)
		roc = srtp_index_estimate(stream->sent.highest, sequence);
	if (roc > SRTP_MAX_ROC) {
		result = SRTP_EXHAUSTED;
		goto out;
	}
	if (!stream)
		stream = srtp_stream_use(sender, ssrc, LEARN);
	if (!stream) {
		result = SRTP_USER_SPACE;
		goto out;
	}
	stream->sent.highest = max(stream->sent.highest, srtp_index(roc, sequence));
	stream->sent.used = true;
	*word = roc;
out:
	spin_unlock(&sender->lock);
	return result;
}

static enum srtp_result seal_rtp(struct srtp_context *sender, u8 *packet, unsigned int body,
				 unsigned int header)
{
	const struct srtp_transform *rtp = &sender->rtp;
	u8 tag[SRTP_MAX_TAG], *end = packet + body;
	enum srtp_result result;
	u32 word;

	result = next_rtp(sender, srtp_load32(packet + 8), srtp_load16(packet + 2), &word);
	if (result != SRTP_OK)
		return result;
	if (srtp_transform_seal(rtp, packet, body, header, word, tag))
		return SRTP_FAILED;
	if (srtp_transform_aead(rtp))
		end += rtp->tag_len;
	else
		memcpy(end + sender->mki_len, tag, rtp->tag_len);
	memcpy(end, sender->mki, sender->mki_len);
	return SRTP_OK;
}

enum srtp_result srtp_protect_rtp(struct srtp_context *sender, u8 *packet, unsigned int *len,
				  unsigned int room)
{
	unsigned int trailer = srtp_overhead(sender, false), header;
	enum srtp_result result;

	header = srtp_rtp_header(packet, *len);
	if (!header)
		return SRTP_MALFORMED;
	if (*len + trailer > SRTP_MAX_PACKET)
		return SRTP_USER_SPACE;
	if (room < trailer)
		return SRTP_NO_ROOM;
	result = seal_rtp(sender, packet, *len, header);
	if (result == SRTP_OK)
		*len += trailer;
	return result;
}

/* An index is never used for two packets. */
static enum srtp_result next_rtcp(struct srtp_context *sender, u32 ssrc, u32 *index)
{
	struct srtp_stream *stream;
	enum srtp_result result = SRTP_OK;

	spin_lock(&sender->lock);
	stream = srtp_stream_use(sender, ssrc, LEARN);
	if (!stream) {
		result = SRTP_USER_SPACE;
	} else if (stream->sent_rtcp.next > SRTP_MAX_RTCP_INDEX) {
		result = SRTP_EXHAUSTED;
	} else {
		stream->sent_rtcp.used = true;
		*index = stream->sent_rtcp.next++;
	}
	spin_unlock(&sender->lock);
	return result;
}

static enum srtp_result seal_rtcp(struct srtp_context *sender, u8 *packet, unsigned int body)
{
	const struct srtp_transform *rtcp = sender->rtcp;
	u8 tag[SRTP_MAX_TAG], *end = packet + body;
	enum srtp_result result;
	u32 word;

	result = next_rtcp(sender, srtp_load32(packet + 4), &word);
	if (result != SRTP_OK)
		return result;
	if (rtcp->encrypts)
		word |= ENCRYPTED;
	if (srtp_transform_seal(rtcp, packet, body, RTCP_HEADER, word, tag))
		return SRTP_FAILED;
	if (srtp_transform_aead(rtcp))
		end += rtcp->tag_len;
	else
		memcpy(end + WORD + sender->mki_len, tag, rtcp->tag_len);
	srtp_store32(word, end);
	memcpy(end + WORD, sender->mki, sender->mki_len);
	return SRTP_OK;
}

enum srtp_result srtp_protect_rtcp(struct srtp_context *sender, u8 *packet, unsigned int *len,
				   unsigned int room)
{
	enum srtp_result result;
	unsigned int trailer;

	if (!sender->rtcp)
		return SRTP_USER_SPACE;
	trailer = srtp_overhead(sender, true);
	if (!srtp_is_rtcp(packet, *len))
		return SRTP_MALFORMED;
	if (*len + trailer > SRTP_MAX_PACKET)
		return SRTP_USER_SPACE;
	if (room < trailer)
		return SRTP_NO_ROOM;
	result = seal_rtcp(sender, packet, *len);
	if (result == SRTP_OK)
		*len += trailer;
	return result;
}
