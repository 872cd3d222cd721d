"""Packet forms of the media steps: build the bytes to send, match the bytes received.

A form is a dictionary with one key that names it (hex, text, json, rtp, dtmf, rtcp, stun, srtp,
srtcp). In expectations "{any}" stands for anything, "{bind:NAME}" binds or has to be equal, {"min",
"max"} is a range.
"""
import json
import struct

from . import rtcp, rtp, srtp, stun


class NotYet(Exception):
    """A form or step of a case that this runner does not know."""


def kind_of(data):
    """rtp, rtcp, stun, dtls or other, by the first bytes (RFC 7983, RFC 5761)."""
    if stun.is_stun(data):
        return "stun"
    if data and 20 <= data[0] <= 63:
        return "dtls"
    if len(data) >= 2 and data[0] >> 6 == 2 and 192 <= data[1] <= 223:
        return "rtcp"
    return "rtp" if len(data) >= 12 and data[0] >> 6 == 2 else "other"


def is_ignored(data, kinds):
    kind = kind_of(data)
    return kind in kinds or (kind == "stun" and "stun-" + stun.message_class(data) in kinds)


def _filled(value, bindings):
    """A form with all its bound names replaced."""
    if isinstance(value, str):
        if value.startswith("{bind:") and value.endswith("}"):
            return bindings.values[("bind", value[6:-1])]
        return bindings.resolve(value) if "{" in value else value
    if isinstance(value, list):
        return [_filled(item, bindings) for item in value]
    if isinstance(value, dict):
        return {k: _filled(v, bindings) for k, v in value.items()}
    return value


def _damaged(data, damage):
    if not damage:
        return data
    if "cut" in damage:
        return data[: -damage["cut"]]
    at = damage["at"]
    out = bytearray(data)
    out[at] ^= damage.get("xor", 1)
    return bytes(out)


def _mki(value):
    return bytes.fromhex(value.get("mki", ""))


def _inner_rtp(value):
    return value["rtp"] if "rtp" in value else rtp.from_event(value["dtmf"])


def _build_srtp(value):
    packet = rtp.build(_inner_rtp(value))
    secured = srtp.context(value["key"], value["suite"]).protect(
        packet,
        value.get("roc", 0),
        _mki(value),
        value.get("plain", False),
        value.get("noauth", False),
    )
    return _damaged(secured, value.get("damage"))


def _build_srtcp(value):
    secured = srtp.context(value["key"], value["suite"]).protect_rtcp(
        rtcp.build(value["rtcp"]), value.get("index", 0), value.get("encrypted", True), _mki(value)
    )
    return _damaged(secured, value.get("damage"))


def form_of(packet):
    return next(iter(packet.items()))


def build(packet, bindings):
    form, value = form_of(packet)
    value = _filled(value, bindings)
    if form == "hex":
        return bytes.fromhex(value)
    if form == "text":
        return value.encode("latin-1")
    if form == "rtp":
        return rtp.build(value)
    if form == "dtmf":
        return rtp.build(rtp.from_event(value))
    if form == "rtcp":
        return rtcp.build(value)
    if form == "stun":
        return stun.build(value)
    if form == "srtp":
        return _build_srtp(value)
    if form == "srtcp":
        return _build_srtcp(value)
    raise NotYet("packets of the form %s" % form)


def advanced(packet, count, timestamp_step):
    """The packet `count` steps later: sequence number and time stamp go up."""
    form, value = form_of(packet)
    if form == "srtp":
        inner = "rtp" if "rtp" in value else "dtmf"
        return {form: dict(value, **advanced({inner: value[inner]}, count, timestamp_step))}
    if form not in ("rtp", "dtmf"):
        return packet
    return {
        form: dict(
            value,
            seq=(value["seq"] + count) & 0xFFFF,
            ts=(value.get("ts", 0) + count * timestamp_step) & 0xFFFFFFFF,
        )
    }


