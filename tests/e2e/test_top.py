"""rtpctl top as it is seen on a terminal, with calls that talk; as lines; and what it does when controld dies."""
import json
import os
import re
import signal
import subprocess

import pytest

from lab.processes import wait_until
from lab.rtp_party import NgCall
from lab.tmux import Tmux

pytestmark = pytest.mark.rebuilt


@pytest.fixture
def calls(node, parties):
    """Two that talk, the second at half the number of packets: one party of it is silent."""
    made = []
    for number, name in enumerate(("alpha@example.com", "beta@example.com")):
        caller = parties("uac", 4000 + 2 * number, 0xA0 + number)
        callee = parties("uas", 5000 + 2 * number, 0xB0 + number)
        made.append(NgCall(node.ng, caller, callee, name).set_up())
    made[0].talk()
    made[1].caller.talk_to(made[1].towards_caller)
    wait_until(lambda: all(len(one.callee.received) > 20 for one in made), what="packets")
    return made


@pytest.fixture
def terminal(tmp_path):
    one = Tmux(tmp_path)
    yield one
    one.close()


@pytest.fixture
def command(node):
    return [node.build.program("rtpctl"), "--target", node.socket(), "top"]


def start(terminal, command, *options):
    terminal.run(" ".join([*command, "--interval", "0.5", *options]))
    return terminal.await_text("rtpctl top", "CALL-ID")


def figures(terminal, call):
    """-> {column: text} of a call's row."""
    lines = terminal.screen().split("\n")
    title = next(line for line in lines if "CALL-ID" in line).split()
    rows = [line[1:].split() for line in lines if call in line]
    return dict(zip(title, rows[0])) if rows else {}


def rate(terminal, call):
    text = figures(terminal, call).get("PKT/S", "-")
    return None if text == "-" else float(text)


def order(terminal):
    return re.findall(r"\b(alpha|beta)@", terminal.screen())


def test_on_a_terminal(terminal, command, calls, peer):
    start(terminal, command)
    wait_until(lambda: 80 < (rate(terminal, "alpha") or 0) < 120, what="100 packets/s")
    wait_until(lambda: 40 < (rate(terminal, "beta") or 0) < 60, what="50 packets/s")
    assert figures(terminal, "alpha")["LOSS"] == "0%"
    assert figures(terminal, "alpha")["WORKER"] == "m1"
    terminal.await_text("calls 2  workers 1/1")
    assert order(terminal) == ["alpha", "beta"]
    assert "KBIT/S" not in terminal.screen()
    assert all(len(line) <= 80 for line in terminal.screen().split("\n"))

    terminal.resize(132, 40)
    screen = terminal.await_text("KBIT/S", "STREAMS", "FROM")
    assert screen.rstrip("\n").count("\n") == 39  # the last line is at the bottom
    terminal.resize(80, 24)
    wait_until(lambda: "KBIT/S" not in terminal.screen(), what="80 columns again")

    terminal.type("C", "r")
    terminal.await_text("by call, reversed")
    assert order(terminal) == ["beta", "alpha"]
    terminal.type("/")
    terminal.type("alp", "Enter")
    terminal.await_text('with "alp"')
    wait_until(lambda: order(terminal) == ["alpha"], what="the filter")

    stranger = peer("mallory")
    stranger.send(calls[0].towards_callee, b"this is no RTP at all")
    terminal.type("Enter")
    terminal.await_text("Call alpha@example.com", "10.77.0.11:4000", "10.77.0.12:5000", "b/1 audio RTP")
    terminal.await_text("user space: the worker has no kernel table", "1 dropped: not rtp (last")
    terminal.await_text("media flows as signalled in every direction")
    talks = re.compile(r"in   (4|5)\d packets/s.*loss 0%")
    wait_until(lambda: talks.search(terminal.screen()), what="50 packets/s from a party")
    terminal.type("Escape")
    terminal.await_text("CALL-ID")
    terminal.type("Escape")
    wait_until(lambda: len(order(terminal)) == 2, what="all calls again")

    # The control: figures are of now.
    calls[0].pause()
    wait_until(lambda: rate(terminal, "alpha") == 0, what="silence")
    calls[1].delete()
    wait_until(lambda: order(terminal) == ["alpha"], what="the end of a call")
    terminal.type("q")
    wait_until(lambda: terminal.child() is None, what="the end")


