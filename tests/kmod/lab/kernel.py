"""How closely the guest's kernel watches its memory: limits that hold for any other do not there."""
import os


def keeps_freed_objects():
    """KASAN does for a while, and kmemleak has a record of each: what leaks, it tells at the end (vm/guest_run.sh)."""
    return os.path.exists("/sys/kernel/debug/kmemleak")


def widens_objects():
    """With red zones and traces of who allocated it."""
    with open("/proc/cmdline") as handle:
        return "slub_debug" in handle.read() or keeps_freed_objects()
