/* SPDX-License-Identifier: GPL-2.0-only WITH Linux-syscall-note */
/*
 * Generic netlink family "rtpengine", version 1: the control of nft_rtpengine.
 *
 * This header is the documentation of the protocol.  It is shared with user
 * space (C and C++).
 *
 * Model
 * -----
 * A network namespace has numbered *tables*.  A table is owned by the netlink
 * socket that claimed it and has netfilter hooks of its own.  A *flow* belongs
 * to a table and takes the UDP packets that arrive at one local address and
 * port; every flow of a namespace has another one, whatever its table.  A flow
 * has up to 32 *outputs*, to each of which a packet is sent.
 *
 * Whatever a flow cannot decide goes "up": the packet goes on through the
 * stack to the socket, unchanged and not counted as handled.  STUN (first byte
 * 0..3) and DTLS (20..63, RFC 7983) always go up.
 *
 * Lifetime: when the owner's socket closes, the table goes on without an owner
 * for RTPENGINE_TABLE_A_LINGER milliseconds; flows forward as before.  A claim
 * within that time adopts the table with its flows (list them by a dump of
 * FLOW_GET, know them by their cookies); after it table and flows are deleted.
 *
 * Permissions: CAP_NET_ADMIN in the user namespace that owns the network
 * namespace, for every command; SELFTEST wants it in the initial one.  All
 * commands act on the socket's network namespace.  Keys are never told.
 *
 * Conventions: attributes are in host byte order unless noted; addresses are
 * struct sockaddr_in (16 bytes) or struct sockaddr_in6 (28 bytes), the port
 * never 0, the address unicast, scope id 0, never v4-mapped; times of the past
 * are CLOCK_MONOTONIC nanoseconds, 0 = never.  Flags and enums outside
 * their range are EINVAL or ERANGE.  Unknown attributes are EINVAL.
 * Nests, and those in nests, carry NLA_F_NESTED.
 * Every error comes with an extack text, most with the attribute's offset.
 *
 * Common errors
 *   EPERM      capability missing; or the table has another owner
 *   EINVAL     attribute missing or malformed
 *   ENOENT     no such table or flow
 *   ENOMEM
 */
#ifndef _UAPI_RTPENGINE_H
#define _UAPI_RTPENGINE_H

#define RTPENGINE_GENL_NAME	"rtpengine"
#define RTPENGINE_GENL_VERSION	1
#define RTPENGINE_MCGRP_EVENTS	"events"

/* Limits. */
#define RTPENGINE_MAX_TABLE_ID	255	/* table numbers 0..255 */
#define RTPENGINE_MAX_TABLES	64	/* tables in one namespace */
#define RTPENGINE_MAX_OUTPUTS	32	/* outputs of a flow */
#define RTPENGINE_MAX_PTS	64	/* payload types of a flow or an output */
#define RTPENGINE_MAX_SSRCS	8	/* SSRCs followed by a flow */
#define RTPENGINE_MAX_PATTERN	16	/* bytes of a silence pattern */
#define RTPENGINE_MAX_COOKIE	120	/* bytes of a flow's cookie */
#define RTPENGINE_MAX_CALL	127	/* bytes of a call's name */
#define RTPENGINE_MAX_MKI	128	/* bytes of an SRTP master key identifier */
#define RTPENGINE_MAX_STATES	8	/* SSRCs with an index in an SRTP context */
#define RTPENGINE_WINDOW	32	/* bytes of a replay window */
#define RTPENGINE_MAX_LINGER	86400000 /* ms */
#define RTPENGINE_MAX_IDLE	86400000 /* ms */

