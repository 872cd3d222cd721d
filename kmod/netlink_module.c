// SPDX-License-Identifier: GPL-2.0-only
/* Commands about the module itself: what it can do, and whether it does. */
#include <net/genetlink.h>

#include "rtpe.h"
#include "selftest/selftest.h"

#define RTPE_TEST_MESSAGE	16384

int rtpe_nl_info(struct sk_buff *skb, struct genl_info *info)
{
	struct rtpe_net *rn = rtpe_net(genl_info_net(info));
	struct nlattr *nest;
	struct sk_buff *msg;
	void *header;

	msg = genlmsg_new(NLMSG_GOODSIZE, GFP_KERNEL);
	if (!msg)
		return -ENOMEM;
	header = genlmsg_put_reply(msg, info, &rtpe_genl_family, 0, RTPENGINE_CMD_INFO_GET);
	if (!header)
		goto out;
	nest = nla_nest_start(msg, RTPENGINE_A_INFO);
	if (!nest ||
	    nla_put_string(msg, RTPENGINE_INFO_A_VERSION, RTPE_VERSION) ||
	    nla_put_u32(msg, RTPENGINE_INFO_A_SUITES, srtp_suites()) ||
	    nla_put_u32(msg, RTPENGINE_INFO_A_MAX_FLOWS, READ_ONCE(rtpe_max_flows)) ||
	    nla_put_u32(msg, RTPENGINE_INFO_A_FLOWS, atomic_read(&rn->flow_count)) ||
	    nla_put_u32(msg, RTPENGINE_INFO_A_TABLES, READ_ONCE(rn->table_count)))
		goto out;
	nla_nest_end(msg, nest);
	genlmsg_end(msg, header);
	return genlmsg_reply(msg, info);
out:
	nlmsg_free(msg);
	return -EMSGSIZE;
}

struct rtpe_test_report {
	struct selftest_report report;
	struct sk_buff *msg;
};

static int rtpe_tell_test(struct selftest_report *report, const struct selftest *test)
{
	struct sk_buff *msg = container_of(report, struct rtpe_test_report, report)->msg;
	struct nlattr *nest = nla_nest_start(msg, RTPENGINE_A_TEST);

	if (!nest ||
	    nla_put_string(msg, RTPENGINE_TEST_A_NAME, test->name) ||
	    nla_put_s32(msg, RTPENGINE_TEST_A_RESULT, test->result) ||
	    nla_put_string(msg, RTPENGINE_TEST_A_DETAIL, test->detail))
		return -EMSGSIZE;
	nla_nest_end(msg, nest);
	return 0;
}

int rtpe_nl_selftest(struct sk_buff *skb, struct genl_info *info)
{
	struct rtpe_test_report report = { .report.tell = rtpe_tell_test };
	int err = -EMSGSIZE;
	void *header;

	report.msg = genlmsg_new(RTPE_TEST_MESSAGE, GFP_KERNEL);
	if (!report.msg)
		return -ENOMEM;
	header = genlmsg_put_reply(report.msg, info, &rtpe_genl_family, 0, RTPENGINE_CMD_SELFTEST);
	if (header)
		err = rtpengine_selftest(&report.report);
	/* Failed tests are in the message. */
	if (err == -EMSGSIZE) {
		nlmsg_free(report.msg);
		return err;
	}
	genlmsg_end(report.msg, header);
	return genlmsg_reply(report.msg, info);
}
