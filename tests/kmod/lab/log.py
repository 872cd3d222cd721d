"""The guest's kernel log, read as it grows, so that damage is laid to the test that did it."""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "vm"))
import splat  # noqa: E402


class Log:
    def __init__(self):
        self._file = os.open("/dev/kmsg", os.O_RDONLY | os.O_NONBLOCK)
        self.new()

    def new(self):
        """-> lines since the last call."""
        found = []
        while True:
            try:
                record = os.read(self._file, 8192).decode(errors="replace")
            except BlockingIOError:
                return found
            except BrokenPipeError:  # overwritten before it was read
                continue
            found.append(record.split(";", 1)[-1].split("\n")[0])

    def damage(self):
        return splat.lines("\n".join(self.new()))
