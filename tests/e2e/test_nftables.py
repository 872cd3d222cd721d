"""mediad's rules in the packet filter, looked at with the system's nft: in a table of their own and
in the administrator's, before, during and after calls, and after whatever somebody does to them."""
import subprocess
import time

import pytest

from lab import checks, packet_filter
from lab.processes import wait_until
from lab.rtp_party import NgCall

pytestmark = pytest.mark.rebuilt

OWN = ["--nftables=on"]
GUIDE = ["--table=0", "--nftables-chain=rtpengine", "--nftables-base-chain=input"]


@pytest.fixture
def start(make_node, firewall):
    """Makes an rtpengine on m1 whose mediad has those arguments."""
    return lambda *arguments: make_node(mediad=arguments)


@pytest.fixture
def new_call(parties):
    def make(node, call_id, port=4000):
        caller, callee = parties("uac", port, 0xA1), parties("uas", port + 1000, 0xB1)
        return NgCall(node.ng, caller, callee, call_id).set_up()

    return make


def mediad(network, build, *arguments, before=()):
    """-> (exit status, output) of a run of mediad that is no daemon."""
    done = subprocess.run(
        network.command(
            "m1",
            [*before, build.program("rtpengine-mediad"), "--config-file=none", *arguments],
        ),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    return done.returncode, done.stdout.strip()


def rtpctl(network, build, *arguments):
    done = subprocess.run(
        network.command("m1", [build.program("rtpctl"), "nft", *arguments]),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    return done.returncode, done.stdout


def check_both_heard(call, at_least):
    checks.uninterrupted(call.callee.numbers_from(call.caller.ssrc), at_least)
    checks.uninterrupted(call.caller.numbers_from(call.callee.ssrc), at_least)


def test_own_table_follows_calls(start, firewall, new_call, call_id):
    node = start(*OWN)
    idle = firewall.shape()
    assert "table inet rtpengine" in idle and not firewall.open_ports()
    call = new_call(node, call_id)
    ports = firewall.open_ports()
    # Both sides' RTP and RTCP, open by the time the answer is there.
    assert {call.towards_callee, call.towards_caller} < set(ports)
    assert len(ports) == 4 and {comment for _, comment in ports.values()} == {"call " + call_id}
    call.talk()
    time.sleep(1)
    call.pause()
    check_both_heard(call, 40)
    counted = firewall.open_ports()
    assert counted[call.towards_callee][0] == call.callee.sent
    assert counted[call.towards_caller][0] == call.caller.sent
    call.delete()
    wait_until(lambda: not firewall.open_ports(), what="closed ports")
    assert firewall.shape() == idle
    assert node.mediad.stop() == 0
    assert firewall.rules() == ""


def test_save_and_restore_change_nothing(start, firewall, new_call, call_id):
    node = start(*OWN)
    call = new_call(node, call_id)
    call.talk()
    before = firewall.shape()
    saved = firewall.rules()
    firewall.load(saved)  # without a flush: doubles every rule
    wait_until(lambda: "have been put back" in node.mediad.log(), what="the repair")
    assert firewall.shape() == before
    firewall.load("flush ruleset\n" + saved)
    time.sleep(1.5)
    assert firewall.shape() == before
    call.pause()
    check_both_heard(call, 60)
    call.delete()
    wait_until(lambda: not firewall.open_ports(), what="closed ports")


@pytest.mark.parametrize("what", ["ruleset", "chain", "set"])
def test_a_flush_is_noticed_and_repaired(start, firewall, new_call, call_id, what):
    node = start(*OWN)
    call = new_call(node, call_id)
    before = firewall.shape()
    if what == "ruleset":
        firewall.flush()
    else:
        name = {"chain": "input", "set": "media4"}[what]
        firewall.nft("flush", what, "inet", "rtpengine", name)
    assert firewall.shape() != before
    wait_until(lambda: firewall.shape() == before, what="the repair")
    wait_until(lambda: "were changed by 'nft' and have been put back" in node.mediad.log(), what="log")
    call.delete()


def test_policy_drop_lets_only_open_ports_in(start, firewall, new_call, peer, call_id):
    firewall.load(packet_filter.CLOSED)
    node = start(*GUIDE)
    call = new_call(node, call_id)
    call.talk()
    time.sleep(1)
    dropped = firewall.packets("input")[-1]
    stranger = peer("mallory")
    stranger.send((node.address, call.towards_callee[1] + 1000), b"\x80" * 172)
    wait_until(lambda: firewall.packets("input")[-1] == dropped + 1, what="the drop")
    call.pause()
    check_both_heard(call, 40)
    call.delete()


def test_policy_drop_control(start, firewall, new_call, call_id):
    """Without rules of ours the same chain lets nothing through."""
    firewall.load(packet_filter.CLOSED)
    node = start("--nftables=off", "--table=-1")
    call = new_call(node, call_id)
    call.talk()
    time.sleep(1)
    call.pause()
    assert not call.callee.received and not call.caller.received


def test_the_guides_nftables_section_and_options(start, firewall, new_call, call_id):
    firewall.shell(packet_filter.GUIDE)
    # As the guide saves and loads them at boot.
    firewall.load("flush ruleset\n" + firewall.rules())
    before = firewall.shape()
    node = start(*GUIDE, "--port-min=10000", "--port-max=20000")
    installed = firewall.nft("list", "chain", "inet", "filter", "input").splitlines()
    assert "meta l4proto udp counter" in installed[3] and "jump rtpengine" in installed[3]
    call = new_call(node, call_id)
    call.talk()
    wait_until(lambda: firewall.packets("rtpengine")[0] > 20, what="counters that grow")
    count = firewall.packets("rtpengine")[0]
    wait_until(lambda: firewall.packets("rtpengine")[0] > count + 20, what="counters that grow")
    call.pause()
    check_both_heard(call, 20)
    call.delete()
    assert node.mediad.stop() == 0
    assert firewall.shape() == before


def test_killed_and_adopted(start, firewall, new_call, call_id):
    firewall.load(packet_filter.CLOSED)
    node = start(*GUIDE)
    call = new_call(node, call_id)
    call.talk()
    time.sleep(0.5)
    open_ports = set(firewall.open_ports())
    before = firewall.shape()
    node.mediad.kill()
    assert firewall.shape() == before
    node.start_mediad()
    heard = len(call.callee.received)
    wait_until(lambda: len(call.callee.received) > heard + 20, what="media after the restart")
    assert set(firewall.open_ports()) == open_ports
    assert firewall.shape() == before
    assert "put back" not in node.mediad.log()
    call.delete()
    wait_until(lambda: not firewall.open_ports(), what="closed ports")


def test_a_missing_base_chain_is_said_and_awaited(start, firewall, new_call, call_id):
    node = start(*GUIDE)
    wait_until(
        lambda: "FAILED TO CREATE NFTABLES CHAINS OR RULES, KERNEL FORWARDING POSSIBLY WON'T WORK: "
        "there is no table 'inet filter'; create it with: nft add table inet filter"
        in node.mediad.log(),
        what="the error",
    )
    call = new_call(node, call_id)  # goes on without rules
    firewall.load(packet_filter.CLOSED)
    wait_until(lambda: "The nftables rules are in place" in node.mediad.log(), what="the rules")
    assert len(firewall.open_ports()) == 4
    call.talk()
    time.sleep(1)
    call.pause()
    check_both_heard(call, 40)


def test_no_fallback(network, build, firewall):
    arguments = [
        "--nftables=on",
        "--nftables-base-chain=input",
        "--no-fallback",
        "--foreground",
        "--interface=127.0.0.1",
    ]
    status, text = mediad(network, build, *arguments)
    assert status == 255
    assert "Fatal error: Failed to create nftables chains or rules: there is no table" in text


def test_start_stop_status(network, build, firewall):
    def run(word, *more):
        return mediad(network, build, *GUIDE, "--nftables-" + word, *more)

    firewall.shell(packet_filter.GUIDE)
    before = firewall.rules()
    failed = "Netfilter rules check NOT successful: "
    assert run("status") == (1, failed + "rtpengine handler rule not found")
    assert run("start") == (0, "Success")
    once = firewall.rules()
    assert run("status") == (0, "Netfilter rules check SUCCESSFUL")
    assert run("start") == (0, "Success")
    assert firewall.rules() == once
    firewall.nft("flush", "chain", "inet", "filter", "input")
    assert run("status") == (1, failed + "immediate-goto rule not found in 'INPUT' or 'input'")
    firewall.shell(packet_filter.GUIDE)
    assert run("stop") == (0, "Success")
    assert run("start") == (0, "Success")
    assert run("stop") == (0, "Success")
    assert run("stop") == (0, "Success")
    assert firewall.rules() == before
    assert run("start", "--nftables-stop")[0] == 255
    status, text = mediad(network, build, "--nftables-start")
    assert status == 255 and "Cannot do nftables setup without configured kernel table" in text


def test_without_permission(network, build, firewall):
    status, text = mediad(
        network,
        build,
        "--table=0",
        "--nftables-start",
        before=["setpriv", "--bounding-set=-net_admin", "--inh-caps=-net_admin"],
    )
    assert status == 255
    assert "Failed to perform nftables action" in text and "AmbientCapabilities=CAP_NET_ADMIN" in text


def test_two_workers_of_a_host_do_not_share_rules(start, programs, build, firewall):
    node = start(*OWN)
    second = [
        build.program("rtpengine-mediad"),
        *("--config-file=none", "--foreground", "--log-stderr", "--worker-name=second"),
        "--controller=" + node.socket(),
        "--listen-admin=unix:" + programs.path("second.sock"),
        "--interface=" + node.address,
        *("--port-min=20000", "--port-max=20100", "--nftables=on"),
    ]
    program = programs.start("m1", "second", second)
    wait_until(lambda: "another process keeps table rtpengine" in program.log(), what="the error")
    program.stop()
    program = programs.start("m1", "second-apart", [*second, "--nftables-table=second"])
    wait_until(lambda: "The nftables rules are in place" in program.log(), what="its rules")
    both = firewall.shape()
    assert "table inet rtpengine" in both and "table inet second" in both
    program.stop()
    assert "table inet second" not in firewall.shape()
    assert "table inet rtpengine" in firewall.shape()


def test_rtpctl_without_daemons(network, build, firewall):
    firewall.load(packet_filter.CLOSED)
    before = firewall.rules()
    settings = ["--config-file=none"] + [
        "--set=" + text for text in ("table=0", "nftables-base-chain=input", "worker-name=w1")
    ]
    status, plan = rtpctl(network, build, "plan", *settings)
    assert status == 0 and firewall.rules() == before
    status, text = rtpctl(network, build, "check", *settings)
    assert status == 1 and "rtpctl nft apply" in text
    assert rtpctl(network, build, "show", *settings)[0] == 1
    # What plan prints is what nft would do.
    firewall.load(plan)
    by_nft = firewall.rules()
    assert rtpctl(network, build, "plan", *settings) == (0, "# nothing to do\n")
    assert rtpctl(network, build, "remove", *settings)[0] == 0
    assert firewall.rules() == before
    assert rtpctl(network, build, "apply", *settings) == (0, plan)
    assert firewall.rules() == by_nft
    assert rtpctl(network, build, "check", *settings) == (0, "nothing keeps media out\n")
    assert rtpctl(network, build, "show", *settings)[0] == 0
    # With a table of our own the closed chain stays closed, and check says so.
    own = ["--config-file=none", "--set=table=0", "--set=worker-name=w1"]
    rtpctl(network, build, "apply", *own)
    assert "jump rtpengine" not in firewall.rules()
    status, text = rtpctl(network, build, "check", *own)
    assert status == 1 and "nftables-base-chain = input" in text
    rtpctl(network, build, "remove", *own)
    assert firewall.rules() == before


def test_the_references_rules_are_taken_over(network, build, firewall):
    """As they are after nft has saved and restored them."""
    firewall.shell(packet_filter.GUIDE)
    before = firewall.rules()
    firewall.load(
        'table inet filter {\n chain rtpengine {\n continue comment "rtpengine UDP handler table 0"\n'
        " counter\n }\n}\n"
        "insert rule inet filter input meta l4proto udp counter jump rtpengine\n"
    )
    firewall.nft("add", "rule", "inet", "filter", "rtpengine", "udp", "dport", "4000", "drop")
    taken = firewall.rules()
    status, text = mediad(network, build, *GUIDE, "--nftables-start")
    assert status == 255 and "has rules that are not ours and is left alone" in text
    assert firewall.rules() == taken
    (handle,) = [r["handle"] for r in firewall.objects("rule") if "4000" in str(r)]
    firewall.nft("delete", "rule", "inet", "filter", "rtpengine", "handle", str(handle))
    assert mediad(network, build, *GUIDE, "--nftables-start") == (0, "Success")
    assert firewall.rules().count("jump rtpengine") == 1
    assert mediad(network, build, *GUIDE, "--nftables-stop") == (0, "Success")
    assert firewall.rules() == before
