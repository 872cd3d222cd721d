#!/usr/bin/env python3
"""Builds the module for each kernel, and tests it under each in QEMU: run.py [options] [FILTER...]

Fetches kernels and headers when they are not there (vm/kernels), compiles the module with every
warning an error, checks that each outcome of each compile probe compiles (probes.py), and runs the
guest's tests (in_guest.py), all in one boot a kernel. The last line adds up: "kmod: N passed, N
failed". Damage in a guest's kernel log fails it, whatever its tests say.
"""
import argparse
import os
import re
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
KMOD = os.path.join(ROOT, "kmod")
OUT = os.path.join(ROOT, "build", "kmod")
JOBS = ["-j%d" % (os.cpu_count() or 1)]
# The distribution's own checks of memory, for one of the guests: red zones and poison of objects (a use after free, a
# write beyond the end), guarded pages around some. The other one is as it is installed.
WATCHED = "slub_debug=FZP page_poison=1 kfence.sample_interval=50"
GUEST_TIMEOUT = 1200  # against a guest that hangs; by emulation on a busy host all of it takes minutes


class Totals:
    def __init__(self):
        self.passed = self.failed = 0

    def add(self, good, name, detail=""):
        self.passed += 1 if good else 0
        self.failed += 0 if good else 1
        print("%s %s" % ("PASS" if good else "FAIL", name), flush=True)
        if not good and detail:
            print("    " + detail.strip().replace("\n", "\n    "), flush=True)
        return good


def command(*words, **settings):
    """-> (whether it succeeded, all it printed)"""
    done = subprocess.run(
        words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, universal_newlines=True, **settings
    )
    return done.returncode == 0, done.stdout


def kernels():
    """-> [(release, root)]"""
    good, text = command(os.path.join(HERE, "vm", "kernels"))
    if not good:
        raise SystemExit("run.py: no kernels:\n" + text)
    return [(os.path.basename(root), root) for root in text.split("\n") if root.startswith("/")]


def build(release, root):
    """Compiles for one kernel, out of the source tree. -> (good, text, directory)"""
    directory = os.path.join(OUT, release)
    headers = os.path.join(root, "lib/modules", release, "build")
    good, text = command(
        "make", *JOBS, "-C", KMOD, "KDIR=" + headers, "BUILD=" + directory, "KCFLAGS=-Werror"
    )
    warned = re.search(r"\bwarning\b|^WARNING", text, re.I | re.M)
    return good and not warned, text, directory


def install(release, root, directory):
    """Into an empty root, as packages do it; -> (good, text)"""
    headers = os.path.join(root, "lib/modules", release, "build")
    with tempfile.TemporaryDirectory() as there:
        good, text = command(
            "make", "-C", KMOD, "KDIR=" + headers, "BUILD=" + directory, "DESTDIR=" + there, "install"
        )
        if not good:
            return good, text
        modules = os.path.join(there, "lib/modules", release)
        wanted = {
            os.path.join(modules, "updates", "nft_rtpengine.ko"),
            os.path.join(modules, "updates/xt", "xt_RTPENGINE.ko"),
            os.path.join(there, "etc/modules-load.d/rtpengine.conf"),
        }
        files = [os.path.join(at, name) for at, _, names in os.walk(there) for name in names]
        found = {re.sub(r"\.ko\.\w+$", ".ko", path) for path in files}  # compressed, where the kernel is so configured
        if not wanted <= found:
            return False, "installed: %s" % sorted(found)
        with open(os.path.join(there, "etc/modules-load.d/rtpengine.conf")) as conf:
            names = [line.strip() for line in conf if line.strip() and line[0] not in "#;"]
        good, text = command("depmod", "-b", there, release)
        if not good or names != ["nft_rtpengine"]:
            return False, text + str(names)
        with open(os.path.join(modules, "modules.dep")) as index:
            text = index.read()
        return "updates/nft_rtpengine.ko" in text and "updates/xt/xt_RTPENGINE.ko" in text, text


def build_user_space():
    """What guests run that is not Python. -> (good, text)"""
    for source, target in (("fuzz/send.c", "fuzz-send"), ("costs/traffic.c", "bench-traffic")):
        if not os.path.exists(os.path.join(HERE, source)):
            continue
        good, text = command(
            *"cc -O2 -Wall -Wextra -Werror -I".split(),
            os.path.join(KMOD, "uapi"),
            "-o",
            os.path.join(OUT, target),
            os.path.join(HERE, source),
        )
        if not good:
            return good, text
    return command("make", "-C", KMOD, "extension", "BUILD=" + OUT)


