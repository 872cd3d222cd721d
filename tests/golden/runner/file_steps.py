"""Steps about files the daemon wrote: recordings (pcap), their metadata, files that have to be
gone.

The path usually comes from a reply; "edit": [regex, replacement] is applied to it first.
"""
import os
import re
import socket
import struct
import time

from . import packet
from .exchange import join_address

_ETHERNET = 1
_LITTLE_ENDIAN = (b"\xd4\xc3\xb2\xa1", b"\x4d\x3c\xb2\xa1")


def _path(body, case):
    path = case.bindings.resolve(body["path"])
    return re.sub(body["edit"][0], body["edit"][1], path) if "edit" in body else path


def _await(path, present, body):
    deadline = time.monotonic() + body.get("within_ms", 2000) / 1000
    while os.path.exists(path) != present:
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def _read(body, case):
    path = _path(body, case)
    if not _await(path, True, body):
        case.fail("no file " + path)
        return None
    with open(path, "rb") as handle:
        return handle.read()


def _udp(frame):
    """-> (source, destination, payload) of an IP packet with UDP."""
    if frame[0] >> 4 == 4:
        head, family, ends = 4 * (frame[0] & 15), socket.AF_INET, (frame[12:16], frame[16:20])
    else:
        head, family, ends = 40, socket.AF_INET6, (frame[8:24], frame[24:40])
    ports = struct.unpack_from(">HH", frame, head)
    source, target = (join_address(socket.inet_ntop(family, a), p) for a, p in zip(ends, ports))
    return source, target, frame[head + 8 :]


def parse_pcap(data):
    """-> (link type, [(source, destination, UDP payload)])"""
    if data[:4] not in _LITTLE_ENDIAN:
        raise ValueError("not a little-endian pcap file: " + data[:4].hex())
    link, at, out = struct.unpack_from("<I", data, 20)[0], 24, []
    while at < len(data):
        length = struct.unpack_from("<I", data, at + 8)[0]
        frame = data[at + 16 : at + 16 + length]
        out.append(_udp(frame[14:] if link == _ETHERNET else frame))
        at += 16 + length
    return link, out


def pcap_expect(body, case):
    data = _read(body, case)
    if data is None:
        return
    try:
        link, got = parse_pcap(data)
    except (ValueError, IndexError, struct.error) as error:
        case.fail("pcap: %s" % error)
        return
    if "linktype" in body and link != body["linktype"]:
        case.fail("link type %d, expected %d" % (link, body["linktype"]))
        return
    if len(got) != len(body["packets"]):
        case.fail("%d packets in the file, expected %d" % (len(got), len(body["packets"])))
        return
    for number, (wanted, (source, target, payload)) in enumerate(zip(body["packets"], got), 1):
        problem = packet.Matcher(case.bindings).difference(wanted["packet"], payload)
        ends = [case.bindings.resolve(wanted[end]) for end in ("from", "to")]
        if not problem and ends != [source, target]:
            problem = "%s to %s, expected %s to %s" % (source, target, *ends)
        if problem:
            case.fail("packet %d of the file: %s" % (number, problem))
            return


def text_expect(body, case):
    data = _read(body, case)
    if data is None:
        return
    got = data.decode("latin-1").split("\n")
    if len(got) != len(body["lines"]):
        case.fail(
            "%d lines, expected %d:\n%s" % (len(got), len(body["lines"]), data.decode("latin-1"))
        )
        return
    for wanted, line in zip(body["lines"], got):
        pattern = ".*".join(
            re.escape(case.bindings.resolve(part)) for part in wanted.split("{any}")
        )
        if not re.fullmatch(pattern, line.rstrip("\r")):
            case.fail("line %r, expected %r" % (line, wanted))
            return


def file_gone(body, case):
    path = _path(body, case)
    if not _await(path, False, body):
        case.fail("still there: " + path)


STEPS = {"pcap-expect": pcap_expect, "text-expect": text_expect, "file-gone": file_gone}
