"""Rules of iptables that name the target RTPENGINE, by both of iptables' back ends."""
import os

from lab import module, net, packets
from lab.bed import FAR, OUT, PORT, TABLE, expect, send_rtp
from lab.rtpengine import output
from lab.uapi import U

_SYSTEM = net.run("pkg-config", "--variable=xtlibdir", "xtables", check=False).strip()


def _iptables(tool, *words, check=True):
    libraries = "%s:%s" % (os.environ["KMOD_XTABLES"], _SYSTEM)
    return net.run(
        "ip", "netns", "exec", "r", "env", "XTABLES_LIBDIR=" + libraries, tool, *words, check=check
    )


def _with_rule(bed, tool, local, source, dest, family):
    """The table's own hook comes after the rules, so that what is forwarded first is the rule's work."""
    _iptables(tool, "-I", "INPUT", "-p", "udp", "-j", "RTPENGINE", "--id", str(TABLE))
    try:
        listing = _iptables(tool, "-S", "INPUT")
        assert "-A INPUT -p udp -j RTPENGINE --id %d" % TABLE in listing, listing
        bed.relay(local=local, source=source, dest=dest)
        caller, callee = bed.parties(family)
        up = bed.udp("r", local)
        send_rtp(caller, local, 5)
        assert expect(callee, 5) == [packets.rtp(number) for number in range(1, 6)]
        caller.sendto(packets.STUN, local)
        assert expect(up, 1) == [packets.STUN]
        # a rule behind it sees only what it did not take
        _iptables(tool, "-A", "INPUT", "-p", "udp", "-j", "DROP")
        caller.sendto(packets.STUN, local)
        send_rtp(caller, local, 5)
        expect(callee, 5)
        expect(up, 0)
        bed.client.remove(TABLE, local)
    finally:
        _iptables(tool, "-F", "INPUT")


def test_target_of_iptables(bed):
    module.load("xt_RTPENGINE")
    try:
        bed.claim(hook=U.HOOK_INPUT_LAST)
        four = (net.RA4, PORT), (net.RB4, OUT), (net.B4, FAR), 4
        six = (net.RA6, PORT), (net.RB6, OUT), (net.B6, FAR), 6
        _with_rule(bed, "iptables-legacy", *four)
        _with_rule(bed, "ip6tables-legacy", *six)
        bed.close_sockets()
        _with_rule(bed, "iptables-nft", *four)
        said = _iptables("iptables-nft", "-A", "INPUT", "-j", "RTPENGINE", "--id", "256", check=False)
        assert "RTPENGINE" in said, said
    finally:
        net.run("ip", "netns", "exec", "r", "nft", "flush", "ruleset")
        net.wait_for(lambda: not _unload_fails(), what="the target is unused")


def _unload_fails():
    net.run("rmmod", "xt_RTPENGINE", check=False)
    return module.loaded("xt_RTPENGINE")


def test_rule_for_no_table(bed):
    """Passes everything on; and a table made later is found."""
    module.load("xt_RTPENGINE")
    try:
        _iptables("iptables-nft", "-I", "INPUT", "-p", "udp", "-j", "RTPENGINE", "--id", "9")
        up = bed.udp("r", (net.RA4, PORT))
        caller, callee = bed.parties()
        send_rtp(caller, (net.RA4, PORT), 2)
        expect(up, 2)
        bed.client.claim(9, hook=U.HOOK_INPUT_LAST)
        out = [output((net.RB4, OUT), (net.B4, FAR))]
        bed.client.add(9, (net.RA4, PORT), out)
        send_rtp(caller, (net.RA4, PORT), 2)
        expect(callee, 2)
    finally:
        net.run("ip", "netns", "exec", "r", "nft", "flush", "ruleset")
        net.wait_for(lambda: not _unload_fails(), what="the target is unused")
