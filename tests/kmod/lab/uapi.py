"""The numbers of kmod/uapi/rtpengine.h, read from the header itself, so that they exist only there."""
import os
import re

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))))
HEADER = os.path.join(ROOT, "kmod", "uapi", "rtpengine.h")
_PREFIX = "RTPENGINE_"


def _evaluate(expression, known):
    expression = re.sub(r"\b(0[xX][0-9a-fA-F]+|\d+)[uUlL]+\b", r"\1", expression)
    return eval(expression, {"__builtins__": {}}, known)  # a header of our own, of integers only


def read(path=HEADER):
    """-> ({name: number or string}, {enum: [names in order]}), without the prefix RTPENGINE_."""
    with open(path) as handle:
        text = re.sub(r"/\*.*?\*/", " ", handle.read(), flags=re.S).replace("\\\n", " ")
    known, enums = {}, {}
    for match in re.finditer(r"enum\s+(\w+)\s*\{([^}]*)\}|^#define[ \t]+(\w+)[ \t]+(\S.*)$", text, re.M):
        enum, body, name, value = match.groups()
        if name:
            if value.startswith('"'):
                known[name] = value.strip().strip('"')
            else:
                known[name] = _evaluate(value, known)
            continue
        following, names = 0, []
        for entry in filter(None, (part.strip() for part in body.split(","))):
            name, equals, value = (part.strip() for part in entry.partition("="))
            known[name] = _evaluate(value, known) if equals else following
            following = known[name] + 1
            names.append(name)
        enums[enum] = names
    shorten = lambda name: name.replace(_PREFIX, "", 1)  # noqa: E731
    return (
        {shorten(name): value for name, value in known.items()},
        {
            shorten(enum.upper()): [shorten(name) for name in names if not name.startswith("__")]
            for enum, names in enums.items()
        },
    )


class _Numbers:
    def __init__(self, numbers):
        self.__dict__.update(numbers)


_numbers, ENUMS = read()
U = _Numbers(_numbers)
