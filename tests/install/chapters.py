"""The life of an installation, in the order in which it is lived. Each function is a test; the
later ones need the earlier."""
import re

from machine import expect, expect_heard

DAEMONS = ("rtpengine-controld", "rtpengine-mediad")


def installs(machine):
    """The packages, by the document's commands; DKMS builds the module for the running kernel."""
    expect(
        "tools/package deb" in machine.document.commands("Packages"),
        "the document does not build packages",
    )
    machine.give_packages("first")
    machine.install()
    states = machine.output("dpkg-query -W -f '${Package} ${db:Status-Status}\\n' 'rtpengine-*'")
    expect(states.count(" installed") == 5, states)
    release = machine.output("uname -r").strip()
    status = machine.output("dkms status nft_rtpengine")
    expect(re.search(r"%s, \S+: installed" % re.escape(release), status), status)
    for module in ("nft_rtpengine", "xt_RTPENGINE"):
        expect(machine.output("modinfo -F vermagic " + module).startswith(release + " "), module)
    expect("/usr/sbin/nologin" in machine.output("getent passwd rtpengine"), "the user rtpengine")


def starts(machine):
    """Configuration and start as the document says; units as they are written."""
    machine.configure(machine.document.blocks("Configuration", "ini")[0])
    for block in machine.document.shell("Start and look"):
        machine.run(block)
    for unit in DAEMONS:
        found = machine.properties(
            unit,
            "Type",
            "ActiveState",
            "UnitFileState",
            "User",
            "WatchdogUSec",
            "NRestarts",
            "MainPID",
        )
        pid = found.pop("MainPID")
        expect(
            found
            == dict(
                Type="notify",
                ActiveState="active",
                UnitFileState="enabled",
                User="rtpengine",
                WatchdogUSec="30s",
                NRestarts="0",
            ),
            found,
        )
        status = machine.output("cat /proc/%s/status" % pid)
        wanted = (
            "0000000000001000" if unit == "rtpengine-mediad" else "0000000000000000"
        )  # CAP_NET_ADMIN alone
        expect("CapEff:\t" + wanted in status, status)
        expect(re.search(r"NoNewPrivs:\s1", status), "%s may gain privileges" % unit)
        expect(
            "150000 " in machine.output("grep 'open files' /proc/%s/limits" % pid),
            "limit of open files",
        )
    expect(
        "30000-39999" in machine.output("sysctl net.ipv4.ip_local_reserved_ports"),
        "the sysctl settings do not hold",
    )
    machine.wait_for("rtpctl workers list | grep >/dev/null READY", "no worker is ready")
    machine.expect_healthy()


def carries_a_call_in_the_kernel(machine):
    """Media goes through the module; all that the document shows during a call is there; log and
    record follow."""
    machine.start_call("first")
    listed = machine.wait_for_kernel()
    expect("203.0.113.20" in listed and "203.0.113.21" in listed, listed)
    for block in machine.document.shell("The proxy"):
        shown = machine.output(block.replace("CALL-ID", "first"))
        expect("first" in shown and "Kernelizing media stream" in shown, shown)
    expect(
        "first" in machine.output("nft list table inet rtpengine"),
        "no rule for the ports of the call",
    )
    machine.expect_healthy()
    expect_heard(machine.end_call("first"))
    record = machine.wait_for(
        "grep first /var/log/rtpengine/rtpengine-cdr.log", "no record of the call"
    )
    expect(record.count("\n") == 1, record)
    modes = machine.output("stat -c '%A %U %G %n' /var/log/rtpengine /var/log/rtpengine/*.log")
    expect("drwxr-x--- root adm" in modes and modes.count("-rw-r----- root adm") == 2, modes)
    expect(
        "rtpengine" not in machine.output("grep -h 'Creating new call' /var/log/syslog || true"),
        "the log is in syslog, too",
    )
    machine.run(
        "logrotate --force /etc/logrotate.d/rtpengine && ls /var/log/rtpengine/rtpengine.log.1"
    )


def survives_its_daemons(machine):
    """Killed and hung daemons come back, however often, and the call goes on: each has it back
    from the other."""
    # The worker has it, too: "READY (detached)" is one that nobody has heard of for less than 3 s.
    back = (
        "rtpctl workers list | grep >/dev/null -E 'READY +[^ ]+ +1 '"
        " && rtpctl calls list | grep >/dev/null survivor"
    )
    machine.start_call("survivor")
    machine.wait_for_kernel()
    for _ in range(7):  # more than systemd's default limit
        machine.run("systemctl kill -s KILL rtpengine-controld; sleep 0.5")
    machine.wait_for(back, "controld has lost the call")
    machine.run("systemctl kill -s KILL rtpengine-mediad; sleep 0.5")
    machine.wait_for(back, "mediad does not come back")
    machine.wait_for_kernel()
    machine.run("systemctl kill -s STOP --kill-who=main rtpengine-controld")  # the watchdog's
    machine.wait_for(
        "journalctl -b -u rtpengine-controld | grep >/dev/null 'Watchdog timeout'", "the watchdog sleeps"
    )
    machine.wait_for("systemctl is-active -q %s %s" % DAEMONS, "a daemon stays dead")
    machine.wait_for(back, "the call is lost")
    machine.wait_for_kernel()
    expect_heard(machine.end_call("survivor"))


