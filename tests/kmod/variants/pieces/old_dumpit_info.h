/* SPDX-License-Identifier: GPL-2.0-only */
struct variant_dumpit_info {
	const struct genl_family *family;
	struct nlattr **attrs;
};

static inline const struct variant_dumpit_info *variant_dumpit_info(struct netlink_callback *cb)
{
	return cb->data;
}
#define genl_dumpit_info variant_dumpit_info
