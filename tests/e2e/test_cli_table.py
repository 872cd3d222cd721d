"""docs/cli.md: every command of its table gets the answer that it says, every rtpctl line works, and the commands
that `usage` prints are all in it."""
import os
import re
import shlex
import socket
import subprocess

import pytest

from lab import rtpengine

pytestmark = pytest.mark.rebuilt

CLI_PORT = 9900
TABLE = os.path.join(os.path.dirname(__file__), "..", "..", "docs", "cli.md")
NAMES = {"<callid>": "table@example.com", "<tag>": "a", "<worker>": "m1"}
# What is said instead of an answer, to any command.
REFUSALS = re.compile(r"not supported|^Unknown command|^More parameters|^Fail |Invalid|[Nn]o such")


def table():
    """-> [(command, answer, rtpctl)]"""
    rows = []
    with open(TABLE) as handle:
        for line in handle:
            match = re.match(r"\| `([^`]+)` \| (answered|\"[^\"]+\") \| `(rtpctl [^`]+)` \|$", line)
            if match:
                rows.append(match.groups())
            else:
                assert not re.match(r"\| `", line), "a row that nobody checks: " + line
    return rows


def filled(text):
    for name, value in NAMES.items():
        text = text.replace(name, value)
    assert "<" not in text, text
    return text


@pytest.fixture
def answering(programs, build):
    one = rtpengine.Node(programs, build, "m1")
    one.controld_arguments = ["--listen-cli=%s:%d" % (one.address, CLI_PORT)]
    yield one.start()
    one.close()


def ask(node, line):
    connection = node.network.inside("m1", socket.socket)
    with connection:
        connection.settimeout(20)
        connection.connect((node.address, CLI_PORT))
        connection.sendall(line.encode() + b"\n")
        answer = b""
        while True:
            piece = connection.recv(65536)
            if not piece:
                return answer.decode()
            answer += piece


def run_rtpctl(node, line):
    program, *words = shlex.split(line)
    if words[0] == "cli":
        words[1:1] = ["--address", "%s:%d" % (node.address, CLI_PORT)]
    command = [node.build.program(program), "--target", node.socket(), *words]
    return subprocess.run(
        node.network.command("m1", command), capture_output=True, text=True, timeout=60
    )


def make_call(node, party):
    node.ng.ok("offer", call_id=NAMES["<callid>"], from_tag=NAMES["<tag>"], sdp=party.sdp())


def says_same(one, other):
    """But for what changed meanwhile: times, and what the command itself took away the first time."""
    return re.sub(r"\d{9,}", "N", one.strip()) == re.sub(r"\d{9,}", "N", other.strip())


def refuses(answer):
    return any(REFUSALS.search(line) for line in answer.split("\n"))


def test_every_row(answering, parties):
    rows = table()
    assert len(rows) > 60
    party = parties("uac", 4000, 0xA1)
    wrong = []
    for command, says, tool in rows:
        make_call(answering, party)
        answer = ask(answering, filled(command))
        if says == "answered":
            good = not refuses(answer) and (answer != "" or command in ("params diff", "params revert"))
        else:
            good = says.strip('"') in answer
        if not good:
            wrong.append("%s: %r" % (command, answer[:200]))
        make_call(answering, party)
        done = run_rtpctl(answering, filled(tool))
        if tool.startswith("rtpctl cli"):
            assert tool == "rtpctl cli " + command
            good = done.returncode == (1 if answer.startswith("Fail ") else 0) and says_same(done.stdout, answer)
        else:
            good = done.returncode == 0 and done.stdout
        if not good:
            wrong.append("%s: %d %r %s" % (tool, done.returncode, done.stdout[:200], done.stderr))
    assert not wrong, "\n".join(wrong)
    # The controls: what is unknown is refused, by both.
    assert refuses(ask(answering, "list nonsense")) and refuses(ask(answering, "call nobody info"))
    assert run_rtpctl(answering, "rtpctl calls nonsense").returncode == 2
    assert run_rtpctl(answering, "rtpctl cli list nonsense").returncode == 1
    assert not says_same("TIMEOUT=60\n", "TIMEOUT=61\n") and not says_same("", "TIMEOUT=61\n")


def offered(usage):
    """-> [words of a command] that `usage` prints; `get` is `list` once more"""
    commands, group = [], None
    for line in usage.split("\n"):
        match = re.match(r"( +)([a-z][a-z-]*)((?: +[^ :]+)*) *(:.*)?$", line)
        if not match or line.startswith("    Supported"):
            continue
        indent, word, _, explained = match.groups()
        if len(indent) > 4:
            commands.append([group, word])
        elif explained:
            commands.append([word])
        group = word if len(indent) <= 4 else group
    return [words for words in commands if words[0] != "get"]


def test_usage_has_no_command_that_the_table_lacks(answering):
    commands = offered(ask(answering, "usage"))
    assert len(commands) > 40
    in_table = [filled(command).split() for command, _, _ in table()]

    def is_listed(words):
        return any(row[0] == words[0] and words[-1] in row for row in in_table)

    assert [words for words in commands if not is_listed(words)] == []
    assert not is_listed(["list", "nonsense"])
