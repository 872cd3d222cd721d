"""Kamailio on host sip, with one of the configurations in the directory above."""
import glob
import os

_DIRECTORY = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
_MODULES = (
    "/usr/lib/*/kamailio/modules",
    "/usr/lib64/kamailio/modules",
    "/usr/lib/kamailio/modules",
)


def _modules():
    found = [path for pattern in _MODULES for path in glob.glob(pattern)]
    assert found, "no Kamailio modules in " + ", ".join(_MODULES)
    return found[0]


def start(programs, nodes, configuration="kamailio.cfg", socket="udp:%s:2223"):
    """nodes: media hosts; socket: the form of their NG addresses, "%s" their IPv4 address."""
    network = programs.network
    with open(os.path.join(_DIRECTORY, configuration)) as handle:
        text = handle.read()
    websocket = socket.startswith("ws")
    sockets = [socket % network.ipv4(node) for node in nodes]
    words = {
        "IPV4": network.ipv4("sip"),
        "IPV6": network.ipv6("sip"),
        "MODULES": _modules() + "/",
        "NODES": " ".join(sockets),
        # Whose WebSocket client the rtpengine module uses; none: there is only UDP.
        "WEBSOCKET": 'loadmodule "lwsc.so"' if websocket else "",
        "WSAPI": 'modparam("rtpengine", "wsapi", "lwsc")' if websocket else "",
        "NODE1": sockets[0],
        "NODE2": sockets[-1],
        "UAS": network.ipv4("uas"),
        "UAS2": network.ipv4("uas2"),
        "UAS_IPV6": network.ipv6("uas"),
    }
    for word, value in words.items():
        text = text.replace("@%s@" % word, value)
    path = programs.path("kamailio.cfg")
    with open(path, "w") as handle:
        handle.write(text)
    program = programs.start(
        "sip", "kamailio", ["kamailio", "-DD", "-E", "-f", path, "-m", "64", "-M", "8"]
    )
    programs.await_udp("sip", 5060, program)
    return program
