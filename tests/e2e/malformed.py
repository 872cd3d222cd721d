#!/usr/bin/env python3
"""Throws malformed input at a running daemon and checks that it stays well.

NG datagrams (mutated offers, answers, deletes and queries in bencode and JSON, broken framing, wrong
types, truncated, oversize and deeply nested values, damaged SDP) go to the NG UDP port, malformed
RTP, RTCP and STUN to media ports. After each batch `ping` must answer `pong`, and every call that
was made is deleted; at the end `list` must show the calls of before and no other. Each reply must
keep its cookie, decode, come in the encoding of its request and hold a result.

Every input is made from the seed and its number alone: `--only N` sends just that one and shows it.
The cookies and call-ids have a token that differs from run to run, so that the daemon's reply cache
doesn't answer for a former run. Use a daemon without other traffic: calls that appear meanwhile are
taken for ours and deleted.

Standard library only. Exit status: 0 all well, 1 a check failed, 2 wrong usage.
"""

import argparse
import collections
import json
import os
import random
import socket
import struct
import sys
import time

MAX_DATAGRAM = 65507
REPLY_TIMEOUT = 10.0   # seconds until a request counts as unanswered
RESEND_AFTER = 1.0     # a datagram may be lost: the same cookie is sent again
RESULTS = {b"ok", b"error", b"pong", b"load limit"}

# An offer may have an empty call-id, a delete may not (ng-protocol.md §6.1, §6.3): that call ends by timeout.
UNDELETABLE = {b""}


# --- encodings -----------------------------------------------------------------------------------

def bencode(value):
    if isinstance(value, Pairs):
        return b"d" + b"".join(bencode(k) + bencode(v) for k, v in value.items) + b"e"
    if isinstance(value, dict):
        return bencode(Pairs(value.items()))
    if isinstance(value, (list, tuple)):
        return b"l" + b"".join(bencode(item) for item in value) + b"e"
    if isinstance(value, int):
        return b"i%de" % value
    data = value if isinstance(value, bytes) else value.encode("utf-8", "surrogateescape")
    return b"%d:%s" % (len(data), data)


def bdecode(data):
    """The value of strict bencode; ValueError otherwise."""
    value, end = bdecode_at(data, 0, 0)
    if end != len(data):
        raise ValueError("bytes after the value")
    return value


def bdecode_at(data, at, depth):
    if depth > 64 or at >= len(data):
        raise ValueError("too deep or truncated")
    first = data[at:at + 1]
    if first == b"i":
        end = data.index(b"e", at)
        return int(data[at + 1:end]), end + 1
    if first in (b"l", b"d"):
        items, at = [], at + 1
        while data[at:at + 1] != b"e":
            item, at = bdecode_at(data, at, depth + 1)
            items.append(item)
        if first == b"l":
            return items, at + 1
        if len(items) % 2 or not all(isinstance(key, bytes) for key in items[::2]):
            raise ValueError("malformed dictionary")
        return dict(zip(items[::2], items[1::2])), at + 1
    colon = data.index(b":", at)
    if not data[at:colon].isdigit():
        raise ValueError("malformed length")
    end = colon + 1 + int(data[at:colon])
    if end > len(data):
        raise ValueError("truncated string")
    return data[colon + 1:end], end


class Pairs:
    """A dictionary that may have keys twice and keys that are no text."""

    def __init__(self, items):
        self.items = list(items)


def to_json(value):
    if isinstance(value, Pairs):
        members = (json.dumps(plain_text(k)) + ":" + to_json(v) for k, v in value.items)
        return "{" + ",".join(members) + "}"
    if isinstance(value, dict):
        return to_json(Pairs(value.items()))
    if isinstance(value, (list, tuple)):
        return "[" + ",".join(to_json(item) for item in value) + "]"
    return json.dumps(value if isinstance(value, int) else plain_text(value))


def plain_text(value):
    return value.decode("latin-1") if isinstance(value, bytes) else str(value)


def decode_reply(payload, json_expected):
    """The reply as a dictionary of bytes keys; ValueError when it isn't one."""
    if json_expected:
        reply = json.loads(payload.decode("utf-8"))
        if not isinstance(reply, dict):
            raise ValueError("reply is no object")
        return {k.encode(): v.encode() if isinstance(v, str) else v for k, v in reply.items()}
    reply = bdecode(payload)
    if not isinstance(reply, dict):
        raise ValueError("reply is no dictionary")
    return reply


