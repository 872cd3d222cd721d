#!/usr/bin/env python3
"""Runs the stages of tools/test one after the other and adds up what passed and failed.

Each stage's output goes to build/test-results/STAGE.log and, when it failed, to the terminal as
well. This file knows how to run and count; what is tested is elsewhere: tests/unit, tests/sim,
tests/golden, tests/differential, tests/e2e, tests/kmod.
"""
import argparse
import os
import re
import shutil
import subprocess
import sys
import time
import xml.etree.ElementTree as ElementTree
from collections import namedtuple

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
RESULTS = os.path.join(ROOT, "build", "test-results")
RELEASE, SANITIZED = (os.path.join(ROOT, "build", name) for name in ("release", "asan"))
_E2E_SHARDS = 2
_OTHER_DAEMON = "/usr/bin/rtpengine"
_SHOWN_LINES = 120
# Any report ends the program, so that a test or a daemon with one cannot pass.
_SANITIZER_ENVIRONMENT = {
    "ASAN_OPTIONS": "abort_on_error=0:exitcode=99:detect_leaks=1",
    "UBSAN_OPTIONS": "halt_on_error=1:print_stacktrace=1:exitcode=99",
}

Counts = namedtuple("Counts", "passed failed skipped")


def log_of(stage):
    return os.path.join(RESULTS, stage + ".log")


def run(log, *command, environment=None):
    """Runs a command with its output appended to a log; -> True when its status is 0."""
    with open(log, "a") as handle:
        handle.write("$ " + " ".join(command) + "\n")
        handle.flush()
        done = subprocess.run(
            command,
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=handle,
            stderr=subprocess.STDOUT,
            env=dict(os.environ, **(environment or {})),
        )
    return done.returncode == 0


def of_step(good):
    return Counts(1, 0, 0) if good else Counts(0, 1, 0)


def count_junit(paths):
    """GoogleTest's and pytest's XML reports."""
    passed = failed = skipped = 0
    for path in paths:
        for case in ElementTree.parse(path).getroot().iter("testcase"):
            if case.find("failure") is not None or case.find("error") is not None:
                failed += 1
            elif case.find("skipped") is not None or case.get("status") == "notrun":
                skipped += 1
            else:
                passed += 1
    return Counts(passed, failed, skipped)


def reports_in(directory):
    return [
        os.path.join(directory, name)
        for name in sorted(os.listdir(directory))
        if name.endswith(".xml")
    ]


def build(stage, preset, *targets):
    log = log_of(stage)
    choose = ["--target", *targets] if targets else []
    good = run(log, "cmake", "--preset", preset, "-S", ROOT) and run(
        log, "cmake", "--build", "build/" + preset, *choose
    )
    return of_step(good)


def run_ctest(stage, directory, environment=None):
    """Counts single GoogleTest cases; a binary that failed without saying which case (a crash) is
    one failure."""
    reports = os.path.join(RESULTS, stage)
    os.makedirs(reports)
    summary = os.path.join(reports, "ctest.summary")
    variables = dict({"GTEST_OUTPUT": "xml:%s/" % reports}, **(environment or {}))
    good = run(
        log_of(stage),
        "ctest",
        "--test-dir",
        directory,
        "--output-on-failure",
        "--parallel",
        "2",
        "--timeout",
        "600",
        "--output-junit",
        summary,
        "--no-tests=error",
        environment=variables,
    )
    counts = count_junit(reports_in(reports))
    programs = count_junit([summary]) if os.path.exists(summary) else Counts(0, 0, 0)
    with_cases = len(reports_in(reports))
    # Programs without GoogleTest, such as the replay of fuzzing corpora, count as one each.
    passed = counts.passed + max(
        0, programs.passed + programs.failed - with_cases - programs.failed
    )
    failed = counts.failed
    if not good and failed == 0:
        failed = max(1, programs.failed)
    return Counts(passed, failed, counts.skipped + programs.skipped)


def stage_release():
    return build("release", "release")


def stage_unit():
    return run_ctest("unit", RELEASE)


