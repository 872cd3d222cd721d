"""What the daemons tell others: RTCP and NG to Homer, RTCP and DTMF to syslog, DTMF by UDP and to NG
clients on TCP, statistics to Graphite."""
import json
import re
import socket
import struct
import time

import pytest
from runner import encoding, rtcp

from lab import hep, rtpengine
from lab.peer import rtp
from lab.processes import wait_until
from lab.rtp_party import media_target
from lab.sdes_call import SdesCall
from lab.syslog import Syslog
from lab.tcp_sink import TcpSink

pytestmark = pytest.mark.rebuilt

HOMER_PORT, DTMF_PORT, GRAPHITE_PORT, NG_TCP_PORT, HTTP_PORT = 9060, 7777, 2003, 2225, 8080
EVENTS = 101


@pytest.fixture
def start(make_node):
    def make(controld=(), mediad=(), wrapper=()):
        return make_node(controld, ["--table=-1", *mediad], wrapper)

    return make


@pytest.fixture
def homer(network, peer):
    """Homer on host sip, by UDP; and the arguments that name it."""
    return peer("sip", HOMER_PORT), "--homer=%s:%d" % (network.ipv4("sip"), HOMER_PORT)


class PlainCall:
    """Two scripted peers in the clear, with telephone events, RTCP on the next port."""

    def __init__(self, node, peer, call_id, **keys):
        self.rtp = {"a": peer("uac", 4000), "b": peer("uas", 5000)}
        self.rtcp = {"a": peer("uac", 4001), "b": peer("uas", 5001)}
        named = {"call_id": call_id, "from_tag": "a", "label": "caller", **keys}
        offer = node.ng.ok("offer", sdp=self._sdp("a"), **named)
        answer = node.ng.ok("answer", sdp=self._sdp("b"), to_tag="b", call_id=call_id, from_tag="a")
        self.target = {"b": media_target(offer["sdp"]), "a": media_target(answer["sdp"])}
        self._serial = 100
        for party in "ab":
            self.rtp[party].send(self.target[party], rtp(ord(party), 1, b"hello"))

    def _sdp(self, party):
        text = self.rtp[party].sdp("a=rtpmap:%d telephone-event/8000" % EVENTS)
        return text.replace("RTP/AVP 0", "RTP/AVP 0 %d" % EVENTS)

    def report(self, party, octets):
        address, port = self.target[party]
        self.rtcp[party].send((address, port + 1), octets)

    def dial(self, party, digit, timestamp):
        """One event: begin, and its end three times."""
        for end in (0, 0x80, 0x80, 0x80):
            self._serial += 1
            head = struct.pack(">BBHII", 0x80, EVENTS, self._serial, timestamp, ord(party))
            event = struct.pack(">BBH", digit, end | 10, 1280)
            self.rtp[party].send(self.target[party], head + event)


def compound(author, about):
    """A sender report and a description, as parties send them."""
    report = dict(ssrc=about, fraction=12, lost=3, highest=1192, jitter=40, lsr=7, dlsr=8)
    return rtcp.build(
        [
            {
                "type": "sr",
                "ssrc": author,
                "ntp": (0x01234567, 0x89ABCDEF),
                "ts": 1600,
                "packets": 10,
                "octets": 1600,
                "reports": [report],
            },
            {"type": "sdes", "chunks": [{"ssrc": author, "items": [("cname", "a@lab")]}]},
        ]
    )


def check_report(packet, source, destination, call_id, author, about):
    assert packet.protocol == 5 and packet.capture_id == 2001 and packet.ip_protocol == 17
    assert (packet.source, packet.destination) == (source, destination)
    assert packet.correlation == call_id
    assert abs(packet.time - time.time()) < 60
    told = json.loads(packet.payload)
    assert told["ssrc"] == author and told["type"] == 200 and told["report_count"] == 1
    assert told["sender_information"]["ntp_timestamp_sec"] == 0x01234567
    assert told["sender_information"]["ntp_timestamp_usec"] == 0x89ABCDEF
    block = {
        "source_ssrc": about,
        "highest_seq_no": 1192,
        "fraction_lost": 12,
        "ia_jitter": 40,
        "packets_lost": 3,
        "lsr": 7,
        "dlsr": 8,
    }
    assert told["report_blocks"] == [block]
    assert told["sdes_information"] == [{"sdes_chunk_ssrc": author, "type": 1, "text": "a@lab"}]


def heard(collector, count):
    wait_until(lambda: len(collector.received) >= count, 10, "%d HEP packets" % count)
    time.sleep(0.3)
    assert len(collector.received) == count
    return [hep.parse(packet) for packet in collector.received]


def test_rtcp_reaches_homer(start, homer, peer, call_id):
    collector, argument = homer
    call = PlainCall(start([argument], [argument]), peer, call_id)
    call.report("a", compound(0xA1, 0xB1))
    (packet,) = heard(collector, 1)
    address, port = call.target["a"]
    check_report(packet, (call.rtcp["a"].address, 4001), (address, port + 1), call_id, 0xA1, 0xB1)
    # A receiver's report has no sender.
    call.report("b", rtcp.build([{"type": "rr", "ssrc": 0xB1}]))
    told = json.loads(heard(collector, 2)[1].payload)
    assert told == {"ssrc": 0xB1, "type": 201, "report_count": 0, "report_blocks": []}


