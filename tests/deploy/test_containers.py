"""Containerfiles and Kubernetes manifests: all that they name is there: packages, programs, options,
ports, paths. No registry and no cluster is needed; built and run: tests/containers."""
import fnmatch
import glob
import json
import os
import re
import shlex
import subprocess

import pytest
import yaml

from conftest import BUILD, ROOT

CONTAINERFILES = sorted(glob.glob(ROOT + "/deploy/containers/Containerfile.*"))
MANIFESTS = sorted(glob.glob(ROOT + "/deploy/k8s/*.yaml"))
_DAEMONS = {"controld": "rtpengine-controld", "mediad": "rtpengine-mediad"}
# Where each answers HTTP: the option, and the source that knows the paths.
_HTTP = {"controld": "listen-http", "mediad": "listen-metrics"}
_ROUTES = {
    "controld": "/controld/listen/http_routes.cc",
    "mediad": "/mediad/rpc/worker_metrics.cc",
}


def output_of(*command):
    return subprocess.run(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ).stdout


def program(name):
    return os.path.join(BUILD, "bin", name)


def instructions(path):
    """-> [(instruction, rest)], continuation lines joined"""
    with open(path) as handle:
        text = re.sub(r"\\\n", " ", re.sub(r"^#.*\n", "", handle.read(), flags=re.M))
    return [tuple(line.split(None, 1)) for line in text.split("\n") if line]


def labels(path):
    """-> {the last part of its name: value}"""
    found = [
        pair for name, rest in instructions(path) if name == "LABEL" for pair in shlex.split(rest)
    ]
    return {
        key.rpartition(".")[2]: value for key, _, value in (pair.partition("=") for pair in found)
    }


@pytest.mark.parametrize("path", CONTAINERFILES, ids=os.path.basename)
def test_container_files_are_of_the_packages(path, debs):
    made = ["build/packages/" + os.path.basename(deb) for deb in glob.glob(debs + "/*.deb")]
    copied, files = [], set()
    for instruction, rest in instructions(path):
        if instruction == "COPY":
            for pattern in rest.split()[:-1]:
                found = fnmatch.filter(made, pattern)
                assert len(found) == 1, (pattern, made)
                copied += found
    for name in copied:
        listing = output_of("dpkg", "-c", os.path.join(debs, os.path.basename(name)))
        files |= {line.split()[5][1:] for line in listing.split("\n") if line}
    entry = next(
        json.loads(rest) for instruction, rest in instructions(path) if instruction == "ENTRYPOINT"
    )
    assert entry[0] in files
    usage = output_of(program(os.path.basename(entry[0])), "--help")
    for option in entry[1:]:
        assert option in usage
    for copied_name in copied:  # what a package needs of ours is there, too
        needs = output_of(
            "dpkg-deb", "-f", os.path.join(debs, os.path.basename(copied_name)), "Depends"
        )
        for need in re.findall(r"rtpengine-[a-z]+", needs):
            assert any("/%s_" % need in other for other in copied), (copied_name, need)


def test_container_users_are_numbers():
    """Kubernetes refuses runAsNonRoot for a user that has only a name."""
    users = {rest for path in CONTAINERFILES for name, rest in instructions(path) if name == "USER"}
    assert len(users) == 1
    assert re.fullmatch(r"[1-9]\d*:[1-9]\d*", users.pop())


def documents():
    for path in MANIFESTS:
        with open(path) as handle:
            for document in yaml.safe_load_all(handle):
                yield document


def of_kind(*kinds):
    return [document for document in documents() if document["kind"] in kinds]


def workloads():
    """-> [(pod specification, its container)]"""
    found = [
        document["spec"]["template"]["spec"] for document in of_kind("Deployment", "DaemonSet")
    ]
    assert all(len(pod["containers"]) == 1 for pod in found)
    return [(pod, pod["containers"][0]) for pod in found]


def configuration(name):
    maps = [one for one in of_kind("ConfigMap") if one["metadata"]["name"] == _DAEMONS[name]]
    assert len(maps) == 1
    return maps[0]["data"]["rtpengine.conf"]


def settings(name):
    lines = [line.strip() for line in configuration(name).split("\n")]
    pairs = [line.split("=", 1) for line in lines if "=" in line and not line.startswith("#")]
    return {key.strip(): value.strip() for key, value in pairs}


def ports_of(value):
    return {
        int(item.rpartition(":")[2]) for item in value.split(";") if not item.startswith("unix:")
    }


def test_every_kind_is_read():
    assert sorted(document["kind"] for document in documents()) == [
        "ConfigMap", "ConfigMap", "DaemonSet", "Deployment", "Service"
    ]  # fmt: skip


@pytest.mark.parametrize("name", sorted(_DAEMONS))
def test_configurations_are_understood(name, tmp_path):
    path = tmp_path / "rtpengine.conf"

    def verdict(text):
        path.write_text(text)
        report = output_of(
            program("rtpctl"),
            "--json",
            "doctor",
            "--only",
            "configuration",
            "--config-file",
            str(path),
        )
        return json.loads(report)["checks"][0]["verdict"]

    assert verdict(configuration(name)) == "good", output_of(
        program("rtpctl"), "doctor", "--config-file", str(path)
    )
    assert verdict(configuration(name) + "no-such-option = 1\n") == "notice"
    own = output_of(program(_DAEMONS[name]), "--help").split("\nAccepted, ")[0]
    for key in settings(name):
        assert "--%s" % key in re.findall(r"--[a-z-]+", own), key


