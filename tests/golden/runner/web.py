"""NG over HTTP and over WebSocket (RFC 6455), client side, one message and its reply.

A reply that is not an NG message is returned as {"status", "body"}.
"""
import http.client
import os
import base64
import socket
import struct

from . import encoding
from .exchange import ExchangeError, split_address, split_reply

_CLOSE, _FIN, _CONTROL = 8, 0x80, 8


def over_http(endpoint, request, step, seconds):
    path = step.get("path", "/ng")
    if path == "/ng-plain":
        request = request.partition(b" ")[2]
    plain_json = path == "/ng-plain" and step.get("encoding") == "json"
    content = step.get(
        "content-type", "application/json" if plain_json else "application/x-rtpengine-ng"
    )
    connection = http.client.HTTPConnection(*split_address(endpoint), timeout=seconds)
    try:
        connection.request(step.get("method", "POST"), path, request, {"Content-Type": content})
        reply = connection.getresponse()
        body = reply.read()
    finally:
        connection.close()
    try:
        return encoding.decode(body.partition(b" ")[2] if path == "/ng" else body)
    except ValueError:
        return {"status": reply.status, "body": encoding.to_text(body)}


class _Reader:
    def __init__(self, sock):
        self.sock, self.buffer = sock, b""

    def _more(self):
        got = self.sock.recv(65536)
        if not got:
            raise ConnectionError("closed")
        self.buffer += got

    def head(self):
        while b"\r\n\r\n" not in self.buffer:
            self._more()
        head, _, self.buffer = self.buffer.partition(b"\r\n\r\n")
        return head

    def take(self, count):
        while len(self.buffer) < count:
            self._more()
        taken, self.buffer = self.buffer[:count], self.buffer[count:]
        return taken

    def message(self):
        """-> payload of the next data message, or None when the server closes."""
        payload = b""
        while True:
            first, second = self.take(2)
            length = second & 0x7F
            if length == 126:
                length = struct.unpack("!H", self.take(2))[0]
            elif length == 127:
                length = struct.unpack("!Q", self.take(8))[0]
            body, opcode = self.take(length), first & 15
            if opcode == _CLOSE:
                return None
            if opcode < _CONTROL:
                payload += body
                if first & _FIN:
                    return payload


def _text_frame(data):
    """One masked text frame; the mask is zero, which keeps captures readable."""
    if len(data) < 126:
        head = bytes([0x81, 0x80 | len(data)])
    elif len(data) < 65536:
        head = struct.pack("!BBH", 0x81, 0xFE, len(data))
    else:
        head = struct.pack("!BBQ", 0x81, 0xFF, len(data))
    return head + bytes(4) + data


def _handshake(step, protocol):
    return "\r\n".join(
        [
            "GET /%s HTTP/1.1" % step.get("path", ""),
            "Host: localhost",
            "Connection: Upgrade",
            "Upgrade: websocket",
            "Sec-WebSocket-Version: 13",
            "Sec-WebSocket-Key: " + base64.b64encode(os.urandom(16)).decode(),
            "Sec-WebSocket-Protocol: " + protocol,
            "",
            "",
        ]
    ).encode()


def over_websocket(endpoint, request, step, seconds):
    protocol = step.get("protocol", "ng.rtpengine.com")
    with_cookie = protocol.startswith("ng.")
    message = request
    if "send" in step and not with_cookie:
        message = request.partition(b" ")[2]
    elif "raw" in step and protocol.startswith("ng-plain"):
        message = request.partition(b" ")[2]
    with socket.create_connection(split_address(endpoint), seconds) as sock:
        sock.sendall(_handshake(step, protocol))
        reader = _Reader(sock)
        try:
            status = int(reader.head().split(b" ")[1])
        except ConnectionError:
            return {"status": 0, "body": ""}
        if status != 101:
            return {"status": status}
        sock.sendall(_text_frame(message))
        body = reader.message()
    if body is None:
        return None
    try:
        return split_reply(request, body) if with_cookie else encoding.decode(body)
    except ExchangeError:
        raise
    except ValueError:
        return {"body": encoding.to_text(body)}