def test_homer_gets_no_rtcp_where_it_is_off_control(start, homer, peer, call_id):
    collector, argument = homer
    call = PlainCall(start([argument], [argument, "--homer-disable-rtcp-stats"]), peer, call_id)
    call.report("a", compound(0xA1, 0xB1))
    wait_until(lambda: compound(0xA1, 0xB1) in call.rtcp["b"].received, 5, "relayed RTCP")
    heard(collector, 0)


def test_rtcp_of_a_secure_party_reaches_homer_in_the_clear(start, homer, peer, call_id):
    collector, argument = homer
    node = start([], [argument])
    call = SdesCall(node, peer("uac", 4000), peer("uas", 5000), call_id)
    call.talk(1)
    address, port = call.callee_port
    control = peer("uas", 5001)
    protected = call.theirs.protect_rtcp(compound(0xB1, 0xA1), 1)
    assert b"a@lab" not in protected
    control.send((address, port + 1), protected)
    (packet,) = heard(collector, 1)
    check_report(packet, (control.address, 5001), (address, port + 1), call_id, 0xB1, 0xA1)


def test_ng_reaches_homer_and_ping_does_not(start, homer, call_id):
    collector, argument = homer
    node = start(
        [argument, "--homer-enable-ng", "--homer-id=77", "--homer-ng-capture-proto=100"], []
    )
    time.sleep(0.5)
    collector.received.clear()  # of the offers that await the worker
    assert node.ng.answers_ping()
    node.ng.ask("query", call_id=call_id)
    request, reply = heard(collector, 2)
    client = node.ng._socket.getsockname()[1]
    for packet in (request, reply):
        assert (packet.protocol, packet.capture_id, packet.correlation) == (100, 77, call_id)
    server = (node.address, rtpengine.NG_PORT)
    assert request.destination == server and request.source[1] == client
    assert (reply.source, reply.destination) == (server, request.source)
    cookie, _, body = request.payload.encode().partition(b" ")
    assert encoding.decode(body) == {"command": "query", "call-id": call_id}
    again, _, body = reply.payload.encode().partition(b" ")
    assert again == cookie and encoding.decode(body)["result"] == "error"


def test_homer_by_tcp(start, network, peer, call_id):
    arguments = ["--homer=%s:%d" % (network.ipv4("sip"), HOMER_PORT), "--homer-protocol=tcp"]
    with TcpSink(network, "sip", HOMER_PORT) as sink:
        call = PlainCall(start([], arguments), peer, call_id)
        for number in range(3):
            call.report("a", compound(0xA1 + number, 0xB1))
        wait_until(lambda: len(hep.split(sink.octets)) == 3, 10, "three packets in the stream")
        authors = [json.loads(hep.parse(one).payload)["ssrc"] for one in hep.split(sink.octets)]
        assert authors == [0xA1, 0xA2, 0xA3]


def test_nobody_at_homer_s_is_said_and_counted(start, network, peer, call_id):
    arguments = ["--homer=%s:%d" % (network.ipv4("sip"), HOMER_PORT), "--homer-protocol=tcp"]
    node = start(["--listen-http=%s:%d" % (network.ipv4("m1"), HTTP_PORT)], arguments)
    wait_until(lambda: "Failed to connect to Homer" in node.mediad.log(), 10, "a line")
    call = PlainCall(node, peer, call_id)
    call.report("a", compound(0xA1, 0xB1))
    wait_until(lambda: compound(0xA1, 0xB1) in call.rtcp["b"].received, 5, "relayed RTCP")
    assert "rtpengine_worker_homer_sent_total" in metrics(network)


