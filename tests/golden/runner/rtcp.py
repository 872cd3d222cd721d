"""Compound RTCP packets (RFC 3550 section 6, RFC 4585, RFC 3611) as lists of dictionaries, both
ways."""
import struct

TYPES = {
    "sr": 200,
    "rr": 201,
    "sdes": 202,
    "bye": 203,
    "app": 204,
    "rtpfb": 205,
    "psfb": 206,
    "xr": 207,
}
TYPE_NAMES = {number: name for name, number in TYPES.items()}
ITEMS = {
    "cname": 1,
    "name": 2,
    "email": 3,
    "phone": 4,
    "loc": 5,
    "tool": 6,
    "note": 7,
    "priv": 8,
    "mid": 15,
}
ITEM_NAMES = {number: name for name, number in ITEMS.items()}
_REPORT = struct.Struct(">IIIIII")


def _build_report(packet):
    body = struct.pack(">I", packet["ssrc"])
    if packet["type"] == "sr":
        body += struct.pack(
            ">IIIII", *packet["ntp"], packet["ts"], packet["packets"], packet["octets"]
        )
    reports = packet.get("reports", [])
    for r in reports:
        loss = (r["fraction"] << 24) | (r["lost"] & 0xFFFFFF)
        body += _REPORT.pack(r["ssrc"], loss, r["highest"], r["jitter"], r["lsr"], r["dlsr"])
    return len(reports), body + bytes.fromhex(packet.get("more", ""))


def _build_sdes(packet):
    body = b""
    for chunk in packet["chunks"]:
        part = struct.pack(">I", chunk["ssrc"])
        for kind, text in chunk["items"]:
            data = text.encode("latin-1")
            part += bytes([ITEMS.get(kind, kind), len(data)]) + data
        body += part + bytes(4 - len(part) % 4)
    return len(packet["chunks"]), body


def _build_bye(packet):
    return len(packet["ssrcs"]), struct.pack(">%dI" % len(packet["ssrcs"]), *packet["ssrcs"])


def _build_app(packet):
    name = packet["name"].encode("latin-1")
    return packet.get("subtype", 0), struct.pack(">I", packet["ssrc"]) + name + bytes.fromhex(
        packet.get("data", "")
    )


def _build_feedback(packet):
    head = struct.pack(">II", packet["ssrc"], packet["media"])
    return packet["fmt"], head + bytes.fromhex(packet.get("fci", ""))


def _build_xr(packet):
    return 0, struct.pack(">I", packet["ssrc"]) + bytes.fromhex(packet.get("blocks", ""))


def _build_other(packet):
    return packet.get("count", 0), bytes.fromhex(packet["body"])


_BUILD = {
    "sr": _build_report,
    "rr": _build_report,
    "sdes": _build_sdes,
    "bye": _build_bye,
    "app": _build_app,
    "rtpfb": _build_feedback,
    "psfb": _build_feedback,
    "xr": _build_xr,
}


def build(compound):
    out = b""
    for packet in compound:
        kind = packet["type"]
        count, body = _BUILD.get(kind, _build_other)(packet)
        out += struct.pack(">BBH", 0x80 | count, TYPES.get(kind, kind), len(body) // 4) + body
    return out


def _parse_report(kind, count, body):
    out, at = {"ssrc": struct.unpack_from(">I", body)[0]}, 4
    if kind == "sr":
        high, low, ts, packets, octets = struct.unpack_from(">IIIII", body, 4)
        out.update(ntp=[high, low], ts=ts, packets=packets, octets=octets)
        at = 24
    out["reports"] = []
    for _ in range(count):
        ssrc, loss, highest, jitter, lsr, dlsr = _REPORT.unpack_from(body, at)
        lost = loss & 0xFFFFFF
        out["reports"].append(
            {
                "ssrc": ssrc,
                "fraction": loss >> 24,
                "lost": lost - (lost >> 23 << 24),
                "highest": highest,
                "jitter": jitter,
                "lsr": lsr,
                "dlsr": dlsr,
            }
        )
        at += _REPORT.size
    if body[at:]:
        out["more"] = body[at:].hex()
    return out


def _parse_sdes(_, count, body):
    chunks, at = [], 0
    for _ in range(count):
        start, items = at, []
        ssrc = struct.unpack_from(">I", body, at)[0]
        at += 4
        while at < len(body) and body[at]:
            kind, length = body[at], body[at + 1]
            items.append(
                [ITEM_NAMES.get(kind, kind), body[at + 2 : at + 2 + length].decode("latin-1")]
            )
            at += 2 + length
        at += 4 - (at - start) % 4
        chunks.append({"ssrc": ssrc, "items": items})
    return {"chunks": chunks}


def _parse_bye(_, count, body):
    return {"ssrcs": list(struct.unpack_from(">%dI" % count, body))}


def _parse_app(_, count, body):
    return {
        "subtype": count,
        "ssrc": struct.unpack_from(">I", body)[0],
        "name": body[4:8].decode("latin-1"),
        "data": body[8:].hex(),
    }


def _parse_feedback(_, count, body):
    ssrc, media = struct.unpack_from(">II", body)
    return {"fmt": count, "ssrc": ssrc, "media": media, "fci": body[8:].hex()}


def _parse_xr(_, __, body):
    return {"ssrc": struct.unpack_from(">I", body)[0], "blocks": body[4:].hex()}


def _parse_other(_, count, body):
    return {"count": count, "body": body.hex()}


_PARSE = {
    "sr": _parse_report,
    "rr": _parse_report,
    "sdes": _parse_sdes,
    "bye": _parse_bye,
    "app": _parse_app,
    "rtpfb": _parse_feedback,
    "psfb": _parse_feedback,
    "xr": _parse_xr,
}


def parse(data):
    out = []
    while data:
        if len(data) < 4:
            raise ValueError("trailing bytes " + data.hex())
        first, number, words = struct.unpack_from(">BBH", data)
        end = 4 + 4 * words
        if first >> 6 != 2 or len(data) < end:
            raise ValueError("not RTCP: " + data.hex())
        kind = TYPE_NAMES.get(number, number)
        out.append(
            dict({"type": kind}, **_PARSE.get(kind, _parse_other)(kind, first & 31, data[4:end]))
        )
        data = data[end:]
    return out