def test_ports_are_listened_on():
    listened = set()
    for key, value in settings("controld").items():
        if key.startswith("listen-") and not key.startswith("listen-ng-"):
            listened |= ports_of(value)
    named = {"controld": set()}
    for _, container in workloads():
        for port in container.get("ports", []):
            named.setdefault(container["name"], set()).add(port["containerPort"])
    assert named["controld"] == listened
    (service,) = of_kind("Service")
    # Not ready without a worker, and workers look for it by this name.
    assert service["spec"]["publishNotReadyAddresses"] is True
    assert {port["port"] for port in service["spec"]["ports"]} == listened
    exposed = {
        int(port.split("/")[0])
        for name, rest in instructions(ROOT + "/deploy/containers/Containerfile.controld")
        if name == "EXPOSE"
        for port in rest.split()
    }
    assert exposed == listened
    assert settings("mediad")["controller"] == "%s:%d" % (
        service["metadata"]["name"], ports_of(settings("controld")["listen-grpc"]).pop()
    )  # fmt: skip


def test_files_are_mounted():
    for pod, container in workloads():
        volumes = {volume["name"]: volume for volume in pod["volumes"]}
        mounts = {mount["mountPath"]: mount for mount in container["volumeMounts"]}
        assert set(volumes) == {mount["name"] for mount in mounts.values()}
        assert "/etc/rtpengine/rtpengine.conf" in mounts
        for key, value in settings(container["name"]).items():
            if key.startswith("tls-"):
                assert os.path.dirname(value) in mounts, key
                assert os.path.basename(value) in (
                    "tls.crt",
                    "tls.key",
                    "ca.crt",
                )  # keys of such secrets
            for path in re.findall(r"unix:(\S+?)(?:;|$)", value):
                assert os.path.dirname(path) in mounts, key


def test_probes_and_commands_exist():
    for pod, container in workloads():
        usage = output_of(program(_DAEMONS[container["name"]]), "--help")
        for option in container.get("args", []):
            assert option.split("=")[0] + "=" in usage
        for probe in (container.get("readinessProbe"), container.get("livenessProbe")):
            if probe and "httpGet" in probe:
                asked = probe["httpGet"]
                with open(ROOT + _ROUTES[container["name"]]) as handle:
                    assert '"%s"' % asked["path"] in handle.read()
                named = {port["name"]: port["containerPort"] for port in container.get("ports", [])}
                listened = settings(container["name"])[_HTTP[container["name"]]]
                assert named.get(asked["port"], asked["port"]) in ports_of(listened)
                assert asked.get("host", "0.0.0.0") == listened.rpartition(":")[0]
            elif probe:
                # Understood: it fails to reach the daemon, and not over its command line.
                done = subprocess.run([program(probe["exec"]["command"][0]), *probe["exec"]["command"][1:]],
                                      stdout=subprocess.PIPE, stderr=subprocess.STDOUT)  # fmt: skip
                assert done.returncode == 3, done.stdout
        stop = container.get("lifecycle", {}).get("preStop")
        if stop:
            line = stop["exec"]["command"][-1]
            general, drain = output_of(program("rtpctl"), "--help"), output_of(
                program("rtpctl"), "workers", "drain", "--help"
            )
            for option in re.findall(r"--[a-z-]+", line):
                assert option in general + drain, option
            wait = int(re.search(r"--wait=(\d+)", line)[1])
            assert pod["terminationGracePeriodSeconds"] > wait


def test_images_have_this_version():
    with open(ROOT + "/CMakeLists.txt") as handle:
        version = re.search(r"project\(rtpengine VERSION (\S+)", handle.read())[1]
    with open(ROOT + "/docs/containers.md") as handle:
        document = handle.read()
    for _, container in workloads():
        name = _DAEMONS[container["name"]]
        assert container["image"] == "%s:%s" % (name, version)
        path = "deploy/containers/Containerfile." + container["name"]
        found = labels(os.path.join(ROOT, path))
        assert (found["title"], found["version"]) == (name, version)
        assert "build -f %s -t %s:%s ." % (path, name, version) in document
    assert set(re.findall(r"rtpengine-[a-z]+:(\d+\.[\d.]*\d)", document)) == {version}


def test_mediad_can_be_started_without_its_capability():
    """A file whose capability is effective cannot, where the container has not got it."""
    with open(ROOT + "/deploy/containers/Containerfile.mediad") as handle:
        given = re.findall(r"setcap (\S+) /usr/sbin/rtpengine-mediad", handle.read())
    assert given == ["cap_net_admin=p"]


def test_who_must_not_be_root_is_not():
    for pod, container in workloads():
        security = dict(pod.get("securityContext", {}), **container["securityContext"])
        assert security["allowPrivilegeEscalation"] is False
        assert security["seccompProfile"] == {"type": "RuntimeDefault"}
        assert security["runAsNonRoot"] is True
        assert security["readOnlyRootFilesystem"] is True
        assert security["capabilities"]["drop"] == ["ALL"]
        assert security["capabilities"].get("add", []) == (
            ["NET_ADMIN"] if container["name"] == "mediad" else []
        )
