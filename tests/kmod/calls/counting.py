"""What is counted where, and what must have arrived. Values only; asking is conftest's."""
from lab.processes import wait_until

SLOW = 60  # seconds to wait for anything: guests are emulated


def packets(stream, *path):
    """What JSON leaves out is 0."""
    for name in path:
        stream = stream.get(name, {})
    return int(stream.get("packets", 0))


def by_daemon(stream):
    """Packets of a stream that were received by the daemon."""
    return packets(stream, "ingress") - packets(stream, "offload", "ingress")


def in_user_space(streams):
    return sum(by_daemon(stream) for stream in streams.values())


def standing(streams):
    """What stays as it is while the kernel carries them: {local port: (packets received by the daemon, how often it
    entered the kernel, why it left it before)}"""
    return {
        port: (by_daemon(stream), stream["offload"]["times"], stream["offload"].get("removed"))
        for port, stream in streams.items()
    }


def assert_each_once(party, ssrc, sent):
    """Nothing is lost or doubled. Packets that waited while a flow was installed may come behind later ones."""
    assert sorted(party.numbers_from(ssrc)) == list(range(sent))


def wait_for(party, ssrc, sent):
    wait_until(lambda: len(party.numbers_from(ssrc)) >= sent, seconds=SLOW, what="%d packets" % sent)


def totals(reply):
    return reply["totals"]["RTP"]["packets"]


def assert_all_counted(call):
    """Ends a call of which everything sent was relayed."""
    call.pause()
    wait_for(call.callee, call.caller.ssrc, call.caller.sent)
    assert_each_once(call.callee, call.caller.ssrc, call.caller.sent)
    wait_for(call.caller, call.callee.ssrc, call.callee.sent)
    assert_each_once(call.caller, call.callee.ssrc, call.callee.sent)
    assert totals(call.delete()) == call.caller.sent + call.callee.sent
