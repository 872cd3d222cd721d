"""Many flows at once, by a program: what mediad's speed would be, not Python's."""
import os
import re
import struct

from lab import genetlink as nl
from lab import net
from lab.rtpengine import flow_nest, output, table_nest
from lab.uapi import U

_MARK = 0x1234


def write(path, table, host, first, count, source, dest, out_secure=None, **settings):
    """A file for fuzz-send: `count` flows at host:first and following, all to `dest`."""
    body = table_nest(table) + flow_nest((host, _MARK), [output(source, dest, secure=out_secure)], **settings)
    mark = struct.pack("!H", _MARK)
    assert body.count(mark) == 1
    before, after = body.split(mark)
    head = struct.pack(
        "=IHHIIBBH", 20 + len(body), 0, nl.NLM_F_REQUEST | nl.NLM_F_ACK, 1, 0, U.CMD_FLOW_NEW, 1, 0
    )
    with open(path, "wb") as handle:
        for number in range(count):
            port = struct.pack("!H", first + number)
            handle.write(struct.pack("=I", 20 + len(body)) + head + before + port + after)


def install(sender, path, table, count):
    """Claims the table, which has to linger without owner, and adds the flows; -> nanoseconds."""
    text = net.run("ip", "netns", "exec", "r", sender, "--claim", str(table), path)
    assert " %d accepted, 0 refused" % count in text, text
    return int(re.search(r"in (\d+) ns", text).group(1))


def sender():
    """The program, beside the directory of the modules."""
    return os.environ["KMOD_FUZZ_SENDER"]