/**
 * enum rtpengine_cmd - commands
 *
 * @RTPENGINE_CMD_INFO_GET: what the module is and can do.
 *	Reply: RTPENGINE_A_INFO.
 *
 * @RTPENGINE_CMD_TABLE_CLAIM: make a table, or adopt one that lingers, and own
 *	it.  Request: RTPENGINE_A_TABLE {ID; optional HOOK, PRIORITY, LINGER,
 *	MAX_FLOWS}.  What is not given keeps its value in an adopted table.
 *	Adopting counts the linger time as over.  Claiming one's own table
 *	is the same as TABLE_SET.
 *	Reply: RTPENGINE_A_TABLE, FLOWS telling how many were adopted.
 *	EBUSY: owned by another socket.  ENOSPC: too many tables.
 *
 * @RTPENGINE_CMD_TABLE_SET: change HOOK, PRIORITY, LINGER or MAX_FLOWS of an
 *	owned table.  A new hook is in place before the old one goes.
 *	Reply: RTPENGINE_A_TABLE.
 *
 * @RTPENGINE_CMD_TABLE_DEL: delete the table and its flows.  Request:
 *	RTPENGINE_A_TABLE {ID}.  Allowed to the owner, and to everyone (with the
 *	capability) when there is no owner.  EBUSY: owned by another socket.
 *
 * @RTPENGINE_CMD_TABLE_GET: one table (RTPENGINE_A_TABLE {ID}) or, as a dump, all.
 *	Reply: RTPENGINE_A_TABLE with STATS.
 *
 * @RTPENGINE_CMD_FLOW_NEW: add a flow to an owned table.  Request:
 *	RTPENGINE_A_TABLE {ID}, RTPENGINE_A_FLOW.  NLM_F_REPLACE: if there is a
 *	flow with the same LOCAL in this table it is replaced without a gap
 *	(packets see the one or the other) and its last state comes back as by
 *	FLOW_DEL; the new flow's counters start at 0, and its SRTP indices
 *	with what the request says.
 *	Reply: with NLM_F_ECHO, RTPENGINE_A_FLOW {ID} of the new flow.
 *	EADDRINUSE: LOCAL is taken by a flow of the namespace.
 *	ENOSPC: MAX_FLOWS of the table or one of the module's limits reached.
 *	EOPNOTSUPP: a cipher that this kernel lacks.
 *	E2BIG: what FLOW_GET would have to tell of it does not fit a message.
 *
 * @RTPENGINE_CMD_FLOW_DEL: delete a flow of an owned table.  Request:
 *	RTPENGINE_A_TABLE {ID}, RTPENGINE_A_FLOW {ID or LOCAL}.  The ACK says
 *	that no packet arriving from now on is taken.  The flow's final state
 *	(counters, SSRCs, SRTP indices) follows, to the same socket and with the
 *	request's sequence number, as a message RTPENGINE_CMD_FLOW_GONE, as soon
 *	as no CPU works for the flow any more: a few to some ten milliseconds.
 *	Nothing is counted after it.
 *
 * @RTPENGINE_CMD_FLOW_GET: one flow (RTPENGINE_A_TABLE {ID}, RTPENGINE_A_FLOW
 *	{ID or LOCAL}) or, as a dump with RTPENGINE_A_TABLE {ID}, all of a table.
 *	Needs no ownership.  Reply: RTPENGINE_A_TABLE {ID}, RTPENGINE_A_FLOW:
 *	settings (without keys), STATS, SSRCS, SRTP state, OUTPUTS with theirs.
 *	With RTPENGINE_A_FLAGS = RTPENGINE_F_STATS_ONLY: only ID, LOCAL, COOKIE,
 *	STATS, PTS' counters, SSRCS, SRTP {STATES}, OUTPUTS {INDEX, STATS, SRTP
 *	{STATES}}.
 *
 * @RTPENGINE_CMD_FLOW_SYNC: merge SRTP state into a flow of an owned table,
 *	give it another cookie.  Request: RTPENGINE_A_TABLE {ID}, RTPENGINE_A_FLOW
 *	{ID or LOCAL; COOKIE, SRTP {STATES}, OUTPUTS of {INDEX, SRTP {STATES}}}.
 *	What either side has seen counts as seen, the higher index wins, so an
 *	older state does no harm.
 *	For a hand-over without a lost or replayed packet: FLOW_NEW with the
 *	state of that moment, empty the socket, FLOW_SYNC with the state then.
 *	ENOSPC: one SSRC too many.
 *
 * @RTPENGINE_CMD_FLOW_GONE: from the kernel only, see FLOW_DEL.
 *	RTPENGINE_A_TABLE {ID}, RTPENGINE_A_FLOW as FLOW_GET's with STATS_ONLY.
 *
 * @RTPENGINE_CMD_EVENT: from the kernel only, to the group
 *	RTPENGINE_MCGRP_EVENTS of the namespace.  RTPENGINE_A_TABLE {ID},
 *	RTPENGINE_A_EVENT.  At most one of a kind per flow and second and
 *	1000 a second per table, the rest is counted (TABLE_A_EVENTS_LOST).
 *
 * @RTPENGINE_CMD_SELFTEST: run the self-tests.  Takes some ms.  Reply: one
 *	message with RTPENGINE_A_TEST nests.  Wants CAP_NET_ADMIN in the initial
 *	user namespace.
 */
enum rtpengine_cmd {
	RTPENGINE_CMD_UNSPEC,
	RTPENGINE_CMD_INFO_GET,
	RTPENGINE_CMD_TABLE_CLAIM,
	RTPENGINE_CMD_TABLE_SET,
	RTPENGINE_CMD_TABLE_DEL,
	RTPENGINE_CMD_TABLE_GET,
	RTPENGINE_CMD_FLOW_NEW,
	RTPENGINE_CMD_FLOW_DEL,
	RTPENGINE_CMD_FLOW_GET,
	RTPENGINE_CMD_FLOW_SYNC,
	RTPENGINE_CMD_FLOW_GONE,
	RTPENGINE_CMD_EVENT,
	RTPENGINE_CMD_SELFTEST,
	__RTPENGINE_CMD_LAST,
	RTPENGINE_CMD_MAX = __RTPENGINE_CMD_LAST - 1,
};

