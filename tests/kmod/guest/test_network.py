"""What the network around a flow does: routes, taps, connection tracking, bridges, VLANs, fragments."""
import signal
import socket
import struct
import subprocess

from lab import net, nfqueue, packets
from lab.bed import FAR, OUT, PORT, TABLE, expect, send_rtp
from lab.rtpengine import output, payload_type, srtp
from lab.uapi import U

_UDP_SEGMENT = 103


def _ip(*words):
    net.run("ip", "-n", "r", *words)


def test_no_route_then_one(bed):
    bed.claim()
    local = bed.relay(dest=("192.0.2.7", FAR))
    caller = bed.udp("a", (net.A4, FAR))
    send_rtp(caller, local, 5)
    flow = bed.client.flow(TABLE, local)
    assert flow["outputs"][0]["errors"] == 5, flow["outputs"]
    assert bed.client.table(TABLE)["reasons"].get(U.REASON_OUT_ROUTE) == 5
    net.run("ip", "-n", "b", "addr", "add", "192.0.2.7/32", "dev", "lo")
    bed.later(lambda: net.run("ip", "-n", "b", "addr", "del", "192.0.2.7/32", "dev", "lo"))
    callee = bed.udp("b", ("192.0.2.7", FAR))
    _ip("route", "add", "192.0.2.7", "via", net.B4)
    bed.later(lambda: _ip("route", "del", "192.0.2.7"))
    send_rtp(caller, local, 5)
    expect(callee, 5)


def test_route_changes_in_mid_call(bed):
    net.batch(["link add rb2 netns r type veth peer name eth1 netns b"])
    bed.later(lambda: _ip("link", "del", "rb2"))
    for namespace, device, address in (("r", "rb2", "10.3.0.1/24"), ("b", "eth1", "10.3.0.2/24")):
        net.run("ip", "-n", namespace, "addr", "add", address, "dev", device)
        net.run("ip", "-n", namespace, "link", "set", device, "up")
    bed.claim()
    local = bed.relay()
    caller, callee = bed.parties()
    first, second = bed.wire("b", "eth0", "r", "rb"), bed.wire("b", "eth1", "r", "rb2")
    send_rtp(caller, local, 3)
    expect(callee, 3)
    assert (len(first.received()), len(second.received())) == (3, 0)
    _ip("route", "add", net.B4 + "/32", "via", "10.3.0.2")
    send_rtp(caller, local, 3)
    expect(callee, 3)
    assert (len(first.received()), len(second.received())) == (0, 3)
    _ip("link", "set", "rb2", "down")  # takes the route with it
    send_rtp(caller, local, 3)
    expect(callee, 3)
    assert len(first.received()) == 3


def test_device_of_a_cached_route_goes(bed):
    net.batch(["link add rb2 netns r type veth peer name eth1 netns b"])
    net.run("ip", "-n", "r", "addr", "add", "10.3.0.1/24", "dev", "rb2")
    for namespace, device in (("r", "rb2"), ("b", "eth1")):
        net.run("ip", "-n", namespace, "link", "set", device, "up")
    bed.claim()
    local = bed.relay(dest=("10.3.0.2", FAR))
    caller = bed.udp("a", (net.A4, FAR))
    send_rtp(caller, local, 3)
    _ip("link", "del", "rb2")  # waits for whoever holds the device
    assert "rb2" not in net.run("ip", "-n", "r", "-o", "link")
    send_rtp(caller, local, 3)
    assert bed.stats(local)["packets"] == 6