def guest_command(release, root, *inside, options=()):
    return [
        sys.executable,
        os.path.join(HERE, "vm", "vmrun"),
        "--kernel",
        release,
        "--kernel-root",
        root,
        "--timeout",
        str(GUEST_TIMEOUT),
        *options,
        "--",
        *inside,
    ]


def start_guest(release, root, directory, filters, watched):
    """-> (its process, the file it writes to)"""
    environment = {
        "KMOD_FUZZ_MESSAGES": os.path.join(OUT, "fuzz-messages"),
        "KMOD_FUZZ_SENDER": os.path.join(OUT, "fuzz-send"),
        "KMOD_XTABLES": os.path.join(OUT, "xt"),
    }
    options = ["--cpus", "2", "--mem", "1G", "--stats"]
    if watched:
        options += ["--append", WATCHED]
    for name, value in environment.items():
        options += ["--env", "%s=%s" % (name, value)]
    inside = ["/usr/bin/python3", os.path.join(HERE, "in_guest.py"), directory, *filters]
    log = open(os.path.join(OUT, "guest-%s.log" % release), "w+")
    process = subprocess.Popen(
        guest_command(release, root, *inside, options=options), stdout=log, stderr=subprocess.STDOUT
    )
    return process, log


def finish_guest(release, process, log, totals):
    status = process.wait()
    failed = 0
    log.seek(0)
    for line in log:
        if line.startswith(("PASS ", "FAIL ")):
            word = line[:4]
            totals.passed += word == "PASS"
            totals.failed += word == "FAIL"
            failed += word == "FAIL"
            line = "%s %s %s" % (word, release, line[5:])
        print(line, end="")
    log.close()
    if status and not failed:
        what = {124: "it hung", 125: "it died", 126: "damage in its log"}.get(status, status)
        totals.add(False, "%s guest" % release, "status %s" % what)


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("filters", nargs="*", metavar="FILTER", help="parts of guest tests' names")
    parser.add_argument("--kernel", metavar="PART", help="only kernels with this in their release")
    parser.add_argument("--no-guests", action="store_true", help="only build")
    parser.add_argument("--no-probes", action="store_true", help="without the probes' variants")
    parser.add_argument("--fuzz-messages", type=int, default=100000, metavar="N")
    options = parser.parse_args()
    os.makedirs(OUT, exist_ok=True)
    totals = Totals()
    started = time.monotonic()
    chosen = [k for k in kernels() if not options.kernel or options.kernel in k[0]]
    good, text = build_user_space()
    totals.add(good, "programs and the iptables extension build", text)
    messages = os.path.join(OUT, "fuzz-messages")
    good, text = command(
        sys.executable, os.path.join(HERE, "fuzz", "generate.py"), messages, str(options.fuzz_messages)
    )
    totals.add(good, "%d netlink messages are made" % options.fuzz_messages, text)
    built = []
    for release, root in chosen:
        good, text, directory = build(release, root)
        if totals.add(good, "%s builds without a warning" % release, text):
            built.append((release, root, directory))
            if not options.filters:
                good, text = install(release, root, directory)
                totals.add(good, "%s is installed where modprobe finds it" % release, text)
    # By emulation a guest keeps little more than one processor busy: all at once, beside the compiler.
    guests = [
        (release, *start_guest(release, root, directory, options.filters, release == chosen[-1][0]))
        for release, root, directory in (() if options.no_guests else built)
    ]
    if not options.no_probes and not options.filters:
        for line in subprocess.Popen(
            [sys.executable, os.path.join(HERE, "probes.py"), *(root for _, root in chosen)],
            stdout=subprocess.PIPE,
            universal_newlines=True,
        ).stdout:
            totals.passed += line.startswith("PASS ")
            totals.failed += line.startswith("FAIL ")
            print(line, end="", flush=True)
    for release, process, log in guests:
        finish_guest(release, process, log, totals)
    print(
        "kmod: %d passed, %d failed in %d s"
        % (totals.passed, totals.failed, time.monotonic() - started)
    )
    return 1 if totals.failed or not totals.passed else 0


if __name__ == "__main__":
    sys.exit(main())