/* Top level attributes. */
enum rtpengine_attr {
	RTPENGINE_A_UNSPEC,
	RTPENGINE_A_INFO,	/* nest, enum rtpengine_info_attr */
	RTPENGINE_A_TABLE,	/* nest, enum rtpengine_table_attr */
	RTPENGINE_A_FLOW,	/* nest, enum rtpengine_flow_attr */
	RTPENGINE_A_EVENT,	/* nest, enum rtpengine_event_attr */
	RTPENGINE_A_TEST,	/* nest, enum rtpengine_test_attr; one per test */
	RTPENGINE_A_FLAGS,	/* u32, RTPENGINE_F_* */
	RTPENGINE_A_PAD,
	__RTPENGINE_A_LAST,
	RTPENGINE_A_MAX = __RTPENGINE_A_LAST - 1,
};

#define RTPENGINE_F_STATS_ONLY	(1U << 0)	/* FLOW_GET: no settings */

enum rtpengine_info_attr {
	RTPENGINE_INFO_A_UNSPEC,
	RTPENGINE_INFO_A_VERSION,	/* string, the module's version */
	RTPENGINE_INFO_A_SUITES,	/* u32, bit (1 << enum rtpengine_srtp_suite) usable here */
	RTPENGINE_INFO_A_MAX_FLOWS,	/* u32, module parameter, per namespace */
	RTPENGINE_INFO_A_FLOWS,		/* u32, flows in this namespace */
	RTPENGINE_INFO_A_TABLES,	/* u32, tables in this namespace */
	__RTPENGINE_INFO_A_LAST,
	RTPENGINE_INFO_A_MAX = __RTPENGINE_INFO_A_LAST - 1,
};

/* Where packets are taken. */
enum rtpengine_hook {
	RTPENGINE_HOOK_PREROUTING,	/* before connection tracking, routing and firewall:
					 * priority -450.  Fragments go up.
					 */
	RTPENGINE_HOOK_INPUT_FIRST,	/* local input, just before priority "filter": -1 */
	RTPENGINE_HOOK_INPUT_LAST,	/* local input, just after priority "filter": 1 */
	__RTPENGINE_HOOK_LAST,
	RTPENGINE_HOOK_MAX = __RTPENGINE_HOOK_LAST - 1,
};

enum rtpengine_table_attr {
	RTPENGINE_TABLE_A_UNSPEC,
	RTPENGINE_TABLE_A_ID,		/* u32, 0..RTPENGINE_MAX_TABLE_ID */
	RTPENGINE_TABLE_A_HOOK,		/* u8, enum rtpengine_hook; default INPUT_FIRST */
	RTPENGINE_TABLE_A_PRIORITY,	/* s32, netfilter priority; default: the hook's.  A change of
					 * HOOK without PRIORITY sets the new hook's default.
					 */
	RTPENGINE_TABLE_A_LINGER,	/* u32, ms, 0..MAX_LINGER; default 0 = dies with the owner */
	RTPENGINE_TABLE_A_MAX_FLOWS,	/* u32, 1..module parameter max_flows; default that */
	RTPENGINE_TABLE_A_FLOWS,	/* u32, out: flows in it */
	RTPENGINE_TABLE_A_OWNER,	/* u32, out: netlink port of the owner, 0 = none */
	RTPENGINE_TABLE_A_LINGER_LEFT,	/* u32, out: ms until deletion, only without owner */
	RTPENGINE_TABLE_A_REASONS,	/* nest, out: u64 for each enum rtpengine_reason that is
					 * not 0, the attribute type being the reason
					 */
	RTPENGINE_TABLE_A_EVENTS_LOST,	/* u64, out: not sent (rate, or no memory) */
	RTPENGINE_TABLE_A_PAD,
	__RTPENGINE_TABLE_A_LAST,
	RTPENGINE_TABLE_A_MAX = __RTPENGINE_TABLE_A_LAST - 1,
};

/*
 * Why a packet that found a flow was not forwarded.  Up: given to the stack as
 * it came.  Drop: dropped.  Output: a packet that was taken could not be sent
 * to one output (and counts in that output's ERRORS).
 */
