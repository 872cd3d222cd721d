"""Compares a whole NG reply with the expected one and says readably what differs.

Every difference is an error: missing and additional keys, order of lists and lines. Packets are
packet.py's.
"""
import difflib
import json

from . import tokens


def _short(value):
    text = json.dumps(value)
    return text if len(text) <= 600 else text[:600] + "…"


class Comparison:
    """One reply of one case; `bindings` live as long as the case."""

    def __init__(self, bindings):
        self._bindings = bindings
        self._ports = {}
        self.differences = []

    def _differ(self, path, text):
        self.differences.append("%s: %s" % (path or "reply", text))

    def run(self, expected, got, path=""):
        if expected == "{any}" and got is not None:
            return
        if isinstance(expected, dict) and isinstance(got, dict):
            self._dictionaries(expected, got, path)
        elif isinstance(expected, list) and isinstance(got, list):
            self._lists(expected, got, path)
        elif (
            isinstance(expected, str) and isinstance(got, (str, int)) and not isinstance(got, bool)
        ):
            self._texts(expected, got, path)
        elif type(expected) is not type(got) or expected != got:
            self._differ(path, "%s, expected %s" % (_short(got), _short(expected)))

    def _key_of(self, expected_key, left):
        key = self._bindings.resolve(expected_key)
        if key in left or not tokens.TOKEN.search(key):
            return key
        return next((k for k in left if self._bindings.match(key, k, self._ports) is None), key)

    def _dictionaries(self, expected, got, path):
        left = dict(got)
        # Literal keys first: a token may take only what no literal key names.
        for key in sorted(expected, key=lambda k: tokens.TOKEN.search(k) is not None):
            name = self._key_of(key, left)
            if name in left:
                self.run(expected[key], left.pop(name), path + "/" + name)
            else:
                self._differ(path + "/" + name, "missing")
        for name in left:
            self._differ(path + "/" + name, "not expected: " + _short(left[name]))

    def _lists(self, expected, got, path):
        if len(expected) != len(got):
            self._differ(
                path, "%d elements, expected %d: %s" % (len(got), len(expected), _short(got))
            )
            return
        for index, (one, other) in enumerate(zip(expected, got)):
            self.run(one, other, "%s[%d]" % (path, index))

    def _texts(self, expected, got, path):
        if isinstance(got, int) and not tokens.TOKEN.fullmatch(expected):
            self._differ(path, "%r, expected %r" % (got, expected))
            return
        got = str(got)
        if "\n" in expected:
            self._bodies(expected.splitlines(True), got.splitlines(True), path)
            return
        problem = self._bindings.match(expected, got, self._ports)
        if problem:
            self._differ(path, "%r, expected %r (%s)" % (got, expected, problem))

    def _bodies(self, expected, got, path):
        """SDP and the like, line by line; the whole body is shown when a line differs."""
        call = self._bindings.call_id
        shapes = [tokens.shape(line.replace("{call}", call)) for line in expected]
        patterns = [tokens.regex(line.replace("{call}", call))[0] for line in expected]
        forms = []
        for line in got:
            forms.append(next((s for s, p in zip(shapes, patterns) if p.fullmatch(line)), line))
        shown, bad = [], False
        for kind, a, b, c, d in difflib.SequenceMatcher(None, shapes, forms, False).get_opcodes():
            if kind != "equal":
                bad = True
                shown += ["- " + repr(line)[1:-1] for line in expected[a:b]]
                shown += ["+ " + repr(line)[1:-1] for line in got[c:d]]
                continue
            for one, other in zip(expected[a:b], got[c:d]):
                problem = self._bindings.match(one, other, self._ports)
                bad = bad or problem is not None
                shown.append("  " + repr(other)[1:-1] + ("      <-- " + problem if problem else ""))
        if bad:
            self._differ(path, "(- expected, + got)\n      " + "\n      ".join(shown))
