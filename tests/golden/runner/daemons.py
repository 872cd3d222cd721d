"""Starts and stops the daemons of a group of cases, in the network namespace this process runs in.

`rebuilt` is our pair, controld and mediad with one configuration file for both; `incumbent` is any
single daemon that takes the same options, such as a distribution's rtpengine, to check the runner
itself.
"""
import json
import os
import shutil
import signal
import subprocess
import tempfile
import time

from . import encoding, exchange

NG = "127.0.0.1:2223"
_START_SECONDS = 15
_STOP_SECONDS = 10
# Set when the case does not say otherwise. The port range is out of the way of the parties' ports
# in the cases.
_DEFAULTS = {
    "listen-ng": NG,
    "table": -1,
    "foreground": True,
    "log-stderr": True,
    "log-level": 6,
    "port-min": 50000,
    "port-max": 53999,
    "num-threads": 2,
}


class DaemonError(Exception):
    """A daemon did not start or has died."""


def _text(value):
    if isinstance(value, bool):
        return str(value).lower()
    return ";".join(map(str, value)) if isinstance(value, list) else str(value)


def configuration(options, scratch):
    """The configuration file for a case's options; a dictionary among them is a section of its
    own."""
    plain = dict(_DEFAULTS, **{k: v for k, v in options.items() if not isinstance(v, dict)})
    lines = ["[rtpengine]"]
    lines += [
        "%s = %s" % (k, _text(v).replace("{dir}", scratch))
        for k, v in plain.items()
        if v is not None
    ]
    for name, section in options.items():
        if isinstance(section, dict):
            lines += ["", "[%s]" % name] + ["%s = %s" % (k, _text(v)) for k, v in section.items()]
    return "\n".join(lines) + "\n"


class Daemons:
    """Context manager; `setup` is {"kind": "rebuilt", "bin": directory} or {"kind": "incumbent",
    "program": path}."""

    def __init__(self, setup, options):
        self._setup = setup
        self.endpoints = {
            "udp": NG,
            "tcp": options.get("listen-tcp-ng"),
            "http": options.get("listen-http"),
        }
        self._options = options
        self._processes = []
        self._scratch = None

    def _commands(self):
        config = os.path.join(self._scratch, "rtpengine.conf")
        if self._setup["kind"] == "incumbent":
            return {"daemon": [self._setup["program"], "--config-file=" + config]}
        common = ["--config-file=" + config, "--foreground"]
        address = "unix:" + os.path.join(self._scratch, "controld.sock")
        program = self._setup["bin"] + "/rtpengine-"
        return {
            "controld": [program + "controld", *common, "--listen-grpc=" + address],
            "mediad": [
                program + "mediad",
                *common,
                "--controller=" + address,
                "--worker-name=golden",
                "--listen-admin=unix:" + os.path.join(self._scratch, "mediad.sock"),
            ],
        }

    def __enter__(self):
        self._scratch = tempfile.mkdtemp(prefix="golden-")
        with open(os.path.join(self._scratch, "rtpengine.conf"), "w") as handle:
            handle.write(configuration(self._options, self._scratch))
        try:
            for name, command in self._commands().items():
                with open(self._log(name), "wb") as log:
                    # With pdeathsig no daemon outlives a runner that was killed.
                    process = subprocess.Popen(
                        ["setpriv", "--pdeathsig", "KILL", *command],
                        stdout=log,
                        stderr=subprocess.STDOUT,
                        cwd=self._scratch,
                    )
                self._processes.append((name, process))
            self._await_ready()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        for _, process in reversed(self._processes):
            if process.poll() is None:
                process.terminate()
        for _, process in self._processes:
            try:
                process.wait(_STOP_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        keep = self._setup.get("keep-logs")
        if keep:
            shutil.copytree(
                self._scratch,
                tempfile.mkdtemp(prefix="group-", dir=keep),
                dirs_exist_ok=True,
                ignore=shutil.ignore_patterns("*.sock"),
            )
        shutil.rmtree(self._scratch, ignore_errors=True)

    def _log(self, name):
        return os.path.join(self._scratch, name + ".log")

    def check_alive(self):
        """Raises with the end of the log when a daemon has gone."""
        for name, process in self._processes:
            status = process.poll()
            if status is not None:
                with open(self._log(name), errors="replace") as handle:
                    tail = handle.read()[-3000:]
                how = signal.Signals(-status).name if status < 0 else "status %d" % status
                raise DaemonError("%s ended (%s); its log ends:\n%s" % (name, how, tail))

    def _ask(self, request):
        data = exchange.make_cookie().encode() + b" " + encoding.encode(request)
        try:
            return exchange.over_socket(NG, data, False, 0.5)
        except (OSError, exchange.ExchangeError):
            return None

    def _await(self, what, ready):
        deadline = time.monotonic() + _START_SECONDS
        while not ready():
            self.check_alive()
            if time.monotonic() > deadline:
                raise DaemonError("not ready: " + what)
            time.sleep(0.05)

    def _has_worker(self):
        """True once controld has a worker for new calls. Asked by the operator's way, so that no
        call is made: statistics begin with the case."""
        asked = subprocess.run(
            [
                self._setup["bin"] + "/rtpctl",
                "--target=unix:" + os.path.join(self._scratch, "controld.sock"),
                "--json",
                "workers",
                "list",
            ],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        if asked.returncode != 0:
            return False
        workers = json.loads(asked.stdout).get("workers", [])
        return any(worker.get("attached") and worker.get("state") == "READY" for worker in workers)

    def _await_ready(self):
        self._await(
            "no answer to ping", lambda: self._ask({"command": "ping"}) == {"result": "pong"}
        )
        if self._setup["kind"] == "rebuilt":
            self._await("no worker takes calls", self._has_worker)
