/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the test device and its user say to each other: one write() with a request, then one read()
 * of its answer, each with data behind it. For tests on one machine: host order, no compatibility.
 */
#ifndef SRTP_TEST_DEVICE_H
#define SRTP_TEST_DEVICE_H

#include <linux/types.h>

#define SRTP_TEST_DEVICE	"srtp_test"
#define SRTP_TEST_CONTEXTS	4
#define SRTP_TEST_DATA		65536

enum srtp_test_op {
	SRTP_TEST_CREATE,		/* data: srtp_test_params; answer: -errno */
	SRTP_TEST_PROTECT_RTP,		/* data: packet; answer: enum srtp_result and packet */
	SRTP_TEST_PROTECT_RTCP,
	SRTP_TEST_UNPROTECT_RTP,
	SRTP_TEST_UNPROTECT_RTCP,
	SRTP_TEST_EXPORT,		/* answer: srtp_test_state[] */
	SRTP_TEST_IMPORT,		/* data: srtp_test_state[]; answer: -errno */
};

struct srtp_test_request {
	__u32 op;
	__u32 context;			/* < SRTP_TEST_CONTEXTS */
	__u32 len;
	__u32 room;			/* protect: behind the packet */
};

struct srtp_test_answer {
	__s32 result;
	__u32 len;
};

struct srtp_test_params {
	__u8 sender, suite, key_len, salt_len, mki_len, unencrypted_srtp, unencrypted_srtcp;
	__u8 key[32], salt[14], mki[128];
};

struct srtp_test_window {
	__u64 highest, received[4];
};

struct srtp_test_state {
	__u32 ssrc, flags;
	struct srtp_test_window rtp, restarted, rtcp;
};

#endif
