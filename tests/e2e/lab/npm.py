"""Packages from the npm registry, for tests whose clients are written in JavaScript."""
import fcntl
import os
import shutil
import subprocess


def install(place, *packages):
    """-> node_modules with the packages, which are kept. Several test processes may ask at once."""
    npm = shutil.which("npm")
    assert npm, "npm is not installed: tools/setup test"
    os.makedirs(place, exist_ok=True)
    modules, finished = os.path.join(place, "node_modules"), os.path.join(place, "installed")
    with open(os.path.join(place, "lock"), "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if os.path.exists(finished):
            return modules
        done = subprocess.run(
            [npm, "install", "--no-audit", "--no-fund", "--no-save", "--prefix", place, *packages],
            cwd=place,
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, "npm cannot install %s:\n%s" % (packages, done.stderr)
        open(finished, "w").close()
    return modules
