"""The module's, a table's and a flow's life: loading, owners, namespaces, limits, memory."""
import contextlib
import errno
import os
import subprocess

from lab import bulk, kernel, module, net, packets
from lab import genetlink as nl
from lab.bed import FAR, OUT, PORT, TABLE, expect, send_rtp
from lab.genetlink import Refused
from lab.rtpengine import Client, flow_nest, output, srtp, table_nest
from lab.uapi import U


def refused(number, function, *arguments, **settings):
    """Calls, and expects this error with a text."""
    try:
        function(*arguments, **settings)
    except Refused as error:
        assert error.errno == number, "%s instead of %s" % (error, errno.errorcode[number])
        return error.text
    raise AssertionError("not refused")


def test_modinfo_is_complete(bed):
    said = module.information()
    for field in ("description", "author", "license", "version", "srcversion", "parm"):
        assert said.get(field, [""])[0], "modinfo has no " + field
    assert said["license"] == ["GPL"]


def test_self_tests_pass(bed):
    results = bed.client.selftest()
    assert len(results) >= 3, results
    assert not [one for one in results if one[1]], results


def test_proc_shows_tables_and_flows(bed):
    bed.claim()
    bed.relay(call="call-1")
    with net.inside("r"):
        base = "/proc/self/net/rtpengine/%d" % TABLE
        if not os.path.exists(base):
            base = "/proc/rtpengine/%d" % TABLE
        for name in ("control", "list", "status", "calls"):
            assert os.path.exists("%s/%s" % (base, name)), name
        with open(base + "/list") as handle:
            listing = handle.read()
        assert "%s:%d" % (net.RA4, PORT) in listing, listing
        assert os.listdir(base + "/calls") == ["call-1"]
        with open(base + "/status") as handle:
            assert handle.read().strip()
        with open("/proc/rtpengine/list") as handle:
            assert str(TABLE) in handle.read().split()


def test_unloads_under_load(bed):
    for _ in range(4):
        client = bed.new_client()
        client.claim(TABLE, hook=U.HOOK_INPUT_FIRST, linger=60000)
        client.add(TABLE, (net.RA4, PORT), [output((net.RB4, OUT), (net.B4, FAR))])
        load = module.Load((net.RA4, PORT))
        try:
            net.wait_for(
                lambda: client.flow(TABLE, (net.RA4, PORT))["stats"]["packets"] > 50, what="traffic"
            )
            module.unload()
            assert not module.loaded()
        finally:
            load.close()
        module.load()
    assert bed.new_client().tables() == []


def test_namespace_goes_under_load(bed):
    for hook in (U.HOOK_INPUT_FIRST, U.HOOK_PREROUTING, U.HOOK_INPUT_LAST):
        net.batch(["netns add gone", "link add up0 netns a type veth peer name eth0 netns gone"])
        for namespace, device, address in (("a", "up0", "10.9.0.2"), ("gone", "eth0", "10.9.0.1")):
            net.run("ip", "-n", namespace, "addr", "add", address + "/24", "dev", device)
            net.run("ip", "-n", namespace, "link", "set", device, "up")
        client = bed.new_client("gone")
        client.claim(TABLE, hook=hook, linger=60000)
        local = ("10.9.0.1", PORT)
        client.add(TABLE, local, [output(("10.9.0.1", OUT), ("10.9.0.2", FAR))] * 2, call="c")
        load = module.Load(local)
        try:
            net.wait_for(lambda: client.flow(TABLE, local)["stats"]["packets"] > 50, what="traffic")
            bed.close(client)
            net.run("ip", "netns", "del", "gone")
            net.wait_for(lambda: "up0" not in net.run("ip", "-n", "a", "-o", "link"), 30, "it is gone")
        finally:
            load.close()


