"""Network namespaces of a guest, and sockets in them, all driven by one process.

The standard network: caller "a" and callee "b", each on a veth of its own to the relay "r". Addresses
are the same in every test, so that a dump of one can be read beside another's.
"""
import contextlib
import ctypes
import fcntl
import os
import select
import socket
import struct
import subprocess
import time

A4, RA4, RB4, B4 = "10.1.0.2", "10.1.0.1", "10.2.0.1", "10.2.0.2"
A6, RA6, RB6, B6 = "fd01::2", "fd01::1", "fd02::1", "fd02::2"
_CLONE_NEWNET = 0x40000000
_SIOCGIFHWADDR, _SIOCETHTOOL = 0x8927, 0x8946
_ETHTOOL_STXCSUM, _ETHTOOL_GSTRINGS, _ETHTOOL_GSSET_INFO, _ETHTOOL_SFEATURES = 0x17, 0x1B, 0x37, 0x3B
_ETH_SS_FEATURES = 4
_libc = ctypes.CDLL(None, use_errno=True)


def run(*command, check=True, text=None):
    done = subprocess.run(
        command, input=text, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, universal_newlines=True
    )
    if check and done.returncode:
        raise AssertionError("%s: status %d: %s" % (" ".join(command), done.returncode, done.stdout))
    return done.stdout


def batch(lines):
    """Many commands of ip by one process."""
    run("ip", "-batch", "-", text="\n".join(lines) + "\n")


def on_one_processor():
    """Keeps this process, and what it starts, on one processor: packets sent from two overtake each other, as each
    processor has a queue of its own for what comes out of a veth."""
    os.sched_setaffinity(0, {0})


def on_any_processor():
    """For a process that is meant to be in the way of others."""
    os.sched_setaffinity(0, range(os.cpu_count()))


@contextlib.contextmanager
def inside(namespace):
    """Runs what follows in a named network namespace; sockets opened there stay there."""
    before = os.open("/proc/self/ns/net", os.O_RDONLY)
    there = os.open("/run/netns/" + namespace, os.O_RDONLY)
    try:
        if _libc.setns(there, _CLONE_NEWNET):
            raise OSError(ctypes.get_errno(), "setns " + namespace)
        yield
    finally:
        _libc.setns(before, _CLONE_NEWNET)
        os.close(there)
        os.close(before)


def udp(namespace, address, timeout=3):
    """A UDP socket bound there; port 0 = any."""
    family = socket.AF_INET6 if ":" in address[0] else socket.AF_INET
    with inside(namespace):
        made = socket.socket(family, socket.SOCK_DGRAM)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    made.bind(address)
    made.settimeout(timeout)
    return made


def received(sock, seconds=0.05):
    """-> all that a socket holds, and what comes until it is quiet for so long."""
    found = []
    while select.select([sock], [], [], seconds)[0]:
        found.append(sock.recv(65536))
    return found


def wait_for(condition, seconds=10, what="what was waited for"):
    """Polls, because the kernel tells of few things; the limit is for a failure only."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "did not happen: " + what
        time.sleep(0.02)


def mac(namespace, device):
    """-> a device's address, six bytes. (/sys shows the devices of one namespace only.)"""
    with inside(namespace), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asker:
        told = fcntl.ioctl(asker, _SIOCGIFHWADDR, struct.pack("256s", device.encode()))
    return told[18:24]


def without_checksum_offload(namespace, device):
    """Packets leave it with the checksums they will have on a wire."""
    value = ctypes.create_string_buffer(struct.pack("=II", _ETHTOOL_STXCSUM, 0))
    request = struct.pack("=16sQ16x", device.encode(), ctypes.addressof(value))
    with inside(namespace), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asker:
        fcntl.ioctl(asker, _SIOCETHTOOL, request)


def features(namespace, device, wanted):
    """Turns features of a device on and off, by the names that ethtool -k shows."""
    with inside(namespace), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asker:

        def ask(data):
            value = ctypes.create_string_buffer(data, len(data))
            request = struct.pack("=16sQ16x", device.encode(), ctypes.addressof(value))
            fcntl.ioctl(asker, _SIOCETHTOOL, request)
            return value.raw

        said = ask(struct.pack("=IIQI", _ETHTOOL_GSSET_INFO, 0, 1 << _ETH_SS_FEATURES, 0))
        (count,) = struct.unpack_from("=I", said, 16)
        said = ask(struct.pack("=III", _ETHTOOL_GSTRINGS, _ETH_SS_FEATURES, count) + bytes(32 * count))
        names = [said[at : at + 32].rstrip(b"\0").decode() for at in range(12, 12 + 32 * count, 32)]
        blocks = [[0, 0] for _ in range((count + 31) // 32)]  # valid, requested
        for name, on in wanted.items():
            word, bit = divmod(names.index(name), 32)
            blocks[word][0] |= 1 << bit
            blocks[word][1] |= on << bit
        data = b"".join(struct.pack("=II", *block) for block in blocks)
        ask(struct.pack("=II", _ETHTOOL_SFEATURES, len(blocks)) + data)


def write(namespace, path, value):
    """Writes a file of /proc/sys/net as that namespace has it."""
    with inside(namespace), open(path, "w") as handle:
        handle.write(value)


def make_standard():
    lines = ["netns add " + name for name in ("a", "r", "b")]
    for end, side, number in (("a", "ra", 1), ("b", "rb", 2)):
        lines += [
            "link add %s netns r type veth peer name eth0 netns %s" % (side, end),
            "-n r addr add 10.%d.0.1/24 dev %s" % (number, side),
            "-n r addr add fd0%d::1/64 dev %s nodad" % (number, side),
            "-n %s addr add 10.%d.0.2/24 dev eth0" % (end, number),
            "-n %s addr add fd0%d::2/64 dev eth0 nodad" % (end, number),
            "-n r link set %s up" % side,
            "-n %s link set lo up" % end,
            "-n %s link set eth0 up" % end,
            "-n %s route add default via 10.%d.0.1" % (end, number),
            "-n %s route add default via fd0%d::1" % (end, number),
        ]
    plain = [line for line in lines if not line.startswith("-n ")]
    batch(plain)
    for name in ("a", "r", "b"):
        prefix = "-n %s " % name
        mine = [line[len(prefix) :] for line in lines if line.startswith(prefix)]
        run("ip", "-n", name, "-batch", "-", text="\n".join(["link set lo up"] + mine) + "\n")


def remove_standard():
    batch(["netns del " + name for name in ("a", "r", "b")])
