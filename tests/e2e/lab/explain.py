"""What `rtpctl calls explain` says about packets that were dropped."""
import json
import re
import subprocess

_DROP = re.compile(r"(\d+) dropped: (.*) \(last .* from (.*)\)$")


def _streams(node, call_id, tag):
    answer = subprocess.run(
        [node.build.program("rtpctl"), "--target", node.socket(), "--json"]
        + ["calls", "explain", call_id],
        check=True,
        capture_output=True,
        text=True,
    )
    every = json.loads(answer.stdout)["streams"]
    return [one for one in every if one["party"] == tag and not one.get("rtcp")]


def missing(node, call_id, tag):
    """-> what keeps a party's RTP from flowing, as one text"""
    streams = _streams(node, call_id, tag)
    return "\n".join(text for one in streams for text in one.get("missing", []))


def drops(node, call_id, tag):
    """-> {sentence: (packets, last source)} of what came in at the RTP port of a party."""
    found = {}
    for stream in _streams(node, call_id, tag):
        for fact in stream.get("facts", []):
            match = _DROP.match(fact)
            if match:
                found[match.group(2)] = (int(match.group(1)), match.group(3))
    return found


def dropped(node, call_id, tag, beginning):
    """-> packets dropped for the reason that begins so, and where the last one came from"""
    every = drops(node, call_id, tag)
    return next((value for text, value in every.items() if text.startswith(beginning)), (0, None))
