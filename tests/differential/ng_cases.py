"""Commands that show what a daemon knows of calls, and their refusals: query, delete, list, ping, statistics. In the
form of ../golden/cases, without expectations."""

_OPTIONS = {"interface": ["default/203.0.113.5", "default/2001:db8:4321::5", "int/203.0.113.9",
                          "ext/203.0.113.6!192.0.2.66"]}


def _sdp(host, port, *sections):
    media = sections or ("m=audio %d RTP/AVP 8 101\r\na=rtpmap:101 telephone-event/8000\r\n" % port,)
    return ("v=0\r\no=u 1 1 IN IP4 h\r\ns=-\r\nc=IN IP4 198.51.100.%d\r\nt=0 0\r\n" % host
            + "".join(media))


_VIDEO = "m=video 4100 RTP/AVP 98\r\na=rtpmap:98 VP8/90000\r\n"
_AUDIO = "m=audio 4000 RTP/AVP 8\r\n"


def _ask(command, **keys):
    named = {key.replace("_", "-"): value for key, value in keys.items()}
    return {"send": {"command": command, "call-id": "{call}", **named}}


def _offer(**more):
    return _ask("offer", **{"from_tag": "a", "sdp": _sdp(1, 4000), **more})


def _answer(**more):
    return _ask("answer", **{"from_tag": "a", "to_tag": "b", "sdp": _sdp(2, 5000), **more})


_CALL = [_offer(), _answer()]
_BARE = {"send": {"command": "ping"}}

_CASES = {
    "ping": [_BARE],
    "no command": [{"send": {"call-id": "{call}"}}],
    "an unknown command": [_ask("nonsense")],
    "query without a call-id": [{"send": {"command": "query"}}],
    "query of no call": [_ask("query")],
    "query after an offer": [_offer(), _ask("query")],
    "query after an answer": [*_CALL, _ask("query")],
    "query of one party": [*_CALL, _ask("query", from_tag="a")],
    "query of two parties": [*_CALL, _ask("query", from_tag="a", to_tag="b")],
    "query of nobody": [*_CALL, _ask("query", from_tag="nobody")],
    "query with labels": [_offer(label="one"), _answer(label="two"), _ask("query")],
    "query with a branch": [_offer(via_branch="x"), _ask("query")],
    "query of two sections": [
        _offer(sdp=_sdp(1, 0, _AUDIO, _VIDEO)),
        _answer(sdp=_sdp(2, 0, _AUDIO, _VIDEO)),
        _ask("query"),
    ],
    "query of RTCP on the RTP port": [
        _offer(sdp=_sdp(1, 0, _AUDIO + "a=rtcp-mux\r\n")),
        _answer(sdp=_sdp(2, 0, _AUDIO + "a=rtcp-mux\r\n")),
        _ask("query"),
    ],
    "query of a held call": [
        *_CALL,
        _offer(to_tag="b", sdp=_sdp(1, 0, _AUDIO + "a=sendonly\r\n")),
        _ask("query"),
    ],
    "delete without a call-id": [{"send": {"command": "delete"}}],
    "delete of no call": [_ask("delete", from_tag="a")],
    "delete of no call, fatal": [_ask("delete", from_tag="a", flags=["fatal"])],
    "delete": [*_CALL, _ask("delete", from_tag="a"), _ask("query")],
    "delete at once": [*_CALL, _ask("delete", from_tag="a", delete_delay=0), _ask("query")],
    "delete of the whole call": [*_CALL, _ask("delete", delete_delay=0), _ask("query")],
    "delete by the to-tag": [
        *_CALL,
        _ask("delete", from_tag="a", to_tag="b", flags=["to-tag"], delete_delay=0),
        _ask("query"),
    ],
    "delete by nobody": [*_CALL, _ask("delete", from_tag="nobody"), _ask("query")],
    "delete of a branch": [
        _offer(via_branch="x"),
        _ask("delete", from_tag="a", via_branch="x", delete_delay=0),
        _ask("query"),
    ],
    "delete twice": [
        *_CALL,
        _ask("delete", from_tag="a", delete_delay=0),
        _ask("delete", from_tag="a", delete_delay=0),
    ],
    "list of no more than none": [{"send": {"command": "list", "limit": 0}}],
    "list with a negative limit": [{"send": {"command": "list", "limit": -1}}],
    "statistics": [{"send": {"command": "statistics"}}],
}


def load():
    return [
        {"id": "own/replies: " + name, "options": _OPTIONS, "steps": steps}
        for name, steps in _CASES.items()
    ]
