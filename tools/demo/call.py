"""The demonstration call: offer, answer and delete over NG (bencode over UDP), as a SIP proxy
would send them."""
import random
import socket
import time

_TRIES = 5


class CallError(Exception):
    """The daemon refused or did not answer."""


def _encode(value):
    if isinstance(value, dict):
        return b"d" + b"".join(_encode(k) + _encode(v) for k, v in value.items()) + b"e"
    if isinstance(value, list):
        return b"l" + b"".join(map(_encode, value)) + b"e"
    data = value.encode()
    return b"%d:%s" % (len(data), data)


def _decode(data, at=0):
    """-> (value, offset after it)"""
    kind = data[at : at + 1]
    if kind == b"i":
        end = data.index(b"e", at)
        return int(data[at + 1 : end]), end + 1
    if kind in (b"l", b"d"):
        items, at = [], at + 1
        while data[at : at + 1] != b"e":
            item, at = _decode(data, at)
            items.append(item)
        return (items if kind == b"l" else dict(zip(items[::2], items[1::2]))), at + 1
    colon = data.index(b":", at)
    end = colon + 1 + int(data[at:colon])
    return data[colon + 1 : end].decode(errors="replace"), end


class NgClient:
    def __init__(self, host, port):
        self._server = (host, port)
        self._socket = socket.socket(
            socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_DGRAM
        )
        self._socket.settimeout(1)

    def ask(self, tries=_TRIES, **request):
        """-> the reply, or None; keys are written with underscores for hyphens. A retry keeps its
        cookie."""
        cookie = b"demo%08x" % random.getrandbits(32)
        message = (
            cookie
            + b" "
            + _encode({key.replace("_", "-"): value for key, value in request.items()})
        )
        for _ in range(tries):
            try:
                self._socket.sendto(message, self._server)
                head, _, body = self._socket.recv(65536).partition(b" ")
                if head == cookie:
                    return _decode(body)[0]
            except ConnectionError:
                time.sleep(0.1)  # nobody is listening yet
            except (OSError, ValueError):
                pass
        return None

    def close(self):
        self._socket.close()


def _media_target(sdp):
    lines = sdp.split("\r\n")
    address = next(line.split(" ")[2] for line in lines if line.startswith("c="))
    port = next(line.split(" ")[1] for line in lines if line.startswith("m="))
    return address, int(port)


class Call:
    def __init__(self, ng, caller, callee):
        self._ng = ng
        self.caller, self.callee = caller, callee
        self._id = "demonstration-%08x" % random.getrandbits(32)

    def _request(self, command, **keys):
        reply = self._ng.ask(command=command, call_id=self._id, from_tag=self.caller.name, **keys)
        if reply is None:
            raise CallError("no answer to %s" % command)
        if reply.get("result") != "ok":
            raise CallError("%s: %s" % (command, reply.get("error-reason", reply)))
        return reply

    def set_up(self):
        offer = self._request("offer", sdp=self.caller.sdp())
        answer = self._request("answer", to_tag=self.callee.name, sdp=self.callee.sdp())
        self.towards_callee, self.towards_caller = _media_target(offer["sdp"]), _media_target(
            answer["sdp"]
        )
        self.caller.talk_to(self.towards_caller)
        self.callee.talk_to(self.towards_callee)

    def tear_down(self):
        """-> the final statistics of the daemon"""
        return self._request("delete", to_tag=self.callee.name)
