"""What proves that audio was relayed. Each check raises AssertionError; the negative controls
rely on that."""


def audio_arrived(streams, ssrc, packets, sources, calls=1):
    """`calls` streams of that SSRC arrived, each with (nearly) all its packets in order, from
    those addresses."""
    found = {key: value for key, value in streams.items() if key[0] == ssrc}
    assert len(found) == calls, "%d streams with SSRC %x arrived, expected %d" % (
        len(found),
        ssrc,
        calls,
    )
    for (_, port), arrivals in found.items():
        numbers = [seq for _, seq in arrivals]
        # SIPp may play its first packets before the other side has sent its ACK on.
        assert len(set(numbers)) >= packets * 0.9, "%d of %d packets at port %d" % (
            len(set(numbers)),
            packets,
            port,
        )
        # A sender that moves to another CPU may be overtaken by itself in the virtual switch;
        # more than that is ours.
        displaced = sum(a > b for a, b in zip(numbers, numbers[1:]))
        assert displaced <= packets * 0.05, "%d packets out of order at port %d" % (displaced, port)
        foreign = {source for source, _ in arrivals} - set(sources)
        assert not foreign, "audio came from %s" % foreign


def no_audio(streams, ssrc):
    assert not [key for key in streams if key[0] == ssrc], "SSRC %x arrived" % ssrc


def uninterrupted(numbers, at_least):
    """Sequence numbers that arrived: none missing between the first and the last, none twice."""
    assert len(numbers) >= at_least, "%d packets, expected at least %d" % (len(numbers), at_least)
    first, last = min(numbers), max(numbers)
    missing = set(range(first, last + 1)) - set(numbers)
    assert not missing, "%d missing between %d and %d" % (len(missing), first, last)
    assert len(numbers) == len(set(numbers)), "packets arrived twice"


def packets_of(reply, tag):
    """Packets that came from a party, by the statistics of a query or delete reply."""
    streams = reply["tags"][tag]["medias"][0]["streams"]
    return streams[0]["stats"]["packets"]


def exact_statistics(reply, sent):
    """sent: {tag: packets}"""
    got = {tag: packets_of(reply, tag) for tag in sent}
    assert got == sent, "statistics say %r, the parties sent %r" % (got, sent)
    assert reply["totals"]["RTP"]["packets"] == sum(sent.values()), reply["totals"]


def no_calls(ng):
    calls = ng.ok("list").get("calls")
    assert calls == [], "calls left: %r" % calls
