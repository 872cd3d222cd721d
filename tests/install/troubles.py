"""The problems that installation guides warn of: each made, named by rtpctl doctor, and mended by the
command that it prints."""
from machine import expect, expect_heard

_MODULE = "/lib/modules/$(uname -r)/updates/dkms/nft_rtpengine.ko"


def without_comments(fix):
    return "\n".join(line.split("   #")[0] for line in fix.split("\n"))


def start_in_silence(machine, name):
    """A call of which nothing arrives here, as rtpctl says, too."""
    machine.start_call(name)
    machine.sleep(5)
    said = machine.output("rtpctl calls explain " + name)
    expect(said.count("none arrived") >= 2, said)


def module_of_another_kernel(machine):
    """modprobe: Exec format error."""
    machine.run("systemctl stop rtpengine-mediad && rmmod nft_rtpengine")
    # As if built for another kernel: what it says of that one, by words of the same length. The version alone
    # is not looked at where symbols have versions of their own.
    machine.run(
        "r=$(uname -r); o=$(echo $r | tr 0-9 1-90); modinfo -F vermagic nft_rtpengine"
        '; sed -i "s/vermagic=$r SMP preempt /vermagic=$o SMP PREEMPT /" %s'
        "; modinfo -F vermagic nft_rtpengine | grep >/dev/null PREEMPT" % _MODULE
    )
    said = machine.run("modprobe nft_rtpengine", status=1).output
    expect("Exec format error" in said, said)
    machine.run("systemctl start rtpengine-mediad")
    machine.expect_found("module-loaded", "warning", "not loaded")
    expect_heard(machine.call("user-space"))  # calls do not mind
    finding = machine.expect_found("module-built", "warning", "not for")
    machine.run(without_comments(finding["fix"]), 1200)
    machine.wait_for("ls /proc/rtpengine/0", "the worker has no table")
    machine.expect_healthy()


def no_chain_for_the_rules(machine):
    """FAILED TO CREATE NFTABLES CHAINS OR RULES."""
    machine.run(
        "systemctl stop rtpengine-mediad nftables && nft flush ruleset"
        " && systemctl start rtpengine-mediad"
    )
    said = machine.output(
        "grep -i 'FAILED TO CREATE NFTABLES' /var/log/rtpengine/rtpengine.log | tail -n 1"
    )
    expect("no table" in said, said)
    finding = machine.doctor("--only", "firewall-blocks")["firewall-blocks"]
    expect(finding["verdict"] == "failure", finding)
    # The log has the command.
    command = said.split("create it with: ", 1)[1].split("\n")[0].strip()
    machine.run(command)
    machine.wait_for("nft list chain inet filter rtpengine", "the rules do not follow")
    machine.wait_for("rtpctl doctor --only firewall-rules", "rules are missing")
    machine.run("systemctl restart nftables")
    machine.wait_for(
        "nft list chain inet filter rtpengine"
        " && nft list chain inet filter input | grep >/dev/null 'policy drop'",
        "the rules do not come back",
    )


def no_capability(machine):
    """The second cause of it: a unit without CAP_NET_ADMIN."""
    machine.run(
        "mkdir -p /run/systemd/system/rtpengine-mediad.service.d && printf "
        "'[Service]\\nAmbientCapabilities=\\nCapabilityBoundingSet=\\n'"
        " >/run/systemd/system/rtpengine-mediad.service.d/x.conf"
        " && systemctl daemon-reload && systemctl restart rtpengine-mediad"
    )
    machine.expect_found("capabilities", "failure", "no CAP_NET_ADMIN")
    machine.run(
        "rm -r /run/systemd/system/rtpengine-mediad.service.d && systemctl daemon-reload"
        " && systemctl restart rtpengine-mediad"
    )
    machine.wait_for("ls /proc/rtpengine/0", "the worker has no table")
    machine.expect_healthy()


def packets_do_not_reach_the_module(machine):
    """/proc/rtpengine/0/list stays empty: the module is not loaded; doctor --fix loads it."""
    machine.run("systemctl stop rtpengine-mediad && rmmod nft_rtpengine")
    machine.run("mkdir -p /run/modprobe.d && echo blacklist nft_rtpengine >/run/modprobe.d/x.conf")
    machine.run("systemctl start rtpengine-mediad; sleep 2; ! test -e /proc/rtpengine")
    machine.start_call("unloaded")
    machine.expect_found("module-loaded", "warning", "not loaded")
    machine.run(
        "rtpctl doctor --only module-loaded --fix; lsmod | grep >/dev/null ^nft_rtpengine"
        "; rm /run/modprobe.d/x.conf"
    )
    machine.wait_for_kernel()
    expect_heard(machine.end_call("unloaded"))
    machine.expect_healthy()


