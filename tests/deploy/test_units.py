"""The units: understood by systemd, hardened, with what the daemons need; man pages without a complaint."""
import glob
import os
import re
import subprocess

import pytest

from conftest import BUILD, ROOT

UNITS = sorted(glob.glob(ROOT + "/deploy/systemd/*.service"))
_WORST_EXPOSURE = 4.0


def run(*command, **more):
    return subprocess.run(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, **more
    )


@pytest.mark.parametrize("unit", UNITS, ids=os.path.basename)
def test_exposure(unit, tmp_path):
    name = os.path.basename(unit).replace("@.", "@media1.")
    os.symlink(unit, tmp_path / name)
    done = run("systemd-analyze", "--offline=true", "security", str(tmp_path / name))
    found = re.search(r"Overall exposure level for \S+ ([\d.]+)", done.stdout)
    assert found, done.stdout
    assert float(found[1]) < _WORST_EXPOSURE


@pytest.mark.parametrize("unit", UNITS, ids=os.path.basename)
def test_systemd_understands_it(unit, tmp_path):
    with open(unit) as handle:
        text = handle.read()
    # The programs are not installed here: any program will do for the syntax.
    text = re.sub(r"^(Exec\w+=)/usr/(s?bin/rtpengine|libexec)\S*", r"\1/bin/true", text, flags=re.M)
    path = tmp_path / os.path.basename(unit).replace("@.", "@media1.")
    path.write_text(text)
    done = run("systemd-analyze", "--man=no", "verify", str(path))
    assert os.path.basename(path) not in done.stdout, done.stdout


def test_only_the_media_worker_has_a_capability():
    for unit in UNITS:
        with open(unit) as handle:
            found = re.findall(r"^CapabilityBoundingSet=(.*)$", handle.read(), re.M)
        assert found == ["CAP_NET_ADMIN" if "mediad" in unit else ""]


@pytest.mark.parametrize("page", ["rtpengine-controld.8", "rtpengine-mediad.8", "rtpctl.1"])
def test_man_page(page):
    path = os.path.join(BUILD, "deploy", page)
    done = run("groff", "-man", "-Tutf8", "-ww", "-z", path)
    assert done.stdout == ""
    with open(path) as handle:
        text = handle.read()
    for heading in ("NAME", "SYNOPSIS", "DESCRIPTION", "OPTIONS", "EXIT STATUS"):
        assert ".SH " + heading in text


def test_drain_stops_at_once_unless_told_to_wait(tmp_path):
    """ExecStop with a rtpctl that writes down how it was called."""
    tool = tmp_path / "rtpctl"
    tool.write_text('#!/bin/sh\necho "$@" >> %s/calls\nexit 3\n' % tmp_path)
    tool.chmod(0o755)
    calls = tmp_path / "calls"

    def stop(**variables):
        environment = dict(PATH="%s:/usr/bin:/bin" % tmp_path, **variables)
        done = run(ROOT + "/deploy/systemd/drain", env=environment)
        assert done.returncode == 0, done.stdout  # a stop goes on, whatever the controller says
        return done.stdout

    stop()
    stop(DRAIN_SECONDS="0")
    assert "no number" in stop(DRAIN_SECONDS="1h")
    assert not calls.exists()
    stop(DRAIN_SECONDS="90", WORKER_NAME="media1")
    assert calls.read_text() == "workers drain media1 --wait 90\n"
