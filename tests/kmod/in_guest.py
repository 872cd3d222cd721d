#!/usr/bin/env python3
"""Runs the tests of the module inside a guest: in_guest.py DIRECTORY-OF-MODULES [FILTER...]

Every function test_* of guest/test_*.py is one test; its argument is a Bed. After each the kernel's
log is read, and damage in it fails that test. One line a test: "PASS name" or "FAIL name", and at the
end a line of totals. The host's half is run.py.
"""
import importlib
import inspect
import os
import sys
import time
import traceback

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
sys.dont_write_bytecode = True
from lab import log, module, net  # noqa: E402
from lab.bed import Bed  # noqa: E402


# The kernel patches its code (static keys) whenever the first hook of a kind comes or the last one goes. QEMU's emulator
# runs such code wrongly now and then while another processor is in it (Oops: int3 in ip_local_deliver): with one hook
# of each kind that stays, nothing is patched.
_HOOKS = "table inet kept {\n%s\n}\n" % "\n".join(
    "chain %s { type filter hook %s priority 0; }" % (name, name)
    for name in ("prerouting", "input", "forward", "output", "postrouting")
)


def tests(filters):
    for name in sorted(os.listdir(os.path.join(HERE, "guest"))):
        if name.startswith("test_") and name.endswith(".py"):
            loaded = importlib.import_module("guest." + name[:-3])
            for label, function in inspect.getmembers(loaded, inspect.isfunction):
                full = "%s.%s" % (name[5:-3], label[5:])
                if label.startswith("test_") and (not filters or any(f in full for f in filters)):
                    yield inspect.getsourcelines(function)[1], full, function


def run(function, kernel_log):
    """-> None, or why it failed."""
    if not module.loaded():
        module.load()
    bed = Bed()
    failure = None
    try:
        bed.start()
        function(bed)
    except Exception:  # any way a test can fail is told, and the next one runs
        failure = traceback.format_exc()
    try:
        bed.finish()
    except Exception:
        failure = (failure or "") + "cleaning up: " + traceback.format_exc()
    damage = kernel_log.damage()
    if damage:
        failure = (failure or "") + "the kernel's log: " + "\n".join(damage[:10])
    return failure


def main():
    module.set_directory(sys.argv[1])
    kernel_log = log.Log()
    module.load()
    net.run("nft", "-f", "-", text=_HOOKS)
    net.make_standard()
    net.on_one_processor()
    passed = failed = 0
    for _, name, function in tests(sys.argv[2:]):
        started = time.monotonic()
        failure = run(function, kernel_log)
        took = time.monotonic() - started
        if failure:
            failed += 1
            print("FAIL %s (%.1f s)\n    %s" % (name, took, failure.replace("\n", "\n    ")), flush=True)
        else:
            passed += 1
            print("PASS %s (%.1f s)" % (name, took), flush=True)
    net.remove_standard()
    if module.loaded():
        module.unload()
    damage = kernel_log.damage()
    for line in damage:
        print("FAIL unloading: " + line)
    failed += 1 if damage else 0
    print("guest: %d passed, %d failed" % (passed, failed), flush=True)
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main())
