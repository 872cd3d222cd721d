/* SPDX-License-Identifier: GPL-2.0-only */
#define resv_start_op variant_without_resv_start_op
