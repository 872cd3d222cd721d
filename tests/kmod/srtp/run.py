#!/usr/bin/env python3
"""The kernel's SRTP against mediad's, and its costs, in QEMU: run.py [--bench] [--bin DIR]

Builds the test device of device.c with the module's SRTP for each kernel that ../vm/kernels has,
loads it in a guest and lets srtp_kernel_differential, built by CMake, compare packet by packet.
--bench instead counts instructions a packet beside the bare calls of the crypto API.
"""
import argparse
import os
import re
import shutil
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.dirname(HERE))
import run as suite  # noqa: E402

BENCH = re.compile(r"bench: (\w+) payload (\d+): protect (\d+) of (\d+), unprotect (\d+) of (\d+)")
BENCHES = 10
WRONG = re.compile(r"bench: .*(failed$|not set up)", re.MULTILINE)
LIMIT = 1.4  # of the crypto API's own instructions for the same octets, to open a packet
FILES = re.compile(r"srtp[a-z_]*\.[ch]$")


def build(release, root):
    """-> (good, text, directory)"""
    directory = os.path.join(suite.OUT, release + ".srtp")
    shutil.rmtree(directory, ignore_errors=True)
    os.makedirs(directory)
    for name in os.listdir(suite.KMOD):
        if FILES.match(name):
            shutil.copy(os.path.join(suite.KMOD, name), directory)
    for name in ("uapi", "selftest"):
        shutil.copytree(os.path.join(suite.KMOD, name), os.path.join(directory, name))
    for name in ("Kbuild", "device.c", "device.h", "bench.c"):
        shutil.copy(os.path.join(HERE, name), directory)
    headers = os.path.join(root, "lib/modules", release, "build")
    good, text = suite.command(
        *"make -s CONFIG_DEBUG_INFO_BTF_MODULES= KCFLAGS=-Werror modules".split(),
        "-C",
        headers,
        "M=" + directory,
    )
    return good, text, directory


def guest(release, root, script, options=()):
    done = subprocess.run(
        suite.guest_command(release, root, "sh", "-c", script, options=("--cpus", "1", *options)),
        stdout=subprocess.PIPE,
        universal_newlines=True,
    )
    return done.returncode, done.stdout


def bench(release, root, directory, totals):
    """The module prints and refuses to stay. With --icount a nanosecond is an instruction."""
    script = "insmod %s/srtp_bench.ko 2>/dev/null; dmesg | grep -o 'bench: .*'" % directory
    status, text = guest(release, root, script, ("--icount", "0"))
    found = BENCH.findall(text)
    good = status == 0 and len(found) == BENCHES and not WRONG.search(text)
    totals.add(good, "%s bench" % release, text)
    for suite_name, payload, *numbers in found:
        sealed, bare_sealed, opened, bare_opened = map(int, numbers)
        name = "%s %s, %s octets: protect %d, the cipher alone %d (%.2f); unprotect %d, %d (%.2f)" % (
            release, suite_name, payload,
            sealed, bare_sealed, sealed / bare_sealed, opened, bare_opened, opened / bare_opened,
        )
        # Without a cipher there is next to nothing beside our own work.
        limited = not suite_name.startswith("NULL") and release.startswith("6.12.")
        totals.add(not limited or opened <= LIMIT * bare_opened, name, "above %.1f" % LIMIT)


def differential(release, root, directory, binaries, rounds, totals):
    program = os.path.join(os.path.abspath(binaries), "srtp_kernel_differential")
    script = "insmod %s/srtp_device.ko && %s %d; r=$?; rmmod srtp_device && exit $r" % (
        directory,
        program,
        rounds,
    )
    status, text = guest(release, root, script)
    found = re.search(r"^(\d+) passed, (\d+) failed$", text, re.M)
    if not found or (status and found.group(2) == "0"):
        totals.add(False, "%s differential" % release, "status %d\n%s" % (status, text))
        return
    totals.passed += int(found.group(1))
    totals.failed += int(found.group(2))
    print("%s differential: %s" % (release, text.strip()), flush=True)


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--bench", action="store_true", help="count instead of compare")
    parser.add_argument("--bin", default=os.path.join(suite.ROOT, "build/release/bin"), metavar="DIR")
    parser.add_argument("--kernel", metavar="PART", help="only kernels with this in their release")
    parser.add_argument("--rounds", type=int, default=4, metavar="N", help="of 1000 packets a suite")
    options = parser.parse_args()
    totals = suite.Totals()
    for release, root in suite.kernels():
        if options.kernel and options.kernel not in release:
            continue
        good, text, directory = build(release, root)
        if not totals.add(good, "%s srtp builds without a warning" % release, text):
            continue
        if options.bench:
            bench(release, root, directory, totals)
        else:
            differential(release, root, directory, options.bin, options.rounds, totals)
    print("kmod srtp: %d passed, %d failed" % (totals.passed, totals.failed))
    return 1 if totals.failed or not totals.passed else 0


if __name__ == "__main__":
    sys.exit(main())
