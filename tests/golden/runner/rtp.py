"""RTP packets (RFC 3550 section 5.1) and telephone events (RFC 4733) as plain dictionaries, both
ways.

Keys: pt seq ts ssrc marker csrc ext pad payload. ext is {"profile", "data": hex}; payload is hex
after normalised().
"""
import struct

DEFAULTS = {
    "pt": 0,
    "seq": 0,
    "ts": 0,
    "ssrc": 0,
    "marker": False,
    "csrc": [],
    "ext": None,
    "pad": 0,
    "payload": "",
}


def payload_bytes(value):
    if isinstance(value, str):
        return bytes.fromhex(value)
    if "fill" in value:
        octet, count = value["fill"]
        return bytes([octet]) * count
    first, count = value["ramp"]
    return bytes((first + i) & 0xFF for i in range(count))


def normalised(fields):
    """All keys present, payload as hex; a payload that is a token stays a token."""
    out = dict(DEFAULTS, **fields)
    if not (isinstance(out["payload"], str) and "{" in out["payload"]):
        out["payload"] = payload_bytes(out["payload"]).hex()
    return out


def from_event(fields):
    """An RFC 4733 description as an RTP description."""
    out = {k: v for k, v in fields.items() if k not in ("event", "end", "volume", "duration")}
    end = 0x80 if fields.get("end") else 0
    payload = struct.pack(
        ">BBH", fields.get("event", 0), end | fields.get("volume", 10), fields.get("duration", 0)
    )
    return dict(out, payload=payload.hex())


def build(fields):
    f = normalised(fields)
    first = 0x80 | (0x20 if f["pad"] else 0) | (0x10 if f["ext"] else 0) | len(f["csrc"])
    second = (0x80 if f["marker"] else 0) | f["pt"]
    out = struct.pack(">BBHII", first, second, f["seq"] & 0xFFFF, f["ts"] & 0xFFFFFFFF, f["ssrc"])
    out += struct.pack(">%dI" % len(f["csrc"]), *f["csrc"])
    if f["ext"]:
        data = bytes.fromhex(f["ext"]["data"])
        out += struct.pack(">HH", f["ext"]["profile"], len(data) // 4) + data
    out += bytes.fromhex(f["payload"])
    return out + (bytes(f["pad"] - 1) + bytes([f["pad"]]) if f["pad"] else b"")


def header_length(packet):
    length = 12 + 4 * (packet[0] & 15)
    if packet[0] & 0x10 and len(packet) >= length + 4:
        length += 4 + 4 * struct.unpack_from(">H", packet, length + 2)[0]
    return length


def parse(packet):
    if len(packet) < 12 or packet[0] >> 6 != 2:
        raise ValueError("not RTP: " + packet[:40].hex())
    first, second, seq, ts, ssrc = struct.unpack_from(">BBHII", packet)
    count = first & 15
    csrc = list(struct.unpack_from(">%dI" % count, packet, 12))
    at, ext = 12 + 4 * count, None
    if first & 0x10:
        profile, words = struct.unpack_from(">HH", packet, at)
        ext = {"profile": profile, "data": packet[at + 4 : at + 4 + 4 * words].hex()}
        at += 4 + 4 * words
    payload, pad = packet[at:], 0
    if first & 0x20 and payload and payload[-1] <= len(payload):
        pad = payload[-1]
        payload = payload[: len(payload) - pad]
    return {
        "pt": second & 0x7F,
        "seq": seq,
        "ts": ts,
        "ssrc": ssrc,
        "marker": bool(second & 0x80),
        "csrc": csrc,
        "ext": ext,
        "pad": pad,
        "payload": payload.hex(),
    }