def test_taps_see_what_was_there(bed):
    """Packets that tcpdump holds a clone of are not changed under it."""
    bed.claim()
    local = bed.relay(out={"tos": 8})
    caller, callee = bed.parties()
    command = ["ip", "netns", "exec", "r", "tcpdump", "-n", "-i", "any", "-w", "/run/tap.pcap", "-U"]
    tap = subprocess.Popen(command + ["udp"], stderr=subprocess.PIPE)
    try:
        assert b"listening" in tap.stderr.readline() + tap.stderr.readline()
        near, far = bed.wire("r", "ra", "a", "eth0"), bed.wire("b", "eth0", "r", "rb")
        send_rtp(caller, local, 20)
        assert expect(callee, 20) == [packets.rtp(number) for number in range(1, 21)]
        seen = near.received()
        assert len(seen) == 20
        for number, packet in enumerate(seen, 1):
            assert packet[12:20] == socket.inet_aton(net.A4) + socket.inet_aton(net.RA4)
            assert packet[1] == 0 and packet[28:] == packets.rtp(number), "changed under the tap"
        assert len(far.received()) == 20
    finally:
        tap.send_signal(signal.SIGINT)
        tap.wait()
        tap.stderr.close()


def test_with_connection_tracking(bed):
    bed.rules(
        """table inet t {
        chain in {
            type filter hook input priority 0; policy accept;
            ct state invalid drop
        }
        chain out {
            type filter hook output priority 0; policy accept;
            ct state new,established,related counter accept
        }
    }
    """
    )
    caller, callee = bed.parties()
    for number, hook in enumerate((U.HOOK_PREROUTING, U.HOOK_INPUT_FIRST, U.HOOK_INPUT_LAST)):
        if number:
            bed.client.set(TABLE, hook=hook)
        else:
            bed.claim(hook=hook)
            bed.relay()
        send_rtp(caller, (net.RA4, PORT), 5)
        expect(callee, 5)
    with net.inside("r"), open("/proc/sys/net/netfilter/nf_conntrack_count") as handle:
        assert int(handle.read()) <= 8, "connections pile up"


def test_behind_a_queue_to_user_space(bed):
    """Then the packet comes to the module in a process, not in a softirq."""
    bed.rules(
        """table inet t {
        chain in {
            type filter hook input priority 0; policy accept;
            udp dport %d queue num 7
        }
    }
    """
        % PORT
    )
    bed.claim(hook=U.HOOK_INPUT_LAST)
    bed.relay()
    caller, callee = bed.parties()
    with net.inside("r"):
        queue = bed.keep(nfqueue.Queue(7))
    for number in range(1, 6):
        send_rtp(caller, (net.RA4, PORT), 1, first=number)
        queue.accept()
    assert expect(callee, 5) == [packets.rtp(number) for number in range(1, 6)]
    assert bed.stats()["packets"] == 5


def test_firewall_of_the_relay_may_refuse_output(bed):
    bed.rules(
        """table inet t {
        chain out {
            type filter hook output priority 0; policy accept;
            udp sport %d drop
        }
    }
    """
        % OUT
    )
    bed.claim()
    local = bed.relay()
    caller, callee = bed.parties()
    send_rtp(caller, local, 5)
    expect(callee, 0)
    flow = bed.client.flow(TABLE, local)
    assert flow["outputs"][0]["errors"] == 5, flow["outputs"]


_ESP = (
    "state add src {0} dst {1} proto esp spi 7 reqid 1 mode transport "
    "auth-trunc hmac(sha1) 0x000102030405060708090a0b0c0d0e0f10111213 96 enc cipher_null"
)


