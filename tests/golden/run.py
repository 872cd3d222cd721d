#!/usr/bin/env python3
"""Runs the golden cases and says which passed; needs root (network namespaces). See README.md.

Exit status: 0 when every expected case passed, 1 when one failed or the classification is
incomplete, 2 when the cases could not be run at all.
"""
import argparse
import collections
import os
import sys

from runner import catalogue, schedule

ROOT = os.path.dirname(os.path.dirname(catalogue.HERE))
_MOST_REPEATED = 10


def parse_arguments():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "filter", nargs="*", help="run only cases whose id (area/file: name) contains one of these"
    )
    parser.add_argument(
        "--bin",
        default=os.path.join(ROOT, "build", "release", "bin"),
        help="directory of our daemons",
    )
    parser.add_argument(
        "--daemon",
        default="rebuilt",
        help="'rebuilt' (ours, default), 'incumbent' (the system's rtpengine) or a program",
    )
    parser.add_argument("--jobs", type=int, default=4)
    parser.add_argument("--tier", action="append", help="only this tier; repeatable")
    parser.add_argument(
        "--all", action="store_true", help="run the cases that are not expected to pass as well"
    )
    parser.add_argument(
        "--reason", action="append", help="run the not expected cases of this reason group"
    )
    parser.add_argument(
        "--promote", action="store_true", help="list newly passing cases as expected"
    )
    parser.add_argument(
        "--list", action="store_true", help="show the cases instead of running them"
    )
    parser.add_argument("--keep-logs", metavar="DIR", help="keep the daemons' logs there")
    parser.add_argument(
        "--quiet", action="store_true", help="only names of failing cases, not what differs"
    )
    return parser.parse_args()


def daemon_setup(arguments):
    if arguments.daemon == "rebuilt":
        setup = {"kind": "rebuilt", "bin": os.path.abspath(arguments.bin)}
        programs = [setup["bin"] + "/rtpengine-controld", setup["bin"] + "/rtpengine-mediad"]
    else:
        program = (
            "/usr/bin/rtpengine"
            if arguments.daemon == "incumbent"
            else os.path.abspath(arguments.daemon)
        )
        setup, programs = {"kind": "incumbent", "program": program}, [program]
    missing = [program for program in programs if not os.access(program, os.X_OK)]
    if missing:
        sys.exit("golden: not built: " + ", ".join(missing))
    if arguments.keep_logs:
        os.makedirs(arguments.keep_logs, exist_ok=True)
        setup["keep-logs"] = os.path.abspath(arguments.keep_logs)
    return setup


def select(cases, reason_of, arguments):
    out = []
    for key, case in cases.items():
        reason = reason_of.get(key)
        if arguments.filter and not any(text in key for text in arguments.filter):
            continue
        if arguments.tier and case["tier"] not in arguments.tier:
            continue
        if reason is None or arguments.all or reason in (arguments.reason or []):
            out.append(case)
    return out


class Report:
    def __init__(self, reason_of, quiet):
        self._reason_of, self._quiet = reason_of, quiet
        self.passed, self.failed, self.newly, self.still = [], [], [], []

    def take_failed(self):
        """Forgets the failures so far, for the cases to be run once more; -> their ids"""
        taken, self.failed = self.failed, []
        return taken

    def add(self, key, failures):
        reason = self._reason_of.get(key)
        if reason is not None:
            (self.still if failures else self.newly).append(key)
            return
        (self.failed if failures else self.passed).append(key)
        if failures:
            print(
                "FAIL " + key + ("" if self._quiet else "\n    " + "\n    ".join(failures)),
                flush=True,
            )

    def close(self, problems, not_run):
        for key in sorted(self.newly):
            print("newly passing: %s (%s)" % (key, self._reason_of[key]))
        for text in problems:
            print("ERROR " + text)
        groups = collections.Counter(self._reason_of[key] for key in self.still + not_run)
        for reason, count in sorted(groups.items()):
            print("not expected, %s: %d" % (reason, count))
        print(
            "golden: %d passed, %d failed, %d not expected (%d of these pass)"
            % (
                len(self.passed),
                len(self.failed) + len(problems),
                sum(groups.values()) + len(self.newly),
                len(self.newly),
            )
        )
        return 1 if self.failed or problems else 0


def main():
    arguments = parse_arguments()
    cases = catalogue.load_cases()
    classification = catalogue.Classification()
    chosen = select(cases, classification.reason_of, arguments)
    if arguments.list:
        for case in chosen:
            print(
                "%s\t%s\t%s\t%s"
                % (
                    case["id"],
                    case["tier"],
                    ",".join(case["features"]),
                    classification.reason_of.get(case["id"]) or "expected",
                )
            )
        return 0
    if os.geteuid() != 0:
        print(
            "golden: needs root, because each group of cases runs in a network namespace of its own"
        )
        return 2
    if not chosen:
        print("golden: no case matches")
        return 2
    report = Report(classification.reason_of, arguments.quiet)
    setup = daemon_setup(arguments)
    schedule.run(chosen, setup, arguments.jobs, report.add)
    again = report.take_failed()
    if again and len(again) <= _MOST_REPEATED:
        # Recorded cases have windows of some 100 ms, which a busy machine can miss.
        print("once more, with nothing else running: %d cases" % len(again), flush=True)
        schedule.run([cases[key] for key in again], setup, 1, report.add)
        for key in sorted(set(again) - set(report.failed)):
            print("passed at the second attempt only: " + key)
    else:
        report.failed = again
    ran = {case["id"] for case in chosen}
    not_run = [
        key
        for key, reason in classification.reason_of.items()
        if reason is not None and key not in ran
    ]
    status = report.close(classification.problems(cases), not_run)
    if arguments.promote:
        classification.promote(report.newly)
        classification.save()
    return status


if __name__ == "__main__":
    sys.exit(main())
