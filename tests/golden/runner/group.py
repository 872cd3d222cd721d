"""Runs a group of cases with equal options in this process' network namespace; results are JSON
lines on stdout.

Started by schedule.py under `unshare --net`; stdin is one JSON object {"setup", "options",
"cases"}.
"""
import json
import subprocess
import sys

from .case import CaseRun
from .daemons import DaemonError, Daemons

_ROUTES = (
    "link set lo up",
    "route add local 203.0.113.0/24 dev lo",
    "route add local 198.51.100.0/24 dev lo",
    "-6 route add local 2001:db8:4321::/64 dev lo",
    "-6 route add local 2001:db8:4322::/64 dev lo",
)


def prepare_namespace():
    for route in _ROUTES:
        subprocess.run(["ip", *route.split()], check=True)
    with open("/proc/sys/net/ipv6/ip_nonlocal_bind", "w") as handle:
        handle.write("1")


def _report(case, failures):
    print(json.dumps({"id": case["id"], "failures": failures}), flush=True)


def _run_until_dead(setup, options, cases):
    """Runs cases with one start of the daemons; -> the cases left when a daemon died."""
    with Daemons(setup, options) as daemons:
        while cases:
            case = cases[0]
            failures = CaseRun(daemons.endpoints).run(case["steps"])
            try:
                daemons.check_alive()
            except DaemonError as error:
                _report(case, failures + [str(error)])
                return cases[1:]
            _report(case, failures)
            cases = cases[1:]
    return []


def main():
    work = json.load(sys.stdin)
    prepare_namespace()
    cases = work["cases"]
    try:
        while cases:
            cases = _run_until_dead(work["setup"], work["options"], cases)
    except DaemonError as error:
        for case in cases:
            _report(case, ["daemons: %s" % error])


if __name__ == "__main__":
    main()
