"""One NG request and its reply over UDP or TCP; HTTP and WebSocket are in web.py.

Only transport and cookie are judged here, the reply's content by compare.py.
"""
import random
import socket

from . import encoding

# No reply is expected: long enough to see a wrong one, short enough to run hundreds of such cases.
SILENCE_SECONDS = 0.7
REPLY_SECONDS = 3.0


class ExchangeError(Exception):
    """A reply that cannot be one: another cookie, undecodable bytes."""


def split_address(text):
    host, _, port = text.rpartition(":")
    return host.strip("[]"), int(port)


def join_address(host, port):
    return "[%s]:%d" % (host, port) if ":" in host else "%s:%d" % (host, port)


def make_cookie():
    return "%08x_%d" % (random.getrandbits(32), random.getrandbits(20))


def request_bytes(step, bindings):
    """Cookie, space and body, as a client would send them."""
    cookie = bindings.resolve(step["cookie"]) if "cookie" in step else make_cookie()
    if "raw" in step:
        return bindings.resolve(step["raw"]).replace("{cookie}", cookie).encode("latin-1")
    body = encoding.encode(bindings.resolve(step["send"]), step.get("encoding", "bencode"))
    return encoding.to_bytes(cookie) + b" " + body


def split_reply(request, reply, decode=encoding.decode):
    """-> decoded body; the cookie has to be the request's."""
    cookie, _, body = reply.partition(b" ")
    value = decode(body)
    if cookie != request.partition(b" ")[0]:
        raise ExchangeError("cookie %r came back as %r" % (request.partition(b" ")[0], cookie))
    return value


def _receive(sock, request, stream):
    data = b""
    while True:
        got = sock.recv(262144)
        if stream and not got:
            return None
        data += got
        try:
            # In a stream the next reply may follow in the same segment.
            decode = encoding.decode_first if stream else encoding.decode
            return split_reply(request, data, decode)
        except encoding.Truncated as error:
            if not stream:
                raise ExchangeError("undecodable reply %r: %s" % (data, error)) from error
        except ValueError as error:
            raise ExchangeError("undecodable reply %r: %s" % (data, error)) from error


def over_socket(endpoint, request, stream, seconds):
    """-> decoded reply, or None when there is none."""
    host, port = split_address(endpoint)
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM if stream else socket.SOCK_DGRAM) as sock:
        sock.settimeout(seconds)
        try:
            sock.connect((host, port))
            sock.sendall(request)
            return _receive(sock, request, stream)
        except (socket.timeout, ConnectionError):
            return None


def exchange(endpoints, step, bindings):
    """Sends a step's request the way the step says. endpoints: {"udp" | "tcp" | "http":
    "host:port"}"""
    request = request_bytes(step, bindings)
    transport = step.get("transport", "udp")
    if transport in ("http", "ws"):
        from . import web

        perform = web.over_http if transport == "http" else web.over_websocket
        return perform(endpoints["http"], request, step, REPLY_SECONDS)
    expects_none = "expect" in step and step["expect"] is None
    seconds = SILENCE_SECONDS if expects_none else REPLY_SECONDS
    return over_socket(endpoints[transport], request, transport == "tcp", seconds)
