// SPDX-License-Identifier: GPL-2.0-only
/* The extension of iptables and ip6tables that reads and prints `-j RTPENGINE --id N`. */
#include <stddef.h>
#include <stdio.h>
#include <xtables.h>

#include "rtpengine.h"
#include "xt_RTPENGINE.h"

enum { O_ID };

static const struct xt_option_entry options[] = {
	{
		.name	= "id",
		.id	= O_ID,
		.type	= XTTYPE_UINT32,
		.flags	= XTOPT_MAND | XTOPT_PUT,
		.min	= 0,
		.max	= RTPENGINE_MAX_TABLE_ID,
		.ptroff	= offsetof(struct xt_rtpengine_info, id),
		.size	= sizeof(__u32),
	},
	XTOPT_TABLEEND,
};

static void help(void)
{
	printf("RTPENGINE target options:\n"
	       "  --id N    table of the media proxy, 0 to %d\n", RTPENGINE_MAX_TABLE_ID);
}

static const struct xt_rtpengine_info *info_of(const struct xt_entry_target *target)
{
	return (const struct xt_rtpengine_info *)target->data;
}

static void print(const void *ip, const struct xt_entry_target *target, int numeric)
{
	(void)ip;
	(void)numeric;
	printf(" RTPENGINE id:%u", info_of(target)->id);
}

static void save(const void *ip, const struct xt_entry_target *target)
{
	(void)ip;
	printf(" --id %u", info_of(target)->id);
}

static struct xtables_target target = {
	.name		= "RTPENGINE",
	.version	= XTABLES_VERSION,
	.family		= NFPROTO_UNSPEC,
	.size		= XT_ALIGN(sizeof(struct xt_rtpengine_info)),
	.userspacesize	= XT_ALIGN(sizeof(struct xt_rtpengine_info)),
	.help		= help,
	.x6_parse	= xtables_option_parse,
	.x6_options	= options,
	.print		= print,
	.save		= save,
};

static void __attribute__((constructor)) load(void)
{
	xtables_register_target(&target);
}
