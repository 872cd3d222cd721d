"""The lab of the end-to-end tests, with a worker that has a kernel table."""
import json
import os
import subprocess
import sys

import pytest

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(os.path.dirname(HERE)))
sys.path[:0] = [os.path.join(ROOT, "tests", "e2e"), os.path.join(ROOT, "tests", "golden")]
sys.dont_write_bytecode = True

from conftest_e2e import *  # noqa: E402,F401,F403
from lab import rtpengine  # noqa: E402
from lab.processes import wait_until  # noqa: E402

SLOW = 60  # seconds to wait for anything: guests are emulated


class KernelNode(rtpengine.Node):
    """A node with a table, and what it says of streams."""

    def __init__(self, programs, build, host):
        super().__init__(programs, build, host)
        self.mediad_arguments = ["--table=0", "--no-fallback", "--kernel-linger=60"]

    def streams(self, call_id):
        """-> {local port: StreamStatistics as rtpctl tells it} of the RTP streams, {} without the call."""
        done = subprocess.run(
            [self.build.program("rtpctl"), "--timeout=30", "--target", self.socket(), "--json"]
            + ["calls", "show", call_id],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        if done.returncode != 0:
            return {}
        return {
            stream["local_port"]: stream
            for party in json.loads(done.stdout).get("parties", [])
            for media in party.get("media", [])
            for stream in media.get("statistics", {}).get("streams", [])
            if not stream.get("rtcp")
        }

    def await_kernel(self, call_id, streams=2):
        def there():
            found = self.streams(call_id)
            inside = [s for s in found.values() if s.get("offload", {}).get("in_kernel")]
            return found if len(inside) == streams else None

        return wait_until(there, seconds=SLOW, what="%d streams in the kernel" % streams)


def packets(stream, *path):
    """What JSON leaves out is 0."""
    for name in path:
        stream = stream.get(name, {})
    return int(stream.get("packets", 0))


@pytest.fixture
def node(programs, build):
    one = KernelNode(programs, build, "m1").start()
    yield one
    one.close()
