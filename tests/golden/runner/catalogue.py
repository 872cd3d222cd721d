"""The cases on disk and what is expected of each (expected.json).

A case's id is "area/file: name". expected.json: {"expected": {"area/file": [name, …]},
"not expected": {reason: {"area/file": [name, …]}}}; every case is listed exactly once.
"""
import glob
import json
import os

HERE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
EXPECTED = os.path.join(HERE, "expected.json")

_NEVER = ("superseded", "other build")


def load_cases():
    """-> {id: case}; each case gets "id" and "file"."""
    out = {}
    for path in sorted(glob.glob(os.path.join(HERE, "cases", "**", "*.json"), recursive=True)):
        name = os.path.relpath(path, os.path.join(HERE, "cases"))[: -len(".json")]
        with open(path) as handle:
            for case in json.load(handle):
                case.update(file=name, id="%s: %s" % (name, case["name"]))
                if case["id"] in out:
                    raise ValueError("two cases are called " + case["id"])
                out[case["id"]] = case
    return out


class Classification:
    """`reason_of[id]` is None for a case that has to pass, else the reason group why it need not."""

    def __init__(self, path=EXPECTED):
        self._path = path
        self.reason_of, self.listed_twice = {}, []
        with open(path) as handle:
            content = json.load(handle)
        self._add(content["expected"], None)
        for reason, files in content["not expected"].items():
            self._add(files, reason)

    def _add(self, files, reason):
        for name, cases in files.items():
            for case in cases:
                key = "%s: %s" % (name, case)
                if key in self.reason_of:
                    self.listed_twice.append(key)
                self.reason_of[key] = reason

    def problems(self, cases):
        """Cases that are not listed, entries without a case, entries listed twice."""
        out = ["not listed in expected.json: " + key for key in cases if key not in self.reason_of]
        out += [
            "listed, but there is no such case: " + key
            for key in self.reason_of
            if key not in cases
        ]
        return out + ["listed twice: " + key for key in self.listed_twice]

    def promote(self, ids):
        """Expected from now on; but a superseded answer that still fits must stay free to change."""
        for key in ids:
            if not self.reason_of[key].startswith(_NEVER):
                self.reason_of[key] = None

    def save(self):
        write_classification(self.reason_of, self._path)


def write_classification(reason_of, path=EXPECTED):
    expected, others = {}, {}
    for key, reason in reason_of.items():
        name, _, case = key.partition(": ")
        target = expected if reason is None else others.setdefault(reason, {})
        target.setdefault(name, []).append(case)
    ordered = {
        reason: {k: files[k] for k in sorted(files)} for reason, files in sorted(others.items())
    }
    content = {"expected": {k: expected[k] for k in sorted(expected)}, "not expected": ordered}
    with open(path, "w") as handle:
        json.dump(content, handle, indent=1, ensure_ascii=False)
        handle.write("\n")
