#!/usr/bin/python3
"""docs/metrics.md from what both daemons answer during calls. `metrics_reference.py` writes it, the tests compare."""
import json
import os
import re
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
DOCUMENT = os.path.join(ROOT, "docs", "metrics.md")

_HEAD = """# Metrics

Made by `tests/deploy/metrics_reference.py` from what the daemons answer during calls; a test compares. To scrape both:

    scrape_configs:
      - job_name: rtpengine
        static_configs:
          - targets: ["127.0.0.1:2226", "127.0.0.1:9901"]   # listen-http of controld, listen-metrics of mediad

Alert rules and a dashboard: `/usr/share/rtpengine/` ([operations.md](operations.md)). Units are in the names: `_seconds`,
`_bytes`, `_percent`; a counter ends in `_total` where the incumbent's name does not say otherwise. Those of the quality
figures: MOS 1 to 5, `jitter` ms, `rtt_e2e` and `rtt_dsct` microseconds, `packetloss` per cent; an average is
`rate(x_total) / rate(x_samples_total)`.

| Path | Of | Answers |
|---|---|---|
| `/metrics` | both | what follows |
| `/livez` | both | 200 while the process answers; mediad: while its main loop does |
| `/readyz` | controld | 200 while a worker is attached and takes calls; else 503 and why, a line for each worker |
| `/readyz` | mediad | 200 while a controller is attached, ports are left, and the worker is not draining; else 503 and why |
| `/ping` | controld | `pong` |
"""
_SECTIONS = {
    "controld": """
## controld

Names up to `interface_errors` are the incumbent's, with its help texts; those after it are ours. Figures of media are sums over
all workers. `transcoded_media`, the caches and `jitter_measured_*` are 0, and `transcoders`, `transcode_*`, `poller_*`,
`ksender_*` and `cc_*` are left out: this build has no such thing.

""",
    "mediad": """
## mediad

What the worker knows of itself; the sums over workers above are the same packets again.

""",
}
# The incumbent gives these no help text, or one that says something else, and so do we.
_OWN_WORDS = {
    "mediastreams": "Media that received RTP in the last 2 seconds, by who carried it",
    "closed_sessions_total": "Calls that ended or were refused, by reason",
    "packets_total": "Media packets received, by who carried them",
    "packet_errors_total": "Packets that were dropped or could not be sent on",
    "bytes_total": "Octets of media received",
    "requests_total": "NG commands, by client and command",
    "request_seconds_total": "Time they took",
    "errors_total": "Error replies, by client",
    "ports_used": "Media ports in use",
    "ports_free": "Media ports free",
    "ports": "Media ports there are",
    "interface_packets": "Packets through a media address (a counter, whatever its type says)",
    "interface_bytes": "Octets of these packets (likewise)",
    "interface_errors": "Packets dropped or not sent (likewise)",
    "interface_packets_lost": "Packets lost, by media address",
    "interface_duplicates": "Duplicate packets, by media address",
}
_QUALITY = re.compile(r"interface_(\w+?)(2?_total|_samples_total)$")


def parse(body):
    """-> {name: (type, help, labels)} in the order of appearance."""
    found, helps, types = {}, {}, {}
    for line in body.splitlines():
        if line.startswith("# HELP "):
            name, _, helps_text = line[7:].partition(" ")
            helps[name] = helps_text
        elif line.startswith("# TYPE "):
            name, _, kind = line[7:].partition(" ")
            types[name] = kind
        else:
            name = re.match(r"\w+", line).group(0)
            found.setdefault(name, re.findall(r'(\w+)="', line))
    return {name: (types[name], helps.get(name, ""), labels) for name, labels in found.items()}


def words(name, text):
    own = name.removeprefix("rtpengine_")
    quality = _QUALITY.match(own)
    if own in _OWN_WORDS:
        return _OWN_WORDS[own]
    if text:
        return text
    if quality:
        return "As `rtpengine_%s%s`, by media address" % quality.groups()
    raise SystemExit("nothing says what %s is" % name)


def document(bodies):
    lines = [_HEAD]
    for daemon, introduction in _SECTIONS.items():
        lines.append(introduction + "| Name | Type | Labels | Meaning |\n|---|---|---|---|\n")
        for name, (kind, text, labels) in parse(bodies[daemon]).items():
            shown = ", ".join("`%s`" % label for label in labels)
            lines.append("| `%s` | %s | %s | %s |\n" % (name, kind, shown, words(name, text)))
    return "".join(lines)


def main():
    build = sys.argv[1] if len(sys.argv) > 1 else os.path.join(ROOT, "build", "release")
    with tempfile.TemporaryDirectory() as scratch:
        scene = ["unshare", "--net", "--mount", sys.executable, os.path.join(HERE, "scene.py")]
        done = subprocess.run(scene + [build + "/bin", scratch], stdout=subprocess.PIPE, check=True)
    with open(DOCUMENT, "w") as handle:
        handle.write(document(json.loads(done.stdout)["bodies"]))


if __name__ == "__main__":
    main()