enum rtpengine_reason {
	RTPENGINE_REASON_NONE,
	RTPENGINE_REASON_UP_MALFORMED,		/* UDP length, IP options, not unicast, ... */
	RTPENGINE_REASON_UP_FRAGMENT,		/* at prerouting */
	RTPENGINE_REASON_UP_STUN,
	RTPENGINE_REASON_UP_DTLS,
	RTPENGINE_REASON_UP_NOT_RTP,		/* unknown first byte, bad RTP header */
	RTPENGINE_REASON_UP_RTCP,		/* RTCP by the flow's wish, or of unknown type */
	RTPENGINE_REASON_UP_SOURCE,		/* source mismatch */
	RTPENGINE_REASON_UP_PT,			/* payload type */
	RTPENGINE_REASON_UP_SSRC,		/* unknown SSRC */
	RTPENGINE_REASON_UP_SRTP,		/* too large, or one SSRC too many */
	RTPENGINE_REASON_UP_NOMEM,		/* also: too many segments */
	RTPENGINE_REASON_UP_TTL,		/* of this host, or of a network namespace that is not the
						 * initial one: forwarded too often (a loop)
						 */
	RTPENGINE_REASON_UP_CHECKSUM,		/* bad UDP checksum: the stack drops and counts it */
	RTPENGINE_REASON_DROP_SOURCE,		/* source mismatch */
	RTPENGINE_REASON_DROP_PT,		/* payload type */
	RTPENGINE_REASON_DROP_RTCP,		/* by the flow's wish */
	RTPENGINE_REASON_DROP_SINK,		/* a flow without outputs or with F_DROP */
	RTPENGINE_REASON_DROP_ALL,		/* F_DROP_ALL */
	RTPENGINE_REASON_DROP_AUTH,		/* SRTP authentication failed */
	RTPENGINE_REASON_DROP_REPLAY,		/* SRTP index seen, or too old */
	RTPENGINE_REASON_DROP_SRTP,		/* malformed SRTP, or crypto failed */
	RTPENGINE_REASON_DROP_NOMEM,
	RTPENGINE_REASON_OUT_ROUTE,		/* no route to the destination */
	RTPENGINE_REASON_OUT_NOMEM,
	RTPENGINE_REASON_OUT_SRTP,		/* encryption failed, no free SSRC, indices used up */
	RTPENGINE_REASON_OUT_SEND,		/* the stack refused it: firewall, queue */
	RTPENGINE_REASON_OUT_FILTERED,		/* nothing left of RTCP (not an error) */
	RTPENGINE_REASON_UP_POLICY,		/* without the IPsec that this host demands: the stack drops it */
	__RTPENGINE_REASON_LAST,
	RTPENGINE_REASON_MAX = __RTPENGINE_REASON_LAST - 1,
};

/* What to do with a packet. */
enum rtpengine_action {
	RTPENGINE_ACTION_UP,		/* to the socket */
	RTPENGINE_ACTION_FORWARD,
	RTPENGINE_ACTION_DROP,		/* counted as received, not forwarded */
	RTPENGINE_ACTION_SILENCE,	/* payload types: forward with the payload rewritten */
	RTPENGINE_ACTION_COPY,		/* RTCP: forward and up.  Counted here, so not in user space */
	__RTPENGINE_ACTION_LAST,
	RTPENGINE_ACTION_MAX = __RTPENGINE_ACTION_LAST - 1,
};

/* What to do with an SSRC that is not in the list. */
enum rtpengine_ssrc_policy {
	RTPENGINE_SSRC_IGNORE,		/* no SSRC tracking, no statistics per SSRC */
	RTPENGINE_SSRC_UP,		/* packets of SSRCs not in RTPENGINE_FLOW_A_SSRCS go up */
	RTPENGINE_SSRC_LEARN,		/* take a free place and tell (EVENT_SSRC); up when all are taken */
	__RTPENGINE_SSRC_LAST,
	RTPENGINE_SSRC_MAX = __RTPENGINE_SSRC_LAST - 1,
};

/* RTPENGINE_FLOW_A_FLAGS */
#define RTPENGINE_FLOW_F_RTP	 (1U << 0) /* RTP expected: classify, look at PT and SSRC.  Without RTP and
					    * RTCP anything but STUN and DTLS is forwarded verbatim (udptl)
					    */
#define RTPENGINE_FLOW_F_RTCP	 (1U << 1) /* RTCP expected: alone (RTCP's own port) or with F_RTP (mux,
					    * RFC 5761).  Without it RTCP goes up
					    */
#define RTPENGINE_FLOW_F_DROP	 (1U << 2) /* media is counted and dropped: sink */
#define RTPENGINE_FLOW_F_DROP_ALL (1U << 3) /* everything, STUN and DTLS too, from any source */
#define RTPENGINE_FLOW_F_SOURCE_EVENT (1U << 4) /* tell of packets from another SOURCE */
#define RTPENGINE_FLOW_F_ALL	 (RTPENGINE_FLOW_F_RTP | RTPENGINE_FLOW_F_RTCP | \
				  RTPENGINE_FLOW_F_DROP | RTPENGINE_FLOW_F_DROP_ALL | \
				  RTPENGINE_FLOW_F_SOURCE_EVENT)

