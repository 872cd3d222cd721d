/* SPDX-License-Identifier: GPL-2.0-only */
/* Where it was; what it declared has been included by now. */
