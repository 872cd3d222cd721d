"""Packages: the same files in both packagings, nothing that lintian minds, and one version everywhere."""
import glob
import os
import re
import subprocess

from conftest import ROOT

NAMES = {"rtpengine-" + name for name in ("common", "controld", "mediad", "tools", "dkms")}
# What only one packaging has, by its own custom.
_OWN = re.compile(r"^/usr/(share/(doc|licenses|lintian)/|lib/\.build-id)|^/usr/src/.*/$")


def output_of(*command):
    return subprocess.run(command, stdout=subprocess.PIPE, check=True, text=True).stdout


def normal(path):
    path = re.sub(r"^/lib/", "/usr/lib/", path)
    return re.sub(r"\.gz$", "", path)


def files(listing):
    found = {normal(path) for path in listing}
    return {path for path in found if not _OWN.match(path)}


def deb_files(path):
    lines = output_of("dpkg", "-c", path).split("\n")
    return files(line.split()[5][1:] for line in lines if line and not line.startswith("d"))


def rpm_files(path):
    lines = output_of("rpm", "-qp", "--qf", "[%{FILEMODES:perms} %{FILENAMES}\n]", path).split("\n")
    return files(line.split()[1] for line in lines if line and not line.startswith("d"))


def by_name(pattern, separator):
    paths = [path for path in glob.glob(pattern) if "dbgsym" not in path]
    return {re.split(separator, os.path.basename(path))[0]: path for path in paths}


def test_both_packagings_have_the_same_files(debs, rpms):
    ours, theirs = by_name(debs + "/*.deb", "_"), by_name(rpms + "/*.rpm", r"-\d")
    assert set(ours) == NAMES
    assert set(theirs) == NAMES
    for name in NAMES:
        assert deb_files(ours[name]) == rpm_files(theirs[name]), name
        assert deb_files(ours[name]), name


def test_lintian_has_nothing_to_say(debs):
    done = subprocess.run(
        ["lintian", "--allow-root", "--fail-on", "error,warning"]
        + ["--suppress-tags", "initial-upload-closes-no-bugs"]
        + glob.glob(debs + "/*.changes"),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert done.returncode == 0, done.stdout


def test_configuration_is_the_administrators(debs, rpms):
    for path in by_name(debs + "/*.deb", "_").values():
        listed = [name for name in deb_files(path) if name.startswith("/etc/")]
        assert set(listed) == conffiles(path)
    for path in by_name(rpms + "/*.rpm", r"-\d").values():
        listed = {name for name in rpm_files(path) if name.startswith("/etc/")}
        assert listed == set(output_of("rpm", "-qpc", path).split())


def conffiles(path):
    done = subprocess.run(
        ["dpkg-deb", "-I", path, "conffiles"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    )
    return set(done.stdout.decode().split())


def test_one_version():
    def first(pattern, *path):
        with open(os.path.join(ROOT, *path)) as handle:
            return re.search(pattern, handle.read(), re.M)[1]

    version = first(r"project\(rtpengine VERSION (\S+)", "CMakeLists.txt")
    assert first(r"^rtpengine-media \((\S+)-\d+\)", "deploy", "debian", "changelog") == version

