"""/proc/rtpengine: names and modes that operators know, commands, and reading while flows come and go."""
import errno
import os
import random
import stat

from lab import module, net
from lab.bed import FAR, OUT, PORT, TABLE
from lab.rtpengine import output

_BASE = "/proc/rtpengine"


def _write(path, text):
    """-> None, or the error's number"""
    with net.inside("r"):
        there = os.open(path, os.O_WRONLY)
    try:
        os.write(there, text)
    except OSError as error:
        return error.errno
    finally:
        os.close(there)
    return None


def _read(path):
    with net.inside("r"), open(path) as handle:
        return handle.read()


def test_names_and_modes(bed):
    bed.claim()
    bed.relay(call="a/b c")
    table = "%s/%d" % (_BASE, TABLE)
    with net.inside("r"):
        modes = {
            path: stat.S_IMODE(os.stat(path).st_mode)
            for path in (_BASE + "/control", _BASE + "/list", table, table + "/control")
            + (table + "/list", table + "/status", table + "/calls")
        }
        names = os.listdir(table + "/calls")
    assert list(modes.values()) == [0o220, 0o444, 0o555, 0o660, 0o444, 0o444, 0o555], modes
    assert names == ["a%2Fb%20c"], names
    with net.inside("b"):
        assert str(TABLE) not in os.listdir(_BASE), "another namespace's table is seen"


def test_commands(bed):
    control = _BASE + "/control"
    assert _write(control, b"add 7\n") is None
    assert _read(_BASE + "/list").split() == ["7"]
    assert _write(control, b"add 7") == errno.EEXIST
    assert bed.client.claim(7)["flows"] == 0
    assert _write(control, b"del 7") == errno.EBUSY
    bed.client.delete(7)
    assert _write(control, b"del 7") == errno.ENOENT
    for text in (b"", b"\n", b"add", b"add x", b"add -1", b"add 256", b"add 4294967296", b"\0" * 8):
        assert _write(control, text) in (errno.EINVAL, errno.ERANGE), text
    assert _read(_BASE + "/list") == ""


def test_writes_of_noise(bed):
    bed.claim()
    dice = random.Random(3)
    for path in (_BASE + "/control", "%s/%d/control" % (_BASE, TABLE)):
        for _ in range(300):
            size = dice.choice((1, 2, 8, 31, 32, 33, 64, 4096))
            _write(path, bytes(dice.choice(b"adel 0123456789\n\0\xff") for _ in range(size)))
    with net.inside("r"):
        tables = _read(_BASE + "/list").split()
    assert str(TABLE) in tables


def test_read_while_flows_come_and_go(bed):
    bed.claim()
    load = bed.keep(module.Load((net.RA4, PORT)))
    out = [output((net.RB4, OUT), (net.B4, FAR))]
    child = os.fork()
    if child == 0:
        net.on_any_processor()
        with net.inside("r"):
            while True:
                for path in ("list", "status"):
                    with open("%s/%d/%s" % (_BASE, TABLE, path)) as handle:
                        handle.read()
                for name in os.listdir("%s/%d/calls" % (_BASE, TABLE)):
                    try:
                        with open("%s/%d/calls/%s" % (_BASE, TABLE, name)) as handle:
                            handle.read()
                    except OSError:
                        pass
    try:
        for number in range(150):
            local = (net.RA4, PORT + number % 7)
            bed.client.add(TABLE, local, out, replace=True, call="call-%d" % (number % 5))
            if number % 3 == 0:
                bed.client.remove(TABLE, local)
    finally:
        os.kill(child, 9)
        os.waitpid(child, 0)
    bed.close(load)
