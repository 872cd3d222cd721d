/* SPDX-License-Identifier: GPL-2.0-only */
#ifdef VARIANT_WITHOUT_NEW_HEADERS
#error "this variant has no such header"
#endif
#include_next <net/gso.h>