def is_restored(terminal):
    """The cursor, the screen from before, and line editing are back."""
    wait_until(lambda: terminal.state() == (True, False), what="cursor and screen")
    terminal.run("stty -a | tr ';' '\\n' | grep -wq -- -icanon && echo RAW || echo COOKED")
    screen = terminal.await_text("COOKED\n")
    return "before it" in screen and "\nRAW" not in screen and "CALL-ID" not in screen


def by_signal(number):
    return lambda terminal: os.kill(terminal.child(), number)


@pytest.mark.parametrize(
    "ending",
    [
        lambda terminal: terminal.type("q"),
        lambda terminal: terminal.type("C-c"),
        lambda terminal: terminal.type("?", "q"),
        by_signal(signal.SIGTERM),
        by_signal(signal.SIGINT),
        by_signal(signal.SIGHUP),
        by_signal(signal.SIGABRT),  # a crash
    ],
    ids=["q", "ctrl-c", "on another page", "SIGTERM", "SIGINT", "SIGHUP", "SIGABRT"],
)
def test_the_terminal_is_as_before(terminal, command, node, ending):
    terminal.run("echo before it")
    start(terminal, command)
    assert terminal.state() == (False, True)  # the control: it was otherwise meanwhile
    ending(terminal)
    wait_until(lambda: terminal.child() is None, what="the end")
    assert is_restored(terminal)


def test_stopped_and_continued(terminal, command, calls):
    terminal.run("echo before it")
    start(terminal, command)
    terminal.type("C-z")
    wait_until(lambda: terminal.state() == (True, False), what="the shell")
    terminal.run("fg")
    terminal.await_text("alpha@example.com", "by packets")
    terminal.type("q")
    wait_until(lambda: terminal.child() is None, what="the end")
    assert is_restored(terminal)


def test_controld_dies_and_comes_back(terminal, command, node, calls):
    start(terminal, command)
    wait_until(lambda: 80 < (rate(terminal, "alpha") or 0) < 120, what="100 packets/s")
    node.controld.kill()
    terminal.await_text("trying again: cannot reach controld")
    assert order(terminal) == ["alpha", "beta"]  # what was known stays
    terminal.type("C")  # and keys work
    terminal.await_text("alpha@example.com")
    node.start_controld()
    wait_until(lambda: "trying again" not in terminal.screen(), what="controld")
    wait_until(lambda: 80 < (rate(terminal, "alpha") or 0) < 120, what="100 packets/s again")
    assert "by call" in terminal.screen()
    node.controld.kill()
    terminal.await_text("trying again")
    terminal.type("q")
    wait_until(lambda: terminal.child() is None, what="the end")
    node.start_controld()
    node.await_ready()


def test_without_a_terminal(command, calls):
    done = subprocess.run(
        [*command, "--count", "2", "--interval", "1", "--sort", "call"],
        check=True,
        capture_output=True,
        text=True,
        timeout=60,
    )
    blocks = done.stdout.strip().split("\n\n")
    assert len(blocks) == 2 and "\033" not in done.stdout
    for block in blocks:
        assert "calls 2, workers 1/1" in block
        assert re.search(r"alpha@example.com +\d+s +m1 +[1-9]\d* +0% +0%", block), block


def test_lines_of_json(command, node, calls):
    lines = subprocess.Popen(
        [*command, "--json", "--interval", "0.5", "--calls", "10"], stdout=subprocess.PIPE, text=True
    )
    try:
        first = json.loads(lines.stdout.readline())
        assert first["calls"] == 2 and first["workers"][0]["name"] == "m1"

        def alpha():
            line = json.loads(lines.stdout.readline())
            return next(one for one in line["call_list"] if one["call_id"] == "alpha@example.com")

        call = wait_until(
            lambda: next((one for one in [alpha()] if 80 < one["packets_per_second"] < 120), None),
            what="100 packets/s",
        )
        assert call["kernel_ratio"] == 0 and call["loss_percent"] == 0
        node.controld.kill()
        wait_until(lambda: "error" in json.loads(lines.stdout.readline()), what="a line that says so")
        node.start_controld()
        wait_until(lambda: "calls" in json.loads(lines.stdout.readline()), what="answers again")
    finally:
        lines.terminate()
        lines.wait()
    node.await_ready()


def test_nobody_there(command, tmp_path):
    command[2] = "unix:" + str(tmp_path / "nobody.sock")
    done = subprocess.run([*command, "--count", "1"], capture_output=True, text=True, timeout=60)
    assert done.returncode == 3 and "cannot reach" in done.stderr and done.stdout == ""
