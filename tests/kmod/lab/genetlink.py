"""Generic netlink over a raw socket: messages, attributes, families, dumps, extended errors.

Knows no family; lab/rtpengine.py speaks the module's. Lengths and types are what they are on the
wire, so that a fuzzer can build on it.
"""
import errno
import os
import socket
import struct

NETLINK_GENERIC = 16
SOL_NETLINK = 270
NETLINK_ADD_MEMBERSHIP = 1
NETLINK_CAP_ACK = 10
NETLINK_EXT_ACK = 11
NETLINK_GET_STRICT_CHK = 12

NLMSG_ERROR = 2
NLMSG_DONE = 3
NLM_F_REQUEST = 0x1
NLM_F_MULTI = 0x2
NLM_F_ACK = 0x4
NLM_F_ECHO = 0x8
NLM_F_DUMP_INTR = 0x10
NLM_F_REPLACE = 0x100
NLM_F_DUMP = 0x300
NLM_F_CAPPED = 0x100
NLM_F_ACK_TLVS = 0x200
NLA_F_NESTED = 0x8000
NLA_TYPE_MASK = 0x3FFF

GENL_ID_CTRL = 16
CTRL_CMD_GETFAMILY = 3
CTRL_ATTR_FAMILY_ID = 1
CTRL_ATTR_FAMILY_NAME = 2
CTRL_ATTR_MCAST_GROUPS = 7
CTRL_ATTR_MCAST_GRP_NAME = 1
CTRL_ATTR_MCAST_GRP_ID = 2
NLMSGERR_ATTR_MSG = 1
NLMSGERR_ATTR_OFFS = 2

_RECEIVE = 1 << 18


class Refused(OSError):
    """The kernel's error, with its text (extack) and the offset of the attribute it means."""

    def __init__(self, number, text="", offset=None):
        super().__init__(number, os.strerror(number))
        self.text, self.offset = text, offset

    def __str__(self):
        return "%s%s" % (errno.errorcode.get(self.errno, self.errno), self.text and ": " + self.text)


def attribute(kind, data=b""):
    """One attribute: `data` is bytes, or a list of attributes (a nest)."""
    if isinstance(data, list):
        kind |= NLA_F_NESTED
        data = b"".join(data)
    record = struct.pack("=HH", 4 + len(data), kind) + data
    return record + b"\0" * (-len(record) % 4)


def u8(kind, value):
    return attribute(kind, struct.pack("=B", value))


def u16(kind, value):
    return attribute(kind, struct.pack("=H", value))


def u32(kind, value):
    return attribute(kind, struct.pack("=I", value))


def s32(kind, value):
    return attribute(kind, struct.pack("=i", value))


def u64(kind, value):
    return attribute(kind, struct.pack("=Q", value))


def string(kind, value):
    return attribute(kind, value.encode() + b"\0")


def parse_list(data):
    """-> [(type, bytes)] in the order of the message."""
    found, position = [], 0
    while position + 4 <= len(data):
        length, kind = struct.unpack_from("=HH", data, position)
        if length < 4 or position + length > len(data):
            raise ValueError("attribute of length %d at %d of %d" % (length, position, len(data)))
        found.append((kind & NLA_TYPE_MASK, data[position + 4 : position + length]))
        position += (length + 3) & ~3
    return found


def parse(data):
    """-> {type: bytes}; of several with one type, the last."""
    return dict(parse_list(data))


def number(data):
    """An unsigned attribute of 1, 2, 4 or 8 bytes."""
    return int.from_bytes(data, "little")


class Message:
    def __init__(self, kind, flags, sequence, payload):
        self.kind, self.flags, self.sequence, self.payload = kind, flags, sequence, payload

    @property
    def command(self):
        return self.payload[0]

    @property
    def attributes(self):
        return self.payload[4:]


def messages_of(data):
    position = 0
    while position + 16 <= len(data):
        length, kind, flags, sequence, _ = struct.unpack_from("=IHHII", data, position)
        if length < 16 or position + length > len(data):
            raise ValueError("message of length %d" % length)
        yield Message(kind, flags, sequence, data[position + 16 : position + length])
        position += (length + 3) & ~3