# --- generators of NG input ----------------------------------------------------------------------

SDP_HEAD = "v=0\r\no=- 1 1 IN IP4 198.51.100.10\r\ns=-\r\nc=IN IP4 198.51.100.10\r\nt=0 0\r\n"
SDP_BODIES = [
    SDP_HEAD + "m=audio 4000 RTP/AVP 0 8 101\r\na=rtpmap:101 telephone-event/8000\r\n"
    "a=fmtp:101 0-15\r\na=ptime:20\r\na=sendrecv\r\na=rtcp:4001\r\n",
    SDP_HEAD + "a=group:BUNDLE 0 1\r\nm=audio 4000 RTP/AVPF 111\r\na=rtpmap:111 opus/48000/2\r\n"
    "a=mid:0\r\na=rtcp-mux\r\na=extmap:1 urn:ietf:params:rtp-hdrext:sdes:mid\r\n"
    "m=video 4002 RTP/AVPF 96\r\na=rtpmap:96 VP8/90000\r\na=rtcp-fb:96 nack pli\r\na=mid:1\r\n",
    SDP_HEAD + "m=image 4004 udptl t38\r\na=T38FaxVersion:0\r\n",
    SDP_HEAD + "m=audio 4000 RTP/SAVP 0\r\na=crypto:1 AES_CM_128_HMAC_SHA1_80 "
    "inline:d0RmdmcmVCspeEc3QGZiNWpVLFJhQX1cfHAwJSoj\r\n",
    SDP_HEAD + "m=message 4010 TCP/MSRP *\r\na=path:msrp://x:1/a;tcp\r\n",
    SDP_HEAD + "m=audio 9 UDP/TLS/RTP/SAVPF 0\r\nc=IN IP4 0.0.0.0\r\na=ice-ufrag:abcd\r\n"
    "a=ice-pwd:abcdefghijklmnopqrstuvwx\r\na=setup:actpass\r\na=candidate:1 1 UDP 2130706431 "
    "198.51.100.10 4000 typ host\r\na=fingerprint:sha-1 B2:9F:77:EF:F2:30:4A:89:3F:28:75:AA:DD:"
    "E5:87:A5:82:8B:EB:C8\r\n",
    "v=0\no=- 1 1 IN IP6 2001:db8::1\ns=-\nc=IN IP6 2001:db8::1\nt=0 0\nm=audio 4000 RTP/AVP 0\n",
]
FLAGS = ["trust-address", "SIP-source-address", "symmetric", "asymmetric", "strict-source",
         "port-latching", "no-rtcp-attribute", "full-rtcp-attribute", "original-sendrecv",
         "generate-mid", "loop-protect", "to-tag", "codec-strip-PCMU", "codec-mask-all", "unknown"]
KEYS = ["flags", "replace", "rtcp-mux", "direction", "received-from", "codec", "sdp-attr", "ICE",
        "DTLS", "SDES", "transport-protocol", "address-family", "media-address", "via-branch",
        "label", "ptime", "delete-delay", "metadata", "sdp-media-remove", "rtpp-flags", "TOS",
        "xmlrpc-callback", "bundle", "from-tags", "template", "supports", "limit"]
NUMBERS = [0, -1, 1, 65535, 65536, 2**31 - 1, 2**31, 2**63 - 1, -2**63, 2**64, 10**40]
BYTES = b"\x00\n\r :/=de0159il-\x7f\x80\xff{}[]\",\\"


def base_request(rng, call_id):
    command = rng.choice(["offer", "offer", "offer", "answer", "answer", "delete", "query", "list"])
    request = {"command": command, "call-id": call_id, "from-tag": "a"}
    if command == "list":
        return {"command": "list", "limit": rng.choice([0, 1, 20])}
    if command in ("answer", "delete") or rng.random() < 0.2:
        request["to-tag"] = "b"
    if command in ("offer", "answer"):
        request["sdp"] = rng.choice(SDP_BODIES)
        request["flags"] = rng.sample(FLAGS, rng.randrange(4))
    if command == "delete":
        request["delete-delay"] = 0
    return request


