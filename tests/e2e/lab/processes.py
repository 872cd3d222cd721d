"""Programs started by a test on its hosts: logs kept, ended by their process id and in any case
at the end."""
import os
import signal
import subprocess
import time


patience = 20  # seconds, where nobody says how long


def wait_until(condition, seconds=None, what="condition"):
    """Polls; generous, because nothing here is about speed."""
    seconds = seconds or patience
    deadline = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > deadline:
            raise AssertionError("not within %d s: %s" % (seconds, what))
        time.sleep(0.05)


class Program:
    def __init__(self, network, host, command, log):
        self.command, self.log_path = command, log
        with open(log, "ab") as handle:
            # pdeathsig: nothing outlives a test run that was killed.
            self._process = subprocess.Popen(
                network.command(host, ["setpriv", "--pdeathsig", "KILL", *command]),
                stdin=subprocess.DEVNULL,
                stdout=handle,
                stderr=subprocess.STDOUT,
                cwd=os.path.dirname(log),
            )

    @property
    def pid(self):
        return self._process.pid

    def status(self):
        return self._process.poll()

    def log(self):
        with open(self.log_path, errors="replace") as handle:
            return handle.read()

    def wait(self, seconds=60):
        try:
            return self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            raise AssertionError(
                "still running after %d s: %s\n%s"
                % (seconds, " ".join(self.command), self.log()[-3000:])
            ) from None

    def succeed(self, seconds=60):
        status = self.wait(seconds)
        assert status == 0, "status %d of %s\n%s" % (
            status,
            " ".join(self.command),
            self.log()[-4000:],
        )

    def send_signal(self, number):
        if self._process.poll() is None:
            os.kill(self._process.pid, number)

    def kill(self):
        self.send_signal(signal.SIGKILL)
        self._process.wait()

    def stop(self, seconds=10):
        """SIGTERM; -> exit status."""
        self.send_signal(signal.SIGCONT)
        self.send_signal(signal.SIGTERM)
        try:
            return self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.kill()
            return None


class Programs:
    """All programs of a test; the directory holds their logs."""

    def __init__(self, network, directory):
        self.network, self.directory = network, str(directory)
        self._all = []

    def path(self, name):
        return os.path.join(self.directory, name)

    def start(self, host, name, command):
        program = Program(
            self.network, host, [str(part) for part in command], self.path(name + ".log")
        )
        self._all.append(program)
        return program

    def stop_all(self):
        for program in reversed(self._all):
            program.stop()

    def udp_port_is_open(self, host, port):
        listing = self.network.run(
            host, "ss", "-Huln", "sport", "=", ":%d" % port, capture_output=True, text=True
        )
        return listing.stdout.strip() != ""

    def await_udp(self, host, port, program):
        def ready():
            assert program.status() is None, "ended: %s\n%s" % (
                program.command,
                program.log()[-3000:],
            )
            return self.udp_port_is_open(host, port)

        wait_until(ready, what="UDP port %d on %s" % (port, host))
