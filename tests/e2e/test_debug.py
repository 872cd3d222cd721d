"""Flag debug, `rtpctl calls debug`: of that call everything is logged, by controld and by its worker, though the log
levels say otherwise; of the others nothing."""
import subprocess

import pytest

from lab.processes import wait_until
from lab.rtp_party import NgCall

pytestmark = pytest.mark.rebuilt

QUIET = "--log-level=4"
LEARNED = "Confirmed peer address as "


@pytest.fixture
def quiet(make_node):
    return make_node([QUIET], ["--table=-1", QUIET])


def told(program, call_id, text):
    return any("[%s" % call_id in line and text in line for line in program.log().splitlines())


def told_at_all(program, call_id):
    return told(program, call_id, "")


def talking(node, parties, call_id, port, **keys):
    call = NgCall(node.ng, parties("uac", port, port), parties("uas", port, port + 1), call_id)
    call.set_up(**keys).talk()
    wait_until(lambda: len(call.caller.received) > 5 and len(call.callee.received) > 5)
    return call


def rtpctl(node, *words):
    command = [node.build.program("rtpctl"), "--target", node.socket(), "calls", "debug", *words]
    return subprocess.run(
        node.network.command("m1", command), capture_output=True, text=True, timeout=60
    )


def test_flag_debug(quiet, parties, call_id):
    other = call_id + "-other"
    talking(quiet, parties, call_id, 5000, flags=["debug"])
    talking(quiet, parties, other, 5100)
    for text in (
        "Received command 'offer'",
        "Dump for 'offer'",
        "Response dump for 'offer'",
        "Received command 'answer'",
    ):
        wait_until(lambda text=text: told(quiet.controld, call_id, text), what=text)
    wait_until(lambda: told(quiet.mediad, call_id, LEARNED), what="the worker's line")
    assert not told_at_all(quiet.controld, other)
    assert not told_at_all(quiet.mediad, other)
    quiet.ng.ok("delete", call_id=call_id)
    wait_until(lambda: told(quiet.controld, call_id, "Response dump for 'delete'"))
    # The id is nothing special once its call has ended.
    talking(quiet, parties, call_id, 5200)
    assert quiet.controld.log().count("Received command 'offer'") == 1


def test_the_operator_asks_for_it(quiet, parties, call_id):
    talking(quiet, parties, call_id, 5000)
    assert not told_at_all(quiet.controld, call_id)
    switched = rtpctl(quiet, call_id)
    assert (switched.returncode, switched.stdout) == (
        0,
        "Enabled debugging for call %s\n" % call_id,
    ), switched.stderr
    quiet.ng.ok("query", call_id=call_id)
    wait_until(lambda: told(quiet.controld, call_id, "Dump for 'query'"))
    assert rtpctl(quiet, "--off", call_id).returncode == 0
    quiet.ng.ok("delete", call_id=call_id)
    assert not told(quiet.controld, call_id, "'delete'")
    unknown = rtpctl(quiet, "nobody@example.com")
    assert unknown.returncode != 0 and "no such call" in unknown.stderr