def test_namespace_goes_with_tables_in_it(bed):
    for _ in range(3):
        net.batch(
            [
                "netns add gone",
                "link add up0 type veth peer name eth0 netns gone",
                "addr add 10.9.0.2/24 dev up0",
                "link set up0 up",
            ]
        )
        net.run("ip", "-n", "gone", "addr", "add", "10.9.0.1/24", "dev", "eth0")
        net.run("ip", "-n", "gone", "link", "set", "eth0", "up")
        client = bed.new_client("gone")
        client.claim(TABLE, linger=60000)
        client.add(TABLE, ("10.9.0.1", PORT), [output(("10.9.0.1", OUT), ("10.9.0.2", FAR))])
        sender = net.socket.socket(net.socket.AF_INET, net.socket.SOCK_DGRAM)
        send_rtp(sender, ("10.9.0.1", PORT), 20)
        assert client.flow(TABLE, ("10.9.0.1", PORT))["stats"]["packets"] == 20
        client.close()
        net.run("ip", "netns", "del", "gone")
        with contextlib.suppress(OSError):  # once its end is gone there is no route
            send_rtp(sender, ("10.9.0.1", PORT), 5)
        sender.close()
        net.wait_for(lambda: not os.path.exists("/sys/class/net/up0"), 30, "the namespace is gone")


_ADDS = """
import errno, os, sys
there = os.open("/proc/rtpengine/control", os.O_WRONLY)
here = os.open("/proc/1/ns/net", os.O_RDONLY)
assert __import__("ctypes").CDLL(None).setns(here, 0x40000000) == 0
os.write(there, b"add 0")
print("added", flush=True)
while True:
    try:
        os.write(there, b"add 0")
        sys.exit("a table was made at the end")
    except OSError as error:
        if error.errno == errno.EIO:
            sys.exit(0)
        if error.errno not in (errno.EEXIST, errno.ENODEV):
            sys.exit(str(error))
"""


def _adds_without_end(namespace):
    """A process that left the namespace, and makes the table anew as soon as it goes, until the file is gone."""
    one = subprocess.Popen(
        ["ip", "netns", "exec", namespace, "/usr/bin/python3", "-I", "-c", _ADDS],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        preexec_fn=net.on_any_processor,
    )
    assert one.stdout.readline() == b"added\n", one.stdout.read()
    return one


def _ended_well(one):
    said = one.communicate(timeout=60)[0]
    assert one.returncode == 0, said


def test_no_table_is_made_in_a_namespace_that_goes(bed):
    """An open file of /proc does not keep the namespace, and what is made in it then would outlive it."""
    for _ in range(3):
        net.run("ip", "netns", "add", "gone")
        adds = _adds_without_end("gone")
        net.run("ip", "netns", "del", "gone")
        _ended_well(adds)
    adds = _adds_without_end("r")
    module.unload()
    _ended_well(adds)
    module.load()


def test_owner_dies_and_another_adopts(bed):
    owner = bed.new_client()
    owner.claim(TABLE, hook=U.HOOK_INPUT_FIRST, linger=60000)
    owner.add(TABLE, (net.RA4, PORT), [output((net.RB4, OUT), (net.B4, FAR))], cookie=b"mine")
    refused(errno.EBUSY, bed.client.claim, TABLE)
    refused(errno.EPERM, bed.client.add, TABLE, (net.RA4, PORT + 2))
    refused(errno.EBUSY, bed.client.delete, TABLE)
    caller, callee = bed.parties()
    send_rtp(caller, (net.RA4, PORT), 3)
    expect(callee, 3)
    owner.close()
    send_rtp(caller, (net.RA4, PORT), 4, first=4)
    expect(callee, 4)
    net.wait_for(lambda: not bed.client.table(TABLE)["owner"], what="the table has no owner")
    assert 0 < bed.client.table(TABLE)["linger_left"] <= 60000
    assert bed.client.claim(TABLE)["flows"] == 1
    (flow,) = bed.client.flows(TABLE)
    assert flow["cookie"] == b"mine" and flow["stats"]["packets"] == 7
    send_rtp(caller, (net.RA4, PORT), 2, first=8)
    expect(callee, 2)
    assert bed.client.remove(TABLE, (net.RA4, PORT))["stats"]["packets"] == 9


