"""Our daemons on the hosts of the lab; or, to check the tests themselves, the system's rtpengine
in their place."""
import os

from .ng import NgClient
from .processes import wait_until

NG_PORT, GRPC_PORT = 2223, 2224
_COMMON = ["--foreground", "--log-stderr", "--log-level=6"]


class Build:
    """Where the programs are. kind: "rebuilt" or "incumbent"."""

    def __init__(self, kind, directory):
        self.kind, self.directory = kind, directory

    def program(self, name):
        return os.path.join(self.directory, name)


def media_arguments(network, host):
    return [
        "--interface=%s" % network.ipv4(host),
        "--interface=%s" % network.ipv6(host),
        "--port-min=30000",
        "--port-max=39999",
    ]


class Node:
    """Both daemons on one host, a unix socket between them: what a proxy sees as one rtpengine."""

    def __init__(self, programs, build, host):
        self._programs, self.build, self.host = programs, build, host
        self.network = programs.network
        self.address = self.network.ipv4(host)
        self.ng = NgClient(self.network, host, (self.address, NG_PORT))
        self._serial = 0
        self.controld = self.mediad = None
        self.controld_arguments = []  # more of them
        self.wrapper = []  # a command that runs the daemons
        self.mediad_arguments = ["--table=-1"]

    def _name(self, what):
        self._serial += 1
        return "%s-%s-%d" % (self.host, what, self._serial)

    def start(self):
        if self.build.kind == "incumbent":
            self.controld = self.mediad = self._programs.start(
                self.host,
                self._name("daemon"),
                [
                    "/usr/bin/rtpengine",
                    "--config-file=none",
                    *_COMMON,
                    "--table=-1",
                    "--delete-delay=0",
                    "--listen-ng=%s:%d" % (self.address, NG_PORT),
                    *media_arguments(self.network, self.host),
                ],
            )
        else:
            self.start_controld()
            self.start_mediad()
        self.await_ready()
        return self

    def socket(self):
        return "unix:" + self._programs.path(self.host + ".sock")

    def _has_file(self):
        return any(text.startswith("--config-file") for text in self.controld_arguments)

    def start_controld(self):
        self.controld = self._programs.start(
            self.host,
            self._name("controld"),
            [
                *self.wrapper,
                self.build.program("rtpengine-controld"),
                *([] if self._has_file() else ["--config-file=none"]),
                *_COMMON,
                "--delete-delay=0",
                "--listen-ng=%s:%d" % (self.address, NG_PORT),
                "--listen-grpc=" + self.socket(),
                *self.controld_arguments,
            ],
        )

    def start_mediad(self):
        self.mediad = self._programs.start(
            self.host,
            self._name("mediad"),
            [
                *self.wrapper,
                self.build.program("rtpengine-mediad"),
                "--config-file=none",
                *_COMMON,
                *self.mediad_arguments,
                "--controller=" + self.socket(),
                "--worker-name=" + self.host,
                "--listen-admin=unix:" + self._programs.path(self.host + "-admin.sock"),
                *media_arguments(self.network, self.host),
                *self.mediad_arguments,
            ],
        )

    def await_ready(self):
        wait_until(self.ng.answers_ping, what="answer to ping on " + self.host)
        wait_until(lambda: places_calls(self.ng), what="a worker for calls on " + self.host)

    def close(self):
        self.ng.close()


_PROBE_SDP = (
    "v=0\r\no=- 1 1 IN IP4 10.77.0.250\r\ns=-\r\nc=IN IP4 10.77.0.250\r\nt=0 0\r\n"
    "m=audio 4000 RTP/AVP 0\r\n"
)


def places_calls(ng, call_id="ready"):
    """The answer to an offer that is deleted at once, if it was accepted: a worker is attached."""
    reply = ng.ask("offer", tries=1, call_id=call_id, from_tag="ready", sdp=_PROBE_SDP)
    if reply is None or reply.get("result") != "ok":
        return None
    ng.ask("delete", call_id=call_id, delete_delay=0)
    return reply


class Cluster:
    """One controld on host sip, workers on m1 and m2 over TCP with mutual TLS."""

    def __init__(self, programs, build, certificates):
        self._programs, self.build, self._certificates = programs, build, certificates
        self.network = programs.network
        self.address = self.network.ipv4("sip")
        self.ng = NgClient(self.network, "sip", (self.address, NG_PORT))
        self._serial = 0
        self.controld, self.workers = None, {}

    def _start(self, host, what, arguments, identity=None):
        self._serial += 1
        return self._programs.start(
            host,
            "%s-%s-%d" % (host, what, self._serial),
            [
                self.build.program("rtpengine-" + what),
                "--config-file=none",
                *_COMMON,
                *self._certificates.arguments(identity or host),
                *arguments,
            ],
        )

    def start_controld(self):
        self.controld = self._start(
            "sip",
            "controld",
            [
                "--delete-delay=0",
                "--listen-ng=%s:%d" % (self.address, NG_PORT),
                "--listen-grpc=%s:%d" % (self.address, GRPC_PORT),
            ],
        )

    def start_worker(self, host, identity=None):
        """identity: whose certificate it shows, when not its own."""
        self.workers[host] = self._start(
            host,
            "mediad",
            [
                "--table=-1",
                "--controller=%s:%d" % (self.address, GRPC_PORT),
                "--worker-name=" + host,
                "--listen-admin=unix:" + self._programs.path(host + "-admin.sock"),
                *media_arguments(self.network, host),
            ],
            identity,
        )

    def placed_on(self):
        """The media address the controller chooses for a new call just now, or None."""
        reply = places_calls(self.ng)
        if reply is None:
            return None
        return next(
            line.split(" ")[2] for line in reply["sdp"].split("\r\n") if line.startswith("c=")
        )

    def await_workers(self, *hosts):
        """Placement is random among equals: asks until each of the hosts was chosen."""
        wanted = {self.network.ipv4(host) for host in hosts}

        def seen():
            wanted.discard(self.placed_on())
            return not wanted

        wait_until(seen, seconds=40, what="calls on each of %s" % (hosts,))

    def close(self):
        self.ng.close()