class Matcher:
    """Compares parsed packets; names bind in the case's bindings."""

    def __init__(self, bindings):
        self._bindings = bindings

    def difference(self, packet, data):
        """None, or a text saying what differs."""
        form, value = form_of(packet)
        try:
            return self._by_form(form, value, packet, data)
        except (ValueError, KeyError, IndexError, struct.error) as error:
            return "%s: %s" % (type(error).__name__, error)

    def _by_form(self, form, value, packet, data):
        if form in ("hex", "text"):
            wanted = build(packet, self._bindings)
            return None if wanted == data else "got %s, expected %s" % (data.hex(), wanted.hex())
        if form == "json":
            return self._values(value, json.loads(data.decode()), form)
        if form in ("rtp", "dtmf"):
            wanted = rtp.normalised(value if form == "rtp" else rtp.from_event(value))
            return self._values(wanted, rtp.parse(data), form)
        if form == "rtcp":
            return self._values(value, rtcp.parse(data), form)
        if form == "stun":
            key = _filled(value["key"], self._bindings) if value.get("key") else None
            wanted = dict({"method": "binding", "txid": "{any}"}, **value)
            wanted.pop("key", None)
            return self._values(wanted, stun.parse(data, key), form)
        if form == "srtp":
            return self._srtp(value, data)
        if form == "srtcp":
            return self._srtcp(value, data)
        raise NotYet("packets of the form %s" % form)

    def _context(self, value):
        return srtp.context(_filled(value["key"], self._bindings), value["suite"])

    def _srtp(self, value, data):
        packet, mki = self._context(value).unprotect(
            data,
            value.get("roc", 0),
            len(_mki(value)),
            value.get("plain", False),
            value.get("noauth", False),
        )
        wanted = {"rtp": rtp.normalised(_inner_rtp(value)), "mki": value.get("mki", "")}
        return self._values(wanted, {"rtp": rtp.parse(packet), "mki": mki.hex()}, "srtp")

    def _srtcp(self, value, data):
        packet, index, encrypted, mki = self._context(value).unprotect_rtcp(data, len(_mki(value)))
        wanted = {
            "rtcp": value["rtcp"],
            "index": value.get("index", 0),
            "encrypted": value.get("encrypted", True),
            "mki": value.get("mki", ""),
        }
        got = {"rtcp": rtcp.parse(packet), "index": index, "encrypted": encrypted, "mki": mki.hex()}
        return self._values(wanted, got, "srtcp")

    def _values(self, wanted, got, path):
        if isinstance(wanted, str):
            return self._text(wanted, got, path)
        if isinstance(wanted, dict) and set(wanted) == {"min", "max"} and not isinstance(got, dict):
            inside = wanted["min"] <= got <= wanted["max"]
            return (
                None
                if inside
                else "%s: %r is not in %r…%r" % (path, got, wanted["min"], wanted["max"])
            )
        if isinstance(wanted, dict) and isinstance(got, dict):
            return self._dictionaries(wanted, got, path)
        if isinstance(wanted, list) and isinstance(got, list):
            if len(wanted) != len(got):
                return "%s: %d items, expected %d: %r" % (path, len(got), len(wanted), got)
            pairs = enumerate(zip(wanted, got))
            return next(
                filter(None, (self._values(a, b, "%s[%d]" % (path, i)) for i, (a, b) in pairs)),
                None,
            )
        return None if wanted == got else "%s: got %r, expected %r" % (path, got, wanted)

    def _text(self, wanted, got, path):
        if wanted == "{any}":
            return None
        if wanted.startswith("{bind:") and wanted.endswith("}"):
            wanted = self._bindings.values.setdefault(("bind", wanted[6:-1]), got)
        elif "{" in wanted:
            wanted = self._bindings.resolve(wanted)
        return None if wanted == got else "%s: got %r, expected %r" % (path, got, wanted)

    def _dictionaries(self, wanted, got, path):
        for key in wanted:
            if key not in got:
                return "%s.%s: missing" % (path, key)
            problem = self._values(wanted[key], got[key], path + "." + str(key))
            if problem:
                return problem
        extra = [key for key in got if key not in wanted]
        return "%s.%s: not expected: %r" % (path, extra[0], got[extra[0]]) if extra else None
