#!/usr/bin/env python3
"""Compares our daemons' replies with another daemon's, request by request; see README.md."""
import argparse
import collections
import difflib
import json
import os
import re
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
sys.path.insert(0, os.path.join(ROOT, "tests", "golden"))
sys.dont_write_bytecode = True

import ng_cases  # noqa: E402
import own_cases  # noqa: E402
import reply_tree  # noqa: E402
from runner import catalogue, exchange, group, schedule  # noqa: E402
from runner.daemons import DaemonError, Daemons  # noqa: E402
from runner.tokens import Bindings  # noqa: E402

_COMPARED = ("result", "error-reason", "sdp")
_RECORDED = ("sdp/", "ng/errors: ", "ng/query-delete: ", "ng/tolerance: ")
_INSTANCE = re.compile(r"(a=rtpengine:)[0-9a-f]+")  # of a daemon, drawn at its start
_NO_ADDRESS = ("0.0.0.0", "::", "")
_NUMBERED = re.compile(r"^(m=\S+ |a=rtcp:)(\d+)(.*)$")


class Normaliser:
    """Ports as P1, P1+1, P2 …, in order of appearance within a case. Each address has its own
    ports: the same number at two of them is two ports."""

    def __init__(self):
        self._names = {}

    def _port(self, address, text):
        port = int(text)
        if port == 0:
            return "0"
        if address in _NO_ADDRESS:  # on hold: the address is not shown, so any that has the port
            address = next((known for known, number in self._names if number == port), address)
        if (address, port) not in self._names:
            name = "P%d" % (len(self._names) // 2 + 1)
            self._names[address, port] = name
            self._names[address, port + 1] = name + "+1"
        return self._names[address, port]

    def _sdp(self, lines):
        out = []
        for line, address in zip(lines, addresses(lines)):
            found = _NUMBERED.match(line)
            out.append(found[1] + self._port(address, found[2]) + found[3] if found else line)
        return canonical(out)

    def reply(self, reply):
        if not isinstance(reply, dict):
            return {"result": "no reply"}
        out = {key: reply[key] for key in _COMPARED if key in reply}
        if "sdp" in out:
            out["sdp"] = self._sdp([line for line in out["sdp"].split("\r\n") if line])
        out["tree"] = reply_tree.lines_of(reply, _COMPARED)
        return out


def sections(lines):
    """-> [(begin, end)]: the session's lines and those of each section, without gaps."""
    starts = [0] + [at for at, line in enumerate(lines) if line.startswith("m=")] + [len(lines)]
    return list(zip(starts, starts[1:]))


def addresses(lines):
    """-> for each line, the address of the c= that holds for it, or ""."""
    out, of_session = [], ""
    for begin, end in sections(lines):
        own = [line.split()[-1] for line in lines[begin:end] if line.startswith("c=")]
        address = own[0] if own else of_session
        of_session = address if begin == 0 else of_session
        out += [address] * (end - begin)
    return out


def canonical(lines):
    """The same description whatever the layout: c= in each section, lines of a level sorted."""
    (_, end), *others = sections(lines)
    session = lines[:end]
    connection = [line for line in session if line.startswith("c=")]
    out = sorted(line for line in session if not line.startswith("c="))
    for begin, end in others:
        section = lines[begin + 1 : end]
        if not any(line.startswith("c=") for line in section):
            section = section + connection
        out += [lines[begin]] + sorted(section)
    return out


def corpus(texts):
    """Recorded cases whose steps are requests over UDP, and our own."""
    recorded = [
        case
        for key, case in catalogue.load_cases().items()
        if key.startswith(_RECORDED)
        and all("send" in step and step.get("transport", "udp") == "udp" for step in case["steps"])
    ]
    cases = recorded + own_cases.load() + ng_cases.load()
    return [case for case in cases if not texts or any(text in case["id"] for text in texts)]


def replies_of(setup, options, cases):
    """-> {case id: list of normalised replies}; a daemon that dies is started again."""
    out, left = {}, list(cases)
    while left:
        with Daemons(setup, options) as daemons:
            while left:
                case = left.pop(0)
                bindings, normaliser = Bindings("differential-%s" % id(case)), Normaliser()
                replies = out[case["id"]] = []
                for step in case["steps"]:
                    step = {k: v for k, v in step.items() if k != "expect"}
                    try:
                        reply = exchange.exchange(daemons.endpoints, step, bindings)
                    except (exchange.ExchangeError, ValueError) as error:
                        reply = {"result": str(error)}
                    replies.append(normaliser.reply(reply))
                try:
                    daemons.check_alive()
                except DaemonError:
                    replies.append({"result": "the daemon died"})
                    break
    return out


def work():
    """In a network namespace of its own: stdin one JSON object, stdout another."""
    task = json.load(sys.stdin)
    group.prepare_namespace()
    out = []
    for setup in task["setups"]:
        try:
            out.append(replies_of(setup, task["options"], task["cases"]))
        except DaemonError as error:
            lost = [{"result": "does not start: " + str(error).split("\n")[-2][:120]}]
            out.append({case["id"]: lost for case in task["cases"]})
    json.dump(out, sys.stdout)


def compare(case_id, ours, theirs, rules):
    """-> the differences of one case as texts: "- theirs", "+ ours". The first step that differs ends
    it, as later ones follow from it."""
    for number, (mine, other) in enumerate(zip(ours, theirs), 1):
        texts = []
        for key in ("result", "error-reason"):
            if mine.get(key) != other.get(key):
                texts.append("- %s: %s" % (key, other.get(key)))
                texts.append("+ %s: %s" % (key, mine.get(key)))
        if not texts:
            lines = difflib.ndiff(other.get("sdp", []), mine.get("sdp", []))
            texts = [line for line in lines if line[0] in "-+"]
        if not texts:
            texts = rules.unexplained(case_id, other.get("tree", []), mine.get("tree", []))
        if texts:
            return number, texts
    return None, []


def explain(key, texts, known, classification):
    """-> why a case differs, or None. The recorded cases are the contract: where we answer as
    recorded, it is the other daemon that differs."""
    reason = classification.reason_of.get(key, "")
    if reason is None:
        return "we answer as recorded, the other is another release"
    if reason:
        return "not as recorded either: " + reason
    expected, why = known.get(key, ([], None))
    return why if [_INSTANCE.sub(r"\1*", text) for text in texts] == expected else None


def load_known(path):
    """-> {case id: (the very texts that differ, why)}"""
    with open(path) as handle:
        groups = json.load(handle)
    return {
        key: (texts, group["why"]) for group in groups for key, texts in group["cases"].items()
    }


def differences(setups, cases, known, classification, rules):
    """Asks both daemons, started anew. -> {case id: (step or None, texts, why or None)}"""
    task = {"setups": setups, "options": cases[0].get("options", {}), "cases": cases}
    done = subprocess.run(
        ["unshare", "--net", sys.executable, os.path.abspath(__file__), "--work"],
        input=json.dumps(task).encode(),
        stdout=subprocess.PIPE,
        check=True,
    )
    ours, theirs = json.loads(done.stdout)
    out = {}
    for case in cases:
        key = case["id"]
        number, texts = compare(key, ours[key], theirs[key], rules)
        out[key] = number, texts, explain(key, texts, known, classification)
    return out


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("filter", nargs="*", help="only cases whose id contains one of these")
    parser.add_argument("--bin", default=os.path.join(ROOT, "build", "release", "bin"))
    parser.add_argument("--other", default="/usr/bin/rtpengine", help="the other daemon")
    parser.add_argument("--all", action="store_true", help="list known differences, too")
    parser.add_argument("--work", action="store_true", help=argparse.SUPPRESS)
    return parser.parse_args()


def main():
    arguments = parse_arguments()
    if arguments.work:
        work()
        return 0
    programs = [arguments.other, arguments.bin + "/rtpengine-controld"]
    missing = [program for program in programs if not os.access(program, os.X_OK)]
    if missing or os.geteuid() != 0:
        print("differential: needs root and " + ", ".join(missing or programs))
        return 2
    setups = [
        {"kind": "rebuilt", "bin": os.path.abspath(arguments.bin)},
        {"kind": "incumbent", "program": arguments.other},
    ]
    known = load_known(os.path.join(HERE, "known.json"))
    rules = reply_tree.Rules(os.path.join(HERE, "known_keys.json"))
    stale = {key for key in known if not arguments.filter}
    classification = catalogue.Classification()
    same, explained, unknown = 0, collections.Counter(), 0
    for cases in schedule.groups_of(corpus(arguments.filter)):
        found = differences(setups, cases, known, classification, rules)
        by_id = {case["id"]: case for case in cases}
        again = [by_id[key] for key, (_, texts, why) in found.items() if texts and why is None]
        if again:
            # A daemon that draws a port which the case has just given back makes a difference
            # that is none: what is real comes again.
            found.update(differences(setups, again, known, classification, rules))
        for key, (number, texts, reason) in found.items():
            if not texts:
                same += 1
                continue
            stale.discard(key)
            if reason is None:
                unknown += 1
            else:
                explained[reason] += 1
            if reason is None or arguments.all:
                print("DIFFERS %s, step %d" % (key, number))
                print("\n".join("    " + text for text in texts))
    for reason, count in explained.most_common():
        print("known, %s: %d" % (reason, count))
    for key in sorted(stale):
        print("STALE %s is in known.json and does not differ" % key)
    for text in [] if arguments.filter else rules.stale():
        stale.add(text)
        print("STALE %s is in known_keys.json and does not differ" % text)
    unknown += len(stale)
    print("differential: %d same, %d known, %d not known" % (same, sum(explained.values()), unknown))
    return 1 if unknown else 0


if __name__ == "__main__":
    sys.exit(main())
