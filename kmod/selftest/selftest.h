/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Tests that run inside the kernel, where the module is going to: published vectors, packets of the
 * user-space implementation, and the edges of the data structures. Process context, some ms.
 */
#ifndef _RTPENGINE_SELFTEST_H
#define _RTPENGINE_SELFTEST_H

#include <linux/types.h>

#define SELFTEST_DETAIL		120

struct selftest {
	const char *name;
	int result;			/* 0: passed; else the first failure: -errno */
	char detail[SELFTEST_DETAIL];	/* what failed; empty if nothing did */
};

/* Hears of each test when it has run. An error ends the run. */
struct selftest_report {
	int (*tell)(struct selftest_report *report, const struct selftest *test);
};

/* 0: all passed. Else the first failure, or what @report said. */
int rtpengine_selftest(struct selftest_report *report);

/* Notes a failure if it is the first one. */
__printf(2, 3) void selftest_fail(struct selftest *test, const char *format, ...);
#define EXPECT(test, condition)							\
	do {									\
		if (!(condition))						\
			selftest_fail(test, "%s:%d: %s", __func__, __LINE__, #condition); \
	} while (0)

void selftest_srtp_kdf(struct selftest *test);
void selftest_srtp_replay(struct selftest *test);
void selftest_srtp_index(struct selftest *test);
void selftest_srtp_cipher(struct selftest *test);
void selftest_srtp_packets(struct selftest *test);
void selftest_srtp_context(struct selftest *test);
void selftest_flow_table(struct selftest *test);

#endif