/*
 * A flow.  "in": in requests; everything "in" is also in replies.
 */
enum rtpengine_flow_attr {
	RTPENGINE_FLOW_A_UNSPEC,
	RTPENGINE_FLOW_A_ID,		/* u32, out; as key in FLOW_GET and FLOW_DEL.  Unique in its table */
	RTPENGINE_FLOW_A_LOCAL,		/* sockaddr, in: required */
	RTPENGINE_FLOW_A_COOKIE,	/* binary 1..120, in, also of FLOW_SYNC: the owner's own mark,
					 * given back in replies and events
					 */
	RTPENGINE_FLOW_A_CALL,		/* string 1..127, in: file name below calls/ (bytes outside
					 * A-Z a-z 0-9 - _ . ~ and leading dots are shown as %XX)
					 */
	RTPENGINE_FLOW_A_FLAGS,		/* u32, RTPENGINE_FLOW_F_*, in: required */
	RTPENGINE_FLOW_A_SOURCE,	/* sockaddr of LOCAL's family, in: where packets must come from */
	RTPENGINE_FLOW_A_MISMATCH,	/* u8, in: UP (default), DROP or FORWARD packets from elsewhere;
					 * only with SOURCE
					 */
	RTPENGINE_FLOW_A_RTCP,		/* u8, in: UP, FORWARD (default), DROP, COPY; only with F_RTCP */
	RTPENGINE_FLOW_A_PT_OTHER,	/* u8, in: payload types not in PTS: UP, FORWARD, DROP; default
					 * UP if there are PTS, else FORWARD; only with F_RTP
					 */
	RTPENGINE_FLOW_A_PTS,		/* nest of up to 64 nests (type: any), enum rtpengine_pt_attr, in */
	RTPENGINE_FLOW_A_SSRC_POLICY,	/* u8, in: default LEARN with F_RTP; else it must be absent */
	RTPENGINE_FLOW_A_SSRCS,		/* nest of up to 8 nests, enum rtpengine_ssrc_attr {SSRC}, in: known
					 * SSRCs; out: those and learned ones
					 */
	RTPENGINE_FLOW_A_SRTP,		/* nest, enum rtpengine_srtp_attr, in: decrypt RTP and RTCP with it.
					 * Needs F_RTP or F_RTCP
					 */
	RTPENGINE_FLOW_A_IDLE,		/* u32, ms, 0..MAX_IDLE, in: EVENT_IDLE when nothing was handled for
					 * so long (again after each packet); 0 = never (default)
					 */
	RTPENGINE_FLOW_A_OUTPUTS,	/* nest of up to 32 nests, enum rtpengine_out_attr, in */
	RTPENGINE_FLOW_A_STATS,		/* nest, out, enum rtpengine_stats_attr */
	RTPENGINE_FLOW_A_PAD,
	__RTPENGINE_FLOW_A_LAST,
	RTPENGINE_FLOW_A_MAX = __RTPENGINE_FLOW_A_LAST - 1,
};

/*
 * Counters.  Bytes are those of the UDP payload.  PACKETS and BYTES count what
 * the flow handled, that is forwarded, or dropped by its wish (DROP actions,
 * sinks): user space has not seen it.  With SRTP only what is authentic counts,
 * BYTES being those of the packet as received.
 */
enum rtpengine_stats_attr {
	RTPENGINE_STATS_A_UNSPEC,
	RTPENGINE_STATS_A_PACKETS,	/* u64 */
	RTPENGINE_STATS_A_BYTES,	/* u64 */
	RTPENGINE_STATS_A_ERRORS,	/* u64: dropped and not in PACKETS (source, authentication, replay,
					 * memory); of an output: not sent
					 */
	RTPENGINE_STATS_A_UP,		/* u64: packets given up (flows only) */
	RTPENGINE_STATS_A_RTCP,		/* u64: of PACKETS, how many are RTCP (flows only) */
	RTPENGINE_STATS_A_FIRST,	/* u64, ns: first packet handled (flows only) */
	RTPENGINE_STATS_A_LAST,		/* u64, ns: last packet handled (flows only) */
	RTPENGINE_STATS_A_TOS,		/* u8: TOS or traffic class last received (flows only) */
	RTPENGINE_STATS_A_PAD,
	__RTPENGINE_STATS_A_LAST,
	RTPENGINE_STATS_A_MAX = __RTPENGINE_STATS_A_LAST - 1,
};

