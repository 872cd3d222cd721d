/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Enterprise Linux 9, as far as its differences from the 5.14 in its name are documented: /proc and the
 * dumps of generic netlink as in later kernels; no dst_dev(), and headers where they were.
 *
 * HAVE_DST_DEV 0
 * HAVE_FLOWI4_DSCP 0
 * HAVE_GENL_DUMPIT_INFO_INFO 1
 * HAVE_GENL_RESV_START_OP 0
 * HAVE_GSO_HEADER 0
 * HAVE_LINUX_UNALIGNED 0
 * HAVE_PDE_DATA 1
 * HAVE_U64_STATS_FETCH_IRQ 1
 */
#ifndef __ASSEMBLY__
#include "pieces/headers.h"
#include "pieces/no_dst_dev.h"
#include "pieces/no_resv_start_op.h"
#include "pieces/old_fetch.h"
#include "pieces/no_new_headers.h"
#endif
