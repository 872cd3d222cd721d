/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A kernel newer than those at hand: with what they do not have yet.
 *
 * HAVE_DST_DEV 1
 * HAVE_FLOWI4_DSCP 1
 * HAVE_GENL_DUMPIT_INFO_INFO 1
 * HAVE_GENL_RESV_START_OP 1
 * HAVE_GSO_HEADER 1
 * HAVE_LINUX_UNALIGNED 1
 * HAVE_PDE_DATA 1
 * HAVE_U64_STATS_FETCH_IRQ 0
 */
#ifndef __ASSEMBLY__
#include "pieces/headers.h"
#include "pieces/dscp.h"
#include "pieces/sha1_function.h"
#endif
