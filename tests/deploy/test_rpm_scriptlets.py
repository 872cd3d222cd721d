"""What the RPMs run when they are installed, upgraded and erased: by rpm itself, in a root of their own
with bash and busybox. rpm/ has AlmaLinux's macros and doubles of the host's tools, which note how
they were called; the files of the packages have no content. Needs root."""
import os
import re
import shutil
import subprocess

import pytest
from conftest import ROOT

DOUBLES = os.path.join(os.path.dirname(os.path.abspath(__file__)), "rpm")
SPEC = os.path.join(ROOT, "deploy", "rpm", "rtpengine-media.spec")
KERNEL, NO_HEADERS = "5.14.0-2.el9.x86_64", "5.14.0-1.el9.x86_64"
NOTING = (
    "/usr/lib/systemd/systemd-update-helper",
    "/usr/lib/systemd/systemd-sysctl",
    *("/bin/" + name for name in ("systemctl", "systemd-tmpfiles", "getent", "useradd", "rmmod")),
)
UNITS = {"rtpengine.target", "rtpengine-controld.service", "rtpengine-mediad.service"}

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="rpm --root needs root")


def run(*command, **settings):
    done = subprocess.run(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, **settings
    )
    assert done.returncode == 0, done.stdout[-4000:]
    return done.stdout


def write(path, text=""):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w") as handle:
        handle.write(text)


def build(top, release, module="1.0"):
    """-> the RPMs of a release, with the scriptlets as they are"""
    spec, stubs = os.path.join(top, "media.spec"), os.path.join(top, "stubs")
    with open(SPEC) as handle:
        text = handle.read().replace("@VERSION@", "0.1.0").replace("@MODULE_VERSION@", module)
    write(spec, re.sub(r"(?m)^Release:.*", "Release: " + release, text.replace("@BUILD@", "")))
    parsed = run("rpmspec", "--parse", spec)
    for component, files in re.findall(
        r"(?ms)^%files -n rtpengine-(\w+)\n(.*?)(?:\n\n|\Z)", parsed
    ):
        for path in re.findall(r"(?m)^(?:%config\S+ )?(/\S+?)\*?$", files):
            # A directory has a file, that of the module says of which release it is.
            inside = "" if "." in os.path.basename(path) or "bin/" in path else "/source"
            inside = "/source" if path.startswith("/usr/src/") else inside
            write("%s/%s%s%s" % (stubs, component, path, inside), release)
    for name in re.findall(r"(?m)^%dir (\S+)$", parsed):
        assert os.path.isdir(stubs + "/common" + name)
    source = os.path.join(top, "rtpengine-media-0.1.0")
    write(os.path.join(source, "LICENSE"))
    os.mkdir(os.path.join(top, "SOURCES"))
    archive = os.path.join(top, "SOURCES", "rtpengine-media-0.1.0.tar.gz")
    run("tar", "-C", top, "-czf", archive, "rtpengine-media-0.1.0")
    command = ["rpmbuild", "-bb", "--nodeps", "--load", os.path.join(DOUBLES, "macros")]
    command += ["--define", "_topdir " + top, "--define", "rtpengine_build x", spec]
    run(*command, env=dict(os.environ, PATH=DOUBLES + ":" + os.environ["PATH"], STUBS=stubs))
    rpms = [os.path.join(at, name) for at, _, names in os.walk(top + "/RPMS") for name in names]
    assert len(rpms) == 5, rpms
    return rpms


@pytest.fixture(scope="module")
def releases(tmp_path_factory):
    made = (("1", "1.0"), ("2", "1.0"), ("3", "1.1"))
    return {one[0]: build(str(tmp_path_factory.mktemp("rpm")), *one) for one in made}


