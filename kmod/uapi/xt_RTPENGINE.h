/* SPDX-License-Identifier: GPL-2.0-only WITH Linux-syscall-note */
/* What a rule `-j RTPENGINE --id N` carries: the number of a table. */
#ifndef _UAPI_XT_RTPENGINE_H
#define _UAPI_XT_RTPENGINE_H

#include <linux/types.h>

struct xt_rtpengine_info {
	__u32 id;
};

#endif /* _UAPI_XT_RTPENGINE_H */
