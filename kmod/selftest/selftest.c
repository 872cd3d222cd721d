// SPDX-License-Identifier: GPL-2.0-only

#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/sched.h>
#include <linux/string.h>

#include "selftest.h"

static const struct {
	const char *name;
	void (*run)(struct selftest *test);
} tests[] = {
	{ "srtp_kdf",		selftest_srtp_kdf },
	{ "srtp_replay",	selftest_srtp_replay },
	{ "srtp_index",		selftest_srtp_index },
	{ "srtp_cipher",	selftest_srtp_cipher },
	{ "srtp_packets",	selftest_srtp_packets },
	{ "srtp_context",	selftest_srtp_context },
	{ "flow_table",		selftest_flow_table },
};

void selftest_fail(struct selftest *test, const char *format, ...)
{
	va_list arguments;

	if (test->result)
		return;
	test->result = -EBADMSG;
	va_start(arguments, format);
	vscnprintf(test->detail, sizeof(test->detail), format, arguments);
	va_end(arguments);
}

int rtpengine_selftest(struct selftest_report *report)
{
	struct selftest test;
	int i, err, first = 0;

	for (i = 0; i < ARRAY_SIZE(tests); i++) {
		memset(&test, 0, sizeof(test));
		test.name = tests[i].name;
		tests[i].run(&test);
		first = first ?: test.result;
		err = report->tell(report, &test);
		if (err)
			return err;
		cond_resched();
	}
	return first;
}
