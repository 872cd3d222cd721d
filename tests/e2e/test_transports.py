"""NG by TCP, HTTP, HTTPS and WebSocket as clients have them: drachtio's rtpengine-client, certificates
that are replaced, and peers that may not."""
import http.client
import json
import os
import shutil
import signal
import socket
import ssl
import subprocess
import time

import pytest

from lab import npm, rtpengine
from lab.processes import wait_until
from runner import encoding

pytestmark = pytest.mark.rebuilt

HERE = os.path.dirname(os.path.abspath(__file__))
TCP, HTTP, HTTPS = 2225, 2226, 2227
# It uses `debug` without saying so.
CLIENT = ["rtpengine-client@0.4.12", "debug@4"]


@pytest.fixture(scope="session")
def drachtio(build):
    """Directory with the npm package; it is made below the build, and kept there."""
    return npm.install(os.path.join(os.path.dirname(build.directory), "npm"), *CLIENT)


@pytest.fixture
def make_node(programs, build, network, tmp_path):
    """A node with all listeners; arguments are added to controld's."""
    made = []

    def make(*arguments):
        node = rtpengine.Node(programs, build, "m1")
        node.controld_arguments = [
            "--listen-tcp-ng=%s:%d" % (node.address, TCP),
            "--listen-http=%s:%d" % (node.address, HTTP),
            *arguments,
        ]
        made.append(node)
        return node.start()

    yield make
    for node in made:
        node.close()


def connection_to(node, port, tls=None, host="sip"):
    def make():
        kind = http.client.HTTPSConnection if tls else http.client.HTTPConnection
        more = {"context": tls} if tls else {}
        made = kind(node.address, port, timeout=5, **more)
        made.connect()
        return made

    return node.network.inside(host, make)


def ask(connection, method, path, body=None, **headers):
    connection.request(
        method, path, body, {key.replace("_", "-"): value for key, value in headers.items()}
    )
    reply = connection.getresponse()
    return reply.status, reply.read().decode()


def identity_files(certificates, identity):
    """{"tls-cert": file, "tls-key": file, "tls-ca": file}"""
    return dict(text[2:].split("=", 1) for text in certificates.arguments(identity))


@pytest.fixture
def tls_node(make_node, network, certificates):
    """A node with HTTPS, whose certificate is for its address."""
    files = identity_files(certificates, "m1")
    return make_node(
        "--listen-https=%s:%d" % (network.ipv4("m1"), HTTPS),
        "--https-cert=" + files["tls-cert"],
        "--https-key=" + files["tls-key"],
    )


