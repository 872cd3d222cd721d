"""Loads and unloads the modules under test."""
import os
import subprocess

from lab import net

_built = None


def set_directory(directory):
    global _built
    _built = directory


def path(name="nft_rtpengine"):
    sub = "xt/" if name.startswith("xt_") else ""
    return os.path.join(_built, sub + name + ".ko")


def loaded(name="nft_rtpengine"):
    return os.path.isdir("/sys/module/" + name)


def load(name="nft_rtpengine", *parameters):
    for needed in net.run("modinfo", "-F", "depends", path(name)).strip().split(","):
        if needed and not loaded(needed):
            net.run("modprobe", needed)
    net.run("insmod", path(name), *parameters)


def unload(name="nft_rtpengine"):
    net.run("rmmod", name)


def unload_if_loaded():
    if loaded():
        unload()


def information():
    """-> {field: [values]} of modinfo."""
    found = {}
    for line in net.run("modinfo", path()).splitlines():
        field, _, value = line.partition(":")
        found.setdefault(field, []).append(value.strip())
    return found


class Load:
    """A process that sends RTP from the caller as fast as it can, until it is stopped."""

    def __init__(self, to, namespace="a"):
        here = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
        self._process = subprocess.Popen(
            ["ip", "netns", "exec", namespace, "/usr/bin/python3", "-I", "-c", _FLOOD, here, *map(str, to)],
            stdout=subprocess.PIPE,
            preexec_fn=net.on_any_processor,
        )
        self._process.stdout.readline()  # it has begun

    def close(self):
        self._process.kill()
        self._process.wait()
        self._process.stdout.close()


_FLOOD = """
import socket, struct, sys
sys.path.insert(0, sys.argv[1])
to = (sys.argv[2], int(sys.argv[3]))
family = socket.AF_INET6 if ":" in to[0] else socket.AF_INET
s = socket.socket(family, socket.SOCK_DGRAM)
from lab import packets
sent = [packets.rtp(n) for n in range(64)]
n = 0
while True:
    try:
        s.sendto(sent[n % 64], to)
    except OSError:
        pass
    n += 1
    if n == 10:
        print("sending", flush=True)
"""
