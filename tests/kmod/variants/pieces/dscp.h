/* SPDX-License-Identifier: GPL-2.0-only */
#undef flowi4_tos
#define flowi4_dscp __fl_common.flowic_tos