/* A payload type, of a flow (what comes in) or of an output (as it goes out). */
enum rtpengine_pt_attr {
	RTPENGINE_PT_A_UNSPEC,
	RTPENGINE_PT_A_PT,		/* u8, 0..127, in: required; each only once */
	RTPENGINE_PT_A_ACTION,		/* u8, in: FORWARD (default), SILENCE, DROP; of a flow also UP */
	RTPENGINE_PT_A_CLOCK,		/* u32, Hz, 1..1000000, in: RTP clock rate for the jitter; default
					 * 8000; flows only
					 */
	RTPENGINE_PT_A_PATTERN,		/* binary 1..16, in: with SILENCE, required: repeated over the
					 * payload
					 */
	RTPENGINE_PT_A_TO,		/* u8, 0..127, in: send as this payload type; outputs only */
	RTPENGINE_PT_A_PACKETS,		/* u64, out, flows only */
	RTPENGINE_PT_A_BYTES,		/* u64, out, flows only */
	RTPENGINE_PT_A_PAD,
	__RTPENGINE_PT_A_LAST,
	RTPENGINE_PT_A_MAX = __RTPENGINE_PT_A_LAST - 1,
};

/* RTPENGINE_OUT_A_FLAGS */
#define RTPENGINE_OUT_F_RTP	 (1U << 0) /* gets the flow's RTP (of a flow without F_RTP: everything) */
#define RTPENGINE_OUT_F_RTCP	 (1U << 1) /* gets the flow's RTCP */
#define RTPENGINE_OUT_F_COPY_TOS (1U << 2) /* TOS as received instead of RTPENGINE_OUT_A_TOS */
#define RTPENGINE_OUT_F_STRIP_EXT (1U << 3) /* without RTP header extension */
#define RTPENGINE_OUT_F_NO_FEEDBACK (1U << 4) /* RTCP without feedback (types 205, 206) */
#define RTPENGINE_OUT_F_ALL	 (RTPENGINE_OUT_F_RTP | RTPENGINE_OUT_F_RTCP | \
				  RTPENGINE_OUT_F_COPY_TOS | RTPENGINE_OUT_F_STRIP_EXT | \
				  RTPENGINE_OUT_F_NO_FEEDBACK)

enum rtpengine_out_attr {
	RTPENGINE_OUT_A_UNSPEC,
	RTPENGINE_OUT_A_SOURCE,		/* sockaddr, in: required; need not be an address of this host */
	RTPENGINE_OUT_A_DEST,		/* sockaddr of the same family, in: required */
	RTPENGINE_OUT_A_FLAGS,		/* u32, RTPENGINE_OUT_F_*, in: required */
	RTPENGINE_OUT_A_TOS,		/* u8, in: TOS or traffic class; default 0 */
	RTPENGINE_OUT_A_TTL,		/* u8, 1..255, in: default the route's.  Less in loops, see REASON_UP_TTL */
	RTPENGINE_OUT_A_MARK,		/* u32, in: skb mark, for policy routing; default 0 */
	RTPENGINE_OUT_A_SRTP,		/* nest, enum rtpengine_srtp_attr, in: encrypt RTP and RTCP with it.
					 * Needs F_RTP or F_RTCP of the flow
					 */
	RTPENGINE_OUT_A_PTS,		/* nest of up to 64 nests, enum rtpengine_pt_attr, in: payload types
					 * not in it are forwarded as they are
					 */
	RTPENGINE_OUT_A_SSRC_MAP,	/* nest of up to 8 nests, enum rtpengine_map_attr, in: SSRCs not in
					 * it are forwarded as they are.  Not with F_RTCP
					 */
	RTPENGINE_OUT_A_TAKES,		/* binary 16, in: bit n % 8 of octet n / 8 says that it gets RTP of
					 * payload type n (as received); default all.  For flows of several
					 * media (BUNDLE, RFC 9143)
					 */
	RTPENGINE_OUT_A_EXT_REMOVE,	/* binary 32, in: bit n % 8 of octet n / 8 takes RTP header extension
					 * elements with id n out (RFC 8285)
					 */
	RTPENGINE_OUT_A_EXT_ID,		/* u8, 1..255, in: this element goes into each RTP packet that has none
					 * with its id, if the extension's form can hold it; with EXT_VALUE
					 */
	RTPENGINE_OUT_A_EXT_VALUE,	/* binary 1..16, in: what is in it */
	RTPENGINE_OUT_A_INDEX,		/* u8: position in OUTPUTS, 0..31; out, and in FLOW_SYNC */
	RTPENGINE_OUT_A_STATS,		/* nest, out */
	RTPENGINE_OUT_A_PAD,
	__RTPENGINE_OUT_A_LAST,
	RTPENGINE_OUT_A_MAX = __RTPENGINE_OUT_A_LAST - 1,
};

