"""STUN messages (RFC 8489) with the attributes ICE uses (RFC 8445), as dictionaries, both ways."""
import hashlib
import hmac
import socket
import struct
import zlib

from .exchange import join_address, split_address

MAGIC = 0x2112A442
_MAGIC_BYTES = struct.pack(">I", MAGIC)
_FINGERPRINT_XOR = 0x5354554E
ATTRIBUTES = {
    "MAPPED-ADDRESS": 0x01,
    "USERNAME": 0x06,
    "MESSAGE-INTEGRITY": 0x08,
    "ERROR-CODE": 0x09,
    "UNKNOWN-ATTRIBUTES": 0x0A,
    "REALM": 0x14,
    "NONCE": 0x15,
    "XOR-MAPPED-ADDRESS": 0x20,
    "PRIORITY": 0x24,
    "USE-CANDIDATE": 0x25,
    "SOFTWARE": 0x8022,
    "FINGERPRINT": 0x8028,
    "ICE-CONTROLLED": 0x8029,
    "ICE-CONTROLLING": 0x802A,
}
ATTRIBUTE_NAMES = {number: name for name, number in ATTRIBUTES.items()}
CLASSES = {"request": 0x000, "indication": 0x010, "success": 0x100, "error": 0x110}
CLASS_NAMES = {bits: name for name, bits in CLASSES.items()}
_CLASS_BITS = 0x110
_TEXTS = ("USERNAME", "SOFTWARE", "REALM", "NONCE")


def is_stun(data):
    return len(data) >= 20 and data[0] < 4 and data[4:8] == _MAGIC_BYTES


def message_class(data):
    return CLASS_NAMES[struct.unpack_from(">H", data)[0] & _CLASS_BITS]


def _xored(port, raw, transaction):
    mask = _MAGIC_BYTES + transaction
    return port ^ (MAGIC >> 16), bytes(a ^ b for a, b in zip(raw, mask))


def _address_value(text, transaction, xored):
    host, port = split_address(text)
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    raw = socket.inet_pton(family, host)
    if xored:
        port, raw = _xored(port, raw, transaction)
    return struct.pack(">BBH", 0, 2 if family == socket.AF_INET6 else 1, port) + raw


def _address_text(value, transaction, xored):
    port, raw = struct.unpack_from(">H", value, 2)[0], value[4:]
    if xored:
        port, raw = _xored(port, raw, transaction)
    return join_address(
        socket.inet_ntop(socket.AF_INET6 if value[1] == 2 else socket.AF_INET, raw), port
    )


def _crc(data):
    return (zlib.crc32(data) & 0xFFFFFFFF) ^ _FINGERPRINT_XOR


def _plain_value(name, value, transaction):
    """The bytes of an attribute that does not depend on the message before it."""
    if name in _TEXTS:
        return value.encode()
    if name == "PRIORITY":
        return struct.pack(">I", value)
    if name == "USE-CANDIDATE":
        return b""
    if name in ("XOR-MAPPED-ADDRESS", "MAPPED-ADDRESS"):
        return _address_value(value, transaction, name.startswith("XOR"))
    if name == "ERROR-CODE":
        return struct.pack(">HBB", 0, value[0] // 100, value[0] % 100) + value[1].encode()
    if name == "UNKNOWN-ATTRIBUTES":
        return struct.pack(">%dH" % len(value), *value)
    return bytes.fromhex(value)


def build(message):
    transaction = bytes.fromhex(message["txid"])
    method = message.get("method", "binding")
    kind = CLASSES[message.get("class", "request")] | (1 if method == "binding" else method)
    key = (message.get("key") or "").encode()
    body = b""

    def head(length):
        return struct.pack(">HHI", kind, length, MAGIC) + transaction

    for name, value in message.get("attrs", []):
        code = (
            name
            if isinstance(name, int)
            else ATTRIBUTES[name]
            if name in ATTRIBUTES
            else int(name, 16)
        )
        if name == "MESSAGE-INTEGRITY" and value in ("valid", "bad"):
            digest = hmac.new(key, head(len(body) + 24) + body, hashlib.sha1).digest()
            data = digest if value == "valid" else b"\xaa" * 20
        elif name == "FINGERPRINT":
            data = struct.pack(
                ">I", _crc(head(len(body) + 8) + body) ^ (0xFF if value == "bad" else 0)
            )
        else:
            data = _plain_value(name, value, transaction)
        body += struct.pack(">HH", code, len(data)) + data + bytes(-len(data) % 4)
    return head(len(body)) + body


def _value_of(name, value, transaction):
    if name in _TEXTS:
        return value.decode("latin-1")
    if name == "PRIORITY":
        return struct.unpack(">I", value)[0]
    if name == "USE-CANDIDATE":
        return ""
    if name in ("XOR-MAPPED-ADDRESS", "MAPPED-ADDRESS"):
        return _address_text(value, transaction, name.startswith("XOR"))
    if name == "ERROR-CODE":
        return [value[2] * 100 + value[3], value[4:].decode("latin-1")]
    if name == "UNKNOWN-ATTRIBUTES":
        return list(struct.unpack(">%dH" % (len(value) // 2), value))
    return value.hex()


def parse(data, key=None):
    """Integrity and fingerprint become "valid" or "bad" (integrity only with a key)."""
    kind, length, magic = struct.unpack_from(">HHI", data)
    if kind >> 14 or magic != MAGIC or length != len(data) - 20:
        raise ValueError("not STUN: " + data[:40].hex())
    transaction, attributes, at = data[8:20], [], 20
    while at < len(data):
        code, size = struct.unpack_from(">HH", data, at)
        value = data[at + 4 : at + 4 + size]
        name = ATTRIBUTE_NAMES.get(code, "0x%04x" % code)
        if name == "MESSAGE-INTEGRITY" and key is not None:
            covered = struct.pack(">HH", kind, at - 20 + 24) + data[4:at]
            good = hmac.compare_digest(
                hmac.new(key.encode(), covered, hashlib.sha1).digest(), value
            )
            shown = "valid" if good else "bad"
        elif name == "FINGERPRINT":
            covered = struct.pack(">HH", kind, at - 20 + 8) + data[4:at]
            shown = "valid" if struct.pack(">I", _crc(covered)) == value else "bad"
        else:
            shown = _value_of(name, value, transaction)
        attributes.append([name, shown])
        at += 4 + size + (-size % 4)
    method = kind & ~_CLASS_BITS
    return {
        "class": CLASS_NAMES[kind & _CLASS_BITS],
        "method": "binding" if method == 1 else method,
        "txid": transaction.hex(),
        "attrs": attributes,
    }
