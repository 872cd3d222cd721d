"""mediad beside a real firewalld, default zone public, which rejects what it does not know: what it takes to get media
through, and what becomes of both rule sets when either of them starts anew."""
import contextlib
import json
import os
import re
import subprocess
import time

import pytest

from lab import checks
from lab.firewalld import Firewalld
from lab.processes import wait_until
from lab.rtp_party import NgCall

pytestmark = pytest.mark.rebuilt

DOCUMENTS = os.path.join(os.path.dirname(__file__), "..", "..", "docs")
OPEN = "--permanent --add-port=30000-39999/udp"
CLOSE = "--permanent --remove-port=30000-39999/udp"
TRACKED = 1  # seconds; see short_tracking()


@pytest.fixture
def firewalld(programs, firewall):
    return Firewalld(programs, "m1").start()


@pytest.fixture
def node(make_node, firewall):
    """With rules in a table of its own, as they are by default."""
    return make_node(mediad=["--nftables=on"])


@pytest.fixture
def new_call(parties):
    def make(node, call_id, port=4000):
        caller, callee = parties("uac", port, 0xA1 + port), parties("uas", port + 1000, 0xB1 + port)
        return NgCall(node.ng, caller, callee, call_id).set_up()

    return make


@pytest.fixture
def rtpctl(network, build, tmp_path):
    """rtpctl(words…) -> (exit status, what its JSON says), with the configuration of the node."""
    file = tmp_path / "rtpengine.conf"
    file.write_text("[rtpengine]\nnftables = on\nport-min = 30000\nport-max = 39999\nworker-name = m1\n")

    def run(*words):
        command = [build.program("rtpctl"), "--timeout", "1", *words, "--config-file", str(file), "--json"]
        done = subprocess.run(network.command("m1", command), capture_output=True, text=True, timeout=60)
        assert done.returncode in (0, 1) and done.stdout, done.stderr
        return done.returncode, json.loads(done.stdout)

    return run


def heard(call):
    return (
        len(call.callee.numbers_from(call.caller.ssrc)),
        len(call.caller.numbers_from(call.callee.ssrc)),
    )


def expect_media(call, what, seconds=None):
    """From now on, both ways."""
    before = heard(call)
    wait_until(
        lambda: all(now > then + 25 for now, then in zip(heard(call), before)), seconds, what
    )


def expect_silence(call, seconds=1):
    call.talk()
    time.sleep(seconds)
    assert call.caller.sent and call.callee.sent
    assert heard(call) == (0, 0)


@contextlib.contextmanager
def short_tracking(network, host):
    """Streams that are silent are forgotten after TRACKED seconds."""
    keys = ["net.netfilter.nf_conntrack_udp_timeout" + end for end in ("", "_stream")]
    values = [
        network.run(host, "sysctl", "-n", key, capture_output=True, text=True).stdout.strip()
        for key in keys
    ]
    network.run(host, "sysctl", "-qw", *("%s=%d" % (key, TRACKED) for key in keys))
    try:
        yield
    finally:
        network.run(host, "sysctl", "-qw", *map("=".join, zip(keys, values)))


def table(firewall, name):
    """Without counts; empty if it is not there."""
    found = re.search(r"^table inet %s \{.*?^\}$" % name, firewall.shape(), re.S | re.M)
    return found.group(0) if found else ""


def documented(name):
    """The commands for firewalld that a document gives, and its media ports."""
    with open(os.path.join(DOCUMENTS, name)) as handle:
        text = handle.read()
    commands = re.findall(r"^firewall-cmd .*$", text, re.M) or re.findall(r"`(firewall-cmd [^`]*--reload)`", text)
    return "\n".join(commands), re.search(r"--add-port=(\d+)-(\d+)/udp", text).groups()


@pytest.mark.parametrize(
    "document", ["operations.md", "install-almalinux9.md", "install-almalinux9.es.md"]
)
def test_the_documents_commands_let_media_in(make_node, firewalld, new_call, call_id, document):
    commands, (first, last) = documented(document)
    node = make_node(mediad=["--nftables=on", "--port-min=" + first, "--port-max=" + last])
    call = new_call(node, call_id)
    expect_silence(call)
    firewalld.shell(commands)
    expect_media(call, "media by the commands of " + document)
    call.delete()


def test_what_it_keeps_out_is_said_with_the_command_that_mends_it(
    node, firewalld, firewall, new_call, rtpctl, call_id
):
    """An accept in our table does not overrule the reject in firewalld's."""
    call = new_call(node, call_id)
    assert len(firewall.open_ports()) == 4
    expect_silence(call)
    # Our rules have let them pass, though.
    assert firewall.open_ports()[call.towards_callee][0] > 0
    status, (finding,) = rtpctl("nft", "check")
    assert status == 1 and finding["problem"]
    assert "firewalld lets no media in by zone 'public'" in finding["text"]
    status, report = rtpctl("doctor", "--only", "firewall-blocks")
    (check,) = report["checks"]
    assert status == 1 and check["verdict"] == "failure" and check["fix"] == finding["command"]
    # In the administrator's table, as the installation guide without firewalld has it, it would be the same.
    status, (placement, zone) = rtpctl("nft", "check", "--set", "nftables-base-chain=input")
    assert status == 1 and "leave nftables-base-chain out" in placement["text"] and zone == finding
    firewalld.shell(finding["command"])
    expect_media(call, "media by the command of the finding")
    assert rtpctl("nft", "check") == (0, [])
    status, report = rtpctl("doctor", "--only", "firewall-blocks")
    assert report["checks"][0]["verdict"] == "good"
    call.delete()