/* One SSRC rewritten. */
enum rtpengine_map_attr {
	RTPENGINE_MAP_A_UNSPEC,
	RTPENGINE_MAP_A_FROM,		/* u32, in: required */
	RTPENGINE_MAP_A_TO,		/* u32, in: required */
	RTPENGINE_MAP_A_SEQ,		/* u16, in: added to the sequence number; default 0 */
	RTPENGINE_MAP_A_TS,		/* u32, in: added to the timestamp; default 0 */
	__RTPENGINE_MAP_A_LAST,
	RTPENGINE_MAP_A_MAX = __RTPENGINE_MAP_A_LAST - 1,
};

/* An SSRC: RFC 3550 statistics of what the flow handled. */
enum rtpengine_ssrc_attr {
	RTPENGINE_SSRC_A_UNSPEC,
	RTPENGINE_SSRC_A_SSRC,		/* u32, in: required */
	RTPENGINE_SSRC_A_PACKETS,	/* u64, out */
	RTPENGINE_SSRC_A_BYTES,		/* u64, out */
	RTPENGINE_SSRC_A_BASE_SEQ,	/* u32, out: first sequence number */
	RTPENGINE_SSRC_A_EXT_SEQ,	/* u32, out: extended highest sequence number received */
	RTPENGINE_SSRC_A_LOST,		/* s64, out: expected - received (RFC 3550 A.3; < 0 with duplicates) */
	RTPENGINE_SSRC_A_DUPLICATES,	/* u64, out: same number as the one before */
	RTPENGINE_SSRC_A_REORDERED,	/* u64, out: number lower than the highest */
	RTPENGINE_SSRC_A_SKIPPED,	/* u64, out: numbers jumped over when they should have come */
	RTPENGINE_SSRC_A_RESETS,	/* u64, out: jumps of 3000 and more forward or 100 and more back */
	RTPENGINE_SSRC_A_JITTER,	/* u32, out: interarrival jitter, RFC 3550 6.4.1, in clock units */
	RTPENGINE_SSRC_A_CLOCK,		/* u32, out: Hz, those units */
	RTPENGINE_SSRC_A_LAST_PT,	/* u8, out */
	RTPENGINE_SSRC_A_LAST_TS,	/* u32, out: RTP timestamp of the last packet */
	RTPENGINE_SSRC_A_FIRST,		/* u64, ns, out */
	RTPENGINE_SSRC_A_LAST,		/* u64, ns, out */
	RTPENGINE_SSRC_A_PAD,
	__RTPENGINE_SSRC_A_LAST,
	RTPENGINE_SSRC_A_MAX = __RTPENGINE_SSRC_A_LAST - 1,
};

/* RFC 3711, 6188, 7714; key derivation rate 0; SRTCP tags of SHA1 suites are 80 bits. */
enum rtpengine_srtp_suite {
	RTPENGINE_SRTP_NONE,			/* not valid */
	RTPENGINE_SRTP_AES_CM_128_HMAC_SHA1_80,	/* key 16, salt 14 bytes */
	RTPENGINE_SRTP_AES_CM_128_HMAC_SHA1_32,
	RTPENGINE_SRTP_AES_192_CM_HMAC_SHA1_80,	/* key 24, salt 14 */
	RTPENGINE_SRTP_AES_192_CM_HMAC_SHA1_32,
	RTPENGINE_SRTP_AES_256_CM_HMAC_SHA1_80,	/* key 32, salt 14 */
	RTPENGINE_SRTP_AES_256_CM_HMAC_SHA1_32,
	RTPENGINE_SRTP_AEAD_AES_128_GCM,	/* key 16, salt 12, tag 16 */
	RTPENGINE_SRTP_AEAD_AES_256_GCM,	/* key 32, salt 12, tag 16 */
	RTPENGINE_SRTP_NULL_HMAC_SHA1_80,	/* key 16, salt 14; authenticated only */
	RTPENGINE_SRTP_NULL_HMAC_SHA1_32,
	__RTPENGINE_SRTP_LAST,
	RTPENGINE_SRTP_MAX = __RTPENGINE_SRTP_LAST - 1,
};

/* RTPENGINE_SRTP_A_FLAGS; RFC 4568 6.3 */
#define RTPENGINE_SRTP_F_UNENCRYPTED_SRTP	(1U << 0)
#define RTPENGINE_SRTP_F_UNENCRYPTED_SRTCP	(1U << 1) /* sending; received ones tell by the E bit */
#define RTPENGINE_SRTP_F_ALL	(RTPENGINE_SRTP_F_UNENCRYPTED_SRTP | \
				 RTPENGINE_SRTP_F_UNENCRYPTED_SRTCP)

