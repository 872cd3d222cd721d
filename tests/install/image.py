"""The disk of the guest: Debian 12 with systemd, and an archive of packages on it, because it has no
network.

Made once and kept, in directories whose names have what they were made of: a tree of files, and of
that base.img, with vmlinux and modules/ of its kernel.
Mirrors and packages are those of this host's apt; none of its settings gets into the image.
"""
import fcntl
import glob
import hashlib
import os
import shutil
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
sys.path.insert(0, os.path.join(ROOT, "tests", "kmod", "vm"))
import kernel_image  # noqa: E402

_SUITE = "bookworm"
# What a host has before anybody installs a media proxy; python3 for the agent and the phones.
_BASE = "systemd-sysv,udev,dbus,kmod,iproute2,procps,python3,less,apt-utils"
# What takes an emulated machine too long to unpack is installed here, the rest in the guest.
_SLOW = ("linux-image-amd64", "linux-headers-amd64", "dkms")
_ARCHIVE = "var/lib/archive"
_SIZE = "6G"


def cache():
    return os.environ.get("INSTALL_CACHE") or os.path.join(ROOT, "build", "install")


def runtime_packages():
    with open(os.path.join(ROOT, "deploy", "dependencies.txt")) as handle:
        rows = [line.split() for line in handle if line.strip() and not line.startswith("#")]
    return [row[0] for row in rows if row[1] == "runtime"]


def run(*command, **settings):
    done = subprocess.run(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, **settings
    )
    if done.returncode != 0:
        raise SystemExit(
            "%s ended with status %d:\n%s" % (command[0], done.returncode, done.stdout[-4000:])
        )
    return done.stdout


def mirror():
    """Of this host's apt."""
    text = run(
        "apt-get",
        "indextargets",
        "--format",
        "$(SITE) $(CODENAME) $(COMPONENT)",
        "Created-By: Packages",
    )
    for line in text.split("\n"):
        if line.split()[1:] == [_SUITE, "main"]:
            return line.split()[0]
    raise SystemExit("apt has no source with %s" % _SUITE)


def chroot(root, *command):
    environment = dict(
        PATH="/usr/sbin:/usr/bin:/sbin:/bin",
        DEBIAN_FRONTEND="noninteractive",
        LC_ALL="C",
        INITRD="No",
    )
    return run("chroot", root, *command, env=environment)


def fetch(root, target, *packages):
    """Downloads packages, and what they need beyond what is installed below `root`."""
    os.makedirs(os.path.join(target, "partial"), exist_ok=True)
    status = os.path.join(root, "var/lib/dpkg/status")
    options = ["-o", "Dir::State::status=" + status, "-o", "Dir::State::extended_states=/dev/null"]
    options += [
        "-o",
        "Dir::Cache::archives=" + target,
        "-o",
        "APT::Install-Recommends=false",
        "-qq",
    ]
    run("apt-get", *options, "--download-only", "-y", "install", *packages)
    shutil.rmtree(os.path.join(target, "partial"))


def make_archive(root, packages):
    archive = os.path.join(root, _ARCHIVE)
    fetch(root, archive, *packages)
    with open(os.path.join(archive, "Packages"), "w") as handle:
        done = subprocess.run(
            ["dpkg-scanpackages", "--multiversion", "."],
            cwd=archive,
            stdout=handle,
            stderr=subprocess.DEVNULL,
        )
    if done.returncode != 0:
        raise SystemExit("dpkg-scanpackages failed")
    for path in glob.glob(os.path.join(root, "var/lib/apt/lists/*_*")):
        os.unlink(path)
    write(root, "etc/apt/sources.list", "deb [trusted=yes] file:/%s ./\n" % _ARCHIVE)
    chroot(root, "apt-get", "-qq", "update")


def write(root, path, text, mode=0o644):
    path = os.path.join(root, path)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w") as handle:
        handle.write(text)
    os.chmod(path, mode)


def settle(root):
    """What makes a machine of it that the tests can speak to."""
    write(root, "etc/hostname", "media1\n")
    write(root, "etc/hosts", "127.0.0.1 localhost\n::1 localhost\n127.0.1.1 media1\n")
    write(root, "etc/dpkg/dpkg.cfg.d/unsafe-io", "force-unsafe-io\n")  # an emulated disk is slow
    write(root, "etc/fstab", "/dev/vda / ext4 errors=remount-ro 0 1\n")
    for name in ("agent.py", "network.sh"):
        shutil.copy(os.path.join(HERE, "guest", name), os.path.join(root, "usr/local/sbin", name))
    for name in glob.glob(os.path.join(HERE, "guest", "*.service")):
        shutil.copy(name, os.path.join(root, "etc/systemd/system"))
        chroot(root, "systemctl", "enable", os.path.basename(name))
    # They would take dpkg's lock in the middle of a test.
    chroot(root, "systemctl", "mask", "apt-daily.timer", "apt-daily-upgrade.timer", "fstrim.timer")
    chroot(root, "systemctl", "enable", "serial-getty@ttyS0.service")
    for left in ("debootstrap", "var/log/bootstrap.log"):
        path = os.path.join(root, left)
        shutil.rmtree(path) if os.path.isdir(path) else os.path.exists(path) and os.unlink(path)


def make_tree(directory, packages):
    root = os.path.join(directory, "root")
    run("debootstrap", "--variant=minbase", "--include=" + _BASE, _SUITE, root, mirror())
    make_archive(root, [*_SLOW, *packages])
    chroot(root, "apt-get", "-y", "--no-install-recommends", "install", *_SLOW)


def make_image(directory, tree):
    root = os.path.join(directory, "root")
    run("cp", "-a", os.path.join(tree, "root"), root)
    settle(root)
    release = os.path.basename(glob.glob(os.path.join(root, "lib/modules/*"))[0])
    image = os.path.join(root, "boot", "vmlinuz-" + release)
    if not kernel_image.unpack(image):
        raise SystemExit("the kernel cannot be unpacked")
    shutil.move(kernel_image.unpacked_path(image), os.path.join(directory, "vmlinux"))
    shutil.copytree(
        os.path.join(root, "lib/modules", release),
        os.path.join(directory, "modules", release),
        symlinks=True,
    )
    run("mke2fs", "-q", "-t", "ext4", "-d", root, os.path.join(directory, "base.img"), _SIZE)
    shutil.rmtree(root)


def cached(kind, inputs, make):
    """-> the directory with what `make(directory)` makes of the inputs."""
    directory = os.path.join(
        cache(), kind + "-" + hashlib.sha256("\n".join(inputs).encode()).hexdigest()[:16]
    )
    if not os.path.exists(os.path.join(directory, "complete")):
        print("install: making the %s of the guest (some minutes, once)" % kind, flush=True)
        shutil.rmtree(directory, ignore_errors=True)
        os.makedirs(directory)
        make(directory)
        open(os.path.join(directory, "complete"), "w").close()
    return directory


def prepare(wanted):
    """-> the directory; `wanted`: packages beside our own dependencies to be had in the guest."""
    packages = sorted(set(runtime_packages() + wanted))
    files = [os.path.join(HERE, "image.py")] + sorted(glob.glob(os.path.join(HERE, "guest", "*")))
    texts = [open(path).read() for path in files if os.path.isfile(path)]
    os.makedirs(cache(), exist_ok=True)
    with open(os.path.join(cache(), "lock"), "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        tree = cached(
            "tree", [_SUITE, _BASE, *_SLOW, *packages], lambda to: make_tree(to, packages)
        )
        return cached("image", [tree, *texts], lambda to: make_image(to, tree))


if __name__ == "__main__":
    print(prepare(sys.argv[1:]))
