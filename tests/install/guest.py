"""A machine in QEMU: its disk, its starts, scripts run in it by its agent (guest/agent.py), and its
states, which are kept by name in the disk and gone back to.

Emulated where there is no hardware virtualisation: then its time is a count of instructions, so that
watchdogs and silences are the guest's own, however busy the host is; waiting costs it next to nothing.
"""
import glob
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
_BEHIND_SECONDS = 1800  # how far the guest's clock may fall behind ours during a script
_LAB = "/dev/disk/by-id/virtio-lab"
_LAB_SIZE = "256M"  # always the same: a state that is gone back to has seen this device

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


def quietly(*command):
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if done.returncode != 0:
        raise GuestError("%s:\n%s" % (" ".join(command), done.stdout))


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
    """`base`: what image.py made; `work`: a directory, of this run or one that was kept; the files
    of `share` are seen below /lab in the guest, read-only."""

    def __init__(self, base, work, share):
        self._base, self._work = base, work
        self._process = self._socket = self._monitor = None
        self._pending = b""
        self.boots = len(glob.glob(os.path.join(work, "console.*")))
        self._first_boot = self.boots + 1
        self._disk = os.path.join(work, "disk.qcow2")
        if not os.path.exists(self._disk):
            image = os.path.join(base, "base.img")
            quietly("qemu-img", "create", "-f", "qcow2", "-b", image, "-F", "raw", self._disk)
        self._lab = os.path.join(work, "lab.img")
        if os.path.exists(self._lab):
            os.unlink(self._lab)
        quietly(
            "mke2fs", "-q", "-t", "ext4", "-O", "^has_journal", "-d", share, self._lab, _LAB_SIZE
        )
        self._initramfs = make_initramfs(base, work)

    def _console(self):
        return os.path.join(self._work, "console.%d" % self.boots)

    def _command(self, agent, monitor):
        q = ["qemu-system-x86_64", "-nodefaults", "-no-user-config", "-display", "none"]
        q += ["-no-reboot", "-M", "q35", "-smp", "2" if qemu.kvm_works() else "1", "-m", "1536"]
        q += ["-kernel", os.path.join(self._base, "vmlinux")]
        q += ["-initrd", self._initramfs, "-append", _PARAMETERS]
        q += ["-chardev", "file,id=console,path=" + self._console(), "-serial", "chardev:console"]
        q += ["-drive", "file=%s,format=qcow2,if=none,id=disk,cache=unsafe" % self._disk]
        q += ["-device", "virtio-blk-pci,drive=disk"]
        q += ["-drive", "file=%s,format=raw,if=none,id=lab,readonly=on" % self._lab]
        q += ["-device", "virtio-blk-pci,drive=lab,serial=lab"]
        q += ["-device", "virtio-rng-pci", "-device", "virtio-serial-pci"]
        # Waits for us: the guest sees the port open from the first moment on.
        q += ["-chardev", "socket,id=agent,path=%s,server=on,wait=on" % agent]
        q += ["-device", "virtserialport,chardev=agent,name=install.agent"]
        q += ["-chardev", "socket,id=monitor,path=%s,server=on,wait=on" % monitor]
        q += ["-mon", "chardev=monitor,mode=control"]
        return q + qemu.acceleration("auto", None if qemu.kvm_works() else 0)

    def _start(self, *more):
        self.boots += 1
        self._pending = b""
        paths = [os.path.join(self._work, "%s.%d" % (n, self.boots)) for n in ("agent", "monitor")]
        with open(os.path.join(self._work, "qemu.log"), "ab") as log:
            self._process = subprocess.Popen(
                [*self._command(*paths), *more],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self._socket, monitor = map(self._connected, paths)
        self._monitor = monitor.makefile("rw")
        self._monitor.readline()  # the greeting
        self._command_of_monitor("qmp_capabilities")

    def _connected(self, path):
        connection = socket.socket(socket.AF_UNIX)
        end = time.monotonic() + 30
        while True:
            try:
                connection.connect(path)
                return connection
            except OSError:
                if self._process.poll() is not None or time.monotonic() > end:
                    raise GuestError("QEMU does not start: see %s/qemu.log" % self._work) from None
                time.sleep(0.05)

    def _command_of_monitor(self, name, **arguments):
        self._monitor.write(json.dumps({"execute": name, "arguments": arguments}) + "\n")
        self._monitor.flush()
        while True:
            line = self._monitor.readline()
            if not line:
                raise GuestError("QEMU ended: see %s/qemu.log" % self._work)
            answer = json.loads(line)
            if "error" in answer:
                raise GuestError("%s: %s" % (name, answer["error"]["desc"]))
            if "return" in answer:
                return answer["return"]

    def boot(self):
        """-> seconds until multi-user.target was reached."""
        began = time.monotonic()
        self._start()
        self._read(began + _BOOT_SECONDS)
        self._mount_lab()
        return time.monotonic() - began

    def _mount_lab(self):
        self.run("mkdir -p /lab && mount -o ro %s /lab" % _LAB)

    def keep(self, state):
        """Memory and disk as they are now, by a name."""
        self.run("umount /lab && blockdev --flushbufs " + _LAB)
        said = self._command_of_monitor(
            "human-monitor-command", **{"command-line": "savevm " + state}
        )
        if said.strip():
            raise GuestError("savevm: " + said)
        self._mount_lab()

    def go_back(self, state):
        """Instead of boot()."""
        self._start("-loadvm", state)
        self._mount_lab()

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
        answer = self._read(time.monotonic() + timeout + _BEHIND_SECONDS)
        while "status" not in answer:  # the agent was started again
            answer = self._read(time.monotonic() + timeout + _BEHIND_SECONDS)
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
        self._monitor.close()

    def ended(self):
        return self._process is None or self._process.poll() is not None

    def end(self):
        if self._process and self._process.poll() is None:
            self._process.kill()
            self._process.wait()

    def damage(self):
        """Lines of the kernel's log that tell of damage, of all boots of this run."""
        found = []
        for number in range(self._first_boot, self.boots + 1):
            with open(os.path.join(self._work, "console.%d" % number), errors="replace") as handle:
                found += splat.lines(handle.read())
        return found
