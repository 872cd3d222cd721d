"""What images and manifests promise. Each function is a test; those of NEEDED are what the later ones
live on."""
import os
import re

from call import CallError
from engine import base_name
from lab.certificates import Certificates
from manifests import Pod, documents
from network import NODE, POD, wait_for
from scene import STOP_SECONDS, Failure, expect, expect_talk

_IMAGES = ("rtpengine-controld", "rtpengine-mediad")
_USER = "2223:2223"
_NET_ADMIN = 1 << 12
_MOST_MEGABYTES = 60  # on top of the base; the libraries of gRPC are most of it
_NODE_NAME = "node1"
# Podman makes what is added ambient for users other than root; Kubernetes does not.
_KUBERNETES = ("--inh-caps=-all", "--ambient-caps=-all")


def builds(scene):
    """By the document's commands; the packages are there already: of a build directory, in place of
    the first."""
    commands = scene.document.commands("Images")
    expect(commands[0] == "tools/package deb", commands)
    for line in commands[1:]:
        scene.script(line)
    names = scene.engine.podman("images", "--format", "{{.Repository}}:{{.Tag}}").split()
    for one in (
        document for document in documents() if document["kind"] in ("Deployment", "DaemonSet")
    ):
        for container in one["spec"]["template"]["spec"]["containers"]:
            expect(
                "localhost/" + container["image"] in names,
                "%s is not among %s" % (container["image"], names),
            )
    scene.version = re.search(r"-t rtpengine-controld:(\S+)", " ".join(commands))[1]


def have_what_they_need(scene):
    """User, entry, ports, labels; nothing that was only needed to make them."""
    base = scene.engine.inspect("image", base_name())["Size"]
    for name in _IMAGES:
        found = scene.engine.inspect("image", "%s:%s" % (name, scene.version))
        settings = found["Config"]
        expect(settings["User"] == _USER, settings)
        expect(
            settings["Entrypoint"] == ["/usr/sbin/" + name, "--foreground", "--log-stderr"],
            settings,
        )
        ports = {"2223/udp", "2226/tcp", "9091/tcp"} if name == "rtpengine-controld" else set()
        expect(set(settings.get("ExposedPorts") or {}) == ports, settings)
        labels = {key.rpartition(".")[2]: value for key, value in found["Labels"].items()}
        expect(labels["title"] == name and labels["version"] == scene.version, labels)
        megabytes = (found["Size"] - base) / 1e6
        expect(megabytes < _MOST_MEGABYTES, "%s: %d MB more than the base" % (name, megabytes))
        _expect_contents(scene, name)


_LOOK = """
dpkg-query -W -f '${Package} ${db:Status-Status}\\n'
echo ==
find /tmp /var/lib/apt/lists -type f; find / -xdev -name '*.deb' 2>/dev/null || true
echo ==
find / -xdev -writable ! -type l ! -path '/proc/*' ! -path '/dev/*' 2>/dev/null || true
echo ==
id -u; id -g; id -un
echo ==
/usr/sbin/%s --version; rtpctl --version
"""


def _expect_contents(scene, name):
    seen = scene.engine.podman(
        "run", "--rm", "--network", "none", "--entrypoint", "sh", "%s:%s" % (name, scene.version), "-ec", _LOOK % name
    )  # fmt: skip
    packages, left, writable, user, versions = (
        part.strip().split("\n") for part in seen.split("==\n")
    )
    ours = {line.split()[0] for line in packages if line.startswith("rtpengine-")}
    expect(ours == {"rtpengine-common", "rtpengine-tools", name}, ours)
    unwanted = re.compile(
        r"(\S+-dev|(gcc|g\+\+|cpp)(-\d+)?|cmake|make|dpkg-dev|libcap2-bin) installed"
    )
    expect(
        not any(map(unwanted.fullmatch, packages)),
        [one for one in packages if unwanted.fullmatch(one)],
    )
    expect(left == [""], "left over: %s" % left)
    # The image itself is not its user's to write, but for the sockets.
    allowed = {"/run/rtpengine", "/run/lock", "/tmp", "/var/tmp", "/var/spool/rtpengine"}
    expect(set(writable) <= allowed, set(writable) - allowed)
    expect(user == [*_USER.split(":"), "rtpengine"], user)
    expect(len(versions) == 2 and all(scene.version in line for line in versions), versions)


