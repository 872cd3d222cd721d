/* SPDX-License-Identifier: GPL-2.0-only */
/* The files of these names beside the variant refuse from here on. */
#define VARIANT_WITHOUT_NEW_HEADERS
