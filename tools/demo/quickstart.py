#!/usr/bin/env python3
"""Serves with the shipped configuration, shows a demonstration call, says how to connect a proxy.
See ../quickstart.

Exit status: 0 after Ctrl-C or a good demonstration, 1 when something failed.
"""
import argparse
import os
import signal
import sys
import time

from call import Call, CallError, NgClient
from display import Display
from party import Party
from server import Server, ServerError

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
_START_SECONDS = 20
# Less than this share of the packets heard by the other side is a failed demonstration.
_GOOD_SHARE = 0.95

_CONNECT = """
Serving. NG on udp:{ng}; logs in {directory}.

  Kamailio   loadmodule "rtpengine.so"
             modparam("rtpengine", "rtpengine_sock", "udp:{ng}")
             and rtpengine_manage() in the routes, as the module's manual shows

  OpenSIPS   loadmodule "rtpengine.so"
             modparam("rtpengine", "rtpengine_sock", "udp:{ng}")
             and rtpengine_offer(), rtpengine_answer(), rtpengine_delete()

A proxy on another host: start with --listen-ng=ADDRESS:2223 of this host, and use that address
there.
Press Ctrl-C to end.
"""


def parse_arguments():
    parser = argparse.ArgumentParser(
        prog="tools/quickstart", description="Installs, builds, serves and shows a call."
    )
    parser.add_argument(
        "--bin",
        default=os.path.join(ROOT, "build", "release", "bin"),
        help="directory of the programs",
    )
    parser.add_argument("--config-file", default=os.path.join(ROOT, "deploy", "rtpengine.conf"))
    parser.add_argument(
        "--listen-ng", default="127.0.0.1:2223", metavar="ADDR:PORT", help="where proxies reach us"
    )
    parser.add_argument("--interface", help="address for media (default: as configured)")
    parser.add_argument(
        "--demo-seconds", type=int, default=10, help="length of the call; 0 for none"
    )
    parser.add_argument("--exit-after-demo", action="store_true", help="do not go on serving")
    return parser.parse_args()


def await_ready(server, ng):
    """Until a worker takes calls: an offer that is deleted at once."""
    deadline = time.monotonic() + _START_SECONDS
    call = {"call_id": "quickstart-ready", "from_tag": "ready"}
    sdp = (
        "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n"
        "m=audio 4000 RTP/AVP 0\r\n"
    )
    reply = None
    while time.monotonic() < deadline:
        server.check()
        reply = ng.ask(tries=1, command="offer", sdp=sdp, **call)
        if reply and reply.get("result") == "ok":
            ng.ask(command="delete", delete_delay="0", **call)
            return
        time.sleep(0.1)
    raise ServerError("no call can be placed after %d s: %s" % (_START_SECONDS, reply))


def demonstrate(server, ng, seconds):
    """-> True when (nearly) all packets were heard on the other side."""
    parties = Party("alice", "127.0.0.11", 440), Party("bob", "127.0.0.12", 523)
    try:
        call = Call(ng, *parties)
        call.set_up()
        print(
            "Demonstration call: alice %s:%d <-> %s:%d | %s:%d <-> bob %s:%d, G.711, 50 packets/s each way"
            % (
                parties[0].address,
                parties[0].port,
                *call.towards_caller,
                *call.towards_callee,
                parties[1].address,
                parties[1].port,
            )
        )
        display = Display(call)
        for second in range(1, seconds + 1):
            time.sleep(1)
            server.check()
            display.update(second)
        totals = call.tear_down().get("totals", {}).get("RTP", {})
        print(
            "Call ended. The daemon counted %s packets, %s bytes, %s errors."
            % tuple(totals.get(key, "?") for key in ("packets", "bytes", "errors"))
        )
        alice, bob = parties
        return all(
            sent.sent > 0 and heard.heard.packets >= sent.sent * _GOOD_SHARE
            for sent, heard in ((alice, bob), (bob, alice))
        )
    finally:
        for party in parties:
            party.close()


def serve(server):
    while True:
        time.sleep(1)
        server.check()


def run(arguments, server, ng):
    await_ready(server, ng)
    if arguments.demo_seconds > 0 and not demonstrate(server, ng, arguments.demo_seconds):
        raise CallError("the parties did not hear each other")
    if not arguments.exit_after_demo:
        print(_CONNECT.format(ng=arguments.listen_ng, directory=server.directory), flush=True)
        serve(server)


def interrupt(*_):
    raise KeyboardInterrupt


def main():
    arguments = parse_arguments()
    signal.signal(signal.SIGTERM, interrupt)
    host, _, port = arguments.listen_ng.rpartition(":")
    interface = ["--interface=" + arguments.interface] if arguments.interface else []
    server = Server(
        arguments.bin,
        arguments.config_file,
        {
            "controld": ["--listen-ng=" + arguments.listen_ng],
            "mediad": interface,
        },
    )
    ng = NgClient(host.strip("[]") or "127.0.0.1", int(port))
    status = 0
    try:
        server.start()
        run(arguments, server, ng)
    except KeyboardInterrupt:
        print("\nEnding.")
    except (CallError, ServerError, OSError) as error:
        print("quickstart: %s" % error, file=sys.stderr)
        status = 1
    finally:
        signal.signal(
            signal.SIGINT, signal.SIG_IGN
        )  # a second Ctrl-C must not leave a daemon behind
        if not server.stop():
            print(
                "quickstart: a daemon had to be killed or ended badly; logs in %s"
                % server.directory,
                file=sys.stderr,
            )
            status = 1
        ng.close()
    return status


if __name__ == "__main__":
    sys.exit(main())
