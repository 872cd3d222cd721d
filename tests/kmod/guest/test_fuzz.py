"""A hundred thousand netlink messages, while media flows through what they make."""
import os

from lab import module, net, packets
from lab.bed import PORT, TABLE, expect

_MESSAGES = os.environ.get("KMOD_FUZZ_MESSAGES")
_SENDER = os.environ.get("KMOD_FUZZ_SENDER")


def test_netlink_messages(bed):
    """Made on the host by fuzz/generate.py, which run.py calls."""
    load = bed.keep(module.Load((net.RA4, PORT)))
    said = net.run("ip", "netns", "exec", "r", _SENDER, "--keep", str(TABLE), _MESSAGES)
    print("    " + said.strip())
    bed.close(load)
    client = bed.new_client()
    for table in client.tables():
        if not table["owner"]:
            client.delete(table["id"])
    client.claim(TABLE)
    for flow in client.flows(TABLE):
        client.remove(TABLE, flow["local"])
    bed.client = client
    local = bed.relay()
    caller, callee = bed.parties()
    caller.sendto(packets.rtp(1), local)
    assert expect(callee, 1) == [packets.rtp(1)]
