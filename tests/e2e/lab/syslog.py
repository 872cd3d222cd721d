"""A log daemon for one node: a socket that is /dev/log to the programs started through `wrapper`, and to
nobody else."""
import os
import shutil
import socket
import tempfile

from lab.reader import Reader

_FACILITIES = {"local%d" % number: 16 + number for number in range(8)}
_INFO = 6
# In a mount namespace of its own: a /dev with what a daemon needs, and our socket in it.
_SCRIPT = """set -e
mount -t tmpfs tmpfs "$1/dev"
for name in null zero random urandom; do touch "$1/dev/$name"; mount --bind "/dev/$name" "$1/dev/$name"; done
touch "$1/dev/log"
mount --bind "$1/log" "$1/dev/log"
mount --rbind "$1/dev" /dev
shift
exec "$@"
"""


class Syslog:
    def __enter__(self):
        self._directory = tempfile.mkdtemp(prefix="syslog-")
        os.mkdir(os.path.join(self._directory, "dev"))
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind(os.path.join(self._directory, "log"))
        self._socket.settimeout(0.1)
        self.wrapper = ["unshare", "--mount", "sh", "-c", _SCRIPT, "sh", self._directory]
        self._lines = []
        self._reader = Reader(self._look).__enter__()
        return self

    def __exit__(self, *_):
        self._reader.__exit__()
        self._socket.close()
        shutil.rmtree(self._directory, ignore_errors=True)

    def _look(self):
        self._lines.append(self._socket.recv(65536).decode())

    def of(self, facility):
        """The texts of that facility; all of severity info."""
        priority = "<%d>" % (_FACILITIES[facility] * 8 + _INFO)
        return [line.partition("]: ")[2] for line in list(self._lines) if line.startswith(priority)]
