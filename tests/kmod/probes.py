#!/usr/bin/env python3
"""Whether the module compiles whatever its probes find: probes.py KERNEL-ROOT...

Compiles everything as if the last kernel's headers were others: each variants/NAME.h is included
before every file, after the kernel's own headers, and hides or adds interfaces; variants/NAME/ stands
before the kernel's include directories. What a variant is for is written in it as lines " * HAVE_X 0".
Over all variants and the kernels as they are, each probe has to come out both ways.

Also checks that probes, shims and documentation tell of the same, and that no version number is used.
"""
import glob
import os
import re
import sys

import run

VARIANTS = os.path.join(run.HERE, "variants")
_LINES = 800


def text_of(path):
    with open(path) as handle:
        return handle.read()


def outcomes(directory):
    """-> {probe: 0 or 1} as conftest wrote them."""
    header = text_of(os.path.join(directory, "compat", "generated.h"))
    return {name: int(value) for name, value in re.findall(r"#define (HAVE_\w+) ([01])", header)}


def sources():
    for pattern in ("*.[ch]", "*/*.[ch]"):
        for path in sorted(glob.glob(os.path.join(run.KMOD, pattern))):
            if not path.endswith((".mod.c", "generated.h")):
                yield path


def check_texts(totals):
    named = {
        "HAVE_" + os.path.basename(path)[:-2].upper()
        for path in glob.glob(os.path.join(run.KMOD, "compat", "probes", "*.c"))
        if not os.path.basename(path).startswith("control_")
    }
    used, versions, elsewhere, long_ones = set(), [], [], []
    for path in sources():
        if "/probes/" in path:
            continue
        text = text_of(path)
        found = set(re.findall(r"\bHAVE_\w+", text))
        used |= found
        name = os.path.relpath(path, run.KMOD)
        if found and not name.startswith("compat/"):
            elsewhere.append(name)
        if re.search(r"LINUX_VERSION_CODE|KERNEL_VERSION|RHEL_RELEASE|linux/version\.h", text):
            versions.append(name)
        if text.count("\n") > _LINES:
            long_ones.append(name)
    documented = set(re.findall(r"`(HAVE_\w+)`", text_of(os.path.join(run.ROOT, "docs", "kernel.md"))))
    totals.add(named == used, "each probe is used", "differ: %s" % sorted(named ^ used))
    totals.add(named == documented, "each probe is documented", "differ: %s" % sorted(named ^ documented))
    totals.add(not versions, "no version numbers", str(versions))
    totals.add(not elsewhere, "probes are used in compat/ only", str(elsewhere))
    totals.add(not long_ones, "no file above %d lines" % _LINES, str(long_ones))
    everything = "".join(text_of(path) for path in sources())
    version = re.search(r'define RTPE_VERSION\s+"([^"]+)"', everything)
    package = re.search(r'PACKAGE_VERSION="([^"]+)"', text_of(os.path.join(run.KMOD, "dkms.conf")))
    same = version and package and version.group(1) == package.group(1)
    totals.add(same, "DKMS knows the module's version", "dkms.conf and RTPE_VERSION differ")
    return named


def check_variant(totals, header, headers):
    """-> its outcomes, {} when it does not compile."""
    name = os.path.basename(header)[:-2]
    directory = os.path.join(run.OUT, "variant-" + name)
    # What a variant hides is still called by its stand-ins, which no kernel exports: only compiled.
    good, text = run.command(
        "make",
        *run.JOBS,
        "-C",
        run.KMOD,
        "KDIR=" + headers,
        "BUILD=" + directory,
        "KCFLAGS=-Werror -include " + header,
        "NOSTDINC_FLAGS=-nostdinc -I" + os.path.join(VARIANTS, name),
        "KBUILD_MODPOST_WARN=1",
    )
    if not totals.add(good, "variant %s compiles" % name, text[-4000:]):
        return {}
    found = outcomes(directory)
    wanted = {n: int(v) for n, v in re.findall(r"^ \* (HAVE_\w+) ([01])", text_of(header), re.M)}
    wrong = {n: found.get(n) for n, value in wanted.items() if found.get(n) != value}
    totals.add(wanted and not wrong, "variant %s is what it says" % name, "found %s" % wrong)
    return found


def main():
    totals = run.Totals()
    roots = sys.argv[1:]
    named = check_texts(totals)
    seen = {}
    for root in roots:
        directory = os.path.join(run.OUT, os.path.basename(root))
        for probe, value in outcomes(directory).items():
            seen.setdefault(probe, set()).add(value)
    headers = os.path.join(roots[-1], "lib/modules", os.path.basename(roots[-1]), "build")
    for header in sorted(glob.glob(os.path.join(VARIANTS, "*.h"))):
        for probe, value in check_variant(totals, header, headers).items():
            seen.setdefault(probe, set()).add(value)
    one_sided = sorted(probe for probe in named if seen.get(probe) != {0, 1})
    totals.add(not one_sided, "each probe came out both ways", str(one_sided))
    return 1 if totals.failed else 0


if __name__ == "__main__":
    sys.exit(main())
