"""rtpctl doctor --fix on a real host: what it calls harmless is done and the finding is gone; where it cannot be
done, that is said. In namespaces of a test, with what a namespace has of its own."""
import json
import subprocess

import pytest

pytestmark = pytest.mark.rebuilt

RESERVED = "net.ipv4.ip_local_reserved_ports"


@pytest.fixture
def doctor(network, build, tmp_path):
    """doctor(host, options…): the report on a configuration with media ports among those of clients"""
    config = tmp_path / "rtpengine.conf"
    config.write_text("[rtpengine]\ntable = -1\nport-min = 40000\nport-max = 40999\n")

    def run(host, *options, wrapped=()):
        command = [build.program("rtpctl"), "--timeout", "1", "doctor", "--config-file", str(config)]
        done = subprocess.run(
            network.command(host, [*wrapped, *command, "--json", *options]),
            capture_output=True,
            text=True,
            timeout=60,
        )
        assert done.returncode in (0, 1), done.stderr
        return json.loads(done.stdout)

    return run


def verdict(report):
    assert len(report["checks"]) == 1
    return report["checks"][0]["verdict"]


def reserved(network, host):
    return network.run(host, "sysctl", "-n", RESERVED, capture_output=True, text=True).stdout.strip()


def test_ports_are_reserved(network, doctor):
    try:
        only = ("--only", "port-range")
        assert verdict(doctor("m1", *only)) == "warning"
        assert reserved(network, "m1") == ""  # without --fix nothing is changed
        report = doctor("m1", *only, "--fix")
        assert [repair["done"] for repair in report["repairs"]] == [True]
        assert verdict(report) == "good" and verdict(doctor("m1", *only)) == "good"
        assert reserved(network, "m1") == "40000-40999"
        assert doctor("m1", *only, "--fix")["repairs"] == []
    finally:
        network.run("m1", "sysctl", "-qw", RESERVED + "=")


def test_a_file_system_that_is_read_only(network, doctor):
    read_only = ["unshare", "--mount", "sh", "-c"]
    read_only += ['mount --bind /proc/sys /proc/sys && mount -o remount,bind,ro /proc/sys && exec "$@"', "sh"]
    report = doctor("m1", "--only", "port-range", "--fix", wrapped=read_only)
    assert verdict(report) == "warning" and reserved(network, "m1") == ""
    assert not report["repairs"][0]["done"]
    assert "read-only file system" in report["repairs"][0]["failure"]


def test_a_program_that_is_missing(network, doctor, tmp_path):
    (tmp_path / "empty").mkdir()
    hidden = "mount --bind %s /usr/sbin && mount --bind %s /usr/local/sbin" % ((tmp_path / "empty",) * 2)
    without = ["unshare", "--mount", "sh", "-c", hidden + ' && exec "$@"', "sh"]
    report = doctor("m1", "--only", "port-range", "--fix", wrapped=without)
    assert verdict(report) == "warning"
    assert report["repairs"][0]["failure"].startswith("there is no program sysctl")


def may_raise_limits():
    with open("/proc/self/status") as handle:
        effective = next(line for line in handle if line.startswith("CapEff"))
    return bool(int(effective.split()[1], 16) >> 24 & 1)


def test_a_process_gets_more_files(network, build, doctor, tmp_path):
    """In a process namespace: the doctor looks at every daemon that it can see. Where root may not raise limits
    (CAP_SYS_RESOURCE, which containers lack), that is said."""
    worker = [build.program("rtpengine-mediad"), "--config-file=none", "--foreground", "--table=-1"]
    worker += ["--interface=" + network.ipv4("m1"), "--controller=unix:/nonexistent"]
    worker += ["--log-stderr", "--listen-admin=unix:%s" % (tmp_path / "admin.sock")]
    script = (
        "prlimit --nofile=1024 %s >/dev/null 2>&1 & "
        "while kill -0 $! && ! grep -q ^[^p].*mediad /proc/$!/cmdline; do sleep 0.1; done; "
        "prlimit --pid $! --nofile=1024; "
        '"$@"; status=$?; kill -9 $!; exit $status' % " ".join(worker)
    )
    apart = ["unshare", "--pid", "--fork", "--mount-proc", "sh", "-c", script, "sh"]
    assert verdict(doctor("m1", "--only", "file-limit", wrapped=apart)) == "warning"
    report = doctor("m1", "--only", "file-limit", "--fix", wrapped=apart)
    (repair,) = report["repairs"]
    if may_raise_limits():
        assert repair["done"] and verdict(report) == "good"
        assert report["checks"][0]["what"] == "enough"
    else:
        assert not repair["done"] and verdict(report) == "warning"
        assert "Operation not permitted" in repair["failure"]


def test_a_policy_that_drops_where_no_rules_of_ours_are_wanted(network, doctor):
    only = ("--only", "firewall-blocks")
    assert verdict(doctor("m1", *only)) == "good"
    chain = "{ type filter hook input priority 0; policy drop; }"
    network.run("m1", "nft", "add table inet filter; add chain inet filter input " + chain)
    try:
        report = doctor("m1", *only)
        assert verdict(report) == "failure" and "policy drop" in report["checks"][0]["what"]
        mending = report["checks"][0]["fix"]
        assert mending == "nft insert rule inet filter input udp dport 40000-40999 accept"
        network.run("m1", *mending.split())
        assert verdict(doctor("m1", *only)) == "good"
    finally:
        network.run("m1", "nft", "delete table inet filter")


def test_output_that_cannot_be_written_is_a_failure(build, doctor):
    """Of any sub-command; a reader that leaves early (head) is none."""
    rtpctl = [build.program("rtpctl"), "ng", "reference"]
    with open("/dev/full", "w") as full:
        done = subprocess.run(rtpctl, stdout=full, stderr=subprocess.PIPE, text=True)
    assert (done.returncode, done.stderr) == (1, "rtpctl: the output could not be written.\n")
    piped = subprocess.run(
        ["bash", "-c", 'set -o pipefail; trap "" PIPE; "$@" | head -1', "bash", *rtpctl],
        capture_output=True,
        text=True,
    )
    assert piped.returncode == 0 and piped.stderr == "" and piped.stdout
