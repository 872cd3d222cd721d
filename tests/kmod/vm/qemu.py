"""QEMU's command line for a guest of vmrun."""
import os
import re

# Speed by emulation and a quiet, complete log; nokaslr so that addresses in it can be looked up. AppArmor stays on, as it
# is on the distribution: without it the kernel makes SELinux the active module, which costs a packet more.
_PARAMETERS = (
    "console=ttyS0",
    "panic=-1",
    "nokaslr",
    "mitigations=off",
    "audit=0",
    "selinux=0",
    "random.trust_cpu=on",
    "cryptomgr.notests",
    "no_timer_check",
    "tsc=reliable",
    "raid=noautodetect",
    "net.ifnames=0",
)
_SHARED = ",security_model=none,multidevs=remap"


def kvm_works():
    """True only where hardware virtualisation is behind /dev/kvm."""
    try:
        with open("/proc/cpuinfo") as handle:
            flags = handle.read()
    except OSError:
        return False
    has_it = re.search(r"^flags.*\b(vmx|svm)\b", flags, re.M)
    return bool(has_it) and os.access("/dev/kvm", os.W_OK)


def acceleration(accel, icount):
    if accel == "kvm" or (accel == "auto" and icount is None and kvm_works()):
        return ["-accel", "kvm", "-cpu", "host"]
    if icount is not None:
        # Guest time is a count of instructions, whatever else the host does; a guest that waits skips
        # to its next timer (sleep=off), so that nothing follows real time.
        return [
            "-accel",
            "tcg,thread=single,tb-size=512",
            "-cpu",
            "max,la57=off",
            "-icount",
            "shift=%d,sleep=off" % icount,
        ]
    # la57 off: four levels of page tables are cheaper than five for an emulated walk
    return ["-accel", "tcg,thread=multi,tb-size=512", "-cpu", "max,la57=off"]


def command(options, kernel, initrd, work):
    """`work` gets the files console, out, err and rc."""
    bus = "device" if options.machine == "microvm" else "pci"
    parameters = list(_PARAMETERS)
    if not options.verbose:
        parameters.append("loglevel=5")
    if options.append:
        parameters.append(options.append)
    q = ["qemu-system-x86_64", "-nodefaults", "-no-user-config", "-display", "none", "-no-reboot"]
    q += ["-M", options.machine + (",rtc=on" if options.machine == "microvm" else "")]
    q += ["-smp", str(options.cpus), "-m", options.mem, "-kernel", kernel, "-initrd", initrd]
    q += ["-append", " ".join(parameters)]
    q += ["-chardev", "file,id=console,path=" + os.path.join(work, "console")]
    q += ["-serial", "chardev:console"]
    q += ["-device", "virtio-rng-" + bus, "-device", "virtio-serial-" + bus]
    q += ["-fsdev", "local,id=root,path=/,readonly=on" + _SHARED]
    q += ["-device", "virtio-9p-%s,fsdev=root,mount_tag=root" % bus]
    for name in ("out", "err", "rc"):
        q += ["-chardev", "file,id=%s,path=%s" % (name, os.path.join(work, name))]
        q += ["-device", "virtserialport,chardev=%s,name=vmrun.%s" % (name, name)]
    for number, directory in enumerate(options.rw):
        path = os.path.abspath(directory)
        q += ["-fsdev", "local,id=rw%d,path=%s%s" % (number, path, _SHARED)]
        q += ["-device", "virtio-9p-%s,fsdev=rw%d,mount_tag=rw%d" % (bus, number, number)]
    return q + acceleration(options.accel, options.icount)