def opens_a_firewall(machine):
    """Behind the shipped rule set, which drops, a call gets through by the rules in the
    administrator's chain."""
    machine.configure(machine.document.blocks("Firewall", "ini")[0])
    for block in machine.document.shell("Firewall"):
        machine.run(block)
    machine.run("systemctl restart rtpengine-mediad")
    expect("policy drop" in machine.output("nft list chain inet filter input"), "nothing filters")
    machine.start_call("filtered")
    machine.wait_for_kernel()
    chain = machine.output("nft list chain inet filter rtpengine")
    expect(re.search(r"counter packets [1-9]", chain), chain)
    expect("jump rtpengine" in machine.output("nft list chain inet filter input"), "no jump")
    machine.expect_healthy()
    expect_heard(machine.end_call("filtered"))


def comes_back_after_a_reboot(machine):
    took = machine.guest.reboot()
    machine.wait_for("systemctl is-active -q %s %s" % DAEMONS, "a daemon is not there")
    expect(
        machine.output("systemctl is-system-running --wait || true").strip() == "running",
        machine.output("systemctl --failed"),
    )
    machine.wait_for("rtpctl workers list | grep >/dev/null READY", "no worker is ready")
    expect("nft_rtpengine" in machine.output("lsmod"), "the module is not loaded")
    machine.start_call("rebooted")
    machine.wait_for_kernel()
    expect_heard(machine.end_call("rebooted"))
    machine.expect_healthy()
    return "%d s" % took


def upgrades_during_a_call(machine):
    """A newer version, by the same commands: the daemons are new ones, the call is the old one."""
    before = [machine.properties(unit, "MainPID")["MainPID"] for unit in DAEMONS]
    machine.start_call("upgraded")
    machine.wait_for_kernel()
    machine.give_packages("second")
    machine.install()
    versions = machine.output("dpkg-query -W -f '${Version}\\n' 'rtpengine-*'").split()
    expect(len(versions) == 5 and all(version.endswith("-2") for version in versions), versions)
    machine.wait_for("systemctl is-active -q %s %s" % DAEMONS, "a daemon is not there")
    after = [machine.properties(unit, "MainPID")["MainPID"] for unit in DAEMONS]
    expect(not set(before) & set(after), "not restarted: %s %s" % (before, after))
    machine.wait_for("rtpctl calls list | grep >/dev/null upgraded", "the call is lost")
    machine.wait_for_kernel()
    machine.sleep(3)
    result = machine.end_call("upgraded")
    expect_heard(result)
    expect(
        "nterface" in machine.output("cat /etc/rtpengine/rtpengine.conf"),
        "the configuration is not kept",
    )
    expect(
        "203.0.113.10" in machine.output("grep ^interface /etc/rtpengine/rtpengine.conf"),
        "the configuration is not kept",
    )
    machine.expect_healthy()
    return "longest silence %.1f s" % max(result[party]["gap"] for party in ("caller", "callee"))


def leaves_nothing(machine):
    """A purge: no file, no module, no rule, no DKMS tree, no process."""
    for block in machine.document.shell("Removal"):
        machine.run(block, 1200)
    left = machine.output(
        "find / -xdev \\( -path /root -o -path /proc -o -path /sys -o -path /lab -o -path /var/lib/archive"
        " -o -path /var/log/apt -o -path /var/log/dpkg.log -o -path /var/cache/apt \\) -prune"
        " -o -iname '*rtpengine*' -print; ls -d /run/*rtpengine* || true"
    )
    left = [line for line in left.split("\n") if line.startswith("/")]
    expect(not left, "left: %s" % left)
    expect(
        "rtpengine"
        not in machine.output(
            "dpkg-query -W -f '${Package} ${db:Status-Status}\\n' | grep -v not-installed"
        ),
        "packages",
    )
    expect("rtpengine" not in machine.output("lsmod").lower(), "the module is loaded")
    expect("rtpengine" not in machine.output("nft list ruleset"), "rules of nftables")
    expect("rtpengine" not in machine.output("dkms status"), "DKMS")
    expect("rtpengine-" not in machine.output("ps -eo args"), "processes")
    expect(
        "rtpengine" not in machine.output("systemctl list-units --all --no-legend 'rtpengine*'"),
        "units",
    )