def start_without_the_capability(scene):
    """In user space it is not needed; and where it is, and is missing, the log says so."""
    for more, complains in (([], False), (["--nftables=on"], True)):
        scene.engine.podman(
            "run", "-d", "--name", "plain", "--network", "host", "--cap-drop", "all",
            "rtpengine-mediad:" + scene.version, *more, namespace=scene.network.path("node"),
        )  # fmt: skip
        up = wait_for(lambda: "Startup complete" in scene.engine.podman("logs", "plain"))
        log = scene.engine.podman("logs", "plain")
        expect(up, log)
        expect(int(scene.process("plain")["CapPrm"], 16) == 0, scene.process("plain"))
        expect(("CAP_NET_ADMIN is needed" in log) == complains, log)
        scene.stop("plain")
        scene.engine.remove_containers()


def serve_one_host(scene):
    """The document's commands: both in the host's network, with the packages' configuration."""
    start, stop = scene.document.shell("One host")
    node = scene.network.path("node")
    for line in start.replace("\\\n", " ").strip().split("\n"):
        scene.script(line, namespace=node)
    scene.expect_ready("rtpengine-controld")
    _expect_capabilities(scene, "rtpengine-controld", 0)
    _expect_capabilities(scene, "rtpengine-mediad", _NET_ADMIN)
    conversation = scene.network.talk("127.0.0.1").set_up()
    expect_talk(conversation)
    for name in _IMAGES:  # a new container has the calls from the other one
        _replace(scene, name, start, node)
        scene.expect_ready("rtpengine-controld")
        expect(
            "demonstration" in scene.rtpctl("rtpengine-controld", "calls", "list"),
            "the call is gone",
        )
        expect_talk(conversation, lost=1000)  # what was sent meanwhile
    conversation.end()
    scene.script(stop, namespace=node)
    expect(
        [scene.exit_status(name) for name in _IMAGES] == [0, 0],
        "not every daemon ended with status 0",
    )
    scene.engine.podman("volume", "rm", "--force", "rtpengine")


def _replace(scene, name, start, node):
    scene.engine.podman("rm", "--force", "--time", str(STOP_SECONDS), name)
    (line,) = [one for one in start.replace("\\\n", " ").split("\n") if "--name %s " % name in one]
    scene.script(line, namespace=node)


def _expect_capabilities(scene, container, wanted):
    found = scene.process(container)
    expect(found["Uid"].split() == ["2223"] * 4, found)
    expect(int(found["CapEff"], 16) == wanted and int(found["CapBnd"], 16) == wanted, found)
    expect(found["Seccomp"] == "2", "no seccomp filter")


class Cluster:
    """The pods of the manifests: controld's behind the bridge, mediad's in the node's network."""

    def __init__(self, scene):
        self.scene = scene
        work = os.path.join(os.path.dirname(scene.checkout), "cluster")
        os.makedirs(work, exist_ok=True)
        service = "rtpengine-controld"
        Certificates(work, {service: POD, "rtpengine-mediad": NODE})
        path = lambda name: os.path.join(work, name)  # noqa: E731
        secrets = {
            name
            + "-tls": {
                "tls.crt": path(name + ".pem"),
                "tls.key": path(name + ".key"),
                "ca.crt": path("ca.pem"),
            }
            for name in _IMAGES
        }
        facts = {"spec.nodeName": _NODE_NAME, "status.hostIP": NODE}
        self.controld, self.mediad = (Pod(name, facts, secrets, work) for name in _IMAGES)

    def start(self, pod):
        """As the kubelet has it started; capabilities, too: permitted, and not in the ambient set."""
        entry = self.scene.engine.inspect("image", pod.image)["Config"]["Entrypoint"]
        place = self.scene.network.path("node" if pod.on_host_network else "pod")
        self.scene.engine.podman(
            "run", "-d", "--network", "host", "--pull", "never", "--add-host", "rtpengine-controld:" + POD,
            *pod.options(), "--entrypoint", "setpriv", pod.image, *_KUBERNETES, *entry, *pod.arguments(),
            namespace=place,
        )  # fmt: skip

    def answer(self, pod, which):
        """-> (status, text) of a probe, by the node"""
        own = NODE if pod.on_host_network else POD
        return self.scene.network.probe(*pod.probe(which, own))

    def drains(self, pod):
        answer = self.answer(pod, "readinessProbe")
        return answer is not None and "draining" in answer[1]

    def expect_answers(self, pod, status, words=""):
        """Of the readiness probe, sooner or later. It lives in any case."""

        def as_wanted():
            found = self.answer(pod, "readinessProbe")
            return found is not None and found[0] == status and words in found[1]

        wait_for(as_wanted)
        expect(as_wanted(), "readiness of %s: %s" % (pod.name, self.answer(pod, "readinessProbe")))
        alive = self.answer(pod, "livenessProbe")
        expect(alive is not None and alive[0] == 200, "liveness of %s: %s" % (pod.name, alive))