class Drachtio:
    def __init__(self, network, modules):
        self._network, self._modules = network, modules

    def run(self, script, transport, node, port, authority=None):
        """-> the script's output as JSON; authority: a file with the one that is believed"""
        environment = dict(os.environ, NODE_PATH=self._modules)
        if authority:
            environment["NODE_EXTRA_CA_CERTS"] = authority
        done = subprocess.run(
            self._network.command(
                "sip",
                ["node", os.path.join(HERE, "drachtio", script), transport, node.address, str(port)],
            ),
            capture_output=True,
            text=True,
            timeout=60,
            env=environment,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return json.loads(done.stdout)


@pytest.fixture
def client(network, drachtio):
    return Drachtio(network, drachtio)


def check_call(replies, node, transport):
    assert replies["ping"] == {"result": "pong"}
    for command in ("offer", "answer"):
        assert replies[command]["result"] == "ok"
        assert "c=IN IP4 " + node.address in replies[command]["sdp"]
    assert set(replies["query"]["tags"]) == {"a", "b"}
    assert replies["list"]["calls"] == ["drachtio-" + transport]
    assert replies["delete"]["result"] == "ok"
    assert replies["gone"] == {"result": "error", "error-reason": "Unknown call-id"}


@pytest.mark.parametrize("transport,port", [("udp", rtpengine.NG_PORT), ("tcp", TCP), ("ws", HTTP)])
def test_rtpengine_client_of_drachtio(make_node, client, transport, port):
    node = make_node()
    check_call(client.run("calls.js", transport, node, port), node, transport)


def test_rtpengine_client_over_secure_websocket(tls_node, client, certificates):
    authority = identity_files(certificates, "m1")["tls-ca"]
    check_call(client.run("calls.js", "wss", tls_node, HTTPS, authority), tls_node, "wss")
    # Whoever does not know who signed the certificate does not talk to us.
    with pytest.raises(AssertionError, match="unable to verify|self-signed|self signed"):
        client.run("calls.js", "wss", tls_node, HTTPS)


def sections(reply):
    return [line for line in reply["sdp"].split("\r\n") if line.startswith("m=")]


@pytest.mark.parametrize("transport,port", [("udp", rtpengine.NG_PORT), ("ws", HTTP)])
def test_commands_of_drachtios_client(make_node, client, transport, port):
    replies = client.run("commands.js", transport, make_node(), port)
    assert replies["publish"]["result"] == "ok" and "a=recvonly" in replies["publish"]["sdp"]
    asked = replies["subscribeRequest"]
    assert asked["from-tags"] == ["a", "b"] and len(sections(asked)) == 2
    assert asked["sdp"].count("a=sendonly") == 2
    assert replies["subscribeAnswer"] == {"result": "ok"}
    assert set(replies["subscribed"]["tags"]) == {"a", "b", "p", "rec"}
    assert replies["unsubscribe"] == {"result": "ok"}
    assert replies["unsubscribeAgain"]["error-reason"] == "To-tag not found"
    for command in ("block", "unblock"):
        for what in ("Media", "DTMF"):
            assert replies[command + what] == {"result": "ok"}, command + what
    for command in ("blockMedia", "unblockMedia", "silenceMedia", "unsilenceMedia", "blockDTMF",
                    "unblockDTMF"):
        assert replies[command]["result"] == "ok", command
        assert replies[command + "OfNobody"] == {
            "result": "error", "error-reason": "From-tag given, but no such tag exists"}, command
        assert replies[command + "Unknown"]["error-reason"] == "Unknown call-ID", command
    refused = {
        "startRecording": "Recording is not supported",
        "startForwarding": "Forwarding is not supported",
        "playMedia": "unsupported",
        "stopMedia": "unsupported",
        "playDTMF": "unsupported",
    }
    for command, reason in refused.items():
        assert replies[command] == {"result": "error", "error-reason": reason}, command
    for command in ("stopRecording", "stopForwarding"):
        assert replies[command] == {"result": "ok"}, command
    counted = replies["statistics"]["statistics"]
    assert counted["currentstatistics"]["sessionsown"] == 1
    assert replies["after"]["statistics"]["currentstatistics"]["sessionsown"] == 0


NG_TYPE, JSON_TYPE = "application/x-rtpengine-ng", "application/json"


@pytest.mark.parametrize(
    "path,content_type,encode",
    [
        ("/ng", NG_TYPE, encoding.encode_bencode),
        ("/ng", NG_TYPE, lambda request: json.dumps(request).encode()),
        ("/ng-plain", NG_TYPE, encoding.encode_bencode),
        ("/ng-plain", JSON_TYPE, lambda request: json.dumps(request).encode()),
    ],
    ids=["bencode", "JSON", "plain-bencode", "plain-JSON"],
)
def test_ng_by_https(tls_node, certificates, call_id, path, content_type, encode):
    """A call by POST, over one connection whose certificate the client has checked."""
    authority = identity_files(certificates, "m1")["tls-ca"]
    connection = connection_to(tls_node, HTTPS, ssl.create_default_context(cafile=authority))
    numbers = iter(range(100))

    def post(command, **keys):
        cookie = b"cookie%d " % next(numbers) if path == "/ng" else b""
        body = cookie + encode(dict(keys, command=command))
        status, text = ask(connection, "POST", path, body, Content_Type=content_type)
        assert status == 200, text
        assert text.encode().startswith(cookie)
        return encoding.decode(text.encode()[len(cookie) :])

    parties = {"call-id": call_id, "from-tag": "a"}
    assert post("ping") == {"result": "pong"}
    offered = post("offer", sdp=rtpengine._PROBE_SDP, **parties)
    assert "c=IN IP4 " + tls_node.address in offered["sdp"]
    assert post("list")["calls"] == [call_id]
    assert post("delete", **parties)["result"] == "ok"
    assert post("query", **parties)["error-reason"] == "Unknown call-id"


def test_ng_by_https_control(tls_node, certificates):
    """Neither another's authority, nor a body that is no NG, nor a wrong type passes."""
    with pytest.raises(ssl.SSLCertVerificationError):
        connection_to(tls_node, HTTPS, ssl.create_default_context())
    authority = identity_files(certificates, "m1")["tls-ca"]
    trusted = ssl.create_default_context(cafile=authority)

    def post(body, content_type):
        return ask(connection_to(tls_node, HTTPS, trusted), "POST", "/ng", body, Content_Type=content_type)

    assert post(b"nonsense", NG_TYPE)[0] >= 400
    assert post(b"c d7:command4:pinge", JSON_TYPE)[0] == 404
    assert post(b"c d7:command4:pinge", NG_TYPE) == (200, "c d6:result4:ponge")


def test_metrics_show_calls(make_node, call_id):
    node = make_node()
    node.ng.ok("offer", call_id=call_id, from_tag="a", sdp=rtpengine._PROBE_SDP)
    status, text = ask(connection_to(node, HTTP), "GET", "/metrics")
    assert status == 200
    samples = dict(line.rsplit(" ", 1) for line in text.splitlines() if line[0] != "#")
    assert samples['rtpengine_sessions{type="own"}'] == "1"
    proxy = 'proxy="%s",request="offer"' % node.network.ipv4("m1")
    assert int(samples["rtpengine_requests_total{%s}" % proxy]) >= 1
    node.ng.ok("delete", call_id=call_id)
    _, text = ask(connection_to(node, HTTP), "GET", "/metrics")
    assert 'rtpengine_sessions{type="own"} 0\n' in text


def test_admin_commands(make_node, call_id):
    node = make_node()
    node.ng.ok("offer", call_id=call_id, from_tag="a", sdp=rtpengine._PROBE_SDP)
    control = connection_to(node, HTTP)

    def run(line):
        return ask(control, "POST", "/cli", line, Content_Type="text/plain")[1]

    assert "Current sessions own: 1\n" in run("list numsessions")
    assert "Current sessions ipv4 only media: 0\n" in run("list numsessions")  # not answered yet
    assert run("list sessions all").startswith("ID: " + call_id.rjust(60) + " | del:n | creat:")
    one = run("list sessions " + call_id)
    assert "\ncallid: %s\ndeletionmark: no\n" % call_id in one
    assert "--- Tag 'a', type: FROM_TAG, label '', branch ''" in one
    assert "------ Media #1 (audio over RTP/AVP)" in one
    assert "<>     10.77.0.250:4000 , SSRC" in one
    assert run("terminate nobody") == "\nCall Id not found (nobody).\n\n"
    assert run("terminate all") == "All calls terminated by operator.\n"
    assert run("list sessions all") == "No sessions on this media relay.\n"
    assert node.ng.ask("cli", body="list sessions own")["response"] == (
        "No own sessions on this media relay.\n"
    )


def test_a_new_certificate_is_taken_up(make_node, network, certificates, tmp_path):
    certificate, key = str(tmp_path / "cert.pem"), str(tmp_path / "key.pem")

    def use(identity):
        arguments = identity_files(certificates, identity)
        shutil.copy(arguments["tls-cert"], certificate)
        shutil.copy(arguments["tls-key"], key)

    def presented(node):
        tls = ssl._create_unverified_context()
        connection = connection_to(node, HTTPS, tls)
        assert ask(connection, "GET", "/ping") == (200, "pong\n")
        return ssl.DER_cert_to_PEM_cert(connection.sock.getpeercert(True))

    use("m1")
    node = make_node(
        "--listen-https=%s:%d" % (network.ipv4("m1"), HTTPS),
        "--https-cert=" + certificate,
        "--https-key=" + key,
        "--http-idle-timeout=60",
    )
    first = presented(node)
    kept = connection_to(node, HTTPS, ssl._create_unverified_context())
    use("m2")
    assert presented(node) == first  # nobody has said so yet
    node.controld.send_signal(signal.SIGHUP)
    wait_until(lambda: presented(node) != first, what="the new certificate")
    assert ask(kept, "GET", "/ping") == (200, "pong\n")
    with open(certificate, "w") as handle:
        handle.write("nonsense")
    second = presented(node)
    node.controld.send_signal(signal.SIGHUP)
    wait_until(lambda: "Not taken up" in node.controld.log(), what="the complaint")
    assert presented(node) == second


def test_only_those_on_the_list(make_node, network, tmp_path):
    """uac is not on the list: no answer by UDP, no connection by TCP; until it is."""
    configuration = tmp_path / "allow.conf"
    base = "[rtpengine]\nlisten-ng-allow = %s;%s" % (network.ipv4("m1"), network.ipv4("sip") + "/32")
    configuration.write_text(base + "\n")
    node = make_node("--config-file=" + str(configuration))

    def ping_by_udp(host):
        def exchange():
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
                sock.settimeout(1)
                sock.sendto(b"c%d d7:command4:pinge" % time.monotonic_ns(), (node.address, 2223))
                try:
                    return sock.recv(4096)
                except socket.timeout:
                    return None

        return network.inside(host, exchange)

    def ping_by_http(host):
        try:
            return ask(connection_to(node, HTTP, host=host), "GET", "/ping")[0]
        except OSError:
            return None

    assert ping_by_udp("sip") and ping_by_http("sip") == 200
    assert ping_by_udp("uac") is None and ping_by_http("uac") is None
    assert "not in listen-ng-allow" in node.controld.log()
    configuration.write_text(base + ";10.77.0.0/27\n")
    node.controld.send_signal(signal.SIGHUP)
    wait_until(lambda: ping_by_http("uac") == 200, what="uac being allowed")
    assert ping_by_udp("uac")
