"""A machine in QEMU: its disk, its starts, and scripts run in it by its agent (guest/agent.py).

Emulated where there is no hardware virtualisation: then it is many times slower than the host.
"""
import json
import os
import shutil
import socket
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(os.path.dirname(HERE), "kmod", "vm"))
import initramfs  # noqa: E402
import qemu  # noqa: E402
import splat  # noqa: E402

_MODULES = ("virtio_pci", "virtio_blk", "crc32c_generic", "ext4")
_PARAMETERS = (
    "console=ttyS0 panic=-1 mitigations=off random.trust_cpu=on no_timer_check tsc=reliable"
    " net.ifnames=0"
    # A busy host makes an emulated start take longer than systemd waits.
    " systemd.default_timeout_start_sec=900 systemd.default_device_timeout_sec=900"
)
_BOOT_SECONDS, _SCRIPT_SECONDS = 1200, 600

_INIT = """#!/bin/busybox sh
B=/bin/busybox
$B mount -t proc proc /proc
$B mount -t sysfs sys /sys
$B mount -t devtmpfs dev /dev
while read -r module; do $B insmod "/mod/$module"; done </mod/order
until [ -b /dev/vda ]; do $B sleep 0.1; done
$B mount -t ext4 /dev/vda /root
for d in proc sys dev; do $B mount --move /$d /root/$d; done
exec $B switch_root /root /sbin/init
"""


class GuestError(Exception):
    pass


class Result:
    def __init__(self, status, output):
        self.status, self.output = status, output


def make_initramfs(base, work):
    release = os.listdir(os.path.join(base, "modules"))[0]
    modules = os.path.join(base, "modules", release)
    needs, _ = initramfs.module_dependencies(modules, release, work)
    archive = initramfs.Archive()
    for name in ("bin", "dev", "proc", "sys", "root", "mod"):
        archive.directory(name)
    archive.file("bin/busybox", initramfs.read(shutil.which("busybox")), 0o755)
    order = initramfs.load_order(needs, _MODULES)
    for path in order:
        archive.file(
            "mod/" + os.path.basename(path), initramfs.read_module(os.path.join(modules, path))
        )
    archive.file("mod/order", "".join(os.path.basename(path) + "\n" for path in order))
    archive.file("init", _INIT, 0o755)
    path = os.path.join(work, "initramfs")
    with open(path, "wb") as handle:
        handle.write(archive.finish())
    return path


class Guest:
    """`base`: what image.py made; `work`: a directory of this run; `share` is seen as /lab in the
    guest, read-only."""

    def __init__(self, base, work, share):
        self._base, self._work, self._share = base, work, share
        self._process = self._socket = None
        self._pending = b""
        self.boots = 0
        self._disk = os.path.join(work, "disk.img")
        subprocess.run(
            ["cp", "--sparse=always", os.path.join(base, "base.img"), self._disk], check=True
        )
        self._initramfs = make_initramfs(base, work)

    def _console(self):
        return os.path.join(self._work, "console.%d" % self.boots)

    def _command(self, agent):
        q = [
            "qemu-system-x86_64",
            "-nodefaults",
            "-no-user-config",
            "-display",
            "none",
            "-no-reboot",
        ]
        q += [
            "-M",
            "q35",
            "-smp",
            "2",
            "-m",
            "1536",
            "-kernel",
            os.path.join(self._base, "vmlinux"),
        ]
        q += ["-initrd", self._initramfs, "-append", _PARAMETERS]
        q += ["-chardev", "file,id=console,path=" + self._console(), "-serial", "chardev:console"]
        q += ["-drive", "file=%s,format=raw,if=virtio,cache=unsafe" % self._disk]
        q += ["-device", "virtio-rng-pci", "-device", "virtio-serial-pci"]
        q += ["-chardev", "socket,id=agent,path=%s,server=on,wait=off" % agent]
        q += ["-device", "virtserialport,chardev=agent,name=install.agent"]
        q += ["-fsdev", "local,id=lab,path=%s,readonly=on,security_model=none" % self._share]
        q += ["-device", "virtio-9p-pci,fsdev=lab,mount_tag=lab"]
        return q + qemu.acceleration("auto", None)

    def boot(self):
        """-> seconds until multi-user.target was reached."""
        self.boots += 1
        self._pending = b""
        began = time.monotonic()
        agent = os.path.join(self._work, "agent.%d" % self.boots)
        with open(os.path.join(self._work, "qemu.log"), "ab") as log:
            self._process = subprocess.Popen(
                self._command(agent),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self._socket = socket.socket(socket.AF_UNIX)
        while True:
            try:
                self._socket.connect(agent)
                break
            except OSError:
                if self._process.poll() is not None or time.monotonic() > began + 30:
                    raise GuestError("QEMU does not start: see %s/qemu.log" % self._work) from None
                time.sleep(0.05)
        self._read(began + _BOOT_SECONDS)
        self.run(
            "mkdir -p /lab && mount -t 9p -o ro,trans=virtio,version=9p2000.L,msize=262144 lab /lab"
        )
        return time.monotonic() - began

    def _read(self, deadline):
        while b"\n" not in self._pending:
            self._socket.settimeout(max(0.1, deadline - time.monotonic()))
            try:
                data = self._socket.recv(1 << 20)
            except socket.timeout:
                raise GuestError(
                    "the guest does not answer; its console is %s" % self._console()
                ) from None
            if not data:
                raise GuestError("the guest ended; its console is %s" % self._console())
            self._pending += data
        line, _, self._pending = self._pending.partition(b"\n")
        return json.loads(line)

    def run(self, script, timeout=_SCRIPT_SECONDS, status=0):
        """Runs a bash script as root; -> Result. Another status is an error; None: any is welcome."""
        request = json.dumps({"script": script, "timeout": timeout}).encode() + b"\n"
        self._socket.settimeout(60)
        self._socket.sendall(request)
        answer = self._read(time.monotonic() + timeout + 60)
        with open(os.path.join(self._work, "scripts.log"), "a") as log:
            log.write("$ %s\n%s[%s]\n" % (script, answer["output"], answer["status"]))
        if status is not None and answer["status"] != status:
            raise GuestError(
                "%s\nended with status %d:\n%s"
                % (script, answer["status"], answer["output"][-6000:])
            )
        return Result(answer["status"], answer["output"])

    def output(self, script, timeout=_SCRIPT_SECONDS):
        return self.run(script, timeout).output

    def reboot(self):
        """By its own service manager; -> seconds until it serves again."""
        self.run("systemctl --no-block reboot")
        self._await_end()
        return self.boot()

    def _await_end(self):
        try:
            self._process.wait(_BOOT_SECONDS)
        except subprocess.TimeoutExpired:
            raise GuestError(
                "the guest does not shut down; its console is %s" % self._console()
            ) from None
        self._socket.close()

    def ended(self):
        return self._process is None or self._process.poll() is not None

    def end(self):
        if self._process and self._process.poll() is None:
            self._process.kill()
            self._process.wait()

    def damage(self):
        """Lines of the kernel's log that tell of damage, of all boots."""
        found = []
        for number in range(1, self.boots + 1):
            with open(os.path.join(self._work, "console.%d" % number), errors="replace") as handle:
                found += splat.lines(handle.read())
        return found
