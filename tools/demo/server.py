"""Starts controld and mediad for the demonstration, with the shipped configuration, and ends them
in order.

Without root, sockets and logs live in a directory of the user's; with root in /run/rtpengine, where
rtpctl looks.
"""
import os
import shutil
import signal
import subprocess
import tempfile
import time

_STOP_SECONDS = 10
_SYSTEM_DIRECTORY = "/run/rtpengine"


class ServerError(Exception):
    """A daemon did not start or ended by itself."""


def _private_directory():
    return tempfile.mkdtemp(prefix="rtpengine-", dir=os.environ.get("XDG_RUNTIME_DIR") or None)


class Server:
    def __init__(self, programs, configuration, extra):
        """extra: additional arguments of {"controld": [...], "mediad": [...]}"""
        self._programs, self._configuration, self._extra = programs, configuration, extra
        self._own_directory = None
        self._processes = []

    def start(self):
        self.directory = self._choose_directory()
        controller = "unix:" + os.path.join(self.directory, "controld.sock")
        self._launch("controld", ["--listen-grpc=" + controller])
        self._launch(
            "mediad",
            [
                "--controller=" + controller,
                "--table=-1",
                "--listen-admin=unix:" + os.path.join(self.directory, "mediad.sock"),
            ],
        )

    def _choose_directory(self):
        if os.geteuid() == 0 and not os.path.exists(
            os.path.join(_SYSTEM_DIRECTORY, "controld.sock")
        ):
            os.makedirs(_SYSTEM_DIRECTORY, exist_ok=True)
            return _SYSTEM_DIRECTORY
        self._own_directory = _private_directory()
        return self._own_directory

    def log_path(self, name):
        return os.path.join(self.directory, name + ".log")

    def _launch(self, name, arguments):
        command = [
            os.path.join(self._programs, "rtpengine-" + name),
            "--config-file=" + self._configuration,
            "--foreground",
            "--log-stderr",
            "--pidfile=" + os.path.join(self.directory, name + ".pid"),
            *arguments,
            *self._extra.get(name, []),
        ]
        with open(self.log_path(name), "wb") as log:
            # A session of its own: Ctrl-C is for us, who end the daemons in order; pdeathsig:
            # nothing outlives us.
            process = subprocess.Popen(
                ["setpriv", "--pdeathsig", "TERM", *command],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self._processes.append((name, process))

    def check(self):
        for name, process in self._processes:
            status = process.poll()
            if status is not None:
                with open(self.log_path(name), errors="replace") as handle:
                    tail = "".join("    " + line for line in handle.readlines()[-15:])
                how = signal.Signals(-status).name if status < 0 else "status %d" % status
                raise ServerError("%s ended (%s):\n%s" % (name, how, tail))

    def stop(self):
        """Worker first; -> True when all ended by themselves with status 0."""
        clean = True
        for _, process in reversed(self._processes):
            if process.poll() is None:
                process.terminate()
        deadline = time.monotonic() + _STOP_SECONDS
        for _, process in self._processes:
            try:
                process.wait(max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
            clean = clean and process.returncode == 0
        self._processes = []
        if self._own_directory and clean:
            shutil.rmtree(self._own_directory, ignore_errors=True)
        return clean
