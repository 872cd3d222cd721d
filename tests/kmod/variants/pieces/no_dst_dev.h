/* SPDX-License-Identifier: GPL-2.0-only */
#define dst_dev variant_without_dst_dev