def random_value(rng, depth=0):
    kind = rng.randrange(8 if depth < 3 else 5)
    if kind == 0:
        return rng.choice(NUMBERS)
    if kind == 1:
        return ""
    if kind == 2:
        return rng.choice(FLAGS)
    if kind == 3:
        return bytes(rng.randrange(256) for _ in range(rng.randrange(40)))
    if kind == 4:
        return "x" * rng.choice([100, 1000, 5000])
    if kind == 5:
        return {rng.choice(KEYS): random_value(rng, depth + 1) for _ in range(rng.randrange(4))}
    return [random_value(rng, depth + 1) for _ in range(rng.randrange(5))]


def mutate_bytes(rng, data):
    data = bytearray(data)
    for _ in range(rng.choice([1, 1, 1, 2, 4, 16])):
        at = rng.randrange(len(data) + 1)
        kind = rng.randrange(6)
        if kind == 0 and at < len(data):
            data[at] = rng.randrange(256)
        elif kind == 1 and at < len(data):
            data[at] = rng.choice(BYTES)
        elif kind == 2:
            data[at:at] = bytes([rng.choice(BYTES)])
        elif kind == 3:
            del data[at:at + rng.choice([1, 1, 2, 8])]
        elif kind == 4:
            data[at:at] = data[at:at + rng.randrange(64)]
        else:
            data[at:at + 1] = str(rng.choice(NUMBERS)).encode()
    return bytes(data)


def mutate_sdp(rng, body):
    kind = rng.randrange(7)
    lines = body.split("\r\n")
    at = rng.randrange(len(lines))
    if kind == 0:
        return mutate_bytes(rng, body.encode())
    if kind == 1:
        del lines[at]
    elif kind == 2:
        lines[at:at] = [lines[at]] * rng.choice([1, 2, 50])
    elif kind == 3:
        rng.shuffle(lines)
    elif kind == 4:
        lines[at] += rng.choice([" ", ":", "/", "\x00", "x" * 20000, " 0" * 3000])
    elif kind == 5:
        return body + "m=audio 4000 RTP/AVP 0\r\n" * rng.choice([30, 300, 2000])
    else:
        words = lines[at].split(" ")
        words[rng.randrange(len(words))] = str(rng.choice(NUMBERS))
        lines[at] = " ".join(words)
    return "\r\n".join(lines)


def mutate_structure(rng, request):
    items = list(request.items())
    for _ in range(rng.choice([1, 1, 2, 4])):
        kind = rng.randrange(6)
        at = rng.randrange(len(items)) if items else 0
        if kind == 0 and items:
            items[at] = (items[at][0], random_value(rng))
        elif kind == 1 and items:
            del items[at]
        elif kind == 2 and items:
            items.append((items[at][0], random_value(rng)))
        else:
            items.insert(at, (rng.choice(KEYS), random_value(rng)))
    # Delays of a mutated delete would outlive the run's last check.
    return Pairs(("delete-delay", 0) if k == "delete-delay" else (k, v) for k, v in items)


def nested(rng):
    depth = rng.choice([10, 33, 100, 1000, 20000])
    opening, closing = rng.choice([(b"l", b"e"), (b"d1:a", b"e"), (b"[", b"]"), (b'{"a":', b"}")])
    if len(opening) * depth > 60000:
        depth = 60000 // len(opening)
    tail = closing * depth if rng.random() < 0.5 else b""
    if opening in (b"[", b'{"a":'):
        return b'{"command":"ping","x":' + opening * depth + b"1" + tail + b"}"
    return b"d7:command4:ping1:x" + opening * depth + tail + b"e"


def oversize(rng, request):
    request = dict(request)
    size = rng.choice([20000, 60000, 65000, 66000])
    if "sdp" in request and rng.random() < 0.5:
        request["sdp"] += "a=x:" + "y" * size + "\r\n"
    else:
        request[rng.choice(KEYS)] = "y" * size
    return request


def raw_payload(rng):
    return rng.choice([
        b"", b" ", b"d", b"de", b"dee", b"l4:pinge", b"i5e", b"99999999999999999999:x", b"-1:x",
        b"d7:command4:ping", b"d7:command40:pinge", b"di5e4:pinge", b"d7:commandi4ee",
        b"d7:command4:pinge" + b"e" * 100, b"{", b"{}", b"{]", b"[]", b"null", b"\xff\xfe",
        b'{"command":4}', b'{"command":"ping"', b'{"command":"p\\u0000ng"}', b'{"command":"\xff"}',
        b'{"command":"ping","x":1e999}', b'{"command":"ping","x":' + b"9" * 5000 + b"}",
        bytes(rng.randrange(256) for _ in range(rng.randrange(200))),
    ])


