"""The rtpengine module's via-branch modes: which branch a call gets, and that the answer finds it again."""
import re

import pytest

from lab import checks, kamailio
from lab.processes import wait_until

TALK_MS = 2600


def branch_of(messages, request):
    """The branch of the topmost Via in the first such request of a SIPp message file."""
    with open(messages) as handle:
        text = handle.read()
    return re.search(r"\n%s sip:.*?branch=([^;\s]+)" % request, text, re.S).group(1)


class Call:
    """One call of `user` that lasts a while: what query says of it, the branches of its INVITEs."""

    def __init__(self, programs, sip, nodes, user):
        self.proxy = kamailio.start(programs, [node.host for node in nodes], "kamailio-functions.cfg")
        audio, _ = sip.audio(100)
        callee = sip.callee("uas", "callee-basic", AUDIO=audio, TALK_MS=TALK_MS)
        caller = sip.caller("uac", "caller-basic", user=user, AUDIO=audio, TALK_MS=TALK_MS)
        self.query = wait_until(lambda: self.answered(nodes[0].ng), what="the answered call")
        caller.succeed()
        callee.succeed()
        self.callers_branch = branch_of(sip.messages("uac"), "INVITE")
        self.proxys_branch = branch_of(sip.messages("uas"), "INVITE")

    @staticmethod
    def answered(ng):
        for call_id in ng.ok("list")["calls"]:
            query = ng.ask("query", call_id=call_id)
            if query.get("result") == "ok" and len(query["tags"]) >= 2:
                if all(not tag.startswith("<") for tag in query["tags"]):
                    return query
        return None

    def branches(self):
        return {tag.get("via-branch") for tag in self.query["tags"].values()} - {None, ""}


@pytest.mark.rebuilt
@pytest.mark.parametrize("mode", ["1", "auto", "extra", "next", "auto-next", "auto-extra"])
def test_via_branch(programs, sip, two_nodes, mode):
    call = Call(programs, sip, two_nodes, "via-" + mode)
    expected = {
        "1": call.callers_branch,
        "auto": call.callers_branch,
        "extra": "extra-id",
        "next": call.proxys_branch,
        "auto-next": call.proxys_branch,
        "auto-extra": "extra-id",
    }[mode]
    assert call.branches() == {expected}
    # The answer was taken for this branch's: nobody else is there.
    assert len(call.query["tags"]) == 2
    checks.no_calls(two_nodes[0].ng)


@pytest.mark.rebuilt
def test_without_a_mode_there_is_no_branch(programs, sip, two_nodes):
    assert Call(programs, sip, two_nodes, "first").branches() == set()
