#!/usr/bin/python3
"""In a network namespace of its own: the daemons, a Prometheus that scrapes them, calls with RTP and RTCP.
Then asks Prometheus each query of the dashboard. stdout:
{"queries": {query: number of series}, "records": [lines to log-facility-cdr], "packets": sent by each party,
 "missing": sequence numbers left out in all, "bodies": {"controld", "mediad": /metrics during the calls}, "probes": {when: [status of /readyz of both]}}.

    unshare --net --mount scene.py BIN-DIRECTORY SCRATCH-DIRECTORY
"""
import json
import os
import random
import socket
import struct
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.parse
import urllib.request

HERE = os.path.dirname(os.path.abspath(__file__))
DASHBOARD = os.path.join(HERE, "..", "..", "deploy", "grafana", "rtpengine.json")
RULES = os.path.join(HERE, "..", "..", "deploy", "prometheus", "rtpengine.rules.yml")
_NG, _HTTP, _PROMETHEUS = ("127.0.0.1", 2223), "127.0.0.1:2226", "127.0.0.1:9090"
_WORKER_HTTP = "127.0.0.1:9901"
_CALLS, _ROUNDS, _PACKETS = 3, 12, 25
_MISSING = 2  # sequence numbers left out by each callee after each round

_CONFIGURATION = """[rtpengine]
interface = 127.0.0.1
listen-ng = 127.0.0.1:2223
listen-http = %(http)s
listen-grpc = unix:%(dir)s/controld.sock
controller = unix:%(dir)s/controld.sock
listen-admin = unix:%(dir)s/mediad.sock
listen-metrics = %(worker_http)s
nftables = on
homer = 127.0.0.1:9060
homer-enable-ng = true
graphite = 127.0.0.1:2003
delete-delay = 0
log-facility-cdr = local2
"""
_SCRAPE = """global: {scrape_interval: 1s, evaluation_interval: 1s}
rule_files: ["%(rules)s"]
scrape_configs:
  - job_name: rtpengine
    static_configs: [{targets: ["%(http)s", "%(worker_http)s"]}]
"""


def get(url):
    with urllib.request.urlopen(url, timeout=10) as reply:
        return reply.read().decode()


def statuses(path):
    """What controld and mediad answer."""
    return [status("http://%s%s" % (address, path)) for address in (_HTTP, _WORKER_HTTP)]


def status(url):
    try:
        with urllib.request.urlopen(url, timeout=10) as reply:
            return reply.status
    except urllib.error.HTTPError as error:
        return error.code


def await_answer(url, seconds=30):
    end = time.monotonic() + seconds
    while True:
        try:
            return get(url)
        except OSError:
            if time.monotonic() > end:
                raise
            time.sleep(0.1)


def own_syslog(scratch):
    """-> the growing list of what is written to /dev/log, in a /dev of this mount namespace."""
    devices = os.path.join(scratch, "dev")
    os.mkdir(devices)
    subprocess.run(["mount", "-t", "tmpfs", "tmpfs", devices], check=True)
    for name in ("null", "zero", "random", "urandom"):
        open(os.path.join(devices, name), "w").close()
        subprocess.run(["mount", "--bind", "/dev/" + name, os.path.join(devices, name)], check=True)
    subprocess.run(["mount", "--rbind", devices, "/dev"], check=True)
    log = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    log.bind("/dev/log")
    lines = []
    # All the time: a syslogd that does not read makes who writes wait.
    threading.Thread(target=collect, args=(log, lines), daemon=True).start()
    return lines


def collect(log, lines):
    while True:
        lines.append(log.recv(65536))


def records(lines):
    """What came with facility local2 and severity info."""
    texts = [line.decode() for line in lines]
    return [text.partition("]: ")[2] for text in texts if text.startswith("<%d>" % (18 * 8 + 6))]


def await_record(lines, seconds=30):
    end = time.monotonic() + seconds
    while not records(lines):
        if time.monotonic() > end:
            raise SystemExit("no call record came; syslog got %r" % lines)
        time.sleep(0.1)
    return records(lines)


def await_worker(seconds=30):
    end = time.monotonic() + seconds
    while 'state="READY"} 1' not in get("http://%s/metrics" % _HTTP):
        if time.monotonic() > end:
            raise SystemExit("no worker became ready")
        time.sleep(0.1)