def test_ipsec_that_the_host_demands(bed):
    """As a socket would: what comes without it is not forwarded, what comes with it is."""
    for family, far, near, local, source, dest in (
        (4, net.A4, net.RA4, (net.RA4, PORT), (net.RB4, OUT), (net.B4, FAR)),
        (6, net.A6, net.RA6, (net.RA6, PORT), (net.RB6, OUT), (net.B6, FAR)),
    ):
        up = bed.udp("r", local)
        caller, callee = bed.parties(family)
        policy = "src {0} dst {1} proto udp dport {2} dir {3}"
        wanted = policy.format(far, near, PORT, "in")
        tmpl = " tmpl src {0} dst {1} proto esp reqid 1 mode transport".format(far, near)
        for number, hook in enumerate((U.HOOK_PREROUTING, U.HOOK_INPUT_FIRST, U.HOOK_INPUT_LAST)):
            if number or family == 6:
                bed.client.set(TABLE, hook=hook)
            else:
                bed.claim(hook=hook)
            bed.relay(local=local, source=source, dest=dest)
            send_rtp(caller, local, 1)
            expect(callee, 1)
            net.run("ip", "-n", "r", "xfrm", *("policy add " + wanted + tmpl).split())
            bed.later(lambda: net.run("ip", "-n", "r", "xfrm", "policy", "flush"))
            send_rtp(caller, local, 3, first=2)
            assert expect(callee, 0) == [] and expect(up, 0) == []
            assert bed.client.table(TABLE)["reasons"][U.REASON_UP_POLICY] % 3 == 0
            for namespace in ("a", "r"):
                net.run("ip", "-n", namespace, "xfrm", *_ESP.format(far, near).split(), "")
                bed.later(lambda n=namespace: net.run("ip", "-n", n, "xfrm", "state", "flush"))
            outgoing = policy.format(far, near, PORT, "out")
            net.run("ip", "-n", "a", "xfrm", *("policy add " + outgoing + tmpl).split())
            bed.later(lambda: net.run("ip", "-n", "a", "xfrm", "policy", "flush"))
            send_rtp(caller, local, 3, first=5)
            assert expect(callee, 3) == [packets.rtp(n) for n in (5, 6, 7)]
            for namespace in ("a", "r"):
                net.run("ip", "-n", namespace, "xfrm", "policy", "flush")
                net.run("ip", "-n", namespace, "xfrm", "state", "flush")
            bed.client.remove(TABLE, local)


def test_ipv6_extension_headers(bed):
    bed.claim()
    local = (net.RA6, PORT)
    bed.relay(local=local, source=(net.RB6, OUT), dest=(net.B6, FAR))
    wire, up = bed.wire(), bed.udp("r", local)
    _, callee = bed.parties(6)
    datagram = packets.udp((net.A6, FAR), local, packets.rtp(1))
    padding = bytes([1, 4, 0, 0, 0, 0])  # PadN
    for headers, first in (
        (bytes([17, 0]) + padding, 60),  # destination options
        (bytes([17, 0]) + padding, 0),  # hop by hop
        (bytes([60, 0]) + padding + bytes([17, 0]) + padding, 0),
        (bytes([17, 0, 0, 0, 0, 0, 0, 0]), 44),  # a fragment that is all
    ):
        wire.send(packets.ipv6(net.A6, net.RA6, headers + datagram, next_header=first))
        assert expect(up, 1) == [packets.rtp(1)], first
    assert expect(callee, 0) == []


def test_ipv4_options_go_up(bed):
    """The stack knows which are allowed here; what is source routed it refuses where it is told to."""
    wire, up = bed.wire(), bed.udp("r", (net.RA4, PORT))
    net.write("r", "/proc/sys/net/ipv4/conf/all/accept_source_route", "0")
    _, callee = bed.parties()
    datagram = packets.udp((net.A4, FAR), (net.RA4, PORT), packets.rtp(1))
    loose = bytes([131, 7, 8]) + net.socket.inet_aton(net.A4) + bytes(1)
    for number, hook in enumerate((U.HOOK_INPUT_FIRST, U.HOOK_PREROUTING), 1):
        if number > 1:
            bed.client.set(TABLE, hook=hook)
        else:
            bed.claim(hook=hook)
            bed.relay()
        wire.send(packets.ipv4(net.A4, net.RA4, datagram, options=bytes([1, 1, 1, 0])))
        assert expect(up, 1) == [packets.rtp(1)]
        assert bed.client.table(TABLE)["reasons"].pop(U.REASON_UP_MALFORMED) == number
        wire.send(packets.ipv4(net.A4, net.RA4, datagram, options=loose))
        assert expect(up, 0) == [] and expect(callee, 0) == []
    assert bed.stats()["packets"] == 0


def _fragments_of(datagram, size, ident):
    return [
        packets.ipv4(
            net.A4, net.RA4, datagram[at : at + size], ident=ident, offset=at,
            more=at + size < len(datagram),
        )
        for at in range(0, len(datagram), size)
    ]


