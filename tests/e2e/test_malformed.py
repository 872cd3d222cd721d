"""Hostile input by malformed.py against running daemons: they answer on, lose no call and end
cleanly.

Run with a sanitized build this is where a memory error or a leak shows: the daemons end with
another status then.
"""
import os
import sys

import pytest

from lab.rtpengine import NG_PORT

pytestmark = pytest.mark.rebuilt
_SCRIPT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "malformed.py")


@pytest.mark.parametrize("seed", [1, 2])
def test_hostile_input(programs, node, request, seed):
    count = request.config.getoption("--hostile-inputs")
    attack = programs.start(
        "uac",
        "malformed",
        [
            sys.executable,
            _SCRIPT,
            "--ng",
            "%s:%d" % (node.address, NG_PORT),
            "--media-host",
            node.address,
            "--count",
            count,
            "--seed",
            seed,
        ],
    )
    attack.succeed(1200)
    assert (node.mediad.status(), node.controld.status()) == (None, None), node.controld.log()[
        -3000:
    ]
    ended = [(program.stop(30), program.log()) for program in (node.mediad, node.controld)]
    assert [status for status, _ in ended] == [0, 0], "".join(log[-6000:] for _, log in ended)
    node.start_controld()
    node.start_mediad()
    node.await_ready()