class Host:
    def __init__(self, root):
        self.root = root
        os.makedirs(root + "/bin")
        shutil.copy(shutil.which("busybox"), root + "/bin/busybox")
        run("chroot", root, "/bin/busybox", "--install", "-s", "/bin")
        # bash, as there; and the shell of busybox would take its own rmmod.
        for path in ("/bin/bash", *re.findall(r"(/\S+) \(0x", run("ldd", "/bin/bash"))):
            os.makedirs(os.path.dirname(root + path), exist_ok=True)
            shutil.copy(path, root + path)
        os.unlink(root + "/bin/sh")
        os.symlink("bash", root + "/bin/sh")
        for path in (*NOTING, "/bin/dkms"):
            os.makedirs(os.path.dirname(root + path), exist_ok=True)
            if os.path.lexists(root + path):
                os.unlink(root + path)
            double = "dkms" if path == "/bin/dkms" else "note"
            shutil.copy(os.path.join(DOUBLES, double), root + path)
        for directory in ("/run/systemd/system", "/dev", "/sys/module/nft_rtpengine"):
            os.makedirs(root + directory)
        write(root + "/dev/null")
        write("%s/lib/modules/%s/build/Makefile" % (root, KERNEL))
        os.mkdir("%s/lib/modules/%s" % (root, NO_HEADERS))

    def rpm(self, *words):
        """-> the calls of the scriptlets; a scriptlet that fails is an error"""
        write(self.root + "/calls")
        said = run("rpm", "--root", self.root, "--dbpath", "/var/lib/rpm", "--nodeps", *words)
        assert "scriptlet" not in said, said
        with open(self.root + "/calls") as handle:
            return handle.read().splitlines()

    def module(self):
        """-> the release whose sources the kernel's module is made of"""
        path = "%s/lib/modules/%s/nft_rtpengine.ko" % (self.root, KERNEL)
        return open(path).read() if os.path.exists(path) else None


@pytest.fixture
def host(tmp_path):
    return Host(str(tmp_path / "root"))


def units(calls, command):
    lines = [line.split() for line in calls if line.startswith("systemd-update-helper " + command)]
    return {unit for words in lines for unit in words[2:]}


def test_installs(host, releases):
    calls = host.rpm("-i", *releases["1"])
    assert units(calls, "install-system-units") == UNITS
    assert not units(calls, "remove-system-units") | units(calls, "mark-restart-system-units")
    assert any(line.startswith("useradd --system") for line in calls)
    assert "systemd-tmpfiles --create rtpengine.conf" in calls
    assert "systemd-sysctl 60-rtpengine.conf" in calls
    assert "systemctl try-restart rsyslog.service" in calls
    assert host.module() == "1"
    assert not [line for line in calls if NO_HEADERS in line]


def test_a_user_that_is_there_is_left_alone(host, releases):
    write(host.root + "/user")
    assert not [line for line in host.rpm("-i", *releases["1"]) if line.startswith("useradd")]


@pytest.mark.parametrize("newer, module", (("2", "1.0"), ("3", "1.1")))
def test_an_upgrade_stops_nothing_and_builds_the_new_module(host, releases, newer, module):
    host.rpm("-i", *releases["1"])
    write(host.root + "/instance")
    calls = host.rpm("-U", *releases[newer])
    marked = units(calls, "mark-restart-system-units")
    assert marked == UNITS - {"rtpengine.target"} | {"rtpengine-mediad@inner.service"}
    assert not units(calls, "remove-system-units") | units(calls, "install-system-units")
    stopping = re.compile(r"systemctl.* (stop|disable|restart)|rmmod|useradd")
    assert not [line for line in calls if stopping.match(line)]
    assert host.module() == newer
    assert os.listdir(host.root + "/var/lib/dkms/nft_rtpengine") == [module]


def test_an_erasure_takes_all_along(host, releases):
    host.rpm("-i", *releases["1"])
    names = ["rtpengine-" + name for name in ("common", "controld", "mediad", "tools", "dkms")]
    calls = host.rpm("-e", *names)
    assert units(calls, "remove-system-units") == UNITS
    assert "systemctl stop rtpengine-mediad@*.service" in calls
    assert "systemctl try-restart rsyslog.service" in calls
    assert "rmmod nft_rtpengine" in calls
    assert "rmmod xt_RTPENGINE" not in calls
    assert host.module() is None
    assert not units(calls, "mark-restart-system-units")
    left = run("find", host.root, "-iname", "*rtpengine*", "!", "-path", "*/sys/*").split()
    assert [os.path.basename(path) for path in left] == ["nft_rtpengine"]  # DKMS's own directory


def test_tools_that_fail_keep_nobody_from_erasing(host, releases):
    host.rpm("-i", *releases["1"])
    write(host.root + "/fails")
    host.rpm("-U", *releases["2"])
    host.rpm(
        "-e", *("rtpengine-" + one for one in ("common", "controld", "mediad", "tools", "dkms"))
    )
