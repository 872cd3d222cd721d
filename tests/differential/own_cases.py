"""The requests of the negotiation tables (tests/unit/controld/negotiate/cases), as a corpus: their
rtpp-flags become keys and flags, which older daemons understand as well."""
import glob
import os

HERE = os.path.dirname(os.path.abspath(__file__))
_TABLES = os.path.join(HERE, "..", "unit", "controld", "negotiate", "cases", "*.txt")
_OPTIONS = {"interface": ["default/203.0.113.5", "default/2001:db8:4321::5", "int/203.0.113.9",
                          "ext/203.0.113.6!192.0.2.66"]}
_DYNAMIC = {
    "96": ["a=rtpmap:96 opus/48000/2", "a=fmtp:96 useinbandfec=1"],
    "97": ["a=rtpmap:97 AMR/8000"],
    "98": ["a=rtpmap:98 VP8/90000"],
    "101": ["a=rtpmap:101 telephone-event/8000", "a=fmtp:101 0-15"],
    "110": ["a=rtpmap:110 telephone-event/48000", "a=fmtp:110 0-15"],
}
_KEYS_OF_NUMBERS = ("ptime", "ptime-reverse", "sip-code")


def _value(text):
    """-> a text, list or dictionary from "x", "[x y]" or "[k=v k=[x]]"."""
    if not text.startswith("["):
        return text.replace("--", "=").replace("..", " ")
    items = _split(text[1:-1])
    if items and "=" in items[0]:
        return {name: _value(rest) for name, _, rest in (item.partition("=") for item in items)}
    return [_value(item) for item in items]


def _split(text):
    """Words at blanks outside of brackets."""
    out, depth = [""], 0
    for char in text:
        depth += (char == "[") - (char == "]")
        if char == " " and depth == 0:
            out.append("")
        else:
            out[-1] += char
    return [word for word in out if word]


def _keys(flags):
    out, words = {}, []
    for item in _split(flags):
        name, equals, rest = item.partition("=")
        if not equals or ">" in name:
            words.append(item)
        else:
            value = _value(rest)
            out[name] = int(value) if name in _KEYS_OF_NUMBERS else value
    if words:
        out["flags"] = words
    return out


def _body(party, text):
    number = ord(party[0]) - ord("a") + 1
    port, session, media = 3000 + 1000 * number, [], []
    for item in (part.strip() for part in text.split(" / ")):
        if item.startswith("@"):
            formats = item[1:].split()
            media.append("m=audio %d RTP/AVP %s" % (port, item[1:]))
            media += [line for name in formats for line in _DYNAMIC.get(name, [])]
            port += 10
        elif item:
            (media if media or item.startswith("m=") else session).append(item)
    head = ["v=0"]
    if not any(line.startswith("o=") for line in session):
        head += ["o=%s 7 1 IN IP4 198.51.100.%d" % (party, number), "s=-"]
    if not any(line.startswith("c=") for line in session):
        head.append("c=IN IP4 198.51.100.%d" % number)
    return "".join(line + "\r\n" for line in head + ["t=0 0"] + session + media)


def _step(text):
    head, _, rest = text.partition(" : ")
    body = rest.partition("=> ")[0]
    command, parties, flags = (head.split(" ", 2) + [""])[:3]
    sender, _, receiver = parties.partition(">")
    request = {"command": command, "call-id": "{call}", "from-tag": sender}
    if receiver:
        request["to-tag"] = receiver
    request.update(_keys(flags))
    request["sdp"] = _body(receiver if command == "answer" else sender, body)
    return {"send": request}


def load():
    """-> cases in the form of ../golden/cases, without expectations."""
    out = []
    for path in sorted(glob.glob(_TABLES)):
        area = "own/" + os.path.basename(path)[:-4]
        with open(path) as handle:
            for line in handle.read().split("\n"):
                if line.startswith("= "):
                    out.append({"id": area + ": " + line[2:], "options": _OPTIONS, "steps": []})
                elif line and not line.startswith("#"):
                    out[-1]["steps"].append(_step(line))
    return out
