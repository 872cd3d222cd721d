"""Podman for this test alone: its store, state and settings are in a directory that goes with the
run, and no registry is asked. And the base image, made of packages once and kept."""
import fcntl
import glob
import hashlib
import json
import os
import re
import resource
import shutil
import subprocess
import tempfile
import time

import image

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
_BUILD_SECONDS = 1800
_SECONDS = 300  # of a busy host

# What the images that are published for Debian have beside debootstrap's files.
_SLIM = {
    "etc/dpkg/dpkg.cfg.d/slim": "".join(
        "path-exclude /usr/share/%s/*\n" % name
        for name in ("doc", "man", "info", "locale", "lintian")
    )
    + "path-include /usr/share/doc/*/copyright\n",
    "etc/apt/apt.conf.d/slim": 'Acquire::Languages "none";\nAPT::Install-Suggests "false";\n',
    "usr/sbin/policy-rc.d": "#!/bin/sh\nexit 101\n",
}

_STORAGE = """[storage]
driver = "overlay"
graphroot = "{work}/store"
runroot = "{state}/run"
"""
# A container gets no more than this process may have: podman would ask for a million files.
_SETTINGS = """[containers]
default_ulimits = ["nofile={files}:{files}", "nproc=4096:4096"]
[engine]
runtime = "runc"
cgroup_manager = "cgroupfs"
events_logger = "file"
lock_type = "file"
static_dir = "{work}/static"
volume_path = "{work}/volumes"
tmp_dir = "{state}/tmp"
[network]
network_config_dir = "{work}/networks"
"""


def base_name():
    """-> the image that the Containerfiles begin with"""
    names = set()
    for path in glob.glob(os.path.join(ROOT, "deploy", "containers", "Containerfile.*")):
        with open(path) as handle:
            names |= set(re.findall(r"^FROM (\S+)$", handle.read(), re.M))
    if len(names) != 1:
        raise SystemExit("the Containerfiles begin with different images: %s" % names)
    return names.pop()


def command(words, seconds=_BUILD_SECONDS, **settings):
    done = subprocess.run(
        words,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=seconds,
        **settings
    )
    if done.returncode != 0:
        raise SystemExit("run: %s:\n%s" % (" ".join(words), done.stdout[-4000:]))


def _make_base(directory):
    root = os.path.join(directory, "root")
    image.run("debootstrap", "--variant=minbase", "bookworm", root, image.mirror())
    for path in glob.glob(root + "/var/lib/apt/lists/*_*") + glob.glob(
        root + "/var/cache/apt/archives/*.deb"
    ):
        os.unlink(path)
    for path, text in _SLIM.items():
        image.write(root, path, text, 0o755 if text.startswith("#!") else 0o644)
    archive = os.path.join(directory, "base.tar")
    image.run("tar", "-C", root, "-cf", archive, ".")
    return archive


def base_image():
    """-> an archive of its files"""
    os.makedirs(image.cache(), exist_ok=True)
    with open(os.path.join(image.cache(), "lock"), "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        inputs = json.dumps([image.mirror(), _SLIM])
        made_of = hashlib.sha256(inputs.encode()).hexdigest()[:16]
        path = os.path.join(image.cache(), "container-%s.tar" % made_of)
        if not os.path.exists(path):
            print("containers: making the base image (a minute, once)", flush=True)
            with tempfile.TemporaryDirectory(dir=image.cache()) as directory:
                os.rename(_make_base(directory), path)
        return path


class EngineError(Exception):
    """Podman refused."""


class Engine:
    """Takes `work` away at the end. What runs, runs in `namespace`, unless another is named: also what
    is executed in a container that has the host's network."""

    def __init__(self, work, namespace):
        self._namespace = namespace
        self._state = tempfile.mkdtemp(prefix="containers.", dir="/run")
        self._work = work
        files = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
        values = dict(work=work, state=self._state, files=min(files, 1048576))
        registry = base_name().split("/")[0]
        texts = {
            "storage.conf": _STORAGE.format(**values),
            "containers.conf": _SETTINGS.format(**values),
            # "Newer, if there is one" falls back to what is here.
            "registries.conf": '[[registry]]\nprefix = "%s"\nlocation = "%s"\nblocked = true\n'
            % (registry, registry),
        }
        os.makedirs(os.path.join(self._state, "tmp"))
        for name, text in texts.items():
            image.write(work, name, text)
        self._environment = dict(
            os.environ,
            CONTAINERS_STORAGE_CONF=os.path.join(work, "storage.conf"),
            CONTAINERS_CONF=os.path.join(work, "containers.conf"),
            CONTAINERS_REGISTRIES_CONF=os.path.join(work, "registries.conf"),
            BUILDAH_ISOLATION="chroot",
        )

    def load(self, archive):
        self.podman("import", archive, base_name())

    def shell(self, script, cwd=None, namespace=None, seconds=_BUILD_SECONDS):
        """A script of the document; -> (status, output). The host's network is that of the
        namespace."""
        return self._run(["sh", "-euc", script], namespace, seconds, cwd)

    def podman(self, *words, namespace=None, seconds=_SECONDS):
        """-> the output; raises EngineError"""
        status, output = self.ask(*words, namespace=namespace, seconds=seconds)
        if status != 0:
            raise EngineError(
                "podman %s ended with status %d:\n%s" % (" ".join(words), status, output)
            )
        return output

    def ask(self, *words, namespace=None, seconds=_SECONDS):
        """-> (status, output)"""
        return self._run(["podman", *words], namespace or self._namespace, seconds)

    def start(self, *words, namespace=None):
        """-> a process that goes on"""
        return subprocess.Popen(
            self._inside(["podman", *words], namespace or self._namespace),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            text=True,
            env=self._environment,
        )

    def inspect(self, kind, name):
        return json.loads(self.podman(kind, "inspect", name))[0]

    def logs(self):
        """-> {container: the end of its log}"""
        names = self.podman("ps", "-a", "--format", "{{.Names}}").split()
        return {name: self.ask("logs", "--tail", "15", name)[1] for name in names}

    def remove_containers(self):
        self.podman("rm", "--all", "--force", "--time", "2")

    def close(self):
        self.ask("rm", "--all", "--force", "--time", "0")
        for _ in range(
            30
        ):  # what podman has its monitors do at the end of a container mounts the store again
            for path in (self._work, self._state):
                self._unmount_below(path)
                shutil.rmtree(path, ignore_errors=True)
            time.sleep(1)
            if not os.path.exists(self._work) and not os.path.exists(self._state):
                return
        print("containers: left %s and %s" % (self._work, self._state))

    @staticmethod
    def _unmount_below(directory):
        with open("/proc/self/mounts") as handle:
            mounts = [line.split()[1] for line in handle]
        for path in reversed(mounts):
            if path.startswith(directory + "/"):
                subprocess.run(["umount", path], stderr=subprocess.DEVNULL)

    def _run(self, words, namespace, seconds, cwd=None):
        done = subprocess.run(
            self._inside(words, namespace),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            text=True,
            cwd=cwd,
            env=self._environment,
            timeout=seconds,
        )
        return done.returncode, done.stdout

    @staticmethod
    def _inside(words, namespace):
        # Not `ip netns exec`: its own /sys has no control groups.
        return ["nsenter", "--net=" + namespace, *words] if namespace else words