def test_fragments(bed):
    """At input they are whole; at prerouting they are left to the stack, which makes them whole."""
    whole = packets.rtp(1, payload=bytes(range(256)) * 4)
    wire = bed.wire()
    _, callee = bed.parties()
    bed.claim()
    local = bed.relay()
    up = bed.udp("r", local)
    datagram = packets.udp((net.A4, FAR), local, whole)
    for packet in reversed(_fragments_of(datagram, 400, 7)):
        wire.send(packet)
    assert expect(callee, 1) == [whole]
    bed.client.set(TABLE, hook=U.HOOK_PREROUTING)
    for packet in _fragments_of(datagram, 400, 8):
        wire.send(packet)
    got = net.received(callee, 0.3) + net.received(up)
    assert got == [whole], len(got)


def test_segments_are_forwarded_one_by_one(bed):
    """What the sender's or the receiver's side merged (GSO, GRO) is taken apart again."""
    caller, callee = bed.parties()
    caller.setsockopt(socket.IPPROTO_UDP, _UDP_SEGMENT, 172)
    for number, hook in enumerate((U.HOOK_INPUT_FIRST, U.HOOK_PREROUTING)):
        if number:
            bed.client.set(TABLE, hook=hook)
        else:
            bed.claim(hook=hook)
            bed.relay()
        train = [packets.rtp(n) for n in range(1, 9)]
        caller.sendto(b"".join(train), (net.RA4, PORT))
        assert expect(callee, 8) == train
    assert bed.stats()["packets"] == 16


def _offer_segments(bed, caller, callee, payload=160, **out):
    """A train with payload types that are forwarded and that go up, at both kinds of hooks."""
    up = bed.udp("r", (net.RA4, PORT))
    caller.setsockopt(socket.IPPROTO_UDP, _UDP_SEGMENT, 12 + payload)
    train = [packets.rtp(n, pt=8 if n % 2 else 9, payload=bytes(payload)) for n in range(1, 9)]
    for number, hook in enumerate((U.HOOK_INPUT_FIRST, U.HOOK_PREROUTING)):
        if number:
            bed.client.set(TABLE, hook=hook)
        else:
            bed.claim(hook=hook)
            bed.relay(pts=[payload_type(8)], out=out)
        caller.sendto(b"".join(train), (net.RA4, PORT))
        assert [packets.sequence_of(packet) for packet in expect(callee, 4)] == [1, 3, 5, 7]
        assert expect(up, 4) == train[1::2]
    assert bed.stats()["packets"] == 8


def test_segments_go_up_one_by_one(bed):
    _offer_segments(bed, *bed.parties())


def test_segments_in_a_list(bed):
    """As a device with rx-gro-list merges them (for routers): packets hung behind the first."""
    net.features("a", "eth0", {"tx-udp-segmentation": False})  # taken apart, but sent in one go
    net.features("r", "ra", {"rx-gro": True, "rx-gro-list": True})
    bed.later(lambda: net.features("a", "eth0", {"tx-udp-segmentation": True}))
    bed.later(lambda: net.features("r", "ra", {"rx-gro": False, "rx-gro-list": False}))
    bed.rules(
        """table inet t {
        chain in { type filter hook prerouting priority -500; udp dport %d meta length > 1000 counter; }
    }
    """
        % PORT
    )
    # what is added to a packet needs more room than there is, and so an skb without another owner
    key = srtp(U.OUT_A_SRTP, U.SRTP_AES_CM_128_HMAC_SHA1_80, bytes(16), bytes(14), mki=bytes(128))
    _offer_segments(bed, *bed.parties(), payload=480, secure=key)
    merged = net.run("ip", "netns", "exec", "r", "nft", "list", "ruleset")
    assert "counter packets 0 " not in merged, "nothing was merged: " + merged