class Party:
    def __init__(self):
        self.rtp, self.rtcp = (socket.socket(socket.AF_INET, socket.SOCK_DGRAM) for _ in range(2))
        for one in (self.rtp, self.rtcp):
            one.bind(("127.0.0.1", 0))
        self.ssrc, self.sequence, self.peer = random.getrandbits(32), 1, None
        self.heard = None

    def sdp(self):
        return (
            "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n"
            "m=audio %d RTP/AVP 8\r\na=rtcp:%d\r\n"
            % (self.rtp.getsockname()[1], self.rtcp.getsockname()[1])
        )

    def use(self, sdp):
        self.peer = int(sdp.split("m=audio ")[1].split()[0])

    def last_report(self):
        """-> LSR and DLSR of the peer's newest sender report (RFC 3550 section 6.4.1)."""
        while True:
            try:
                data = self.rtcp.recv(2048, socket.MSG_DONTWAIT)
            except BlockingIOError:
                break
            if data[1] == 200:
                self.heard = struct.unpack("!I", data[10:14])[0], time.monotonic()
        if self.heard is None:
            return 0, 0
        return self.heard[0], max(1, int((time.monotonic() - self.heard[1]) * 65536))

    def send(self, other):
        for _ in range(_PACKETS):
            head = struct.pack("!BBHII", 0x80, 8, self.sequence, self.sequence * 160, self.ssrc)
            self.rtp.sendto(head + b"\xd5" * 160, ("127.0.0.1", self.peer))
            self.sequence += 1
        last, delay = self.last_report()
        report = struct.pack("!IIIIII", other.ssrc, 5 << 24, other.sequence, 80, last, delay)
        now = time.time()
        sender = struct.pack(
            "!BBHIIIIII",
            0x81,
            200,
            12,
            self.ssrc,
            int(now) + 2208988800,
            int(now % 1 * 2**32),
            0,
            self.sequence,
            0,
        )
        self.rtcp.sendto(sender + report, ("127.0.0.1", self.peer + 1))


def ask(command, **keys):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one:
        one.settimeout(5)
        message = dict({"command": command}, **{k.replace("_", "-"): v for k, v in keys.items()})
        one.sendto(b"%08x %s" % (random.getrandbits(32), json.dumps(message).encode()), _NG)
        return json.loads(one.recv(65536).partition(b" ")[2])


def call(number):
    caller, callee, name = Party(), Party(), "call-%d" % number
    offer = ask("offer", call_id=name, from_tag="a", sdp=caller.sdp())
    callee.use(offer["sdp"])
    answer = ask("answer", call_id=name, from_tag="a", to_tag="b", sdp=callee.sdp())
    caller.use(answer["sdp"])
    return caller, callee, name


def traffic():
    calls = [call(number) for number in range(_CALLS)]
    for _ in range(_ROUNDS):
        for caller, callee, _name in calls:
            caller.send(callee)
            callee.send(caller)
            callee.sequence += _MISSING
        time.sleep(1)
    time.sleep(3)  # a second until losses are counted, another until the controller is told
    bodies = {
        "controld": get("http://%s/metrics" % _HTTP),
        "mediad": get("http://%s/metrics" % _WORKER_HTTP),
    }
    ask("delete", call_id=calls[0][2], from_tag="a")
    return bodies


def queries():
    with open(DASHBOARD) as handle:
        panels = json.load(handle)["panels"]
    for panel in panels:
        for target in panel["targets"]:
            text = target["expr"].replace("$__rate_interval", "20s").replace('"$instance"', '".*"')
            yield text


def series(query):
    reply = json.loads(
        get("http://%s/api/v1/query?query=%s" % (_PROMETHEUS, urllib.parse.quote(query)))
    )
    values = [item["value"][1] for item in reply["data"]["result"]]
    return len([value for value in values if value != "NaN"])


def main():
    binaries, scratch = sys.argv[1:]
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    lines = own_syslog(scratch)
    places = {
        "dir": scratch,
        "http": _HTTP,
        "worker_http": _WORKER_HTTP,
        "rules": os.path.abspath(RULES),
    }
    for name, text in (("rtpengine.conf", _CONFIGURATION), ("prometheus.yml", _SCRAPE)):
        with open(os.path.join(scratch, name), "w") as handle:
            handle.write(text % places)
    options = ["--config-file=%s/rtpengine.conf" % scratch, "--foreground"]
    controld = [binaries + "/rtpengine-controld", *options]
    commands = [
        [binaries + "/rtpengine-mediad", *options],
        ["prometheus", "--config.file=%s/prometheus.yml" % scratch, "--storage.tsdb.path=%s/data" % scratch]
        + ["--web.listen-address=" + _PROMETHEUS],
    ]
    processes = []
    try:
        for command in commands:
            processes.append(subprocess.Popen(command, stdout=sys.stderr, stderr=sys.stderr))
        await_answer("http://%s/livez" % _WORKER_HTTP)
        probes = {"alone": [status("http://%s/readyz" % _WORKER_HTTP)]}
        processes.append(subprocess.Popen(controld, stdout=sys.stderr, stderr=sys.stderr))
        await_answer("http://%s/ping" % _HTTP)
        await_answer("http://%s/-/ready" % _PROMETHEUS)
        await_worker()
        probes["together"] = statuses("/readyz")
        bodies = traffic()
        found = {query: series(query) for query in queries()}
        sent = _ROUNDS * _PACKETS
        drain = ["workers", "drain", socket.gethostname(), "--target=unix:%s/controld.sock" % scratch]
        subprocess.run([binaries + "/rtpctl", *drain], stdout=sys.stderr, check=True)
        probes["draining"] = statuses("/readyz")
        probes["alive"] = statuses("/livez")
        missing = _MISSING * _CALLS * (_ROUNDS - 1)  # after the last round nothing came that showed it
        shown = {"queries": found, "records": await_record(lines), "packets": sent, "missing": missing}
        json.dump(dict(shown, bodies=bodies, probes=probes), sys.stdout)
    finally:
        for process in processes:
            process.terminate()
        for process in processes:
            process.wait()


if __name__ == "__main__":
    main()