def stage_golden():
    tested = of_step(run(log_of("golden"), sys.executable, "tests/golden/self_test.py"))
    good = run(log_of("golden"), sys.executable, "tests/golden/run.py", "--bin", RELEASE + "/bin")
    with open(log_of("golden")) as handle:
        found = re.findall(r"^golden: (\d+) passed, (\d+) failed", handle.read(), re.M)
    if not found:
        return Counts(tested.passed, tested.failed + 1, 0)
    passed, failed = map(int, found[-1])
    return Counts(passed + tested.passed, max(failed, 0 if good else 1) + tested.failed, 0)


def stage_differential():
    """Against a distribution's daemon; without one there is nothing to compare with."""
    if not os.access(_OTHER_DAEMON, os.X_OK):
        return Counts(0, 0, 1)
    good = run(
        log_of("differential"), sys.executable, "tests/differential/run.py", "--bin", RELEASE + "/bin"
    )
    with open(log_of("differential")) as handle:
        found = re.findall(
            r"^differential: (\d+) same, (\d+) known, (\d+) not known", handle.read(), re.M
        )
    if not found:
        return Counts(0, 1, 0)
    same, known, unknown = map(int, found[-1])
    return Counts(same + known, max(unknown, 0 if good else 1), 0)


def stage_e2e():
    """Several pytest processes at a time, each with a network of its own."""
    running = []
    for part in range(1, _E2E_SHARDS + 1):
        report = os.path.join(RESULTS, "e2e-%d.xml" % part)
        log = open(os.path.join(RESULTS, "e2e-%d.log" % part), "w")
        running.append(
            (
                report,
                log,
                subprocess.Popen(
                    [
                        sys.executable,
                        "-m",
                        "pytest",
                        "-p",
                        "no:cacheprovider",
                        "-rfE",
                        "tests/e2e",
                        "--bin",
                        RELEASE + "/bin",
                        "--shard",
                        "%d/%d" % (part, _E2E_SHARDS),
                        "--junitxml",
                        report,
                    ],
                    cwd=ROOT,
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=subprocess.STDOUT,
                ),
            )
        )
    total = Counts(0, 0, 0)
    with open(log_of("e2e"), "w") as all_logs:
        for report, log, process in running:
            status = process.wait()
            log.close()
            counts = count_junit([report]) if os.path.exists(report) else Counts(0, 1, 0)
            if status != 0 and counts.failed == 0:
                counts = counts._replace(failed=1)
            total = add(total, counts)
            with open(log.name) as handle:
                shutil.copyfileobj(handle, all_logs)
    return total


def stage_sanitized():
    return build("sanitized", "asan")


def stage_sanitized_unit():
    return run_ctest("sanitized-unit", SANITIZED, _SANITIZER_ENVIRONMENT)


def run_pytest(stage, *arguments, environment=None):
    report = os.path.join(RESULTS, stage + ".xml")
    good = run(
        log_of(stage),
        sys.executable,
        "-m",
        "pytest",
        "-p",
        "no:cacheprovider",
        "-rfE",
        *arguments,
        "--junitxml",
        report,
        environment=environment,
    )
    counts = count_junit([report]) if os.path.exists(report) else Counts(0, 1, 0)
    return counts if good or counts.failed else counts._replace(failed=1)


def stage_malformed():
    """Hostile input against sanitized daemons."""
    return run_pytest(
        "malformed",
        "tests/e2e/test_malformed.py",
        "--bin",
        SANITIZED + "/bin",
        "--hostile-inputs",
        "5000",
        environment=_SANITIZER_ENVIRONMENT,
    )


def stage_packages():
    return run_pytest("packages", "tests/deploy")


def stage_quickstart():
    good = run(
        log_of("quickstart"),
        "unshare",
        "--net",
        "sh",
        "-c",
        "ip link set lo up && tools/quickstart --bin build/release/bin --interface=127.0.0.1 "
        "--demo-seconds 3 --exit-after-demo",
    )
    return of_step(good)


def run_kmod(stage, program, summary, *arguments):
    """One of the kernel module's runners, whose last line adds up."""
    good = run(log_of(stage), sys.executable, program, *arguments)
    with open(log_of(stage)) as handle:
        found = re.findall(r"^%s: (\d+) passed, (\d+) failed" % summary, handle.read(), re.M)
    if not found:
        return Counts(0, 1, 0)
    passed, failed = map(int, found[-1])
    return Counts(passed, max(failed, 0 if good else 1), 0)


