"""Three network namespaces: a node (also: the one host), a pod behind a bridge of it, and phones beyond.

    phones 203.0.113.20, .21  ---  203.0.113.1 node 10.244.0.1  ---  10.244.0.2 pod
"""
import ctypes
import http.client
import os
import socket
import subprocess
import threading
import time

import call
import party

NODE, PHONES = "203.0.113.1", ("203.0.113.20", "203.0.113.21")
BRIDGE, POD = "10.244.0.1", "10.244.0.2"
_CLONE_NEWNET = 0x40000000


def _ip(*words):
    subprocess.run(["ip", *words], check=True)


def _inside(namespace, work):
    """-> what work() returns, by a thread in there: a socket stays in the namespace that it was made
    in."""
    result = []

    def body():
        with open(namespace) as handle:
            if ctypes.CDLL(None, use_errno=True).setns(handle.fileno(), _CLONE_NEWNET) != 0:
                raise OSError(ctypes.get_errno(), "setns")
        try:
            result.append(work())
        except Exception as error:  # raised again by who asked
            result.append(error)

    thread = threading.Thread(target=body)
    thread.start()
    thread.join()
    if not result:
        raise RuntimeError("no way into " + namespace)
    if isinstance(result[0], Exception):
        raise result[0]
    return result[0]


def _forward():
    with open("/proc/sys/net/ipv4/ip_forward", "w") as handle:
        handle.write("1")


class Conversation:
    """A call with two phones that talk until it is ended."""

    def __init__(self, namespace, ng_namespace, ng_address):
        self._client = _inside(ng_namespace, lambda: call.NgClient(ng_address, 2223))
        self._parties = [
            _inside(
                namespace,
                lambda name=name, address=address, hertz=hertz: party.Party(name, address, hertz),
            )
            for name, address, hertz in (("caller", PHONES[0], 440), ("callee", PHONES[1], 660))
        ]
        self._call = call.Call(self._client, *self._parties)

    def set_up(self):
        """Raises CallError"""
        self._call.set_up()
        return self

    def media_address(self):
        return self._call.towards_callee[0]

    def heard(self):
        return [one.heard.packets for one in self._parties]

    def lost(self):
        return [one.heard.lost for one in self._parties]

    def end(self):
        self._call.tear_down()
        self.close()

    def close(self):
        for one in self._parties:
            one.close()
        self._client.close()


class Network:
    def __init__(self):
        self._names = {}
        try:
            for name in ("node", "pod", "phones"):
                self._names[name] = "containers-%d-%s" % (os.getpid(), name)
                _ip("netns", "add", self._names[name])
                self._at(name, "link", "set", "lo", "up")
            _inside(self.path("node"), _forward)
            self._join("node", "phones", NODE, PHONES)
            self._join("node", "pod", BRIDGE, [POD])
        except BaseException:
            self.close()
            raise

    def path(self, name):
        return "/run/netns/" + self._names[name]

    def talk(self, ng_address, ng_from="node"):
        return Conversation(self.path("phones"), self.path(ng_from), ng_address)

    def probe(self, address, port, path, source="node"):
        """-> (status, text), or None where nobody answers"""

        def work():
            connection = http.client.HTTPConnection(address, port, timeout=5)
            try:
                connection.request("GET", path)
                reply = connection.getresponse()
                return reply.status, reply.read().decode()
            except (OSError, http.client.HTTPException):
                return None
            finally:
                connection.close()

        return _inside(self.path(source), work)

    def reaches(self, address, port, source):
        def work():
            try:
                socket.create_connection((address, port), 5).close()
                return True
            except OSError:
                return False

        return _inside(self.path(source), work)

    def close(self):
        for name in self._names.values():
            subprocess.run(["ip", "netns", "del", name], stderr=subprocess.DEVNULL)

    def _at(self, name, *words):
        _ip("-n", self._names[name], *words)

    def _join(self, one, other, address, others):
        device = "to-" + other
        self._at(
            one,
            "link",
            "add",
            device,
            "type",
            "veth",
            "peer",
            "name",
            "eth0",
            "netns",
            self._names[other],
        )
        self._at(one, "address", "add", address + "/24", "dev", device)
        for each in others:
            self._at(other, "address", "add", each + "/24", "dev", "eth0")
        self._at(one, "link", "set", device, "up")
        self._at(other, "link", "set", "eth0", "up")
        self._at(other, "route", "add", "default", "via", address)


def wait_for(condition, seconds=90):
    """-> whether it came true"""
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(0.5)
    return True
