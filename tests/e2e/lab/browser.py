"""Chromium on a host, with WebRTC parties by name: browser.js by lines of JSON.

Not here: signalling (the tests carry the SDP), what the numbers have to be (checks.py).
"""
import json
import os
import select
import shutil
import subprocess
import time

HERE = os.path.dirname(os.path.abspath(__file__))
CHROMIUM = "/usr/bin/chromium"
_SECONDS = 40  # to start; one operation takes milliseconds on an idle machine


class BrowserError(Exception):
    """The browser refused an operation."""


class Browser:
    def __init__(self, network, host, modules, log):
        """modules: directory of npm packages; log: path for what the page complains of."""
        node = shutil.which("node")
        assert node and os.access(CHROMIUM, os.X_OK), "node, chromium: tools/setup test"
        self._log_path = log
        with open(log, "ab") as handle:
            self._process = subprocess.Popen(
                network.command(
                    host,
                    # pdeathsig: the browser ends with node, node with a test run that was killed.
                    ["setpriv", "--pdeathsig", "KILL", node, os.path.join(HERE, "browser.js")]
                    + [CHROMIUM],
                ),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=handle,
                cwd=os.path.dirname(log),
                env=dict(os.environ, NODE_PATH=modules),
            )
        self._unread = b""
        self._serial = 0
        self.version = self._await(0)

    def _log(self):
        with open(self._log_path, errors="replace") as handle:
            return handle.read()[-3000:]

    def _await(self, serial):
        deadline = time.monotonic() + _SECONDS
        stream = self._process.stdout.fileno()
        while b"\n" not in self._unread:
            left = deadline - time.monotonic()
            assert left > 0, "no reply of the browser within %d s\n%s" % (_SECONDS, self._log())
            if select.select([stream], [], [], left)[0]:
                data = os.read(stream, 1 << 16)
                assert data, "the browser ended\n" + self._log()
                self._unread += data
        line, _, self._unread = self._unread.partition(b"\n")
        reply = json.loads(line)
        assert reply["id"] == serial, reply
        if "error" in reply:
            raise BrowserError(reply["error"])
        return reply.get("result")

    def ask(self, operation, **given):
        self._serial += 1
        request = dict(given, id=self._serial, op=operation)
        self._process.stdin.write(json.dumps(request).encode() + b"\n")
        self._process.stdin.flush()
        return self._await(self._serial)

    def close(self):
        self._process.stdin.close()
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process.stdout.close()


class WebParty:
    """An RTCPeerConnection; codecs: {kind: [names]}, of the kinds that it sends and receives."""

    def __init__(self, browser, name, codecs):
        self._browser, self.name = browser, name
        self._ask("open", codecs=codecs)

    def _ask(self, operation, **given):
        return self._browser.ask(operation, name=self.name, **given)

    def create_offer(self, trickle=False, ice_restart=False, codecs=None):
        """trickle: without candidates, which candidates() has later. codecs: others from now on."""
        return self._ask("createOffer", trickle=trickle, iceRestart=ice_restart, codecs=codecs)

    def create_answer(self, trickle=False, codecs=None):
        return self._ask("createAnswer", trickle=trickle, codecs=codecs)

    def set_remote(self, kind, sdp):
        self._ask("setRemote", type=kind, sdp=sdp)

    def candidates(self):
        """-> candidates as RTCIceCandidateInit, None as the last when there are no more"""
        return self._ask("candidates")

    def add_ice_candidate(self, candidate):
        self._ask("addIceCandidate", candidate=candidate)

    def restart_ice(self):
        self._ask("restartIce")

    def dtmf(self, tones):
        self._ask("dtmf", tones=tones)

    def stats(self):
        return WebStats(self._ask("getStats"))

    def close(self):
        self._ask("close")


class WebStats:
    """What getStats says, at one moment."""

    def __init__(self, answer):
        self.connection = answer["connectionState"]
        self.ice = answer["iceConnectionState"]
        self._reports = answer["reports"]

    def of(self, report_type, **keys):
        return [
            report
            for report in self._reports
            if report["type"] == report_type
            and all(report.get(key) == value for key, value in keys.items())
        ]

    def inbound(self, kind, counter):
        """0 before the first packet."""
        return sum(report.get(counter, 0) for report in self.of("inbound-rtp", kind=kind))

    def transports(self):
        return self.of("transport")

    def dtls_roles(self):
        return {transport["dtlsRole"] for transport in self.transports()}

    def _selected(self, side):
        pairs = {transport.get("selectedCandidatePairId") for transport in self.transports()}
        chosen = {
            pair[side + "CandidateId"]
            for pair in self.of("candidate-pair")
            if pair["id"] in pairs
        }
        return [report for report in self.of(side + "-candidate") if report["id"] in chosen]

    def remote_addresses(self):
        """-> addresses of the other ends of the selected pairs; not those the browser learned from
        a check, as it keeps them to itself"""
        return {
            report["address"]
            for report in self._selected("remote")
            if report["candidateType"] != "prflx"
        }

    def local_fragments(self):
        """-> own ufrags of the selected pairs"""
        return {report["usernameFragment"] for report in self._selected("local")}