def serve_a_cluster(scene):
    """The manifests, from nothing to a call; a new controller; a worker that goes, and its successor."""
    cluster = Cluster(scene)
    controld, mediad = cluster.controld, cluster.mediad
    cluster.start(controld)
    cluster.expect_answers(controld, 503, "no worker")
    (service,) = (one for one in documents() if one["kind"] == "Service")
    expect(
        service["spec"].get("publishNotReadyAddresses"),
        "workers would not find a controller that waits for them",
    )
    cluster.start(mediad)
    for pod in (controld, mediad):
        cluster.expect_answers(pod, 200)
    _expect_capabilities(scene, controld.name, 0)
    _expect_capabilities(scene, mediad.name, _NET_ADMIN)
    _expect_the_file_has_the_capability(scene, mediad)
    conversation = scene.network.talk(POD).set_up()
    expect(conversation.media_address() == NODE, "media at " + conversation.media_address())
    expect_talk(conversation)
    expect(
        _NODE_NAME in scene.rtpctl(controld.name, "workers", "list"), "the worker has another name"
    )

    scene.stop(controld.name)  # Recreate: the old one first
    scene.engine.podman("rm", controld.name)
    cluster.expect_answers(mediad, 503, "no controller")
    cluster.start(controld)
    for pod in (controld, mediad):
        cluster.expect_answers(pod, 200)
    expect(
        "demonstration" in scene.rtpctl(controld.name, "calls", "list"),
        "the new controller has not the call",
    )
    expect_talk(conversation)  # media has not noticed
    _drain(scene, cluster, conversation)


def _expect_the_file_has_the_capability(scene, pod):
    """The control of _KUBERNETES: another program than mediad has nothing, with the same
    options."""
    shown = scene.engine.podman(
        "run", "--rm", "--network", "none", "--cap-drop", "all", "--cap-add", *pod.capabilities, "--entrypoint",
        "setpriv", pod.image, *_KUBERNETES, "grep", "-E", "Cap(Prm|Eff)", "/proc/self/status",
    )  # fmt: skip
    expect(re.findall(r"\w+$", shown, re.M) == ["0" * 16] * 2, shown)


def _drain(scene, cluster, conversation):
    """The pod goes: preStop waits for the call, then TERM; the next one on that node takes calls again."""
    controld, mediad = cluster.controld, cluster.mediad
    waiting = scene.engine.start("exec", mediad.name, *mediad.pre_stop())
    try:
        for pod in (mediad, controld):
            wait_for(lambda: waiting.poll() is not None or cluster.drains(pod))
            if waiting.poll() is not None:
                raise Failure("preStop did not wait: " + waiting.stdout.read())
            cluster.expect_answers(pod, 503, "draining")
        another = scene.network.talk(POD)
        try:
            another.set_up()
            expect(False, "a worker that drains took a call")
        except CallError as error:
            expect("limit" in str(error), error)
        finally:
            another.close()
        expect_talk(conversation)
        expect(waiting.poll() is None, "preStop did not wait for the call's end")
        conversation.end()
        # The call goes delete-delay after its end.
        status = waiting.wait(300)
        expect(status == 0, "preStop ended with status %d: %s" % (status, waiting.stdout.read()))
    finally:
        waiting.kill()
        waiting.wait()
    scene.stop(mediad.name)
    scene.engine.podman("rm", mediad.name)
    cluster.start(mediad)
    for pod in (mediad, controld):
        cluster.expect_answers(pod, 200)
    conversation = scene.network.talk(POD).set_up()
    expect_talk(conversation)
    conversation.end()


def go_without_a_controller(scene):
    """preStop does not wait an hour for a controller that is not there."""
    cluster = Cluster(scene)
    cluster.start(cluster.mediad)
    cluster.expect_answers(cluster.mediad, 503, "no controller")
    status, text = scene.engine.ask(
        "exec", cluster.mediad.name, *cluster.mediad.pre_stop(), seconds=30
    )
    expect(
        status == 3 and "cannot reach" in text and "TLS" not in text,
        "preStop ended with status %d: %s" % (status, text),
    )
    scene.stop(cluster.mediad.name)


def refuse_probes_from_elsewhere(scene):
    """A node that is not on listen-ng-allow gets no answer, which is what the manifest warns of."""
    cluster = Cluster(scene)
    cluster.start(cluster.controld)
    cluster.expect_answers(cluster.controld, 503, "no worker")
    expect(
        scene.network.reaches(POD, 9091, "phones"), "the phones' namespace has no way to the pod"
    )
    path = cluster.controld.probe("livenessProbe", POD)
    expect(
        scene.network.probe(*path, source="phones") is None, "controld answers whom it should not"
    )


NEEDED = (builds,)
ALL = (
    builds,
    have_what_they_need,
    start_without_the_capability,
    serve_one_host,
    serve_a_cluster,
    go_without_a_controller,
    refuse_probes_from_elsewhere,
)
