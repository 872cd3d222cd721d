"""What proves that audio was relayed. Each check raises AssertionError; the negative controls
rely on that."""
import time


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


def web_becomes_connected(party, *relay, seconds=10):
    """ICE and DTLS have come about, with the relay and no other. relay: its addresses"""
    deadline = time.monotonic() + seconds
    while True:
        stats = party.stats()
        dtls = {transport["dtlsState"] for transport in stats.transports()}
        states = "%s, ICE %s, DTLS %s" % (stats.connection, stats.ice, dtls)
        ice = stats.ice in ("connected", "completed")
        if stats.connection == "connected" and ice and dtls == {"connected"}:
            break
        assert time.monotonic() < deadline, states
        time.sleep(0.1)
    assert stats.remote_addresses() <= set(relay), stats.remote_addresses()
    assert all(transport["srtpCipher"] for transport in stats.transports())


def web_hears(party, kind, seconds):
    """Its counters of received packets grow at nearly the rate of the sender, and of played
    samples with them."""
    before = party.stats()
    began = time.monotonic()
    time.sleep(seconds)
    after = party.stats()
    passed = time.monotonic() - began
    packets, samples = (
        after.inbound(kind, counter) - before.inbound(kind, counter)
        for counter in ("packetsReceived", "jitterBufferEmittedCount")
    )
    assert packets >= 50 * passed * 0.6, "%d packets within %.1f s" % (packets, passed)
    assert samples >= 8000 * passed * 0.5, "%d samples within %.1f s" % (samples, passed)


def web_sees(party, frames, seconds=10):
    """It decodes that many more pictures."""
    deadline = time.monotonic() + seconds
    target = party.stats().inbound("video", "framesDecoded") + frames
    while party.stats().inbound("video", "framesDecoded") < target:
        assert time.monotonic() < deadline, "fewer than %d frames within %d s" % (frames, seconds)
        time.sleep(0.1)


def speech_in_pcmu(packets, since, seconds):
    """What arrived is G.711 in the clear: 160 octets, and, as the browser's fake microphone beeps
    for a fraction of each second only, mostly silence. Encrypted or authenticated packets have
    neither."""
    heard = [packet for packet in packets if packet.time >= since]
    assert len(heard) >= 50 * seconds * 0.6, "%d packets within %.1f s" % (len(heard), seconds)
    assert len({packet.ssrc for packet in heard}) == 1
    numbers = [packet.seq for packet in heard]
    assert len(numbers) == len(set(numbers)), "packets arrived twice"
    for packet in heard:
        assert packet.payload_type == 0 and len(packet.payload) == 160, packet
    octets = b"".join(packet.payload for packet in heard)
    silent = sum(octets.count(bytes([value])) for value in _PCMU_SILENCE) / len(octets)
    assert silent > 0.4, "only %.0f %% silence: is it encrypted?" % (100 * silent)
    assert silent < 1, "nothing but silence"


# Amplitudes below 8 steps of the finest (RFC 3551 §4.5.14, ITU-T G.711).
_PCMU_SILENCE = [*range(0x78, 0x80), *range(0xF8, 0x100)]


def dtmf_events(packets, payload_type):
    """-> the digits that were completed, of named events (RFC 4733 §2.5): the first packet of each
    is marked, its timestamp stays, its duration grows, the last ones have the end bit."""
    events = {}
    for packet in packets:
        if packet.payload_type == payload_type:
            events.setdefault(packet.timestamp, []).append(packet)
    completed = []
    for _, event in sorted(events.items()):
        assert all(len(packet.payload) == 4 for packet in event), event
        assert event[0].marker and not any(packet.marker for packet in event[1:]), event
        durations = [int.from_bytes(packet.payload[2:], "big") for packet in event]
        assert durations == sorted(durations) and durations[-1] > 0, durations
        codes = {packet.payload[0] for packet in event}
        assert len(codes) == 1, codes
        if event[-1].payload[1] & 0x80:
            completed.append(codes.pop())
    return completed


def longest_gap(packets, since):
    """Seconds; up to the last packet."""
    times = [packet.time for packet in packets if packet.time >= since]
    assert len(times) > 1
    return max(b - a for a, b in zip(times, times[1:]))
