// SPDX-License-Identifier: GPL-2.0-only
/* Loading and unloading. */
#include <linux/module.h>
#include <linux/rcupdate.h>

#include "rtpe.h"

unsigned int rtpe_max_flows = 65536;
module_param_named(max_flows, rtpe_max_flows, uint, 0644);
MODULE_PARM_DESC(max_flows, "flows in one network namespace (default 65536)");

unsigned int rtpe_max_other_flows = 65536;
module_param_named(max_other_flows, rtpe_max_other_flows, uint, 0644);
MODULE_PARM_DESC(max_other_flows,
		 "flows in all network namespaces but the initial one together (default 65536)");

unsigned int rtpe_max_other_srtp = 65536;
module_param_named(max_other_srtp, rtpe_max_other_srtp, uint, 0644);
MODULE_PARM_DESC(max_other_srtp,
		 "SRTP keys of those flows together, one for each direction that is decrypted or encrypted (default 65536)");

static int __init rtpe_init(void)
{
	int err;

	err = srtp_init();
	if (err)
		return err;
	err = rtpe_flow_cache_init();
	if (err)
		goto out_srtp;
	err = rtpe_proc_init();
	if (err)
		goto out_cache;
	err = rtpe_pernet_init();
	if (err)
		goto out_proc;
	err = rtpe_netlink_init();
	if (err)
		goto out_pernet;
	return 0;

out_pernet:
	rtpe_pernet_exit();
out_proc:
	rtpe_proc_exit();
out_cache:
	rtpe_flow_cache_exit();
out_srtp:
	srtp_exit();
	return err;
}

static void __exit rtpe_exit(void)
{
	rtpe_netlink_exit();
	rtpe_pernet_exit();
	rtpe_proc_exit();
	rcu_barrier();
	rtpe_copy_exit();
	rtpe_flow_cache_exit();
	srtp_exit();
}

module_init(rtpe_init);
module_exit(rtpe_exit);

MODULE_LICENSE("GPL");
MODULE_AUTHOR("the rtpengine authors");
MODULE_DESCRIPTION("rtpengine packet forwarding acceleration");
MODULE_VERSION(RTPE_VERSION);
MODULE_ALIAS_GENL_FAMILY(RTPENGINE_GENL_NAME);
