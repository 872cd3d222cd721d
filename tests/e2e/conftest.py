"""Fixtures of the end-to-end tests, the choice of build, and shards for running several pytest
processes at once."""
import os
import re
import sys

import pytest

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
sys.path[:0] = [HERE, os.path.join(ROOT, "tests", "golden")]

from lab import kamailio, processes, rtpengine, sipp  # noqa: E402
from lab.certificates import Certificates  # noqa: E402
from lab.dtls_client import DtlsClient, Identity  # noqa: E402
from lab.network import HOSTS, Network  # noqa: E402
from lab.packet_filter import PacketFilter  # noqa: E402
from lab.peer import Peer  # noqa: E402
from lab.rtp_party import NgCall, RtpParty  # noqa: E402


def pytest_addoption(parser):
    parser.addoption(
        "--bin",
        default=os.path.join(ROOT, "build", "release", "bin"),
        help="directory of our daemons",
    )
    parser.addoption(
        "--daemon",
        default="rebuilt",
        choices=["rebuilt", "incumbent"],
        help="incumbent: the system's rtpengine instead, to check the tests",
    )
    parser.addoption("--hostile-inputs", type=int, default=2000, help="how many malformed.py sends")
    parser.addoption("--shard", default="1/1", help="I/N: run the I-th of N parts")


def pytest_configure(config):
    config.addinivalue_line("markers", "rebuilt: needs our two daemons, not just any rtpengine")


def pytest_sessionstart(session):
    if os.geteuid() != 0 and not session.config.option.collectonly:
        pytest.exit("the end-to-end tests need root, because they make network namespaces", 2)


def pytest_collection_modifyitems(config, items):
    part, parts = map(int, config.getoption("--shard").split("/"))
    items[:] = items[part - 1 :: parts]
    if config.getoption("--daemon") == "incumbent":
        for item in items:
            if item.get_closest_marker("rebuilt"):
                item.add_marker(pytest.mark.skip(reason="needs our two daemons"))


@pytest.fixture(scope="session")
def network():
    lab = Network("rt%d" % os.getpid())
    try:
        lab.create()
        yield lab
    finally:
        lab.remove()


@pytest.fixture(scope="session")
def build(request):
    chosen = rtpengine.Build(
        request.config.getoption("--daemon"), os.path.abspath(request.config.getoption("--bin"))
    )
    if chosen.kind == "rebuilt":
        for name in ("rtpengine-controld", "rtpengine-mediad"):
            assert os.access(chosen.program(name), os.X_OK), "not built: " + chosen.program(name)
    return chosen


@pytest.fixture
def programs(network, tmp_path, request):
    """Everything a test starts; our daemons must not have died on their own by its end."""
    started = processes.Programs(network, tmp_path)
    try:
        yield started
    finally:
        started.stop_all()
        for host in HOSTS:
            network.mend_relay(host)


@pytest.fixture
def node(programs, build):
    """One rtpengine on host m1."""
    one = rtpengine.Node(programs, build, "m1").start()
    yield one
    ended = {
        name: program.status()
        for name, program in (("controld", one.controld), ("mediad", one.mediad))
    }
    one.close()
    assert set(ended.values()) == {None}, "daemons ended during the test: %r" % ended


@pytest.fixture
def make_node(programs, build):
    """make_node(controld's arguments, mediad's, a command that runs them) -> a node on m1, started"""
    nodes = []

    def make(controld=(), mediad=(), wrapper=()):
        node = rtpengine.Node(programs, build, "m1")
        node.wrapper = list(wrapper)
        node.controld_arguments = list(controld)
        node.mediad_arguments = list(mediad)
        nodes.append(node)
        return node.start()

    yield make
    for node in nodes:
        node.close()


@pytest.fixture
def two_nodes(programs, build):
    """Independent ones, as two sets or two members of a set."""
    nodes = [rtpengine.Node(programs, build, host).start() for host in ("m1", "m2")]
    yield nodes
    for node in nodes:
        node.close()


@pytest.fixture
def firewall(network):
    """The packet filter of host m1, empty before and afterwards."""
    one = PacketFilter(network, "m1")
    one.flush()
    yield one
    one.flush()


@pytest.fixture
def parties(network):
    """Makes parties that speak RTP without SIP: parties(host, port, ssrc); kind: a class of them."""
    made = []

    def make(host, port, ssrc, kind=RtpParty):
        made.append(kind(network, host, port, ssrc))
        return made[-1]

    yield make
    for party in made:
        party.close()


@pytest.fixture
def peer(network):
    """Makes parties whose packets a test writes itself: peer(host, port)."""
    made = []

    def make(host, port=0):
        made.append(Peer(network, host, port))
        return made[-1]

    yield make
    for one in made:
        one.close()


@pytest.fixture
def attacker(peer):
    """On a host that belongs to no call."""
    return peer("mallory")


@pytest.fixture
def identity(tmp_path):
    return lambda name: Identity(tmp_path, name)


@pytest.fixture
def handshake(tmp_path):
    """handshake(peer, target, identity): begins one."""
    begun = []

    def begin(peer, target, identity):
        log = os.path.join(str(tmp_path), "s_client-%d.log" % len(begun))
        begun.append(DtlsClient(peer, target, identity, log))
        return begun[-1]

    yield begin
    for one in begun:
        one.close()


@pytest.fixture
def call(node, parties, call_id):
    """A call of two of them, set up over NG."""
    return NgCall(node.ng, parties("uac", 4000, 0xA1), parties("uas", 5000, 0xB1), call_id).set_up()


@pytest.fixture
def proxy(programs, node):
    """Kamailio with that rtpengine."""
    return kamailio.start(programs, [node.host])


@pytest.fixture
def sip(programs):
    return sipp.Sipp(programs)


@pytest.fixture(scope="session")
def certificates(network, tmp_path_factory):
    return Certificates(
        tmp_path_factory.mktemp("certificates"), {host: network.ipv4(host) for host in HOSTS}
    )


@pytest.fixture
def cluster(programs, build, certificates):
    """One controld and two workers on three hosts, over TCP with mutual TLS."""
    several = rtpengine.Cluster(programs, build, certificates)
    several.start_controld()
    several.start_worker("m1")
    several.start_worker("m2")
    several.await_workers("m1", "m2")
    yield several
    several.close()


@pytest.fixture
def call_id(request):
    return re.sub(r"\W", "-", request.node.name)
