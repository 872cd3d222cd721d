"""The netlink interface: what it refuses and how it says so, and how far a hostile client gets."""
import errno
import os
import struct

from guest.test_life import refused
from lab import genetlink as nl
from lab import net, packets
from lab.bed import FAR, OUT, PORT, TABLE
from lab.rtpengine import Client, flow_nest, output, payload_type, sockaddr, srtp, table_nest
from lab.uapi import U

_CLONE_NEWUSER, _CLONE_NEWNET = 0x10000000, 0x40000000


def _new(bed, *nests):
    return bed.client.request(U.CMD_FLOW_NEW, *nests)


def test_refusals_have_a_text(bed):
    bed.claim()
    out = output((net.RB4, OUT), (net.B4, FAR))
    good = (net.RA4, PORT)
    bad = [
        ("port 0", lambda: flow_nest((net.RA4, 0), [out])),
        ("multicast", lambda: flow_nest(("224.0.0.1", PORT), [out])),
        ("any address", lambda: flow_nest(("0.0.0.0", PORT), [out])),
        ("v4-mapped", lambda: flow_nest(("::ffff:10.1.0.1", PORT), [out])),
        ("unknown flag", lambda: flow_nest(good, [out], flags=1 << 31)),
        ("family of the source", lambda: flow_nest(good, [out], source=(net.A6, FAR))),
        ("mismatch without source", lambda: flow_nest(good, [out], mismatch=U.ACTION_DROP)),
        ("action out of range", lambda: flow_nest(good, [out], source=(net.A4, 1), mismatch=77)),
        ("payload type 128", lambda: flow_nest(good, [out], pts=[payload_type(128)])),
        ("payload type twice", lambda: flow_nest(good, [out], pts=[payload_type(8)] * 2)),
        (
            "silence without pattern",
            lambda: flow_nest(good, [out], pts=[payload_type(8, U.ACTION_SILENCE)]),
        ),
        ("clock 0", lambda: flow_nest(good, [out], pts=[payload_type(8, clock=0)])),
        ("mixed families", lambda: flow_nest(good, [output((net.RB4, OUT), (net.B6, FAR))])),
        ("cookie of 121", lambda: flow_nest(good, [out], cookie=bytes(121))),
        ("empty name", lambda: flow_nest(good, [out], call="")),
        ("name of 200", lambda: flow_nest(good, [out], call="x" * 200)),
        (
            "unknown suite",
            lambda: flow_nest(good, [out], secure=srtp(U.FLOW_A_SRTP, 99, bytes(16), bytes(14))),
        ),
        (
            "short key",
            lambda: flow_nest(good, [out], secure=srtp(U.FLOW_A_SRTP, 1, bytes(15), bytes(14))),
        ),
        (
            "truncated address",
            lambda: nl.attribute(
                U.A_FLOW,
                [nl.attribute(U.FLOW_A_LOCAL, sockaddr(good)[:7]), nl.u32(U.FLOW_A_FLAGS, 1)],
            ),
        ),
        ("no address", lambda: nl.attribute(U.A_FLOW, [nl.u32(U.FLOW_A_FLAGS, 1)])),
        ("unknown attribute", lambda: nl.attribute(U.A_FLOW, [nl.u32(99, 1)])),
    ]
    silent = []
    for name, make in bad:
        try:
            _new(bed, table_nest(TABLE), make())
        except nl.Refused as error:
            assert error.errno in (errno.EINVAL, errno.ERANGE, errno.EOPNOTSUPP), (name, error)
            if not error.text:
                silent.append(name)
            continue
        raise AssertionError("accepted: " + name)
    assert not silent, "refused without a text: %s" % silent
    assert bed.client.flows(TABLE) == []


def test_what_is_not_there(bed):
    refused(errno.ENOENT, bed.client.table, TABLE)
    refused(errno.ENOENT, bed.client.delete, TABLE)
    bed.claim()
    refused(errno.ENOENT, bed.client.flow, TABLE, (net.RA4, PORT))
    refused(errno.ENOENT, bed.client.remove, TABLE, (net.RA4, PORT))
    for command in (U.CMD_TABLE_CLAIM, U.CMD_FLOW_NEW, U.CMD_FLOW_DEL, U.CMD_FLOW_GET):
        refused(errno.EINVAL, bed.client.request, command)
    refused(errno.ERANGE, bed.client.claim, U.MAX_TABLE_ID + 1)


def test_dump_of_many_is_whole(bed):
    bed.claim()
    count = 700
    for number in range(count):
        out = [output((net.RB4, OUT), (net.B4, FAR + number % 8))] * (number % 4)
        bed.client.add(TABLE, (net.RA4, 10000 + number), out, cookie=struct.pack("=I", number))
    for brief in (False, True):
        flows = bed.client.flows(TABLE, brief)
        assert sorted(flow["local"][1] for flow in flows) == list(range(10000, 10000 + count))
        assert all(
            struct.unpack("=I", flow["cookie"])[0] == flow["local"][1] - 10000 for flow in flows
        )


