"""Media steps: what the parties send and what has to arrive, or has not to.

Each step is a function (body, case); a difference is told with case.fail(). Files the daemon wrote
are in file_steps.py.
"""
import time

from . import packet
from .party import Party


def _as_list(value):
    return value if isinstance(value, list) else [value]


def _deadline(milliseconds):
    return time.monotonic() + milliseconds / 1000


def party_at(case, address):
    address = case.bindings.resolve(address)
    if address not in case.parties:
        case.parties[address] = Party(address)
    return case.parties[address]


def _problem(wanted, datagram, case):
    """What differs between a datagram and {"packet", "from", "tos"}; None if nothing."""
    problem = packet.Matcher(case.bindings).difference(wanted["packet"], datagram.data)
    if problem:
        return problem
    if "from" in wanted:
        source = case.bindings.resolve(wanted["from"])
        if source not in (
            datagram.source,
            datagram.source.rpartition(":")[0],
        ):  # with or without a port
            return "came from %s, expected %s" % (datagram.source, source)
    if "tos" in wanted and wanted["tos"] != datagram.tos:
        return "TOS %d, expected %d" % (datagram.tos, wanted["tos"])
    return None


def udp_open(body, case):
    for address in _as_list(body["at"]):
        party_at(case, address)


def udp_close(body, case):
    for address in _as_list(body["at"]):
        party = case.parties.pop(case.bindings.resolve(address), None)
        if party:
            party.close()


def udp_send(body, case):
    sender = party_at(case, body["from"])
    target = case.bindings.resolve(body["to"])
    for count in range(body.get("times", 1)):
        if count:
            time.sleep(body.get("gap_ms", 20) / 1000)
        form = packet.advanced(body["packet"], count, body.get("ts_step", 160))
        sender.send(packet.build(form, case.bindings), target)


def udp_expect(body, case):
    party = party_at(case, body["at"])
    datagram = party.next(_deadline(body.get("within_ms", 1000)), body.get("ignore", ()))
    if datagram is None:
        case.fail("nothing arrived at %s" % case.bindings.resolve(body["at"]))
        return
    problem = _problem(body, datagram, case)
    if problem:
        case.fail("at %s: %s\n    packet: %s" % (body["at"], problem, datagram.data.hex()))


def udp_silence(body, case):
    deadline = _deadline(body.get("for_ms", 200))
    for address in _as_list(body["at"]):
        datagram = party_at(case, address).next(deadline, body.get("ignore", ()))
        if datagram:
            case.fail(
                "at %s: expected nothing, got from %s: %s"
                % (address, datagram.source, datagram.data.hex())
            )
            return


def udp_drain(body, case):
    deadline = _deadline(body.get("for_ms", 0))
    for address in _as_list(body["at"]):
        party_at(case, address).all_until(deadline)


def udp_collect(body, case):
    got = party_at(case, body["at"]).all_until(_deadline(body["for_ms"]), body.get("ignore", ()))
    times = [(datagram.when - got[0].when) * 1000 for datagram in got]
    if len(got) != len(body["packets"]):
        shown = "".join("\n    %.0f ms %s" % (at, d.data.hex()) for at, d in zip(times, got))
        case.fail(
            "at %s: %d packets, expected %d%s" % (body["at"], len(got), len(body["packets"]), shown)
        )
        return
    for number, (wanted, datagram, at) in enumerate(zip(body["packets"], got, times), 1):
        problem = _problem(wanted, datagram, case)
        if not problem and "ms" in wanted and not wanted["ms"][0] <= at <= wanted["ms"][1]:
            problem = "came after %.0f ms, expected %s" % (at, wanted["ms"])
        if problem:
            case.fail(
                "at %s, packet %d: %s\n    packet: %s"
                % (body["at"], number, problem, datagram.data.hex())
            )
            return


def udp_latest(body, case):
    got = party_at(case, body["at"]).all_until(_deadline(body["for_ms"]), body.get("ignore", ()))
    problem = _problem(body, got[-1], case) if got else "nothing arrived"
    if problem:
        case.fail("at %s: %s" % (body["at"], problem))


def wait(body, _):
    time.sleep(body["ms"] / 1000)


STEPS = {
    "udp-open": udp_open,
    "udp-close": udp_close,
    "udp-send": udp_send,
    "udp-expect": udp_expect,
    "udp-silence": udp_silence,
    "udp-drain": udp_drain,
    "udp-collect": udp_collect,
    "udp-latest": udp_latest,
    "wait": wait,
}