def test_larger_than_the_next_link(bed):
    for namespace, device in (("r", "rb"), ("b", "eth0")):
        net.run("ip", "-n", namespace, "link", "set", device, "mtu", "1280")
    bed.later(lambda: net.run("ip", "-n", "r", "link", "set", "rb", "mtu", "1500"))
    bed.later(lambda: net.run("ip", "-n", "b", "link", "set", "eth0", "mtu", "1500"))
    bed.claim()
    big = packets.rtp(1, payload=bytes(1390))
    for family, local, source, dest in (
        (4, (net.RA4, PORT), (net.RB4, OUT), (net.B4, FAR)),
        (6, (net.RA6, PORT), (net.RB6, OUT), (net.B6, FAR)),
    ):
        caller, callee = bed.parties(family)
        bed.relay(local=local, source=source, dest=dest)
        caller.sendto(big, local)
        assert expect(callee, 1) == [big], family
        (out,) = bed.client.flow(TABLE, local)["outputs"]
        assert (out["packets"], out["errors"]) == (1, 0), (family, out)


def _link_in_between(bed, make):
    """Puts the relay's caller side behind another device, and sends through it."""
    make()
    bed.claim()
    local = bed.relay(local=("10.4.0.1", PORT))
    caller = bed.udp("a", ("10.4.0.2", FAR))
    callee = bed.udp("b", (net.B4, FAR))
    for number, hook in enumerate((U.HOOK_INPUT_FIRST, U.HOOK_PREROUTING)):
        if number:
            bed.client.set(TABLE, hook=hook)
        send_rtp(caller, local, 5)
        assert expect(callee, 5) == [packets.rtp(n) for n in range(1, 6)]
    # and back, out of that device
    bed.client.add(TABLE, (net.RB4, OUT), [output(local, ("10.4.0.2", FAR))])
    send_rtp(callee, (net.RB4, OUT), 5)
    expect(caller, 5)


def _addresses(pairs):
    for namespace, device, address in pairs:
        net.run("ip", "-n", namespace, "addr", "add", address, "dev", device)
        net.run("ip", "-n", namespace, "link", "set", device, "up")


def test_vlan(bed):
    def make():
        net.run("modprobe", "8021q")
        for namespace, parent in (("r", "ra"), ("a", "eth0")):
            net.run(
                "ip", "-n", namespace, "link", "add", "link", parent, "name", "v7", "type", "vlan", "id", "7"
            )
            bed.later(lambda n=namespace: net.run("ip", "-n", n, "link", "del", "v7"))
        _addresses((("r", "v7", "10.4.0.1/24"), ("a", "v7", "10.4.0.2/24")))

    _link_in_between(bed, make)


def test_bridge_with_its_netfilter(bed):
    def make():
        net.run("modprobe", "br_netfilter")
        bed.later(lambda: net.run("rmmod", "br_netfilter"))
        net.batch(["link add rc netns r type veth peer name eth4 netns a"])
        bed.later(lambda: _ip("link", "del", "rc"))
        _ip("link", "add", "br0", "type", "bridge")
        bed.later(lambda: _ip("link", "del", "br0"))
        _ip("link", "set", "rc", "master", "br0", "up")
        _addresses((("r", "br0", "10.4.0.1/24"), ("a", "eth4", "10.4.0.2/24")))
        net.write("r", "/proc/sys/net/bridge/bridge-nf-call-iptables", "1")

    _link_in_between(bed, make)


def test_checksum_of_zero(bed):
    """None over IPv4 is allowed and stays none or becomes right; over IPv6 it is not."""
    bed.claim()
    net.without_checksum_offload("r", "rb")
    local = bed.relay()
    wire, ears = bed.wire(), bed.wire("b", "eth0", "r", "rb")
    datagram = packets.udp((net.A4, FAR), local, packets.rtp(1), check=0)
    wire.send(packets.ipv4(net.A4, net.RA4, datagram))
    (out,) = [p for p in ears.received(0.3) if p[20:22] == struct.pack("!H", OUT)]
    assert packets.udp_is_right(net.RB4, net.B4, out[20:])