def test_who_does_not_read_holds_nobody_up(bed):
    """Final states wait for room in their owner's socket, in order; those of other owners go on."""
    slow, count = bed.new_client(), 30
    slow.claim(TABLE)
    bed.claim(TABLE + 1)
    out = [output((net.RB4, OUT), (net.B4, FAR))]
    for number in range(count):
        slow.add(TABLE, (net.RA4, PORT + number), out)
    bed.client.add(TABLE + 1, (net.RA4, PORT + count), out)
    slow.socket.shrink()
    ids = []
    for number in range(count):
        nest = nl.attribute(U.A_FLOW, [nl.attribute(U.FLOW_A_LOCAL, sockaddr((net.RA4, PORT + number)))])
        slow.socket.send(slow.family, U.CMD_FLOW_DEL, [table_nest(TABLE), nest])
    # at five seconds for each of the others' this would take longer than a client waits
    assert bed.client.remove(TABLE + 1, (net.RA4, PORT + count))["stats"]["packets"] == 0
    while not ids or ids[-1] != count:
        try:
            data = slow.socket.receive_raw()
        except OSError as error:  # netlink tells that there was no room
            assert error.errno == errno.ENOBUFS, error
            continue
        for message in nl.messages_of(data):
            assert message.command == U.CMD_FLOW_GONE
            ids.append(nl.number(nl.parse(nl.parse(message.attributes)[U.A_FLOW])[U.FLOW_A_ID]))
    assert ids == sorted(ids) and len(ids) > 1, ids


def test_keys_are_never_told(bed):
    bed.claim()
    key, salt = b"KEYKEYKEYKEYKEYK", b"SALTSALTSALTSA"
    secure = srtp(U.FLOW_A_SRTP, U.SRTP_AES_CM_128_HMAC_SHA1_80, key, salt)
    out = output(
        (net.RB4, OUT),
        (net.B4, FAR),
        secure=srtp(U.OUT_A_SRTP, U.SRTP_AES_CM_128_HMAC_SHA1_80, key, salt),
    )
    bed.client.add(TABLE, (net.RA4, PORT), [out], secure=secure)
    request = (table_nest(TABLE),)
    replies = bed.client.socket.dump(bed.client.family, U.CMD_FLOW_GET, request)
    told = b"".join(reply.payload for reply in replies)
    with net.inside("r"), open("/proc/rtpengine/%d/list" % TABLE, "rb") as handle:
        told += handle.read()
    for secret in (key, salt, key.hex().encode(), salt.hex().encode()):
        assert secret not in told


def test_events_are_told(bed):
    watcher = bed.new_client()
    watcher.socket.join(watcher.groups[U.MCGRP_EVENTS])
    bed.claim()
    local = bed.relay(cookie=b"c")
    caller, _ = bed.parties()
    caller.sendto(packets.rtp(1, ssrc=77), local)
    for message in nl.messages_of(watcher.socket.receive_raw()):
        event = nl.parse(nl.parse(message.attributes)[U.A_EVENT])
        assert nl.number(event[U.EVENT_A_TYPE]) == U.EVENT_SSRC
        assert nl.number(event[U.EVENT_A_SSRC]) == 77 and event[U.EVENT_A_COOKIE] == b"c"


def _in_child(function):
    """Runs it in a process of its own; -> what it says, as text."""
    back, there = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            said = function()
        except BaseException as error:
            said = "failed: %r" % error
        os.write(there, said.encode())
        os._exit(0)
    os.close(there)
    os.waitpid(child, 0)
    with os.fdopen(back) as handle:
        return handle.read()


def _commands_are_refused():
    client = Client()
    said = []
    for command in range(1, U.CMD_MAX + 1):
        try:
            client.request(command, table_nest(TABLE))
            said.append("%d allowed" % command)
        except nl.Refused as error:
            if error.errno not in (errno.EPERM, errno.EOPNOTSUPP):
                said.append("%d %s" % (command, error))
    return ", ".join(said)


def test_needs_the_capability(bed):
    bed.claim()

    def unprivileged():
        with net.inside("r"):
            os.setgroups([])
            os.setgid(65534)
            os.setuid(65534)
            return _commands_are_refused()

    assert _in_child(unprivileged) == ""


def test_a_namespace_of_ones_own_and_no_further(bed):
    """Root of its own user and network namespace: has tables of its own, does not see the relay's."""
    bed.claim()
    bed.relay()

    def hostile():
        before = (os.getuid(), os.getgid())
        libc = net._libc
        if libc.unshare(_CLONE_NEWUSER | _CLONE_NEWNET):
            return "no user namespaces"
        for name, number in (("uid_map", before[0]), ("setgroups", None), ("gid_map", before[1])):
            with open("/proc/self/" + name, "w") as handle:
                handle.write("deny" if number is None else "0 %d 1" % number)
        client = Client()
        seen = [table["id"] for table in client.tables()]
        client.claim(TABLE)
        for number in range(200):
            client.add(TABLE, ("127.0.0.1", 1000 + number), [])
        try:
            client.selftest()
            return "self-tests allowed"
        except nl.Refused as error:
            if error.errno != errno.EPERM:
                return str(error)
        return "saw %s" % seen

    assert _in_child(hostile) == "saw []"
    assert len(bed.client.flows(TABLE)) == 1