Case = collections.namedtuple("Case", "kind cookie datagram answered json_expected")


def make_case(seed, number, token):
    """Input `number` of this seed. Cookie and call-id hold the run's token, of fixed length."""
    rng = random.Random("%d/%d" % (seed, number))
    cookie = b"%s_%d" % (token, number)
    # Few call-ids, so that answers and deletes meet the calls of offers.
    call_id = b"malformed-%s-%d" % (token, rng.randrange(8))
    kind = rng.choice(["bytes", "bytes", "structure", "structure", "sdp", "sdp", "truncated",
                       "oversize", "nested", "raw", "framing"])
    request = base_request(rng, call_id)
    if kind == "framing":
        datagram = rng.choice([b"", cookie, cookie.replace(b"_", b"") + b"d7:command4:pinge",
                               b" " + cookie, b" d7:command4:pinge", bytes(range(1, 32)) * 8])
        return Case(kind, None, datagram, False, False)
    if kind == "structure":
        request = mutate_structure(rng, request)
    elif kind == "sdp":
        body = mutate_sdp(rng, rng.choice(SDP_BODIES))
        request = {"command": rng.choice(["offer", "answer"]), "call-id": call_id, "from-tag": "a",
                   "to-tag": "b", "sdp": body}
        if request["command"] == "offer" and rng.random() < 0.8:
            del request["to-tag"]
    elif kind == "oversize":
        request = oversize(rng, request)
    as_json = rng.random() < 0.3
    payload = to_json(request).encode() if as_json else bencode(request)
    if kind == "bytes":
        payload = mutate_bytes(rng, payload)
    elif kind == "truncated":
        payload = payload[:rng.randrange(len(payload))]
    elif kind == "nested":
        payload = nested(rng)
    elif kind == "raw":
        payload = raw_payload(rng)
    return Case(kind, cookie, cookie + b" " + payload, True, payload[:1] == b"{")


# --- generators of media input -------------------------------------------------------------------

def make_media(rng):
    kind = rng.randrange(7)
    body = bytes(rng.randrange(256) for _ in range(rng.choice([0, 1, 3, 11, 12, 40, 160, 1400])))
    if kind == 0:
        return body
    rtp = struct.pack("!BBHII", 0x80, rng.choice([0, 8, 96, 127]), rng.randrange(65536),
                      rng.getrandbits(32), 0x1234)
    if kind == 1:  # more CSRCs than there are octets
        return bytes([0x8F]) + rtp[1:] + body[:20]
    if kind == 2:  # extension beyond the end
        return bytes([0x90]) + rtp[1:] + struct.pack("!HH", 0xBEDE, rng.choice([1, 1000, 65535]))
    if kind == 3:  # padding longer than the packet
        return bytes([0xA0]) + rtp[1:] + body + bytes([rng.choice([0, 255])])
    if kind == 4:  # RTCP with wrong lengths and counts
        head = struct.pack("!BBH", 0x80 | rng.randrange(64), rng.randrange(192, 224),
                           rng.choice([0, 1, 6, 7, 65535]))
        return head + body[:rng.randrange(64)]
    if kind == 5:  # STUN with wrong lengths
        return struct.pack("!HHI", rng.choice([1, 0x101, 0x3FFF]), rng.choice([0, 3, 8, 65535]),
                           0x2112A442) + body[:40]
    return (rtp + body * 50)[:9000]


# --- the run -------------------------------------------------------------------------------------

