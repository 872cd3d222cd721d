"""The module's family, in Python values: tables, flows, outputs, their state. See kmod/uapi/rtpengine.h.

Not a model of mediad's planning: a test says what it wants, attribute by attribute, and can say it
wrongly.
"""
import ipaddress
import socket
import struct

from lab import genetlink as nl
from lab.uapi import U


def sockaddr(address):
    """("10.0.0.1", 5000) -> struct sockaddr_in; an IPv6 address -> struct sockaddr_in6."""
    host, port = address
    ip = ipaddress.ip_address(host)
    if ip.version == 4:
        return struct.pack("=H", socket.AF_INET) + struct.pack("!H", port) + ip.packed + bytes(8)
    return struct.pack("=H", socket.AF_INET6) + struct.pack("!HI", port, 0) + ip.packed + bytes(4)


def address_of(data):
    family, port = struct.unpack_from("=H", data)[0], struct.unpack_from("!H", data, 2)[0]
    packed = data[4:8] if family == socket.AF_INET else data[8:24]
    return str(ipaddress.ip_address(packed)), port


def given(*attributes):
    """(function, type, value) -> those attributes whose value is not None."""
    return [make(kind, value) for make, kind, value in attributes if value is not None]


def table_nest(table, hook=None, priority=None, linger=None, max_flows=None):
    nest = given(
        (nl.u32, U.TABLE_A_ID, table),
        (nl.u8, U.TABLE_A_HOOK, hook),
        (nl.s32, U.TABLE_A_PRIORITY, priority),
        (nl.u32, U.TABLE_A_LINGER, linger),
        (nl.u32, U.TABLE_A_MAX_FLOWS, max_flows),
    )
    return nl.attribute(U.A_TABLE, nest)


def payload_type(pt, action=None, clock=None, pattern=None, to=None):
    nest = given(
        (nl.u8, U.PT_A_PT, pt),
        (nl.u8, U.PT_A_ACTION, action),
        (nl.u32, U.PT_A_CLOCK, clock),
        (nl.attribute, U.PT_A_PATTERN, pattern),
        (nl.u8, U.PT_A_TO, to),
    )
    return nl.attribute(1, nest)


def srtp(kind, suite, key, salt, mki=None, states=()):
    """`kind`: FLOW_A_SRTP or OUT_A_SRTP."""
    nest = [
        nl.u32(U.SRTP_A_SUITE, suite),
        nl.attribute(U.SRTP_A_KEY, key),
        nl.attribute(U.SRTP_A_SALT, salt),
    ]
    if mki:
        nest.append(nl.attribute(U.SRTP_A_MKI, mki))
    if states:
        nest.append(nl.attribute(U.SRTP_A_STATES, list(states)))
    return nl.attribute(kind, nest)


def bitmap(ones, octets):
    return None if ones is None else sum(1 << one for one in ones).to_bytes(octets, "little")


def output(
    source,
    dest,
    flags=None,
    tos=None,
    ttl=None,
    pts=(),
    ssrc_map=(),
    secure=None,
    takes=None,
    ext_remove=None,
    ext_id=None,
    ext_value=None,
):
    """`ssrc_map`: (from, to) pairs; `secure`: what srtp() gave; `takes`: payload types; `ext_remove`: ids."""
    nest = [
        nl.attribute(U.OUT_A_SOURCE, sockaddr(source)),
        nl.attribute(U.OUT_A_DEST, sockaddr(dest)),
        nl.u32(U.OUT_A_FLAGS, U.OUT_F_RTP if flags is None else flags),
    ]
    nest += given(
        (nl.u8, U.OUT_A_TOS, tos),
        (nl.u8, U.OUT_A_TTL, ttl),
        (nl.attribute, U.OUT_A_TAKES, bitmap(takes, 16)),
        (nl.attribute, U.OUT_A_EXT_REMOVE, bitmap(ext_remove, 32)),
        (nl.u8, U.OUT_A_EXT_ID, ext_id),
        (nl.attribute, U.OUT_A_EXT_VALUE, ext_value),
    )
    if pts:
        nest.append(nl.attribute(U.OUT_A_PTS, list(pts)))
    if ssrc_map:
        pairs = [
            nl.attribute(1, [nl.u32(U.MAP_A_FROM, one), nl.u32(U.MAP_A_TO, other)])
            for one, other in ssrc_map
        ]
        nest.append(nl.attribute(U.OUT_A_SSRC_MAP, pairs))
    if secure:
        nest.append(secure)
    return nl.attribute(1, nest)