def test_the_zone_of_the_interface_is_what_counts(node, firewalld, new_call, rtpctl, call_id):
    """The command without a zone opens the default one; eth0 is in another."""
    firewalld.command("--permanent --zone=dmz --add-interface=eth0")
    firewalld.command(OPEN)
    firewalld.command("--reload")
    call = new_call(node, call_id)
    expect_silence(call)
    status, (finding,) = rtpctl("nft", "check")
    assert status == 0 and not finding["problem"]  # nobody knows here that media comes by eth0
    assert "zone 'dmz'" in finding["text"] and "--zone=dmz" in finding["command"]
    firewalld.shell(finding["command"])
    expect_media(call, "media by the command of the hint")
    assert rtpctl("nft", "check") == (0, [])
    call.delete()


OTHER_WAYS = {
    "trusted": "firewall-cmd --set-default-zone=trusted",
    "rich-rule": "firewall-cmd --permanent --add-rich-rule='rule family=ipv4 source address=10.77.0.0/24 "
    "port port=30000-39999 protocol=udp accept'",
}


@pytest.mark.parametrize("way", OTHER_WAYS)
def test_other_ways_to_let_media_in_are_understood(node, firewalld, new_call, rtpctl, call_id, way):
    call = new_call(node, call_id)
    expect_silence(call)
    assert rtpctl("nft", "check")[0] == 1
    firewalld.shell(OTHER_WAYS[way])
    firewalld.command("--reload")
    expect_media(call, "media")
    assert rtpctl("nft", "check") == (0, [])
    call.delete()


def test_reloads_and_our_restart_in_mid_call(node, firewalld, firewall, new_call, call_id):
    firewalld.command(OPEN)
    firewalld.command("--reload")
    call = new_call(node, call_id)
    call.talk()
    expect_media(call, "media")
    ours, theirs = table(firewall, "rtpengine"), table(firewall, "firewalld")
    assert ours and "30000-39999" in theirs
    for option in ("--reload", "--complete-reload"):
        firewalld.command(option)
        expect_media(call, "media after " + option)
        assert table(firewall, "rtpengine") == ours
        assert table(firewall, "firewalld") == theirs
    # Streams that are tracked get through while its rules are made anew.
    checks.uninterrupted(call.callee.numbers_from(call.caller.ssrc), 75)
    checks.uninterrupted(call.caller.numbers_from(call.callee.ssrc), 75)
    assert "put back" not in node.mediad.log()
    node.mediad.kill()
    node.start_mediad()
    expect_media(call, "media after our restart")
    assert table(firewall, "rtpengine") == ours and table(firewall, "firewalld") == theirs
    call.delete()
    wait_until(lambda: not firewall.open_ports(), what="closed ports")
    assert node.mediad.stop() == 0
    assert table(firewall, "rtpengine") == "" and table(firewall, "firewalld") == theirs


def test_it_stops_and_starts_in_mid_call(node, firewalld, firewall, new_call, call_id):
    firewalld.command(OPEN)
    firewalld.command("--reload")
    call = new_call(node, call_id)
    call.talk()
    expect_media(call, "media")
    ours, theirs = table(firewall, "rtpengine"), table(firewall, "firewalld")
    firewalld.stop()
    assert table(firewall, "firewalld") == "" and table(firewall, "rtpengine") == ours
    expect_media(call, "media without firewalld")
    firewalld.start()
    assert table(firewall, "firewalld") == theirs and table(firewall, "rtpengine") == ours
    expect_media(call, "media with firewalld again")
    assert "put back" not in node.mediad.log()
    call.delete()


def test_closing_the_ports_control(node, firewalld, network, new_call, call_id):
    """Without the port the same checks fail. A call that runs goes on, as its streams are tracked, until it has been
    silent for longer than that lasts."""
    firewalld.command(OPEN)
    firewalld.command("--reload")
    call = new_call(node, call_id)
    call.talk()
    expect_media(call, "media")
    firewalld.command(CLOSE)
    firewalld.command("--reload")
    later = new_call(node, call_id + "-later", 4100)
    expect_silence(later)
    expect_media(call, "the call that ran")
    with short_tracking(network, "m1"):
        expect_media(call, "streams tracked for a shorter time")
        call.pause()
        time.sleep(3 * TRACKED)
        before = heard(call)
        call.talk()
        time.sleep(1)
        assert heard(call) == before
        with pytest.raises(AssertionError, match="media all the same"):
            expect_media(call, "media all the same", seconds=1)
    call.delete()
    later.delete()