class Run:
    """Sends cases with a bounded number outstanding and keeps what went wrong."""

    def __init__(self, options, token):
        self.options = options
        self.token = token
        family = socket.AF_INET6 if ":" in options.ng[0] else socket.AF_INET
        self.socket = socket.socket(family, socket.SOCK_DGRAM)
        self.socket.connect(options.ng)
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 22)
        self.counts = collections.Counter()
        self.results = collections.Counter()
        self.failures = []
        self.pending = {}   # cookie -> [case, number, first sent, last sent]
        self.answered = set()
        self.control = 0
        self.media_ports = set()

    def fail(self, text):
        self.failures.append(text)
        if len(self.failures) <= 20:
            print("FAILED:", text, file=sys.stderr)

    def send(self, datagram):
        try:
            self.socket.send(datagram)
            return True
        except ConnectionRefusedError:
            return True   # of an earlier datagram: the missing replies will tell
        except OSError:
            self.counts["not sendable"] += 1
            return False

    def submit(self, number, case):
        self.counts["sent " + case.kind] += 1
        if len(case.datagram) > MAX_DATAGRAM:
            self.counts["not sendable"] += 1
            return
        if self.send(case.datagram) and case.answered:
            now = time.monotonic()
            self.pending[case.cookie] = [case, number, now, now]

    def receive(self, wait):
        """Handles what has come; returns after `wait` seconds without anything."""
        self.socket.settimeout(wait)
        try:
            while True:
                self.handle(self.socket.recv(1 << 17))
                self.socket.settimeout(0.0001)
        except (socket.timeout, BlockingIOError):
            pass
        except ConnectionRefusedError:
            time.sleep(wait)

    def handle(self, datagram):
        cookie, space, payload = datagram.partition(b" ")
        entry = self.pending.pop(cookie, None)
        if entry is None:
            if not space or cookie not in self.answered:
                self.fail("reply with a cookie we never sent: %r" % datagram[:80])
            return
        self.answered.add(cookie)
        case, number = entry[0], entry[1]
        try:
            reply = decode_reply(payload, case.json_expected)
        except (ValueError, RecursionError) as error:
            self.fail("case %d (%s): reply doesn't decode: %s: %r" %
                      (number, case.kind, error, payload[:200]))
            return
        result = reply.get(b"result")
        if result not in RESULTS:
            self.fail("case %d (%s): no result in reply: %r" % (number, case.kind, payload[:200]))
            return
        self.results[result.decode()] += 1
        self.learn_ports(reply.get(b"sdp"))

    def learn_ports(self, sdp):
        if not self.options.media_host or not isinstance(sdp, bytes):
            return
        for line in sdp.split(b"\r\n"):
            words = line.split(b" ")
            if line.startswith(b"m=") and len(words) > 1 and words[1].isdigit():
                port = int(words[1])
                if 1024 <= port <= 65534:
                    self.media_ports.update({port, port + 1})

    def drain(self, room):
        """Waits until at most `room` requests are unanswered; resends and gives up by the clock."""
        while len(self.pending) > room:
            self.receive(0.02)
            now = time.monotonic()
            for cookie, entry in list(self.pending.items()):
                case, number, first, last = entry
                if now - first > REPLY_TIMEOUT:
                    del self.pending[cookie]
                    self.fail("case %d (%s): no reply" % (number, case.kind))
                elif now - last > RESEND_AFTER:
                    entry[3] = now
                    self.counts["resent"] += 1
                    self.send(case.datagram)

    def command(self, request):
        """Our own, well-formed request; the reply, or None when none came."""
        self.control += 1
        cookie = b"%s_c%d" % (self.token, self.control)
        datagram = cookie + b" " + bencode(request)
        deadline = time.monotonic() + REPLY_TIMEOUT
        while time.monotonic() < deadline:
            self.send(datagram)
            resend = time.monotonic() + RESEND_AFTER
            while time.monotonic() < resend:
                self.socket.settimeout(max(0.001, resend - time.monotonic()))
                try:
                    reply = self.socket.recv(1 << 17)
                except socket.timeout:
                    break
                except ConnectionRefusedError:
                    time.sleep(0.1)
                    continue
                if reply.startswith(cookie + b" "):
                    self.answered.add(cookie)
                    try:
                        return bdecode(reply[len(cookie) + 1:])
                    except ValueError as error:
                        self.fail("reply to our %s doesn't decode: %s" % (request["command"], error))
                        return None
                self.handle(reply)
        return None

    def ping(self, where):
        reply = self.command({"command": "ping"})
        alive = isinstance(reply, dict) and reply.get(b"result") == b"pong"
        if not alive:
            self.fail("no pong %s: %r" % (where, reply))
        return alive

    def list_calls(self):
        """Call-ids the daemon has; None when it doesn't tell. Long lists may not fit a datagram."""
        limit = 4096
        while limit:
            reply = self.command({"command": "list", "limit": limit})
            if isinstance(reply, dict) and isinstance(reply.get(b"calls"), list):
                return set(reply[b"calls"])
            limit //= 16
        return None

    def clean_up(self, before):
        """Deletes every call that was not there before."""
        for _ in range(50):
            calls = self.list_calls()
            if calls is None:
                self.fail("no list of calls")
                return
            ours = calls - before - UNDELETABLE
            if not ours:
                return
            for call_id in ours:
                reply = self.command({"command": "delete", "call-id": call_id, "delete-delay": 0})
                if not isinstance(reply, dict) or reply.get(b"result") != b"ok":
                    self.fail("delete of %r: %r" % (call_id, reply))
                    return
                self.counts["calls deleted"] += 1
        self.fail("calls are left: %d, such as %r" % (len(ours), sorted(ours)[:3]))