def metrics(network):
    def ask():
        with socket.create_connection((network.ipv4("m1"), HTTP_PORT), 5) as one:
            one.sendall(b"GET /metrics HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
            text = b""
            while chunk := one.recv(65536):
                text += chunk
            return text.decode()

    return network.inside("m1", ask)


def test_rtcp_is_a_line_of_syslog(start, network, peer, call_id):
    with Syslog() as log:
        call = PlainCall(start([], ["--log-facility-rtcp=local1"], log.wrapper), peer, call_id)
        call.report("a", compound(0xA1, 0xB1))
        wait_until(lambda: log.of("local1"), 10, "a line")
        (line,) = log.of("local1")
    expected = (
        "[%s] version=2, padding=0, count=1, payloadtype=200, length=12, ssrc=161, ntp_sec=19088743, "
        "ntp_fractions=2309737967, rtp_ts=1600, sender_packets=10, sender_bytes=1600, ssrc=177, "
        "fraction_lost=12, packet_loss=3, last_seq=1192, jitter=40, last_sr=7, delay_since_last_sr=8, "
        "version=2, padding=0, count=1, payloadtype=202, length=" % call_id
    )
    assert re.fullmatch(re.escape(expected) + r"\d+", line), line


def dtmf(call_id, tag, address, digit):
    return {
        "callid": call_id,
        "source_tag": tag,
        "source_label": "caller" if tag == "a" else "",
        "tags": ["a", "b"],
        "type": "DTMF",
        "source_ip": address,
        "event": digit,
        "duration": 160,
        "volume": 10,
    }


def without_time(text):
    told = json.loads(text)
    assert abs(told.pop("timestamp") - time.time()) < 60
    return told


def test_dtmf_is_told_to_all_who_want_it(start, network, peer, call_id):
    udp = peer("sip", DTMF_PORT)
    with Syslog() as log:
        node = start(
            [
                "--log-facility-dtmf=local2",
                "--dtmf-log-dest=%s:%d" % (network.ipv4("sip"), DTMF_PORT),
                "--dtmf-log-ng-tcp",
                "--listen-tcp-ng=%s:%d" % (network.ipv4("m1"), NG_TCP_PORT),
            ],
            [],
            log.wrapper,
        )
        client = network.inside(
            "m1", lambda: socket.create_connection((network.ipv4("m1"), NG_TCP_PORT), 5)
        )
        client.sendall(b"w1 d7:command4:pinge")
        assert client.recv(100) == b"w1 d6:result4:ponge"
        call = PlainCall(node, peer, call_id)
        call.dial("a", 11, 8000)
        call.dial("b", 3, 9000)
        wait_until(lambda: len(udp.received) >= 2, 10, "two datagrams")
        time.sleep(0.3)
        expected = [
            dtmf(call_id, "a", network.ipv4("uac"), 11),
            dtmf(call_id, "b", network.ipv4("uas"), 3),
        ]
        assert [without_time(one) for one in udp.received] == expected
        assert [without_time(line) for line in log.of("local2")] == expected
    client.settimeout(5)
    octets = client.recv(65536)
    cookie, _, body = octets.partition(b" ")
    assert re.fullmatch(rb"[0-9a-f]{16}", cookie)
    assert body.startswith(b"d6:notify6:onDTMF4:datad4:tagsl1:a1:be6:callid")
    client.close()


def test_dtmf_of_one_call_goes_where_the_call_says(start, network, peer, call_id):
    udp = peer("sip", DTMF_PORT)
    node = start([], [])
    call = PlainCall(node, peer, call_id, dtmf_log_dest="%s:%d" % (network.ipv4("sip"), DTMF_PORT))
    call.dial("b", 5, 8000)
    wait_until(lambda: udp.received, 10, "a datagram")
    assert without_time(udp.received[0]) == dtmf(call_id, "b", network.ipv4("uas"), 5)


def test_dtmf_is_told_to_nobody_unasked_control(start, network, peer, call_id):
    udp = peer("sip", DTMF_PORT)
    call = PlainCall(start([], []), peer, call_id)
    call.dial("b", 5, 8000)
    wait_until(lambda: len(call.rtp["a"].received) >= 5, 10, "the events, relayed")
    assert not udp.received


def test_statistics_reach_graphite(start, network, peer, call_id):
    with TcpSink(network, "sip", GRAPHITE_PORT) as sink:
        node = start(
            [
                "--graphite=%s:%d" % (network.ipv4("sip"), GRAPHITE_PORT),
                "--graphite-interval=1",
                "--graphite-prefix=lab.",
            ],
            [],
        )
        PlainCall(node, peer, call_id)

        def last(name):
            found = re.findall(r"^lab\.%s (\S+) (\d+)$" % re.escape(name), sink.octets.decode(), re.M)
            return found[-1] if found else (None, 0)

        wait_until(lambda: last("current_sessions_own")[0] == "1", 10, "the call")
        assert abs(int(last("current_sessions_own")[1]) - time.time()) < 60
        wait_until(lambda: last("ports_used_default_" + network.ipv4("m1"))[0] == "4", 10, "its ports")
        assert int(last("offer_count")[0]) >= 1
        tree = node.ng.ok("statistics")["statistics"]
        assert tree["intervalstatistics"]["maxmanagedsessions"] == 1
    lines = sink.octets.decode().splitlines()
    assert all(re.fullmatch(r"lab\.\S+ \d+(\.\d{6})? \d+", line) for line in lines), lines[:3]


def test_a_wrong_address_is_said_at_start(programs, build, network):
    for daemon, option in (
        ("controld", "homer"),
        ("mediad", "homer"),
        ("controld", "graphite"),
        ("controld", "dtmf-log-dest"),
    ):
        program = programs.start(
            "m1",
            "bad-%s-%s" % (daemon, option),
            [
                build.program("rtpengine-" + daemon),
                "--config-file=none",
                "--foreground",
                "--log-stderr",
                "--listen-ng=127.0.0.1:2299" if daemon == "controld" else "--interface=127.0.0.1",
                "--listen-grpc=unix:" + programs.path("bad.sock")
                if daemon == "controld"
                else "--controller=unix:" + programs.path("bad.sock"),
                "--%s=nohost" % option,
            ],
        )
        assert program.wait(20) == 255
        assert "Fatal error: Invalid IP or port 'nohost' (--%s)" % option in program.log()