def stage_kernel():
    """The kernel module: built for two kernels, run under both in QEMU."""
    return run_kmod("kernel", "tests/kmod/run.py", "kmod")


def stage_kernel_srtp():
    """Its SRTP against mediad's."""
    return run_kmod("kernel-srtp", "tests/kmod/srtp/run.py", "kmod srtp")


def stage_kernel_costs():
    """Guest instructions a packet, against their limits; on the kernel that these were agreed for."""
    forwarding = run_kmod("kernel-costs", "tests/kmod/bench", "costs", "--kernel", "6.12.")
    ciphers = run_kmod(
        "kernel-costs-srtp", "tests/kmod/srtp/run.py", "kmod srtp", "--bench", "--kernel", "6.12."
    )
    return add(forwarding, ciphers)


def stage_kernel_calls():
    """Calls of both daemons whose media it carries, under both kernels."""
    return run_kmod("kernel-calls", "tests/kmod/calls/run", "calls", "--bin", RELEASE + "/bin")


STAGES = {
    "release": stage_release,
    "unit": stage_unit,
    "golden": stage_golden,
    "differential": stage_differential,
    "e2e": stage_e2e,
    "quickstart": stage_quickstart,
    "packages": stage_packages,
    "sanitized": stage_sanitized,
    "sanitized-unit": stage_sanitized_unit,
    "malformed": stage_malformed,
    "kernel": stage_kernel,
    "kernel-srtp": stage_kernel_srtp,
    "kernel-calls": stage_kernel_calls,
    "kernel-costs": stage_kernel_costs,
}
# Without these builds the stages after them would only fail for the same reason once more.
_NEEDS = {
    "unit": "release",
    "golden": "release",
    "differential": "release",
    "e2e": "release",
    "quickstart": "release",
    "packages": "release",
    "sanitized-unit": "sanitized",
    "malformed": "sanitized",
    "kernel-srtp": "release",
    "kernel-calls": "release",
}


def add(one, other):
    return Counts(*(a + b for a, b in zip(one, other)))


def show_log(stage):
    with open(log_of(stage), errors="replace") as handle:
        lines = handle.read().splitlines()
    failing = [line for line in lines if line.startswith(("FAIL", "FAILED", "ERROR", "[  FAILED"))]
    for line in failing[:_SHOWN_LINES]:
        print("    " + line)
    if not failing:
        for line in lines[-40:]:
            print("    " + line)
    print("    (all of it: %s)" % os.path.relpath(log_of(stage), ROOT))


def run_stage(stage, broken):
    if _NEEDS.get(stage) in broken:
        print("%-15s not run: %s failed" % (stage, _NEEDS[stage]), flush=True)
        return Counts(0, 0, 1)
    started = time.monotonic()
    if sys.stdout.isatty():
        print("%-15s …\r" % stage, end="", flush=True)
    counts = STAGES[stage]()
    print(
        "%-15s %d passed, %d failed, %d skipped in %d s"
        % (stage, *counts, time.monotonic() - started),
        flush=True,
    )
    if counts.failed:
        broken.add(stage)
        show_log(stage)
    return counts


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("stages", nargs="*", metavar="STAGE", help="of: " + ", ".join(STAGES))
    chosen = parser.parse_args().stages or list(STAGES)
    unknown = [stage for stage in chosen if stage not in STAGES]
    if unknown:
        parser.error("no such stage: " + ", ".join(unknown))
    shutil.rmtree(RESULTS, ignore_errors=True)
    os.makedirs(RESULTS)
    total, broken = Counts(0, 0, 0), set()
    for stage in chosen:
        total = add(total, run_stage(stage, broken))
    line = "%d passed, %d failed" % (total.passed, total.failed)
    print(line + (", %d skipped" % total.skipped if total.skipped else ""))
    return 1 if total.failed or not total.passed else 0


if __name__ == "__main__":
    sys.exit(main())
