"""The lab of the end-to-end tests, with a worker that has a kernel table."""
import json
import os
import subprocess
import sys
import time

import pytest

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(os.path.dirname(HERE)))
sys.path[:0] = [os.path.join(ROOT, "tests", "e2e"), os.path.join(ROOT, "tests", "golden")]
sys.dont_write_bytecode = True

from conftest_e2e import *  # noqa: E402,F401,F403
from counting import SLOW  # noqa: E402
from lab import processes, rtpengine  # noqa: E402
from lab.processes import wait_until  # noqa: E402

processes.patience = SLOW


class KernelNode(rtpengine.Node):
    """A node with a table, and what it says of streams."""

    def __init__(self, programs, build, host, *arguments):
        super().__init__(programs, build, host)
        # Guest time runs ahead while the guest waits for its files: a restart may take minutes of it.
        self.mediad_arguments = ["--table=0", "--no-fallback", "--kernel-linger=3600", *arguments]

    def rtpctl(self, *arguments):
        """-> (exit status, what it printed)"""
        done = subprocess.run(
            [self.build.program("rtpctl"), "--timeout=30", "--target", self.socket(), *arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        time.sleep(0.2)  # for those who ask again: waiting is free, starting a program is not
        return done.returncode, done.stdout

    def media(self, call_id):
        """-> MediaStatistics of the parties, as rtpctl tells them; [] without the call."""
        status, text = self.rtpctl("--json", "calls", "show", call_id)
        if status != 0:
            return []
        parties = json.loads(text).get("parties", [])
        return [one.get("statistics", {}) for party in parties for one in party.get("media", [])]

    def streams(self, call_id):
        """-> {local port: StreamStatistics} of the RTP streams"""
        return {
            stream["local_port"]: stream
            for media in self.media(call_id)
            for stream in media.get("streams", [])
            if not stream.get("rtcp")
        }

    def await_kernel(self, call_id, streams=2, entered=1):
        """entered: so often at least, each of them"""

        def there():
            found = self.streams(call_id)
            inside = [
                stream
                for stream in found.values()
                if stream.get("offload", {}).get("in_kernel") and stream["offload"]["times"] >= entered
            ]
            return found if len(inside) == streams else None

        return wait_until(there, seconds=SLOW, what="%d streams in the kernel" % streams)


@pytest.fixture
def start(programs, build):
    """Makes a node whose mediad has more arguments."""
    made = []

    def make(*arguments):
        made.append(KernelNode(programs, build, "m1", *arguments).start())
        return made[-1]

    yield make
    for one in made:
        one.close()


@pytest.fixture
def node(start):
    return start()