def test_table_dies_when_its_linger_ends(bed):
    for linger in (0, 300):
        owner = bed.new_client()
        owner.claim(TABLE, linger=linger)
        owner.add(TABLE, (net.RA4, PORT), [output((net.RB4, OUT), (net.B4, FAR))])
        owner.close()
        net.wait_for(lambda: not bed.client.tables(), what="the table is gone")
    bed.claim()  # and the address is free again
    bed.relay()


def test_limits(bed):
    for table in range(U.MAX_TABLES):
        bed.client.claim(table)
    refused(errno.ENOSPC, bed.client.claim, U.MAX_TABLES)
    for table in range(U.MAX_TABLES):
        bed.client.delete(table)
    bed.claim(max_flows=10)
    out = [output((net.RB4, OUT), (net.B4, FAR))]
    for number in range(10):
        bed.client.add(TABLE, (net.RA4, PORT + number), out)
    refused(errno.ENOSPC, bed.client.add, TABLE, (net.RA4, PORT + 10), out)
    refused(errno.EADDRINUSE, bed.client.add, TABLE, (net.RA4, PORT), out)
    bed.client.remove(TABLE, (net.RA4, PORT))
    bed.client.add(TABLE, (net.RA4, PORT + 10), out)
    outputs = [output((net.RB4, OUT), (net.B4, FAR))] * (U.MAX_OUTPUTS + 1)
    try:
        bed.client.add(TABLE, (net.RA4, PORT), outputs)
    except Refused:
        return
    raise AssertionError("too many outputs accepted")


def _parameter(bed, name, value):
    """Sets a parameter of the module, until the end of the test."""
    path = "/sys/module/nft_rtpengine/parameters/" + name

    def write(text):
        with open(path, "w") as handle:
            handle.write(text)

    with open(path) as handle:
        before = handle.read()
    bed.later(lambda: write(before))
    write(str(value))


def _secure(kind, suite=None, salt=14, **settings):
    return srtp(kind, suite or U.SRTP_AES_CM_128_HMAC_SHA1_80, bytes(range(16)), bytes(salt), **settings)


def _state(ssrc):
    return nl.attribute(1, [nl.u32(U.STATE_A_SSRC, ssrc), nl.u64(U.STATE_A_INDEX, 1)])


def test_limits_of_all_namespaces_but_the_first(bed):
    """So that containers do not fill the memory of their host, however many they make."""
    first, other = bed.keep(Client()), bed.new_client("b")

    def settle(client, flows=0):
        net.wait_for(lambda: client.flow_count() == flows, what="flows are freed")

    settle(bed.client)
    settle(other)
    bed.claim()
    first.claim(TABLE)
    other.claim(TABLE)
    _parameter(bed, "max_other_flows", 6)
    _parameter(bed, "max_other_srtp", 3)
    out = [output((net.RB4, OUT), (net.B4, FAR))]
    ciphered = [output((net.RB4, OUT), (net.B4, FAR), secure=_secure(U.OUT_A_SRTP))]
    for number in range(3):
        bed.client.add(TABLE, (net.RA4, PORT + number), out)
        other.add(TABLE, (net.B4, PORT + number), out)
    assert "max_other_flows" in refused(errno.ENOSPC, other.add, TABLE, (net.B4, PORT + 3), out)
    bed.client.add(TABLE, (net.RA4, PORT), out, replace=True)
    for number in range(8):
        first.add(TABLE, ("127.0.0.1", PORT + number), ciphered)
    for client, local in ((bed.client, net.RA4), (other, net.B4)):
        client.remove(TABLE, (local, PORT))
        client.remove(TABLE, (local, PORT + 1))
        settle(client, 1)
    bed.client.add(TABLE, (net.RA4, PORT), ciphered, secure=_secure(U.FLOW_A_SRTP))
    other.add(TABLE, (net.B4, PORT), ciphered)
    assert "max_other_srtp" in refused(errno.ENOSPC, other.add, TABLE, (net.B4, PORT + 1), ciphered)
    other.add(TABLE, (net.B4, PORT + 1), out)
    other.remove(TABLE, (net.B4, PORT))
    settle(other, 2)
    bed.client.add(TABLE, (net.RA4, PORT + 1), ciphered)