def raise_error(message):
    """Raises what an NLMSG_ERROR says, unless it is an acknowledgement."""
    (status,) = struct.unpack_from("=i", message.payload)
    if status == 0:
        return
    text, offset = "", None
    if message.flags & NLM_F_ACK_TLVS:
        start = 20
        if not message.flags & NLM_F_CAPPED:
            (length,) = struct.unpack_from("=I", message.payload, 4)
            start = 4 + ((length + 3) & ~3)
        said = parse(message.payload[start:])
        text = said.get(NLMSGERR_ATTR_MSG, b"").rstrip(b"\0").decode(errors="replace")
        if NLMSGERR_ATTR_OFFS in said:
            offset = number(said[NLMSGERR_ATTR_OFFS])
    raise Refused(-status, text, offset)


class Socket:
    """One netlink socket. Not for several threads."""

    def __init__(self, timeout=10):
        self._socket = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, NETLINK_GENERIC)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 22)
        for option in (NETLINK_CAP_ACK, NETLINK_EXT_ACK, NETLINK_GET_STRICT_CHK):
            self._socket.setsockopt(SOL_NETLINK, option, 1)
        self._socket.bind((0, 0))
        self._socket.settimeout(timeout)
        self._sequence = 0
        self.late = []  # messages that came with no request waiting: events, or state that follows an ack

    @property
    def port(self):
        return self._socket.getsockname()[0]

    def close(self):
        self._socket.close()

    def set_timeout(self, seconds):
        self._socket.settimeout(seconds)

    def shrink(self):
        """Room for next to nothing: it is full after a few messages that nobody reads."""
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 0)

    def join(self, group):
        self._socket.setsockopt(SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, group)

    def send_raw(self, data):
        self._socket.sendto(data, (0, 0))

    def receive_raw(self):
        return self._socket.recv(_RECEIVE)

    def send(self, kind, command, attributes=(), flags=0, version=1):
        self._sequence += 1
        payload = struct.pack("=BBH", command, version, 0) + b"".join(attributes)
        header = struct.pack(
            "=IHHII", 16 + len(payload), kind, flags | NLM_F_REQUEST, self._sequence, 0
        )
        self.send_raw(header + payload)
        return self._sequence

    def request(self, kind, command, attributes=(), flags=0, version=1):
        """Sends and waits for the acknowledgement; -> the messages before it. Raises Refused."""
        wanted = self.send(kind, command, attributes, flags | NLM_F_ACK, version)
        replies = []
        while True:
            for message in messages_of(self.receive_raw()):
                if message.sequence != wanted:
                    self.late.append(message)
                elif message.kind == NLMSG_ERROR:
                    raise_error(message)
                    return replies
                else:
                    replies.append(message)

    def dump(self, kind, command, attributes=(), version=1):
        """-> all messages of a dump. Raises Refused."""
        wanted = self.send(kind, command, attributes, NLM_F_DUMP, version)
        replies = []
        while True:
            for message in messages_of(self.receive_raw()):
                if message.sequence != wanted:
                    self.late.append(message)
                elif message.kind == NLMSG_DONE:
                    (status,) = struct.unpack_from("=i", message.payload)
                    if status < 0:
                        raise Refused(-status)
                    return replies
                elif message.kind == NLMSG_ERROR:
                    raise_error(message)
                else:
                    replies.append(message)

    def family(self, name):
        """-> (id, {group name: id}) of a generic netlink family."""
        (reply,) = self.request(
            GENL_ID_CTRL, CTRL_CMD_GETFAMILY, [string(CTRL_ATTR_FAMILY_NAME, name)]
        )
        said = parse(reply.attributes)
        groups = {}
        for _, nest in parse_list(said.get(CTRL_ATTR_MCAST_GROUPS, b"")):
            group = parse(nest)
            label = group[CTRL_ATTR_MCAST_GRP_NAME].rstrip(b"\0").decode()
            groups[label] = number(group[CTRL_ATTR_MCAST_GRP_ID])
        return number(said[CTRL_ATTR_FAMILY_ID]), groups
