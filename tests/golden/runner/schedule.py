"""Splits cases into groups that can share daemons and runs several groups at a time, each in its
own namespace."""
import json
import os
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

from .catalogue import HERE

# A group of a thousand cases would run alone for minutes while the other jobs have nothing left
# to do.
_LARGEST_GROUP = 120


def groups_of(cases):
    """-> lists of cases with equal options; a case that wants daemons of its own is alone."""
    groups = {}
    for case in cases:
        options = json.dumps(case.get("options", {}), sort_keys=True)
        groups.setdefault((options, case["id"] if case.get("fresh") else None), []).append(case)
    out = []
    for group in groups.values():
        out += [group[at : at + _LARGEST_GROUP] for at in range(0, len(group), _LARGEST_GROUP)]
    return sorted(out, key=lambda group: -sum(_weight(case) for case in group))


def _weight(case):
    """About how many milliseconds a case takes; long groups start first."""
    out = 0
    for step in case["steps"]:
        body = next(
            (v for k, v in step.items() if k.startswith(("udp-", "wait")) and isinstance(v, dict)),
            {},
        )
        out += (
            body.get("for_ms", 0)
            + body.get("ms", 0)
            + body.get("gap_ms", 20) * (body.get("times", 1) - 1)
            + 3
        )
        if "expect" in step and step["expect"] is None:
            out += 700
    return out


def _run_group(group, setup, on_result):
    work = {
        "setup": setup,
        "options": group[0].get("options", {}),
        "cases": [{"id": case["id"], "steps": case["steps"]} for case in group],
    }
    left = {case["id"] for case in group}
    process = subprocess.Popen(
        ["unshare", "--net", sys.executable, "-m", "runner.group"],
        cwd=HERE,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=dict(os.environ, PYTHONDONTWRITEBYTECODE="1"),
    )
    errors = []
    drain = threading.Thread(
        target=lambda: errors.append(process.stderr.read().decode(errors="replace"))
    )
    drain.start()
    process.stdin.write(json.dumps(work).encode())
    process.stdin.close()
    for line in process.stdout:
        result = json.loads(line)
        left.discard(result["id"])
        on_result(result["id"], result["failures"])
    process.wait()
    drain.join()
    for key in sorted(left):
        on_result(key, ["the runner of its group ended early: " + errors[0][-3000:]])


def run(cases, setup, jobs, on_result):
    """Calls on_result(id, failures) once for each case, never from two threads at a time."""
    lock = threading.Lock()

    def guarded(key, failures):
        with lock:
            on_result(key, failures)

    with ThreadPoolExecutor(jobs) as pool:
        for done in [pool.submit(_run_group, group, setup, guarded) for group in groups_of(cases)]:
            done.result()