def flow_nest(
    local,
    outputs=(),
    flags=None,
    source=None,
    mismatch=None,
    pts=(),
    pt_other=None,
    rtcp=None,
    ssrc_policy=None,
    idle=None,
    cookie=None,
    call=None,
    secure=None,
    ssrcs=(),
):
    nest = [
        nl.attribute(U.FLOW_A_LOCAL, sockaddr(local)),
        nl.u32(U.FLOW_A_FLAGS, U.FLOW_F_RTP if flags is None else flags),
    ]
    nest += given(
        (nl.attribute, U.FLOW_A_SOURCE, None if source is None else sockaddr(source)),
        (nl.u8, U.FLOW_A_MISMATCH, mismatch),
        (nl.u8, U.FLOW_A_RTCP, rtcp),
        (nl.u8, U.FLOW_A_PT_OTHER, pt_other),
        (nl.u8, U.FLOW_A_SSRC_POLICY, ssrc_policy),
        (nl.u32, U.FLOW_A_IDLE, idle),
        (nl.attribute, U.FLOW_A_COOKIE, cookie),
        (nl.string, U.FLOW_A_CALL, call),
    )
    if pts:
        nest.append(nl.attribute(U.FLOW_A_PTS, list(pts)))
    if secure:
        nest.append(secure)
    if ssrcs:
        known = [nl.attribute(1, [nl.u32(U.SSRC_A_SSRC, ssrc)]) for ssrc in ssrcs]
        nest.append(nl.attribute(U.FLOW_A_SSRCS, known))
    if outputs:
        nest.append(nl.attribute(U.FLOW_A_OUTPUTS, list(outputs)))
    return nl.attribute(U.A_FLOW, nest)


def counters(data):
    found = nl.parse(data)
    names = ("PACKETS", "BYTES", "ERRORS", "UP", "RTCP", "FIRST", "LAST")
    return {
        name.lower(): nl.number(found.get(getattr(U, "STATS_A_" + name), b"")) for name in names
    }


def flow_of(data):
    """-> a flow's state as a dictionary; nests that are absent are empty."""
    found = nl.parse(data)
    ssrcs = {}
    for _, nest in nl.parse_list(found.get(U.FLOW_A_SSRCS, b"")):
        said = nl.parse(nest)
        ssrcs[nl.number(said[U.SSRC_A_SSRC])] = {
            "packets": nl.number(said.get(U.SSRC_A_PACKETS, b"")),
            "lost": int.from_bytes(said.get(U.SSRC_A_LOST, b""), "little", signed=True),
            "ext_seq": nl.number(said.get(U.SSRC_A_EXT_SEQ, b"")),
            "duplicates": nl.number(said.get(U.SSRC_A_DUPLICATES, b"")),
        }
    pts = {}
    for _, nest in nl.parse_list(found.get(U.FLOW_A_PTS, b"")):
        said = nl.parse(nest)
        pts[nl.number(said[U.PT_A_PT])] = nl.number(said.get(U.PT_A_PACKETS, b""))
    outputs = [
        counters(nl.parse(nest).get(U.OUT_A_STATS, b""))
        for _, nest in nl.parse_list(found.get(U.FLOW_A_OUTPUTS, b""))
    ]
    return {
        "id": nl.number(found.get(U.FLOW_A_ID, b"")),
        "local": address_of(found[U.FLOW_A_LOCAL]),
        "cookie": found.get(U.FLOW_A_COOKIE, b""),
        "stats": counters(found.get(U.FLOW_A_STATS, b"")),
        "ssrcs": ssrcs,
        "pts": pts,
        "outputs": outputs,
        "raw": found,
    }


def table_of(data):
    found = nl.parse(data)
    reasons = {
        kind: nl.number(value)
        for kind, value in nl.parse_list(found.get(U.TABLE_A_REASONS, b""))
    }
    return {
        "id": nl.number(found[U.TABLE_A_ID]),
        "hook": nl.number(found.get(U.TABLE_A_HOOK, b"")),
        "flows": nl.number(found.get(U.TABLE_A_FLOWS, b"")),
        "owner": nl.number(found.get(U.TABLE_A_OWNER, b"")),
        "linger_left": nl.number(found.get(U.TABLE_A_LINGER_LEFT, b"")),
        "reasons": reasons,
    }


