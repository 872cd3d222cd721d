"""What a reply holds beside its SDP, as lines that can be compared: each key by its path with the type of its
value, and the value where both daemons have to say the same. And which lines may differ: known_keys.json."""
import json
import re

# Values that follow from the requests alone. Others (times, ports, SSRCs, loads) are compared by their type.
_SAME = re.compile(
    r"(^|/)(tag|type|protocol|index|label|warning|in dialogue with|packets|bytes|errors|via-branch|calls|"
    r"family|address|[a-z ]+count|sessionsown|sessionstotal|foreignsessions|flags)$"
)


def _walk(path, value, out):
    if isinstance(value, dict):
        if not value:
            out.append(path + " {}")
        for key, inner in value.items():
            _walk(path + "/" + key if path else key, inner, out)
    elif isinstance(value, list):
        if all(not isinstance(item, (dict, list)) for item in value):
            out.append("%s [%s]" % (path, " ".join(sorted(map(str, value)))))
        for item in (item for item in value if isinstance(item, (dict, list))):
            _walk(path + "/*", item, out)
    elif _SAME.search(path):
        out.append("%s = %s" % (path, value))
    else:
        out.append("%s : %s" % (path, "number" if isinstance(value, int) else "text"))


def lines_of(reply, without):
    """-> sorted lines of all keys but those"""
    out = []
    for key, value in reply.items():
        if key not in without:
            _walk(key, value, out)
    return sorted(out)


class Rules:
    """known_keys.json: why -> patterns of lines that only one of the daemons says, "- theirs", "+ ours", in
    cases whose id begins so. Each has to match the whole line, and to be of use somewhere."""

    def __init__(self, path):
        with open(path) as handle:
            groups = json.load(handle)
        self._patterns = [
            (re.compile(text), tuple(group.get("cases", [""])))
            for group in groups
            for text in group["lines"]
        ]
        self._used = set()

    def unexplained(self, case_id, theirs, ours):
        """-> the lines that differ and that no rule explains"""
        texts = ["- " + line for line in _left(theirs, ours)]
        texts += ["+ " + line for line in _left(ours, theirs)]
        return [text for text in texts if not self._explains(case_id, text)]

    def _explains(self, case_id, text):
        for pattern, cases in self._patterns:
            if case_id.startswith(cases) and pattern.fullmatch(text):
                self._used.add(pattern)
                return True
        return False

    def stale(self):
        return [pattern.pattern for pattern, _ in self._patterns if pattern not in self._used]


def _left(lines, others):
    """The lines that the others do not have, as often as they do not."""
    others = list(others)
    out = []
    for line in lines:
        if line in others:
            others.remove(line)
        else:
            out.append(line)
    return out
