"""Finds a kernel below given roots, and makes it quick to start."""
import glob
import os
import subprocess

from initramfs import Error

_FORMATS = (
    (b"\x28\xb5\x2f\xfd", "zstd"),
    (b"\xfd7zXZ\0", "xz"),
    (b"\x1f\x8b\x08", "gzip"),
)


def releases(roots):
    """-> [(release, root)] of what lies there."""
    return [
        (os.path.basename(path)[len("vmlinuz-") :], root)
        for root in roots
        for path in sorted(glob.glob(os.path.join(root, "boot", "vmlinuz-*")))
    ]


def find(release, roots):
    """-> (path of the image, path of its modules)."""
    for root in roots:
        image = os.path.join(root, "boot", "vmlinuz-" + release)
        for library in ("lib/modules", "usr/lib/modules"):
            modules = os.path.join(root, library, release)
            if os.path.exists(image) and os.path.isdir(modules):
                return os.path.abspath(image), os.path.abspath(modules)
    raise Error("no kernel %s below: %s" % (release, " ".join(roots)))


def unpacked_path(image):
    directory, name = os.path.split(image)
    return os.path.join(directory, name.replace("vmlinuz-", "vmlinux-", 1))


def unpack(image):
    """Writes the ELF kernel that is packed in a bzImage beside it: QEMU starts that by its PVH entry,
    and saves unpacking, which is slow by emulation. -> whether it could."""
    with open(image, "rb") as handle:
        data = handle.read()
    for magic, tool in _FORMATS:
        position = data.find(magic)
        while position >= 0:
            done = subprocess.run(
                [tool, "-dcq"],
                input=data[position:],
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
            )
            if done.stdout[:4] == b"\x7fELF":
                target = unpacked_path(image)
                with open(target + ".new", "wb") as handle:
                    handle.write(done.stdout)
                os.rename(target + ".new", target)
                return True
            position = data.find(magic, position + 1)
    return False


def prepare(release, roots):
    """Indexes the modules and unpacks the image, once, in the kernel's own directory."""
    image, modules = find(release, roots)
    base = os.path.dirname(os.path.dirname(image))
    if not os.path.exists(os.path.join(modules, "modules.dep")):
        subprocess.run(["depmod", "-b", base, release], check=True)
    unpack(image)
