"""The packages of this build, made once."""
import os
import subprocess

import pytest

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BUILD = os.environ.get("RTPENGINE_BUILD", os.path.join(ROOT, "build", "release"))


def build(kind, output):
    done = subprocess.run(
        [ROOT + "/tools/package", kind, "--build", BUILD, "--output", output],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert done.returncode == 0, done.stdout[-4000:]
    return output


@pytest.fixture(scope="session")
def debs(tmp_path_factory):
    return build("deb", str(tmp_path_factory.mktemp("deb")))


@pytest.fixture(scope="session")
def rpms(tmp_path_factory):
    return build("rpm", str(tmp_path_factory.mktemp("rpm")))
