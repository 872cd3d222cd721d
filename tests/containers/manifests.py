"""What the manifests of deploy/k8s say, as options of podman, by the documented rules of Kubernetes. A
field that is not known here is refused: nothing is passed over in silence."""
import glob
import os
import re
import tempfile

import yaml

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
_POD = {
    "automountServiceAccountToken", "containers", "dnsPolicy", "hostNetwork", "nodeSelector", "securityContext",
    "terminationGracePeriodSeconds", "volumes",
}  # fmt: skip
_CONTAINER = {
    "args", "env", "image", "lifecycle", "livenessProbe", "name", "ports", "readinessProbe", "securityContext",
    "volumeMounts",
}  # fmt: skip
_SECURITY = {
    "allowPrivilegeEscalation", "capabilities", "readOnlyRootFilesystem", "runAsNonRoot", "seccompProfile",
}  # fmt: skip
_PROBE = {"httpGet", "periodSeconds", "timeoutSeconds"}
_GRACE_SECONDS = 30


def _only(known, mapping, what):
    unknown = set(mapping) - set(known)
    if unknown:
        raise SystemExit(
            "tests/containers/manifests.py does not know %s of %s" % (sorted(unknown), what)
        )
    return mapping


def documents():
    found = []
    for path in sorted(glob.glob(ROOT + "/deploy/k8s/*.yaml")):
        with open(path) as handle:
            found += list(yaml.safe_load_all(handle))
    return found


class Pod:
    """The pod of a workload. `facts`: what fieldRefs say; `secrets`: {name: {key: path}}; files go to
    `directory`."""

    def __init__(self, workload, facts, secrets, directory):
        (document,) = [
            one
            for one in documents()
            if one["kind"] in ("Deployment", "DaemonSet") and one["metadata"]["name"] == workload
        ]
        self._pod = _only(_POD, document["spec"]["template"]["spec"], workload)
        (container,) = self._pod["containers"]
        self._container = _only(_CONTAINER, container, workload)
        both = dict(self._pod.get("securityContext", {}), **container["securityContext"])
        self._security = _only(_SECURITY, both, "securityContext")
        self.name, self.image = container["name"], container["image"]
        self.on_host_network = self._pod.get("hostNetwork", False)
        self.grace_seconds = self._pod.get("terminationGracePeriodSeconds", _GRACE_SECONDS)
        self.capabilities = self._security["capabilities"].get("add", [])
        self._facts, self._secrets, self._directory = facts, secrets, directory
        self._environment = dict(map(self._variable, container.get("env", [])))

    def pre_stop(self):
        return self._container["lifecycle"]["preStop"]["exec"]["command"]

    def probe(self, which, own_address):
        """-> (address, port, path) of readinessProbe or livenessProbe"""
        asked = _only(_PROBE, self._container[which], which)["httpGet"]
        ports = {port["name"]: port["containerPort"] for port in self._container.get("ports", [])}
        return (
            asked.get("host", own_address),
            ports.get(asked["port"], asked["port"]),
            asked["path"],
        )

    def options(self):
        """-> podman's options"""
        security = self._security
        words = ["--name", self.name]
        words += ["--cap-drop=%s" % name.lower() for name in security["capabilities"]["drop"]]
        words += ["--cap-add=" + name for name in self.capabilities]
        if security["readOnlyRootFilesystem"]:
            words += ["--read-only", "--read-only-tmpfs=false"]
        if security["allowPrivilegeEscalation"] is False:
            words += ["--security-opt=no-new-privileges"]
        if security["seccompProfile"] != {"type": "RuntimeDefault"}:
            raise SystemExit("another seccompProfile than RuntimeDefault, which is podman's, too")
        words += ["--env=%s=%s" % item for item in self._environment.items()]
        volumes = {volume["name"]: volume for volume in self._pod["volumes"]}
        for mount in self._container["volumeMounts"]:
            words += self._mount(mount, volumes[mount["name"]])
        return words

    def arguments(self):
        return [self._expanded(word) for word in self._container.get("args", [])]

    def _variable(self, variable):
        if "value" in variable:
            return variable["name"], variable["value"]
        return variable["name"], self._facts[variable["valueFrom"]["fieldRef"]["fieldPath"]]

    def _expanded(self, word):
        return re.sub(r"\$\((\w+)\)", lambda found: self._environment[found[1]], word)

    def _mount(self, mount, volume):
        path = mount["mountPath"]
        if "configMap" in volume:
            files = [one for one in documents() if one["kind"] == "ConfigMap"]
            (data,) = [
                one["data"]
                for one in files
                if one["metadata"]["name"] == volume["configMap"]["name"]
            ]
            return [
                "--volume=%s:%s:ro"
                % (self._file(volume["name"], mount["subPath"], data[mount["subPath"]]), path)
            ]
        if "secret" in volume:
            for key, source in self._secrets[volume["secret"]["secretName"]].items():
                with open(source) as handle:
                    where = os.path.dirname(self._file(volume["name"], key, handle.read()))
            return ["--volume=%s:%s:ro" % (where, path)]
        if volume.get("emptyDir", {}).get("medium") == "Memory":
            # As the kubelet makes it, new for each pod: root's, and to be written by all. Podman's
            # own tmpfs would take the mode of what the image has there.
            where = tempfile.mkdtemp(dir=self._directory)
            os.chmod(where, 0o777)
            return ["--volume=%s:%s" % (where, path)]
        raise SystemExit("what kind of volume is %s?" % volume)

    def _file(self, volume, name, text):
        """As the kubelet makes them: root's, and readable for all."""
        path = os.path.join(self._directory, self.name, volume, name)
        os.makedirs(os.path.dirname(path), mode=0o755, exist_ok=True)
        with open(path, "w") as handle:
            handle.write(text)
        os.chmod(path, 0o644)
        return path