def send_media(run, number):
    targets = list(run.options.media)
    targets += [(run.options.media_host, port) for port in sorted(run.media_ports)]
    if not targets:
        return
    rng = random.Random("%d/media/%d" % (run.options.seed, number))
    for target in targets:
        family = socket.AF_INET6 if ":" in target[0] else socket.AF_INET
        with socket.socket(family, socket.SOCK_DGRAM) as sender:
            for _ in range(run.options.media_count):
                try:
                    sender.sendto(make_media(rng), target)
                    run.counts["sent media"] += 1
                except OSError:
                    run.counts["media not sendable"] += 1


def run_all(run, numbers):
    options = run.options
    if not run.ping("before the first input"):
        return
    before = run.list_calls()
    if before is None:
        run.fail("no list of calls before the first input")
        return
    for start in range(0, len(numbers), options.batch):
        for number in numbers[start:start + options.batch]:
            run.submit(number, make_case(options.seed, number, run.token))
            run.drain(options.window - 1)
            if len(run.failures) > options.window:
                print("giving up: too many failures", file=sys.stderr)
                return
        run.drain(0)
        send_media(run, start)
        run.media_ports.clear()
        run.counts["batches"] += 1
        if not run.ping("after the batch from case %d" % numbers[start]):
            return
        run.clean_up(before)
    left = run.list_calls()
    if left is None or left - before - UNDELETABLE:
        run.fail("calls left at the end: %r" % left)


def show_case(case):
    print("kind %s, %d octets, a reply is %sexpected" %
          (case.kind, len(case.datagram), "" if case.answered else "not "))
    print(repr(case.datagram[:4000]))


def endpoint(text):
    host, colon, port = text.rpartition(":")
    if not colon or not port.isdigit() or not 0 < int(port) < 65536:
        raise argparse.ArgumentTypeError("%r is not HOST:PORT" % text)
    return host.strip("[]") or "127.0.0.1", int(port)


def parse_options(arguments):
    parser = argparse.ArgumentParser(description="Malformed input for a running daemon.")
    parser.add_argument("--ng", type=endpoint, required=True, metavar="HOST:PORT")
    parser.add_argument("--count", type=int, default=10000, help="NG inputs (default 10000)")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--batch", type=int, default=250, help="inputs between two checks")
    parser.add_argument("--window", type=int, default=32, help="requests outstanding")
    parser.add_argument("--media", type=endpoint, action="append", default=[], metavar="HOST:PORT",
                        help="send malformed media here after each batch; may be repeated")
    parser.add_argument("--media-host", metavar="HOST",
                        help="and to the ports of the daemon's answers, at this address")
    parser.add_argument("--media-count", type=int, default=20, help="media datagrams per port")
    parser.add_argument("--only", type=int, metavar="N", help="just input N, and show it")
    options = parser.parse_args(arguments)
    if min(options.count, options.batch, options.window) < 1:
        parser.error("count, batch and window are at least 1")
    return options


def main(arguments):
    options = parse_options(arguments)
    run = Run(options, os.urandom(4).hex().encode())
    numbers = range(options.count) if options.only is None else [options.only]
    if options.only is not None:
        show_case(make_case(options.seed, options.only, run.token))
    began = time.monotonic()
    run_all(run, numbers)
    print("seed %d, %.1f s" % (options.seed, time.monotonic() - began))
    for name, count in sorted(run.counts.items()):
        print("  %-20s %d" % (name, count))
    for name, count in sorted(run.results.items()):
        print("  result %-13s %d" % (name, count))
    print("FAILED: %d" % len(run.failures) if run.failures else "OK")
    return 1 if run.failures else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
