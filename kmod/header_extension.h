/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Elements of RTP header extensions (RFC 8285): taken out, put in.
 *
 * Only octets, so that it also runs outside a kernel, against mediad's
 * (tests/fuzz): the same packets have to become the same ones, whoever
 * forwards them.  A packet changes at its front: its end stays where it is.
 */
#ifndef _RTPENGINE_HEADER_EXTENSION_H
#define _RTPENGINE_HEADER_EXTENSION_H

#include <linux/string.h>
#include <linux/types.h>

#define RTPE_EXT_HEADER		4
#define RTPE_EXT_ONE_BYTE	0xbede
#define RTPE_EXT_TWO_BYTE	0x1000	/* the upper 12 bits */
#define RTPE_EXT_IDS		32	/* octets: bit n % 8 of octet n / 8 is id n */
#define RTPE_EXT_VALUE		16	/* octets of an element, so that it fits both forms */

/* @len: 1..RTPE_EXT_VALUE */
struct rtpe_ext_element {
	u8 id;
	u8 len;
	u8 value[RTPE_EXT_VALUE];
};

/* Where the elements of an extension are; none of one that has neither form. */
struct rtpe_ext_reader {
	u8 *at;
	u8 *end;
	bool two_byte;
};

static inline u16 rtpe_ext_profile(const u8 *extension)
{
	return extension[0] << 8 | extension[1];
}

/* @extension: of @size octets, RTPE_EXT_HEADER with it. */
static inline void rtpe_ext_read(struct rtpe_ext_reader *reader, u8 *extension, unsigned int size)
{
	u16 profile = rtpe_ext_profile(extension);

	reader->at = extension + RTPE_EXT_HEADER;
	reader->end = extension + size;
	reader->two_byte = (profile & 0xfff0) == RTPE_EXT_TWO_BYTE;
	if (!reader->two_byte && profile != RTPE_EXT_ONE_BYTE)
		reader->at = reader->end;
}

/* The next element and its octets, headers with it; NULL: no more, or not one that fits. */
static inline u8 *rtpe_ext_next(struct rtpe_ext_reader *reader, u8 *id, unsigned int *octets)
{
	u8 *at = reader->at;
	unsigned int left;

	while (at < reader->end && !*at)
		at++;
	left = reader->end - at;
	reader->at = reader->end;
	if (!left)
		return NULL;
	if (reader->two_byte) {
		if (left < 2)
			return NULL;
		*id = at[0];
		*octets = 2 + at[1];
	} else {
		*id = at[0] >> 4;
		*octets = 2 + (at[0] & 0x0f);
		if (!*id || *id == 15)
			return NULL;
	}
	if (*octets > left)
		return NULL;
	reader->at = at + *octets;
	return at;
}

/*
 * Takes out what @ids has, and all of the extension if nothing else is in it.
 * @header octets of RTP header end with @extension octets of it.  The packet
 * begins as many octets later as is returned.
 */
static inline unsigned int rtpe_ext_remove(u8 *packet, unsigned int header, unsigned int extension,
					   const u8 *ids)
{
	unsigned int octets, kept = 0, freed, begin = header - extension;
	u8 *first = packet + begin + RTPE_EXT_HEADER, *at, id;
	struct rtpe_ext_reader reader;
	bool removed = false;

	rtpe_ext_read(&reader, packet + begin, extension);
	while ((at = rtpe_ext_next(&reader, &id, &octets))) {
		if (ids[id / 8] & 1 << id % 8) {
			removed = true;
		} else if (removed) {
			memmove(first + kept, at, octets);
			kept += octets;
		} else {
			/* Where it is, with the padding before it. */
			kept = at + octets - first;
		}
	}
	if (!removed)
		return 0;
	if (kept) {
		while (kept % 4)
			first[kept++] = 0;
		packet[begin + 2] = kept / 4 >> 8;
		packet[begin + 3] = kept / 4;
		begin += RTPE_EXT_HEADER + kept;
	} else {
		packet[0] &= ~0x10;
	}
	freed = header - begin;
	memmove(packet + freed, packet, begin);
	return freed;
}

/*
 * Octets that the packet has to grow by to hold @element; 0: it has one with
 * this id, or its extension is of another form.
 */
static inline unsigned int rtpe_ext_growth(u8 *packet, unsigned int header, unsigned int extension,
					   const struct rtpe_ext_element *element)
{
	struct rtpe_ext_reader reader;
	unsigned int octets, words;
	u8 id;

	if (!extension)
		return RTPE_EXT_HEADER + ((element->id < 15 ? 1 : 2) + element->len + 3) / 4 * 4;
	rtpe_ext_read(&reader, packet + header - extension, extension);
	if (!reader.two_byte &&
	    (rtpe_ext_profile(packet + header - extension) != RTPE_EXT_ONE_BYTE || element->id > 14))
		return 0;
	words = ((reader.two_byte ? 2 : 1) + element->len + 3) / 4;
	while (rtpe_ext_next(&reader, &id, &octets)) {
		if (id == element->id)
			return 0;
	}
	return extension / 4 - 1 + words > 0xffff ? 0 : 4 * words;
}

/*
 * Puts @element before the others.  @packet begins @growth octets before what
 * was its first one; @header and @extension are those before it grew.
 */
static inline void rtpe_ext_insert(u8 *packet, unsigned int header, unsigned int extension,
				   const struct rtpe_ext_element *element, unsigned int growth)
{
	unsigned int begin = header - extension, words = growth / 4;
	unsigned int front = begin + (extension ? RTPE_EXT_HEADER : 0);
	u8 *at = packet + begin;
	bool two_byte;

	memmove(packet, packet + growth, front);
	packet[0] |= 0x10;
	if (extension) {
		two_byte = rtpe_ext_profile(at) != RTPE_EXT_ONE_BYTE;
		words += extension / 4 - 1;
	} else {
		two_byte = element->id > 14;
		at[0] = two_byte ? RTPE_EXT_TWO_BYTE >> 8 : RTPE_EXT_ONE_BYTE >> 8;
		at[1] = two_byte ? 0 : RTPE_EXT_ONE_BYTE & 0xff;
		words--;
	}
	at[2] = words >> 8;
	at[3] = words;
	memset(at + RTPE_EXT_HEADER, 0, extension ? growth : growth - RTPE_EXT_HEADER);
	at += RTPE_EXT_HEADER;
	if (two_byte) {
		*at++ = element->id;
		*at++ = element->len;
	} else {
		*at++ = element->id << 4 | (element->len - 1);
	}
	memcpy(at, element->value, element->len);
}

#endif /* _RTPENGINE_HEADER_EXTENSION_H */
