"""NG encodings: bencode and JSON to Python values and back.

Not here: cookies and transports (exchange.py). Text is UTF-8 with undecodable bytes kept as
surrogates, so that every byte string survives a round trip.
"""
import json


class Truncated(ValueError):
    """The bytes so far are the beginning of a message; more may complete it."""


def to_bytes(text):
    return text.encode("utf-8", "surrogateescape")


def to_text(data):
    return data.decode("utf-8", "surrogateescape")


def encode_bencode(value):
    if isinstance(value, bool):
        value = int(value)
    if isinstance(value, int):
        return b"i%de" % value
    if isinstance(value, str):
        data = to_bytes(value)
        return b"%d:%s" % (len(data), data)
    if isinstance(value, list):
        return b"l" + b"".join(encode_bencode(item) for item in value) + b"e"
    if isinstance(value, dict):
        # Insertion order is kept: clients do not sort their keys, and neither do the cases.
        return (
            b"d" + b"".join(encode_bencode(k) + encode_bencode(v) for k, v in value.items()) + b"e"
        )
    raise TypeError("no bencode form for %r" % type(value))


class _Decoder:
    def __init__(self, data):
        self.data, self.at = data, 0

    def _until(self, stop):
        end = self.data.find(stop, self.at)
        if end < 0:
            raise Truncated("no %r after offset %d" % (stop, self.at))
        text = self.data[self.at : end]
        self.at = end + 1
        return int(text)

    def _list(self):
        self.at += 1
        items = []
        while True:
            if self.at >= len(self.data):
                raise Truncated("open list or dictionary")
            if self.data[self.at : self.at + 1] == b"e":
                self.at += 1
                return items
            items.append(self.value())

    def value(self):
        kind = self.data[self.at : self.at + 1]
        if not kind:
            raise Truncated("nothing at offset %d" % self.at)
        if kind == b"i":
            self.at += 1
            return self._until(b"e")
        if kind == b"l":
            return self._list()
        if kind == b"d":
            items = self._list()
            if len(items) % 2:
                raise ValueError("dictionary with a key and no value")
            return dict(zip(items[::2], items[1::2]))
        length = self._until(b":")
        if length < 0:
            raise ValueError("negative length")
        end = self.at + length
        if end > len(self.data):
            raise Truncated("string reaches beyond the end")
        text = to_text(self.data[self.at : end])
        self.at = end
        return text


def decode_bencode(data):
    decoder = _Decoder(data)
    value = decoder.value()
    if decoder.at != len(data):
        raise ValueError("%d bytes after the value" % (len(data) - decoder.at))
    return value


def decode_first(data):
    """The message body that a stream begins with; Truncated when more has to come."""
    if data[:1] != b"{":
        return _Decoder(data).value()
    try:
        return json.JSONDecoder().raw_decode(to_text(data))[0]
    except ValueError as error:
        raise Truncated(str(error)) from error


def encode(value, encoding="bencode"):
    return to_bytes(json.dumps(value)) if encoding == "json" else encode_bencode(value)


def decode(data):
    """A whole message body in either encoding; ValueError when it is neither."""
    return json.loads(to_text(data)) if data[:1] == b"{" else decode_bencode(data)