def test_replacing_without_reading_has_a_limit(bed):
    """What was replaced is kept until its owner has taken its final state; an owner may never do that."""
    bed.claim()
    _parameter(bed, "max_flows", 20)
    local = bed.relay()
    bed.client.socket.shrink()
    out = [output((net.RB4, OUT), (net.B4, FAR))]
    nest = [table_nest(TABLE), flow_nest(local, out)]
    for _ in range(400):
        bed.client.socket.send(bed.client.family, U.CMD_FLOW_NEW, nest, nl.NLM_F_REPLACE)
    assert bed.new_client().flow_count() <= 40


_SENDER = 0x11223344


def _unreclaimable():
    wanted = ("SUnreclaim:", "Percpu:", "VmallocUsed:")
    with open("/proc/meminfo") as handle:
        return sum(int(line.split()[1]) for line in handle if line.startswith(wanted)) * 1024


def _memory_of_flows(bed, limit, count=5000, ssrcs=(_SENDER,), **settings):
    """At most so much a flow whose party sends, and nothing of it afterwards: a second time leaves no more than the first."""
    path, left = "/tmp/flows", []
    bulk.write(path, TABLE, net.RA4, 10000, count, (net.RB4, OUT), (net.B4, FAR), ssrcs=ssrcs, **settings)
    for _ in range(3):
        client = bed.new_client()
        client.claim(TABLE, linger=60000)
        bed.close(client)
        before = _unreclaimable()
        bulk.install(bulk.sender(), path, TABLE, count)
        used = (_unreclaimable() - before) / count
        module.unload()
        left.append(_unreclaimable())
        module.load()
    growth = left[-1] - left[0]
    print("    %.0f bytes a flow; two more loads leave %d kB" % (used, growth // 1024))
    if not kernel.widens_objects():
        assert used <= limit, "%d bytes a flow" % used
    # What a leaked flow leaves is a hundred bytes at least; pages that others took meanwhile are noise.
    if not kernel.keeps_freed_objects():
        assert growth < max(count, 5000) * 64, "%d bytes left" % growth


def test_memory_of_flows(bed):
    _memory_of_flows(bed, 1024)


def test_memory_of_flows_with_srtp(bed):
    """A key of GCM has a cipher of its own, which is the kernel's; one of AES-CM has not."""
    states = [_state(_SENDER)]
    for suite, salt, limit in ((U.SRTP_AES_CM_128_HMAC_SHA1_80, 14, 2048), (U.SRTP_AEAD_AES_128_GCM, 12, 2560)):
        secure = {"suite": suite, "salt": salt, "states": states}
        _memory_of_flows(bed, limit, secure=_secure(U.FLOW_A_SRTP, **secure))
        _memory_of_flows(bed, limit, out_secure=_secure(U.OUT_A_SRTP, **secure))


def test_memory_of_all_that_a_flow_may_have(bed):
    ssrcs = range(1, U.MAX_SSRCS + 1)
    secure = {"states": [_state(ssrc) for ssrc in ssrcs], "mki": bytes(U.MAX_MKI)}
    keys = {"secure": _secure(U.FLOW_A_SRTP, **secure), "out_secure": _secure(U.OUT_A_SRTP, **secure)}
    _memory_of_flows(bed, 6144, ssrcs=ssrcs, **keys)


def test_replaced_without_a_gap(bed):
    bed.claim()
    local = bed.relay()
    caller, callee = bed.parties()
    other = bed.udp("b", (net.B4, FAR + 1))
    for number in range(20):
        port = FAR + number % 2
        bed.client.add(TABLE, local, [output((net.RB4, OUT), (net.B4, port))], replace=True)
        caller.sendto(packets.rtp(number), local)
    assert len(net.received(callee)) + len(net.received(other)) == 20
