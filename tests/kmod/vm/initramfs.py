"""The initramfs of a guest: busybox, the modules that lead to the shared root, and two scripts.

Made anew for each run (about 3 MB, uncompressed); nothing of it is kept.
"""
import gzip
import io
import lzma
import os
import shlex
import shutil
import stat
import subprocess

HERE = os.path.dirname(os.path.abspath(__file__))
# What it takes to reach the shared root and the ports of the result.
BASE_MODULES = (
    "virtio_pci",
    "virtio_mmio",
    "virtio_console",
    "virtio_rng",
    "9pnet_virtio",
    "9p",
    "overlay",
)


class Error(Exception):
    pass


class Archive:
    """A cpio archive in the format the kernel unpacks ("newc")."""

    def __init__(self):
        self._out = io.BytesIO()
        self._inode = 0

    def _add(self, name, mode, data=b""):
        self._inode += 1
        encoded = name.encode() + b"\0"
        fields = (self._inode, mode, 0, 0, 1, 0, len(data), 0, 0, 0, 0, len(encoded), 0)
        record = b"070701" + b"".join(b"%08x" % field for field in fields) + encoded
        self._out.write(record + b"\0" * (-len(record) % 4))
        self._out.write(data + b"\0" * (-len(data) % 4))

    def directory(self, name):
        self._add(name, stat.S_IFDIR | 0o755)

    def file(self, name, data, mode=0o644):
        self._add(name, stat.S_IFREG | mode, data if isinstance(data, bytes) else data.encode())

    def finish(self):
        self._add("TRAILER!!!", 0)
        return self._out.getvalue()


def read(path):
    with open(path, "rb") as handle:
        return handle.read()


def read_module(path):
    data = read(path)
    if path.endswith(".xz"):
        return lzma.decompress(data)
    if path.endswith(".gz"):
        return gzip.decompress(data)
    if path.endswith(".zst"):
        return subprocess.run(
            ["zstd", "-dcq"], input=data, check=True, stdout=subprocess.PIPE
        ).stdout
    return data


def module_dependencies(modules, release, work):
    """-> ({path: [paths it needs]}, directory of a fresh index or None)."""
    path, fresh = os.path.join(modules, "modules.dep"), None
    if not os.path.exists(path):
        base = os.path.join(work, "depmod")
        fresh = os.path.join(base, "lib/modules", release)
        os.makedirs(fresh)
        given = os.listdir(modules)
        for name in given:
            os.symlink(os.path.join(modules, name), os.path.join(fresh, name))
        subprocess.run(["depmod", "-b", base, release], check=True)
        for name in given:
            os.unlink(os.path.join(fresh, name))
        path = os.path.join(fresh, "modules.dep")
    needs = {}
    with open(path) as handle:
        for line in handle:
            module, _, rest = line.partition(":")
            needs[module] = rest.split()
    return needs, fresh


def load_order(needs, names):
    """Paths in the order they have to be loaded; names that are built in are left out."""
    by_name = {os.path.basename(p).split(".ko")[0].replace("-", "_"): p for p in needs}
    order = []
    for name in names:
        path = by_name.get(name.replace("-", "_"))
        for needed in reversed([path] + needs[path]) if path else ():
            if needed not in order:
                order.append(needed)
    return order


def environment(pairs):
    """A script that sets the guest's variables: a few of ours, and NAME or NAME=VALUE of `pairs`."""
    path = os.environ.get("PATH", "/usr/sbin:/usr/bin:/sbin:/bin")
    for needed in ("/usr/sbin", "/sbin"):
        if needed not in path.split(":"):
            path += ":" + needed
    variables = {
        "PATH": path,
        "HOME": os.environ.get("HOME", "/root"),
        "TERM": "dumb",
        "VMRUN": "1",
        "VMRUN_DIRECTORY": os.getcwd(),
    }
    for pair in pairs:
        name, equals, value = pair.partition("=")
        variables[name] = value if equals else os.environ.get(name, "")
    return "".join("export %s=%s\n" % (k, shlex.quote(v)) for k, v in variables.items())


def make(release, modules, work, command, shared=(), variables=(), has_9p=False):
    """Writes an initramfs below `work`; -> its path."""
    needs, fresh = module_dependencies(modules, release, work)
    order = load_order(needs, BASE_MODULES)
    if not has_9p and not any("/9p.ko" in path for path in order):
        raise Error(
            "kernel %s has no 9p (Debian's cloud kernels have none); use the plain amd64 flavour, "
            "or --has-9p when it is built in" % release
        )
    busybox = shutil.which("busybox", path=os.environ.get("PATH", "") + ":/bin:/usr/bin")
    if not busybox:
        raise Error("no busybox: install busybox-static")
    archive = Archive()
    for name in ("bin", "dev", "proc", "sys", "mod"):
        archive.directory(name)
    archive.file("bin/busybox", read(busybox), 0o755)
    names = []
    for path in order:
        names.append(os.path.basename(path).split(".ko")[0] + ".ko")
        archive.file("mod/" + names[-1], read_module(os.path.join(modules, path)))
    archive.file("mod/order", "".join(name + "\n" for name in names))
    if fresh:
        archive.directory("depmod")
        for name in os.listdir(fresh):
            archive.file("depmod/" + name, read(os.path.join(fresh, name)))
    in_place = os.path.realpath("/lib/modules/" + release) == os.path.realpath(modules)
    archive.file(
        "settings.sh",
        "VMRUN_RELEASE=%s\nVMRUN_MODULES=%s\n"
        % (shlex.quote(release), "" if in_place else shlex.quote(modules)),
    )
    archive.file("init", read(os.path.join(HERE, "guest_init.sh")), 0o755)
    archive.file("guest_run.sh", read(os.path.join(HERE, "guest_run.sh")), 0o755)
    archive.file("command.sh", "exec " + " ".join(map(shlex.quote, command)) + "\n")
    archive.file("environment.sh", environment(variables))
    archive.file("shared", "".join(os.path.abspath(d) + "\n" for d in shared))
    path = os.path.join(work, "initramfs")
    with open(path, "wb") as handle:
        handle.write(archive.finish())
    return path
