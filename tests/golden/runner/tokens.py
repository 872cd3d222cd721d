"""Tokens in cases: `{kind}`, `{kind:NAME}`, `{kind:NAME+1}`, `{call}`; their patterns and bindings.

A named token binds on first sight and has to be equal later on. Comparison of whole replies is
compare.py's.
"""
import re

PATTERNS = {
    "port": r"[1-9][0-9]{0,4}",
    "ufrag": r"[A-Za-z0-9+/]{8}",
    "pwd": r"[A-Za-z0-9+/]{26}",
    "foundation": r"[A-Za-z0-9+/]{16}",
    "key": r"[A-Za-z0-9+/]{%d}",
    "fp": r"[0-9A-F]{2}(?::[0-9A-F]{2})+",
    "hex12": r"[0-9a-f]{12}",
    "hex32": r"[0-9a-f]{32}",
    "int": r"[0-9]+",
    "software": r"[^\r\n\"]+",
    "tag": r"[0-9A-Za-z_.-]{8,}",
    "any": r"[^ \"\r\n]+",
}
TOKEN = re.compile(
    r"\{(?P<kind>%s)(?::(?P<name>[A-Za-z]\w*)(?P<delta>[+-]\d+)?)?\}" % "|".join(PATTERNS)
)

# Characters of a generated SDES key, without its padding (RFC 4568, 7714, 6188).
_SDES_LENGTHS = (
    ("AEAD_AES_256_GCM", 59),
    ("AEAD_AES_128_GCM", 38),
    ("AES_256_CM", 62),
    ("AES_192_CM", 51),
)
_SDES_DEFAULT = 40


def _pattern(token, text):
    if token["kind"] != "key":
        return PATTERNS[token["kind"]]
    line = text[: token.start()].rpartition("\n")[2]
    suite = re.search(r"crypto:\d+ (\S+)", line)
    length = _SDES_DEFAULT
    for prefix, characters in _SDES_LENGTHS:
        if suite and suite[1].startswith(prefix):
            length = characters
            break
    return PATTERNS["key"] % length


def regex(text):
    """The regular expression a text with tokens stands for; one group per token. -> (compiled,
    tokens)"""
    tokens = list(TOKEN.finditer(text))
    out, at = [], 0
    for token in tokens:
        out.append(re.escape(text[at : token.start()]) + "(" + _pattern(token, text) + ")")
        at = token.end()
    return re.compile("".join(out) + re.escape(text[at:]), re.S), tokens


def shape(text):
    """The text with token names gone: lines of the same shape may stand for each other."""
    return TOKEN.sub(lambda token: "{%s}" % token["kind"], text)


class Bindings:
    """What the tokens of one run of one case are bound to."""

    def __init__(self, call_id):
        self.call_id = call_id
        self.values = {}

    def resolve(self, value):
        """Fills in bound tokens, deeply; what is not bound yet stays as it is."""
        if isinstance(value, dict):
            return {self.resolve(k): self.resolve(v) for k, v in value.items()}
        if isinstance(value, list):
            return [self.resolve(item) for item in value]
        if not isinstance(value, str):
            return value
        return TOKEN.sub(self._bound_text, value.replace("{call}", self.call_id))

    def _bound_text(self, token):
        bound = self.values.get((token["kind"], token["name"]))
        if bound is None:
            return token[0]
        return str(int(bound) + int(token["delta"])) if token["delta"] else bound

    def match(self, expected, got, ports_in_reply):
        """None, or why `got` is not what `expected` says. Binds names.

        ports_in_reply maps ports first seen in this reply to their token, because two names for one
        port would mean that two streams share it. Candidates are exempt: they name the port of the
        m= line once more.
        """
        expected = expected.replace("{call}", self.call_id)
        pattern, tokens = regex(expected)
        found = pattern.fullmatch(got)
        if not found:
            return "differs"
        for token, text in zip(tokens, found.groups()):
            if token["name"]:
                problem = self._bind(
                    token, text, None if expected.startswith("a=candidate") else ports_in_reply
                )
                if problem:
                    return problem
        return None

    def _bind(self, token, text, ports_in_reply):
        key = (token["kind"], token["name"])
        base = str(int(text) - int(token["delta"])) if token["delta"] else text
        if key in self.values:
            if self.values[key] != base:
                return "%s is %s, but it is bound to %s" % (token[0], text, self.values[key])
            return None
        if token["kind"] == "port" and ports_in_reply is not None:
            other = ports_in_reply.setdefault(base, key)
            if other != key:
                return "{port:%s} and {port:%s} are the same port %s" % (key[1], other[1], base)
        self.values[key] = base
        return None