def a_rule_that_nft_cannot_print(machine):
    """XT target RTPENGINE not found: a rule of another rtpengine, by iptables."""
    machine.run("apt-get install -y iptables", 1200)
    machine.run(
        "d=$(dirname $(find /usr/lib -name libxt_udp.so)); cp /lab/libxt_RTPENGINE.so $d/"
        "; ln -sf libxt_RTPENGINE.so $d/libipt_RTPENGINE.so"
    )
    machine.run("iptables -I INPUT -p udp -j RTPENGINE --id 0")
    finding = machine.expect_found("legacy-rules", "failure", "-j RTPENGINE")
    machine.run(without_comments(finding["fix"]))
    expect(
        machine.doctor("--only", "legacy-rules")["legacy-rules"]["verdict"] == "good",
        "the rule is still there",
    )
    machine.run(
        "apt-get purge -y iptables; find /usr/lib -name 'lib*t_RTPENGINE.so' -delete"
        "; nft delete table ip filter || true; rmmod xt_RTPENGINE || true",
        600,
    )


def no_audio_for_a_firewall(machine):
    """Calls are set up and nobody hears anybody: a rule set beside ours drops what it does not know."""
    machine.run(
        "nft add table inet office"
        " && nft 'add chain inet office guard { type filter hook input priority 10; policy drop; }'"
        " && nft 'add rule inet office guard iif lo accept'"
    )
    start_in_silence(machine, "walled")
    finding = machine.expect_found("firewall-blocks", "failure", "'inet office' has policy drop")
    machine.run(finding["fix"])
    machine.wait_for_kernel()
    machine.expect_healthy()
    expect_heard(machine.end_call("walled"))
    machine.run("nft delete table inet office")


def no_audio_behind_nat(machine):
    """Nobody can send to the address in our SDP: it is a private one, and a router has the public one."""
    machine.run(
        "ip address add 10.0.0.5/24 dev pub && nft add table ip router"
        " && nft 'add chain ip router inward { type nat hook prerouting priority dstnat; }'"
        " && nft add rule ip router inward ip daddr 203.0.113.10 udp dport 30000-39999"
        " dnat to 10.0.0.5"
    )
    machine.configure("interface = pub/10.0.0.5")
    machine.run("systemctl restart rtpengine-controld rtpengine-mediad")
    start_in_silence(machine, "private")
    expect(
        machine.end_call("private")["callee"]["heard"] == 0, "heard, though nobody can send here"
    )
    finding = machine.expect_found("advertised", "notice", "10.0.0.5 is private")
    line = without_comments(finding["fix"])
    for name, value in (("NAME", "pub"), ("PRIVATE", "10.0.0.5"), ("PUBLIC", "203.0.113.10")):
        line = line.replace(name, value)
    machine.configure(line)
    # The router is this host itself: its NAT gives the phone that we sent to first another source port, behind the hook
    # (docs/kernel.md).
    machine.configure("kernel-hook-priority = 101")
    machine.run("systemctl restart rtpengine-controld rtpengine-mediad")
    machine.start_call("public")
    machine.wait_for_kernel()
    machine.expect_healthy()
    expect_heard(machine.end_call("public"))
    machine.configure("interface = pub/203.0.113.10")
    machine.run("sed -i '/^kernel-hook-priority/d' /etc/rtpengine/rtpengine.conf")
    machine.run(
        "nft delete table ip router; ip address delete 10.0.0.5/24 dev pub"
        "; systemctl restart rtpengine-controld rtpengine-mediad"
    )
    machine.wait_for("rtpctl workers list | grep >/dev/null READY", "no worker is ready")
    machine.expect_healthy()


ALL = (
    module_of_another_kernel,
    no_chain_for_the_rules,
    no_capability,
    packets_do_not_reach_the_module,
    a_rule_that_nft_cannot_print,
    no_audio_for_a_firewall,
    no_audio_behind_nat,
)