enum rtpengine_srtp_attr {
	RTPENGINE_SRTP_A_UNSPEC,
	RTPENGINE_SRTP_A_SUITE,		/* u32, enum rtpengine_srtp_suite, in: required */
	RTPENGINE_SRTP_A_KEY,		/* binary, master key, in only: required, length by suite */
	RTPENGINE_SRTP_A_SALT,		/* binary, master salt, in only: required, length by suite */
	RTPENGINE_SRTP_A_MKI,		/* binary 1..128, in only: appended when sending; receiving: cut
					 * off, the value is not compared
					 */
	RTPENGINE_SRTP_A_FLAGS,		/* u32, RTPENGINE_SRTP_F_*, in; default 0 */
	RTPENGINE_SRTP_A_STATES,	/* nest of up to 8 nests, enum rtpengine_state_attr, in, out */
	__RTPENGINE_SRTP_A_LAST,
	RTPENGINE_SRTP_A_MAX = __RTPENGINE_SRTP_A_LAST - 1,
};

/*
 * Index state of one SSRC of one SRTP context: hand-over in both directions.
 * RTP indices have 48 bits, ROC << 16 | SEQ; SRTCP's 31.  What was never
 * received or sent is absent.  Windows (receiving only) are four u64 in host
 * order: the bit of index n is bit n % 64 of word n / 64 % 4, valid for
 * the 256 indices up to the highest; default in: only the highest was received.
 */
enum rtpengine_state_attr {
	RTPENGINE_STATE_A_UNSPEC,
	RTPENGINE_STATE_A_SSRC,		/* u32: required */
	RTPENGINE_STATE_A_INDEX,	/* u64: highest RTP index */
	RTPENGINE_STATE_A_WINDOW,	/* binary 32; only with INDEX */
	RTPENGINE_STATE_A_RESTART_INDEX, /* u64: the same where a sender went on that lost its ROC */
	RTPENGINE_STATE_A_RESTART_WINDOW, /* binary 32; only with RESTART_INDEX */
	RTPENGINE_STATE_A_IN_RESTART,	/* flag: the last packet was there; only with RESTART_INDEX */
	RTPENGINE_STATE_A_RTCP_INDEX,	/* u32: receiving: highest; sending: the next to be used */
	RTPENGINE_STATE_A_RTCP_WINDOW,	/* binary 32; only with RTCP_INDEX */
	RTPENGINE_STATE_A_PAD,
	__RTPENGINE_STATE_A_LAST,
	RTPENGINE_STATE_A_MAX = __RTPENGINE_STATE_A_LAST - 1,
};

/* SSRC and PT: where the flow decrypts, of authentic packets only. */
enum rtpengine_event {
	RTPENGINE_EVENT_NONE,
	RTPENGINE_EVENT_SSRC,		/* SSRC: learned, or given up by policy or because no place was free
					 * (not told where the flow decrypts: then that has no place either)
					 */
	RTPENGINE_EVENT_SOURCE,		/* SOURCE: a packet from elsewhere */
	RTPENGINE_EVENT_IDLE,		/* nothing handled for FLOW_A_IDLE; LAST */
	RTPENGINE_EVENT_AUTH,		/* SRTP authentication failed; SSRC, SOURCE */
	RTPENGINE_EVENT_PT,		/* PT: a payload type that the flow gives up, new after another one */
	__RTPENGINE_EVENT_LAST,
	RTPENGINE_EVENT_MAX = __RTPENGINE_EVENT_LAST - 1,
};

enum rtpengine_event_attr {
	RTPENGINE_EVENT_A_UNSPEC,
	RTPENGINE_EVENT_A_TYPE,		/* u32, enum rtpengine_event */
	RTPENGINE_EVENT_A_FLOW_ID,	/* u32 */
	RTPENGINE_EVENT_A_LOCAL,	/* sockaddr */
	RTPENGINE_EVENT_A_COOKIE,	/* binary, if the flow has one */
	RTPENGINE_EVENT_A_SOURCE,	/* sockaddr */
	RTPENGINE_EVENT_A_SSRC,		/* u32 */
	RTPENGINE_EVENT_A_PT,		/* u8 */
	RTPENGINE_EVENT_A_LAST,		/* u64, ns: last packet handled, 0 = none yet */
	RTPENGINE_EVENT_A_PAD,
	__RTPENGINE_EVENT_A_LAST,
	RTPENGINE_EVENT_A_MAX = __RTPENGINE_EVENT_A_LAST - 1,
};

enum rtpengine_test_attr {
	RTPENGINE_TEST_A_UNSPEC,
	RTPENGINE_TEST_A_NAME,		/* string */
	RTPENGINE_TEST_A_RESULT,	/* s32: 0 = passed, else negative errno */
	RTPENGINE_TEST_A_DETAIL,	/* string: what failed */
	__RTPENGINE_TEST_A_LAST,
	RTPENGINE_TEST_A_MAX = __RTPENGINE_TEST_A_LAST - 1,
};

#endif /* _UAPI_RTPENGINE_H */