class Client:
    """One owner: a socket of the family. Closing it abandons what it owns."""

    def __init__(self, timeout=20):
        self.socket = nl.Socket(timeout)
        self.family, self.groups = self.socket.family(U.GENL_NAME)

    def close(self):
        self.socket.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def request(self, command, *attributes, flags=0):
        return self.socket.request(self.family, command, attributes, flags)

    def _one(self, replies, wanted):
        return nl.parse(replies[0].attributes)[wanted]

    def flow_count(self):
        """Of the namespace, those included whose end is not told yet."""
        return nl.number(nl.parse(self._one(self.request(U.CMD_INFO_GET), U.A_INFO))[U.INFO_A_FLOWS])

    def claim(self, table, **settings):
        replies = self.request(U.CMD_TABLE_CLAIM, table_nest(table, **settings))
        return table_of(self._one(replies, U.A_TABLE))

    def set(self, table, **settings):
        return self.request(U.CMD_TABLE_SET, table_nest(table, **settings))

    def delete(self, table):
        self.request(U.CMD_TABLE_DEL, table_nest(table))

    def table(self, table):
        return table_of(self._one(self.request(U.CMD_TABLE_GET, table_nest(table)), U.A_TABLE))

    def tables(self):
        replies = self.socket.dump(self.family, U.CMD_TABLE_GET)
        return [table_of(nl.parse(reply.attributes)[U.A_TABLE]) for reply in replies]

    def add(self, table, local, outputs=(), replace=False, **settings):
        """Adds a flow; -> its id."""
        replies = self.request(
            U.CMD_FLOW_NEW,
            table_nest(table),
            flow_nest(local, outputs, **settings),
            flags=nl.NLM_F_ECHO | (nl.NLM_F_REPLACE if replace else 0),
        )
        for reply in replies:
            if reply.command == U.CMD_FLOW_NEW:
                return nl.number(nl.parse(self._one([reply], U.A_FLOW))[U.FLOW_A_ID])
        raise ValueError("no echo of the new flow")

    def _key(self, local):
        return nl.attribute(U.A_FLOW, [nl.attribute(U.FLOW_A_LOCAL, sockaddr(local))])

    def remove(self, table, local):
        """Deletes a flow and waits for its final state; -> that."""
        wanted = self.socket.send(
            self.family, U.CMD_FLOW_DEL, [table_nest(table), self._key(local)], nl.NLM_F_ACK
        )
        while True:
            for message in nl.messages_of(self.socket.receive_raw()):
                if message.sequence != wanted:
                    self.socket.late.append(message)
                elif message.kind == nl.NLMSG_ERROR:
                    nl.raise_error(message)
                elif message.command == U.CMD_FLOW_GONE:
                    return flow_of(nl.parse(message.attributes)[U.A_FLOW])

    def flow(self, table, local):
        replies = self.request(U.CMD_FLOW_GET, table_nest(table), self._key(local))
        return flow_of(self._one(replies, U.A_FLOW))

    def flows(self, table, stats_only=False):
        wanted = [table_nest(table)]
        if stats_only:
            wanted.append(nl.u32(U.A_FLAGS, U.F_STATS_ONLY))
        replies = self.socket.dump(self.family, U.CMD_FLOW_GET, wanted)
        return [flow_of(nl.parse(reply.attributes)[U.A_FLOW]) for reply in replies]

    def selftest(self):
        """-> [(name, result, detail)]"""
        found = []
        for reply in self.request(U.CMD_SELFTEST):
            for kind, nest in nl.parse_list(reply.attributes):
                if kind == U.A_TEST:
                    said = nl.parse(nest)
                    found.append(
                        (
                            said[U.TEST_A_NAME].rstrip(b"\0").decode(),
                            struct.unpack("=i", said[U.TEST_A_RESULT])[0],
                            said.get(U.TEST_A_DETAIL, b"").rstrip(b"\0").decode(),
                        )
                    )
        return found
